/**
 * The cabinets at the kerb, with the plant rules of the published comparison: every change of phase passes the clearance (yellow and all
 * red) of these two phases, a green lasts at least its minimum and as long as people on foot need, a phase whose greens conflict is never
 * shown, and what would break that is refused and counted, whoever asks. They check on their own and share no code with the engine. When nobody has asked for `hold_s`, or the last request has ended, the local plan runs.
 *
 * Tick, then read, then request, then drive: a request made at second t closes the old green in the second that begins at t.
 */
import type { Junction, SignalPhase } from '../../engine/model/city.ts'

export interface SignalHead {
  /** The phase that has green, or had it before the clearance. */
  readonly phase: number
  /** Equal to `phase` unless clearing. */
  readonly target: number
  readonly clearing: boolean
  /** Seconds since the green, or the clearance, began. */
  readonly age_s: number
}

export type Refusal = 'no_such_phase' | 'no_such_junction' | 'short_green' | 'bad_hold' | 'conflict' | 'preempted'

export interface SignalPlant {
  /** One second passes. */
  tick(): void
  head(junction: string): SignalHead
  /** Asks for a phase for so long; null when it is taken. While clearing, the target may still change: the clearance goes on. */
  request(junction: string, phase: number, hold_s: number): Refusal | null
  /** The same for an emergency: until it ends, plain requests are refused. */
  preempt(junction: string, phase: number, hold_s: number): Refusal | null
  /** Entering lanes with green now; lanes in no phase always have it and are not listed. */
  green(junction: string): ReadonlySet<string>
  /** True while the local plan runs. */
  isLocal(junction: string): boolean
  readonly refused: ReadonlyMap<Refusal, number>
}

/** Green and clearance of one phase of the local plan. */
const LOCAL_PHASE_S = 30

interface Cabinet {
  readonly junction: Junction
  readonly phases: ReadonlyMap<number, SignalPhase>
  readonly lanes: ReadonlyMap<number, ReadonlySet<string>>
  /** Phases whose greens conflict. */
  readonly unsafe: ReadonlySet<number>
  /** Phases of the local plan, in order. */
  readonly local: readonly number[]
  phase: number
  target: number
  clearing: boolean
  age_s: number
  /** Seconds until the last request ends; Infinity holds it for ever. */
  left_s: number
  /** Seconds until the preemption that stands ends. */
  preempted_s: number
}

const NO_LANES: ReadonlySet<string> = new Set()

/** Greedily the phase that serves most lanes still unserved, so that overlapping phases are not run twice. */
function localPhases(phases: readonly SignalPhase[]): number[] {
  const unserved = new Set(phases.flatMap(({ lanes }) => lanes))
  const chosen: number[] = []
  const gain = ({ lanes }: SignalPhase): number => lanes.filter((lane) => unserved.has(lane)).length
  while (unserved.size > 0) {
    const best = phases.reduce((a, b) => (gain(b) > gain(a) ? b : a))
    for (const lane of best.lanes) unserved.delete(lane)
    chosen.push(best.index)
  }
  return chosen.sort((a, b) => a - b)
}

/** Phases in which two movements are open, always running ones included, of which neither gives way to the other. */
function unsafePhases({ movements, phases, conflicts }: Junction): ReadonlySet<number> {
  const controlled = new Set(phases.flatMap((phase) => phase.movements))
  const opens = (phase: SignalPhase, movement: string): boolean => phase.movements.includes(movement) || !controlled.has(movement)
  const known = new Set(movements.map(({ id }) => id))
  const never = conflicts.filter(({ first, second, yields }) => yields === null && known.has(first) && known.has(second))
  return new Set(
    phases.flatMap((phase) => (never.some(({ first, second }) => opens(phase, first) && opens(phase, second)) ? [phase.index] : [])),
  )
}

function clearance_s({ intergreens, yellow_s, all_red_s }: Junction, from: number, to: number): number {
  const own = intergreens.find((one) => one.from === from && one.to === to)
  return own === undefined ? yellow_s + all_red_s : own.yellow_s + own.all_red_s
}

/** Shortest green of a phase. */
const shortest_s = ({ phases }: Cabinet, index: number): number => {
  const phase = phases.get(index)
  return phase === undefined ? 0 : Math.max(phase.green_s_min, phase.walk_s ?? 0)
}

