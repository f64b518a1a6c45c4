/** `export flood`: the storms in a running city's history as a training directory. Asked over HTTP, so that it works beside the city, whatever store it has. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UrbanError } from '../../engine/base/errors.ts'
import { type LonLat, meanPlace } from '../../engine/base/geo.ts'
import { DAY_MS, type EpochMs, SECOND_MS } from '../../engine/base/time.ts'
import { STORMS_MIN } from '../../engine/flood/forecast/train.ts'
import { NOWCAST_MS, type Nowcast, type Series, STEP_MS } from '../../engine/flood/series.ts'
import type { CityDocument, CityFeature } from '../wire/city.ts'
import { type Arguments, type Command, say, usageError } from './command.ts'
import {
  announcedSteps,
  atStepEnds,
  findStorms,
  type Placed,
  type PlacedPoint,
  rainSteps,
  type Sample,
  type Span,
  type StormHistory,
  stepsOf,
  stormTables,
} from './flood-history.ts'

const YEAR_MS = 365 * DAY_MS
/** History answers at most twice as many. */
const POINTS_MAX = 100_000
const STEP_S = STEP_MS / SECOND_MS
const MINUTE_S = 60

interface Remote {
  readonly city: CityDocument
  /** Means of buckets, oldest first. */
  history(device: string, metric: string, span: Span, step_s: number): Promise<Sample[]>
  metrics(device: string): Promise<string[]>
}

async function connect(url: string, token: string | undefined): Promise<Remote> {
  async function ask<T>(path: string): Promise<T> {
    const response = await fetch(new URL(path, url), { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } }).catch(
      (error: unknown) => {
        const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
        throw new UrbanError('neighbour', 'export.city', `${url}: the city does not answer (${why}); is it running?`)
      },
    )
    if (response.ok) return (await response.json()) as T
    const family = response.status === 401 || response.status === 403 ? 'input' : 'neighbour'
    throw new UrbanError(family, 'export.city', `${url}: ${path} was answered with HTTP ${response.status}: ${await response.text()}`)
  }
  const path = (device: string): string => `/api/v1/devices/${device.split('/').map(encodeURIComponent).join('/')}`
  return {
    city: await ask<CityDocument>('/api/v1/city'),
    async history(device, metric, { from, to }, step_s) {
      const samples: Sample[] = []
      const chunk_ms = POINTS_MAX * (step_s === 0 ? MINUTE_S : step_s) * SECOND_MS
      for (let start = from; start < to; start += chunk_ms) {
        const query = new URLSearchParams({
          metric,
          from: String(start),
          to: String(Math.min(to, start + chunk_ms)),
          step: String(step_s),
        })
        const { points } = await ask<{ points: { ts: EpochMs; mean: number }[] }>(`${path(device)}/history?${query}`)
        for (const { ts, mean } of points) samples.push({ ts, value: mean })
      }
      return samples
    },
    metrics: async (device) => (await ask<{ metrics: string[] }>(`${path(device)}/metrics`)).metrics,
  }
}

interface Gauge {
  readonly key: string
  readonly at: LonLat
}

interface Gauges {
  readonly rain: readonly Gauge[]
  readonly stations: readonly Gauge[]
  readonly rivers: readonly Gauge[]
  readonly points: readonly (PlacedPoint & { readonly gauges: readonly string[] })[]
}

const placeOf = ({ geometry }: CityFeature): LonLat => {
  if (geometry.type === 'Point') return geometry.coordinates
  return meanPlace(geometry.type === 'Polygon' ? geometry.coordinates[0].slice(1) : geometry.coordinates)
}

function gaugesOf({ features }: CityDocument): Gauges {
  const devices = features.filter(({ properties }) => properties.layer === 'device')
  const having = (metric: string, kind?: string): Gauge[] =>
    devices
      .filter(({ properties }) => properties.metrics?.includes(metric) && (kind === undefined || properties.kind === kind))
      .map((feature) => ({ key: feature.properties.key ?? '', at: placeOf(feature) }))
  const rims = new Map(devices.map(({ properties }) => [properties.key, properties.params?.rim_m ?? 0]))
  return {
    rain: having('rain_mm_h'),
    stations: having('rain_forecast_mm_h'),
    rivers: having('level_m', 'river_gauge'),
    points: features
      .filter(({ properties }) => properties.layer === 'low_point')
      .map((feature) => {
        const { id, gauges = [], threshold_m = 0 } = feature.properties
        return { node: id, at: placeOf(feature), rim_m: Math.max(0, ...gauges.map((key) => rims.get(key) ?? 0)), threshold_m, gauges }
      }),
  }
}

/** Step by step over several series; null where there is none. */
function merge(series: readonly Series[], join: (known: readonly number[]) => number): Series | null {
  if (series.length === 0) return null
  return series[0].map((_, t) => {
    const known = series.map((own) => own[t]).filter((value) => value !== null && value !== undefined)
    return known.length === 0 ? null : join(known)
  })
}

