import type { SignalControllerName } from '../../model/signals.ts'
import type { Controller } from './controller.ts'
import { coordinated } from './coordinated.ts'
import { actuated, fixed, webster } from './fixed.ts'
import { planner } from './planner.ts'
import { advancedMaxPressure, efficientMaxPressure, maxPressure } from './pressure.ts'
import { serviceRate } from './service-rate.ts'

export const CONTROLLERS: Readonly<Record<SignalControllerName, Controller>> = {
  planner,
  fixed,
  webster,
  actuated,
  coordinated,
  max_pressure: maxPressure,
  efficient_max_pressure: efficientMaxPressure,
  advanced_max_pressure: advancedMaxPressure,
  service_rate: serviceRate,
}
