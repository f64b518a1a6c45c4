import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Trip, VehicleKind } from '../../../simulators/traffic/demand.ts'
import { NONE } from '../../../simulators/traffic/lists.ts'
import { readStreets, type StreetNetwork } from '../../../simulators/traffic/roadnet.ts'
import { createStreets, type Streets } from '../../../simulators/traffic/streets.ts'

const ROAD_M = 400
const edge = (id: string, x: number) => ({ id, point: { x, y: 0 }, width: 0, virtual: true, roadLinks: [] })
/** Two roads in a row, three lanes each, every lane leading onto every other: a signal between them. */
function twoRoads(width_m: number): StreetNetwork {
  const lanes = [0, 1, 2].map(() => ({ width: width_m, maxSpeed: 14 }))
  const along = (id: string, from_m: number, startIntersection: string, endIntersection: string) => {
    const points = [
      { x: from_m, y: 0 },
      { x: from_m + ROAD_M, y: 0 },
    ]
    return { id, points, lanes, startIntersection, endIntersection }
  }
  const laneLinks = [0, 1, 2].flatMap((startLaneIndex) =>
    [0, 1, 2].map((endLaneIndex) => ({
      startLaneIndex,
      endLaneIndex,
      points: [
        { x: ROAD_M - 10, y: -width_m * (startLaneIndex + 0.5) },
        { x: ROAD_M + 10, y: -width_m * (endLaneIndex + 0.5) },
      ],
    })),
  )
  const roadLinks = [{ type: 'go_straight' as const, startRoad: 'in', endRoad: 'out', laneLinks }]
  const trafficLight = { lightphases: [{ time: 5, availableRoadLinks: [] }] }
  const junction = { id: 'j', point: { x: ROAD_M, y: 0 }, width: 10, virtual: false, roadLinks, trafficLight }
  const roads = [along('in', 0, 'a', 'j'), along('out', ROAD_M, 'j', 'b')]
  return readStreets({ intersections: [edge('a', 0), junction, edge('b', 2 * ROAD_M)], roads })
}
const narrow = twoRoads(4)
/** It takes so long to cross over that some do not arrive before the end of the lane. */
const wide = twoRoads(12)

const car: VehicleKind = {
  length_m: 5,
  gap_m: 2.5,
  speed_mps: 14,
  acceleration_mps2: 2,
  braking_mps2: 4.5,
  usual_acceleration_mps2: 2,
  usual_braking_mps2: 4.5,
  headway_s: 1.5,
}
const lorry: VehicleKind = { ...car, length_m: 12, speed_mps: 6, acceleration_mps2: 1, usual_acceleration_mps2: 1 }

const trip = fc.record({ start_s: fc.nat(120), route: fc.constant([0, 1]), kind: fc.constantFrom(car, car, lorry) })
/** Seconds of green and red in turn. */
const cycle = fc.tuple(fc.integer({ min: 10, max: 60 }), fc.integer({ min: 5, max: 40 }))

function drive(
  network: StreetNetwork,
  trips: readonly Trip[],
  [green_s, red_s]: readonly [number, number],
  watch: (streets: Streets) => void,
): Streets {
  const streets = createStreets(network, trips)
  const links = network.links.map((_, link) => link)
  for (let s = 0; s < 1500 && streets.finished < trips.length; s++) {
    streets.setOpen(links, s % (green_s + red_s) < green_s)
    streets.step()
    watch(streets)
  }
  return streets
}

/** Everybody once, each shadow beside its vehicle, and nobody in another one's place. */
function expectWhole({ network, released, waiting, finished, lists, vehicles }: Streets): number {
  const driving = lists.first.reduce<number[]>((all, _, drivable) => all.concat(lists.members(drivable)), [])
  const own = driving.filter((v) => v < vehicles.count)
  expect(new Set(driving).size).toBe(driving.length)
  expect(own.length + waiting + finished).toBe(released)
  for (const shadow of driving.slice().filter((v) => v >= vehicles.count)) {
    const v = shadow - vehicles.count
    const [lane, beside] = [network.lanes[vehicles.where[v]], network.lanes[vehicles.where[shadow]]]
    expect(beside.road).toBe(lane.road)
    expect(Math.abs(beside.index - lane.index)).toBe(1)
    expect(vehicles.position_m[shadow]).toBe(vehicles.position_m[v])
    expect(vehicles.speed_mps[shadow]).toBe(vehicles.speed_mps[v])
  }
  for (let lane = 0; lane < network.lanes.length; lane++) {
    for (let v = lists.first[lane]; v !== NONE; v = lists.behind[v]) {
      const ahead = lists.ahead[v]
      expect(vehicles.where[v]).toBe(lane)
      // Behind the junction CityFlow lets somebody in beside a tail that has not left its link yet (`Lane::canEnter`), and who changes to a lane
      // there does not see who is about to come onto it: overlaps at the beginning of such a lane are part of the model.
      if (ahead !== NONE && network.lanes[lane].road === 0)
        expect(vehicles.position_m[v]).toBeLessThanOrEqual(vehicles.position_m[ahead] - vehicles.kinds[ahead].length_m + 1e-6)
    }
  }
  return driving.length - own.length
}

describe('vehicles that change lanes', () => {
  it('are never lost or doubled, overlap with nobody and all arrive', () => {
    let shadows = 0
    fc.assert(
      fc.property(fc.array(trip, { minLength: 5, maxLength: 60 }), cycle, fc.constantFrom(narrow, wide), (trips, signal, network) => {
        const streets = drive(network, trips, signal, (now) => {
          shadows += expectWhole(now)
        })
        expect(streets.finished).toBe(trips.length)
      }),
      { numRuns: 12 },
    )
    expect(shadows).toBeGreaterThan(0)
  })

  it('overtake: cars behind lorries change lanes and arrive before them', () => {
    const trips: Trip[] = [lorry, lorry, lorry, car, car, car].map((kind, i) => ({ start_s: 4 * Math.floor(i / 3), route: [0, 1], kind }))
    let beside = 0
    const { vehicles } = drive(narrow, trips, [1500, 0], (streets) => {
      beside += expectWhole(streets)
    })
    expect(beside).toBeGreaterThan(0)
    expect(Math.min(...vehicles.finish_s.subarray(3))).toBeLessThan(Math.min(...vehicles.finish_s.subarray(0, 3)))
  })
})
