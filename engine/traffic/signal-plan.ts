/**
 * What a junction's description allows: a phase, a sequence of phases, a plan. A signal command that it forbids cannot be issued, because
 * the only way to a `Lawful` one leads through here (engine/act/guard.ts). What is wrong is a value with its place and its reason.
 */
import type { Bilingual, MovementConflict } from '../model/city.ts'
import type { CommandBody } from '../model/command.ts'
import type { SignalJunction } from '../model/signal-network.ts'

export type SignalBody = Extract<CommandBody, { kind: 'signal.phase' | 'signal.plan' | 'signal.preempt' }>
export type SignalPlan = Omit<Extract<SignalBody, { kind: 'signal.plan' }>, 'kind'>

export type SignalFaultCode =
  | 'unknown_phase'
  | 'nothing_green'
  | 'conflict'
  | 'empty'
  | 'not_served'
  | 'no_clearance'
  | 'green_short'
  | 'green_long'
  | 'walk_short'
  | 'cycle'
  | 'offset'
  | 'hold'

export interface SignalFault {
  readonly code: SignalFaultCode
  /** Where in what was asked: `phase`, `splits[2].green_s`. */
  readonly place: string
  readonly why: Bilingual
}

declare const LAWFUL: unique symbol
/** Checked against a description; nobody else can make one. */
export type Lawful<T> = T & { readonly [LAWFUL]: true }
export type Checked<T> = { readonly lawful: Lawful<T> } | { readonly faults: readonly [SignalFault, ...SignalFault[]] }

/** A cycle may miss the sum of its parts by rounding. */
const ROUNDING_S = 0.5

const fault = (code: SignalFaultCode, place: string, en: string, zh: string): SignalFault => ({ code, place, why: { en, zh } })

function checked<T>(value: T, faults: readonly SignalFault[]): Checked<T> {
  const [first, ...rest] = faults
  // The brand exists for the compiler only.
  return first === undefined ? { lawful: value as Lawful<T> } : { faults: [first, ...rest] }
}

/** A signal command against the junction it is for. */
export function checkSignal<B extends SignalBody>(junction: SignalJunction, body: B): Checked<B> {
  const asked: SignalBody = body
  switch (asked.kind) {
    case 'signal.phase': {
      const { phase, hold_s } = asked
      const hold = hold_s > 0 ? [] : [fault('hold', 'hold_s', `hold_s ${hold_s} is not above 0`, `保持时间 ${hold_s} 秒应大于 0`)]
      return checked(body, [...phaseFaults(junction, phase), ...hold])
    }
    case 'signal.preempt':
      return checked(body, phaseFaults(junction, asked.phase))
    case 'signal.plan':
      return checked(body, planFaults(junction, asked))
  }
}

/** What is wrong with showing a phase: it is not described, opens nothing, or opens what may not be open together. */
export function phaseFaults(junction: SignalJunction, index: number, place = 'phase'): SignalFault[] {
  const { described } = junction
  const phase = described.phases.find((one) => one.index === index)
  if (phase === undefined)
    return [fault('unknown_phase', place, `${junction.id} has no phase ${index}`, `${junction.id} 没有相位 ${index}`)]
  if (phase.movements.length === 0)
    return [fault('nothing_green', place, `phase ${index} gives green to no movement`, `相位 ${index} 不放行任何流向`)]
  return conflictsIn(junction, phase.movements).map(({ first, second }) =>
    fault(
      'conflict',
      place,
      `phase ${index} opens ${first} and ${second}, which conflict`,
      `相位 ${index} 同时放行冲突流向 ${first} 与 ${second}`,
    ),
  )
}

/** Pairs with green together, those that always run included, of which neither gives way. */
function conflictsIn({ described, always }: SignalJunction, movements: readonly string[]): readonly MovementConflict[] {
  const open = new Set([...movements, ...always])
  return described.conflicts.filter(({ first, second, yields }) => yields === null && open.has(first) && open.has(second))
}

