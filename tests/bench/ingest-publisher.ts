/**
 * The publishing side of the ingest benchmark, a process of its own: many connections, each with a window of unacknowledged QoS 1
 * messages. Frames are built by hand and rewritten in place, so that the publisher stays cheaper than what it measures.
 *
 * Forked with one JSON argument (`Load`); answers with one message (`Loaded`) and ends.
 */
import { connect, type Socket } from 'node:net'

export interface Load {
  readonly host: string
  readonly port: number
  readonly connections: number
  /** Unacknowledged messages for each connection. */
  readonly window: number
  readonly warmup_s: number
  readonly measure_s: number
  /** One for all, or one a connection. */
  readonly passwords: readonly string[]
  /** Connect, say `idle` and stay, without publishing. */
  readonly idle: boolean
  /** Messages a second over all connections; 0 sends as fast as they are acknowledged. */
  readonly rate: number
}

export interface Loaded {
  readonly acknowledged: number
  readonly seconds: number
  /** From the send to its PUBACK, sampled. */
  readonly latency_ms: { readonly p50: number; readonly p99: number }
  /** Share of one core that the publisher used. */
  readonly cpu: number
}

export const deviceOf = (index: number): string => `d${index % 10}/flood/B${index}`

const field = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])

function frame(header: number, body: Buffer): Buffer {
  const length: number[] = []
  let rest = body.length
  do {
    length.push((rest & 127) | (rest > 127 ? 128 : 0))
    rest >>= 7
  } while (rest > 0)
  return Buffer.concat([Buffer.from([header, ...length]), body])
}

function connectFrame(client: string, username: string, password: string): Buffer {
  const head = Buffer.concat([field(Buffer.from('MQTT')), Buffer.from([4, 0xc2, 0, 0])])
  return frame(0x10, Buffer.concat([head, ...[client, username, password].map((text) => field(Buffer.from(text)))]))
}

/** 154 bytes of JSON; `ts` and `seq` have a fixed width and are rewritten for each message. */
function payload(): string {
  const text =
    '{"ts":1767225600000,"seq":1000000,"v":{"level_m":0.32,"flow_m3_s":1.25,"rain_mm_h":12.4,"battery_v":3.61,"temperature_c":21.5}'
  return `${text}${' '.repeat(153 - text.length)}}`
}

interface Sender {
  readonly socket: Socket
  readonly publish: Buffer
  readonly id_at: number
  readonly ts_at: number
  readonly seq_at: number
  sequence: number
  sent: number
  acked: number
  rest: number
  readonly sent_at: Float64Array
}

const SAMPLE_EVERY = 16

function digits(target: Buffer, at: number, width: number, value: number): void {
  let left = value
  for (let i = at + width - 1; i >= at; i--) {
    target[i] = 48 + (left % 10)
    left = Math.floor(left / 10)
  }
}

/** Writes `count` publishes with one system call. */
function send(sender: Sender, count: number): void {
  const { publish, id_at, ts_at, seq_at } = sender
  const out = Buffer.allocUnsafe(publish.length * count)
  const now = Date.now()
  for (let i = 0; i < count; i++) {
    sender.sequence++
    const id = (sender.sequence % 65535) + 1
    publish.writeUInt16BE(id, id_at)
    digits(publish, ts_at, 13, now)
    digits(publish, seq_at, 7, 1_000_000 + (sender.sequence % 9_000_000))
    publish.copy(out, i * publish.length)
    sender.sent_at[sender.sent % sender.sent_at.length] = performance.now()
    sender.sent++
  }
  sender.socket.write(out)
}

