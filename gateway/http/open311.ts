/**
 * Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2): what may be reported, a report handed in, and what became of it. JSON and XML; errors as the standard has them. Reports go the way
 * of other systems' documents, so that one handed in twice is one.
 */
import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { DAY_MS } from '../../engine/base/time.ts'
import { isOver, type ReportRecord, STAGE_WORDS } from '../../engine/model/report.ts'
import { reports } from '../../engine/view.ts'
import { element, XML_DECLARATION } from '../xml-text.ts'
import type { Caller } from './guard.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem, problemOf } from './problem.ts'
import type { App, TypeBox } from './schema.ts'

const ROOT = '/open311/v2'
const FORMATS = ['json', 'xml'] as const
type Format = (typeof FORMATS)[number]
const FORM = 'application/x-www-form-urlencoded'
/** The standard's own bounds. */
const LIST_MAX = 1_000
const SPAN_MS = 90 * DAY_MS

type Row = Readonly<Record<string, string | number | boolean | null>>

/** The text is made here, since it is one of two languages; the schema is for the reader of the API. */
const Rows = (format: Format) =>
  Type.Unsafe<string>(
    format === 'json' ? { type: 'array', items: { type: 'object' } } : { type: 'string', description: 'XML of GeoReport v2' },
  )
const Definition = (format: Format) => Type.Unsafe<string>(format === 'json' ? { type: 'object' } : { type: 'string' })
const MEDIA: Readonly<Record<Format, string>> = { json: 'application/json', xml: 'text/xml' }
const Form = Type.Unsafe<Buffer>({ type: 'object', description: 'Form fields of GeoReport v2' })
const CodeParam = Type.Object({ code: Type.String({ maxLength: 128 }) })
const IdParam = Type.Object({ id: Type.String({ maxLength: 200 }) })
const ListQuery = Type.Object({
  service_request_id: Type.Optional(Type.String({ maxLength: 4_000 })),
  service_code: Type.Optional(Type.String({ maxLength: 4_000 })),
  status: Type.Optional(Type.String({ maxLength: 32 })),
  start_date: Type.Optional(Type.String({ maxLength: 40 })),
  end_date: Type.Optional(Type.String({ maxLength: 40 })),
})

const rowXml = (name: string, row: Row): string =>
  `<${name}>${Object.entries(row)
    .map(([key, value]) => (value === null ? `<${key}/>` : element(key, String(value))))
    .join('')}</${name}>`

/** One document: a list of rows by name. */
function sendRows(reply: FastifyReply, format: Format, list: string, name: string, rows: readonly Row[]) {
  if (format === 'json') return reply.type('application/json; charset=utf-8').serializer(String).send(JSON.stringify(rows))
  const text = `${XML_DECLARATION}<${list}>${rows.map((row) => rowXml(name, row)).join('')}</${list}>\n`
  return reply.type('text/xml; charset=utf-8').serializer(String).send(text)
}

const formatOf = (request: FastifyRequest): Format => (request.url.split('?')[0].endsWith('.xml') ? 'xml' : 'json')

function servicesOf({ report_classes }: HttpParts): Row[] {
  return report_classes.map(({ class: service_code, name }) => ({
    service_code,
    service_name: `${name.zh} ${name.en}`,
    description: name.en,
    metadata: false,
    type: 'realtime',
    keywords: service_code.split('.').join(','),
    group: service_code.split('.')[0],
  }))
}

function requestRow(parts: HttpParts, { report, received, stage, since, due }: ReportRecord): Row {
  const { zh, en } = STAGE_WORDS[stage]
  const known = parts.report_classes.find((one) => one.class === report.class)?.name ?? report.title
  return {
    service_request_id: report.id,
    status: isOver(stage) ? 'closed' : 'open',
    status_notes: `${zh} / ${en}`,
    service_name: `${known.zh} ${known.en}`,
    service_code: report.code ?? report.class,
    description: report.text,
    agency_responsible: null,
    service_notice: null,
    requested_datetime: new Date(received).toISOString(),
    updated_datetime: new Date(since).toISOString(),
    expected_datetime: due === null ? null : new Date(due).toISOString(),
    address: report.address,
    address_id: null,
    zipcode: null,
    lat: report.at?.[1] ?? null,
    long: report.at?.[0] ?? null,
    media_url: null,
  }
}

/** Orders of hotlines and cases of officers are not for the public. */
const requestsOf = (parts: HttpParts): ReportRecord[] => [...reports(parts.state())].filter(({ report }) => report.kind === 'request')

/** @throws HttpProblem 400 */
function timeOf(name: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new HttpProblem(400, 'validation', `${name}: expected a time as 2026-07-18T06:05:00Z`)
  return at
}

const listOf = (text: string | undefined): ReadonlySet<string> | null => (text === undefined ? null : new Set(text.split(',')))

