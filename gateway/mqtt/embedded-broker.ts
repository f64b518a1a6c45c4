/**
 * aedes inside the process: MQTT 3.1 and 3.1.1 over TCP, TLS and WebSocket. Ours are the gate before it, who may do what, and that a
 * publish is acknowledged when `accept` says so: aedes sends the PUBACK after `authorizePublish` has called back.
 *
 * - A publish that is not permitted, or cannot be kept, ends the connection. MQTT 3.1.1 has no negative acknowledgement: a PUBACK would
 *   say that it was kept ([MQTT-3.3.5-2] allows that or closing), and only closing tells the device's owner, and makes it send again.
 * - Client ids are kept apart by login: nobody pushes another device off the line, or takes over its session, by using its client id.
 * - Retained messages and sessions are in memory. Nobody may subscribe to `state`, and its last value is in the engine's state; after a
 *   restart devices connect and subscribe again, and the engine repeats the commands that were not acknowledged.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { Aedes, type AedesOptions, type Client } from 'aedes'
import { invariant, UrbanError } from '../../engine/base/errors.ts'
import type { EpochMs } from '../../engine/base/time.ts'
import type { Accept, Broker, Logger, Principal } from '../parts.ts'
import { createGate, type Gate } from './gate.ts'
import { createListener, type ListenerTls } from './listener.ts'
import { type LoginOptions, login, type Origin } from './login.ts'
import { refusePublish, refuseSubscribe, refuseWill } from './permissions.ts'
import { createPubacks } from './pubacks.ts'
import type { Quarantine } from './quarantine.ts'
import { createSessions } from './sessions.ts'

export interface BrokerLimits {
  readonly packet_bytes_max: number
  readonly client_msg_s_max: number
  readonly connections_max: number
}

export interface EmbeddedBrokerOptions extends LoginOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly tls: ListenerTls | null
  readonly accept: Accept
  readonly limits: BrokerLimits
  readonly quarantine: Quarantine
  readonly now: () => EpochMs
  readonly log: Logger
}

export interface EmbeddedBroker extends Broker {
  /** Where it listens; null before `start`. */
  readonly address: { readonly host: string; readonly port: number } | null
  /** Resolves when the simulators have acknowledged what they were sent, or soon after (pubacks.ts). */
  settled(): Promise<void>
  /** A WebSocket upgrade of the HTTP server at `/mqtt`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

/** `connections` are open now; the others count up. */
export type BrokerCounter =
  | 'connections'
  | 'logins'
  | 'refused_connections'
  | 'refused_logins'
  | 'refused_publishes'
  | 'refused_subscribes'
  | 'oversized_packets'
  | 'throttled'
  | 'unkept'
  | 'expired_commands'
  | 'dropped_commands'
  | 'client_errors'

interface Connection {
  readonly origin: Origin
  readonly gate: Gate
  principal: Principal | null
  /** The topic it was last permitted to publish without retain: devices say the same few. */
  permitted: string
  /** From its CONNECT, judged when its login is known. */
  will: { readonly topic: string; readonly retain: boolean } | null
  /** A session that is to be kept needs a name ([MQTT-3.1.3-8]). */
  nameless_session: boolean
}

type Hook<K extends keyof AedesOptions> = NonNullable<AedesOptions[K]>

const CONNECT_TIMEOUT_MS = 10_000
/** A client that reads nothing for so long is let go. */
const DRAIN_TIMEOUT_MS = 10_000
const QOS2_INFLIGHT_MAX = 64
/** No longer than the delay that waiting saves. */
const PUBACK_MS_MAX = 40
/** 3.1 clients are held to 23 characters; ours are longer by the login. */
const CLIENT_ID_MAX = 1024
const CONNACK_BAD_CLIENT_ID = 2
const CONNACK_NOT_AUTHORIZED = 5
/** "Unsupported protocol version" as MQTT 5 says it (section 3.2.2.2): a refusal that its clients can read. */
const CONNACK_5_UNSUPPORTED_VERSION = Buffer.from([0x20, 3, 0, 0x84, 0])
const NOTHING = Buffer.alloc(0)

