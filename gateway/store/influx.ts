/**
 * The history store in InfluxDB 2: bucket of raw rows, and two more, `_1m` and `_15m`, with the buckets of every hour that is not due (influx-due.ts).
 * Rows are written once when they come; `expire` computes the buckets of closed hours. An answer takes whole buckets from the tiers, and its edges
 * and what is due from the raw rows.
 */
import { UrbanError } from '../../engine/base/errors.ts'
import { DAY_MS, type EpochMs, HOUR_MS } from '../../engine/base/time.ts'
import type { ReadingRow, ReadingStore } from '../../engine/ports.ts'
import { createInfluxClient, type InfluxClient } from './influx-client.ts'
import { createDueHours, type DueChange, type DueHours } from './influx-due.ts'
import { READING, readBuckets, readDue, readMetrics, readRaw, streamRaw } from './influx-queries.ts'
import { lateLines, tierLines } from './influx-tiers.ts'
import { encodeName, markLine, rawLines } from './line-protocol.ts'
import {
  baseMetric,
  bucketStart,
  foldSamples,
  MINUTE_TIER_MS,
  type Piece,
  planPieces,
  QUARTER_TIER_MS,
  type Retention,
  rawKeptFrom,
  readStretchesRaw,
  rolledError,
  type Sample,
} from './tiers.ts'

export interface InfluxStoreOptions {
  readonly url: string
  /** Secret; never in a message. */
  readonly token: string
  readonly org: string
  /** Bucket of raw rows; the tiers add `_1m` and `_15m`. */
  readonly bucket: string
  readonly retention: Retention
  readonly warn: (message: string) => void
  /** InfluxDB judges ages by its own clock, so this is the wall clock unless a test says otherwise. */
  readonly now?: () => EpochMs
}

type Tier = Piece['tier']

const TIERS = ['minute', 'quarter'] as const
const SUFFIX = { raw: '', minute: '_1m', quarter: '_15m' } as const
const WIDTH_MS = { minute: MINUTE_TIER_MS, quarter: QUARTER_TIER_MS } as const
/** Kept longer than asked, so that InfluxDB still takes and has what we still ask for when its day ends, or when we were away. */
const SPARE_MS = 2 * DAY_MS

interface Opened {
  readonly client: InfluxClient
  readonly due: DueHours
}

