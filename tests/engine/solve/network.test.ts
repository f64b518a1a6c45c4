import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distance_m, localFrame } from '../../../engine/base/geo.ts'
import { stronglyConnected } from '../../../engine/solve/components.ts'
import { buildRoadGraph, nearestNode } from '../../../engine/solve/network.ts'
import { routeOf, travelTree } from '../../../engine/solve/route.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { allTimes_s, arbitraryStreets } from './graphs.ts'

describe('travel times', () => {
  it('are those of Floyd and Warshall, forward and backward', () => {
    fc.assert(
      fc.property(arbitraryStreets, (streets) => {
        const graph = buildRoadGraph(streets)
        const expected = allTimes_s(streets)
        for (let i = 0; i < streets.nodes.length; i++) {
          const from = travelTree(graph, i, 'from').time_s
          const to = travelTree(graph, i, 'to').time_s
          for (let j = 0; j < streets.nodes.length; j++) {
            expect(closeTo(from[j], expected[i][j])).toBe(true)
            expect(closeTo(to[j], expected[j][i])).toBe(true)
          }
        }
      }),
    )
  })

  it('are exact for the wanted nodes when the search stops early', () => {
    fc.assert(
      fc.property(arbitraryStreets, fc.nat(), fc.nat(), (streets, a, b) => {
        const graph = buildRoadGraph(streets)
        const [i, j] = [a % graph.nodes, b % graph.nodes]
        expect(travelTree(graph, i, 'from', undefined, [j]).time_s[j]).toBe(travelTree(graph, i, 'from').time_s[j])
      }),
    )
  })
})

describe('routes', () => {
  it('drive existing roads in the allowed direction, and take as long as they say', () => {
    fc.assert(
      fc.property(arbitraryStreets, fc.constantFrom<'from' | 'to'>('from', 'to'), fc.nat(), (streets, direction, r) => {
        const graph = buildRoadGraph(streets)
        const tree = travelTree(graph, r % graph.nodes, direction)
        for (let node = 0; node < graph.nodes; node++) {
          const route = routeOf(graph, tree, node)
          if (route === null) {
            expect(tree.time_s[node]).toBe(Number.POSITIVE_INFINITY)
            continue
          }
          const [start, end] = direction === 'from' ? [tree.root, node] : [node, tree.root]
          let at = start
          let time_s = 0
          for (const arc of route.arcs) {
            const road = streets.roads[graph.road[arc]]
            const ends = graph.against[arc] ? [road.to, road.from] : [road.from, road.to]
            expect(graph.against[arc] === 1 && road.oneway).toBe(false)
            expect(ends[0]).toBe(streets.nodes[at].id)
            at = streets.nodes.findIndex(({ id }) => id === ends[1])
            time_s += graph.time_s[arc]
          }
          expect(at).toBe(end)
          expect(closeTo(time_s, route.time_s)).toBe(true)
          expect(route.line[0]).toEqual(streets.nodes[start].at)
          expect(distance_m(route.line[route.line.length - 1], streets.nodes[end].at)).toBeLessThan(0.02)
        }
      }),
    )
  })

  it('follow the bends of a road, against its direction too, and name its streets once', () => {
    const at = (x: number, y: number) => localFrame([120, 30]).toLonLat(x, y)
    const name = { zh: '河滨路', en: 'Riverside' }
    const base = { class: 'primary', name, speed_kmh: 36, lanes: 1, oneway: false } as const
    const graph = buildRoadGraph({
      nodes: [
        { id: 'a', at: at(0, 0) },
        { id: 'b', at: at(100, 0) },
        { id: 'c', at: at(200, 0) },
      ],
      roads: [
        { ...base, id: 'ab', from: 'a', to: 'b', length_m: 120, line: [at(0, 0), at(50, 30), at(100, 0)] },
        { ...base, id: 'bc', from: 'b', to: 'c', length_m: 100, line: [at(100, 0), at(200, 0)] },
      ],
    })
    const route = routeOf(graph, travelTree(graph, 2, 'from'), 0)
    expect(route).toMatchObject({ length_m: 220, time_s: 22, streets: [name] })
    expect(route?.line).toEqual([at(200, 0), at(100, 0), at(50, 30), at(0, 0)])
  })
})

describe('snapping', () => {
  it('finds the nearest node of the largest part that can be reached and left', () => {
    fc.assert(
      fc.property(arbitraryStreets, fc.integer({ min: -9000, max: 9000 }), fc.integer({ min: -9000, max: 9000 }), (streets, x, y) => {
        const graph = buildRoadGraph(streets)
        const reach = allTimes_s(streets).map((row) => row.map(Number.isFinite))
        const part = (i: number): number[] => [...reach.keys()].filter((j) => reach[i][j] && reach[j][i])
        const size = Math.max(...[...reach.keys()].map((i) => part(i).length))
        const query = localFrame([120, 30]).toLonLat(x, y)
        const found = nearestNode(graph, query)
        expect(found).not.toBeNull()
        if (found === null) return
        expect(part(found).length).toBe(size)
        const best_m = Math.min(...part(found).map((i) => distance_m(query, streets.nodes[i].at)))
        expect(distance_m(query, streets.nodes[found].at)).toBeLessThan(best_m + 5)
      }),
    )
  })

  it('says null for a city without roads', () => {
    expect(nearestNode(buildRoadGraph({ nodes: [], roads: [] }), [120, 30])).toBeNull()
  })

  it('snaps every device of a city to a street corner', () => {
    const city = smallCity()
    const graph = buildRoadGraph(city)
    for (const { at } of city.devices) {
      const node = nearestNode(graph, at)
      const best_m = Math.min(...city.nodes.map((corner) => distance_m(at, corner.at)))
      expect(distance_m(at, city.nodes[node ?? 0].at)).toBeCloseTo(best_m, 0)
    }
  })
})

it('parts that reach each other both ways are one component', () => {
  fc.assert(
    fc.property(arbitraryStreets, (streets) => {
      const graph = buildRoadGraph(streets)
      const component = stronglyConnected(graph)
      const reach = allTimes_s(streets).map((row) => row.map(Number.isFinite))
      for (let i = 0; i < graph.nodes; i++)
        for (let j = 0; j < graph.nodes; j++) expect(component[i] === component[j]).toBe(reach[i][j] && reach[j][i])
    }),
  )
})

const closeTo = (a: number, b: number): boolean => a === b || Math.abs(a - b) < 1e-6
