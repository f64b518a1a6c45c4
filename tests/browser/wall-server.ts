/** The built wall with a made-up brain behind it: `/api/v1/city`, `/live`, history and orders, from a scene. Loopback, a free port. */

import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { type WebSocket, WebSocketServer } from 'ws'
import { type City, deviceKey } from '../../engine/model/city.ts'
import { cityDocument } from '../../gateway/http/city.ts'
import type { DeltaFrame, SnapshotFrame } from '../../gateway/wire/frames.ts'
import type { PhoneDocument } from '../../gateway/wire/phone.ts'
import { createArterials, createTimeSpace } from './arterial-scene.ts'
import { createBins, createCourse, createRounds, createSorting, createWays } from './bins-scene.ts'
import { createBoard, createCoverage } from './dispatch-scene.ts'
import { createDoubts, createPatrols } from './doubts-scene.ts'
import { createJunctionDocument } from './junction-scene.ts'
import { createMessages, type MessagesScene } from './messages-scene.ts'
import { createRulesScene } from './rules-scene.ts'
import { createEffect, createExperiments, createSignals } from './signals-scene.ts'

const DASHBOARD = join(import.meta.dirname, '../../dist/dashboard')
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}
/** The same policy as gateway/http/server.ts sends, so that what it forbids fails here too. */
const POLICY =
  "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

export interface WallServer {
  readonly url: string
  readonly orders: { readonly path: string; readonly authorization: string; readonly body: unknown }[]
  /** Sends a delta to every open wall. */
  send(tables: DeltaFrame['tables']): void
  /** Status with which documents are refused from now on; null answers them. */
  refuse(status: number | null): void
  /** Ends every socket and refuses new ones while false. */
  setLive(open: boolean): void
  stop(): Promise<void>
}

/** One phone that has not been heard for a while, with something to send. */
function createPhones(city: City, now: number): PhoneDocument[] {
  const crew = city.crews.at(0)
  if (crew === undefined) return []
  const times = { signed_in: now - 3_600_000, expires: now + 3_600_000, synced: now - 240_000 }
  return [{ id: '0'.repeat(16), crew: deviceKey(crew.district, 'crew', crew.id), invited_by: 'ops', ...times, waiting: 2, push: false }]
}

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function body(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? null : JSON.parse(text)
}

/** Half-hours of a bin that was emptied, and fills. */
function fills(url: URL): unknown {
  const from = Number(url.searchParams.get('from'))
  const points = Array.from({ length: 96 }, (_, i) => {
    const mean = i < 30 ? 60 + i : (i - 30) * 0.8
    return { ts: from + i * 1_800_000, mean, min: mean, max: mean, count: 1 }
  })
  return { points }
}

/** Three hours of one value a minute that ends at the present. */
function history(url: URL): unknown {
  const from = Number(url.searchParams.get('from'))
  const to = Number(url.searchParams.get('to'))
  const points = Array.from({ length: Math.max(0, Math.floor((to - from) / 60_000)) }, (_, i) => {
    const mean = 0.04 + 0.42 / (1 + Math.exp(-(i - 150) / 9)) + 0.01 * Math.sin(i / 3)
    return { ts: from + i * 60_000, mean, min: mean, max: mean, count: 6 }
  })
  return { points }
}

/** Phases as measured every five seconds: 2, then 3, then 0. */
function phases(url: URL): unknown {
  const to = Number(url.searchParams.get('to'))
  const points = Array.from({ length: 13 }, (_, i) => {
    const mean = i < 4 ? 2 : i < 9 ? 3 : 0
    return { ts: to - (12 - i) * 5000, mean, min: mean, max: mean, count: 1 }
  })
  return { points }
}

export interface WallServerOptions {
  readonly city: City
  readonly scene: (now: number) => SnapshotFrame
  /** Epoch ms; the fake brain's clock stands there, so that pictures repeat. Default: the present. */
  readonly now?: () => number
}

