/** The names that a rule may use without saying so: metrics of the contract, constants of devices, and what every device has. */
import { METRICS } from '../sense/metrics.ts'
import { CLOCK_NAMES } from './quantity.ts'

const MORE_METRICS = ['forecast_step_s', 'speed_mps', 'phase', 'vehicles_veh', 'queued_veh']
const PARAMS = ['threshold_m', 'rim_m', 'capacity_m3_s', 'volume_l']

export const KNOWN_NAMES: readonly string[] = [
  ...Object.keys(METRICS),
  ...MORE_METRICS,
  ...PARAMS,
  'age_s',
  'interval_s',
  ...CLOCK_NAMES,
].sort()