/** A station's nowcasts, put together from the elements that history keeps apart. */
async function nowcastsOf(remote: Remote, station: string, span: Span): Promise<Nowcast[]> {
  const elements = (await remote.metrics(station))
    .map((metric) => ({ metric, index: Number(/^rain_forecast_mm_h\[(\d+)\]$/.exec(metric)?.[1] ?? Number.NaN) }))
    .filter(({ index }) => !Number.isNaN(index))
    .sort((a, b) => a.index - b.index)
  const steps = await remote.history(station, 'forecast_step_s', span, 0)
  const rates = new Map<EpochMs, number[]>(steps.map(({ ts }) => [ts, []]))
  for (const { metric, index } of elements)
    for (const { ts, value } of await remote.history(station, metric, span, 0)) {
      const list = rates.get(ts)
      // An element that is missing ends the nowcast.
      if (list?.length === index) list.push(value)
    }
  return steps.map(({ ts, value }) => ({ ts, step_ms: value * SECOND_MS, rate_mm_h: rates.get(ts) ?? [] }))
}

async function historyOf(remote: Remote, gauges: Gauges, span: Span): Promise<StormHistory> {
  const asked = { from: span.from - STEP_MS, to: span.to }
  const announced = { from: span.from - NOWCAST_MS, to: span.to + 1 }
  const levels = async (key: string): Promise<Series> => atStepEnds(await remote.history(key, 'level_m', asked, MINUTE_S), span)
  const gather = async <T>(list: readonly Gauge[], read: (key: string) => Promise<T>): Promise<Placed<T>[]> => {
    const placed: Placed<T>[] = []
    for (const { key, at } of list) placed.push({ at, series: await read(key) })
    return placed
  }
  const levels_m: Series[] = []
  for (const { gauges: keys } of gauges.points) {
    const own: Series[] = []
    for (const key of keys) own.push(await levels(key))
    levels_m.push(merge(own, (known) => Math.max(...known)) ?? new Array<null>(stepsOf(span)).fill(null))
  }
  const rivers = await gather(gauges.rivers, levels)
  return {
    span,
    levels_m,
    rain_mm: await gather(gauges.rain, async (key) => rainSteps(await remote.history(key, 'rain_mm_h', asked, STEP_S), span)),
    nowcast_mm: await gather(gauges.stations, async (key) => announcedSteps(await nowcastsOf(remote, key, announced), span)),
    river_m: merge(
      rivers.map(({ series }) => series),
      (known) => known.reduce((sum, value) => sum + value, 0) / known.length,
    ),
  }
}

function momentOf(args: Arguments, option: string, otherwise: EpochMs): EpochMs {
  const text = args.text(option)
  if (text === undefined) return otherwise
  const ts = Date.parse(text)
  if (Number.isNaN(ts)) throw usageError(`--${option} takes a date or time in ISO 8601, as 2026-06-14, not ${text}`)
  return ts
}

const aligned = (ts: EpochMs): EpochMs => Math.floor(ts / STEP_MS) * STEP_MS

export const exportFloodCommand: Command = {
  positionals: [],
  options: {
    url: { type: 'string', value: 'URL', help: 'of the running city (http://127.0.0.1:8080)' },
    token: { type: 'string', value: 'TOKEN', help: 'an API token, where the city is not on this machine (or URBAN_BRAIN_TOKEN)' },
    from: { type: 'string', value: 'TIME', help: 'first time that is looked at (a year ago)' },
    to: { type: 'string', value: 'TIME', help: 'time up to which is looked (now)' },
    out: { type: 'string', value: 'DIR', help: 'directory for rain.csv, levels.csv, truth.csv and nodes.csv (required)' },
  },
  async run(args) {
    const out = args.text('out')
    if (out === undefined) throw usageError('--out DIR is missing: where the tables are to be written')
    const to = aligned(momentOf(args, 'to', Date.now()))
    const from = aligned(momentOf(args, 'from', to - YEAR_MS))
    if (from >= to) throw usageError('--from is not before --to')
    const remote = await connect(args.text('url') ?? 'http://127.0.0.1:8080', args.text('token') ?? process.env.URBAN_BRAIN_TOKEN)
    const gauges = gaugesOf(remote.city)
    if (gauges.points.length === 0) throw new UrbanError('input', 'export.city', `${remote.city.id}: the city has no low points`)
    const rain: Sample[][] = []
    for (const { key } of gauges.rain) rain.push(await remote.history(key, 'rain_mm_h', { from, to }, STEP_S))
    const storms: StormHistory[] = []
    for (const span of findStorms(rain)) {
      const whole = { from: Math.max(from + STEP_MS, span.from), to: Math.min(to, span.to) }
      process.stderr.write(`storm of ${new Date(whole.from).toISOString()}\n`)
      storms.push(await historyOf(remote, gauges, whole))
    }
    if (storms.length === 0) throw new UrbanError('input', 'export.city', `${remote.city.id}: no storm in the history of that time`)
    const { announced, ...tables } = stormTables(gauges.points, storms)
    await mkdir(out, { recursive: true })
    for (const [name, text] of Object.entries(tables)) await writeFile(join(out, `${name}.csv`), text)
    say(
      `${out}: ${storms.length} ${storms.length === 1 ? 'storm' : 'storms'} at ${gauges.points.length} low points, ${announced ? 'with' : 'without'} nowcast`,
    )
    if (storms.length < STORMS_MIN) say(`train flood needs at least ${STORMS_MIN} storms`)
    return 0
  },
}
