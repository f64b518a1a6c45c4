/** What is remembered of the cameras that go round: where each looks, what comes next, who has taken it over; and of every place when it was last looked at and what was found. */
import type { EpochMs } from '../../base/time.ts'
import { HOUR_MS } from '../../base/time.ts'
import type { Bilingual } from '../../model/bilingual.ts'
import type { DeviceKey } from '../../model/city.ts'
import type { Reason } from '../../model/incident.ts'

export interface NextLook {
  readonly preset: string
  readonly from: EpochMs
  /** From here on it sees. */
  readonly settled: EpochMs
  readonly until: EpochMs
  readonly worth: number
  /** What it looks for, most important first. */
  readonly why: readonly Bilingual[]
}

export interface CameraPatrol {
  /** Preset at which it looks, or to which it turns; null when that is not known. */
  preset: string | null
  settled: EpochMs
  /** The look ends then, and the next one is chosen. */
  until: EpochMs
  /** Up to here what it sees has been counted. */
  counted: EpochMs
  /** The camera has said that it obeys; until then nobody knows where it looks. */
  answered: boolean
  /** Who has taken it over; null while it goes round by itself. */
  by: string | null
  reason: Reason | null
  /** The looks after this one, as they stand now. */
  next: readonly NextLook[]
  /** When each preset was seen last. */
  readonly seen: Map<string, EpochMs>
  /** Presets that the camera did not turn to, until when they are left alone. */
  readonly refused: Map<string, EpochMs>
  /** Nobody has asked yet which doubts it sees. */
  fresh: boolean
  /** Events that the audit trail has for this look. */
  told: readonly string[]
}

/** One place and kind of event. */
export interface Watched {
  seen: EpochMs
  /** Events that were found there. */
  found: number
  /** Hours of happening that looks have covered. */
  exposure_h: number
}

export interface PatrolState {
  readonly cameras: Map<DeviceKey, CameraPatrol>
  /** By key of the need. */
  readonly places: Map<string, Watched>
  /** First step, and last one. */
  since: EpochMs
  at: EpochMs
}

export const createPatrol = (): PatrolState => ({ cameras: new Map(), places: new Map(), since: 0, at: 0 })

export function patrolOf(state: PatrolState, device: DeviceKey): CameraPatrol {
  const known = state.cameras.get(device)
  if (known !== undefined) return known
  const fresh: CameraPatrol = {
    preset: null,
    settled: 0,
    until: 0,
    counted: 0,
    answered: false,
    by: null,
    reason: null,
    next: [],
    seen: new Map(),
    refused: new Map(),
    fresh: false,
    told: [],
  }
  state.cameras.set(device, fresh)
  return fresh
}

/** Nobody has looked there for a day or more: later makes no difference. */
const LONG_AGO_MS = 24 * HOUR_MS
export const lastSeen = ({ places }: PatrolState, key: string, now: EpochMs): EpochMs => places.get(key)?.seen ?? now - LONG_AGO_MS

/** Counts a look from `from` until now at a place, whose happenings stay to be seen for `memory_s`. */
export function noteLook(state: PatrolState, key: string, memory_s: number, from: EpochMs, now: EpochMs): void {
  const known = state.places.get(key)
  const memory_h = memory_s / 3600
  const absence_h = Math.max(0, from - lastSeen(state, key, now)) / HOUR_MS
  // What had begun before and is still there, and what begins meanwhile.
  const covered_h = memory_h * (1 - Math.exp(-absence_h / memory_h)) + Math.max(0, now - Math.max(from, known?.seen ?? from)) / HOUR_MS
  if (known === undefined) state.places.set(key, { seen: now, found: 0, exposure_h: covered_h })
  else {
    known.seen = now
    known.exposure_h += covered_h
  }
}

/** Old looks weigh less: streets change. */
const EXPOSURE_H_MAX = 200
/** The prior speaks as loudly as so many hours of looking. */
const PRIOR_H = 4

/** Events an hour: Gamma prior with this mean, and what looks have found (Gelman and others, Bayesian Data Analysis, section 2.6). */
export function rateOf({ places }: PatrolState, key: string, prior_per_h: number): number {
  const { found, exposure_h } = places.get(key) ?? { found: 0, exposure_h: 0 }
  return (prior_per_h * PRIOR_H + found) / (PRIOR_H + exposure_h)
}

export function noteFound(state: PatrolState, key: string, change: 1 | -1, now: EpochMs): void {
  const watched = state.places.get(key) ?? { seen: lastSeen(state, key, now), found: 0, exposure_h: 0 }
  state.places.set(key, watched)
  watched.found = Math.max(0, watched.found + change)
  if (watched.exposure_h <= EXPOSURE_H_MAX) return
  watched.exposure_h /= 2
  watched.found /= 2
}
