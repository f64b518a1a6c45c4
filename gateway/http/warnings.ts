import { Type } from 'typebox'
import { warnings, warningsForOthers } from '../../engine/view.ts'
import { readCap } from '../cap/read.ts'
import { atomFeed, CAP_TYPE, capXml } from '../cap/write.ts'
import { OrderAnswer, WarningDocument } from '../wire/api.ts'
import { giveOrder } from './incidents.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import { type App, RequestMismatch, type TypeBox } from './schema.ts'

const PATH = '/api/v1/warnings'
const FileParam = Type.Object({ file: Type.String({ maxLength: 200, description: '{id}.xml' }) })
const CapText = Type.Unsafe<string>({ type: 'string', description: 'A CAP 1.2 document' })
const AtomText = Type.Unsafe<string>({ type: 'string', description: 'An Atom feed' })
const BODY_TYPES = [CAP_TYPE, 'application/xml', 'text/xml']

function capRoutes(app: App, parts: HttpParts): void {
  app.get(
    `${PATH}/cap`,
    {
      schema: {
        tags: ['warnings'],
        summary: 'Own warnings as an Atom feed of CAP messages',
        produces: ['application/atom+xml'],
        response: { 200: AtomText },
      },
    },
    async (_request, reply) => {
      const { city } = parts
      const own = [...warningsForOthers(parts.state())]
      const feed = atomFeed(
        city.id,
        `${city.name.zh} / ${city.name.en}`,
        own,
        parts.now(),
        (id) => `${PATH}/cap/${encodeURIComponent(id)}.xml`,
      )
      return reply.type('application/atom+xml; charset=utf-8').serializer(String).send(feed)
    },
  )

  app.get(
    `${PATH}/cap/:file`,
    {
      schema: {
        tags: ['warnings'],
        summary: 'The newest message of an own warning as CAP 1.2',
        params: FileParam,
        produces: [CAP_TYPE],
        response: { 200: CapText },
      },
    },
    async ({ params }, reply) => {
      const id = params.file.replace(/\.xml$/, '')
      for (const { id: known, message } of warningsForOthers(parts.state())) {
        if (known !== id && message.identifier !== id) continue
        return reply.type(`${CAP_TYPE}; charset=utf-8`).serializer(String).send(capXml(message))
      }
      throw new HttpProblem(404, 'warning', `no own warning ${id} stands, or ended within the last day`)
    },
  )

  app.post(
    `${PATH}/cap`,
    {
      config: { role: 'operator' },
      schema: {
        tags: ['warnings'],
        summary: 'Take an alert of another service in (CAP 1.2)',
        consumes: BODY_TYPES,
        body: CapText,
        response: { 200: OrderAnswer },
        security: [{ bearer: [] }],
      },
    },
    async (request) => {
      const answer = readCap(request.body)
      if (!answer.ok) throw new RequestMismatch(answer.problems)
      return giveOrder(parts, request, { type: 'warning.receive', message: answer.message })
    },
  )
}

export async function warningRoutes(app: App, parts: HttpParts): Promise<void> {
  app.get(
    PATH,
    {
      schema: {
        tags: ['warnings'],
        summary: 'Warnings that stand: our own of rain, and alerts of other services',
        response: { 200: Type.Object({ warnings: Type.Array(WarningDocument) }) },
      },
    },
    async () => ({ warnings: [...warnings(parts.state())] }),
  )
  // XML is read here and nowhere else, and nothing else is read here.
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(BODY_TYPES, { parseAs: 'string' }, (_request, body, done) => done(null, body))
    capRoutes(scope.withTypeProvider<TypeBox>(), parts)
  })
}
