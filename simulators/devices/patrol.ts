/** Where an idle patrol drives: from corner to corner along the roads, turning back only at dead ends. */
import { distance_m, type LonLat } from '../../engine/base/geo.ts'
import type { Random } from '../../engine/base/random.ts'
import type { City } from '../../engine/model/city.ts'

export interface PatrolMap {
  /** A stretch of about `length_m` that begins at the corner nearest to a place; empty without roads. */
  stretch(from: LonLat, length_m: number, random: Random): readonly LonLat[]
}

interface Leg {
  readonly from: string
  readonly to: string
  readonly line: readonly LonLat[]
  readonly length_m: number
}

function legsByNode(city: City): ReadonlyMap<string, readonly Leg[]> {
  const legs = new Map<string, Leg[]>()
  const add = (leg: Leg): void => {
    const list = legs.get(leg.from)
    if (list === undefined) legs.set(leg.from, [leg])
    else list.push(leg)
  }
  for (const { from, to, line, length_m, oneway } of city.roads) {
    add({ from, to, line, length_m })
    if (!oneway) add({ from: to, to: from, line: [...line].reverse(), length_m })
  }
  return legs
}

export function createPatrolMap(city: City): PatrolMap {
  const legs = legsByNode(city)
  const corners = city.nodes.filter(({ id }) => legs.has(id))
  return {
    stretch(from, length_m, random) {
      if (corners.length === 0) return []
      let node = corners.reduce((a, b) => (distance_m(from, b.at) < distance_m(from, a.at) ? b : a)).id
      let came = ''
      const line: LonLat[] = []
      for (let left_m = length_m; left_m > 0; ) {
        const ways: readonly Leg[] = legs.get(node) ?? []
        if (ways.length === 0) break
        const onward = ways.filter(({ to }) => to !== came)
        const leg = random.pick(onward.length > 0 ? onward : ways)
        line.push(...leg.line)
        left_m -= Math.max(1, leg.length_m)
        came = node
        node = leg.to
      }
      return line
    },
  }
}
