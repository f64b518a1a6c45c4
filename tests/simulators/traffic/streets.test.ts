import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../engine/base/random.ts'
import { brakeDistance_m } from '../../../simulators/traffic/car-following.ts'
import { readDemand, varyDemand } from '../../../simulators/traffic/demand.ts'
import { createGrid, randomTrips } from '../../../simulators/traffic/grid.ts'
import { NONE } from '../../../simulators/traffic/lists.ts'
import { parseRoadnet, readStreets } from '../../../simulators/traffic/roadnet.ts'
import { createStreets } from '../../../simulators/traffic/streets.ts'
import { createStopwatch, freeFlow } from '../../../simulators/traffic/travel-times.ts'

const net = createGrid({ columns: 2, rows: 2, east_m: 300, north_m: 200 })
const network = readStreets(net)
const trips = randomTrips(network, 400, 600, createRandom('streets'))
const lanes = network.lanes.length

/** Opens each phase of every junction for 20 s, then closes all but right turns for 5 s. */
function setSignals(streets: ReturnType<typeof createStreets>, s: number): void {
  for (const { virtual, phases, road_links } of network.junctions) {
    if (virtual) continue
    const open = phases[s % 25 < 20 ? 1 + (Math.floor(s / 25) % 4) : 0]
    for (const [link, own] of road_links.entries()) streets.setOpen(own, open[link])
  }
}

function drive(seconds: number, watch: (streets: ReturnType<typeof createStreets>) => void = () => {}) {
  const streets = createStreets(network, trips)
  const stopwatch = createStopwatch(streets, trips)
  for (let s = 0; s < seconds; s++) {
    setSignals(streets, s)
    watch(streets)
    streets.step()
    stopwatch.look()
  }
  return { streets, times: stopwatch.read() }
}

describe('streets in motion', () => {
  it('lose and invent nobody, on one lane or two', () => {
    drive(900, ({ released, waiting, finished, lists, vehicles }) => {
      const driving = lists.first.reduce<number[]>((all, _, drivable) => all.concat(lists.members(drivable)), [])
      expect(new Set(driving).size).toBe(driving.length)
      const shadows = driving.filter((v) => v >= vehicles.count)
      // Nobody has a shadow but who is there himself, on the lane beside and as far.
      for (const shadow of shadows) {
        const own = shadow - vehicles.count
        const [lane, beside] = [network.lanes[vehicles.where[own]], network.lanes[vehicles.where[shadow]]]
        expect(beside.road).toBe(lane.road)
        expect(Math.abs(beside.index - lane.index)).toBe(1)
        expect(vehicles.position_m[shadow]).toBe(vehicles.position_m[own])
      }
      expect(driving.length - shadows.length + waiting + finished).toBe(released)
    })
  })

  it('let everybody arrive once the last has left', () => {
    expect(trips.length).toBeGreaterThan(400)
    expect(drive(2400).streets.finished).toBe(trips.length)
  })

  it('let nobody over a closed stop line who could still have stopped', () => {
    let crossed = 0
    const before = new Map<number, { readonly lane: number; readonly rest_m: number; readonly needs_m: number }>()
    const closed = new Set<number>()
    drive(900, ({ lists, vehicles, now_s }) => {
      // What the last step did with those who stood before closed links.
      for (const [v, { lane, rest_m, needs_m }] of before) {
        const here = vehicles.where[v]
        if (here === NONE || (here < lanes && network.lanes[here].road === network.lanes[lane].road)) continue
        const link = here >= lanes ? here - lanes : vehicles.previous[v] - lanes
        if (!closed.has(link)) continue
        crossed++
        expect(rest_m).toBeLessThanOrEqual(needs_m)
      }
      before.clear()
      closed.clear()
      const clearing = now_s % 25 >= 20
      const phase = clearing ? 0 : 1 + (Math.floor(now_s / 25) % 4)
      for (const { virtual, phases, road_links } of network.junctions) {
        if (!virtual) for (const [r, own] of road_links.entries()) if (!phases[phase][r]) for (const link of own) closed.add(link)
      }
      for (let lane = 0; lane < lanes; lane++) {
        for (const v of lists.members(lane)) {
          const rest_m = network.length_m[lane] - vehicles.position_m[v]
          before.set(v, { lane, rest_m, needs_m: brakeDistance_m(vehicles.speed_mps[v], vehicles.kinds[v]) })
        }
      }
    })
    expect(crossed).toBeGreaterThan(0)
  })

  it('keep vehicles of one lane apart', () => {
    drive(600, ({ lists, vehicles }) => {
      for (let lane = 0; lane < lanes; lane++) {
        const members = lists.members(lane)
        for (let k = 1; k < members.length; k++) {
          const [ahead, behind] = [members[k - 1], members[k]]
          expect(vehicles.position_m[behind]).toBeLessThanOrEqual(vehicles.position_m[ahead] - vehicles.kinds[ahead].length_m + 0.01)
        }
      }
    })
  })

  it('run the same way twice', () => {
    const [a, b] = [drive(600), drive(600)]
    expect(a.times).toEqual(b.times)
    expect(a.streets.vehicles.position_m).toEqual(b.streets.vehicles.position_m)
  })

  it('are faster when empty', () => {
    const alone = freeFlow(net, trips, 2400)
    const { times } = drive(2400)
    expect(times.att_cityflow_s).toBeGreaterThan(alone.att_cityflow_s)
    // One road of 300 m and one of 200 m at 11.1 m/s at least.
    expect(alone.att_cityflow_s).toBeGreaterThan(45)
  })
})

