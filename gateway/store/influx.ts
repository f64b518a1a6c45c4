/**
 * The history store in InfluxDB 2: bucket of raw rows, and two more, `_1m` and `_15m`, with the fields sum, min, max and count. The tiers always
 * hold everything, so that other tools can read them; an answer takes whole buckets from them and only its edges from the raw rows.
 */
import { UrbanError } from '../../engine/base/errors.ts'
import { DAY_MS, type EpochMs } from '../../engine/base/time.ts'
import type { ReadingRow, ReadingStore } from '../../engine/ports.ts'
import { createInfluxClient, type InfluxClient } from './influx-client.ts'
import { readAllMetrics, readBuckets, readMetrics, readRaw } from './influx-queries.ts'
import { createInfluxTiers, type InfluxTiers, type TierPoint } from './influx-tiers.ts'
import { bucketLine, encodeName, rawLine } from './line-protocol.ts'
import { foldSamples, type Piece, planPieces, type Retention, rawKept_ms, rawKeptFrom, type Sample } from './tiers.ts'

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
    const tierLines = (points: readonly TierPoint[]): string[] => points.map((point) => bucketLine(point.head, point.bucket))
    try {
      const heads = await tiers.prepare(rows)
      await lines(
        'raw',
        rows.map((row, i) => rawLine(heads[i], row)),
      )
      const { minute, quarter } = await tiers.touch(rows)
      await Promise.all([lines('minute', tierLines(minute)), lines('quarter', tierLines(quarter))])
    } catch (error) {
      tiers.forget(rows)
      throw error
    }
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
      const read = async ({ tier, from, to }: Piece): Promise<Sample[]> =>
        tier === 'raw'
          ? readRaw(client, bucket, query, from, to)
          : ((await readBuckets(client, `${bucket}${SUFFIX[tier]}`, [query], from, to)).get(query) ?? [])
      const samples = await Promise.all(pieces.map(read))
      return foldSamples(samples.flat(), query.step_s)
    },

    async metrics(device) {
      const { client } = getOpened()
      const found = await Promise.all([SUFFIX.raw, SUFFIX.quarter].map((suffix) => readMetrics(client, `${bucket}${suffix}`, device)))
      return [...new Set(found.flat())].sort()
    },

    /** InfluxDB drops what is older than a bucket's retention itself; here go the metrics that are kept shorter. */
    async expire(at) {
      const { client } = getOpened()
      for (const metric of await readAllMetrics(client, bucket)) {
        if (rawKept_ms(retention, metric) < bucketKept_ms)
          await client.deleteBefore(bucket, encodeName(metric), rawKeptFrom(retention, metric, at))
      }
    },

    async stop() {
      await appending
      opened = null
    },
  }
}
