/**
 * One engine and everything that must follow its steps in the same order, whether they are made live or again after a restart. What goes
 * into a step and what comes out depends on the mark and the pending messages alone, so the log is enough to make every step again.
 */
import { createLocalDay, createLocalDayNumber, createLocalHour } from '../config/local-time.ts'
import { type Calendar, PLAIN_CALENDAR } from '../engine/base/calendar.ts'
import type { EpochMs } from '../engine/base/time.ts'
import { createState, restoreState, type SavedState, saveState, step } from '../engine/brain.ts'
import type { CityState } from '../engine/city-state.ts'
import type { City } from '../engine/model/city.ts'
import { DEFAULT_WASTE, type WastePolicy } from '../engine/model/collection.ts'
import type { Command } from '../engine/model/command.ts'
import { type Context, createContext } from '../engine/model/context.ts'
import { DEFAULT_DISPATCH, type DispatchPolicy } from '../engine/model/dispatch-policy.ts'
import type { Fact } from '../engine/model/fact.ts'
import type { Observation } from '../engine/model/observation.ts'
import type { Rule } from '../engine/model/rule.ts'
import { DEFAULT_POLICY, DEFAULT_SIGNALS, type SignalPolicy, type SignalSettings } from '../engine/model/signals.ts'
import type { SolverRequest } from '../engine/model/solve.ts'
import { DEFAULT_FLOOD_ACTS, type FloodActs } from '../engine/model/storm.ts'
import { type DrillHash, EMPTY_HASH, hashStep } from './drill-hash.ts'
import { againBatch, type Batch, inputsOf, lockstepBatch, type TimeLimits, wallBatch } from './lockstep-batch.ts'
import type { LogPosition, Taken } from './parts.ts'

/** What a `RECORD.step` holds. */
export interface StepMark {
  /** Steps of this data directory's engine, from 1. */
  readonly n: number
  readonly now: EpochMs
  /** Everything taken up to here was in the step or in one before it. */
  readonly through: LogPosition
  /** Only when an outside simulator owns time (contract section 6). */
  readonly lockstep?: {
    readonly world: string
    readonly step: number
    /** `first` starts afresh, `again` repeats the last answer, `end` closes the run. */
    readonly as: 'first' | 'next' | 'again' | 'end'
    /** Solver answers delivered in this step, by request. */
    readonly answers: readonly string[]
  }
}

/** The lockstep run that a simulator has begun. */
export interface LockstepRun {
  readonly world: string
  readonly first_now: EpochMs
  readonly now: EpochMs
  readonly step: number
  readonly steps: number
  readonly ended: boolean
  /** Topic and payload of what the last step took in: a simulator that sends a step again sends these again. */
  readonly inputs: ReadonlySet<string>
  readonly commands: readonly Command[]
}

/** Plain data: what a snapshot keeps beside the city's state. */
export interface StepperMemory {
  readonly n: number
  readonly through: LogPosition
  readonly hash: DrillHash
  /** Asked of a solver and not yet answered, by id. */
  readonly outstanding: ReadonlyMap<string, SolverRequest>
  /** The rules last delivered: a run that starts afresh begins with them. */
  readonly rules: readonly Rule[]
  readonly world: string
  readonly run: LockstepRun | null
}

export interface Stepped {
  readonly mark: StepMark
  readonly observations: number
  readonly facts: readonly Fact[]
  readonly commands: readonly Command[]
  readonly requests: readonly SolverRequest[]
  /** Messages whose time was not plausible as of `now`; only in lockstep, where that cannot be judged before. */
  readonly refused: Batch['refused']
}

export interface Stepper {
  readonly state: CityState
  readonly memory: StepperMemory
  /** Makes the step of `mark`; takes what belongs to it out of `pending`. */
  play(mark: StepMark, pending: Taken[]): Stepped
  save(): { readonly memory: StepperMemory; readonly state: SavedState }
  restore(saved: { readonly memory: StepperMemory; readonly state: SavedState }): void
}

export interface StepperOptions {
  readonly city: City
  readonly world: string
  readonly seed: number
  /** An outside simulator owns time. */
  readonly lockstep: boolean
  readonly limits: TimeLimits
  readonly signals?: SignalSettings
  readonly signal_policy?: SignalPolicy
  readonly flood_acts?: FloodActs
  readonly dispatch?: DispatchPolicy
  readonly waste?: WastePolicy
  /** Holidays and worked weekends. */
  readonly calendar?: Calendar
  /** Whether facts and commands are summed up in `memory.hash`; drills and replays do. */
  readonly hash: boolean
}

type Outcome = Pick<Stepped, 'facts' | 'commands' | 'requests'>

