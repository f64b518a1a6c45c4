/** Sends cameras round: lets people keep what they have taken over, counts what looks have covered, and chooses the next look of every camera whose look has ended. */
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../base/time.ts'
import type { DeviceKey } from '../../model/city.ts'
import type { CommandStatus } from '../../model/command.ts'
import type { Context } from '../../model/context.ts'
import type { Outcome } from '../../model/outcome.ts'
import { presetLaw } from '../../model/preset-law.ts'
import type { CameraState } from '../state.ts'
import { type Concerns, keysIn, needsAt, type Wish } from './needs.ts'
import { type Closed, type Option, optionsOf, overdueOf } from './options.ts'
import { areNeighbours, type TurningPlaces, turningCameras } from './places.ts'
import { addLook, type CameraPlan, planTogether, type TurningCamera } from './plan.ts'
import { reasonOf, restReason, topWishes } from './reason.ts'
import { beginLook, type CameraHold, countLook, followHand, loseSight, noteAnswer } from './record.ts'
import { type CameraPatrol, type PatrolState, patrolOf } from './state.ts'
import type { Span } from './worth.ts'

export interface PatrolInput extends Omit<Concerns, 'doubts'> {
  readonly holdOf: (camera: DeviceKey) => CameraHold | null
  /** What became of the command that the camera follows; null without one. */
  readonly statusOf: (camera: DeviceKey) => CommandStatus | null
}

/** A command outlasts its look, so that the next one replaces it; afterwards the camera goes home by itself. */
const GRACE_MS = 30 * SECOND_MS
const REST_MS = 10 * MINUTE_MS
/** What is held in view for long is counted from time to time. */
const COUNT_MS = MINUTE_MS

interface Step {
  readonly state: PatrolState
  readonly context: Context
  readonly concerns: Concerns
  readonly now: EpochMs
  /** Since the last step: no look ends before the next. */
  readonly step_ms: number
  readonly out: Outcome
}

interface Due {
  readonly places: TurningPlaces
  readonly record: CameraPatrol
  readonly options: readonly Option[]
  readonly closed: readonly Closed[]
  readonly camera: TurningCamera
}

export function decidePatrol(
  { patrol: state, doubts, events }: CameraState,
  context: Context,
  input: PatrolInput,
  now: EpochMs,
  out: Outcome,
): void {
  const turning = turningCameras(context.city)
  if (turning.length === 0) return
  const step_ms = state.at === 0 ? 0 : now - state.at
  if (state.at === 0) state.since = now
  state.at = now
  const open = [...doubts.values()].filter(({ key, verdict }) => verdict === null && events.has(key))
  const step: Step = { state, context, concerns: { ...input, doubts: open }, now, step_ms, out }
  const due: TurningPlaces[] = []
  for (const places of turning) {
    const record = patrolOf(state, places.key)
    if (!isThere(input, places.key)) {
      loseSight(record, now)
      continue
    }
    followHand(record, input.holdOf(places.key), places.patrol.move_s * SECOND_MS, now)
    noteAnswer(record, input.statusOf(places.key), context.lockstep, now)
    lookBack(step, places, record)
    if (record.by === null && now >= record.until) due.push(places)
  }
  if (due.length > 0) chooseNext(step, turning, due)
  for (const { key } of turning) propose(step, key, patrolOf(state, key))
}

const isThere = ({ sense }: PatrolInput, key: DeviceKey): boolean => {
  const device = sense.devices.get(key)
  return device === undefined || (device.online && !device.silent)
}

/** What speaks for looking where it looks now. */
function needsNow({ state, context, concerns, now }: Step, places: TurningPlaces, { preset }: CameraPatrol): Wish[] {
  const view = places.presets.find((one) => one.preset.id === preset)
  const law = preset === null ? null : presetLaw(context, places.key, preset, now)
  return view === undefined || law === null || 'why' in law ? [] : needsAt(state, places, view, law.kinds, concerns, now)
}

/** Counts a look that has ended, or goes on for long, and writes down which doubts somebody could see in it. */
function lookBack(step: Step, places: TurningPlaces, record: CameraPatrol): void {
  const { state, now } = step
  if (record.preset === null || !record.answered || now < record.settled) return
  const ripe = now >= record.until || now - record.counted >= COUNT_MS
  if (!record.fresh && !ripe) return
  record.fresh = false
  const needs = needsNow(step, places, record)
  tellDoubts(step, places, record, needs)
  if (ripe) countLook(state, record, needs, now)
}

