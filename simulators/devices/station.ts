import { newState, nextReport, report, rounded, type Setup, type SimulatedDevice, unknownKind } from '../device.ts'
import { nowcast_mm_h } from '../world/nowcast.ts'

const FORECAST_STEPS = 24
const FORECAST_STEP_S = 300
/** Weather station: rain now and a nowcast for the next two hours. */
export function createStation(setup: Setup): SimulatedDevice {
  const { device, key, world, random } = setup
  const state = newState(setup)
  return {
    key,
    device,
    state,
    wake(now) {
      const draw = random.fork(String(now))
      const forecast = nowcast_mm_h(world.rain, device.at, now, random, FORECAST_STEPS, FORECAST_STEP_S).map((rate) => rounded(rate, 1))
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
