/** The hierarchy against Dijkstra's search on the same streets, whatever the graph, the times and the pair. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { localFrame } from '../../../../engine/base/geo.ts'
import type { City } from '../../../../engine/model/city.ts'
import { buildRoadGraph, type RoadGraph } from '../../../../engine/solve/network.ts'
import { buildHierarchy } from '../../../../engine/solve/roads/hierarchy.ts'
import { fastestWay, travelMatrix } from '../../../../engine/solve/roads/matrix.ts'
import { customize } from '../../../../engine/solve/roads/metric.ts'
import { dissectionOrder } from '../../../../engine/solve/roads/order.ts'
import { FREE_ROADS, travelOn } from '../../../../engine/solve/roads/travel.ts'
import { travelTree } from '../../../../engine/solve/route.ts'
import { smallCity } from '../../../fixtures/small-city.ts'

const frame = localFrame([121, 31])

interface Street {
  readonly from: number
  readonly to: number
  readonly length_m: number
  readonly oneway: boolean
}

/** Any streets between places on a grid: loops, parallel and missing ones, several parts. */
function graphOf(nodes: number, streets: readonly Street[]): RoadGraph {
  const place = (i: number) => frame.toLonLat(100 * (i % 7), 100 * Math.floor(i / 7))
  const roads = streets.map(({ from, to, length_m, oneway }, i): City['roads'][number] => ({
    id: `r${i}`,
    from: `n${from}`,
    to: `n${to}`,
    class: 'tertiary',
    name: null,
    length_m,
    speed_kmh: 36,
    lanes: 1,
    oneway,
    line: [place(from), place(to)],
  }))
  return buildRoadGraph({ nodes: Array.from({ length: nodes }, (_, i) => ({ id: `n${i}`, at: place(i) })), roads })
}

const streets = fc.integer({ min: 1, max: 60 }).chain((nodes) => {
  const node = fc.integer({ min: 0, max: nodes - 1 })
  const street = fc.record({ from: node, to: node, length_m: fc.integer({ min: 1, max: 500 }), oneway: fc.boolean() })
  return fc.tuple(fc.constant(nodes), fc.array(street, { maxLength: 140 }))
})

const secondsOf = (graph: RoadGraph, arc_s: Float64Array, arcs: readonly number[]): number => {
  arcs.forEach((arc, i) => {
    if (i > 0) expect(graph.from[arc]).toBe(graph.to[arcs[i - 1]])
  })
  return arcs.reduce((sum, arc) => sum + arc_s[arc], 0)
}

describe('the hierarchy', () => {
  it('knows the fastest times and ways of any streets, some of them closed or slow', () => {
    fc.assert(
      fc.property(streets, fc.infiniteStream(fc.constantFrom(1, 1, 1, 2.5, Number.POSITIVE_INFINITY)), ([nodes, list], factors) => {
        const graph = graphOf(nodes, list)
        const arc_s = graph.time_s.map((time_s) => time_s * (factors.next().value ?? 1))
        const hierarchy = buildHierarchy(graph)
        const metric = customize(hierarchy, arc_s)
        const all = Array.from({ length: nodes }, (_, i) => i)
        const matrix = travelMatrix(hierarchy, metric, all, all)
        for (const source of all) {
          const tree = travelTree({ ...graph, time_s: arc_s }, source, 'from')
          for (const target of all) {
            const expected = tree.time_s[target]
            const way = fastestWay(hierarchy, metric, source, target)
            if (expected === Number.POSITIVE_INFINITY) {
              expect([matrix[source * nodes + target], way]).toEqual([expected, null])
              continue
            }
            expect(matrix[source * nodes + target]).toBeCloseTo(expected, 6)
            expect(secondsOf(graph, arc_s, way ?? [])).toBeCloseTo(expected, 6)
            if (source !== target) expect([graph.from[way?.[0] ?? -1], graph.to[way?.at(-1) ?? -1]]).toEqual([source, target])
          }
        }
      }),
      { numRuns: 150 },
    )
  })

  it('is the same for the same streets', () => {
    const graph = buildRoadGraph(smallCity())
    expect(buildHierarchy(graph)).toEqual(buildHierarchy(graph))
  })

  it('has no street at all where the city has none', () => {
    const hierarchy = buildHierarchy(buildRoadGraph({ nodes: [], roads: [] }))
    expect(travelMatrix(hierarchy, customize(hierarchy, new Float64Array(0)), [], [])).toHaveLength(0)
  })
})

