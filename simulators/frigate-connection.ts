/** The socket of one Frigate instance: a bridge's login, its own last will, messages in order. */
import type { MqttClient } from 'mqtt'
import type { DeviceKey } from '../engine/model/city.ts'
import { ANSWER_MS_MAX, type Connect, openClient, within } from './connection.ts'
import type { FrigateMessage } from './devices/frigate-messages.ts'

export interface FrigateOptions {
  /** As `bridge/{name}`, which may publish on topics that begin with the prefix. */
  readonly connect: Connect
  /** `topic_prefix` of the instance, `frigate` unless it is set. */
  readonly prefix: string
  /** Cameras that hang on it. */
  readonly cameras: readonly DeviceKey[]
}

/** `preset_<name>` on `{prefix}/{camera}/ptz` (docs/integrations/mqtt.md of Frigate). */
export interface FrigateTurn {
  readonly camera: string
  readonly preset: string
}

export interface FrigateConnection {
  /** Rejects with `broker_away` or `broker_refused` (neighbour). */
  start(): Promise<void>
  /** With `mqtt.qos: 1` of Frigate; resolves when all is acknowledged. Rejects with `broker_silent` (neighbour). */
  publish(messages: readonly FrigateMessage[]): Promise<void>
  /** What cameras were asked to turn to since the last call, in order. */
  takeTurns(): FrigateTurn[]
  stop(): Promise<void>
}

/** A broker that does not answer any more holds nobody up for longer. */
const LEAVE_MS_MAX = 5_000

export function createFrigateConnection({ connect, prefix }: FrigateOptions): FrigateConnection {
  const topic = `${prefix}/available`
  const told = { qos: 1, retain: true } as const
  let client: MqttClient | null = null
  let turns: FrigateTurn[] = []
  const hear = (heard: string, payload: Buffer): void => {
    const camera = heard.slice(prefix.length + 1, -'/ptz'.length)
    const preset = /^preset_(.{1,64})$/.exec(payload.toString())?.[1]
    if (preset !== undefined) turns.push({ camera, preset })
  }
  return {
    async start() {
      const opened = await openClient(connect, { will: { topic, payload: Buffer.from('offline'), ...told } })
      client = opened
      opened.on('error', () => {})
      opened.on('message', hear)
      const online = (): Promise<unknown> => opened.publishAsync(topic, 'online', told)
      // Also after a break, in which the broker has told the last will.
      opened.on('connect', () => void online().catch(() => undefined))
      await within(online(), ANSWER_MS_MAX, 'broker_silent', `the broker did not acknowledge ${topic}`)
      await within(opened.subscribeAsync(`${prefix}/+/ptz`, { qos: 1 }), ANSWER_MS_MAX, 'broker_silent', 'the broker did not answer')
    },
    takeTurns() {
      const taken = turns
      turns = []
      return taken
    },
    async publish(messages) {
      const to = client
      if (to === null || messages.length === 0) return
      const sent = messages.map(({ topic, payload, retain }) => to.publishAsync(topic, Buffer.from(payload), { qos: 1, retain }))
      await within(Promise.all(sent), ANSWER_MS_MAX, 'broker_silent', `the broker did not acknowledge ${messages.length} messages`)
    },
    async stop() {
      const open = client
      client = null
      if (open === null) return
      // As Frigate ends: it says so itself and takes its leave, so that the broker keeps the last will to itself.
      const leave = async (): Promise<void> => {
        await open.publishAsync(topic, 'offline', told)
        await open.endAsync()
      }
      if (open.connected) await within(leave(), LEAVE_MS_MAX, 'broker_silent', 'no leave').catch(() => undefined)
      await open.endAsync(true)
    },
  }
}
