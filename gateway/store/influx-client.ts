/** What the history store needs of InfluxDB's HTTP interface, with its failures as ours. The token is sent and never said. */
import { type FluxTableMetaData, HttpError, InfluxDB } from '@influxdata/influxdb-client'
import { UrbanError } from '../../engine/base/errors.ts'
import type { EpochMs } from '../../engine/base/time.ts'

export interface InfluxAccess {
  readonly url: string
  /** Secret. */
  readonly token: string
  readonly org: string
}

export interface InfluxClient {
  /** Durable when resolved. Answers what InfluxDB refused of single lines (outside its retention, another type), or null. */
  write(bucket: string, lines: readonly string[]): Promise<string | null>
  /** The rows of all tables of the answer, numbers as numbers. */
  query(flux: string): Promise<Readonly<Record<string, unknown>>[]>
  /** The same as it comes, some rows at a time, as text, the columns in the order asked for. Whoever reads slowly slows InfluxDB down. */
  stream(flux: string, columns: readonly string[]): AsyncIterable<readonly (readonly string[])[]>
  /** Makes the bucket when it is missing; one that exists keeps the retention its owner gave it. */
  ensureBucket(bucket: string, kept_ms: number): Promise<void>
  /** Deletes the points of one measurement before a time. */
  deleteBefore(bucket: string, measurement: string, before: EpochMs): Promise<void>
}

/**
 * Larger bodies are compressed on their way over a network, to an eighth; not on the same machine, where compressing costs more than it saves
 * (measured, see docs/history.md).
 */
const GZIP_BYTES = 16_384
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/
/** Without any byte of an answer. */
const TIMEOUT_MS = 10_000

/** A promise for each row would cost more than the rest of reading it. */
const STREAM_ROWS = 1000

export function createInfluxClient({ url, token, org }: InfluxAccess): InfluxClient {
  const where = hostOf(url)
  const influx = new InfluxDB({ url, token, timeout: TIMEOUT_MS })
  const queries = influx.getQueryApi(org)
  const gzipThreshold = LOOPBACK.test(new URL(url).hostname) ? undefined : GZIP_BYTES

  async function request(path: string, body: unknown, method: 'GET' | 'POST'): Promise<unknown> {
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    return influx.transport.request(path, body, { method, headers })
  }
  /** Runs a request; rejects with family `neighbour` and a message that names the place, not the secret. */
  async function reach<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw neighbour(where, error)
    }
  }
  async function* stream(flux: string, columns: readonly string[]): AsyncGenerator<readonly (readonly string[])[]> {
    let rows: (readonly string[])[] = []
    let meta: FluxTableMetaData | null = null
    let places: readonly number[] = []
    try {
      for await (const { values, tableMeta } of queries.iterateRows(flux)) {
        if (tableMeta !== meta) {
          refuseErrors(where, tableMeta.toObject(values))
          meta = tableMeta
          places = columns.map((label) => tableMeta.column(label).index)
        }
        rows.push(places.map((place) => values[place]))
        if (rows.length < STREAM_ROWS) continue
        yield rows
        rows = []
      }
      yield rows
    } catch (error) {
      throw neighbour(where, error)
    }
  }
  const parameters = (values: Readonly<Record<string, string>>): string => new URLSearchParams(values).toString()

  async function orgId(): Promise<string> {
    const found = listOf(await request(`/api/v2/orgs?${parameters({ org })}`, '', 'GET').catch(noneFound), 'orgs')
    if (found.length === 0)
      throw new UrbanError('neighbour', 'store_org', `InfluxDB at ${where} has no organisation ${JSON.stringify(org)}`)
    return String(found[0].id)
  }

  return {
    write: (bucket, lines) =>
      reach(async () => {
        try {
          await send(influx, `/api/v2/write?${parameters({ org, bucket, precision: 'ns' })}`, lines.join('\n'), gzipThreshold)
          return null
        } catch (error) {
          if (error instanceof HttpError && (error.statusCode === 400 || error.statusCode === 422)) return error.message
          throw error
        }
      }),
    query: (flux) =>
      reach(async () => {
        const rows = await queries.collectRows<Readonly<Record<string, unknown>>>(flux)
        if (rows.length > 0) refuseErrors(where, rows[0])
        return rows
      }),
    stream,
    ensureBucket: (bucket, kept_ms) =>
      reach(async () => {
        const found = listOf(await request(`/api/v2/buckets?${parameters({ org, name: bucket })}`, '', 'GET').catch(noneFound), 'buckets')
        if (found.length > 0) return
        // InfluxDB knows no retention below an hour.
        const retentionRules = [{ type: 'expire', everySeconds: Math.max(3600, Math.ceil(kept_ms / 1000)) }]
        await request('/api/v2/buckets', { orgID: await orgId(), name: bucket, retentionRules }, 'POST')
      }),
    deleteBefore: (bucket, measurement, before) =>
      reach(async () => {
        const predicate = `_measurement="${measurement}"`
        const body = { start: new Date(0).toISOString(), stop: new Date(before).toISOString(), predicate }
        await request(`/api/v2/delete?${parameters({ org, bucket })}`, body, 'POST')
      }),
  }
}

function send(influx: InfluxDB, path: string, body: string, gzipThreshold: number | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    influx.transport.send(path, body, { method: 'POST', headers, gzipThreshold }, { complete: resolve, error: reject })
  })
}

/** InfluxDB tells what failed after its answer began as a table with the columns `error` and `reference`. */
function refuseErrors(where: string, { error, reference }: Readonly<Record<string, unknown>>): void {
  if (error === undefined || reference === undefined) return
  throw new UrbanError('neighbour', 'store_away', `InfluxDB at ${where} broke off an answer: ${String(error).slice(0, 200)}`)
}

function noneFound(error: unknown): unknown {
  if (error instanceof HttpError && error.statusCode === 404) return null
  throw error
}

function listOf(answer: unknown, key: string): readonly { readonly id?: unknown }[] {
  const list = typeof answer === 'object' && answer !== null && key in answer ? (answer as Record<string, unknown>)[key] : null
  return Array.isArray(list) ? list : []
}

/** Host and port only: a URL may carry a name and password. */
function hostOf(url: string): string {
  if (!/^https?:/.test(url) || !URL.canParse(url))
    throw new UrbanError('input', 'influx_url', `INFLUX_URL is no URL: expected something like http://127.0.0.1:8086`)
  return new URL(url).host
}

function neighbour(where: string, error: unknown): UrbanError {
  if (error instanceof UrbanError) return error
  if (!(error instanceof HttpError)) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : error instanceof Error ? error.name : 'unknown'
    return new UrbanError('neighbour', 'store_away', `InfluxDB at ${where} cannot be reached (${code})`)
  }
  const { statusCode } = error
  if (statusCode === 401 || statusCode === 403)
    return new UrbanError('neighbour', 'store_unauthorised', `InfluxDB at ${where} refuses INFLUX_TOKEN (HTTP ${statusCode})`)
  const said = error.json?.message ?? error.statusMessage ?? ''
  return new UrbanError('neighbour', 'store_away', `InfluxDB at ${where} answers HTTP ${statusCode} ${String(said).slice(0, 200)}`)
}
