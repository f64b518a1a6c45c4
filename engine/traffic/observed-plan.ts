/**
 * What a junction's controller says it runs, beside what it was told to run. Known state only: nothing here commands anything. A difference that stands is told, for a controller that
 * does not follow is on its own plan, whatever the wall shows.
 */
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../base/time.ts'
import { type DeviceKey, splitKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { MetricValue } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'
import type { IncidentTemplate } from '../model/rule.ts'

/** As it was told to run it. */
export interface CommandedPlan {
  readonly cycle_s: number
  readonly offset_s: number
  readonly splits: readonly { readonly phase: number; readonly green_s: number }[]
  /** When it was told; null for a plan that stands in the programme. */
  readonly since: EpochMs | null
}

/** As the controller says. Null: it says nothing of it. */
export interface ObservedPlan {
  readonly ts: EpochMs
  readonly plan: number | null
  readonly cycle_s: number | null
  readonly offset_s: number | null
  /** By phase as the junction numbers it, of those that are known. */
  readonly splits: readonly { readonly phase: number; readonly green_s: number }[]
  readonly manual: boolean
  readonly flash: boolean
}

export interface PlanDifference {
  readonly what: 'cycle' | 'offset' | 'green' | 'manual' | 'flash'
  /** Of `green`. */
  readonly phase: number | null
  readonly commanded_s: number | null
  readonly observed_s: number | null
}

interface Watched {
  observed: ObservedPlan
  /** What differs now; none while nothing was commanded. */
  differences: readonly PlanDifference[]
  /** Since when something has. */
  since: EpochMs | null
  told: boolean
}

/** By key of the controller. */
export type ObservedPlans = Map<DeviceKey, Watched>

/** Controllers count in whole seconds, and round each on their own. */
const SAME_S = 1
/** A controller takes up to some cycles to come into step with a new plan (transition). */
const TRANSITION_CYCLES = 3
/** A difference is told when it has stood so long. */
const STANDS_MS = 5 * MINUTE_MS
/** What was said longer ago says nothing of now. */
const STALE_MS = 15 * MINUTE_MS
const PHASES_MAX = 32

const TEMPLATE: IncidentTemplate = {
  class: 'signal.plan_differs',
  title: { zh: '信号机未按下发方案运行', en: 'Controller does not run the plan it was given' },
  deadline_min: 480,
  crew: { skill: 'repair', kit: [], service_min: 30 },
}

const numberOf = (value: MetricValue | undefined): number | null => (typeof value === 'number' ? value : null)

/** Takes a reading of a controller; one that says nothing of its plan changes nothing. A part that it does not say again still stands. */
export function observePlan(state: ObservedPlans, device: DeviceKey, ts: EpochMs, values: Readonly<Record<string, MetricValue>>): void {
  const splits: { phase: number; green_s: number }[] = []
  for (let phase = 0; phase < PHASES_MAX; phase++) {
    const green_s = numberOf(values[`phase_${phase}_green_s`])
    if (green_s !== null) splits.push({ phase, green_s })
  }
  const [plan, cycle_s, offset_s] = ['plan', 'cycle_s', 'offset_s'].map((name) => numberOf(values[name]))
  const [manual, flash] = ['manual', 'flash'].map((name) => numberOf(values[name]))
  if (plan === null && cycle_s === null && splits.length === 0 && manual === null && flash === null) return
  const before = state.get(device)
  // Another plan has other times: what is known of the one before is not known of it.
  const isOther = plan !== null && plan !== before?.observed.plan
  const kept = isOther ? undefined : before?.observed
  const observed: ObservedPlan = {
    ts,
    plan: plan ?? kept?.plan ?? null,
    cycle_s: cycle_s ?? kept?.cycle_s ?? null,
    offset_s: offset_s ?? kept?.offset_s ?? null,
    splits: splits.length > 0 ? splits : (kept?.splits ?? []),
    manual: manual === null ? (before?.observed.manual ?? false) : manual > 0,
    flash: flash === null ? (before?.observed.flash ?? false) : flash > 0,
  }
  if (before === undefined) state.set(device, { observed, differences: [], since: null, told: false })
  else before.observed = observed
}

const apart = (a: number, b: number): boolean => Math.abs(a - b) > SAME_S

/** Offsets are the same when they are so around the cycle. */
function offsetApart(a: number, b: number, cycle_s: number): boolean {
  const off_s = (((a - b) % cycle_s) + cycle_s) % cycle_s
  return Math.min(off_s, cycle_s - off_s) > SAME_S
}

export function planDifferences(observed: ObservedPlan, commanded: CommandedPlan): PlanDifference[] {
  const found: PlanDifference[] = []
  const say = (what: PlanDifference['what'], commanded_s: number | null, observed_s: number | null, phase: number | null = null): void => {
    found.push({ what, phase, commanded_s, observed_s })
  }
  if (observed.flash) say('flash', null, null)
  if (observed.manual) say('manual', null, null)
  const { cycle_s, offset_s } = observed
  if (cycle_s !== null && apart(cycle_s, commanded.cycle_s)) say('cycle', commanded.cycle_s, cycle_s)
  else if (offset_s !== null && offsetApart(offset_s, commanded.offset_s, commanded.cycle_s)) say('offset', commanded.offset_s, offset_s)
  for (const { phase, green_s } of observed.splits) {
    const told = commanded.splits.find((one) => one.phase === phase)
    if (told !== undefined && apart(green_s, told.green_s)) say('green', told.green_s, green_s, phase)
  }
  return found
}

/** @param commandedOf what the controller was told and should be running now; null where nothing, or a person or a corridor has it */
export function followPlans(
  state: ObservedPlans,
  context: Context,
  commandedOf: (device: DeviceKey) => CommandedPlan | null,
  now: EpochMs,
  out: Outcome,
): void {
  for (const [device, watched] of state) {
    const commanded = commandedOf(device)
    const isSettled = commanded !== null && now - (commanded.since ?? 0) > TRANSITION_CYCLES * commanded.cycle_s * SECOND_MS
    const isFresh = now - watched.observed.ts <= STALE_MS
    // A plan that was told after the controller spoke has not been answered yet.
    const isAnswer = commanded !== null && watched.observed.ts >= (commanded.since ?? 0)
    watched.differences = commanded !== null && isSettled && isFresh && isAnswer ? planDifferences(watched.observed, commanded) : []
    if (watched.differences.length === 0) watched.since = null
    else watched.since ??= now
    const stands = watched.since !== null && now - watched.since >= STANDS_MS
    if (stands === watched.told) continue
    watched.told = stands
    out.proposals.push(signalOf(context, device, watched, stands, now))
  }
}

const WORDS: Readonly<Record<PlanDifference['what'], { readonly zh: string; readonly en: string }>> = {
  cycle: { zh: '周期', en: 'cycle' },
  offset: { zh: '相位差', en: 'offset' },
  green: { zh: '绿灯', en: 'green' },
  manual: { zh: '现场手动控制', en: 'hand control at the cabinet' },
  flash: { zh: '黄闪', en: 'flashing' },
}

function wordsOf({ what, phase, commanded_s, observed_s }: PlanDifference): { readonly zh: string; readonly en: string } {
  const { zh, en } = WORDS[what]
  if (commanded_s === null || observed_s === null) return { zh, en }
  return {
    zh: `${phase === null ? '' : `相位 ${phase} `}${zh} ${observed_s} 秒，应为 ${commanded_s} 秒`,
    en: `${en}${phase === null ? '' : ` of phase ${phase}`} ${observed_s} s instead of ${commanded_s} s`,
  }
}

function signalOf(
  context: Context,
  device: DeviceKey,
  { observed, differences, since }: Watched,
  active: boolean,
  now: EpochMs,
): Extract<Outcome['proposals'][number], { kind: 'signal' }> {
  const { id } = splitKey(device)
  const words = differences.map(wordsOf)
  const min = Math.round((now - (since ?? now)) / MINUTE_MS)
  return {
    kind: 'signal',
    key: `signal.plan_differs/${device}`,
    active,
    template: TEMPLATE,
    severity: 'warning',
    at: context.junctions.get(id)?.at ?? context.devices.get(device)?.at ?? [0, 0],
    device,
    place: id,
    reason: {
      policy: 'traffic.plan_differs',
      text: `The controller of ${id} has not run its plan for ${min} min: ${words.map(({ en }) => en).join('; ')}`,
      text_zh: `路口 ${id} 信号机已 ${min} 分钟未按下发方案运行：${words.map(({ zh }) => zh).join('；')}`,
      evidence: [`${device} cycle_s=${observed.cycle_s} offset_s=${observed.offset_s} at ${observed.ts}`],
    },
  }
}

/** What a controller says it runs and how that differs; null where it has said nothing. */
export function viewPlan(state: ObservedPlans, device: DeviceKey): (ObservedPlan & Pick<Watched, 'differences' | 'since'>) | null {
  const watched = state.get(device)
  return watched === undefined ? null : { ...watched.observed, differences: watched.differences, since: watched.since }
}
