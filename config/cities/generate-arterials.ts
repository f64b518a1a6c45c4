/** Arterials of a generated city: main streets along which at least three signals follow each other. */
import type { Arterial, Bilingual, City, Junction } from '../../engine/model/city.ts'
import { buildSignalNetwork } from '../../engine/model/signal-network.ts'

const JUNCTIONS_MIN = 3
const ARTERIALS_MAX = 8
/** A little below the limit: platoons spread. */
const DESIGN_SHARE = 0.9

export function nameArterials(city: City): Arterial[] {
  const roads = new Map(city.roads.map((road) => [road.id, road]))
  const network = buildSignalNetwork(city)
  const junctions = new Map(city.junctions.map((junction) => [junction.id, junction]))
  /** Streets by name, and the junctions where they enter. */
  const streets = new Map<string, { readonly name: Bilingual; readonly speed_kmh: number; readonly ids: Set<string> }>()
  for (const { id, entering } of city.junctions) {
    for (const { road } of entering) {
      const { name, speed_kmh, class: roadClass } = roads.get(road) ?? { name: null, speed_kmh: 0, class: 'service' as const }
      if (name === null || (roadClass !== 'primary' && roadClass !== 'trunk')) continue
      const street = streets.get(name.zh) ?? { name, speed_kmh, ids: new Set<string>() }
      street.ids.add(id)
      streets.set(name.zh, street)
    }
  }
  const follows = (from: string, to: string): boolean =>
    network.get(to)?.lanes.some(({ feeders }) => feeders.some(({ junction }) => junction === from)) === true
  const longest = [...streets.values()]
    .map((street) => ({ ...street, chain: longestChain([...street.ids], follows, junctions) }))
    .filter(({ chain }) => chain.length >= JUNCTIONS_MIN)
    .sort((a, b) => b.chain.length - a.chain.length)
  return longest.slice(0, ARTERIALS_MAX).map(({ name, speed_kmh, chain }, i) => ({
    id: `A${i + 1}`,
    name,
    junctions: chain,
    weights: { along: 1, against: 1 },
    speed_kmh: Math.round(speed_kmh * DESIGN_SHARE),
  }))
}

/** The longest way from one to the next, none twice; from the west where that leaves a choice. */
function longestChain(ids: readonly string[], follows: (from: string, to: string) => boolean, junctions: ReadonlyMap<string, Junction>): string[] {
  const ordered = [...ids].sort((a, b) => (junctions.get(a)?.at[0] ?? 0) - (junctions.get(b)?.at[0] ?? 0))
  let best: string[] = []
  for (const start of ordered) {
    const chain = [start]
    for (let at: string | undefined = start; at !== undefined; ) {
      const here: string = at
      at = ordered.find((next) => !chain.includes(next) && follows(here, next))
      if (at !== undefined) chain.push(at)
    }
    if (chain.length > best.length) best = chain
  }
  return best
}
