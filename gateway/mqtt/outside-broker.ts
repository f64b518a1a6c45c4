/**
 * A broker that the city runs elsewhere (Mosquitto, EMQX, …), reached as one client with a session that is kept: what devices publish
 * while we are away waits there. Who may do what is that broker's affair: its ACL has to say what contract section 1a says.
 *
 * A message is acknowledged to the broker when `accept` says so. MQTT.js would acknowledge one at a time, so it is told to leave that to
 * us (an error given to `handleMessage`'s callback means "no PUBACK, go on"), and the PUBACK is written when the log has the message.
 */
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt'
import { generate } from 'mqtt-packet'
import { UrbanError } from '../../engine/base/errors.ts'
import { type EpochMs, SECOND_MS } from '../../engine/base/time.ts'
import type { Accept, Broker, Logger } from '../parts.ts'
import { clockTopic, parseDeviceTopic, UPLINK_CHANNELS, worldRoot } from '../wire/topics.ts'

export interface OutsideBrokerOptions {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  readonly url: string
  readonly username: string
  readonly password: string
  /** Names the session at the broker: the same after a restart, so that nothing published meanwhile is missed. */
  readonly client_id: string
  /** Filters of foreign topics (dialects.yaml), besides the contract's own. */
  readonly foreign: readonly string[]
  readonly accept: Accept
  readonly now: () => EpochMs
  readonly log: Logger
}

export type OutsideCounter = 'connects' | 'received' | 'unkept' | 'unsent'

const START_MS_MAX = 10_000
const RECONNECT_MS = 1_000
/** Messages given to `accept` and not yet done; beyond, the socket is not read on. */
const PENDING_MAX = 1_000

const LATER = new Error('acknowledged later')

/** QoS 1 for the started world; QoS 0 for the others, which are only counted. */
const subscriptions = (foreign: readonly string[]): Record<string, { qos: 0 | 1 }> => {
  const channels = [...UPLINK_CHANNELS.map((channel) => `+/+/+/${channel}`), 'clock']
  return Object.fromEntries([
    ...channels.flatMap((channel) => [
      [`${worldRoot(null)}/${channel}`, { qos: 1 as const }] as const,
      [`${worldRoot('+')}/${channel}`, { qos: 0 as const }] as const,
    ]),
    ...foreign.map((filter) => [filter, { qos: 1 as const }] as const),
  ])
}

/** `start` throws UrbanError neighbour `broker_away`. */
export function createOutsideBroker(options: OutsideBrokerOptions): Broker {
  const { url, username, password, client_id, accept, now, log } = options
  let { foreign } = options
  const counters: Record<OutsideCounter, number> = { connects: 0, received: 0, unkept: 0, unsent: 0 }
  let client: MqttClient | null = null
  let ready = false
  let pending = 0
  /** Calls back when there is room again for messages under way. */
  let waiting: (() => void) | null = null

  function receive(from: MqttClient, packet: IPublishPacket, next: (error?: Error) => void): void {
    const { stream } = from
    const { topic, qos, messageId } = packet
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    counters.received++
    pending++
    accept({ from: senderOf(topic), topic, payload, received: now() }, (error) => {
      pending--
      if (error !== undefined) unkept(from)
      else if (qos === 1 && from.stream === stream) stream.write(generate({ cmd: 'puback', messageId }))
      const resume = waiting
      waiting = null
      resume?.()
    })
    if (pending < PENDING_MAX) next(LATER)
    else waiting = () => next(LATER)
  }

  let retry: NodeJS.Timeout | null = null
  /** MQTT sends again after a new connection only. */
  function unkept(from: MqttClient): void {
    counters.unkept++
    retry ??= setTimeout(() => {
      retry = null
      from.stream.destroy()
    }, RECONNECT_MS)
  }

  function connect(): MqttClient {
    const to = mqtt.connect(url, {
      clientId: client_id,
      clean: false,
      protocolVersion: 4,
      reconnectPeriod: RECONNECT_MS,
      connectTimeout: START_MS_MAX,
      // Every new connection subscribes below; retained states come again then, which harms nobody.
      resubscribe: false,
      queueQoSZero: false,
      ...(username === '' ? {} : { username, password }),
    })
    to.handleMessage = (packet, next) => receive(to, packet, next)
    to.on('close', () => {
      if (ready) log.warn({}, 'lost the broker; connecting again')
      ready = false
    })
    return to
  }

  /**
   * Subscribes on every connection; resolves after the first time. A broker that refuses us is not asked again; one that is not there yet
   * (both machines came up together) has START_MS_MAX.
   */
  function firstReady(to: MqttClient): Promise<void> {
    return new Promise((resolve, reject) => {
      let last = 'no answer'
      const timer = setTimeout(() => reject(new Error(`${last}, for ${START_MS_MAX / SECOND_MS} s`)), START_MS_MAX)
      const fail = (error: Error): void => {
        clearTimeout(timer)
        log.warn({ error: error.message }, 'broker')
        reject(error)
      }
      to.on('error', (error) => {
        if (isRefusal(error)) return fail(error)
        last = messageOf(error)
        log.warn({ error: last }, 'broker')
      })
      to.on('connect', () => {
        counters.connects++
        to.subscribeAsync(subscriptions(foreign)).then(() => {
          clearTimeout(timer)
          ready = true
          resolve()
        }, fail)
      })
    })
  }

  return {
    async start() {
      client = connect()
      try {
        await firstReady(client)
      } catch (cause) {
        throw new UrbanError('neighbour', 'broker_away', `the broker ${url} cannot be used: ${messageOf(cause)}`, { cause })
      }
    },
    async stop() {
      if (retry !== null) clearTimeout(retry)
      ready = false
      await client?.endAsync(true)
    },
    async publish(topic, payload, { qos, retain }) {
      if (client === null || !ready) {
        // Not queued: a command expires, and the engine asks again while it wants it.
        counters.unsent++
        throw new UrbanError('neighbour', 'broker_away', 'the broker is not connected')
      }
      await client.publishAsync(topic, typeof payload === 'string' ? payload : Buffer.from(payload), { qos, retain })
    },
    subscribeForeign(filters) {
      const gone = foreign.filter((filter) => !filters.includes(filter))
      foreign = filters
      // While the connection is away the next one subscribes, but the session at the broker still has the old ones.
      if (client === null) return
      const failed = (error: unknown): void => log.warn({ error: messageOf(error) }, 'the foreign topics could not be subscribed anew')
      client.subscribeAsync(subscriptions(foreign)).catch(failed)
      if (gone.length > 0) client.unsubscribeAsync([...gone]).catch(failed)
    },
    counters,
    get ready() {
      return ready
    },
  }
}

/** The broker's CONNACK says no (MQTT.js gives its return code); errors of the network have a name for a code. */
const isRefusal = (error: Error): boolean => 'code' in error && typeof error.code === 'number'

const messageOf = (error: unknown): string => (error instanceof Error && error.message !== '' ? error.message : String(error))

/** Who sent it is known to the broker; we have the topic's word. Its ACL decides who may tell the time. */
function senderOf(topic: string): string {
  const device = parseDeviceTopic(topic)
  if (device !== null) return device.device
  return topic === clockTopic(null) ? 'simulator' : 'outside'
}
