/**
 * The HTTP server: routes of contract section 7, the wall's files, and the upgrades to WebSocket. `createHttp` builds, `start` listens, so
 * that tests can inject requests without a port.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { gzipSync } from 'node:zlib'
import swagger from '@fastify/swagger'
import { Type } from 'typebox'
import type { Logger, Part } from '../parts.ts'
import { ProblemDocument } from '../wire/api.ts'
import { arterialRoutes } from './arterials.ts'
import { binPageRoutes } from './bin-page.ts'
import { binRoutes } from './bins.ts'
import { cameraRoutes } from './cameras.ts'
import { cityDocument, createSurroundings } from './city.ts'
import { closureRoutes } from './closures.ts'
import { crewRoutes } from './crews.ts'
import { dashboardRoutes } from './dashboard.ts'
import { deviceRoutes } from './devices.ts'
import { dispatchRoutes } from './dispatch.ts'
import { documentRoutes } from './documents.ts'
import { forecastRoutes } from './forecasts.ts'
import { type Caller, createGuard, type Role } from './guard.ts'
import { incidentRoutes } from './incidents.ts'
import { junctionRoutes } from './junctions.ts'
import { mappingRoutes } from './mappings.ts'
import { allowedMethods, type RouteList } from './methods.ts'
import { open311Routes } from './open311.ts'
import type { HttpParts } from './parts.ts'
import { phoneRoutes } from './phones.ts'
import { photoRoutes } from './photos.ts'
import { HttpProblem, problemOf, sendProblem } from './problem.ts'
import { recordRoutes } from './records.ts'
import { ruleRoutes } from './rules.ts'
import { type App, createFastify, type TypeBox } from './schema.ts'
import { signalRoutes } from './signals.ts'
import { stormRoutes } from './storms.ts'
import { warningRoutes } from './warnings.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Role that the route needs; null: open to everybody, for files without a word about the city. Unless given: viewer. */
    role?: Role | null
    /** Also open to crews' phones; the handler holds each to its own crew. */
    phones?: boolean
  }
  interface FastifyRequest {
    caller: Caller
  }
}

type Upgrade<T> = (request: IncomingMessage, socket: Duplex, head: Buffer, caller: T) => void

export interface HttpOptions {
  readonly host: string
  readonly port: number
  readonly tls: { readonly cert: string; readonly key: string } | null
  readonly version: string
  /** Where the built wall lies. */
  readonly dashboard: string
  readonly parts: HttpParts
  readonly verifyToken: (token: string) => Caller | null
  /** WebSocket endpoints by path: reads that are guarded here, or with `accept` such as know their own callers. */
  readonly upgrades: Readonly<Record<string, { readonly guarded: Upgrade<Caller> } | { readonly accept: Upgrade<void> }>>
  readonly logger: Logger
}

export interface Http extends Part {
  /** Null before `start`. */
  readonly address: { readonly host: string; readonly port: number } | null
  readonly app: App
}

