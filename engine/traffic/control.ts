/** What controls a junction now: an experiment before the programme of the hour, before its area, before the settings. */
import type { EpochMs } from '../base/time.ts'
import type { Context } from '../model/context.ts'
import { type Experiment, slotAt } from '../model/experiment.ts'
import { entryAt } from '../model/signal-areas.ts'
import type { FixedPlan, SignalControllerName } from '../model/signals.ts'

export interface Control {
  readonly controller: SignalControllerName
  readonly decision_s: number
  readonly plan: FixedPlan | null
  readonly area: string | null
  readonly from: 'experiment' | 'programme' | 'area' | 'settings'
}

/** A plan is looked at every second: its greens end when its clock says so. */
const PLAN_DECISION_S = 1

/** Forecasts by the second want counts every few seconds: with counts so far apart max pressure does as well for a fraction of the work. */
const SPARSE_S = 10

/** `interval_s`: between the newest two counts of the junction. */
export function controlOf(
  context: Context,
  experiments: Iterable<Experiment>,
  junction: string,
  now: EpochMs,
  interval_s: number,
): Control {
  const control = namedControl(context, experiments, junction, now)
  return control.controller === 'planner' && interval_s >= SPARSE_S ? { ...control, controller: 'max_pressure' } : control
}

function namedControl(
  { signals, signal_areas, localHour, localDay }: Context,
  experiments: Iterable<Experiment>,
  junction: string,
  now: EpochMs,
): Control {
  const area = signal_areas.area_of.get(junction) ?? null
  const usual = { decision_s: area?.decision_s ?? signals.decision_s, plan: null, area: area?.id ?? null }
  for (const experiment of experiments) {
    const slot = experiment.junctions.includes(junction) ? slotAt(experiment, now) : null
    if (slot !== null) return { ...usual, controller: experiment[slot.arm], from: 'experiment' }
  }
  if (area === null) return { ...usual, controller: signals.controller, from: 'settings' }
  const entry = area.programme.length === 0 ? null : entryAt(area, localHour(now), localDay(now))
  if (entry === null)
    return { ...usual, controller: area.controller ?? signals.controller, from: area.controller === null ? 'settings' : 'area' }
  const plan = entry.plan === null ? null : (signal_areas.plans.get(entry.plan)?.[junction] ?? null)
  return { ...usual, controller: entry.controller, plan, decision_s: plan === null ? usual.decision_s : PLAN_DECISION_S, from: 'programme' }
}
