/**
 * The sockets of a fleet: a handful of MQTT connections that carry the devices by kind, and one that hears their commands. The commands
 * and the clock's acknowledgements come over the same connection, so whoever has seen the acknowledgement has seen every command before it.
 */
import { Socket } from 'node:net'
import mqtt, { ErrorWithReasonCode, type IClientOptions, type MqttClient } from 'mqtt'
import { Compile } from 'typebox/compile'
import type { Domain } from '../engine/base/domain.ts'
import { UrbanError } from '../engine/base/errors.ts'
import type { EpochMs } from '../engine/base/time.ts'
import type { DeviceKey } from '../engine/model/city.ts'
import { ClockPayload, CommandPayload } from '../gateway/wire/payloads.ts'
import { clockAckTopic, clockTopic, parseDeviceTopic, worldRoot } from '../gateway/wire/topics.ts'
import type { WireCommand } from './device.ts'
import type { Metrics } from './score.ts'

export interface Connect {
  /** `mqtt://127.0.0.1:1883` */
  readonly url: string
  readonly username?: string
  readonly password?: string
  /** The broker is in this very process: its certificate need not be signed for the loopback address. */
  readonly trusted?: boolean
}

export interface OutMessage {
  readonly domain: Domain
  readonly topic: string
  readonly text: string
  readonly retain: boolean
}

export interface InCommand {
  readonly key: DeviceKey
  readonly topic: string
  readonly command: WireCommand
}

/** Contract section 6. `tick` resolves when the step is acknowledged, and every command of the step has then reached the fleet. */
export interface DrillClock {
  tick(step: number, now: EpochMs): Promise<void>
  end(metrics: Metrics): Promise<void>
}

export interface Connection {
  start(): Promise<void>
  /** QoS 1, in order per domain group; resolves when every one is acknowledged. Rejects with `broker_silent` (neighbour) when they are not. */
  publish(messages: readonly OutMessage[]): Promise<void>
  /** Commands heard since the last call, sorted by topic and id. */
  takeCommands(): InCommand[]
  readonly clock: DrillClock
  stop(): Promise<void>
  readonly counters: Readonly<{ published: number; commands: number; unreadable: number }>
}

/** A broker works on a bounded number of packets of one client at a time; several connections keep it busy. */
const GROUPS: readonly (readonly Domain[])[] = [['traffic', 'signal'], ['flood', 'drain', 'weather'], ['waste'], ['camera', 'crew']]
export const ANSWER_MS_MAX = 60_000
const CLOCK_ACK_MS_MAX = 10_000

const commandCheck = Compile(CommandPayload)
const clockCheck = Compile(ClockPayload)
const isClock = (value: unknown): value is ClockPayload => clockCheck.Check(value)
const isCommand = (value: unknown): value is CommandPayload => commandCheck.Check(value)

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'))
  } catch {
    return undefined
  }
}

function readCommand(topic: string, payload: Buffer): InCommand | null {
  const parsed = parseDeviceTopic(topic)
  const value = parseJson(payload)
  if (parsed === null || parsed.channel !== 'command' || !isCommand(value)) return null
  const { id, ts, expires, kind } = value
  return { key: parsed.device, topic, command: { id, ts, expires, kind, fields: { ...value } } }
}

