/** Our own rain warnings, district by district: up at once, down only when the level below has held for half an hour, renewed before they run out. */
import type { EpochMs } from '../base/time.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../base/time.ts'
import type { DeviceKey, District } from '../model/city.ts'
import { splitKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Outcome } from '../model/outcome.ts'
import { RAIN_LEVELS, type RainLevel } from '../model/rain-levels.ts'
import { WARNING_LEVELS, type Warning, type WarningMessage } from '../model/warning.ts'
import { aheadOf, type Nowcast, type RainSums, rainSums, reached } from './rain.ts'
import { type Finding, rainMessage, rainReason } from './rain-message.ts'
import { putWarning, type RainSignal, sweepWarnings, type WarningsState } from './state.ts'

const SWEEP_MS = MINUTE_MS
/** A signal stands while four fifths of its depth are reached. */
const STAYS = 0.8
const LOW_MS = 30 * MINUTE_MS
/** How long a message holds, and how long before its end it is renewed. */
const VALID_MS = 3 * HOUR_MS
const RENEW_MS = 30 * MINUTE_MS

const rank = (level: RainLevel | null): number => (level === null ? -1 : WARNING_LEVELS.indexOf(level.level))

/** Gauges of a district, with its newest nowcast where they have none that still holds. */
function sumsOf(state: WarningsState, keys: readonly DeviceKey[], now: EpochMs): { readonly key: DeviceKey; readonly sums: RainSums }[] {
  const records = keys.flatMap((key) => {
    const record = state.rain.get(key)
    return record === undefined ? [] : [{ key, record }]
  })
  const nowcasts = records.flatMap(({ record }) => (record.nowcast === null ? [] : [record.nowcast]))
  const newest = nowcasts.reduce<Nowcast | null>((best, one) => (best === null || one.issued > best.issued ? one : best), null)
  return records.map(({ key, record }) => {
    const own_mm = aheadOf(record.nowcast, now)
    return { key, sums: rainSums(record, own_mm.length > 0 ? own_mm : aheadOf(newest, now), now) }
  })
}

/** The gauge that reaches the highest signal; of equals the one with the most rain. */
function strongest(sums: ReturnType<typeof sumsOf>, share: number): Finding | null {
  let best: Finding | null = null
  for (const { key, sums: of } of sums) {
    const level = reached(of, share)
    const window = level === null ? undefined : of.by_hours.get(level.hours)
    if (level === null || window === undefined) continue
    const finding = { level, device: key, ...window }
    if (best === null || rank(level) > rank(best.level) || (level === best.level && window.mm > best.mm)) best = finding
  }
  return best
}

function send(
  state: WarningsState,
  context: Context,
  district: District,
  type: WarningMessage['type'],
  finding: Finding,
  now: EpochMs,
  out: Outcome,
): void {
  const sent = Math.floor(now / SECOND_MS) * SECOND_MS
  const signal = state.signals.get(district.id) ?? { id: `rain.${context.world}.${district.id}.${sent}`, count: 0, low_since: null }
  state.signals.set(district.id, signal)
  signal.count++
  signal.low_since = null
  const before = state.current.get(signal.id)
  const message = rainMessage(
    context,
    district,
    { type, identifier: `${signal.id}.${signal.count}`, sent, expires: sent + VALID_MS },
    finding,
    before,
  )
  const reason = rainReason(context, district, finding, now)
  const warning: Warning = { id: signal.id, origin: 'own', issued: before?.issued ?? sent, message, districts: [district.id], reason }
  putWarning(state, warning, type === 'Alert' ? 'issued' : type === 'Update' ? 'updated' : 'cancelled', now, out)
  if (type === 'Cancel') state.signals.delete(district.id)
}

/** The signal stands: does it go down, end, or get new words because they run out? */
function follow(
  state: WarningsState,
  context: Context,
  district: District,
  signal: RainSignal,
  current: Warning,
  stays: Finding | null,
  now: EpochMs,
  out: Outcome,
): void {
  const { level, expires } = current.message
  const standing = RAIN_LEVELS.find((one) => one.level === level) ?? null
  if (stays !== null && rank(stays.level) >= rank(standing)) {
    signal.low_since = null
    if (standing !== null && expires - now <= RENEW_MS) send(state, context, district, 'Update', { ...stays, level: standing }, now, out)
    return
  }
  signal.low_since ??= now
  if (now - signal.low_since < LOW_MS) return
  if (stays !== null) send(state, context, district, 'Update', stays, now, out)
  else if (standing !== null) send(state, context, district, 'Cancel', { level: standing, device: null, mm: 0, fallen_mm: 0 }, now, out)
}

function decideDistrict(
  state: WarningsState,
  context: Context,
  district: District,
  keys: readonly DeviceKey[],
  now: EpochMs,
  out: Outcome,
): void {
  const sums = sumsOf(state, keys, now)
  const found = strongest(sums, 1)
  const signal = state.signals.get(district.id)
  const current = signal === undefined ? undefined : state.current.get(signal.id)
  if (signal === undefined || current === undefined) {
    if (found !== null) send(state, context, district, 'Alert', found, now, out)
    return
  }
  if (found !== null && rank(found.level) > WARNING_LEVELS.indexOf(current.message.level)) {
    send(state, context, district, 'Update', found, now, out)
    return
  }
  follow(state, context, district, signal, current, strongest(sums, STAYS), now, out)
}

export function decideWarnings(state: WarningsState, context: Context, now: EpochMs, out: Outcome): void {
  if (now - state.swept < SWEEP_MS) return
  state.swept = now
  sweepWarnings(state, now, out)
  if (state.rain.size === 0) return
  const keys = new Map<string, DeviceKey[]>()
  for (const key of state.rain.keys()) {
    const { district } = splitKey(key)
    keys.set(district, [...(keys.get(district) ?? []), key])
  }
  for (const district of context.city.districts) decideDistrict(state, context, district, keys.get(district.id) ?? [], now, out)
}