/** `forever`: requests hold until the next one, as in lockstep runs; a signal that nobody has asked for anything keeps its first phase. */
export function createSignalPlant(junctions: readonly Junction[], { forever }: { readonly forever: boolean }): SignalPlant {
  const refused = new Map<Refusal, number>()
  const cabinets = new Map(
    junctions.map((junction): [string, Cabinet] => {
      const unsafe = unsafePhases(junction)
      const safe = junction.phases.filter(({ index }) => !unsafe.has(index))
      if (safe.length === 0) throw new Error(`junction ${junction.id} has no phase without conflict`)
      const [{ index }] = safe
      const phases = new Map(junction.phases.map((phase) => [phase.index, phase]))
      const lanes = new Map(junction.phases.map((phase) => [phase.index, new Set(phase.lanes)]))
      const local = localPhases(safe)
      const left_s = forever ? Number.POSITIVE_INFINITY : 0
      return [
        junction.id,
        { junction, phases, lanes, unsafe, local, phase: index, target: index, clearing: false, age_s: 0, left_s, preempted_s: 0 },
      ]
    }),
  )
  const get = (id: string): Cabinet => {
    const cabinet = cabinets.get(id)
    if (cabinet === undefined) throw new Error(`no junction ${id}`)
    return cabinet
  }

  function clear(cabinet: Cabinet, target: number): void {
    cabinet.target = target
    cabinet.clearing = true
    cabinet.age_s = 0
  }

  function tick(cabinet: Cabinet): void {
    cabinet.age_s++
    if (cabinet.left_s > 0) cabinet.left_s--
    if (cabinet.preempted_s > 0) cabinet.preempted_s--
    if (cabinet.clearing) {
      if (cabinet.age_s < clearance_s(cabinet.junction, cabinet.phase, cabinet.target)) return
      cabinet.phase = cabinet.target
      cabinet.clearing = false
      cabinet.age_s = 0
      return
    }
    const { local, phase, age_s, junction } = cabinet
    if (cabinet.left_s > 0 || local.length < 2) return
    const next = local[(local.indexOf(phase) + 1) % local.length]
    const green_s = Math.max(shortest_s(cabinet, phase), LOCAL_PHASE_S - clearance_s(junction, phase, next))
    if (age_s >= green_s) clear(cabinet, next)
  }

  function whyRefused(id: string, phase: number, hold_s: number): Refusal | null {
    const cabinet = cabinets.get(id)
    if (cabinet === undefined) return 'no_such_junction'
    if (!cabinet.phases.has(phase)) return 'no_such_phase'
    if (cabinet.unsafe.has(phase)) return 'conflict'
    if (!(hold_s > 0)) return 'bad_hold'
    if (!cabinet.clearing && phase !== cabinet.phase && cabinet.age_s < shortest_s(cabinet, cabinet.phase)) return 'short_green'
    return null
  }

  function refuse(why: Refusal): Refusal {
    refused.set(why, (refused.get(why) ?? 0) + 1)
    return why
  }

  function take(id: string, phase: number, hold_s: number): Refusal | null {
    const why = whyRefused(id, phase, hold_s)
    if (why !== null) return refuse(why)
    const cabinet = get(id)
    if (!forever) cabinet.left_s = hold_s
    if (cabinet.clearing) cabinet.target = phase
    else if (phase !== cabinet.phase) clear(cabinet, phase)
    return null
  }

  return {
    refused,
    tick() {
      for (const cabinet of cabinets.values()) tick(cabinet)
    },
    head: (id) => get(id),
    green(id) {
      const { clearing, lanes, phase } = get(id)
      return clearing ? NO_LANES : (lanes.get(phase) ?? NO_LANES)
    },
    isLocal: (id) => get(id).left_s <= 0,
    request: (id, phase, hold_s) => ((cabinets.get(id)?.preempted_s ?? 0) > 0 ? refuse('preempted') : take(id, phase, hold_s)),
    preempt(id, phase, hold_s) {
      const why = take(id, phase, hold_s)
      if (why === null) get(id).preempted_s = hold_s
      return why
    },
  }
}