export async function startWallServer({ city, scene, now = Date.now }: WallServerOptions): Promise<WallServer> {
  let refused: number | null = null
  let messages: Promise<MessagesScene> | null = null
  const document = JSON.stringify(cityDocument(city))
  const orders: WallServer['orders'] = []
  const rules = createRulesScene(now)
  const sockets = new Set<WebSocket>()
  let seq = 1
  let live = true

  async function serveFile(path: string, response: ServerResponse): Promise<void> {
    const file = normalize(join(DASHBOARD, path === '/' ? 'index.html' : path))
    if (!file.startsWith(DASHBOARD)) {
      json(response, 404, { title: 'not found' })
      return
    }
    try {
      const content = await readFile(file)
      response
        .writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': POLICY })
        .end(content)
    } catch {
      json(response, 404, { title: 'not found' })
    }
  }

  let planned: string | null = null
  const withdrawn: string[] = []
  /** The answer at a path below `/api/v1/bins`; null where nothing is. */
  function bins({ method, headers }: IncomingMessage, path: string, value: unknown): { status: number; document: unknown } | null {
    const good = (found: unknown) => ({ status: 200, document: found })
    const isDesk = headers.authorization === 'Bearer secret-token'
    if (!isDesk && (method === 'POST' || path === '/sorting')) return { status: 403, document: { title: 'Not allowed' } }
    if (method === 'POST') orders.push({ path: `/api/v1/bins${path}`, authorization: headers.authorization ?? '', body: value })
    if (method === 'POST' && path === '/round') {
      if (planned !== null) return { status: 409, document: { title: 'Refused', detail: 'a plan is being computed' } }
      planned = 'ops'
      return good({ id: 'o-1', done: true })
    }
    if (method === 'POST') {
      withdrawn.push(path.split('/')[2])
      return good({ id: 'o-2', done: true })
    }
    if (path === '') return good(createBins(city, now()))
    if (path === '/round') return good(createRounds(city, now(), planned, withdrawn))
    if (path === '/sorting') return good(createSorting(city, now()))
    if (path.endsWith('/ways')) return good(createWays(city))
    return path.endsWith('/course') ? good(createCourse(path, now())) : null
  }

  /** Bodies of verdicts that came. */
  const judged: string[] = []
  /** Preset to which somebody has turned the first camera. */
  let taken: string | null = null
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (url.pathname === '/api/v1/city') response.writeHead(200, { 'content-type': 'application/geo+json' }).end(document)
    else if (refused !== null && /^\/api\/v1\/(signals|arterials|dispatch|coverage)/.test(url.pathname))
      json(response, refused, { title: 'refused' })
    else if (url.pathname.startsWith('/api/v1/rules/'))
      void (request.method === 'POST' ? body(request) : Promise.resolve(null)).then((value) => {
        const answer = rules(url.pathname.slice('/api/v1/rules/'.length), value)
        const refused = typeof answer === 'object' && answer !== null && 'refused' in answer ? { title: answer.refused } : null
        json(response, answer === null ? 404 : refused === null ? 200 : 409, refused ?? answer ?? { title: 'nothing there' })
      })
    else if (url.pathname.startsWith('/api/v1/bins'))
      void (request.method === 'POST' ? body(request) : Promise.resolve(null)).then((value) => {
        const answer = refused === null ? bins(request, url.pathname.slice('/api/v1/bins'.length), value) : null
        json(response, answer?.status ?? refused ?? 404, answer?.document ?? { title: 'refused' })
      })
    else if (url.pathname === '/api/v1/dispatch') json(response, 200, createBoard(city, now()))
    else if (url.pathname === '/api/v1/cameras/doubts') json(response, 200, createDoubts(judged, now()))
    else if (url.pathname === '/api/v1/cameras/patrol') json(response, 200, createPatrols(taken, now()))
    else if (url.pathname === '/api/v1/commands' && request.method === 'POST') {
      request.on('data', (chunk: Buffer) => {
        taken = (JSON.parse(chunk.toString()) as { fields: { preset: string } }).fields.preset
      })
      request.on('end', () => json(response, 200, { id: '1', done: true }))
    } else if (url.pathname === '/api/v1/cameras/release') {
      taken = null
      json(response, 200, { id: '1', done: true })
    } else if (url.pathname === '/api/v1/cameras/verdicts') {
      request.on('data', (chunk: Buffer) => judged.push(chunk.toString()))
      request.on('end', () => json(response, 200, { done: true, why: null }))
    } else if (url.pathname === '/api/v1/coverage') json(response, 200, createCoverage(city, now(), url.searchParams.get('skill')))
    else if (url.pathname === '/api/v1/signals') json(response, 200, createSignals(city, now()))
    else if (url.pathname === '/api/v1/phones') json(response, 200, { phones: createPhones(city, now()) })
    else if (url.pathname === '/api/v1/signals/experiments') json(response, 200, createExperiments(city, now()))
    else if (url.pathname === '/api/v1/signals/effect')
      json(response, 200, createEffect(city, now() - 3_600_000, now(), url.searchParams.has('from')))
    else if (url.pathname.startsWith('/api/v1/signals/')) {
      const junction = createJunctionDocument(city, decodeURIComponent(url.pathname.slice('/api/v1/signals/'.length)), now())
      json(response, junction === null ? 404 : 200, junction ?? { title: 'no such junction' })
    } else if (url.pathname === '/api/v1/arterials') json(response, 200, { arterials: createArterials(city, now()) })
    else if (url.pathname.endsWith('/time-space')) json(response, 200, createTimeSpace(city, now()))
    else if (url.searchParams.get('metric') === 'phase') json(response, 200, phases(url))
    else if (url.pathname.endsWith('/history'))
      json(response, 200, url.searchParams.get('metric') === 'fill_pct' ? fills(url) : history(url))
    else if (request.method === 'POST' && url.pathname.startsWith('/api/v1/incidents/'))
      void body(request).then((value) => {
        orders.push({ path: url.pathname, authorization: request.headers.authorization ?? '', body: value })
        json(response, 200, { id: 'o-1', done: true })
      })
    else if (/^\/api\/v1\/(quarantine|mappings)/.test(url.pathname))
      void body(request).then(async (value) => {
        messages ??= createMessages(now())
        const answer = await (await messages).answer(request, url.pathname, value)
        json(response, answer?.status ?? 404, answer?.document ?? { title: 'not found' })
      })
    else void serveFile(url.pathname, response)
  })
  const hub = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (!live || request.url !== '/live') {
      socket.destroy()
      return
    }
    hub.handleUpgrade(request, socket, head, (client) => {
      sockets.add(client)
      client.on('close', () => sockets.delete(client))
      client.send(JSON.stringify(scene(now())))
    })
  })
  const send = (tables: DeltaFrame['tables']): void => {
    const frame: DeltaFrame = { type: 'delta', seq: ++seq, now: now(), tables }
    for (const client of sockets) client.send(JSON.stringify(frame))
  }
  // As the real hub does: a frame a second even when nothing changed.
  const beat = setInterval(() => send({}), 1000)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    orders,
    send,
    refuse(status) {
      refused = status
    },
    setLive(open) {
      live = open
      if (!open) for (const client of sockets) client.terminate()
    },
    async stop() {
      clearInterval(beat)
      await (await messages)?.stop()
      for (const client of sockets) client.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
