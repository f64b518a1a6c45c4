import { Type } from 'typebox'
import type { DeviceKey } from '../../engine/model/city.ts'
import { crews } from '../../engine/view.ts'
import { CrewDocument, CrewEventAnswer } from '../wire/api.ts'
import { CrewEventPayload } from '../wire/payloads.ts'
import { CrewFrame, PhonePlace } from '../wire/phone.ts'
import type { Caller } from './guard.ts'
import { idempotencyKey } from './incidents.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem, TaskConflict } from './problem.ts'
import type { App } from './schema.ts'

export const CrewParam = Type.Object({
  id: Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$', description: 'The crew id, without its district' }),
})
const CrewQuery = Type.Object({
  district: Type.Optional(Type.String({ maxLength: 64, description: 'Where two districts use the same id' })),
})
/** The id of the press may come in the header instead. */
const PressBody = Type.Object({ ...CrewEventPayload.properties, id: Type.Optional(CrewEventPayload.properties.id) })

function getCrew(parts: HttpParts, id: string, district: string | undefined): DeviceKey {
  const keys = [...crews(parts.state())]
    .map((crew) => crew.id)
    .filter((key) => key.endsWith(`/crew/${id}`) && (district === undefined || key.startsWith(`${district}/`)))
  if (keys.length === 1) return keys[0]
  if (keys.length === 0) throw new HttpProblem(404, 'crew', `no crew ${id}`)
  throw new HttpProblem(409, 'crew_ambiguous', `several districts have a crew ${id}; add ?district=`)
}

/** The crew that is meant; a phone may mean its own only. @throws HttpProblem 403, 404 or 409 */
export function ownCrew(parts: HttpParts, { phone }: Caller, id: string, district: string | undefined): DeviceKey {
  if (phone === undefined) return getCrew(parts, id, district)
  if (phone.crew.endsWith(`/crew/${id}`) && (district === undefined || phone.crew.startsWith(`${district}/`))) return phone.crew
  throw new HttpProblem(403, 'role', `this phone is signed in for ${phone.crew}`)
}

export function crewRoutes(app: App, parts: HttpParts): void {
  app.get(
    '/api/v1/crews',
    { schema: { tags: ['operations'], summary: 'Crews', response: { 200: Type.Object({ crews: Type.Array(CrewDocument) }) } } },
    async () => ({ crews: [...crews(parts.state())] }),
  )

  app.get(
    '/api/v1/crews/:id/view',
    {
      config: { phones: true },
      schema: {
        tags: ['crews'],
        summary: 'What a crew sees on its phone: its jobs, and what was said to it; /live sends a phone the same frame whenever it changes',
        params: CrewParam,
        querystring: CrewQuery,
        response: { 200: CrewFrame },
      },
    },
    async ({ params, query, caller }) => {
      const crew = ownCrew(parts, caller, params.id, query.district)
      const frame = parts.crewFrame(crew)
      if (frame === null) throw new HttpProblem(404, 'crew', `no crew ${crew}`)
      return frame
    },
  )

  app.post(
    '/api/v1/crews/:id/events',
    {
      config: { role: 'operator', phones: true },
      schema: {
        tags: ['crews'],
        summary: "A crew's press (contract section 5), for phones without MQTT",
        params: CrewParam,
        querystring: CrewQuery,
        body: PressBody,
        response: { 200: CrewEventAnswer },
        security: [{ bearer: [] }],
      },
    },
    async (request) => {
      const crew = ownCrew(parts, request.caller, request.params.id, request.query.district)
      const header = request.headers['idempotency-key']
      if (header === undefined && request.body.id === undefined) {
        throw new HttpProblem(400, 'validation', 'a press needs an id: in the body, or as Idempotency-Key')
      }
      if (header !== undefined && request.body.id !== undefined && header !== request.body.id) {
        throw new HttpProblem(400, 'validation', 'the Idempotency-Key and the id of the press differ')
      }
      const id = request.body.id ?? idempotencyKey(request)
      const conflict = await parts.press(crew, { ...request.body, id }, request.caller.name)
      if (conflict !== null) throw new TaskConflict({ zh: conflict.text_zh, en: conflict.text })
      return { id, crew, accepted: true, now: parts.state().now }
    },
  )

  app.post(
    '/api/v1/crews/:id/place',
    {
      config: { role: 'operator', phones: true },
      schema: {
        tags: ['crews'],
        summary: 'Where the crew is, for phones without MQTT: its reading (contract section 2)',
        params: CrewParam,
        querystring: CrewQuery,
        body: PhonePlace,
        response: { 204: Type.Null() },
        security: [{ bearer: [] }],
      },
    },
    async ({ params, query, caller, body: { ts, ...values } }, reply) => {
      await parts.place(ownCrew(parts, caller, params.id, query.district), { ts, v: values }, caller.name)
      return reply.code(204).send(null)
    },
  )
}