describe('travel on the streets as they are', () => {
  const city = smallCity()
  const [from, to] = [city.nodes.findIndex(({ id }) => id === 'n00'), city.nodes.findIndex(({ id }) => id === 'n20')]
  const free = travelOn(buildRoadGraph(city)).route(from, to)
  const [first] = free?.roads ?? []
  const withLimits = buildRoadGraph({
    ...city,
    roads: city.roads.map((road) => (road.id === first ? { ...road, limits: { height_m: 3.5 } } : road)),
  })

  it('goes around what is shut, slow, or too low for the vehicle, and only then', () => {
    const graph = buildRoadGraph(city)
    const shut = travelOn(graph, { ...FREE_ROADS, shut: [first] }).route(from, to)
    const slow = travelOn(graph, { ...FREE_ROADS, delay: { [first]: 5 } }).route(from, to)
    for (const way of [shut, slow, travelOn(withLimits, FREE_ROADS, { height_m: 3.8 }).route(from, to)]) {
      expect(way?.roads).not.toContain(first)
      expect(way?.time_s).toBeGreaterThan(free?.time_s ?? 0)
    }
    expect(travelOn(withLimits, FREE_ROADS, { height_m: 3.2, weight_t: 40 }).route(from, to)).toEqual(free)
    const everywhere = travelOn(graph, { ...FREE_ROADS, class_delay: { secondary: 2, primary: 2, trunk: 2, tertiary: 2, residential: 2 } })
    expect(everywhere.route(from, to)?.time_s).toBeCloseTo(2 * (free?.time_s ?? 0), 6)
    expect(everywhere.times_s([from], [to])[0]).toBeCloseTo(2 * (free?.time_s ?? 0), 6)
  })

  it('drives onto a shut road at its two ends, never over three of them', () => {
    const graph = buildRoadGraph(city)
    const shut = { ...FREE_ROADS, shut: city.roads.map(({ id }) => id) }
    const all = city.nodes.map((_, i) => i)
    const times = travelOn(graph, shut).times_s(all, all)
    const freeTimes = travelOn(graph).times_s(all, all)
    for (const source of all)
      for (const target of all) {
        const at = source * all.length + target
        const way = travelOn(graph, shut).route(source, target)
        if (way === null) expect(times[at]).toBe(Number.POSITIVE_INFINITY)
        else {
          expect(way.roads.length).toBeLessThanOrEqual(2)
          expect(times[at]).toBeCloseTo(freeTimes[at], 6)
        }
      }
    expect(travelOn(graph, shut).route(from, city.nodes.length - 1)).toBeNull()
  })
})

describe('the order of contraction', () => {
  it('takes every node once, and cuts a grid by its short side', () => {
    const [columns, rows] = [24, 6]
    const n = columns * rows
    const lists = Array.from({ length: n }, (_, i) => {
      const [x, y] = [i % columns, Math.floor(i / columns)]
      return [x > 0 ? i - 1 : -1, x < columns - 1 ? i + 1 : -1, y > 0 ? i - columns : -1, y < rows - 1 ? i + columns : -1].filter(
        (j) => j >= 0,
      )
    })
    const numbers = new Map<string, number>()
    const edge = lists.flatMap((list, i) =>
      list.map((j) => {
        const key = `${Math.min(i, j)} ${Math.max(i, j)}`
        numbers.set(key, numbers.get(key) ?? numbers.size)
        return numbers.get(key) ?? 0
      }),
    )
    const first = Int32Array.from([0, ...lists.map((_, i) => lists.slice(0, i + 1).flat().length)])
    const places = {
      x: Float64Array.from({ length: n }, (_, i) => i % columns),
      y: Float64Array.from({ length: n }, (_, i) => Math.floor(i / columns)),
    }
    const order = dissectionOrder({ first, to: Int32Array.from(lists.flat()), edge: Int32Array.from(edge) }, places)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
    // The six nodes of one column in the middle half come last.
    const last = [...order.slice(-rows)].map((i) => i % columns)
    expect(new Set(last).size).toBe(1)
    expect(last[0]).toBeGreaterThanOrEqual(columns / 4 - 1)
    expect(last[0]).toBeLessThanOrEqual((3 * columns) / 4)
  })
})