/** The wall draws with inline style attributes set by script, which CSSOM allows; nothing is loaded from anywhere else. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'geolocation=(self), camera=(), microphone=()',
}

export async function createHttp(options: HttpOptions): Promise<Http> {
  const { parts, logger } = options
  const app = createFastify({ tls: options.tls })
  const guard = createGuard({ verifyToken: options.verifyToken, host: options.host, now: Date.now })
  const routes: RouteList = []
  app.removeContentTypeParser('text/plain')
  app.addHook('onRoute', ({ method, url }) => {
    routes.push({ methods: [method].flat(), url })
  })
  app.decorateRequest('caller')
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS)
    if (options.tls !== null) reply.header('strict-transport-security', 'max-age=31536000')
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store')
    const { role = 'viewer', phones = false } = request.routeOptions.config
    if (request.is404 || role === null) return
    request.caller = guard.check(request.raw, role, phones)
  })
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error, request.url)
    if (problem.status >= 500) logger.error({ url: request.url, error: String(error) }, 'a request failed')
    sendProblem(request, reply, error)
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]
    const allowed = allowedMethods(routes, path)
    const problem =
      allowed.length > 0
        ? new HttpProblem(405, 'method', `${path} answers to ${allowed.join(', ')}`, { allow: allowed.join(', ') })
        : new HttpProblem(404, 'not_found', `nothing is at ${path}; the API is described at /api/v1/openapi.json`)
    sendProblem(request, reply, problem)
  })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Urban brain',
        version: options.version,
        description: 'Errors are RFC 9457 problem documents. Reads from loopback are open; everything else needs a bearer token.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } }, schemas: { Problem: ProblemDocument } },
    },
    transform: ({ schema, url }) => ({ schema: withProblem(schema), url }),
  })
  await app.register(async (scope) => {
    const api = scope.withTypeProvider<TypeBox>()
    cityRoute(api, parts)
    deviceRoutes(api, parts)
    incidentRoutes(api, parts)
    crewRoutes(api, parts)
    phoneRoutes(api, parts)
    await cameraRoutes(api, parts)
    await photoRoutes(api, parts)
    dispatchRoutes(api, parts)
    junctionRoutes(api, parts)
    ruleRoutes(api, parts)
    recordRoutes(api, parts)
    mappingRoutes(api, parts)
    await documentRoutes(api, parts)
    await open311Routes(api, parts, (request) => guard.check(request, 'operator'))
    arterialRoutes(api, parts)
    closureRoutes(api, parts)
    stormRoutes(api, parts)
    signalRoutes(api, parts)
    await warningRoutes(api, parts)
    forecastRoutes(api, parts)
    binRoutes(api, parts)
    binPageRoutes(api, parts)
    api.get('/api/v1/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  })
  await dashboardRoutes(app, options.dashboard)
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => upgrade(request, socket, head))

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = (request.url ?? '/').split('?')[0]
    const endpoint = Object.hasOwn(options.upgrades, path) ? options.upgrades[path] : undefined
    socket.on('error', () => socket.destroy())
    try {
      if (endpoint === undefined) throw new HttpProblem(404, 'not_found', `no WebSocket at ${path}`)
      if ('guarded' in endpoint) endpoint.guarded(request, socket, head, guard.check(request, 'viewer', true))
      else endpoint.accept(request, socket, head)
    } catch (error) {
      const problem = problemOf(error, path)
      const body = JSON.stringify(problem)
      socket.end(
        `HTTP/1.1 ${problem.status} ${problem.title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      )
    }
  }

  let address: Http['address'] = null
  return {
    app,
    get address() {
      return address
    },
    async start() {
      await app.listen({ host: options.host, port: options.port })
      const bound = app.server.address() as AddressInfo
      address = { host: options.host, port: bound.port }
    },
    async stop() {
      await app.close()
    },
  }
}

/** Every operation can answer with a problem document; said once, here. */
function withProblem<T>(schema: T): T {
  if (typeof schema !== 'object' || schema === null) return schema
  // GeoReport has errors of its own.
  if ('tags' in schema && Array.isArray(schema.tags) && schema.tags.includes('open311')) return schema
  const response = 'response' in schema && typeof schema.response === 'object' ? schema.response : {}
  const problem = { description: 'Problem document', content: { 'application/problem+json': { schema: ProblemDocument } } }
  return { ...schema, response: { ...response, '4XX': problem, '5XX': problem } }
}

/** Sent as bytes; the shape is that of wire/city.ts. */
const CityBytes = Type.Unsafe<Buffer | undefined>({ type: 'object', description: 'GeoJSON FeatureCollection' })

const AroundQuery = Type.Object({
  lon: Type.Number({ minimum: -180, maximum: 180 }),
  lat: Type.Number({ minimum: -90, maximum: 90 }),
  radius_m: Type.Number({ minimum: 50, maximum: 3000, default: 800 }),
})

const acceptsGzip = (headers: IncomingHttpHeaders): boolean => /\bgzip\b/.test(headers['accept-encoding'] ?? '')

/** The city never changes while the program runs: made and compressed once. */
function cityRoute(app: App, parts: HttpParts): void {
  const document = cityDocument(parts.city)
  const surroundings = createSurroundings(document)
  const plain = Buffer.from(JSON.stringify(document))
  const zipped = gzipSync(plain)
  const etag = `"${parts.city.id}-${plain.length.toString(36)}"`
  app.get(
    '/api/v1/city',
    {
      schema: {
        tags: ['city'],
        summary: 'The static city as GeoJSON',
        response: { 200: CityBytes, 304: CityBytes },
      },
    },
    async (request, reply) => {
      reply.headers({ etag, 'cache-control': 'no-cache', vary: 'accept-encoding' }).type('application/geo+json')
      if (request.headers['if-none-match'] === etag) return reply.code(304).send(undefined)
      return acceptsGzip(request.headers) ? reply.header('content-encoding', 'gzip').send(zipped) : reply.send(plain)
    },
  )
  app.get(
    '/api/v1/city/around',
    {
      config: { phones: true },
      schema: {
        tags: ['city'],
        summary: 'Land, roads and low points around a place, as GeoJSON',
        querystring: AroundQuery,
        response: { 200: CityBytes },
      },
    },
    async ({ query, headers }, reply) => {
      const near = Buffer.from(JSON.stringify(surroundings([query.lon, query.lat], query.radius_m)))
      reply.header('vary', 'accept-encoding').type('application/geo+json')
      return acceptsGzip(headers) ? reply.header('content-encoding', 'gzip').send(gzipSync(near)) : reply.send(near)
    },
  )
}
