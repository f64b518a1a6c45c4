/** `/live` (contract section 7): a snapshot first, then at most four deltas a second, each made once for all clients. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { CityState } from '../../engine/city-state.ts'
import type { Fact } from '../../engine/model/fact.ts'
import type { Part } from '../parts.ts'
import type { Mode } from '../wire/frames.ts'
import { createLiveClient, type LiveClient } from './client.ts'
import { dismissAll } from './dismiss.ts'
import { createTables, tablesText } from './tables.ts'

export interface HubOptions {
  readonly state: () => CityState
  readonly mode: Mode
  readonly city: string
  /** Setting live_buffer_bytes_max. */
  readonly buffer_bytes_max: number
}

export interface Hub extends Part {
  /** The facts of a step. */
  note(facts: readonly Fact[]): void
  /** A WebSocket upgrade whose caller may read. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void
  readonly counters: { readonly clients: number; readonly behind: number; readonly frames: number }
}

const FRAME_MS = 250
/** A frame goes out at least this often, so that the wall can tell a quiet city from a dead connection. */
const QUIET_FRAMES = 4
const PING_MS = 15_000
/** RFC 6455, 7.4.1: going away. */

export function createHub({ state, mode, city, buffer_bytes_max }: HubOptions): Hub {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: 4096,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has('bearer') ? 'bearer' : false),
  })
  const clients = new Map<WebSocket, LiveClient>()
  const alive = new WeakSet<WebSocket>()
  let tables = createTables(state)
  let { context } = state()
  let seq = 0
  let quiet = 0
  let frames = 0
  let timers: NodeJS.Timeout[] = []

  /** A run that starts afresh has another state with other things in it: everybody gets a new snapshot. */
  function startAfresh(): void {
    context = state().context
    tables = createTables(state)
    tables.refresh()
    seq++
    for (const socket of clients.keys()) socket.send(snapshotText())
  }

  const snapshotText = (): string =>
    `{"type":"snapshot","seq":${seq},"now":${state().now},"world":${JSON.stringify(context.world)},"mode":"${mode}","city":${JSON.stringify(city)},"tables":${tables.whole()}}`

  function frame(): void {
    if (clients.size === 0) return
    if (state().context !== context) {
      startAfresh()
      return
    }
    const changes = tables.refresh()
    const changed = [...changes.values()].some((rows) => rows.size > 0)
    quiet = changed ? 0 : quiet + 1
    if (!changed && quiet < QUIET_FRAMES && ![...clients.values()].some((client) => client.behind)) return
    quiet = 0
    seq++
    frames++
    const { now } = state()
    const text = `{"type":"delta","seq":${seq},"now":${now},"tables":${tablesText(changes)}}`
    for (const client of clients.values()) client.deliver(text, changes, seq, now)
  }

  function join(socket: WebSocket): void {
    // What has gathered belongs into the deltas of those who are here already.
    frame()
    if (clients.size === 0) tables.refresh()
    clients.set(socket, createLiveClient({ transport: socket, buffer_bytes_max, clock: () => performance.now() }))
    alive.add(socket)
    socket.on('pong', () => alive.add(socket))
    socket.on('close', () => clients.delete(socket))
    socket.on('error', () => socket.terminate())
    socket.send(snapshotText())
  }

  function ping(): void {
    for (const socket of clients.keys()) {
      if (!alive.has(socket)) socket.terminate()
      alive.delete(socket)
      socket.ping()
    }
  }

  return {
    note: (facts) => tables.note(facts),
    accept(request, socket, head) {
      server.handleUpgrade(request, socket, head, join)
    },
    get counters() {
      return { clients: clients.size, behind: [...clients.values()].filter((client) => client.behind).length, frames }
    },
    async start() {
      timers = [setInterval(frame, FRAME_MS), setInterval(ping, PING_MS)]
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      timers = []
      dismissAll(server)
    },
  }
}
