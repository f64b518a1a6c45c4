import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { IssuedCommand } from '../../engine/act/state.ts'
import { type Datum, OUTSIDE_M, offCity_m, toWgs84 } from '../../engine/base/datum.ts'
import { isDomain } from '../../engine/base/domain.ts'
import type { LonLat } from '../../engine/base/geo.ts'
import type { City } from '../../engine/model/city.ts'
import type { Incident } from '../../engine/model/incident.ts'
import type { OperatorOrder } from '../../engine/model/observation.ts'
import { commands, incidents, tasks } from '../../engine/view.ts'
import {
  AlarmBody,
  CommandDocument,
  DispatchBody,
  IncidentDocument,
  OrderAnswer,
  OverrideBody,
  ReportBody,
  TaskDocument,
  WhyBody,
} from '../wire/api.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

const IdParam = Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) })
const ListQuery = Type.Object({
  status: Type.Optional(Type.String({ maxLength: 40 })),
  district: Type.Optional(Type.String({ maxLength: 64 })),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 200 }),
})
const SECURED = [{ bearer: [] }]

/** The caller's `Idempotency-Key`, so that a press repeated over a bad network is one order. */
export function idempotencyKey(request: FastifyRequest): string {
  const given = request.headers['idempotency-key']
  if (given === undefined) return randomUUID()
  if (typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given)) return given
  throw new HttpProblem(400, 'validation', 'Idempotency-Key: expected 1 to 128 visible ASCII characters')
}

function findIncident(parts: HttpParts, id: string): Incident | null {
  for (const incident of incidents(parts.state())) if (incident.id === id) return incident
  return null
}

function getIncident(parts: HttpParts, id: string): Incident {
  const incident = findIncident(parts, id)
  if (incident === null) throw new HttpProblem(404, 'incident', `no incident ${id} among the open ones and those of the last 24 h`)
  return incident
}

/** Hands the caller's order in and answers when the engine has taken it. @throws HttpProblem 409 with the engine's reason */
export async function giveOrder(parts: HttpParts, request: FastifyRequest, order: OperatorOrder): Promise<OrderAnswer> {
  const id = idempotencyKey(request)
  const outcome = await parts.order(order, request.caller.name, id)
  if (outcome !== null && !outcome.done)
    throw new HttpProblem(409, 'order_refused', outcome.why ?? 'the order does not fit the state of things')
  return { id, done: outcome === null ? null : true }
}

/** In WGS84. @throws HttpProblem where it is nowhere near the city: most likely another datum, or the axes are swapped */
function placeInCity({ bounds }: City, said: LonLat, crs: Datum): LonLat {
  const at = toWgs84(said, crs)
  const off_m = offCity_m(at, bounds)
  if (off_m <= OUTSIDE_M) return at
  throw new HttpProblem(400, 'place', `lon ${said[0]}, lat ${said[1]} (${crs}) is ${Math.round(off_m / 1000)} km outside the city`)
}

