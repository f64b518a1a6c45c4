/**
 * `/live` for crews' phones: a phone gets the view of its own crew and nothing else, whole, at once and whenever it changes. A frame goes out at
 * least every fifteen seconds, so that a phone can tell a quiet day from a dead connection; more often would cost its battery.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { Compile } from 'typebox/compile'
import { type WebSocket, WebSocketServer } from 'ws'
import type { CityState } from '../../engine/city-state.ts'
import { crewViews } from '../../engine/crew-view.ts'
import type { DeviceKey } from '../../engine/model/city.ts'
import type { CrewFrameOut, Part } from '../parts.ts'
import { SIGNED_OUT } from '../wire/frames.ts'
import { PhoneSays } from '../wire/phone.ts'
import { dismissAll } from './dismiss.ts'

interface Phone {
  readonly id: string
  readonly crew: DeviceKey
}

export interface CrewHubOptions {
  readonly state: () => CityState
  readonly phones: {
    /** It was heard. */
    touch(id: string, waiting?: number): void
    isSignedIn(id: string): boolean
  }
  /** Telephone number; null for none. */
  readonly call_centre: string | null
  /** Public key for Web Push; null where it is not configured. */
  readonly push_key: () => string | null
}

export interface CrewHub extends Part {
  /** What a phone of this crew would be sent now; null for no crew of the city. */
  frameOf(crew: DeviceKey): CrewFrameOut | null
  /** A WebSocket upgrade of a phone that is signed in. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, phone: Phone): void
}

const FRAME_MS = 250
const QUIET_MS = 15_000
/** RFC 6455, 7.4.1: going away. */
const says = Compile(PhoneSays)

export function createCrewHub({ state, phones, call_centre, push_key }: CrewHubOptions): CrewHub {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: 1024,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has('bearer') ? 'bearer' : false),
  })
  const clients = new Map<WebSocket, Phone & { sent: string; sent_ms: number; answered: boolean }>()
  let timers: NodeJS.Timeout[] = []
  /** Of the state that was looked at last. */
  let seen: { readonly state: CityState; readonly step: number } | null = null

  const headOf = ({ now, context: { world, city } }: CityState) =>
    ({ type: 'crew', now, world, timezone: city.timezone, call_centre, push_key: push_key() }) as const

  /** @param all also to those for whom nothing can have changed */
  function frame(all: boolean): void {
    const current = state()
    const stepped = seen === null || seen.state !== current || seen.step !== current.step
    seen = { state: current, step: current.step }
    if (clients.size === 0 || !(stepped || all)) return
    const views = crewViews(current, new Set([...clients.values()].map(({ crew }) => crew)))
    for (const [socket, client] of clients) {
      const view = views.get(client.crew)
      if (view === undefined || !phones.isSignedIn(client.id)) {
        socket.close(SIGNED_OUT, 'signed out')
        continue
      }
      const text = JSON.stringify(view)
      if (text === client.sent && performance.now() - client.sent_ms < QUIET_MS) continue
      client.sent = text
      client.sent_ms = performance.now()
      socket.send(`${JSON.stringify(headOf(current)).slice(0, -1)},"view":${text}}`)
    }
  }

  function hear(phone: Phone, message: string): void {
    let said: unknown
    try {
      said = JSON.parse(message)
    } catch {
      return
    }
    if (says.Check(said)) phones.touch(phone.id, said.waiting)
  }

  function join(socket: WebSocket, phone: Phone): void {
    const client = { ...phone, sent: '', sent_ms: 0, answered: true }
    clients.set(socket, client)
    socket.on('message', (data) => hear(phone, String(data)))
    socket.on('pong', () => {
      client.answered = true
      phones.touch(phone.id)
    })
    socket.on('close', () => clients.delete(socket))
    socket.on('error', () => socket.terminate())
    frame(true)
  }

  function ping(): void {
    for (const [socket, client] of clients) {
      if (!client.answered) socket.terminate()
      client.answered = false
      socket.ping()
    }
    frame(true)
  }

  return {
    frameOf(crew) {
      const view = crewViews(state(), new Set([crew])).get(crew)
      return view === undefined ? null : { ...headOf(state()), view }
    },
    accept(request, socket, head, phone) {
      server.handleUpgrade(request, socket, head, (client) => join(client, phone))
    },
    async start() {
      timers = [setInterval(() => frame(false), FRAME_MS), setInterval(ping, QUIET_MS)]
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      timers = []
      dismissAll(server)
    },
  }
}