/** Newest first; without ids those of 90 days, as the standard wants. */
function chosen(parts: HttpParts, query: Readonly<Partial<Record<string, string>>>): ReportRecord[] {
  const ids = listOf(query.service_request_id)
  const [codes, states] = [listOf(query.service_code), listOf(query.status)]
  const end = timeOf('end_date', query.end_date) ?? Number.POSITIVE_INFINITY
  const start = timeOf('start_date', query.start_date) ?? Math.min(end, parts.now()) - SPAN_MS
  return requestsOf(parts)
    .filter(({ report, received, stage }) => {
      if (ids !== null) return ids.has(report.id)
      const status = isOver(stage) ? 'closed' : 'open'
      const code = codes === null || codes.has(report.code ?? '') || codes.has(report.class)
      return code && (states === null || states.has(status)) && received >= start && received <= end
    })
    .sort((a, b) => b.received - a.received)
    .slice(0, LIST_MAX)
}

/** The standard hands the key in as a form field; what is handed on has it no more. */
function withoutKey(body: Buffer): { readonly key: string | null; readonly body: Buffer } {
  const form = new URLSearchParams(body.toString())
  const key = form.get('api_key')
  if (key === null) return { key, body }
  form.delete('api_key')
  return { key, body: Buffer.from(form.toString()) }
}

function readRoutes(app: App, parts: HttpParts, format: Format): void {
  app.get(
    `${ROOT}/services.${format}`,
    { schema: { tags: ['open311'], summary: 'What may be reported', produces: [MEDIA[format]], response: { 200: Rows(format) } } },
    async (_request, reply) => sendRows(reply, format, 'services', 'service', servicesOf(parts)),
  )
  app.get(
    `${ROOT}/services/:code.${format}`,
    {
      schema: {
        tags: ['open311'],
        summary: 'One of them; none asks for more than the standard does',
        params: CodeParam,
        produces: [MEDIA[format]],
        response: { 200: Definition(format) },
      },
    },
    async ({ params }, reply) => {
      if (!servicesOf(parts).some(({ service_code }) => service_code === params.code))
        throw new HttpProblem(404, 'service', `service_code ${params.code} was not found`)
      const text =
        format === 'json'
          ? JSON.stringify({ service_code: params.code, attributes: [] })
          : `${XML_DECLARATION}<service_definition>${element('service_code', params.code)}<attributes/></service_definition>\n`
      return reply
        .type(format === 'json' ? 'application/json; charset=utf-8' : 'text/xml; charset=utf-8')
        .serializer(String)
        .send(text)
    },
  )
  app.get(
    `${ROOT}/requests.${format}`,
    {
      schema: {
        tags: ['open311'],
        summary: 'Reports and what became of them',
        querystring: ListQuery,
        produces: [MEDIA[format]],
        response: { 200: Rows(format) },
      },
    },
    async ({ query }, reply) => {
      const rows = chosen(parts, query).map((record) => requestRow(parts, record))
      return sendRows(reply, format, 'service_requests', 'request', rows)
    },
  )
  app.get(
    `${ROOT}/requests/:id.${format}`,
    {
      schema: {
        tags: ['open311'],
        summary: 'One report and what became of it',
        params: IdParam,
        produces: [MEDIA[format]],
        response: { 200: Rows(format) },
      },
    },
    async ({ params }, reply) => {
      const found = requestsOf(parts).find(({ report }) => report.id === params.id)
      if (found === undefined) throw new HttpProblem(404, 'request', `service_request_id ${params.id} was not found`)
      return sendRows(reply, format, 'service_requests', 'request', [requestRow(parts, found)])
    },
  )
}

function postRoute(app: App, parts: HttpParts, format: Format, check: (request: IncomingMessage) => Caller): void {
  app.post(
    `${ROOT}/requests.${format}`,
    {
      // The token may be a field of the form: checked below.
      config: { role: null },
      schema: {
        tags: ['open311'],
        summary: 'Hand a report in; the token as Authorization or as api_key',
        consumes: [FORM],
        body: Form,
        produces: [MEDIA[format]],
        response: { 201: Rows(format) },
        security: [{ bearer: [] }],
      },
    },
    async (request, reply) => {
      const { key, body } = withoutKey(request.body)
      if (request.headers.authorization === undefined && key !== null) request.raw.headers.authorization = `Bearer ${key}`
      const { name } = check(request.raw)
      const document = { method: 'POST', path: `${ROOT}/requests.json`, headers: {}, content_type: FORM, body, by: name }
      const { reports: ids, refused } = await parts.documents.take(document)
      const [first] = refused
      if (first !== undefined) throw new HttpProblem(first.kind === 'size' ? 413 : 400, first.kind, first.reason)
      reply.code(201)
      return sendRows(
        reply,
        format,
        'service_requests',
        'request',
        ids.map((service_request_id) => ({ service_request_id, service_notice: null, account_id: null })),
      )
    },
  )
}

export async function open311Routes(app: App, parts: HttpParts, check: (request: IncomingMessage) => Caller): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(FORM, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.setErrorHandler((error, request, reply) => {
      const { status, detail } = problemOf(error, request.url)
      if (error instanceof HttpProblem) reply.headers(error.headers)
      reply.code(status)
      return sendRows(reply, formatOf(request), 'errors', 'error', [{ code: status, description: detail ?? '' }])
    })
    const typed = scope.withTypeProvider<TypeBox>()
    for (const format of FORMATS) {
      readRoutes(typed, parts, format)
      postRoute(typed, parts, format, check)
    }
  })
}