function openSender(load: Load, index: number, onAck: (sender: Sender, count: number) => void): Promise<Sender> {
  return new Promise((resolve, reject) => {
    const key = deviceOf(index)
    const topic = field(Buffer.from(`city/v1/${key}/reading`))
    const body = Buffer.from(payload())
    const publish = frame(0x32, Buffer.concat([topic, Buffer.from([0, 1]), body]))
    const body_at = publish.length - body.length
    const socket = connect({ host: load.host, port: load.port, noDelay: true })
    const sender: Sender = {
      socket,
      publish,
      id_at: body_at - 2,
      ts_at: body_at + body.indexOf('1767225600000'),
      seq_at: body_at + body.indexOf('1000000,'),
      sequence: 0,
      sent: 0,
      acked: 0,
      rest: 0,
      sent_at: new Float64Array(4096),
    }
    socket.on('connect', () => socket.write(connectFrame(`b${index}`, key, load.passwords[index % load.passwords.length])))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`connection ${index} was closed`)))
    socket.once('data', (connack) => {
      if (connack.length < 4 || connack[3] !== 0) {
        reject(new Error(`CONNACK ${connack.toString('hex')} for ${key}`))
        return
      }
      // Everything behind the CONNACK is PUBACK, four bytes each: nothing else is asked for.
      socket.on('data', (chunk) => {
        const bytes = sender.rest + chunk.length
        sender.rest = bytes % 4
        onAck(sender, (bytes - sender.rest) / 4)
      })
      resolve(sender)
    })
  })
}

async function openAll(load: Load, onAck: (sender: Sender, count: number) => void): Promise<Sender[]> {
  const senders: Sender[] = []
  for (let at = 0; at < load.connections; at += 100) {
    const few = Array.from({ length: Math.min(100, load.connections - at) }, (_, i) => openSender(load, at + i, onAck))
    senders.push(...(await Promise.all(few)))
  }
  return senders
}

const quantile = (sorted: readonly number[], q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0
const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000))

async function run(load: Load): Promise<Loaded> {
  let acknowledged = 0
  const latencies: number[] = []
  const senders = await openAll(load, (sender, count) => {
    acknowledged += count
    const last = sender.acked + count
    if (Math.floor(last / SAMPLE_EVERY) > Math.floor(sender.acked / SAMPLE_EVERY)) {
      latencies.push(performance.now() - sender.sent_at[(last - 1) % sender.sent_at.length])
    }
    sender.acked = last
    if (load.rate === 0) send(sender, count)
  })
  if (load.idle) {
    process.send?.('idle')
    await new Promise((resolve) => process.once('message', resolve))
    for (const { socket } of senders) socket.destroy()
    return { acknowledged: 0, seconds: 0, latency_ms: { p50: 0, p99: 0 }, cpu: 0 }
  }
  if (load.rate === 0) for (const sender of senders) send(sender, load.window)
  const pace = load.rate === 0 ? null : paced(senders, load)
  await sleep(load.warmup_s)
  const from = { acknowledged, at: performance.now(), cpu: process.cpuUsage() }
  latencies.length = 0
  await sleep(load.measure_s)
  const seconds = (performance.now() - from.at) / 1000
  const { user, system } = process.cpuUsage(from.cpu)
  const result = acknowledged - from.acknowledged
  if (pace !== null) clearInterval(pace)
  for (const { socket } of senders) socket.removeAllListeners('close').destroy()
  const sorted = latencies.sort((a, b) => a - b)
  return {
    acknowledged: result,
    seconds,
    latency_ms: { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) },
    cpu: (user + system) / 1e6 / seconds,
  }
}

/** Sends what is due every 5 ms, one message a sender in turn. */
function paced(senders: readonly Sender[], load: Load): NodeJS.Timeout {
  const begun = performance.now()
  let sent = 0
  return setInterval(() => {
    const due = Math.floor(((performance.now() - begun) / 1000) * load.rate)
    for (; sent < due; sent++) send(senders[sent % senders.length], 1)
  }, 5)
}

const [argument] = process.argv.slice(2)
if (process.send !== undefined && argument !== undefined) {
  process.send(await run(JSON.parse(argument) as Load))
  process.disconnect()
}
