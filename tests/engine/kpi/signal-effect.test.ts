/** What the engine says signals achieve, from counts alone, against what the simulated vehicles did. */
import { deserialize, serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../engine/base/random.ts'
import { createState, restoreState, saveState, step } from '../../../engine/brain.ts'
import { SLOTS_KEPT } from '../../../engine/kpi/signal-effect.ts'
import { bandOf, figuresOf } from '../../../engine/kpi/signal-figures.ts'
import { createContext } from '../../../engine/model/context.ts'
import { DEFAULT_BANDS } from '../../../engine/model/signals.ts'
import { effectRows } from '../../../engine/signal-view.ts'
import { createGrid, randomTrips } from '../../../simulators/traffic/grid.ts'
import { driveHour, phaseRequests } from '../../../simulators/traffic/hour.ts'
import { readStreets } from '../../../simulators/traffic/roadnet.ts'
import { gridCity } from '../../bench/signals-scale.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { count, createBrain, T0 } from '../../support/brain.ts'

const network = readStreets(createGrid({ columns: 2, rows: 2, east_m: 400, north_m: 400 }))
const city = gridCity(network)
const DURATION_S = 1800

interface Truth {
  passed: number
  present_s: number
  stopped_s: number
  stops: number
  greens: number
  failed: number
}

/** The believed figures of the district beside what was true. */
function drive(entrance_veh_h: number) {
  const trips = randomTrips(network, entrance_veh_h, DURATION_S, createRandom('effect'))
  const lane_of = new Map(network.lanes.map(({ id }, lane) => [id, lane]))
  const truth: Truth = { passed: 0, present_s: 0, stopped_s: 0, stops: 0, greens: 0, failed: 0 }
  const on = new Map<number, ReadonlySet<number>>()
  const standing = new Map<number, ReadonlySet<number>>()
  const atGreen = new Map<string, { readonly green: ReadonlySet<string>; readonly queue: ReadonlyMap<number, ReadonlySet<number>> }>()
  let state = createState(createContext(city, 'test', 1, { lockstep: true, signals: { controller: 'max_pressure', decision_s: 1 } }))
  driveHour({
    network,
    junctions: city.junctions,
    trips,
    start: T0,
    duration_s: DURATION_S,
    control(counts, now) {
      const outcome = step(state, counts, now)
      state = outcome.state
      return phaseRequests(outcome.commands)
    },
    watch(streets, plant) {
      for (const { id, entering } of city.junctions) {
        const queue = new Map<number, ReadonlySet<number>>()
        for (const { id: name } of entering) {
          const lane = lane_of.get(name) ?? -1
          const here = new Set(streets.lists.members(lane).filter((v) => v < streets.vehicles.count))
          const still = new Set([...here].filter((v) => streets.vehicles.speed_mps[v] < 0.1))
          queue.set(lane, still)
          for (const v of on.get(lane) ?? []) if (!here.has(v)) truth.passed++
          for (const v of still) if (!standing.get(lane)?.has(v)) truth.stops++
          truth.present_s += here.size
          truth.stopped_s += still.size
          on.set(lane, here)
          standing.set(lane, still)
        }
        const green = plant.green(id)
        const before = atGreen.get(id)
        if (before !== undefined && before.green.size > 0 && green.size === 0) {
          truth.greens++
          const left = [...before.green].some((name) => {
            const lane = lane_of.get(name) ?? -1
            return [...(before.queue.get(lane) ?? [])].some((v) => queue.get(lane)?.has(v))
          })
          if (left) truth.failed++
        }
        if (before?.green !== green) atGreen.set(id, { green, queue })
      }
    },
  })
  const [row] = effectRows(state, 'district', T0, T0 + DURATION_S * 1000)
  return { state, truth, row }
}

/** Relative to what was true. */
const off = (told: number | null, true_: number): number => Math.abs((told ?? Number.NaN) / true_ - 1)

describe('figures of the signals', () => {
  it.each([300, 600])('are what the vehicles did, at %s vehicles an hour and entrance', (entrance_veh_h) => {
    const { truth, row } = drive(entrance_veh_h)
    const { total } = row
    // A vehicle that leaves in the very second in which another comes into the lane and a third into the detection zone is not seen.
    expect(off(total.throughput_veh_h, truth.passed / (DURATION_S / 3600))).toBeLessThan(0.05)
    expect(off(total.travel_time_s, truth.present_s / truth.passed)).toBeLessThan(0.05)
    expect(off(total.stopped_s, truth.stopped_s / truth.passed)).toBeLessThan(0.05)
    // Counts do not show a stop while another vehicle of the lane starts: in a jam, where all move up and stop again, half are not seen.
    const stops = truth.stops / truth.passed
    expect(total.stops).toBeLessThan(1.1 * stops)
    expect(total.stops).toBeGreaterThan((entrance_veh_h > 500 ? 0.4 : 0.9) * stops)
    // Vehicles that joined the queue during the green may be the ones that still stand.
    const failed = truth.failed / truth.greens
    expect(total.split_failure_share).toBeGreaterThanOrEqual(failed - 0.05)
    expect(total.split_failure_share).toBeLessThan(failed + 0.15)
    expect(total.coverage).toBe(1)
    expect(total.tti).toBeGreaterThan(1)
    expect(off(total.tti, total.delay_index ?? 0)).toBeLessThan(0.1)
    expect(row.slots).toHaveLength(DURATION_S / 300)
  })
})

describe('slots', () => {
  const [junction] = smallCity().junctions
  const LANES = { in: junction.entering.map(({ id }) => id), out: junction.leaving.map(({ id }) => id) }
  const told = (s: number) => count(`d0/traffic/${junction.id}`, s, LANES, { [LANES.in[1]]: (s >> 3) % 5 })

  it('go on over a restart as if nothing had happened', () => {
    const run = (restart_at: number) => {
      const brain = createBrain()
      for (let s = 1; s < 700; s++) {
        if (s === restart_at)
          brain.state = restoreState(createContext(smallCity(), 'test', 1), deserialize(serialize(saveState(brain.state))))
        brain.at(s, told(s))
      }
      return brain.state.effect
    }
    expect(run(450)).toEqual(run(-1))
  })

  it('are kept for a day', () => {
    const brain = createBrain()
    for (let s = 0; s < 26 * 3600; s += 10) brain.at(s, told(s))
    expect(brain.state.effect.get(junction.id)?.slots).toHaveLength(SLOTS_KEPT)
  })

  it('say nothing where nothing was heard', () => {
    const brain = createBrain()
    expect(effectRows(brain.state, 'junction', T0, T0 + 1000)[0]).toMatchObject({
      band: null,
      slots: [],
      total: { delay_s: null, stops: null },
    })
  })
})

it('names the band of an index by the table', () => {
  expect([1, 1.49, 1.5, 2.2, 9].map((tti) => bandOf(DEFAULT_BANDS, tti)?.en)).toEqual(['free', 'free', 'slow', 'jammed', 'severe'])
  expect(bandOf(DEFAULT_BANDS, null)).toBeNull()
})

it('takes the 95th percentile over time', () => {
  const sums = {
    heard_s: 100,
    lane_s: 100,
    lanes_s: 100,
    vehicle_s: 0,
    queued_s: 0,
    passed_veh: 0,
    stopped_veh: 0,
    free_s: 0,
    passed_m: 0,
    greens: 0,
    failed: 0,
  }
  expect(figuresOf({ ...sums, queue_s: [50, 30, 14, 6] }).queue_p95_veh).toBe(3)
  expect(figuresOf({ ...sums, queue_s: [50, 30, 15, 5] }).queue_p95_veh).toBe(2)
})
