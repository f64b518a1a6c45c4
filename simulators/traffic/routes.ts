/**
 * From road to road to lane to lane: CityFlow's router (`router.cpp`). Roads between two that do not touch are filled in by the shortest
 * way; on every road the lane link is taken that leads to the next road, onto a lane from which the one after it can be reached, nearest
 * in place to the lane it comes from.
 */
import { createIndexHeap, offer, takeLeast } from '../../engine/base/heap.ts'
import { NONE } from './lists.ts'
import type { StreetNetwork } from './roadnet.ts'

/** Links of a lane that lead to a road. */
const linksTo = ({ lanes, links }: StreetNetwork, lane: number, road: number): number[] =>
  lanes[lane].links.filter((link) => lanes[links[link].to].road === road)

/** The whole way through all of `roads`, or the two roads between which there is none. */
export function completeRoute(
  network: StreetNetwork,
  roads: readonly number[],
): readonly number[] | { readonly gap: readonly [number, number] } {
  const route = [roads[0]]
  for (let i = 1; i < roads.length; i++) {
    if (roads[i] === roads[i - 1]) continue
    const touches = network.roads[roads[i - 1]].lanes.some((lane) => linksTo(network, lane, roads[i]).length > 0)
    const between = touches ? [roads[i]] : shortestWay(network, roads[i - 1], roads[i])
    if (between === null) return { gap: [roads[i - 1], roads[i]] }
    route.push(...between)
  }
  return route
}

/** Roads after `from`, up to and with `to`, least in length; null when there is no way. */
function shortestWay({ roads, lanes, links, length_m }: StreetNetwork, from: number, to: number): number[] | null {
  const heap = createIndexHeap(roads.length)
  const before = new Int32Array(roads.length).fill(NONE)
  const done = new Uint8Array(roads.length)
  offer(heap, from, 0)
  for (let road = takeLeast(heap); road !== NONE; road = takeLeast(heap)) {
    if (road === to) break
    done[road] = 1
    for (const lane of roads[road].lanes) {
      for (const link of lanes[lane].links) {
        const end = links[link].to
        const next = lanes[end].road
        const key = heap.keys[road] + length_m[end]
        if (done[next] === 1 || (heap.place[next] !== NONE && key >= heap.keys[next])) continue
        offer(heap, next, key)
        before[next] = road
      }
    }
  }
  if (before[to] === NONE) return null
  const way = [to]
  for (let road = before[to]; road !== from; road = before[road]) way.unshift(road)
  return way
}

export interface Routes {
  /** Numbers a route; the same for the same roads. */
  add(roads: readonly number[]): number
  readonly roads: readonly (readonly number[])[]
  /** Lanes on which a route may begin. */
  readonly entries: readonly (readonly number[])[]
  /** The lane link from a lane of the road at `place` in a route, NONE at its end or when the lane does not lead on. */
  link(route: number, place: number, lane: number): number
}

export function createRoutes(network: StreetNetwork): Routes {
  const { lanes, links } = network
  const index = Int32Array.from(lanes, (lane) => lane.index)
  const widest = network.roads.reduce((most, { lanes }) => Math.max(most, lanes.length), 1)
  const known = new Map<string, number>()
  const roads: (readonly number[])[] = []
  const entries: (readonly number[])[] = []
  const tables: Int32Array[] = []

  function bestLink(lane: number, next: number, afterNext: number | undefined): number {
    let best = NONE
    let away = Number.POSITIVE_INFINITY
    for (const link of linksTo(network, lane, next)) {
      const { to } = links[link]
      if (afterNext !== undefined && linksTo(network, to, afterNext).length === 0) continue
      const by = Math.abs(index[to] - index[lane])
      if (by >= away) continue
      best = link
      away = by
    }
    return best
  }

  function tableOf(route: readonly number[]): Int32Array {
    const table = new Int32Array(route.length * widest).fill(NONE)
    for (let place = 0; place + 1 < route.length; place++) {
      for (const lane of network.roads[route[place]].lanes) {
        table[place * widest + index[lane]] = bestLink(lane, route[place + 1], route[place + 2])
      }
    }
    return table
  }

  return {
    roads,
    entries,
    add(route) {
      const key = route.join()
      const before = known.get(key)
      if (before !== undefined) return before
      const all = network.roads[route[0]].lanes
      known.set(key, roads.length)
      tables.push(tableOf(route))
      entries.push(route.length === 1 ? all : all.filter((lane) => linksTo(network, lane, route[1]).length > 0))
      return roads.push(route) - 1
    },
    link: (route, place, lane) => tables[route][place * widest + index[lane]],
  }
}
