/**
 * The history store in InfluxDB 2: bucket of raw rows, and two more, `_1m` and `_15m`, with the fields sum, min, max and count. The tiers always
 * hold everything, so that other tools can read them; an answer takes whole buckets from them and only its edges from the raw rows.
 */
import { flux, fluxExpression, fluxString } from '@influxdata/influxdb-client'
import { UrbanError } from '../../engine/base/errors.ts'
import { DAY_MS, type EpochMs } from '../../engine/base/time.ts'
import type { HistoryQuery, ReadingRow, ReadingStore } from '../../engine/ports.ts'
import { createInfluxClient, type InfluxClient } from './influx-client.ts'
import { createInfluxTiers, FAR_FUTURE, type InfluxTiers, readBuckets, seriesCondition, time } from './influx-tiers.ts'
import { bucketLine, createHeads, decodeName, encodeName, rawLine } from './line-protocol.ts'
import { foldSamples, planPieces, type Retention, rawKept_ms, rawKeptFrom, rawSample, type Sample } from './tiers.ts'

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

const SUFFIX = { raw: '', minute: '_1m', quarter: '_15m' } as const

interface Opened {
  readonly client: InfluxClient
  readonly tiers: InfluxTiers
}

/** Errors: family `neighbour` with code `store_away`, `store_unauthorised` or `store_org`; `input` for a URL that is none. */
export function createInfluxStore(options: InfluxStoreOptions): ReadingStore {
  const { bucket, retention } = options
  const now = options.now ?? Date.now
  const headOf = createHeads()
  const bucketKept_ms = Math.max(retention.raw_days, ...Object.values(retention.retention)) * DAY_MS
  let opened: Opened | null = null
  let appending: Promise<unknown> = Promise.resolve()

  function getOpened(): Opened {
    if (opened === null) throw new UrbanError('neighbour', 'store_away', 'the InfluxDB store is not running')
    return opened
  }

  async function write({ client, tiers }: Opened, rows: readonly ReadingRow[]): Promise<void> {
    const lines = async (tier: keyof typeof SUFFIX, text: readonly string[]): Promise<void> => {
      const refused = text.length === 0 ? null : await client.write(`${bucket}${SUFFIX[tier]}`, text)
      if (refused !== null)
        options.warn(`InfluxDB refused some of ${text.length} points for ${bucket}${SUFFIX[tier]}: ${refused.slice(0, 300)}`)
    }
    try {
      await tiers.prepare(rows)
      await lines(
        'raw',
        rows.map((row) => rawLine(headOf(row.device, row.metric), row)),
      )
      const { minute, quarter } = await tiers.touch(rows)
      await lines(
        'minute',
        minute.map((point) => bucketLine(headOf(point.device, point.metric), point)),
      )
      await lines(
        'quarter',
        quarter.map((point) => bucketLine(headOf(point.device, point.metric), point)),
      )
    } catch (error) {
      tiers.forget(rows)
      throw error
    }
  }

  async function readRaw(client: InfluxClient, query: HistoryQuery, from: EpochMs, to: EpochMs): Promise<Sample[]> {
    const rows = await client.query(flux`from(bucket: ${bucket}) |> range(start: ${time(from)}, stop: ${time(to)})
      |> filter(fn: (r) => r._field == "value" and ${fluxExpression(seriesCondition(query))}) |> keep(columns: ["_time", "_value"])`)
    return rows.map(({ _time, _value }) => rawSample(Date.parse(String(_time)), Number(_value)))
  }

  return {
    async start() {
      const client = createInfluxClient(options)
      await client.ensureBucket(bucket, bucketKept_ms)
      await client.ensureBucket(`${bucket}${SUFFIX.minute}`, retention.minute_days * DAY_MS)
      await client.ensureBucket(`${bucket}${SUFFIX.quarter}`, retention.quarter_days * DAY_MS)
      opened = { client, tiers: createInfluxTiers(client, bucket, retention, now) }
    },

    async append(rows) {
      const parts = getOpened()
      const kept = rows.filter((row) => Number.isFinite(row.value))
      if (kept.length === 0) return
      const written = appending.then(() => write(parts, kept))
      appending = written.catch(() => undefined)
      await written
    },

    async history(query) {
      const { client } = getOpened()
      const pieces = planPieces(query, retention, now())
      const samples = await Promise.all(
        pieces.map(({ tier, from, to }) =>
          tier === 'raw' ? readRaw(client, query, from, to) : readBuckets(client, `${bucket}${SUFFIX[tier]}`, query, from, to),
        ),
      )
      return foldSamples(samples.flat(), query.step_s)
    },

    async metrics(device) {
      const { client } = getOpened()
      const names = new Set<string>()
      for (const suffix of [SUFFIX.raw, SUFFIX.quarter]) {
        const found = await client.query(flux`import "influxdata/influxdb/schema"
          schema.tagValues(bucket: ${`${bucket}${suffix}`}, tag: "_measurement", start: ${time(0)}, stop: ${time(FAR_FUTURE)},
            predicate: (r) => r.device == ${fluxString(encodeName(device))})`)
        for (const { _value } of found) names.add(decodeName(String(_value)))
      }
      return [...names].sort()
    },

    /** InfluxDB drops what is older than a bucket's retention itself; here go the metrics that are kept shorter. */
    async expire(at) {
      const { client } = getOpened()
      const measurements = await client.query(flux`import "influxdata/influxdb/schema"
        schema.measurements(bucket: ${bucket}, start: ${time(0)}, stop: ${time(FAR_FUTURE)})`)
      for (const { _value } of measurements) {
        const metric = decodeName(String(_value))
        if (rawKept_ms(retention, metric) < bucketKept_ms)
          await client.deleteBefore(bucket, String(_value), rawKeptFrom(retention, metric, at))
      }
    },

    async stop() {
      await appending
      opened = null
    },
  }
}
