/**
 * What rules remember of the past: believed readings of the metrics that some rule has a window over, and the times of events that some rule
 * counts. Live readings only; both are bounded however fast a device speaks.
 */
import type { EpochMs } from '../base/time.ts'
import { HOUR_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { MetricValue } from '../model/observation.ts'
import type { WindowFunction } from './tree.ts'

/** One reading, or neighbouring ones of a device that speaks faster than its window needs. */
export interface Sample {
  readonly ts: EpochMs
  until: EpochMs
  count: number
  sum: number
  min: number
  max: number
  last: number
}

export interface Pasts {
  /** By `<device> <metric>`, oldest first. */
  readonly samples: Map<string, Sample[]>
  /** By `<device> <type>`, oldest first. */
  readonly events: Map<string, EpochMs[]>
}

export const createPasts = (): Pasts => ({ samples: new Map(), events: new Map() })

/** How far back rules look: the longest window over each metric, and over each type of event. */
export interface Spans {
  readonly metrics: ReadonlyMap<string, number>
  readonly events: ReadonlyMap<string, number>
}

/** A window is kept in so many parts at most. */
const PARTS = 240
const EVENTS_MAX = 1_000

export function noteValues(
  pasts: Pasts,
  spans: Spans,
  device: DeviceKey,
  ts: EpochMs,
  values: Readonly<Record<string, MetricValue>>,
): void {
  if (spans.metrics.size === 0) return
  for (const metric in values) {
    const span_ms = spans.metrics.get(metric)
    const value = values[metric]
    if (span_ms !== undefined && typeof value === 'number') noteSample(pasts, `${device} ${metric}`, span_ms, ts, value)
  }
}

function noteSample(pasts: Pasts, key: string, span_ms: number, ts: EpochMs, value: number): void {
  const samples = pasts.samples.get(key) ?? []
  if (samples.length === 0) pasts.samples.set(key, samples)
  const last = samples.at(-1)
  if (last !== undefined && ts - last.ts < span_ms / PARTS) {
    last.until = ts
    last.count++
    last.sum += value
    last.min = Math.min(last.min, value)
    last.max = Math.max(last.max, value)
    last.last = value
    return
  }
  samples.push({ ts, until: ts, count: 1, sum: value, min: value, max: value, last: value })
  // One that is older than the window stays: a change is measured against it.
  while (samples.length > 1 && samples[1].until <= ts - span_ms) samples.shift()
}

export function noteEvent(pasts: Pasts, spans: Spans, device: DeviceKey, type: string, ts: EpochMs): void {
  const span_ms = spans.events.get(type)
  if (span_ms === undefined) return
  const key = `${device} ${type}`
  const times = pasts.events.get(key) ?? []
  pasts.events.set(key, times)
  times.push(ts)
  while (times.length > EVENTS_MAX || times[0] <= ts - span_ms) times.shift()
}

/** Forgets what no rule asks for any more. */
export function trimPasts(pasts: Pasts, spans: Spans): void {
  const ask = (key: string): string => key.slice(key.indexOf(' ') + 1)
  for (const key of pasts.samples.keys()) if (!spans.metrics.has(ask(key))) pasts.samples.delete(key)
  for (const key of pasts.events.keys()) if (!spans.events.has(ask(key))) pasts.events.delete(key)
}

export function countEvents(pasts: Pasts, device: DeviceKey, type: string, span_ms: number, now: EpochMs): number {
  const times = pasts.events.get(`${device} ${type}`)
  if (times === undefined) return 0
  let count = 0
  for (let i = times.length - 1; i >= 0 && times[i] > now - span_ms; i--) count++
  return count
}

/** When the oldest event that is still counted leaves the window; null when none is counted. */
export function nextLeaving(pasts: Pasts, device: DeviceKey, type: string, span_ms: number, now: EpochMs): EpochMs | null {
  const oldest = pasts.events.get(`${device} ${type}`)?.find((ts) => ts > now - span_ms)
  return oldest === undefined ? null : oldest + span_ms
}

/** NaN where the window holds nothing; a change is unknown until the window has been seen whole. */
export function windowValue(pasts: Pasts, device: DeviceKey, metric: string, by: WindowFunction, span_ms: number, now: EpochMs): number {
  const samples = pasts.samples.get(`${device} ${metric}`)
  const newest = samples?.at(-1)
  if (samples === undefined || newest === undefined) return Number.NaN
  if (by === 'delta' || by === 'rate_h') {
    const before = samples.findLast(({ until }) => until <= newest.until - span_ms)
    // Over a gap as long as the window itself nobody saw how it moved.
    if (before === undefined || newest.until - before.until > 2 * span_ms) return Number.NaN
    const change = newest.last - before.last
    return by === 'delta' ? change : (change * HOUR_MS) / (newest.until - before.until)
  }
  let count = 0
  let sum = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = samples.length - 1; i >= 0 && samples[i].until > now - span_ms; i--) {
    count += samples[i].count
    sum += samples[i].sum
    min = Math.min(min, samples[i].min)
    max = Math.max(max, samples[i].max)
  }
  if (count === 0) return Number.NaN
  return by === 'mean_over' ? sum / count : by === 'max_over' ? max : min
}
