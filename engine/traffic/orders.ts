/** What people order of signals: experiments, and the approval of a proposal where a junction is left to them. */
import type { EpochMs } from '../base/time.ts'
import { deviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import { type ExperimentPlan, firstSlot } from '../model/experiment.ts'
import type { OperatorAct } from '../model/observation.ts'
import { answerOperator, type Outcome } from '../model/outcome.ts'
import type { TrafficState } from './state.ts'

/** Ended experiments that can still be read. */
const EXPERIMENTS_KEPT = 50

/** True when the order is answered here; an approval that stands becomes a command of that person (`approvedCommand`). */
export function observeSignalOrder(state: TrafficState, context: Context, obs: OperatorAct, now: EpochMs, out: Outcome): boolean {
  const { act } = obs
  switch (act.type) {
    case 'experiment.start':
      answerOperator(out, obs, startExperiment(state, context, act, obs.by, now), now)
      return true
    case 'experiment.stop': {
      const experiment = state.experiments.get(act.experiment)
      const runs = experiment !== undefined && experiment.stopped === null
      if (runs) state.experiments.set(act.experiment, { ...experiment, stopped: { at: now, by: obs.by } })
      answerOperator(out, obs, runs ? null : `no experiment ${act.experiment} runs / 没有正在进行的试验 ${act.experiment}`, now)
      return true
    }
    case 'signal.approve': {
      const standing = state.suggestions.get(act.junction)
      if (standing?.id === act.suggestion) return false
      answerOperator(out, obs, `${act.junction} proposes something else by now / 路口 ${act.junction} 的建议已更新`, now)
      return true
    }
    default:
      return false
  }
}

function startExperiment(
  state: TrafficState,
  context: Context,
  { id, a, b, area, slot_min, washout_min, seed }: ExperimentPlan,
  by: string,
  now: EpochMs,
): string | null {
  const { signal_areas, city } = context
  const within = area === null ? city.junctions.map((junction) => junction.id) : signal_areas.junctions_of.get(area)
  if (within === undefined) return `no area ${area} / 没有区域 ${area}`
  if (a === b) return 'both controllers are the same / 两个控制器相同'
  if (washout_min >= slot_min) return 'the wash-out fills the slot / 过渡时间占满了时段'
  if (state.experiments.has(id)) return `experiment ${id} exists / 试验 ${id} 已存在`
  const junctions = within.filter((junction) => !signal_areas.human.has(junction))
  if (junctions.length === 0) return 'no junction that the engine controls / 没有由系统控制的路口'
  for (const other of state.experiments.values())
    if (other.stopped === null && other.junctions.some((junction) => junctions.includes(junction)))
      return `experiment ${other.id} runs on some of these junctions / 试验 ${other.id} 正在其中的路口进行`
  const begins = firstSlot(slot_min, now)
  state.experiments.set(id, { id, a, b, area, slot_min, washout_min, seed, junctions, by, ordered: now, begins, stopped: null })
  for (const [old, { stopped }] of state.experiments) {
    if (state.experiments.size <= EXPERIMENTS_KEPT) break
    if (stopped !== null) state.experiments.delete(old)
  }
  return null
}

/** The approved proposal as the command of the person who approved it; null for any other order. */
export function approvedCommand(state: TrafficState, context: Context, obs: OperatorAct): OperatorAct | null {
  const { act } = obs
  const junction = act.type === 'signal.approve' ? context.junctions.get(act.junction) : undefined
  if (act.type !== 'signal.approve' || junction === undefined) return null
  const phase = state.suggestions.get(act.junction)?.phase
  const device = deviceKey(junction.district, 'signal', junction.id)
  const { hold_s } = act
  return { ...obs, act: { type: 'command', device, command: 'signal.phase', fields: { phase, hold_s }, hold_s } }
}
