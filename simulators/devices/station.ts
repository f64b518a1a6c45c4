import { SECOND_MS } from '../../engine/base/time.ts'
import { newState, nextReport, report, rounded, type Setup, type SimulatedDevice, unknownKind } from '../device.ts'

const FORECAST_STEPS = 12
const FORECAST_STEP_S = 300
/** Relative error of a radar nowcast, growing with the square root of its lead: 10 % after one step, 35 % after an hour. */
const ERROR_SHARE = 0.1

/** Weather station: rain now and a nowcast for the next hour, the truth blurred by its lead time. */
export function createStation(setup: Setup): SimulatedDevice {
  const { device, key, world, random } = setup
  const state = newState(setup)
  return {
    key,
    device,
    state,
    wake(now) {
      const draw = random.fork(String(now))
      const forecast = Array.from({ length: FORECAST_STEPS }, (_, i) => {
        const truth = world.rain.rate_mm_h(device.at, now + (i + 1) * FORECAST_STEP_S * SECOND_MS)
        return Math.max(0, rounded(truth * (1 + draw.normal(0, ERROR_SHARE * Math.sqrt(i + 1))), 1))
      })
      report(setup, state, now, {
        v: {
          rain_mm_h: rounded(world.rain.rate_mm_h(device.at, now), 1),
          rain_forecast_mm_h: forecast,
          forecast_step_s: FORECAST_STEP_S,
          wind_mps: rounded(Math.max(0, draw.normal(2.5, 0.6)), 1),
          temperature_c: rounded(22 + 5 * Math.sin(((world.localHour(now) - 9) / 12) * Math.PI) + draw.normal(0, 0.2), 1),
        },
      })
      state.due = nextReport(setup, state, now)
    },
    obey: unknownKind,
  }
}
