import { DAY_MS, HOUR_MS, SECOND_MS } from '../../engine/base/time.ts'
import { type DeviceState, isDue, newState, report, rounded, type Setup, type SimulatedDevice, unknownKind } from '../device.ts'

const LOOK_MS = 10 * SECOND_MS
/** In rain it reports this often. */
const WET_MS = 30 * SECOND_MS
/** A tipping bucket is right to within a few per cent. */
const NOISE_SHARE = 0.04

interface RainGaugeState extends DeviceState {
  /** Since local midnight. */
  rain_mm: number
  day: number
  looked: number | null
}

/** Rain gauge: intensity now, and the sum since local midnight. */
export function createRainGauge(setup: Setup): SimulatedDevice {
  const { device, key, world, random } = setup
  const state: RainGaugeState = { ...newState(setup), rain_mm: 0, day: 0, looked: null }
  return {
    key,
    device,
    state,
    wake(now) {
      const rate_mm_h = world.rain.rate_mm_h(device.at, now)
      const day = Math.round((now - world.localHour(now) * HOUR_MS) / DAY_MS)
      if (day !== state.day) state.rain_mm = 0
      state.day = day
      state.rain_mm += (rate_mm_h * (now - (state.looked ?? now))) / HOUR_MS
      state.looked = now
      const every_ms = device.interval_s * SECOND_MS
      if (isDue(state, now, rate_mm_h > 0 ? Math.min(WET_MS, every_ms) : every_ms)) {
        const factor = 1 + random.fork(String(now)).normal(0, NOISE_SHARE)
        report(setup, state, now, { v: { rain_mm_h: Math.max(0, rounded(rate_mm_h * factor, 1)), rain_mm: rounded(state.rain_mm, 1) } })
      }
      state.due = now + Math.min(LOOK_MS, every_ms)
    },
    obey: unknownKind,
  }
}
