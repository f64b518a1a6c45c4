/**
 * Our streets as an outside simulator before the real program, exactly as contract section 6 says and as anybody's bench would do it:
 * import the network, start the program as a child process with a fresh data directory, send over one plain MQTT connection (QoS 1) the
 * readings of all junctions and then the clock, wait for the acknowledgement, obey the commands. Beside it the same run inside this
 * process: the figures of both must be equal.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt, { type MqttClient } from 'mqtt'
import type { LaneCount, TrafficCount } from '../../engine/model/observation.ts'
import type { SignalSettings } from '../../engine/model/signals.ts'
import { createHour, type HourResult, type PhaseRequest } from '../../simulators/traffic/hour.ts'
import { startProgram } from './program.ts'
import type { Bench, Figure } from './report.ts'
import { drive, HOUR_S, loadHour, PHASES_8, PUBLIC_HOURS, type Scene, T0 } from './signals-drive.ts'

const STEPS = 600
const WORLD = 'bench'
const SIGNALS: SignalSettings = { controller: 'planner', decision_s: 1 }
/** The contract gives a step five seconds; later is never. */
const ANSWER_MS_MAX = 10_000

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]

async function importCity(roadnet: string, directory: string): Promise<void> {
  const program = join(import.meta.dirname, '../../gateway/cli/main.js')
  const child = spawn(process.execPath, [program, 'import', 'cityflow', roadnet, '--out', directory, '--phases', '1-8'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`the import ended with ${code}`)
}

/** As it goes over the wire (contract section 2). */
function readingOf({ ts, phase, target, clearing, age_s, in: entering, out }: TrafficCount): string {
  const lists = (lanes: Readonly<Record<string, LaneCount>>, approaching: boolean) =>
    Object.fromEntries(
      Object.entries(lanes).map(([id, lane]) => [
        id,
        approaching ? [lane.vehicles, lane.queued, lane.approaching] : [lane.vehicles, lane.queued],
      ]),
    )
  return JSON.stringify({ ts, phase, target, clearing, age_s, in: lists(entering, true), out: lists(out, false) })
}

interface Dialogue {
  /** Sends one second and resolves with the commands that came before its acknowledgement. */
  step(step: number, now: number, counts: readonly TrafficCount[]): Promise<readonly PhaseRequest[]>
  end(result: HourResult): Promise<void>
}

async function converse(client: MqttClient): Promise<Dialogue> {
  let commands: PhaseRequest[] = []
  let acknowledged: ((payload: string) => void) | null = null
  client.on('message', (topic, payload) => {
    const text = payload.toString()
    if (topic === 'city/v1/clock/ack') acknowledged?.(text)
    else {
      const { kind, phase, hold_s } = JSON.parse(text) as { kind: string; phase: number; hold_s: number }
      if (kind === 'signal.phase') commands.push({ junction: topic.split('/')[4], phase, hold_s })
    }
  })
  await client.subscribeAsync(['city/v1/+/signal/+/command', 'city/v1/clock/ack'], { qos: 1 })

  function tell(clock: object): Promise<string> {
    const answer = new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_MS_MAX} ms`)), ANSWER_MS_MAX)
      acknowledged = (text) => {
        clearTimeout(timer)
        resolve(text)
      }
    })
    client.publish('city/v1/clock', JSON.stringify({ world: WORLD, ...clock }), { qos: 1 })
    return answer
  }

  return {
    async step(step, now, counts) {
      commands = []
      for (const count of counts) client.publish(`city/v1/${count.device}/reading`, readingOf(count), { qos: 1 })
      const answer = JSON.parse(await tell({ step, now })) as { step: number }
      if (answer.step !== step) throw new Error(`step ${answer.step} was answered instead of ${step}`)
      return commands
    },
    async end({ att_paper_s, att_cityflow_s, finished }) {
      await tell({ end: true, metrics: { att_paper_s, att_cityflow_s, finished } })
    },
  }
}

/** The same seconds against the program; how long each took, from the first reading until everything was answered. */
async function driveOutside(scene: Scene, duration_s: number, directory: string): Promise<{ result: HourResult; step_ms: number[] }> {
  await importCity(PUBLIC_HOURS.Hangzhou.net, join(directory, 'city'))
  const { junctions } = await scene.city(PHASES_8)
  const sets = [`signals.controller=${SIGNALS.controller}`, `signals.decision_s=${SIGNALS.decision_s}`].flatMap((set) => ['--set', set])
  const program = await startProgram(['--city', join(directory, 'city'), '--data', join(directory, 'data'), '--clock', 'mqtt', ...sets])
  try {
    const client = await mqtt.connectAsync(program.mqtt, { reconnectPeriod: 0 }, false)
    const dialogue = await converse(client)
    const hour = createHour({ network: scene.network, junctions, trips: scene.trips, start: T0, forever: true })
    const step_ms: number[] = []
    for (let s = 0; s < duration_s; s++) {
      const { counts, now } = hour.sense()
      const begun = performance.now()
      const requests = await dialogue.step(s, now, counts)
      step_ms.push(performance.now() - begun)
      hour.drive(requests)
    }
    await dialogue.end(hour.result())
    await client.endAsync(true)
    return { result: hour.result(), step_ms }
  } finally {
    await program.stop()
  }
}

export const bench: Bench = async ({ hour }) => {
  const scene = await loadHour('Hangzhou')
  if (scene === null) return []
  const duration_s = hour ? HOUR_S : STEPS
  const directory = await mkdtemp(join(tmpdir(), 'bench-lockstep-'))
  try {
    const { result, step_ms } = await driveOutside(scene, duration_s, directory)
    const inside = drive({ scene, city: await scene.city(PHASES_8), signals: SIGNALS, duration_s, forever: true })
    const sorted = [...step_ms].sort((a, b) => a - b)
    const same = (name: string, pick: (result: HourResult) => number, unit: string): Figure => ({
      name: `${name}, over MQTT`,
      value: pick(result),
      unit,
      against: { name: 'in one process', value: pick(inside) },
    })
    return [
      { name: 'junctions', value: (await scene.city(PHASES_8)).junctions.length, unit: '' },
      { name: 'steps of 1 s', value: duration_s, unit: '' },
      { name: 'step answered, p50', value: quantile(sorted, 0.5), unit: 'ms' },
      { name: 'step answered, p99', value: quantile(sorted, 0.99), unit: 'ms', goal: '≤ 50' },
      { name: 'step answered, slowest', value: quantile(sorted, 1), unit: 'ms' },
      { name: 'load of the machine meanwhile, one minute', value: loadavg()[0], unit: '' },
      same('att_paper', ({ att_paper_s }) => att_paper_s, 's'),
      same('att_cityflow', ({ att_cityflow_s }) => att_cityflow_s, 's'),
      same('finished', ({ finished }) => finished, 'veh'),
      { name: 'requests refused, over MQTT', value: result.refused, unit: '' },
    ]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
