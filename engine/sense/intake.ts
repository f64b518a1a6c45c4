/**
 * Takes one message in: order, repeats, backfill, quality, presence. Every reading leaves a `measured` fact with its values as
 * measured (heights above a datum as levels above the road), or a `dropped` one; only what is live and believed goes on to rules and domains.
 */

import { setDeadline, takeDue } from '../base/deadlines.ts'
import type { EpochMs } from '../base/time.ts'
import { MINUTE_MS, SECOND_MS } from '../base/time.ts'
import type { CityDevice, DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Quality } from '../model/fact.ts'
import type { LaneCount, MetricValue, Presence, Reading, TrafficCount } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'
import { noteDelay } from './clock.ts'
import { judge, metricsInOrder } from './quality.ts'
import {
  correctedTime,
  type DeviceSense,
  deviceSense,
  followClock,
  type QualifiedCount,
  type QualifiedReading,
  type SenseState,
  SILENT_INTERVALS,
} from './state.ts'

/** How many measurement times a device's memory keeps to tell a repeat from a straggler. */
const RECENT_MAX = 8
/** A reading older than this, and than the last step, is no picture of the present: its clock is wrong or it lay in a queue. */
const STALE_MS = 10 * MINUTE_MS

type Order = 'new' | 'late' | 'duplicate'

/**
 * A second message of one measurement time is a repeat unless it brings metrics that the first did not: some devices report each
 * metric on its own.
 */
function orderOf(device: DeviceSense, ts: EpochMs, values: Readonly<Record<string, MetricValue>>): Order {
  if (device.ts === null || ts > device.ts) return 'new'
  if (!device.recent.includes(ts)) return 'late'
  for (const metric in values) {
    const known = device.metrics.get(metric)
    if (known === undefined || known.ts < ts) return ts === device.ts ? 'new' : 'late'
  }
  return 'duplicate'
}

/** Any message proves that the device lives. */
export function hear(state: SenseState, context: Context, key: DeviceKey, now: EpochMs, out: Outcome): DeviceSense {
  const device = deviceSense(state, context, key, now)
  device.heard = now
  setDeadline(state.silence, key, now + SILENT_INTERVALS * device.interval_ms)
  if (!device.online || device.silent) {
    device.online = true
    device.silent = false
    out.facts.push({ kind: 'presence', device: key, ts: now, online: true, cause: 'heard' })
  }
  return device
}

function remember(device: DeviceSense, ts: EpochMs, seq: number | null, now: EpochMs): void {
  if (device.ts !== ts) {
    device.recent.push(ts)
    if (device.recent.length > RECENT_MAX) device.recent.shift()
  }
  device.ts = ts
  device.seq = seq
  device.read = now
}

/** A gauge that reports heights above a datum says by `datum_m` where its road or zero lies; from here on its level is the depth above that. */
function aboveRoad(listed: CityDevice | undefined, values: Reading['values']): Reading['values'] {
  const datum_m = listed?.params.datum_m
  const { level_m } = values
  return datum_m === undefined || typeof level_m !== 'number' ? values : { ...values, level_m: round_mm(level_m - datum_m) }
}

/** Heights are given to the millimetre; a difference of two shall look no finer. */
const round_mm = (height_m: number): number => Math.round(height_m * 1_000) / 1_000

/** Judges every value of a live reading; the result holds those that are believed, or null when none is. */
function qualify(
  state: SenseState,
  context: Context,
  device: DeviceSense,
  listed: CityDevice | undefined,
  ts: EpochMs,
  values: Readonly<Record<string, MetricValue>>,
  dated: boolean,
  out: Outcome,
): Readonly<Record<string, MetricValue>> | null {
  const changes: Outcome['facts'] = []
  let doubted: string[] | null = null
  for (const metric of metricsInOrder(values)) {
    const { before, cause, evidence } = judge(state, context, device, listed, metric, values[metric], ts)
    if (cause !== null) doubted = [...(doubted ?? []), metric]
    if (cause !== before)
      changes.push({
        kind: 'quality',
        device: device.key,
        metric,
        ts,
        quality: cause === null ? 'good' : 'suspect',
        cause: cause ?? 'recovered',
        ...(evidence.length > 0 && { evidence }),
      })
  }
  const quality: Quality = doubted === null && dated ? 'good' : 'suspect'
  out.facts.push({ kind: 'measured', device: device.key, ts, values, quality }, ...changes)
  if (!dated || doubted === null) return dated ? values : null
  const believed = Object.entries(values).filter(([metric]) => !doubted.includes(metric))
  return believed.length === 0 ? null : Object.fromEntries(believed)
}

type Dated = Pick<Reading, 'ts' | 'ahead_s'>

/** Its clock is off by the same all the time: told once, and corrected from then on. */
function noteClock(device: DeviceSense, { ts, ahead_s }: Dated, now: EpochMs, out: Outcome): void {
  device.redated = ahead_s !== undefined
  noteDelay(device.clock, ahead_s === undefined ? now - ts : -ahead_s * SECOND_MS, now)
  if (!followClock(device, now)) return
  const { skew_ms } = device
  const evidence = skew_ms === null ? [] : [`its clock is ${Math.abs(skew_ms) / SECOND_MS} s ${skew_ms > 0 ? 'ahead' : 'behind'}`]
  const cause = skew_ms === null ? 'recovered' : 'skew'
  out.facts.push({
    kind: 'quality',
    device: device.key,
    metric: '*',
    ts: now,
    quality: 'good',
    cause,
    ...(evidence.length > 0 && { evidence }),
  })
}

