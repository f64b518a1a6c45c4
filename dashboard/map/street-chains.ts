/** Joins the pieces of one named street into long lines, so that its name can be set along it once instead of on every block. */
import type { LonLat } from '../../engine/base/geo.ts'
import type { Place } from '../data/city.ts'

export interface Street {
  readonly road: Place
  readonly line: readonly LonLat[]
}

const key = ([lon, lat]: LonLat): string => `${lon.toFixed(6)},${lat.toFixed(6)}`

/** Both directions of a two-way street are often two roads on one line: one is enough. */
function withoutTwins(pieces: readonly (readonly LonLat[])[]): (readonly LonLat[])[] {
  const seen = new Set<string>()
  return pieces.filter((line) => {
    const ends = [key(line[0]), key(line[line.length - 1])].sort().join(' ')
    if (seen.has(ends)) return false
    seen.add(ends)
    return true
  })
}

function chainFrom(start: readonly LonLat[], byEnd: ReadonlyMap<string, Set<readonly LonLat[]>>, used: Set<readonly LonLat[]>): LonLat[] {
  const chain = [...start]
  used.add(start)
  for (const forward of [true, false]) {
    for (;;) {
      const end = forward ? chain[chain.length - 1] : chain[0]
      const next = [...(byEnd.get(key(end)) ?? [])].find((piece) => !used.has(piece))
      if (next === undefined) break
      used.add(next)
      const leaving = key(next[0]) === key(end) ? [...next] : [...next].reverse()
      if (forward) chain.push(...leaving.slice(1))
      else chain.unshift(...leaving.slice(1).reverse())
    }
  }
  return chain
}

export function streetChains(roads: readonly Place[]): Street[] {
  const byName = new Map<string, Place[]>()
  for (const road of roads) {
    const name = road.properties.name
    if (name === null || name.zh === '' || road.line.length < 2) continue
    const list = byName.get(name.zh)
    if (list === undefined) byName.set(name.zh, [road])
    else list.push(road)
  }
  const streets: Street[] = []
  for (const pieces of byName.values()) {
    const lines = withoutTwins(pieces.map((piece) => piece.line))
    const byEnd = new Map<string, Set<readonly LonLat[]>>()
    for (const line of lines)
      for (const end of [key(line[0]), key(line[line.length - 1])]) byEnd.set(end, (byEnd.get(end) ?? new Set()).add(line))
    const used = new Set<readonly LonLat[]>()
    for (const line of lines) if (!used.has(line)) streets.push({ road: pieces[0], line: chainFrom(line, byEnd, used) })
  }
  return streets
}
