/** The shadow controller: asked at every decision with what the acting one saw, and never obeyed. It writes into its own memory only. */
import type { EpochMs } from '../base/time.ts'
import type { SignalControllerName } from '../model/signals.ts'
import type { Choice, Controller, Site } from './controllers/controller.ts'
import { CONTROLLERS } from './controllers/list.ts'
import { reasonOf } from './reason.ts'
import type { JunctionShadow, ShadowState } from './shadow-state.ts'

const createJunctionShadow = (since: EpochMs): JunctionShadow => ({
  since,
  asked: 0,
  agreed: 0,
  saving_veh_s: 0,
  compared: 0,
  last: null,
  plan: null,
})

function shadowOf(state: ShadowState, name: SignalControllerName, { junction, now }: Site): JunctionShadow {
  if (state.controller !== name) {
    state.controller = name
    state.junctions.clear()
  }
  const known = state.junctions.get(junction.id) ?? createJunctionShadow(now)
  state.junctions.set(junction.id, known)
  return known
}

/** Planned delay saved by the shadow's phase, by the costs of whichever of the two is the planner. */
function savingOf(acting: Controller, choice: Choice, other: Controller, otherChoice: Choice): number | null {
  const scores = acting.name === 'planner' ? choice.scores : other.name === 'planner' ? otherChoice.scores : []
  const [mine, its] = [scores[choice.phase] ?? null, scores[otherChoice.phase] ?? null]
  return mine === null || its === null ? null : its - mine
}

export function askShadow(state: ShadowState, name: SignalControllerName, site: Site, acting: Controller, choice: Choice): void {
  const shadow = shadowOf(state, name, site)
  const controller = CONTROLLERS[name]
  const memory = { ...site.memory, plan: shadow.plan }
  const own: Site = { ...site, memory, plan: null }
  const other = controller.choose(own)
  shadow.plan = memory.plan
  shadow.asked++
  if (other.phase === choice.phase) {
    shadow.agreed++
    return
  }
  const saving_veh_s = savingOf(acting, choice, controller, other)
  if (saving_veh_s !== null) {
    shadow.saving_veh_s += saving_veh_s
    shadow.compared++
  }
  const index = (phase: number): number => site.junction.described.phases[phase].index
  shadow.last = {
    ts: site.now,
    acting: acting.name,
    acting_phase: index(choice.phase),
    shadow_phase: index(other.phase),
    saving_veh_s,
    reason: reasonOf(own, controller, other, null),
  }
}