/** Errors: family `neighbour` with code `store_away`, `store_unauthorised` or `store_org`; `input` for a URL that is none. */
export function createInfluxStore(options: InfluxStoreOptions): ReadingStore {
  const { bucket, retention } = options
  const now = options.now ?? Date.now
  const named = Object.keys(retention.retention)
  const rawKept_ms = Math.max(retention.raw_days, ...Object.values(retention.retention)) * DAY_MS
  let opened: Opened | null = null
  /** Appends and changes of what is due, one after another. */
  let writing: Promise<unknown> = Promise.resolve()
  let computing: Promise<unknown> = Promise.resolve()

  function getOpened(): Opened {
    if (opened === null) throw new UrbanError('neighbour', 'store_away', 'the InfluxDB store is not running')
    return opened
  }
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = writing.then(work)
    writing = done.catch(() => undefined)
    return done
  }

  async function write(client: InfluxClient, tier: Tier, lines: readonly string[]): Promise<void> {
    const name = `${bucket}${SUFFIX[tier]}`
    const refused = lines.length === 0 ? null : await client.write(name, lines)
    if (refused !== null) options.warn(`InfluxDB refused some of ${lines.length} points for ${name}: ${refused.slice(0, 300)}`)
  }
  const writeMarks = (client: InfluxClient, marks: readonly DueChange[]): Promise<void> => write(client, 'raw', marks.map(markLine))

  /** InfluxDB deletes by measurement and tag but not by field: a metric that is kept for another time has a measurement of its own. */
  const ownMeasurement = (metric: string): string => `${READING}.${encodeName(metric)}`
  const measurementOf = (metric: string): string =>
    named.length > 0 && named.includes(baseMetric(metric)) ? ownMeasurement(baseMetric(metric)) : READING

  async function append({ client, due }: Opened, rows: readonly ReadingRow[]): Promise<void> {
    const at = now()
    const keptFrom = new Map<string, EpochMs>()
    for (const { metric } of rows) if (!keptFrom.has(metric)) keptFrom.set(metric, rawKeptFrom(retention, metric, at))
    const isLate = ({ metric, ts }: ReadingRow): boolean => ts < (keptFrom.get(metric) ?? 0)
    const late = rows.filter(isLate)
    const fresh = late.length === 0 ? rows : rows.filter((row) => !isLate(row))
    const marks = due.missing(fresh, at)
    await writeMarks(client, marks)
    due.commit(marks)
    await write(client, 'raw', rawLines(fresh, measurementOf))
    if (late.length === 0) return
    for (const tier of TIERS)
      await write(client, tier, await lateLines(client, `${bucket}${SUFFIX[tier]}`, WIDTH_MS[tier], late, measurementOf))
  }

  /** The buckets of an hour that is due, of all its devices or of those that came late. */
  async function computeHour(parts: Opened, hour: EpochMs, at: EpochMs): Promise<void> {
    const { client, due } = parts
    const tiers = TIERS.filter((tier) => hour >= at - retention[`${tier}_days`] * DAY_MS)
    const devices = await inTurn(async () => due.begin(hour))
    let done = false
    try {
      for await (const lines of tierLines(streamRaw(client, bucket, devices, hour, hour + HOUR_MS))) {
        if (opened !== parts) return
        for (const tier of tiers) await write(client, tier, lines[tier])
      }
      await inTurn(() => writeMarks(client, due.finished(hour)))
      done = true
    } finally {
      due.end(hour, done)
    }
  }

  async function computeDue(parts: Opened, at: EpochMs): Promise<void> {
    parts.due.forgetBefore(at - rawKept_ms - SPARE_MS)
    for (const hour of parts.due.closed(at)) if (opened === parts) await computeHour(parts, hour, at)
  }

  return {
    async start() {
      const client = createInfluxClient(options)
      await client.ensureBucket(bucket, rawKept_ms + SPARE_MS)
      for (const tier of TIERS) await client.ensureBucket(`${bucket}${SUFFIX[tier]}`, retention[`${tier}_days`] * DAY_MS + SPARE_MS)
      opened = { client, due: createDueHours(await readDue(client, bucket)) }
    },

    async append(rows) {
      const parts = getOpened()
      const kept = rows.filter((row) => Number.isFinite(row.value))
      if (kept.length > 0) await inTurn(() => append(parts, kept))
    },

    async history(query) {
      const { client, due } = getOpened()
      const rawFrom = rawKeptFrom(retention, query.metric, now())
      if (query.as_known_at !== undefined) {
        if (query.from < rawFrom) throw rolledError(query)
        return foldSamples(await readRaw(client, bucket, query, query.from, query.to, query.as_known_at), query.step_s)
      }
      const stretches = due.stretches(query.device, Math.max(query.from, rawFrom), query.to)
      const pieces = readStretchesRaw(planPieces(query, retention, now()), stretches, rawFrom)
      const read = async ({ tier, from, to }: Piece): Promise<readonly Sample[]> =>
        tier === 'raw'
          ? readRaw(client, bucket, query, from, to)
          : ((await readBuckets(client, `${bucket}${SUFFIX[tier]}`, [query], from, to)).get(query) ?? [])
      const samples = await Promise.all(pieces.map(read))
      return foldSamples(samples.flat(), query.step_s)
    },

    async metrics(device) {
      const { client } = getOpened()
      const [raw, quarter] = await Promise.all([
        readMetrics(client, bucket, device, false),
        readMetrics(client, `${bucket}${SUFFIX.quarter}`, device, true),
      ])
      return [...new Set([...raw, ...quarter])].sort()
    },

    /** Computes the buckets of closed hours. InfluxDB drops what is older than a bucket's retention itself; here go the metrics that are kept shorter. */
    async expire(at) {
      const parts = getOpened()
      computing = computing.catch(() => undefined).then(() => computeDue(parts, at))
      await computing
      if (opened !== parts) return
      const kept = [
        [READING, retention.raw_days] as const,
        ...named.map((name) => [ownMeasurement(name), retention.retention[name]] as const),
      ]
      for (const [measurement, days] of kept)
        if (days * DAY_MS < rawKept_ms)
          await parts.client.deleteBefore(bucket, measurement, bucketStart(at - days * DAY_MS - DAY_MS, DAY_MS))
    },

    async stop() {
      opened = null
      await computing.catch(() => undefined)
      await writing
    },
  }
}
