/** Warnings that stand: our own of rain, by district, and those that other services sent. */
import type { EpochMs } from '../base/time.ts'
import { DAY_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Fact } from '../model/fact.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Warning } from '../model/warning.ts'
import type { QualifiedReading } from '../sense/state.ts'
import { createRainRecord, type RainRecord, takeRain } from './rain.ts'

/** The rain signal of a district while one stands. */
export interface RainSignal {
  /** Id of its warning. */
  readonly id: string
  /** Messages sent so far. */
  count: number
  /** Since when its level is no longer reached; null while it is. */
  low_since: EpochMs | null
}

export interface WarningsState {
  readonly rain: Map<DeviceKey, RainRecord>
  /** By district. */
  readonly signals: Map<string, RainSignal>
  /** By id, in the order of issue. */
  readonly current: Map<string, Warning>
  /** Own warnings that were cancelled, with when, so that others can still read it. */
  readonly ended: Map<string, { readonly warning: Warning; readonly at: EpochMs }>
  /** Outside messages that were taken or replaced, by sender and identifier. */
  readonly seen: Map<string, EpochMs>
  swept: EpochMs
}

export const createWarnings = (): WarningsState => ({
  rain: new Map(),
  signals: new Map(),
  current: new Map(),
  ended: new Map(),
  seen: new Map(),
  swept: 0,
})

export function observeWarnings(state: WarningsState, { device, ts, values }: QualifiedReading, now: EpochMs): void {
  if (values.rain_mm_h === undefined && values.rain_mm === undefined && values.rain_forecast_mm_h === undefined) return
  let record = state.rain.get(device)
  if (record === undefined) {
    record = createRainRecord(now)
    state.rain.set(device, record)
  }
  takeRain(record, values, ts)
}

/** Keeps the warning as it stands now, and says so. */
export function putWarning(
  state: WarningsState,
  warning: Warning,
  change: Extract<Fact, { kind: 'warning' }>['change'],
  now: EpochMs,
  out: Outcome,
): void {
  const over = change === 'cancelled' || change === 'expired'
  if (over) state.current.delete(warning.id)
  else state.current.set(warning.id, warning)
  if (change === 'cancelled' && warning.origin === 'own') state.ended.set(warning.id, { warning, at: now })
  out.facts.push({ kind: 'warning', ts: now, warning, change })
}

const SEEN_MAX = 1_000
const SEEN_MS = 7 * DAY_MS
const ENDED_MS = DAY_MS

/** Lets go of what has run out: warnings by their own time, what was kept for others to read, and old names. */
export function sweepWarnings(state: WarningsState, now: EpochMs, out: Outcome): void {
  for (const warning of state.current.values()) {
    if (warning.message.expires > now) continue
    putWarning(state, warning, 'expired', now, out)
    if (warning.origin === 'own') for (const district of warning.districts) state.signals.delete(district)
  }
  for (const [id, { at }] of state.ended) if (now - at > ENDED_MS) state.ended.delete(id)
  for (const [name, at] of state.seen) {
    if (now - at <= SEEN_MS && state.seen.size <= SEEN_MAX) break
    state.seen.delete(name)
  }
}

export const listWarnings = (state: WarningsState): Iterable<Warning> => state.current.values()

/** Own messages for others: those that stand, and cancellations of the last day. */
export function* ownWarnings(state: WarningsState): Iterable<Warning> {
  for (const warning of state.current.values()) if (warning.origin === 'own') yield warning
  for (const { warning } of state.ended.values()) yield warning
}
