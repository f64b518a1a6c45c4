/** Random road networks and their plain models, for checking the solver against something slow and obvious. */
import fc from 'fast-check'
import { distance_m, type LonLat, localFrame } from '../../../engine/base/geo.ts'
import type { City, Road } from '../../../engine/model/city.ts'

export type Streets = Pick<City, 'nodes' | 'roads'>

const frame = localFrame([120, 30])

/** Up to 9 nodes within 4 km and up to 24 roads between them, one-way or not, parallel roads and dead ends included. */
export const arbitraryStreets: fc.Arbitrary<Streets> = fc
  .record({
    points: fc.array(fc.tuple(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 0, max: 4000 })), { minLength: 1, maxLength: 9 }),
    roads: fc.array(
      fc.record({
        from: fc.nat(),
        to: fc.nat(),
        oneway: fc.boolean(),
        speed_kmh: fc.constantFrom(0, 20, 40, 60),
        bend: fc.boolean(),
        name: fc.constantFrom(null, { zh: '甲路', en: 'First Road' }, { zh: '乙路', en: 'Second Road' }),
      }),
      { maxLength: 24 },
    ),
  })
  .map(({ points, roads }) => {
    const at = points.map(([x, y]) => frame.toLonLat(x, y))
    const nodes = at.map((place, i) => ({ id: `n${i}`, at: place }))
    return {
      nodes,
      roads: roads.map(({ from, to, oneway, speed_kmh, bend, name }, i): Road => {
        const [a, b] = [at[from % at.length], at[to % at.length]]
        const middle: LonLat = [(a[0] + b[0]) / 2 + 0.001, (a[1] + b[1]) / 2]
        return {
          id: `r${i}`,
          from: `n${from % at.length}`,
          to: `n${to % at.length}`,
          class: 'tertiary',
          name,
          length_m: distance_m(a, b) + (bend ? 150 : 10),
          speed_kmh,
          lanes: 1,
          oneway,
          line: bend ? [a, middle, b] : [a, b],
        }
      }),
    }
  })

/** Free-flow seconds between all pairs (Floyd 1962, Warshall 1962). */
export function allTimes_s({ nodes, roads }: Streets): number[][] {
  const number = new Map(nodes.map((node, i) => [node.id, i]))
  const time_s = nodes.map((_, i) => nodes.map((__, j) => (i === j ? 0 : Number.POSITIVE_INFINITY)))
  for (const road of roads) {
    const a = number.get(road.from) ?? -1
    const b = number.get(road.to) ?? -1
    const s = road.length_m / ((road.speed_kmh || 30) / 3.6)
    time_s[a][b] = Math.min(time_s[a][b], s)
    if (!road.oneway) time_s[b][a] = Math.min(time_s[b][a], s)
  }
  for (let k = 0; k < nodes.length; k++)
    for (let i = 0; i < nodes.length; i++)
      for (let j = 0; j < nodes.length; j++) time_s[i][j] = Math.min(time_s[i][j], time_s[i][k] + time_s[k][j])
  return time_s
}
