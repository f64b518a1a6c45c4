/** Lanes that never say anything, on simulated streets: they are served, and nobody else pays much for it. */
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../engine/base/random.ts'
import { createState, step } from '../../../engine/brain.ts'
import type { CityState } from '../../../engine/city-state.ts'
import { createContext } from '../../../engine/model/context.ts'
import { createGrid, randomTrips } from '../../../simulators/traffic/grid.ts'
import { driveHour, phaseRequests } from '../../../simulators/traffic/hour.ts'
import { NO_FAULTS } from '../../../simulators/traffic/lane-detectors.ts'
import { readStreets } from '../../../simulators/traffic/roadnet.ts'
import { gridCity } from '../../bench/signals-scale.ts'
import { T0 } from '../../support/brain.ts'

const network = readStreets(createGrid({ columns: 3, rows: 3, east_m: 400, north_m: 400 }))
const city = gridCity(network)
const DURATION_S = 1500
const trips = randomTrips(network, 400, DURATION_S, createRandom('silent'))

function drive(silent_lanes: number, seed: number) {
  let state: CityState = createState(createContext(city, 'test', 1, { lockstep: true }))
  const result = driveHour({
    network,
    junctions: city.junctions,
    trips,
    start: T0,
    duration_s: DURATION_S,
    faults: { ...NO_FAULTS, silent_lanes },
    seed,
    control(counts, now) {
      const outcome = step(state, counts, now)
      state = outcome.state
      expect(outcome.facts.filter(({ kind }) => kind === 'fault')).toEqual([])
      return phaseRequests(outcome.commands)
    },
  })
  return { state, result }
}

describe('silent lanes', () => {
  const well = drive(0, 1).result

  it.each([1, 2])('one in ten costs the streets little (lanes drawn by seed %s)', (seed) => {
    const { result } = drive(0.1, seed)
    expect(result.att_paper_s).toBeLessThan(1.1 * well.att_paper_s)
    expect(result.finished).toBeGreaterThan(0.97 * well.finished)
  })

  it('have the flow that the lanes behind them see', () => {
    const { state } = drive(0.1, 1)
    let bridged = 0
    for (const [id, { lanes }] of state.traffic.junctions) {
      const junction = state.context.signal_network.get(id)
      for (const [l, { bridge, flow_veh_s }] of lanes.entries()) {
        if (bridge === null || junction === undefined || junction.lanes[l].free || bridge.passed_veh < 20) continue
        bridged++
        // What was seen to pass, older vehicles counting less, over the seconds of it.
        expect(flow_veh_s).toBeGreaterThan((0.5 * bridge.passed_veh) / bridge.passed_s)
        expect(flow_veh_s).toBeLessThan((1.5 * bridge.passed_veh) / bridge.passed_s)
      }
    }
    expect(bridged).toBeGreaterThan(0)
  })
})
