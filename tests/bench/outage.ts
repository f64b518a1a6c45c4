/**
 * Devices behind a gateway are cut off for two hours and send 500,000 late values at once. In the program as it is started, over sockets: what the others wait for their
 * commands meanwhile, beside the same without the backlog, whether all of it is in the history, and the memory. In the engine on a virtual clock: the figures of the
 * two hours against those of the same time without the outage.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt, { type MqttClient } from 'mqtt'
import { generateCity } from '../../config/cities/generate.ts'
import { deviceKey } from '../../engine/model/city.ts'
import { createAccess } from '../../gateway/access.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { live, planCut } from '../support/outage.ts'
import { type Program, startProgram } from './program.ts'
import { connect, type Probe, play, quantile, REPORTERS, RULES } from './reaction.ts'
import type { Bench, Figure } from './report.ts'

const VALUES = 500_000
const CUT_MS = 7_200_000
const CUT_DEVICES = 250
/** As a gateway packs what it has stored. */
const BATCH = 500
const LIVE_MSG_S = 1_000
const COMMANDS = 1_000
const STORED_MS_MAX = 180_000

async function resident_mb({ process: child }: Program): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
}

const everyOf = CUT_MS / (VALUES / CUT_DEVICES)

/** Every device sends its batches one after the other, as a queue does; all devices at once. */
async function resend(clients: readonly (readonly [string, MqttClient])[], end: number): Promise<void> {
  await Promise.all(
    clients.map(async ([key, client]) => {
      const count = VALUES / CUT_DEVICES
      for (let first = 0; first < count; first += BATCH) {
        const batch = Array.from({ length: Math.min(BATCH, count - first) }, (_, n) => ({
          ts: Math.round(end - CUT_MS + (first + n) * everyOf),
          v: { fill_pct: 95 + ((first + n) % 40) / 10 },
        }))
        await client.publishAsync(`city/v1/${key}/reading`, JSON.stringify({ batch }), { qos: 1 })
      }
    }),
  )
}

async function storedOf(program: Program, key: string, end: number): Promise<number> {
  const answer = await fetch(`${program.http}/api/v1/devices/${key}/history?metric=fill_pct&from=${end - CUT_MS}&to=${end}`)
  const { points } = (await answer.json()) as { points?: readonly unknown[] }
  return points?.length ?? 0
}

async function sockets(): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-outage-'))
  try {
    await mkdir(join(directory, 'rules'))
    const overflow = `  - id: overflow
    title: { en: Overflow, zh: 满溢 }
    scope: { domain: waste, kind: bin }
    when: fill_pct > 90
    severity: warning
    incident: { class: waste.overflow, deadline: 60 min }
`
    await writeFile(join(directory, 'rules/probe.yaml'), RULES + overflow)
    const access = createAccess(join(directory, 'data'))
    const { devices } = generateCity(1)
    const keysOf = (kind: string): string[] =>
      devices.filter((device) => device.kind === kind).map(({ district, domain, id }) => deviceKey(district, domain, id))
    const sets = [`rules=${join(directory, 'rules')}`, 'client_msg_s_max=100000'].flatMap((set) => ['--set', set])
    const program = await startProgram(['--data', join(directory, 'data'), ...sets])
    const bins = keysOf('bin')
    const latencies_ms: number[] = []
    const late_ms: number[] = []
    const open = (keys: readonly string[]): Promise<Probe[]> =>
      Promise.all(keys.map((key) => connect(program.mqtt, key, access.addDevice(key), latencies_ms)))
    const reporters = await open(bins.slice(0, REPORTERS))
    const askers = await open(keysOf('pump'))
    const cut = await Promise.all(
      bins
        .slice(REPORTERS, REPORTERS + CUT_DEVICES)
        .map(
          async (key) => [key, await mqtt.connectAsync(program.mqtt, { username: key, password: access.addDevice(key) }, false)] as const,
        ),
    )
    const measure = async (): Promise<readonly number[]> => {
      latencies_ms.length = 0
      await play(reporters, askers, latencies_ms, late_ms, { rate_msg_s: LIVE_MSG_S, commands: COMMANDS })
      return [...latencies_ms].sort((a, b) => a - b)
    }
    await measure()
    const calm = await measure()
    const before_mb = await resident_mb(program)
    const end = Date.now()
    const began = performance.now()
    let sent_s = Number.NaN
    const sending = resend(cut, end).then(() => {
      sent_s = (performance.now() - began) / 1000
    })
    const during = await measure()
    await sending
    const peak_mb = await resident_mb(program)
    let stored = 0
    while (stored < VALUES && performance.now() - began < STORED_MS_MAX) {
      await new Promise((resolve) => setTimeout(resolve, 1000))
      stored = 0
      for (const [key] of cut) stored += await storedOf(program, key, end)
    }
    const stored_s = (performance.now() - began) / 1000
    const audit = await fetch(`${program.http}/api/v1/audit?kind=rule&limit=1000`)
    const { lines } = (await audit.json()) as { lines: readonly { fact: { rule?: string } }[] }
    const raised = lines.filter(({ fact }) => fact.rule === 'overflow').length
    await Promise.all(
      [...reporters.map(({ client }) => client), ...askers.map(({ client }) => client), ...cut.map(([, client]) => client)].map((client) =>
        client.endAsync(true),
      ),
    )
    await program.stop()
    return [
      { name: 'sensor to command without the backlog, p50', value: quantile(calm, 0.5), unit: 'ms' },
      { name: 'sensor to command without the backlog, p99', value: quantile(calm, 0.99), unit: 'ms' },
      { name: 'sensor to command while it comes, p50', value: quantile(during, 0.5), unit: 'ms' },
      { name: 'sensor to command while it comes, p99', value: quantile(during, 0.99), unit: 'ms' },
      { name: 'late values sent and acknowledged', value: VALUES / sent_s, unit: 'values/s' },
      { name: 'late values in the history', value: stored, unit: '', goal: String(VALUES) },
      { name: 'from the first late value until all are in the history', value: stored_s, unit: 's' },
      { name: 'rules raised or cleared by late values', value: raised, unit: '', goal: '0' },
      { name: 'memory before', value: before_mb, unit: 'MB' },
      { name: 'memory after', value: peak_mb, unit: 'MB' },
    ]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** 250 devices behind the gateway: 2,000 late values each. */
function engine(): Figure[] {
  const plan = planCut(smallCity(), 2 * CUT_DEVICES, 60)
  const whole = live(plan, null)
  const cut = live(plan, 5_000)
  const wrong = cut.figures.filter((value, i) => value !== whole.figures[i]).length
  const told = cut.told.filter(({ kind }) => kind !== 'presence' && kind !== 'dropped').length
  const minutes = whole.figures.filter((value, i) => value !== cut.known_then[i]).length
  return [
    { name: 'engine: late values', value: cut.late, unit: '' },
    { name: 'engine: minutes whose figure the outage had made wrong', value: minutes, unit: '' },
    { name: 'engine: of these still wrong once they were in', value: wrong, unit: '', goal: '0' },
    { name: 'engine: facts told by late values', value: told, unit: '', goal: '0' },
    { name: 'engine: longest step with 5,000 late values in it', value: cut.step_ms_max, unit: 'ms' },
  ]
}

export const bench: Bench = async () => [...engine(), ...(await sockets())]
