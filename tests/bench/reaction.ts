/**
 * From a sensor's publish to the command it causes, over real sockets, through log, engine and broker, while 5,000 messages a second come
 * in. The program runs as it is started, this process plays the devices: one publish in twenty calls for a command.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt, { type MqttClient } from 'mqtt'
import { generateCity } from '../../config/cities/generate.ts'
import { deviceKey } from '../../engine/model/city.ts'
import { createAccess } from '../../gateway/access.ts'
import { startProgram } from './program.ts'
import type { Bench } from './report.ts'

const RATE_MSG_S = 5_000
const COMMANDS = 5_000
export const REPORTERS = 200
const PLAY_MS_MAX = 120_000
/** Every n-th message raises a rule or clears it again; either way a pump is commanded. */
const ONE_IN = 20
/** Commands before the figures count: code is compiled, connections are warm. */
const WARM_UP = 500
export const RULES = `metrics: [probe]
rules:
  - id: probe
    title: { en: Probe, zh: 探测 }
    scope: { domain: drain, kind: pump }
    when: probe > 0.5
    severity: watch
    actions:
      - { command: drain.setting, to: self, setting: 1, clear_setting: 0, expires: 10 min }
`

export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]

export interface Probe {
  readonly client: MqttClient
  readonly topic: string
  seq: number
  /** When the publish went out that waits for its command. */
  asked: number | null
  value: 0 | 1
}

export async function connect(url: string, key: string, password: string, latencies_ms: number[]): Promise<Probe> {
  const client = await mqtt.connectAsync(url, { username: key, password }, false)
  const probe: Probe = { client, topic: `city/v1/${key}/reading`, seq: 0, asked: null, value: 0 }
  client.on('message', (_topic, payload) => {
    const { id } = JSON.parse(payload.toString()) as { id: string }
    if (probe.asked !== null) latencies_ms.push(performance.now() - probe.asked)
    probe.asked = null
    client.publish(`city/v1/${key}/ack`, JSON.stringify({ ts: Date.now(), command: id, status: 'done' }), { qos: 1 })
  })
  await client.subscribeAsync(`city/v1/${key}/command`, { qos: 1 })
  return probe
}

function send(probe: Probe, value: number): void {
  const payload = JSON.stringify({ ts: Date.now(), seq: ++probe.seq, v: { probe: value } })
  probe.client.publish(probe.topic, payload, { qos: 1 })
}

/** Reporters only report; askers raise and clear their rule in turn, each answered before it asks again. */
export async function play(
  reporters: readonly Probe[],
  askers: readonly Probe[],
  latencies_ms: number[],
  late_ms: number[],
  { rate_msg_s = RATE_MSG_S, commands = WARM_UP + COMMANDS } = {},
): Promise<number> {
  const began = performance.now()
  let sent = 0
  let asker = 0
  while (latencies_ms.length < commands && performance.now() - began < PLAY_MS_MAX) {
    const due = (rate_msg_s * (performance.now() - began)) / 1000
    for (; sent < due; sent++) {
      const probe = sent % ONE_IN === 0 ? askers[asker++ % askers.length] : reporters[sent % REPORTERS]
      if (sent % ONE_IN === 0) {
        if (probe.asked !== null) continue
        probe.value = probe.value === 0 ? 1 : 0
        probe.asked = performance.now()
      }
      send(probe, probe.value)
    }
    const slept = performance.now()
    await new Promise((resolve) => setTimeout(resolve, 1))
    late_ms.push(performance.now() - slept - 1)
  }
  return sent / ((performance.now() - began) / 1000)
}

export const bench: Bench = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'bench-reaction-'))
  try {
    await mkdir(join(directory, 'rules'))
    await writeFile(join(directory, 'rules/probe.yaml'), RULES)
    const access = createAccess(join(directory, 'data'))
    const { devices } = generateCity(1)
    const keysOf = (kind: string): string[] =>
      devices.filter((device) => device.kind === kind).map(({ district, domain, id }) => deviceKey(district, domain, id))
    const sets = [`rules=${join(directory, 'rules')}`, 'client_msg_s_max=100000'].flatMap((set) => ['--set', set])
    const { mqtt: url, stop } = await startProgram(['--data', join(directory, 'data'), ...sets])
    const latencies_ms: number[] = []
    const late_ms: number[] = []
    const open = (keys: readonly string[]): Promise<Probe[]> =>
      Promise.all(keys.map((key) => connect(url, key, access.addDevice(key), latencies_ms)))
    const reporters = await open(keysOf('bin').slice(0, REPORTERS))
    const askers = await open(keysOf('pump'))
    const rate = await play(reporters, askers, latencies_ms, late_ms)
    await Promise.all([...reporters, ...askers].map(({ client }) => client.endAsync(true)))
    await stop()
    const sorted = latencies_ms.slice(WARM_UP).sort((a, b) => a - b)
    if (sorted.length === 0) throw new Error('no command came back')
    return [
      { name: 'messages coming in', value: rate, unit: 'msg/s', goal: '5,000' },
      { name: 'commands', value: sorted.length, unit: '', goal: '≥ 5,000' },
      { name: 'sensor to command, p50', value: quantile(sorted, 0.5), unit: 'ms' },
      { name: 'sensor to command, p99', value: quantile(sorted, 0.99), unit: 'ms', goal: '≤ 5' },
      {
        name: 'lateness of a 1 ms timer of the sender meanwhile, p99',
        value: quantile(
          late_ms.sort((a, b) => a - b),
          0.99,
        ),
        unit: 'ms',
      },
      { name: 'sensor to command, worst', value: quantile(sorted, 1), unit: 'ms' },
    ]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