export function createEmbeddedBroker(options: EmbeddedBrokerOptions): EmbeddedBroker {
  const { accept, limits, quarantine, now, log } = options
  const counters: Record<BrokerCounter, number> = {
    connections: 0,
    logins: 0,
    refused_connections: 0,
    refused_logins: 0,
    refused_publishes: 0,
    refused_subscribes: 0,
    oversized_packets: 0,
    throttled: 0,
    unkept: 0,
    expired_commands: 0,
    dropped_commands: 0,
    client_errors: 0,
  }
  const connections = new Map<object, Connection>()
  const pubacks = createPubacks(PUBACK_MS_MAX)
  let stopping = false

  const connectionOf = (client: Client): Connection => {
    const connection = connections.get(client.conn)
    invariant(connection !== undefined, 'every client of the broker came through the gate')
    return connection
  }

  const preConnect: Hook<'preConnect'> = (client, packet, callback) => {
    if (packet.protocolVersion === 5) {
      counters.refused_logins++
      client.conn.write(CONNACK_5_UNSUPPORTED_VERSION)
      callback(new Error('MQTT 5 is not spoken here'), false)
      return
    }
    const connection = connectionOf(client)
    const { clientId, clean, will, username } = packet
    connection.will = will === undefined ? null : { topic: will.topic, retain: will.retain === true }
    connection.nameless_session = clientId === '' && clean !== true
    if (clientId !== '') packet.clientId = clientIdOf(certifiedName(connection.origin) ?? username ?? '', clientId)
    callback(null, true)
  }

  const authenticate: Hook<'authenticate'> = (client, username, password, callback) => {
    const connection = connectionOf(client)
    const result = login(connection.origin, username, password?.toString(), options)
    const refused = 'principal' in result ? refuseSession(connection, result.principal) : result
    if (refused !== null) {
      counters.refused_logins++
      sayRarely({ username, address: connection.origin.address, reason: refused.reason })
      callback(Object.assign(new Error(refused.reason), { returnCode: refused.code }), null)
    } else if ('principal' in result) {
      counters.logins++
      connection.principal = result.principal
      // Both speak for many devices.
      if (result.principal.role !== 'device') connection.gate.unlimit()
      callback(null, true)
    }
  }

  function refuseSession({ will, nameless_session }: Connection, principal: Principal): { code: number; reason: string } | null {
    if (nameless_session) return { code: CONNACK_BAD_CLIENT_ID, reason: 'a session that is kept needs a client id' }
    const refused = will === null ? null : refuseWill(principal, will.topic, will.retain)
    return refused === null ? null : { code: CONNACK_NOT_AUTHORIZED, reason: refused }
  }

  /** Also asked for a last will when its connection breaks. */
  const authorizePublish: Hook<'authorizePublish'> = (client, packet, callback) => {
    const { topic, payload, retain } = packet
    // Wills that the broker's own stop sets free mean nothing: the devices are still there.
    if (client === null || stopping) return callback(new Error('the broker stops'))
    const connection = connectionOf(client)
    const refused = permit(connection, topic, retain)
    const from = nameOf(connection)
    if (refused !== null) {
      counters.refused_publishes++
      // Personal data can be anywhere in what is foreign.
      const kept = connection.principal?.role === 'bridge' ? NOTHING : Buffer.from(payload)
      quarantine.add({ at: now(), topic, from, kind: 'permission', reason: `topic: ${refused}`, payload: kept })
      callback(new Error(refused))
      return
    }
    // Foreign devices retain what they like; nobody here subscribes to it, so nothing of it is kept.
    if (connection.principal?.role === 'bridge') packet.retain = false
    accept({ from, topic, payload: typeof payload === 'string' ? Buffer.from(payload) : payload, received: now() }, (error) => {
      if (error !== undefined) counters.unkept++
      callback(error ?? null)
    })
  }

  function permit(connection: Connection, topic: string, retain: boolean): string | null {
    if (!retain && topic === connection.permitted) return null
    invariant(connection.principal !== null, 'nobody publishes before the login')
    const refused = refusePublish(connection.principal, topic, retain)
    if (refused === null && !retain) connection.permitted = topic
    return refused
  }

  const authorizeSubscribe: Hook<'authorizeSubscribe'> = (client, subscription, callback) => {
    const { principal } = connectionOf(client)
    invariant(principal !== null, 'nobody subscribes before the login')
    const refused = refuseSubscribe(principal, subscription.topic)
    if (refused !== null) counters.refused_subscribes++
    // Null becomes the return code 0x80 in the SUBACK.
    callback(null, refused === null ? subscription : null)
  }

  /** An expired command is never obeyed. In lockstep the wall clock says nothing about that. */
  const isExpired = ({ topic, payload }: { topic: string; payload: string | Buffer }): boolean =>
    !options.simulator && topic.endsWith('/command') && expiryOf(payload) <= now()

  /** A session that comes back gets what has not expired meanwhile. */
  const authorizeForward: Hook<'authorizeForward'> = ({ conn }, packet) => {
    if (!isExpired(packet)) {
      if (packet.qos > 0 && connections.get(conn)?.principal?.role === 'simulator') pubacks.sent(conn)
      return packet
    }
    counters.expired_commands++
    return null
  }

  function refuseFrame(connection: Connection, bytes: number): void {
    if (bytes === 0) {
      counters.client_errors++
      return
    }
    counters.oversized_packets++
    const reason = `packet: ${bytes} bytes, at most ${limits.packet_bytes_max} are allowed`
    quarantine.add({ at: now(), topic: '', from: nameOf(connection), kind: 'size', reason, payload: NOTHING })
  }

  let said_ms = 0
  let unsaid = 0
  /** A login is refused in one line a second at most: guessing passwords must not fill the disk. */
  function sayRarely(fields: { username: string | undefined; address: string; reason: string }): void {
    if (now() - said_ms < 1000) {
      unsaid++
      return
    }
    log.warn({ ...fields, username: fields.username?.slice(0, 200), more: unsaid }, 'refused a login')
    said_ms = now()
    unsaid = 0
  }

  const aedes = new Aedes({
    connectTimeout: CONNECT_TIMEOUT_MS,
    drainTimeout: DRAIN_TIMEOUT_MS,
    maxInflightInbound: QOS2_INFLIGHT_MAX,
    maxClientsIdLength: CLIENT_ID_MAX,
    // No limit: with one, as many messages as it allows to a client that does not read hold up everybody else.
    concurrency: 0,
    persistence: createSessions({ isExpired, loginOf, onDropped: () => counters.dropped_commands++ }),
    preConnect,
    authenticate,
    authorizePublish,
    authorizeSubscribe,
    authorizeForward,
  })
  aedes.on('ack', (_packet, { conn }) => pubacks.acknowledged(conn))
  aedes.on('clientError', () => counters.client_errors++)
  aedes.on('connectionError', () => counters.client_errors++)
  aedes.addListener('error', (error: unknown) => log.error({ error: String(error) }, 'broker'))

  function onConnection(socket: Duplex, origin: Origin): void {
    if (stopping || connections.size >= limits.connections_max) {
      counters.refused_connections++
      socket.destroy()
      return
    }
    const gate = createGate(socket, {
      packet_bytes_max: limits.packet_bytes_max,
      msg_s_max: limits.client_msg_s_max,
      onBadFrame: (bytes) => refuseFrame(connection, bytes),
      onThrottled: () => counters.throttled++,
    })
    const connection: Connection = { origin, gate, principal: null, permitted: '', will: null, nameless_session: false }
    connections.set(gate.stream, connection)
    gate.stream.once('close', () => {
      pubacks.gone(gate.stream)
      // Later, so that a last will still finds who it is from.
      setImmediate(() => connections.delete(gate.stream))
    })
    aedes.handle(gate.stream)
  }
  const listener = createListener({ ...options, packet_bytes_max: limits.packet_bytes_max, onConnection })

  return {
    async start() {
      await aedes.listen()
      await listener.start()
    },
    async stop() {
      stopping = true
      const closed = listener.stop()
      await new Promise<void>((resolve) => aedes.close(resolve))
      for (const { gate } of connections.values()) gate.stream.destroy()
      await closed
    },
    publish: (topic, payload, { qos, retain }) =>
      new Promise((resolve, reject) => {
        const bytes = typeof payload === 'string' ? payload : Buffer.from(payload)
        aedes.publish({ cmd: 'publish', topic, payload: bytes, qos, retain, dup: false }, (error) => {
          if (error) reject(new UrbanError('ours', 'publish', `the broker did not take a message: ${error.message}`, { cause: error }))
          else resolve()
        })
      }),
    settled: pubacks.settled,
    handleUpgrade: listener.handleUpgrade,
    get address() {
      return listener.address
    },
    get counters() {
      return { ...counters, connections: connections.size }
    },
    get ready() {
      return listener.address !== null && !stopping
    },
  }
}

/** Client ids are kept apart by login; no login that is let in has a space. */
const clientIdOf = (login: string, client_id: string): string => `${login} ${client_id}`
const loginOf = (scoped_id: string): string => scoped_id.slice(0, scoped_id.indexOf(' '))

const certifiedName = ({ certificate }: Origin): string | null =>
  certificate === null || certificate === 'invalid' ? null : certificate.name

function nameOf({ principal, origin }: Connection): string {
  if (principal === null) return origin.address
  return principal.role === 'simulator' ? 'simulator' : principal.key
}

function expiryOf(payload: string | Buffer): EpochMs {
  const command: unknown = JSON.parse(payload.toString())
  return typeof command === 'object' && command !== null && 'expires' in command ? Number(command.expires) : Number.POSITIVE_INFINITY
}