describe('the files', () => {
  it('name what is wrong in a network', () => {
    expect(() => parseRoadnet({ intersections: [], roads: [{ id: 'r' }] }, 'net.json')).toThrow(/roads\[0\].*points/)
    const [road, ...roads] = net.roads
    expect(() => readStreets({ ...net, roads: [{ ...road, endIntersection: 'nowhere' }, ...roads] })).toThrow('nowhere is no intersection')
    expect(() => readStreets({ ...net, roads })).toThrow(`${road.id} is no road`)
  })

  it('name the road that a trip takes and the network does not have', () => {
    const vehicle = { length: 5, minGap: 2.5, maxSpeed: 11, maxPosAcc: 2, maxNegAcc: 4.5, usualPosAcc: 2, usualNegAcc: 4.5, headwayTime: 2 }
    const flow = { vehicle, route: ['r9'], interval: 1, startTime: 0, endTime: 0 }
    expect(() => readDemand([flow], network, 'flow.json', 3600)).toThrow('r9 is no road')
    const every_5_s = { ...flow, route: [net.roads[0].id], interval: 5, endTime: 20 }
    expect(readDemand([every_5_s], network, 'flow.json', 3600).map(({ start_s }) => start_s)).toEqual([0, 5, 10, 15, 20])
  })

  it('fill in the roads between two that do not touch, and say where there is no way', () => {
    const vehicle = { length: 5, minGap: 2.5, maxSpeed: 11, maxPosAcc: 2, maxNegAcc: 4.5, usualPosAcc: 2, usualNegAcc: 4.5, headwayTime: 2 }
    const flow = (route: readonly string[]) => ({ vehicle, route, interval: 2.5, startTime: 0, endTime: 5 })
    const [longest] = [...trips].sort((a, b) => b.route.length - a.route.length)
    const idOf = (road: number): string => network.roads[road].id
    const ends = [longest.route[0], longest.route[longest.route.length - 1]]
    const found = readDemand([flow(ends.map(idOf))], network, 'flow.json', 3600)
    // The third of them is due in the first whole second after its time.
    expect(found.map(({ start_s }) => start_s)).toEqual([0, 3, 5])
    const [{ route }] = found
    expect(route.length).toBeLessThanOrEqual(longest.route.length)
    expect([route[0], route[route.length - 1]]).toEqual(ends)
    for (const [i, road] of route.slice(1).entries()) {
      const before = network.roads[route[i]].lanes.flatMap((lane) => network.lanes[lane].links)
      expect(before.map((link) => network.lanes[network.links[link].to].road)).toContain(road)
    }
    expect(() => readDemand([flow([...ends].reverse().map(idOf))], network, 'flow.json', 3600)).toThrow('[0].route: no way from')
  })

  it('vary a demand by factor and start', () => {
    const heavier = varyDemand(trips, 1.2, 30, createRandom(1))
    expect(heavier.length / trips.length).toBeCloseTo(1.2, 1)
    expect(varyDemand(trips, 1, 0, createRandom(1))).toEqual(trips)
  })
})
