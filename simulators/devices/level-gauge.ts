import { type EpochMs, SECOND_MS } from '../../engine/base/time.ts'
import { type DeviceState, isDue, newState, report, rounded, type Setup, type SimulatedDevice, unknownKind } from '../device.ts'
import { findLowPoint } from './low-point.ts'

/** It looks this often and reports early when the water has moved. */
const LOOK_MS = 10 * SECOND_MS
const CHANGE_M = 0.01
/** Standard deviation of one measurement: an ultrasonic gauge over rough water. */
const NOISE_M = 0.002

interface GaugeState extends DeviceState {
  level_m: number
}

/** Water level gauge of a low point: depth on the road in metres. */
export function createLevelGauge(setup: Setup): SimulatedDevice {
  const place = findLowPoint(setup)
  return createGauge(setup, () => (place === null ? 0 : setup.world.water.depth_m(place)))
}

/** River or tide gauge: height above its zero in metres. */
export const createRiverGauge = (setup: Setup): SimulatedDevice => createGauge(setup, setup.world.river.level_m)

function createGauge(setup: Setup, look_m: (now: EpochMs) => number): SimulatedDevice {
  const { device, key, random } = setup
  const state: GaugeState = { ...newState(setup), level_m: 0 }
  return {
    key,
    device,
    state,
    wake(now) {
      const depth_m = look_m(now)
      const every_ms = device.interval_s * SECOND_MS
      if (isDue(state, now, every_ms) || Math.abs(depth_m - state.level_m) >= CHANGE_M) {
        const noise_m = random.fork(String(now)).normal(0, NOISE_M)
        report(setup, state, now, { v: { level_m: Math.max(0, rounded(depth_m + noise_m, 3)) } })
        state.level_m = depth_m
      }
      state.due = now + Math.min(LOOK_MS, every_ms)
    },
    obey: unknownKind,
  }
}
