import { MINUTE_MS, SECOND_MS } from '../../engine/base/time.ts'
import { type DeviceState, isDue, newState, report, rounded, type Setup, type SimulatedDevice, unknownKind } from '../device.ts'

/** It looks this often, and reports early when one of these is passed. */
const LOOK_MS = MINUTE_MS
const FILL_PCT_STEPS = [80, 90, 95, 100]
/** The sensor under the lid sees no more; what lies beside the bin does not lift it either. */
const FULL_PCT = 100
const HOT_C = 50
/** Less than before by this much: it has been emptied. */
const EMPTIED_PCT = 20

interface BinDeviceState extends DeviceState {
  fill_pct: number
  hot: boolean
}

/** Bin sensor: how full, how warm, how heavy. */
export function createBin(setup: Setup): SimulatedDevice {
  const { device, key, world, random } = setup
  const state: BinDeviceState = { ...newState(setup), fill_pct: 0, hot: false }
  return {
    key,
    device,
    state,
    wake(now) {
      const { fill_pct, temperature_c, weight_kg } = world.bins.look(key, now)
      const every_ms = device.interval_s * SECOND_MS
      const hot = temperature_c >= HOT_C
      const passed = FILL_PCT_STEPS.some((step) => state.fill_pct < step && fill_pct >= step) || state.fill_pct - fill_pct >= EMPTIED_PCT
      if (passed || hot !== state.hot || isDue(state, now, every_ms)) {
        const draw = random.fork(String(now))
        report(setup, state, now, {
          v: {
            fill_pct: Math.min(FULL_PCT, Math.max(0, rounded(fill_pct + draw.normal(0, 0.3), 1))),
            temperature_c: rounded(temperature_c + draw.normal(0, 0.2), 1),
            weight_kg,
          },
        })
        state.fill_pct = fill_pct
        state.hot = hot
      }
      state.due = now + Math.min(LOOK_MS, every_ms)
    },
    obey: (command) => (command.kind === 'notice' ? { status: 'done' } : unknownKind(command)),
  }
}
