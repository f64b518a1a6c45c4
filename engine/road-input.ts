/** The streets as crews find them, gathered for the solver from what others know: closures and delays. */
import type { CityState } from './city-state.ts'
import type { Streets } from './dispatch/reroute.ts'
import { delays } from './traffic/pace.ts'

export function streetsNow({ traffic, context, now }: CityState): Streets {
  const shut = [...traffic.area.closures.keys()].sort()
  return { shut, state: () => ({ shut, ...delays(traffic, context, now) }) }
}