export function incidentRoutes(app: App, parts: HttpParts): void {
  const give = (request: FastifyRequest, order: OperatorOrder): Promise<OrderAnswer> => giveOrder(parts, request, order)

  app.get(
    '/api/v1/incidents',
    {
      schema: {
        tags: ['operations'],
        summary: 'Incidents: open ones and those of the last 24 h, newest first',
        querystring: ListQuery,
        response: { 200: Type.Object({ incidents: Type.Array(IncidentDocument) }) },
      },
    },
    async ({ query }) => ({
      incidents: [...incidents(parts.state())]
        .filter((incident) => query.status === undefined || incident.status === query.status)
        .filter((incident) => query.district === undefined || incident.district === query.district)
        .sort((a, b) => b.opened - a.opened)
        .slice(0, query.limit),
    }),
  )

  app.get(
    '/api/v1/incidents/:id',
    { schema: { tags: ['operations'], summary: 'One incident', params: IdParam, response: { 200: IncidentDocument } } },
    async ({ params }) => getIncident(parts, params.id),
  )

  app.post(
    '/api/v1/incidents',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['operations'],
        summary: 'Report an incident by hand',
        body: ReportBody,
        response: { 200: OrderAnswer },
        security: SECURED,
      },
    },
    async (request) => {
      const { lon, lat, crs = 'wgs84', ...report } = request.body
      return give(request, { type: 'incident.report', ...report, at: placeInCity(parts.city, [lon, lat], crs) })
    },
  )

  app.post(
    '/api/v1/incidents/:id/acknowledge',
    {
      config: { role: 'operator' },
      schema: { tags: ['operations'], summary: 'Acknowledge', params: IdParam, response: { 200: OrderAnswer }, security: SECURED },
    },
    async (request) => give(request, { type: 'incident.acknowledge', incident: getIncident(parts, request.params.id).id }),
  )
  app.post(
    '/api/v1/incidents/:id/dismiss',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['operations'],
        summary: 'Dismiss, with the reason',
        params: IdParam,
        body: WhyBody,
        response: { 200: OrderAnswer },
        security: SECURED,
      },
    },
    async (request) =>
      give(request, { type: 'incident.dismiss', incident: getIncident(parts, request.params.id).id, reason: request.body.reason }),
  )
  app.post(
    '/api/v1/incidents/:id/close',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['operations'],
        summary: 'Close, with the reason',
        params: IdParam,
        body: WhyBody,
        response: { 200: OrderAnswer },
        security: SECURED,
      },
    },
    async (request) =>
      give(request, { type: 'incident.close', incident: getIncident(parts, request.params.id).id, reason: request.body.reason }),
  )
  app.post(
    '/api/v1/incidents/:id/dispatch',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['operations'],
        summary: 'Send a crew',
        params: IdParam,
        body: DispatchBody,
        response: { 200: OrderAnswer },
        security: SECURED,
      },
    },
    async (request) =>
      give(request, {
        type: 'incident.dispatch',
        incident: getIncident(parts, request.params.id).id,
        ...request.body,
        crew: request.body.crew ?? null,
      }),
  )

  app.post(
    '/api/v1/incidents/:id/alarm',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['operations'],
        summary: 'Raise to the next alarm of its run card',
        params: IdParam,
        body: AlarmBody,
        response: { 200: OrderAnswer },
        security: SECURED,
      },
    },
    async (request) => give(request, { type: 'incident.alarm', incident: getIncident(parts, request.params.id).id, ...request.body }),
  )

  app.get(
    '/api/v1/tasks',
    {
      schema: {
        tags: ['operations'],
        summary: 'Tasks of crews',
        querystring: ListQuery,
        response: { 200: Type.Object({ tasks: Type.Array(TaskDocument) }) },
      },
    },
    async ({ query }) => ({
      tasks: [...tasks(parts.state())]
        .filter((task) => query.status === undefined || task.status === query.status)
        .filter((task) => query.district === undefined || task.district === query.district)
        .sort((a, b) => b.created - a.created)
        .slice(0, query.limit),
    }),
  )

  commandRoutes(app, parts, give)
}

export function commandDocument({ command, status, auto, tries, updated }: IssuedCommand): CommandDocument {
  const { id, device, kind, ts, expires, reason, ...fields } = command
  return { id, device, kind, ts, expires, status, auto, tries, updated, reason: { ...reason, evidence: [...reason.evidence] }, fields }
}

function commandRoutes(app: App, parts: HttpParts, give: (request: FastifyRequest, order: OperatorOrder) => Promise<OrderAnswer>): void {
  app.get(
    '/api/v1/commands',
    {
      schema: {
        tags: ['operations'],
        summary: 'What was asked of devices and crews and why, newest first',
        querystring: ListQuery,
        response: { 200: Type.Object({ commands: Type.Array(CommandDocument) }) },
      },
    },
    async ({ query }) => ({
      commands: [...commands(parts.state())]
        .filter((issued) => query.status === undefined || issued.status === query.status)
        .filter((issued) => query.district === undefined || issued.command.device.startsWith(`${query.district}/`))
        .sort((a, b) => b.command.ts - a.command.ts)
        .slice(0, query.limit)
        .map(commandDocument),
    }),
  )

  app.post(
    '/api/v1/commands',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['operations'],
        summary: 'Manual override: a command by hand, which the automation leaves alone for hold_s',
        body: OverrideBody,
        response: { 200: OrderAnswer },
        security: SECURED,
      },
    },
    async (request) => {
      const { device, kind, fields, hold_s } = request.body
      if (!isDomain(device.split('/')[1])) throw new HttpProblem(400, 'validation', `${device}: no such domain`)
      return give(request, { type: 'command', device, command: kind, fields, hold_s })
    },
  )
}
