/**
 * Signal controllers as they stand in the cabinet: they show one phase or clear to the next, keep minimum green and intergreen whatever
 * is asked, and run their own fixed plan when nobody asks or the order has expired (contract section 4).
 */
import type { EpochMs } from '../../engine/base/time.ts'
import { SECOND_MS } from '../../engine/base/time.ts'
import type { Junction } from '../../engine/model/city.ts'
import { clearance_s, localPhases, shortest_s, unsafePhases } from '../traffic/signal-rules.ts'

/** What the controller was told last. `until` is its expiry; then the local plan takes over. */
export type SignalOrder =
  | { readonly kind: 'phase'; readonly phase: number; readonly until: EpochMs }
  /** For an emergency: until it ends nothing else is taken. */
  | { readonly kind: 'preempt'; readonly phase: number; readonly until: EpochMs }
  | {
      readonly kind: 'plan'
      readonly cycle_s: number
      readonly offset_s: number
      readonly splits: readonly { readonly phase: number; readonly green_s: number }[]
      readonly until: EpochMs
    }

export interface SignalState {
  phase: number
  /** Equal to `phase` unless clearing. */
  target: number
  /** Start of the green, or of the clearance. */
  since: EpochMs
  clearing: boolean
  order: SignalOrder | null
}

export interface Signals {
  /** The second that ends at `now`. */
  step(now: EpochMs): void
  findState(junction: string): Readonly<SignalState> | null
  /** How long the green or the clearance has lasted, in whole seconds as cabinets report it; 0 without signals. */
  age_s(junction: string, now: EpochMs): number
  /** Tells whether a lane may discharge, whenever asked; lanes named in no phase always may. */
  lampOf(junction: string, lane: string): () => boolean
  /** Null when taken; otherwise why not. */
  order(junction: string, order: SignalOrder): string | null
  readonly states: Record<string, SignalState>
}

/** Green of each phase in the local plan, where the junction allows it. */
const LOCAL_GREEN_S = 25

/** The phase that a list of splits asks for at a moment of its cycle: each for its green after the clearance that leads to it. */
function phaseInCycle(junction: Junction, splits: readonly { readonly phase: number; readonly green_s: number }[], at_s: number): number {
  let left = at_s
  for (const [i, { phase, green_s }] of splits.entries()) {
    const slot_s = green_s + clearance_s(junction, splits[(i + splits.length - 1) % splits.length].phase, phase)
    if (left < slot_s) return phase
    left -= slot_s
  }
  return splits[splits.length - 1].phase
}

interface Cabinet {
  readonly junction: Junction
  readonly state: SignalState
  /** Phases that may be shown: their greens do not conflict. */
  readonly safe: ReadonlySet<number>
  readonly localSplits: readonly { readonly phase: number; readonly green_s: number }[]
  readonly localCycle_s: number
}

function createCabinet(junction: Junction, safe: ReadonlySet<number>, state: SignalState): Cabinet {
  const phases = junction.phases.filter(({ index }) => safe.has(index))
  const localSplits = localPhases(phases).map(({ index, green_s_max }) => ({
    phase: index,
    green_s: Math.min(green_s_max, Math.max(shortest_s(junction, index), LOCAL_GREEN_S)),
  }))
  const localCycle_s = localSplits.reduce((sum, { phase, green_s }, i) => {
    const before = localSplits[(i + localSplits.length - 1) % localSplits.length].phase
    return sum + green_s + clearance_s(junction, before, phase)
  }, 0)
  return { junction, state, safe, localSplits, localCycle_s }
}

function wantedPhase({ junction, state, localSplits, localCycle_s }: Cabinet, now: EpochMs): number {
  if (state.order !== null && now >= state.order.until) state.order = null
  const { order } = state
  if (order === null) {
    return localSplits.length === 0 ? state.phase : phaseInCycle(junction, localSplits, (now / SECOND_MS) % localCycle_s)
  }
  if (order.kind !== 'plan') return order.phase
  const at_s = now / SECOND_MS - order.offset_s
  return phaseInCycle(junction, order.splits, ((at_s % order.cycle_s) + order.cycle_s) % order.cycle_s)
}

function step(cabinet: Cabinet, now: EpochMs): void {
  const { state, junction } = cabinet
  if (state.clearing) {
    if (now - state.since < clearance_s(junction, state.phase, state.target) * SECOND_MS) return
    state.phase = state.target
    state.clearing = false
    state.since = now
    return
  }
  const wanted = wantedPhase(cabinet, now)
  if (wanted === state.phase || now - state.since < shortest_s(junction, state.phase) * SECOND_MS) return
  state.target = wanted
  state.clearing = true
  state.since = now
}

function refusal({ junction, safe, state }: Cabinet, order: SignalOrder): string | null {
  if (state.order?.kind === 'preempt' && order.kind !== 'preempt') return 'preempted for an emergency'
  const wrong = (phase: number): string | null =>
    safe.has(phase)
      ? null
      : junction.phases.some(({ index }) => index === phase)
        ? `the greens of phase ${phase} conflict`
        : `junction has no phase ${phase}`
  if (order.kind !== 'plan') return wrong(order.phase)
  if (order.splits.length === 0) return 'plan without splits'
  for (const { phase, green_s } of order.splits) {
    const why = wrong(phase)
    if (why !== null) return why
    // Written so that NaN fails too.
    if (!(green_s >= shortest_s(junction, phase))) return `green of phase ${phase} is below the minimum of ${shortest_s(junction, phase)} s`
  }
  return null
}

export function createSignals(junctions: readonly Junction[], start: EpochMs): Signals {
  const states: Record<string, SignalState> = {}
  const cabinets = new Map<string, Cabinet>()
  for (const junction of junctions) {
    const unsafe = unsafePhases(junction)
    const [first, ...others] = junction.phases.flatMap(({ index }) => (unsafe.has(index) ? [] : [index]))
    if (first === undefined) continue
    states[junction.id] = { phase: first, target: first, since: start, clearing: false, order: null }
    cabinets.set(junction.id, createCabinet(junction, new Set([first, ...others]), states[junction.id]))
  }
  return {
    states,
    step(now) {
      for (const cabinet of cabinets.values()) step(cabinet, now)
    },
    findState: (id) => states[id] ?? null,
    age_s: (id, now) => (states[id] === undefined ? 0 : Math.max(0, Math.round((now - states[id].since) / SECOND_MS))),
    lampOf(id, lane) {
      const cabinet = cabinets.get(id)
      const phases = new Set(cabinet?.junction.phases.filter(({ lanes }) => lanes.includes(lane)).map(({ index }) => index))
      if (cabinet === undefined || phases.size === 0) return () => true
      const { state } = cabinet
      return () => !state.clearing && phases.has(state.phase)
    },
    order(id, order) {
      const cabinet = cabinets.get(id)
      if (cabinet === undefined) return 'no such junction'
      const why = refusal(cabinet, order)
      if (why === null) cabinet.state.order = order
      return why
    },
  }
}