/** Who looks at a doubt, when and why belongs into the audit trail; once for each look. */
function tellDoubts({ now, out }: Step, { key }: TurningPlaces, record: CameraPatrol, needs: readonly Wish[]): void {
  const seen = needs.flatMap(({ doubt }) => (doubt === null ? [] : [doubt])).filter((doubt) => !record.told.includes(doubt))
  if (seen.length === 0 || record.preset === null) return
  record.told = [...record.told, ...seen]
  out.facts.push({ kind: 'look', ts: now, device: key, preset: record.preset, by: record.by ?? 'policy:camera.patrol', events: seen })
}

function chooseNext(step: Step, turning: readonly TurningPlaces[], places: readonly TurningPlaces[]): void {
  const { now } = step
  const due = places.map((one) => dueOf(step, one))
  const planned = plannedAround(step, turning, places)
  const plans = planTogether(
    due.map(({ camera }) => camera),
    planned,
    now,
  )
  for (const one of due) {
    const plan = plans.get(one.places.key) ?? null
    if (plan === null) rest(step, one)
    else follow(step, one, plan)
  }
}

/** The looks of the cameras around that are not due: at what the due ones could see as well. */
function plannedAround({ state, concerns }: Step, turning: readonly TurningPlaces[], due: readonly TurningPlaces[]): Map<string, Span[]> {
  const planned = new Map<string, Span[]>()
  const keys = new Set(due.map(({ key }) => key))
  for (const other of turning) {
    if (keys.has(other.key) || !due.some((one) => areNeighbours(one, other))) continue
    const record = patrolOf(state, other.key)
    const present = record.preset === null ? [] : [{ preset: record.preset, settled: record.settled, until: record.until }]
    for (const look of [...present, ...record.next]) {
      const view = other.presets.find(({ preset }) => preset.id === look.preset)
      if (view !== undefined) addLook(planned, keysIn(other, view, concerns), look)
    }
  }
  return planned
}

function dueOf({ state, context, concerns, now, step_ms }: Step, places: TurningPlaces): Due {
  const record = patrolOf(state, places.key)
  const { options, closed } = optionsOf(state, context, places, record, concerns, now)
  const { move_s, dwell_s, revisit_min } = places.patrol
  const camera: TurningCamera = {
    key: places.key,
    at: record.preset,
    presets: options,
    move_ms: move_s * SECOND_MS,
    dwell_ms: Math.max(dwell_s * SECOND_MS, step_ms - move_s * SECOND_MS),
    first: overdueOf(state, record, options, revisit_min, now),
  }
  return { places, record, options, closed, camera }
}

function follow({ now }: Step, { places, record, options, camera }: Due, plan: CameraPlan): void {
  const [look, ...later] = plan.looks
  const needsOf = (preset: string): readonly Wish[] => options.find(({ id }) => id === preset)?.needs ?? []
  record.reason = reasonOf(places, plan, needsOf(look.preset), camera.first === look.preset, now)
  record.next = later.map((next) => ({ ...next, why: topWishes(needsOf(next.preset), next, now).map(({ wish }) => wish.what) }))
  beginLook(record, look.preset, look.settled, look.until)
}

/** It may look nowhere: home, or as it stands. */
function rest({ context, now }: Step, { places, record, closed }: Due): void {
  const { home, move_s } = places.patrol
  const law = home === null ? null : presetLaw(context, places.key, home, now)
  if (home === null || law === null || 'why' in law || (record.refused.get(home) ?? 0) > now) {
    loseSight(record, now + MINUTE_MS)
    return
  }
  const settled = record.preset === home ? now : now + move_s * SECOND_MS
  beginLook(record, home, settled, now + REST_MS)
  Object.assign(record, { reason: restReason(places, home, closed), next: [] })
}

/** The same every step: what stands is not sent again, and renewed before it ends. */
function propose({ context, now, out }: Step, device: DeviceKey, { preset, by, until, reason }: CameraPatrol): void {
  if (preset === null || by !== null || reason === null) return
  const law = presetLaw(context, device, preset, now)
  if ('why' in law) return
  const expires_s = (Math.min(until + GRACE_MS, law.until) - now) / SECOND_MS
  if (expires_s <= 0) return
  out.proposals.push({ kind: 'command', slot: `${device} preset`, device, body: { kind: 'camera.preset', preset }, expires_s, reason })
}
