/** Sign-in of crews' phones, and who is signed in. What happens here is in the audit trail. */
import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import type { MappingAct, PhoneAct } from '../../engine/model/observation.ts'
import { Invitation, InviteBody, PhoneList, PushSubscription, SignInAnswer, SignInBody } from '../wire/phone.ts'
import type { Caller } from './guard.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

const PhoneParam = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{16}$' }) })
const SECURED = [{ bearer: [] }]

/** Resolves when it is in the audit trail. */
export async function tellAudit(parts: HttpParts, type: PhoneAct | MappingAct, by: string, about: string): Promise<void> {
  await parts.order({ type, about }, by, randomUUID())
}

function inviteRoute(app: App, parts: HttpParts): void {
  app.post(
    '/api/v1/phones/invitations',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['crews'],
        summary: 'A code, and a ticket for a QR code, with which one phone signs in for a crew within ten minutes; an older one is void',
        body: InviteBody,
        response: { 200: Invitation },
        security: SECURED,
      },
    },
    async ({ body, caller }) => {
      if (parts.crewFrame(body.crew) === null) throw new HttpProblem(404, 'crew', `no crew ${body.crew}`)
      const made = parts.phones.invite(body.crew, caller.name)
      if (made === null || made.code === null)
        throw new HttpProblem(429, 'too_many_invitations', 'too many invitations are open; wait ten minutes')
      await tellAudit(parts, 'phone.invite', caller.name, body.crew)
      const { crew, code, ticket, expires } = made
      return { crew, code, ticket, path: `crew/#ticket=${ticket}`, base: parts.public_url, expires }
    },
  )
}

function signInRoute(app: App, parts: HttpParts): void {
  app.post(
    '/api/v1/phones',
    {
      config: { role: null },
      schema: {
        tags: ['crews'],
        summary: 'Sign a phone in with a code or a ticket, which is good once',
        body: SignInBody,
        response: { 200: SignInAnswer },
      },
    },
    async ({ body, socket }) => {
      const answer = parts.phones.signIn(body, socket.remoteAddress ?? 'unknown')
      if ('token' in answer) {
        await tellAudit(parts, 'phone.sign_in', `phone:${answer.id}`, answer.crew)
        return answer
      }
      if (answer.why === 'too_many') {
        throw new HttpProblem(429, 'too_many_failures', 'too many wrong codes from this address', { 'retry-after': String(answer.wait_s) })
      }
      throw new HttpProblem(403, 'code_unknown', 'this code is wrong, used, or older than ten minutes')
    },
  )
}

/** Only the phone itself knows its browser's address. */
function ownPhone({ phone }: Caller, id: string): string {
  if (phone?.id === id) return id
  throw new HttpProblem(403, 'role', 'a phone may say where its own messages go, and nobody else may')
}

function pushRoutes(app: App, parts: HttpParts): void {
  app.put(
    '/api/v1/phones/:id/push',
    {
      config: { role: 'operator', phones: true },
      schema: {
        tags: ['crews'],
        summary: 'Where Web Push messages to this phone go',
        params: PhoneParam,
        body: PushSubscription,
        response: { 204: Type.Null() },
        security: SECURED,
      },
    },
    async ({ params, body, caller }, reply) => {
      const id = ownPhone(caller, params.id)
      // An address that anybody could name would make this server knock at doors for strangers.
      if (!URL.canParse(body.endpoint) || !parts.maySubscribe(new URL(body.endpoint))) {
        throw new HttpProblem(403, 'push_service', 'no push messages go to this address; see the settings push.contact and push.services')
      }
      parts.phones.subscribe(id, body)
      return reply.code(204).send(null)
    },
  )
  app.delete(
    '/api/v1/phones/:id/push',
    {
      config: { role: 'operator', phones: true },
      schema: {
        tags: ['crews'],
        summary: 'No more Web Push messages to this phone',
        params: PhoneParam,
        response: { 204: Type.Null() },
        security: SECURED,
      },
    },
    async ({ params, caller }, reply) => {
      parts.phones.subscribe(ownPhone(caller, params.id), null)
      return reply.code(204).send(null)
    },
  )
}

export function phoneRoutes(app: App, parts: HttpParts): void {
  inviteRoute(app, parts)
  signInRoute(app, parts)
  app.get(
    '/api/v1/phones',
    { schema: { tags: ['crews'], summary: 'Phones that are signed in, and when each was last heard', response: { 200: PhoneList } } },
    async () => ({ phones: [...parts.phones.list()] }),
  )
  pushRoutes(app, parts)
  app.delete(
    '/api/v1/phones/:id',
    {
      config: { role: 'operator', phones: true },
      schema: {
        tags: ['crews'],
        summary: 'Sign a phone out; a phone only itself',
        params: PhoneParam,
        response: { 204: Type.Null() },
        security: SECURED,
      },
    },
    async ({ params, caller }, reply) => {
      if (caller.phone !== undefined && caller.phone.id !== params.id)
        throw new HttpProblem(403, 'role', 'a phone may sign out itself only')
      const crew = parts.phones.end(params.id)
      if (crew === null) throw new HttpProblem(404, 'phone', `no phone ${params.id} is signed in`)
      await tellAudit(parts, 'phone.sign_out', caller.name, `${crew} phone:${params.id}`)
      return reply.code(204).send(null)
    },
  )
}