/** Nagle's algorithm would hold the last packet of each step until the broker's delayed acknowledgement, 40 ms. */
function withoutDelay({ stream }: MqttClient): void {
  if (stream instanceof Socket) stream.setNoDelay(true)
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Rejects with the error of a promise that takes too long. */
export async function within<T>(promise: Promise<T>, limit_ms: number, code: string, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new UrbanError('neighbour', code, `${what} within ${limit_ms / 1000} s`)), limit_ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** One that is connected. Rejects with `broker_away` or `broker_refused` (neighbour); whoever opens it listens to its errors. */
export async function openClient(connect: Connect, more: IClientOptions = {}): Promise<MqttClient> {
  const options: IClientOptions = {
    clean: true,
    protocolVersion: 4,
    ...(connect.username === undefined ? {} : { username: connect.username }),
    ...(connect.password === undefined ? {} : { password: connect.password }),
    ...(connect.trusted === true ? { rejectUnauthorized: false } : {}),
    ...more,
  }
  try {
    const client = await mqtt.connectAsync(connect.url, options, false)
    withoutDelay(client)
    client.on('connect', () => withoutDelay(client))
    return client
  } catch (cause) {
    if (cause instanceof ErrorWithReasonCode)
      throw new UrbanError('neighbour', 'broker_refused', `${connect.url} refuses the login of ${connect.username ?? 'nobody'}`, { cause })
    throw new UrbanError('neighbour', 'broker_away', `no MQTT broker answers at ${connect.url}`, { cause })
  }
}

interface Options {
  readonly connect: Connect
  /** null: the world the engine was started for. */
  readonly world: string | null
  /** Name in clock messages. */
  readonly clockWorld: string
}

export function createConnection({ connect, world, clockWorld }: Options): Connection {
  const counters = { published: 0, commands: 0, unreadable: 0 }
  let uplinks: MqttClient[] = []
  let downlink: MqttClient | null = null
  let heard: InCommand[] = []
  const acks = new Map<string, () => void>()
  const getDownlink = (): MqttClient => {
    if (downlink === null) throw new UrbanError('ours', 'fleet_not_started', 'the fleet is not connected')
    return downlink
  }

  const receive = (topic: string, payload: Buffer): void => {
    if (topic === clockAckTopic(world)) {
      const value = parseJson(payload)
      if (isClock(value) && value.world === clockWorld) acks.get(value.end === true ? 'end' : String(value.step))?.()
      return
    }
    const command = readCommand(topic, payload)
    if (command === null) counters.unreadable++
    else heard.push(command)
  }

  const sendClock = async (name: string, payload: ClockPayload): Promise<void> => {
    const acknowledged = new Promise<void>((resolve) => acks.set(name, resolve))
    try {
      await getDownlink().publishAsync(clockTopic(world), JSON.stringify(payload), { qos: 1 })
      await within(acknowledged, CLOCK_ACK_MS_MAX, 'clock_silent', `the engine did not acknowledge step ${name}`)
    } finally {
      acks.delete(name)
    }
  }

  const publishOne = (client: MqttClient, { topic, text, retain }: OutMessage): Promise<void> =>
    new Promise((resolve, reject) => {
      client.publish(topic, text, { qos: 1, retain }, (error) => (error ? reject(error) : resolve()))
    })

  return {
    counters,
    clock: {
      tick: (step, now) => sendClock(String(step), { world: clockWorld, step, now }),
      end: (metrics) => sendClock('end', { world: clockWorld, end: true, metrics: { ...metrics } }),
    },
    async start() {
      const [down, ...up] = await Promise.all([openClient(connect), ...GROUPS.map(() => openClient(connect))])
      downlink = down
      uplinks = up
      // A connection that breaks is opened again by the mqtt package; without a listener its error would end the process.
      for (const client of [down, ...up]) client.on('error', () => {})
      down.on('message', receive)
      await down.subscribeAsync([`${worldRoot(world)}/+/+/+/command`, clockAckTopic(world)], { qos: 1 })
    },
    async publish(messages) {
      const sent = messages.map((message) => publishOne(uplinks[GROUPS.findIndex((group) => group.includes(message.domain))], message))
      await within(Promise.all(sent), ANSWER_MS_MAX, 'broker_silent', `the broker did not acknowledge ${messages.length} messages`)
      counters.published += messages.length
    },
    takeCommands() {
      const commands = heard.sort((a, b) => order(a.topic, b.topic) || order(a.command.id, b.command.id))
      heard = []
      counters.commands += commands.length
      return commands
    },
    async stop() {
      const open = [...uplinks, ...(downlink === null ? [] : [downlink])]
      uplinks = []
      downlink = null
      await Promise.all(open.map((client) => client.endAsync(true)))
    },
  }
}
