/** Joins typebox and fastify: one schema checks a request and types its handler. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifySchemaCompiler, type FastifyTypeProvider } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'

/** Handlers hand out values of the engine, which are read-only. */
type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T

export interface TypeBox extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  serializer: this['schema'] extends TSchema ? DeepReadonly<Static<this['schema']>> : unknown
}

/** What is wrong with a request, one entry per place. */
export class RequestMismatch extends Error {
  readonly errors: readonly { readonly where: string; readonly message: string }[]
  constructor(errors: RequestMismatch['errors']) {
    super('the request does not fit its schema')
    this.errors = errors
  }
}

const ERRORS_MAX = 10

/** Query, path and header values are texts: they are converted. A JSON body says its types itself: it is only checked. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema)
  return (given: unknown) => {
    const value = httpPart === 'body' ? given : validator.Default(validator.Convert(given))
    if (validator.Check(value)) return { value }
    const errors = validator.Errors(value).slice(0, ERRORS_MAX)
    const root = httpPart ?? 'request'
    return { error: new RequestMismatch(errors.map(({ instancePath, message }) => ({ where: `${root}${instancePath}`, message }))) }
  }
}

export type App = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBox>

/** Slow or silent clients are let go of after these, ms. A photo over a bad network takes its time: 300 kB at 3 kB a second. */
const HEADERS_MS_MAX = 10_000
const REQUEST_MS_MAX = 120_000

export function createFastify({ tls }: { readonly tls: { readonly cert: string; readonly key: string } | null }): App {
  const app = Fastify({
    logger: false,
    trustProxy: false,
    bodyLimit: 65_536,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    serverFactory: (handler) => {
      const server: Server = tls === null ? createServer(handler) : createSecureServer({ cert: tls.cert, key: tls.key }, handler)
      server.headersTimeout = HEADERS_MS_MAX
      server.requestTimeout = REQUEST_MS_MAX
      return server
    },
  }).withTypeProvider<TypeBox>()
  app.setValidatorCompiler(validatorCompiler)
  // Answers are what the handlers' types say; a second shaping at run time would hide mistakes, the contract tests find them.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  return app
}
