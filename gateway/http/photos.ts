/** Photos that crews take of their work: sent by their phones, read by dispatchers. */
import { Type } from 'typebox'
import { isTaskOf } from '../../engine/crew-view.ts'
import { PHOTO_BYTES_MAX, PhotoDocument, PhotoQuery } from '../wire/phone.ts'
import { CrewParam, ownCrew } from './crews.ts'
import type { HttpParts } from './parts.ts'
import { tellAudit } from './phones.ts'
import { HttpProblem } from './problem.ts'
import type { App, TypeBox } from './schema.ts'

const Id = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$' })
const JPEG = 'image/jpeg'
const SECURED = [{ bearer: [] }]
/** Bytes; whether they are a JPEG is looked at when they are kept. */
const JpegBytes = Type.Unsafe<Buffer>({ contentMediaType: JPEG, description: 'A JPEG' })

function uploadRoute(app: App, parts: HttpParts): void {
  app.put(
    '/api/v1/crews/:id/photos/:photo',
    {
      config: { role: 'operator', phones: true },
      bodyLimit: PHOTO_BYTES_MAX,
      schema: {
        tags: ['crews'],
        summary: 'A photo of a task of this crew; the same id again is the same photo. Metadata is not kept',
        consumes: [JPEG],
        params: Type.Object({ ...CrewParam.properties, photo: Id }),
        querystring: PhotoQuery,
        body: JpegBytes,
        response: { 200: PhotoDocument },
        security: SECURED,
      },
    },
    async ({ params, query, body, caller }) => {
      const crew = ownCrew(parts, caller, params.id, query.district)
      const { task, stage, ts } = query
      if (!isTaskOf(parts.state(), task, crew))
        throw new HttpProblem(404, 'task', `no task ${task} of ${crew} among those of the last 24 h`)
      const answer = await parts.photos.put({ id: params.photo, task, crew, stage, ts, body })
      if (answer === null) throw new HttpProblem(409, 'photos_full', `${task} has as many photos as are kept of a task`)
      const { photo, fresh } = answer
      if (fresh) await tellAudit(parts, 'photo.take_in', caller.name, `${task} ${photo.id} sha256 ${photo.sha256}`)
      return photo
    },
  )
}

export async function photoRoutes(app: App, parts: HttpParts): Promise<void> {
  app.get(
    '/api/v1/tasks/:id/photos',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['crews'],
        summary: 'Photos of a task, in the order in which they were taken',
        params: Type.Object({ id: Id }),
        response: { 200: Type.Object({ photos: Type.Array(PhotoDocument) }) },
        security: SECURED,
      },
    },
    async ({ params }) => ({ photos: await parts.photos.list(params.id) }),
  )
  app.get(
    '/api/v1/tasks/:id/photos/:photo',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['crews'],
        summary: 'One photo; who read it is in the audit trail',
        params: Type.Object({ id: Id, photo: Id }),
        produces: [JPEG],
        response: { 200: JpegBytes },
        security: SECURED,
      },
    },
    async ({ params, caller }, reply) => {
      const photo = await parts.photos.read(params.id, params.photo)
      if (photo === null) throw new HttpProblem(404, 'photo', `${params.id} has no photo ${params.photo}, or it was kept long enough`)
      await tellAudit(parts, 'photo.read', caller.name, `${params.id} ${params.photo}`)
      return reply.type(JPEG).send(photo)
    },
  )
  // Pictures are read here and nowhere else, and nothing else is read here.
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(JPEG, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    uploadRoute(scope.withTypeProvider<TypeBox>(), parts)
  })
}
