import { Type } from 'typebox'
import { UrbanError } from '../../engine/base/errors.ts'
import { HOUR_MS } from '../../engine/base/time.ts'
import { deviceKey, splitKey } from '../../engine/model/city.ts'
import { deviceKeys, deviceView, qualityStretches, valueViews, watermarks } from '../../engine/view.ts'
import { Device, DevicePage, DomainName, HistoryAnswer, StateName } from '../wire/api.ts'
import { ID_PATTERN } from '../wire/topics.ts'
import { Moment, momentOf } from './moment.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

const Id = Type.String({ pattern: ID_PATTERN.source })
const DeviceParams = Type.Object({ district: Id, domain: DomainName, id: Id })
const DevicesQuery = Type.Object({
  district: Type.Optional(Id),
  domain: Type.Optional(DomainName),
  state: Type.Optional(StateName),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  after: Type.Optional(Type.String({ maxLength: 200, description: 'Key after which the page begins' })),
})

const HistoryParams = Type.Object({
  metric: Type.Optional(Type.String({ maxLength: 80, description: 'May be left out where the device has one metric only' })),
  from: Type.Optional(Moment),
  to: Type.Optional(Moment),
  as_known_at: Type.Optional(
    Type.String({
      maxLength: 40,
      description: 'As known then (epoch milliseconds or ISO 8601): without what came later. Left out: as known now',
    }),
  ),
  step: Type.Number({
    minimum: 0,
    maximum: 31_536_000,
    default: 0,
    description: 'Width of a bucket in seconds; 0 for the values as measured',
  }),
})
const POINTS_MAX = 200_000

function deviceDocument(parts: HttpParts, key: string): Device | null {
  const state = parts.state()
  const view = deviceView(state, key)
  const known = state.context.devices.get(key)
  if (view === null) return null
  const { district, domain, id } = splitKey(key)
  return {
    key,
    district,
    domain,
    id,
    kind: known?.kind ?? null,
    name: known?.name ?? null,
    at: known === undefined ? null : [...known.at],
    grid: known?.grid ?? null,
    place: known?.place ?? null,
    interval_s: known?.interval_s ?? null,
    params: { ...known?.params },
    values: Object.fromEntries(Object.entries(view.values).map(([name, value]) => [name, typeof value === 'number' ? value : [...value]])),
    ts: view.ts,
    online: view.online,
    quality: view.quality,
    causes: { ...view.causes },
    readings: Object.fromEntries(
      Object.entries(valueViews(state, key)).map(([metric, { value, ...rest }]) => [
        metric,
        { value: typeof value === 'number' ? value : [...value], ...rest },
      ]),
    ),
    clock_skew_s: view.clock_skew_s,
    state: view.online ? (view.raised ?? 'normal') : 'offline',
    battery_pct: view.battery_pct,
    estimated: { ...view.estimated },
  }
}

async function onlyMetric(parts: HttpParts, key: string): Promise<string> {
  const metrics = await parts.history.metrics(key)
  if (metrics.length === 1) return metrics[0]
  const why = metrics.length === 0 ? 'nothing is stored for this device yet' : `metric is one of ${metrics.join(', ')}`
  throw new HttpProblem(metrics.length === 0 ? 404 : 400, 'metric', why)
}

export function deviceRoutes(app: App, parts: HttpParts): void {
  app.get(
    '/api/v1/devices',
    { schema: { tags: ['city'], summary: 'Devices with their newest values', querystring: DevicesQuery, response: { 200: DevicePage } } },
    async ({ query }): Promise<DevicePage> => {
      const keys = [...deviceKeys(parts.state())].sort()
      const items: Device[] = []
      for (const key of keys) {
        if (query.after !== undefined && key <= query.after) continue
        const { district, domain } = splitKey(key)
        if (query.district !== undefined && query.district !== district) continue
        if (query.domain !== undefined && query.domain !== domain) continue
        const device = deviceDocument(parts, key)
        if (device === null || (query.state !== undefined && query.state !== device.state)) continue
        if (items.length === query.limit) return { items, next: items[items.length - 1].key }
        items.push(device)
      }
      return { items, next: null }
    },
  )

  app.get(
    '/api/v1/watermarks',
    {
      schema: {
        tags: ['city'],
        summary: 'By district: up to when all devices that speak have told what they measured; figures of later times may still move',
        response: { 200: Type.Record(Type.String(), Type.Object({ ts: Type.Number(), devices: Type.Integer() })) },
      },
    },
    async () => Object.fromEntries(watermarks(parts.state())),
  )

  app.get(
    '/api/v1/devices/:district/:domain/:id',
    { schema: { tags: ['city'], summary: 'One device', params: DeviceParams, response: { 200: Device } } },
    async ({ params }): Promise<Device> => {
      const key = deviceKey(params.district, params.domain, params.id)
      const device = deviceDocument(parts, key)
      if (device === null) throw new HttpProblem(404, 'device', `no device ${key}`)
      return device
    },
  )

  app.get(
    '/api/v1/devices/:district/:domain/:id/history',
    {
      schema: {
        tags: ['city'],
        summary: 'Measured history',
        params: DeviceParams,
        querystring: HistoryParams,
        response: { 200: HistoryAnswer },
      },
    },
    async ({ params, query }): Promise<HistoryAnswer> => {
      const device = deviceKey(params.district, params.domain, params.id)
      const to = momentOf(query.to, 'to', parts.now())
      const from = momentOf(query.from, 'from', to - HOUR_MS)
      if (from >= to) throw new HttpProblem(400, 'validation', `from (${from}) is not before to (${to})`)
      if (query.step > 0 && (to - from) / (query.step * 1000) > POINTS_MAX) {
        throw new HttpProblem(400, 'validation', `that would be more than ${POINTS_MAX} points; take a longer step`)
      }
      const metric = query.metric ?? (await onlyMetric(parts, device))
      const as_known_at = query.as_known_at === undefined ? null : momentOf(query.as_known_at, 'as_known_at', 0)
      const asked = { device, metric, from, to, step_s: query.step, ...(as_known_at !== null && { as_known_at }) }
      const points = await parts.history.history(asked).catch((error: unknown) => {
        if (!(error instanceof UrbanError)) throw error
        throw new HttpProblem(error.family === 'neighbour' ? 503 : 400, error.code, error.message)
      })
      const quality = qualityStretches(parts.state(), device, metric, from, to)
      // The present gap only: what was assumed in the past was never written down.
      const estimated = to < parts.now() ? null : (deviceView(parts.state(), device)?.estimated[metric] ?? null)
      return { device, metric, from, to, step_s: query.step, points, as_known_at, quality, estimated }
    },
  )

  app.get(
    '/api/v1/devices/:district/:domain/:id/metrics',
    {
      schema: {
        tags: ['city'],
        summary: 'Metrics that history holds',
        params: DeviceParams,
        response: { 200: Type.Object({ metrics: Type.Array(Type.String()) }) },
      },
    },
    async ({ params }) => ({ metrics: await parts.history.metrics(deviceKey(params.district, params.domain, params.id)) }),
  )
}
