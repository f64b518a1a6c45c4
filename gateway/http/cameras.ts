/** What cameras saw and are not sure of: looked at, judged by an operator, labelled by volunteers. */
import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import type { Doubt } from '../../engine/camera/event.ts'
import { eventKind } from '../../engine/camera/kinds.ts'
import type { OperatorOrder } from '../../engine/model/observation.ts'
import { cameraDoubts, cameraTrust } from '../../engine/view.ts'
import { OrderAnswer } from '../wire/api.ts'
import { type DoubtDocument, DoubtList, LabelAnswer, STILL_BYTES_MAX, StillQuery, StillUpload, VerdictBody } from '../wire/cameras-api.ts'
import { giveOrder } from './incidents.ts'
import type { HttpParts } from './parts.ts'
import { patrolRoutes } from './patrol.ts'
import { tellAudit } from './phones.ts'
import { HttpProblem } from './problem.ts'
import type { App, TypeBox } from './schema.ts'

const JPEG = 'image/jpeg'
const SECURED = [{ bearer: [] }]
const JpegBytes = Type.Unsafe<Buffer>({ contentMediaType: JPEG, description: 'A JPEG' })

async function documentOf(parts: HttpParts, doubt: Doubt): Promise<DoubtDocument> {
  const { key, device, type, opened, ts, at, score, probability, evidence, raised, verdict, labels } = doubt
  const still = await parts.stills.read(device, key)
  return {
    key,
    device,
    type,
    title: { ...eventKind(type).template.title },
    opened,
    ts,
    at: [...at],
    score,
    ...cameraTrust(parts.state(), device, type),
    probability,
    evidence: evidence.map((one) => ({ ...one })),
    still: still !== null && 'bytes' in still,
    raised,
    labels: labels.size,
    verdict,
  }
}

const doubtAt = (parts: HttpParts, key: string): Doubt => {
  const doubt = cameraDoubts(parts.state()).find((one) => one.key === key)
  if (doubt === undefined) throw new HttpProblem(404, 'event', `no event ${key} of a camera in the last 24 h`)
  return doubt
}

/** A volunteer's phone labels; no other phone does. */
function isVolunteer(parts: HttpParts, crew: string): boolean {
  return parts.state().context.crews.get(crew)?.volunteer !== undefined
}

function verdictRoutes(app: App, parts: HttpParts): void {
  app.post(
    '/api/v1/cameras/verdicts',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['operations'],
        summary: 'One tap: the event is true or false. It moves the camera’s precision and threshold for its type',
        body: VerdictBody,
        response: { 200: OrderAnswer },
        security: SECURED,
      },
    },
    async (request) => giveOrder(parts, request, { type: 'camera.judge', ...request.body }),
  )
  app.post(
    '/api/v1/cameras/labels',
    {
      config: { role: 'operator', phones: true },
      schema: {
        tags: ['operations'],
        summary: 'A volunteer’s opinion; two that agree are a verdict',
        body: VerdictBody,
        response: { 200: LabelAnswer },
        security: SECURED,
      },
    },
    async ({ caller, body }) => {
      if (caller.phone !== undefined && !isVolunteer(parts, caller.phone.crew))
        throw new HttpProblem(403, 'role', 'only volunteers’ phones label events')
      const order: OperatorOrder = { type: 'camera.label', ...body }
      const outcome = await parts.order(order, caller.phone?.crew ?? caller.name, randomUUID())
      return { done: outcome?.done ?? null, why: outcome?.why ?? null }
    },
  )
}

function stillRoutes(app: App, parts: HttpParts): void {
  app.get(
    '/api/v1/cameras/stills',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['operations'],
        summary: 'The picture of an event; who looked at it, when and why is in the audit trail',
        querystring: StillQuery,
        produces: [JPEG],
        response: { 200: JpegBytes },
        security: SECURED,
      },
    },
    async ({ query: { event, reason }, caller }, reply) => {
      const device = event.slice(0, event.indexOf(' '))
      const still = await parts.stills.read(device, event)
      if (still === null) throw new HttpProblem(404, 'still', `no picture of ${event}`)
      if (!('bytes' in still))
        throw new HttpProblem(410, 'still_deleted', `it was kept long enough and deleted at ${new Date(still.deleted).toISOString()}`)
      await tellAudit(parts, 'still.read', caller.name, `${event}: ${reason}`)
      return reply.type(JPEG).send(still.bytes)
    },
  )
}

function uploadRoute(app: App, parts: HttpParts): void {
  app.put(
    '/api/v1/cameras/stills',
    {
      config: { role: 'operator' },
      bodyLimit: STILL_BYTES_MAX,
      schema: {
        tags: ['operations'],
        summary: 'The picture of an event of the last 24 h; metadata is not kept',
        consumes: [JPEG],
        querystring: StillUpload,
        body: JpegBytes,
        response: { 200: Type.Object({ sha256: Type.String() }) },
        security: SECURED,
      },
    },
    async ({ query: { event, ts }, body, caller }) => {
      const sha256 = await parts.stills.put(doubtAt(parts, event).device, event, ts, body)
      await tellAudit(parts, 'still.take_in', caller.name, `${event} sha256 ${sha256}`)
      return { sha256 }
    },
  )
}

export async function cameraRoutes(app: App, parts: HttpParts): Promise<void> {
  app.get(
    '/api/v1/cameras/doubts',
    {
      schema: {
        tags: ['operations'],
        summary: 'Events of the last 24 h that a person may judge, those that need it first',
        querystring: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }) }),
        response: { 200: DoubtList },
      },
    },
    async ({ query }) => {
      const waiting = (doubt: Doubt): number => (doubt.verdict !== null ? 2 : doubt.raised ? 1 : 0)
      const doubts = cameraDoubts(parts.state()).sort((a, b) => waiting(a) - waiting(b) || b.ts - a.ts)
      return { doubts: await Promise.all(doubts.slice(0, query.limit).map((doubt) => documentOf(parts, doubt))) }
    },
  )
  verdictRoutes(app, parts)
  patrolRoutes(app, parts)
  stillRoutes(app, parts)
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(JPEG, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    uploadRoute(scope.withTypeProvider<TypeBox>(), parts)
  })
}