/** Phases in a row, over and over: each lawful, everybody served, a clearance wherever somebody loses green to somebody else. */
export function sequenceFaults(junction: SignalJunction, indices: readonly number[], place = 'sequence'): SignalFault[] {
  if (indices.length === 0) return [fault('empty', place, 'no phase is named', '没有任何相位')]
  const faults = indices.flatMap((index, i) => phaseFaults(junction, index, `${place}[${i}]`))
  if (faults.length > 0) return faults
  for (const [i, index] of indices.entries()) {
    const next = indices[(i + 1) % indices.length]
    if (missesClearance(junction, index, next))
      faults.push(
        fault(
          'no_clearance',
          `${place}[${i}]`,
          `no clearance between phases ${index} and ${next}`,
          `相位 ${index} 与 ${next} 之间缺少清空时间`,
        ),
      )
  }
  return [...faults, ...unserved(junction, indices, place)]
}

function missesClearance({ described, intergreen_s }: SignalJunction, from: number, to: number): boolean {
  const [a, b] = [from, to].map((index) => described.phases.findIndex((phase) => phase.index === index))
  if (a === b || intergreen_s[a][b] > 0) return false
  const [before, after] = [described.phases[a].movements, described.phases[b].movements]
  return before.some((id) => !after.includes(id))
}

function unserved({ described }: SignalJunction, indices: readonly number[], place: string): SignalFault[] {
  const served = new Set(described.phases.flatMap(({ index, movements }) => (indices.includes(index) ? movements : [])))
  const missing = new Set(described.phases.flatMap(({ movements }) => movements.filter((id) => !served.has(id))))
  return [...missing].map((id) => fault('not_served', place, `${id} never gets green`, `流向 ${id} 始终得不到绿灯`))
}

/** A plan: its sequence, every green within its bounds, the cycle the sum of greens and clearances, the offset within it. */
export function planFaults(junction: SignalJunction, { cycle_s, offset_s, splits }: SignalPlan): SignalFault[] {
  const greens = splits.flatMap(({ phase, green_s }, i) => greenFaults(junction, phase, green_s, `splits[${i}]`))
  const sequence = sequenceFaults(
    junction,
    splits.map(({ phase }) => phase),
    'splits',
  )
  if (sequence.some(({ code }) => code === 'unknown_phase' || code === 'empty')) return sequence
  return [...greens, ...cycleFaults(junction, { cycle_s, offset_s, splits }), ...sequence]
}

function greenFaults(junction: SignalJunction, index: number, green_s: number, place: string): SignalFault[] {
  const phase = junction.described.phases.find((one) => one.index === index)
  if (phase === undefined) return []
  const { green_s_min, green_s_max, walk_s } = phase
  const en = `green of ${green_s} s for phase ${index} is outside ${green_s_min}…${green_s_max} s`
  const zh = `相位 ${index} 绿灯 ${green_s} 秒超出 ${green_s_min}…${green_s_max} 秒`
  // Written so that NaN fails too.
  if (!(green_s >= green_s_min)) return [fault('green_short', `${place}.green_s`, en, zh)]
  if (!(green_s <= green_s_max)) return [fault('green_long', `${place}.green_s`, en, zh)]
  if (walk_s === null || green_s >= walk_s) return []
  const [walk, walk_zh] = [
    `green of ${green_s} s for phase ${index} is shorter than the ${walk_s} s that people on foot need`,
    `相位 ${index} 绿灯 ${green_s} 秒短于行人过街所需的 ${walk_s} 秒`,
  ]
  return [fault('walk_short', `${place}.green_s`, walk, walk_zh)]
}

function cycleFaults(junction: SignalJunction, { cycle_s, offset_s, splits }: SignalPlan): SignalFault[] {
  const at = splits.map(({ phase }) => junction.described.phases.findIndex(({ index }) => index === phase))
  const faults: SignalFault[] = []
  const used_s = splits.reduce((sum, { green_s }, i) => {
    const next = at[(i + 1) % at.length]
    return sum + green_s + (next === at[i] ? 0 : junction.intergreen_s[at[i]][next])
  }, 0)
  if (!(Math.abs(used_s - cycle_s) <= ROUNDING_S)) {
    const en = `greens and inter-greens take ${used_s} s of a cycle of ${cycle_s} s`
    faults.push(fault('cycle', 'cycle_s', en, `绿灯与绿间隔共 ${used_s} 秒，周期为 ${cycle_s} 秒`))
  }
  if (!(offset_s >= 0 && offset_s < cycle_s)) {
    const en = `offset ${offset_s} s is outside the cycle of ${cycle_s} s`
    faults.push(fault('offset', 'offset_s', en, `相位差 ${offset_s} 秒超出周期 ${cycle_s} 秒`))
  }
  return faults
}
