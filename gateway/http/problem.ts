/** Every error that leaves the HTTP server, as an RFC 9457 problem document. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { UrbanError } from '../../engine/base/errors.ts'
import type { Bilingual } from '../../engine/model/city.ts'
import type { ProblemDocument } from '../wire/api.ts'
import { RequestMismatch } from './schema.ts'

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  421: 'Misdirected request',
  422: 'Refused',
  429: 'Too many requests',
  500: 'Our fault',
  502: 'A neighbour system failed',
  503: 'Not ready',
}

/** Thrown by handlers; becomes a problem document. */
export class HttpProblem extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  constructor(status: number, code: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** A press that cannot have its effect any more; read by a crew. */
export class TaskConflict extends HttpProblem {
  readonly text: Bilingual
  constructor(text: Bilingual) {
    super(409, 'task_conflict', `${text.zh} / ${text.en}`)
    this.text = text
  }
}

const FAMILY_STATUS = { ours: 500, input: 400, neighbour: 502 } as const

/** Codes of fastify's own refusals, in our words. */
const FASTIFY_CODES: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'body_empty',
  FST_ERR_CTP_INVALID_JSON_BODY: 'body_not_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'content_length',
}

export function problemOf(error: unknown, instance: string): ProblemDocument {
  const make = (status: number, code: string, detail: string, errors?: ProblemDocument['errors']): ProblemDocument => ({
    type: `urn:urban-brain:problem:${code}`,
    title: TITLES[status] ?? 'Error',
    status,
    code,
    detail,
    instance,
    ...(errors === undefined ? {} : { errors }),
  })
  if (error instanceof TaskConflict) return { ...make(error.status, error.code, error.message), text: error.text }
  if (error instanceof HttpProblem) return make(error.status, error.code, error.message)
  if (error instanceof RequestMismatch) return make(400, 'validation', error.message, [...error.errors])
  if (error instanceof UrbanError) {
    const status = FAMILY_STATUS[error.family]
    return make(status, error.code, status === 500 ? 'an error of ours; it is in the log' : error.message)
  }
  if (error instanceof SyntaxError) return make(400, 'body_not_json', error.message)
  const { statusCode, code, message } = error as Partial<FastifyError>
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return make(statusCode, FASTIFY_CODES[code ?? ''] ?? 'bad_request', message ?? '')
  }
  return make(500, 'internal', 'an error of ours; it is in the log')
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
  const problem = problemOf(error, request.url.split('?')[0])
  if (error instanceof HttpProblem) reply.headers(error.headers)
  reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem))
}
