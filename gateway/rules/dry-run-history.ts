/**
 * Rules over the history store, through its port: every reading as if it had come in the step of its own time, and a late one when it became known.
 * What the store does not hold, the rules do not see: events, presses, and what a device says of its presence.
 */
import { setImmediate } from 'node:timers/promises'
import { DAY_MS, type EpochMs, SECOND_MS } from '../../engine/base/time.ts'
import type { DeviceKey } from '../../engine/model/city.ts'
import type { Context } from '../../engine/model/context.ts'
import type { MetricValue, Reading } from '../../engine/model/observation.ts'
import type { Rule } from '../../engine/model/rule.ts'
import type { ReadingStore } from '../../engine/ports.ts'
import { createDryRun, type RuleFact } from '../../engine/rules/dry-run.ts'

export interface HistoryDryRunOptions {
  readonly store: Pick<ReadingStore, 'history' | 'metrics'>
  readonly context: Context
  readonly rules: readonly Rule[]
  readonly from: EpochMs
  readonly to: EpochMs
  /** Length of a step; readings are taken in at its end. */
  readonly step_s: number
  /** Other devices than those of the city; what the store knows of them is used too. */
  readonly devices?: readonly DeviceKey[]
  /** Longest stretch of work before others have their turn. */
  readonly slice_ms?: number
  /** Ends the run between two slices. */
  readonly stopped?: () => boolean
}

/** Series asked for side by side. */
const ASKED_AT_ONCE = 16
const SLICE_MS = 1_000

interface Series {
  readonly device: DeviceKey
  readonly metric: string
}

/** Facts of the rules, oldest first. @throws whatever the store throws when it is away */
export async function dryRunHistory(options: HistoryDryRunOptions): Promise<RuleFact[]> {
  const { store, context, rules, from, to, slice_ms = SLICE_MS, stopped = () => false } = options
  const step_ms = Math.max(options.step_s, 1) * SECOND_MS
  const run = createDryRun(context, rules)
  const facts: RuleFact[] = run.step([], from)
  const devices = options.devices ?? [...context.devices.keys()]
  const series = (
    await inTurns(devices, async (device) => (await store.metrics(device)).map((metric): Series => ({ device, metric })))
  ).flat()
  let began = performance.now()
  const pause = async (): Promise<void> => {
    if (performance.now() - began < slice_ms) return
    await setImmediate()
    began = performance.now()
  }
  let late: Arrival[] = []
  for (let day = from; day < to && !stopped(); day = nextDay(day)) {
    const end = Math.min(nextDay(day), to)
    const arrivals = [...late, ...(await readDay(store, series, day, end))]
    // What became known only after this day waits for its own.
    late = arrivals.filter(({ at }) => at >= end)
    for (const [now, readings] of stepsOf(
      arrivals.filter(({ at }) => at < end),
      step_ms,
    )) {
      await stepThrough(now)
      facts.push(...run.step(readings, now))
      await pause()
    }
  }
  await stepThrough(to)
  return facts

  /** The steps without a message in which time alone decides. */
  async function stepThrough(now: EpochMs): Promise<void> {
    for (let due = run.due(); due !== null && !stopped(); due = run.due()) {
      const at = Math.ceil(due / step_ms) * step_ms
      if (at >= now) return
      facts.push(...run.step([], at))
      await pause()
    }
  }
}

const nextDay = (ts: EpochMs): EpochMs => (Math.floor(ts / DAY_MS) + 1) * DAY_MS

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let i = 0; i < items.length; i += ASKED_AT_ONCE) results.push(...(await Promise.all(items.slice(i, i + ASKED_AT_ONCE).map(work))))
  return results
}

/** A reading and when it came. */
interface Arrival {
  readonly reading: Reading
  readonly at: EpochMs
}

/** Readings of a stretch, put together again from their rows. */
async function readDay(store: HistoryDryRunOptions['store'], series: readonly Series[], from: EpochMs, to: EpochMs): Promise<Arrival[]> {
  const readings = new Map<DeviceKey, Map<EpochMs, { readonly values: Record<string, MetricValue>; at: EpochMs }>>()
  await inTurns(series, async ({ device, metric }) => {
    const points = await store.history({ device, metric, from, to, step_s: 0 })
    if (points.length === 0) return
    const ofDevice = readings.get(device) ?? new Map<EpochMs, { readonly values: Record<string, MetricValue>; at: EpochMs }>()
    readings.set(device, ofDevice)
    const [, name = metric, index = null] = /^(.*)\[(\d+)\]$/.exec(metric) ?? []
    for (const { ts, mean, known } of points) {
      const one = ofDevice.get(ts) ?? { values: {}, at: ts }
      ofDevice.set(ts, one)
      one.at = Math.max(one.at, known ?? ts)
      one.values[name] = index === null ? mean : withElement(one.values[name], Number(index), mean)
    }
  })
  return [...readings].flatMap(([device, byTime]) =>
    [...byTime].map(
      ([ts, { values, at }]): Arrival => ({ reading: { kind: 'reading', device, ts, seq: null, values, backfill: false }, at }),
    ),
  )
}

function withElement(list: MetricValue | undefined, index: number, value: number): number[] {
  const next = typeof list === 'object' ? [...list] : []
  next[index] = value
  return next
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Step by step, and within one as lockstep sorts them (contract section 6). */
function* stepsOf(arrivals: readonly Arrival[], step_ms: number): Generator<readonly [EpochMs, readonly Reading[]]> {
  const stepOf = ({ at }: Arrival): EpochMs => Math.ceil(at / step_ms) * step_ms
  const sorted = arrivals
    .map((arrival) => ({ ...arrival, step: stepOf(arrival) }))
    .sort((a, b) => a.step - b.step || a.reading.ts - b.reading.ts || compareText(`${a.reading.device}/`, `${b.reading.device}/`))
  let batch: Reading[] = []
  let now: EpochMs = 0
  for (const { reading, step } of sorted) {
    if (step !== now && batch.length > 0) {
      yield [now, batch]
      batch = []
    }
    now = step
    batch.push(reading)
  }
  if (batch.length > 0) yield [now, batch]
}
