/**
 * Documents of other systems over HTTP: NGSI-LD entities and notifications (ETSI GS CIM 009) for those with a token, and signed webhooks for senders that are configured.
 * From here they go the way of foreign messages over MQTT: mapping or dialect, binding, log.
 */
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { DocumentIn, DocumentTaken, HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App, TypeBox } from './schema.ts'

const SECURED = [{ bearer: [] }]
const BODY_BYTES_MAX = 1_048_576
const ENTITIES_MAX = 1_000
const TYPES = ['application/json', 'application/ld+json']
const INBOX_TYPES = [...TYPES, 'application/cap+xml', 'application/xml', 'text/xml']
const Bytes = Type.Unsafe<Buffer>({ type: 'object', description: 'A JSON document' })
const Nothing = Type.Null()
const SenderParam = Type.Object({ sender: Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' }) })
/** ETSI GS CIM 009, 5.2.16. */
const BatchResult = Type.Object({
  success: Type.Array(Type.String()),
  errors: Type.Array(
    Type.Object({ entityId: Type.String(), error: Type.Object({ type: Type.String(), title: Type.String(), detail: Type.String() }) }),
  ),
})

const headersOf = (request: FastifyRequest): Record<string, string> =>
  Object.fromEntries(Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))

const documentOf = (request: FastifyRequest<{ Body: Buffer }>, body: Uint8Array = request.body): DocumentIn => ({
  method: request.method,
  path: request.url,
  // The token is nobody's business behind the door.
  headers: Object.fromEntries(Object.entries(headersOf(request)).filter(([name]) => name !== 'authorization' && name !== 'cookie')),
  content_type: request.headers['content-type'] ?? null,
  body,
  by: request.caller?.name ?? 'inbox',
})

/** @throws HttpProblem 422 with the first reason when nothing of it was taken */
function checked(taken: DocumentTaken): DocumentTaken {
  const [first] = taken.refused
  if (taken.messages > 0 || first === undefined) return taken
  throw new HttpProblem(first.kind === 'size' ? 413 : 422, first.kind, first.reason)
}

function listOf(body: Buffer): unknown[] {
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch {
    throw new HttpProblem(400, 'body_not_json', 'body: not valid JSON')
  }
  const list = Array.isArray(value) ? value : [value]
  if (list.length > ENTITIES_MAX) throw new HttpProblem(413, 'size', `entities: ${list.length}, at most ${ENTITIES_MAX} are allowed`)
  return list
}

const idOf = (entity: unknown): string => {
  const id = typeof entity === 'object' && entity !== null ? (Reflect.get(entity, 'id') ?? Reflect.get(entity, '@id')) : undefined
  return typeof id === 'string' ? id.slice(0, 256) : ''
}

function ngsiRoutes(app: App, parts: HttpParts): void {
  app.post(
    '/ngsi-ld/v1/entities',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['documents'],
        summary: 'One NGSI-LD entity of a Smart Data Model',
        consumes: TYPES,
        body: Bytes,
        response: { 201: Nothing },
        security: SECURED,
      },
    },
    async (request, reply) => {
      const [entity, more] = listOf(request.body)
      if (more !== undefined)
        throw new HttpProblem(400, 'validation', 'expected one entity; several go to /ngsi-ld/v1/entityOperations/upsert')
      checked(await parts.documents.take(documentOf(request)))
      return reply
        .code(201)
        .header('location', `/ngsi-ld/v1/entities/${encodeURIComponent(idOf(entity))}`)
        .send(null)
    },
  )

  app.post(
    '/ngsi-ld/v1/entityOperations/upsert',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['documents'],
        summary: 'Several entities, each by itself: 204 when all were taken, else what was and what was not',
        consumes: TYPES,
        body: Bytes,
        response: { 204: Nothing, 207: BatchResult },
        security: SECURED,
      },
    },
    async (request, reply) => {
      const success: string[] = []
      const errors: { entityId: string; error: { type: string; title: string; detail: string } }[] = []
      for (const entity of listOf(request.body)) {
        const taken = await parts.documents.take(documentOf(request, Buffer.from(JSON.stringify(entity))))
        const [first] = taken.refused
        if (first === undefined) success.push(idOf(entity))
        else
          errors.push({
            entityId: idOf(entity),
            error: { type: `urn:urban-brain:problem:${first.kind}`, title: 'Refused', detail: first.reason },
          })
      }
      return errors.length === 0 ? reply.code(204).send(null) : reply.code(207).send({ success, errors })
    },
  )

  app.post(
    '/notify',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['documents'],
        summary: 'Notification of an NGSI-LD subscription',
        consumes: TYPES,
        body: Bytes,
        response: { 204: Nothing },
        security: SECURED,
      },
    },
    async (request, reply) => {
      checked(await parts.documents.take(documentOf(request)))
      return reply.code(204).send(null)
    },
  )
}

/** Where hotlines and grids hand in their orders and cases, with a token. */
function intakeRoutes(app: App, parts: HttpParts): void {
  for (const [path, summary] of [
    ['/intake/12345', 'Work order of the 12345 hotline: new, changed or closed'],
    ['/intake/grid', 'Case of the city grid: new, changed or closed'],
  ] as const) {
    app.post(
      path,
      {
        config: { role: 'operator' },
        schema: {
          tags: ['documents'],
          summary,
          consumes: ['application/json'],
          body: Bytes,
          response: { 204: Nothing },
          security: SECURED,
        },
      },
      async (request, reply) => {
        checked(await parts.documents.take(documentOf(request)))
        return reply.code(204).send(null)
      },
    )
  }
}

function inboxRoute(app: App, parts: HttpParts): void {
  app.post(
    '/api/v1/inbox/:sender',
    {
      // Whoever comes is known by the signature.
      config: { role: null },
      schema: {
        tags: ['documents'],
        summary: 'Signed webhook (Standard Webhooks) of a sender that is configured',
        params: SenderParam,
        consumes: INBOX_TYPES,
        body: Bytes,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const answer = await parts.documents.inbox(request.params.sender, documentOf(request))
      // A stranger learns nothing of which senders there are.
      if (!answer.known || 'why' in answer)
        throw new HttpProblem(401, 'signature', 'the signature is not that of this sender, or its time is not now')
      if (answer.taken !== 'repeat') checked(answer.taken)
      return reply.code(204).send(null)
    },
  )
}

export async function documentRoutes(app: App, parts: HttpParts): Promise<void> {
  // Bodies as they came: signatures are over bytes, and dialects read them themselves.
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(INBOX_TYPES, { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX }, (_request, body, done) => done(null, body))
    const typed = scope.withTypeProvider<TypeBox>()
    ngsiRoutes(typed, parts)
    intakeRoutes(typed, parts)
    inboxRoute(typed, parts)
  })
}