const NOTHING: Outcome = { facts: [], commands: [], requests: [] }

export function createStepper({
  city,
  world,
  seed,
  lockstep: simulated,
  limits,
  signals = DEFAULT_SIGNALS,
  signal_policy = DEFAULT_POLICY,
  flood_acts = DEFAULT_FLOOD_ACTS,
  dispatch = DEFAULT_DISPATCH,
  waste = DEFAULT_WASTE,
  calendar = PLAIN_CALENDAR,
  hash,
}: StepperOptions): Stepper {
  const contextOf = (named: string): Context =>
    createContext(city, named, seed, {
      lockstep: simulated,
      signals,
      signal_policy,
      flood_acts,
      dispatch,
      waste,
      localHour: createLocalHour(city.timezone),
      localDay: createLocalDay(city.timezone),
      localDayNumber: createLocalDayNumber(city.timezone),
      calendar,
    })
  let state = createState(contextOf(world))
  let memory: StepperMemory = { n: 0, through: 0, hash: EMPTY_HASH, outstanding: new Map(), rules: [], world, run: null }

  /** A step that throws as a whole is our mistake: it is said, its observations are lost, and the city goes on. */
  function advance(observations: readonly Observation[], now: EpochMs): Outcome {
    try {
      const outcome = step(state, observations, now)
      state = outcome.state
      return outcome
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return { ...NOTHING, facts: [{ kind: 'fault', ts: now, part: 'brain', message }] }
    }
  }

  function remember(mark: StepMark, batch: Batch, outcome: Outcome): void {
    let { rules, outstanding } = memory
    const answered = batch.observations.filter((observation) => observation.kind === 'solution')
    if (answered.length + outcome.requests.length > 0) {
      const open = new Map(outstanding)
      for (const { request } of answered) open.delete(request)
      for (const request of outcome.requests) open.set(request.id, request)
      outstanding = open
    }
    for (const observation of batch.observations) if (observation.kind === 'rules') rules = observation.rules
    const sum = hash ? hashStep(memory.hash, outcome.facts, outcome.commands) : memory.hash
    memory = { ...memory, n: mark.n, through: Math.max(memory.through, mark.through), hash: sum, outstanding, rules }
  }

  function startAfresh(named: string): void {
    state = createState(contextOf(named))
    memory = { ...memory, hash: EMPTY_HASH, outstanding: new Map(), world: named, run: null }
  }

  function playLockstep(mark: StepMark, lockstep: NonNullable<StepMark['lockstep']>, pending: Taken[]): Stepped {
    if (lockstep.as === 'again' || lockstep.as === 'end') {
      const inputs = memory.run?.inputs ?? new Set<string>()
      againBatch(pending, mark.through, lockstep.as === 'end' ? null : inputs)
      if (memory.run !== null && lockstep.as === 'end') memory = { ...memory, run: { ...memory.run, ended: true } }
      memory = { ...memory, n: mark.n, through: Math.max(memory.through, mark.through) }
      return { mark, observations: 0, ...NOTHING, refused: [] }
    }
    if (lockstep.as === 'first') startAfresh(lockstep.world)
    const batch = lockstepBatch(pending, mark.through, {
      now: mark.now,
      answers: lockstep.answers,
      outstanding: memory.outstanding,
      limits,
    })
    const begins =
      lockstep.as === 'first' && memory.rules.length > 0 && !batch.observations.some((observation) => observation.kind === 'rules')
    const observations = begins
      ? [{ kind: 'rules' as const, ts: mark.now, rules: memory.rules }, ...batch.observations]
      : batch.observations
    const outcome = advance(observations, mark.now)
    remember(mark, batch, outcome)
    memory = {
      ...memory,
      run: {
        world: lockstep.world,
        first_now: memory.run?.first_now ?? mark.now,
        now: mark.now,
        step: lockstep.step,
        steps: (memory.run?.steps ?? 0) + 1,
        ended: false,
        inputs: inputsOf(batch.messages),
        commands: outcome.commands,
      },
    }
    return { mark, observations: observations.length, ...outcome, refused: batch.refused }
  }

  return {
    get state() {
      return state
    },
    get memory() {
      return memory
    },
    play(mark, pending) {
      if (mark.lockstep !== undefined) return playLockstep(mark, mark.lockstep, pending)
      const batch = wallBatch(pending, mark.through, memory.outstanding)
      const outcome = advance(batch.observations, mark.now)
      remember(mark, batch, outcome)
      return { mark, observations: batch.observations.length, ...outcome, refused: [] }
    },
    save: () => ({ memory, state: saveState(state) }),
    restore(saved) {
      state = restoreState(contextOf(saved.memory.world), saved.state)
      memory = saved.memory
    },
  }
}