/** False when the reading cannot be dated to the present: shown, but it drives nothing. */
function checkClock(device: DeviceSense, dated: Dated, now: EpochMs, previous: EpochMs, out: Outcome): boolean {
  noteClock(device, dated, now, out)
  const ts = correctedTime(device, dated.ts)
  const wrong = ts < Math.min(now - Math.max(STALE_MS, SILENT_INTERVALS * device.interval_ms), previous)
  if (wrong !== device.clock_wrong) {
    device.clock_wrong = wrong
    const quality: Quality = wrong ? 'suspect' : 'good'
    out.facts.push({ kind: 'quality', device: device.key, metric: '*', ts: now, quality, cause: wrong ? 'clock' : 'recovered' })
  }
  return !wrong
}

/**
 * @param previous brain time of the step before: what was measured since then is never too old, however long the step.
 * @returns the believed values of a live reading, or null when there is nothing to decide on.
 */
export function takeReading(
  state: SenseState,
  context: Context,
  reading: Reading,
  now: EpochMs,
  previous: EpochMs,
  out: Outcome,
): QualifiedReading | null {
  const { device: key, ts } = reading
  const listed = context.devices.get(key)
  const values = aboveRoad(listed, reading.values)
  const device = hear(state, context, key, now, out)
  const order = orderOf(device, ts, values)
  if (order === 'duplicate') {
    out.facts.push({ kind: 'dropped', device: key, ts, cause: 'duplicate' })
    return null
  }
  if (order === 'late' || reading.backfill) {
    out.facts.push({ kind: 'measured', device: key, ts, values, quality: 'late' })
    state.late.push({ device: key, ts: correctedTime(device, ts), values })
    return null
  }
  const dated = checkClock(device, reading, now, previous, out)
  remember(device, ts, reading.seq, now)
  const believed = qualify(state, context, device, listed, ts, values, dated, out)
  if (!dated) state.late.push({ device: key, ts, values })
  return believed === null ? null : { device: key, ts: correctedTime(device, ts), values: believed }
}

/** The numbers of a count as a `measured` fact carries them: per lane `in.<lane>` `[vehicles, queued, approaching]`. */
function countValues({ lane_metrics }: Context, count: TrafficCount): Record<string, MetricValue> {
  const names = lane_metrics.get(count.device)
  const values: Record<string, MetricValue> = { phase: count.phase, target: count.target, age_s: count.age_s }
  values.clearing = count.clearing ? 1 : 0
  for (const id in count.in) values[names?.in.get(id) ?? `in.${id}`] = laneValue(count.in[id])
  for (const id in count.out) values[names?.out.get(id) ?? `out.${id}`] = laneValue(count.out[id])
  return values
}

const laneValue = ({ vehicles, queued, approaching }: LaneCount): MetricValue =>
  approaching === null ? [vehicles, queued] : [vehicles, queued, approaching]

/** Totals over the entering lanes that spoke: what rules, map and history know of a junction. */
export function countTotals(count: TrafficCount): Record<string, number> {
  let vehicles_veh = 0
  let queued_veh = 0
  for (const id in count.in) {
    vehicles_veh += count.in[id].vehicles
    queued_veh += count.in[id].queued
  }
  return { phase: count.phase, vehicles_veh, queued_veh }
}

/** Takes a junction's count; the result is null when it is a repeat, late, backfill or undated. */
export function takeCount(
  state: SenseState,
  context: Context,
  count: TrafficCount,
  now: EpochMs,
  previous: EpochMs,
  out: Outcome,
): QualifiedCount | null {
  const { device: key, ts } = count
  const device = hear(state, context, key, now, out)
  const sums = countTotals(count)
  const order = orderOf(device, ts, sums)
  if (order === 'duplicate') {
    out.facts.push({ kind: 'dropped', device: key, ts, cause: 'duplicate' })
    return null
  }
  const live = order === 'new' && !count.backfill
  out.facts.push({ kind: 'measured', device: key, ts, values: countValues(context, count), quality: live ? 'good' : 'late' })
  if (!live) {
    state.late.push({ device: key, ts: correctedTime(device, ts), values: sums })
    return null
  }
  const dated = checkClock(device, count, now, previous, out)
  remember(device, ts, count.seq, now)
  const listed = context.devices.get(key)
  for (const metric in sums) judge(state, context, device, listed, metric, sums[metric], ts)
  if (!dated) state.late.push({ device: key, ts, values: sums })
  const time = correctedTime(device, ts)
  return !dated ? null : time === ts ? count : { ...count, ts: time }
}

/** What a device says of itself, or its last will on its behalf. */
export function takePresence(state: SenseState, context: Context, presence: Presence, now: EpochMs, out: Outcome): void {
  const known = state.devices.has(presence.device)
  const device = deviceSense(state, context, presence.device, now)
  const changed = !known || device.online !== presence.online || device.silent
  if (presence.online) {
    device.heard = now
    device.silent = false
    setDeadline(state.silence, device.key, now + SILENT_INTERVALS * device.interval_ms)
  }
  device.online = presence.online
  device.battery_pct = presence.battery_pct ?? device.battery_pct
  device.rssi_dbm = presence.rssi_dbm ?? device.rssi_dbm
  device.fw = presence.fw ?? device.fw
  if (changed) out.facts.push({ kind: 'presence', device: device.key, ts: now, online: presence.online, cause: 'said' })
}

/** Devices that have fallen silent by `now`, in the order in which they did. */
export function takeSilent(state: SenseState, now: EpochMs, out: Outcome): DeviceKey[] {
  const silent: DeviceKey[] = []
  for (const key of takeDue(state.silence, now)) {
    const device = state.devices.get(key)
    if (device === undefined || device.silent) continue
    device.silent = true
    silent.push(key)
    if (device.online) out.facts.push({ kind: 'presence', device: key, ts: now, online: false, cause: 'silent' })
    device.online = false
  }
  return silent
}
