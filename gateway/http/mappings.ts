/** Unknown messages and what people make of them: the quarantine by topic shape, trial and acceptance of a mapping, or a note that nobody wants them. */
import { Type } from 'typebox'
import { GroupsAnswer, MappingBody, MappingsAnswer, type QuarantineGroup, TrialAnswer } from '../wire/mapping.ts'
import type { HttpParts } from './parts.ts'
import { tellAudit } from './phones.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

const SECURED = [{ bearer: [] }]
const GroupParam = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{12}$' }) })
const MappingParam = Type.Object({ id: Type.String({ pattern: '^[a-z0-9][a-z0-9_.-]{0,62}$' }) })
const NoteBody = Type.Object({ note: Type.String({ minLength: 1, maxLength: 500 }) }, { additionalProperties: false })
const TopicBody = Type.Object({ topic: Type.String({ minLength: 1, maxLength: 256 }) }, { additionalProperties: false })
const Done = Type.Object({ done: Type.Literal(true) })
const DONE = { done: true } as const

function groupOf(parts: HttpParts, id: string): QuarantineGroup {
  const group = parts.desk.find(id)
  if (group === null) throw new HttpProblem(404, 'group', `no such messages any more: ${id}`)
  return group
}

function readRoutes(app: App, parts: HttpParts): void {
  app.get(
    '/api/v1/quarantine/groups',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['brain'],
        summary: 'Refused messages by the shape of their topic, with a suggested mapping where one can be guessed',
        response: { 200: GroupsAnswer },
        security: SECURED,
      },
    },
    async () => ({ groups: [...parts.desk.groups()] }),
  )

  app.get(
    '/api/v1/mappings',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['brain'],
        summary: 'Mappings as they are written, and what is wrong with refused ones',
        response: { 200: MappingsAnswer },
        security: SECURED,
      },
    },
    async () => ({ mappings: [...parts.desk.written], ignored: [...parts.desk.ignored], problems: [...parts.desk.problems] }),
  )
}

export function mappingRoutes(app: App, parts: HttpParts): void {
  readRoutes(app, parts)

  app.post(
    '/api/v1/mappings/try',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['brain'],
        summary: 'What a mapping would make of a sample',
        body: MappingBody,
        response: { 200: TrialAnswer },
        security: SECURED,
      },
    },
    async ({ body }) => parts.desk.attempt(groupOf(parts, body.group), body.mapping),
  )

  app.post(
    '/api/v1/mappings',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['brain'],
        summary: 'Accept a mapping: into the file with the sample as its test, and in force',
        body: MappingBody,
        response: { 200: Done },
        security: SECURED,
      },
    },
    async ({ body, caller }) => {
      await parts.desk.accept(groupOf(parts, body.group), body.mapping)
      await tellAudit(parts, 'mapping.accept', caller.name, `${body.mapping.id} ${body.mapping.topic}`)
      return DONE
    },
  )

  app.delete(
    '/api/v1/mappings/:id',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['brain'],
        summary: 'Take a mapping out of force and out of the file',
        params: MappingParam,
        response: { 200: Done },
        security: SECURED,
      },
    },
    async ({ params, caller }) => {
      if (!(await parts.desk.withdraw(params.id))) throw new HttpProblem(404, 'mapping', `no mapping ${params.id}`)
      await tellAudit(parts, 'mapping.withdraw', caller.name, params.id)
      return DONE
    },
  )

  app.post(
    '/api/v1/quarantine/:id/ignore',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['brain'],
        summary: 'Nobody wants these messages: they stay refused and leave the list of what waits',
        params: GroupParam,
        body: NoteBody,
        response: { 200: Done },
        security: SECURED,
      },
    },
    async ({ params, body, caller }) => {
      const group = groupOf(parts, params.id)
      await parts.desk.ignore(group, body.note)
      await tellAudit(parts, 'mapping.ignore', caller.name, `${group.topic}: ${body.note}`)
      return DONE
    },
  )

  app.post(
    '/api/v1/quarantine/heed',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['brain'],
        summary: 'Messages that were ignored wait again',
        body: TopicBody,
        response: { 200: Done },
        security: SECURED,
      },
    },
    async ({ body, caller }) => {
      if (!(await parts.desk.heed(body.topic))) throw new HttpProblem(404, 'topic', `${body.topic} is not ignored`)
      await tellAudit(parts, 'mapping.heed', caller.name, body.topic)
      return DONE
    },
  )

  app.post(
    '/api/v1/mappings/reload',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['brain'],
        summary: 'Read mappings.yaml again now',
        response: { 200: Reloaded },
        security: SECURED,
      },
    },
    async () => {
      const done = await parts.desk.reload()
      return { done, problems: [...parts.desk.problems] }
    },
  )
  dialectRoutes(app, parts)
}

const Reloaded = Type.Object({
  done: Type.Boolean({ description: 'What is in force is what the file says' }),
  problems: Type.Array(Type.String({ description: 'file:line:column: message' })),
})
const DialectsDocument = Type.Object({
  file: Type.Union([Type.String(), Type.Null()]),
  version: Type.String({ description: 'Of the text in force' }),
  since: Type.Integer({ description: 'Epoch ms' }),
  bindings: Type.Integer(),
  subscribe: Type.Array(Type.String()),
  problems: Type.Array(Type.String({ description: 'file:line:column: message of a changed file that was refused' })),
  dialects: Type.Array(
    Type.Object({
      id: Type.String(),
      title: Type.Object({ zh: Type.String(), en: Type.String() }),
      heard: Type.Integer(),
      drift: Type.Integer({ description: 'Of them, that strayed from the schema' }),
      repeats: Type.Integer({ description: 'Of them, that had come before' }),
    }),
  ),
})

function dialectRoutes(app: App, parts: HttpParts): void {
  app.get(
    '/api/v1/dialects',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['brain'],
        summary: 'dialects.yaml in force, what is wrong with it as it is now, and what was heard by dialect',
        response: { 200: DialectsDocument },
        security: SECURED,
      },
    },
    async () => {
      const { book, list, counters } = parts.dialects
      const { file, version, since, problems, settings } = book
      return {
        file,
        version,
        since,
        bindings: settings.bindings.length,
        subscribe: [...settings.subscribe],
        problems: [...problems],
        dialects: list.map(({ id, title }) => ({
          id,
          title,
          heard: counters[id] ?? 0,
          drift: counters[`${id}.drift`] ?? 0,
          repeats: counters[`${id}.repeat`] ?? 0,
        })),
      }
    },
  )

  app.post(
    '/api/v1/dialects/reload',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['brain'],
        summary: 'Read dialects.yaml again now; a file with mistakes leaves in force what is',
        response: { 200: Reloaded },
        security: SECURED,
      },
    },
    async ({ caller }) => {
      const { book } = parts.dialects
      const done = await book.reload()
      await tellAudit(parts, 'dialects.reload', caller.name, book.version)
      return { done, problems: [...book.problems] }
    },
  )
}
