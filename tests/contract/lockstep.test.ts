/** An outside simulator that owns time (contract section 6), written with the mqtt package and the contract alone. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { writeCity } from '../../config/city.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { type Running, runProgram, startProgram } from '../support/running.ts'

const city = smallCity()
const gauges = city.low_points.flatMap((point) => point.gauges)
const T0 = Date.UTC(2026, 6, 1)
const STEP_MS = 60_000

let directory: string
const programs: Running[] = []
let runs = 0

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lockstep-'))
  await writeCity(city, join(directory, 'city'))
})
afterEach(async () => {
  for (const program of programs.splice(0)) expect(await program.stop()).toBe(0)
})
afterAll(() => rm(directory, { recursive: true }))

const dataOf = (name: string): string => join(directory, name)

async function start(data: string, ...more: string[]): Promise<Running> {
  const program = await startProgram(['--clock', 'mqtt', '--city', join(directory, 'city'), '--data', dataOf(data), ...more])
  programs.push(program)
  return program
}

interface Simulator {
  /** All commands heard so far, topic and payload as they came. */
  readonly commands: string[]
  readonly acks: string[]
  send(topic: string, payload: object): Promise<void>
  /** Anything, also what is no JSON. */
  sendText(topic: string, payload: string): Promise<void>
  /** Publishes a clock message and waits for its acknowledgement. */
  clock(message: object, expected?: object): Promise<void>
  /** Resolves when nothing was acknowledged for a while. */
  quiet(message: object): Promise<void>
  close(): Promise<void>
}

async function simulator(program: Running): Promise<Simulator> {
  const client: MqttClient = await mqtt.connectAsync(program.mqtt, { reconnectPeriod: 0 }, false)
  await client.subscribeAsync(['city/v1/+/+/+/command', 'city/v1/clock/ack'], { qos: 1 })
  const commands: string[] = []
  const acks: string[] = []
  const waiting: (() => void)[] = []
  client.on('message', (topic, payload) => {
    if (topic.endsWith('/clock/ack')) {
      acks.push(payload.toString())
      for (const wake of waiting.splice(0)) wake()
    } else commands.push(`${topic} ${payload.toString()}`)
  })
  const sendText = async (topic: string, payload: string): Promise<void> => {
    await client.publishAsync(topic, payload, { qos: 1 })
  }
  const send = (topic: string, payload: object): Promise<void> => sendText(topic, JSON.stringify(payload))
  return {
    commands,
    acks,
    send,
    sendText,
    async clock(message, expected = message) {
      const heard = new Promise<void>((resolve) => waiting.push(resolve))
      await send('city/v1/clock', message)
      await heard
      expect(JSON.parse(acks.at(-1) ?? '')).toEqual(expected)
    },
    async quiet(message) {
      const before = acks.length
      await send('city/v1/clock', message)
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(acks.length).toBe(before)
    },
    close: () => client.endAsync(true),
  }
}

interface Play {
  readonly reversed?: boolean
  /** Metres added to one reading. */
  readonly moved_m?: number
  /** Each step is sent twice. */
  readonly twice?: boolean
}

const STEPS = 12

/** Water rises at every gauge. */
async function play(to: Simulator, world: string, { reversed = false, moved_m = 0, twice = false }: Play = {}): Promise<void> {
  for (let step = 0; step < STEPS; step++) {
    const now = T0 + step * STEP_MS
    const readings = gauges.map((gauge, i) => ({
      topic: `city/v1/${gauge}/reading`,
      payload: { ts: now - 1000 * i, seq: step, v: { level_m: 0.05 * step + (step === 3 && i === 0 ? moved_m : 0) } },
    }))
    for (let time = 0; time < (twice ? 2 : 1); time++) {
      const order = reversed || time === 1 ? [...readings].reverse() : readings
      for (const { topic, payload } of order) await to.send(topic, payload)
      await to.clock({ world, step, now }, { world, step })
    }
  }
}

/** A whole run in a process and data directory of its own. */
async function run(options: Play & { readonly seed?: number } = {}): Promise<{ commands: string[]; digest: string; data: string }> {
  const data = `run-${++runs}`
  const program = await start(data, '--seed', String(options.seed ?? 1))
  const to = await simulator(program)
  await play(to, 'drill-1', options)
  await to.clock({ world: 'drill-1', end: true, metrics: { score: 1 } }, { world: 'drill-1', end: true })
  const { drills } = (await (await fetch(`${program.http}/api/v1/drills`)).json()) as {
    drills: { id: string; digest: string; steps: number }[]
  }
  expect(drills).toHaveLength(1)
  expect(drills[0].steps).toBe(STEPS)
  const report = (await (await fetch(`${program.http}/api/v1/drills/${drills[0].id}`)).json()) as { metrics: object }
  expect(report.metrics).toEqual({ score: 1 })
  await to.close()
  expect(await programs.pop()?.stop()).toBe(0)
  return { commands: to.commands, digest: drills[0].digest, data }
}

describe('lockstep', () => {
  it('gives the same commands, byte for byte, however the messages of a step arrive, and `replay` finds the same', async () => {
    const first = await run()
    expect(first.commands.length).toBeGreaterThan(0)
    const second = await run({ reversed: true })
    expect(second.commands).toEqual(first.commands)
    expect(second.digest).toBe(first.digest)
    const { stdout, stderr } = await runProgram(['replay', '--data', dataOf(first.data), '--city', join(directory, 'city')])
    expect(stdout, stderr).toContain(`sha256 ${first.digest} facts `)
    expect((await run({ moved_m: 0.01 })).digest).not.toBe(first.digest)
  }, 90_000)

  it('answers a step that is sent again with the same commands and the same ack', async () => {
    const once = await run()
    const twice = await run({ twice: true })
    expect(twice.digest).toBe(once.digest)
    expect(twice.commands.length).toBe(2 * once.commands.length)
    expect([...new Set(twice.commands)]).toEqual(once.commands)
  }, 60_000)

  it('goes on after kill -9, and answers the step that was under way', async () => {
    const whole = await run()
    let program = await start('killed')
    let to = await simulator(program)
    const heard: string[] = []
    for (let step = 0; step < STEPS; step++) {
      const now = T0 + step * STEP_MS
      for (const [i, gauge] of gauges.entries()) {
        await to.send(`city/v1/${gauge}/reading`, { ts: now - 1000 * i, seq: step, v: { level_m: 0.05 * step } })
      }
      await to.clock({ world: 'drill-1', step, now }, { world: 'drill-1', step })
      if (step !== 6) continue
      await program.kill()
      await to.close()
      heard.push(...to.commands)
      programs.pop()
      program = await start('killed')
      to = await simulator(program)
      await to.clock({ world: 'drill-1', step, now }, { world: 'drill-1', step })
    }
    heard.push(...to.commands)
    expect([...new Set(heard)]).toEqual(whole.commands)
    await to.close()
  }, 60_000)

  it('ignores other worlds, lets a new run begin after the end, and starts it afresh', async () => {
    const program = await start('worlds')
    const to = await simulator(program)
    await play(to, 'drill-1')
    const first = [...to.commands]
    await to.quiet({ world: 'drill-2', step: STEPS, now: T0 + STEPS * STEP_MS })
    await to.quiet({ world: 'drill-1', step: 3, now: T0 })
    await to.clock({ world: 'drill-1', end: true }, { world: 'drill-1', end: true })
    await to.clock({ world: 'drill-1', end: true }, { world: 'drill-1', end: true })
    to.commands.length = 0
    await play(to, 'drill-1')
    expect(to.commands.map((line) => line.replace(/"id":"[^"]*"/g, ''))).toEqual(first.map((line) => line.replace(/"id":"[^"]*"/g, '')))
    await to.close()
  }, 60_000)

  it('puts what cannot be into the quarantine with a reason, and nobody else is harmed', async () => {
    const clean = await run()
    const program = await start('poisoned')
    const to = await simulator(program)
    const [victim] = gauges
    const reading = `city/v1/${victim}/reading`
    /** Topic, payload as text, and what the quarantine is to say of it; null: counted as another world's. */
    const poison = (now: number): (readonly [string, string, RegExp | null])[] => [
      [reading, `{"ts":0,"seq":900,"v":{"level_m":9}}`, /^ts 0 is too old as of /],
      [reading, `{"ts":${Date.UTC(2090, 0, 1)},"seq":901,"v":{"level_m":9}}`, /^ts 3786912000000 is in the future as of /],
      // A second beyond the limit, and one as good as on it: judged by the clock, not by the machine's day.
      [reading, `{"ts":${now + 121_000},"seq":902,"v":{"level_m":9}}`, /in the future/],
      [reading, `{"ts":${now},"seq":903,"v":{"level_m":NaN}}`, /NaN and Infinity are not JSON/],
      [reading, `{"ts":${now},"seq":904,"v":{"level_m":1e999}}`, /v\.level_m|v\/level_m/],
      [reading, `{"ts":"now","seq":905,"v":{"level_m":9}}`, /^ts: /],
      [reading, `{"ts":${now},"seq":906,"v":{"level_m":9}`, /not valid JSON/],
      ['city/v1/d0/magic/G1/reading', `{"ts":${now},"v":{"level_m":9}}`, /^topic: /],
      [`world/drill-2/v1/${victim}/reading`, `{"ts":${now},"seq":907,"v":{"level_m":9}}`, null],
    ]
    for (let step = 0; step < STEPS; step++) {
      const now = T0 + step * STEP_MS
      for (const [i, gauge] of gauges.entries()) {
        if (i === 1) for (const [topic, payload] of poison(now)) await to.sendText(topic, payload)
        await to.send(`city/v1/${gauge}/reading`, { ts: now - 1000 * i, seq: step, v: { level_m: 0.05 * step } })
      }
      await to.clock({ world: 'drill-1', step, now }, { world: 'drill-1', step })
    }
    expect(to.commands).toEqual(clean.commands)
    const { counters, samples } = (await (await fetch(`${program.http}/api/v1/quarantine?limit=1000`)).json()) as {
      counters: Record<string, number>
      samples: { topic: string; reason: string; sample: string }[]
    }
    for (const [topic, payload, expected] of poison(T0 + (STEPS - 1) * STEP_MS)) {
      const found = samples.filter((sample) => sample.topic === topic && sample.sample === payload)
      if (expected === null) expect(found).toEqual([])
      else expect(found.map(({ reason }) => reason)).toContainEqual(expect.stringMatching(expected))
    }
    expect(counters).toMatchObject({ time: 3 * STEPS, json: 2 * STEPS, schema: 2 * STEPS, topic: STEPS })
    const metrics = await (await fetch(`${program.http}/metrics`)).text()
    expect(metrics).toMatch(new RegExp(`other_worlds[^\n]* ${STEPS}\n`))
    await to.clock({ world: 'drill-1', end: true }, { world: 'drill-1', end: true })
    const { drills } = (await (await fetch(`${program.http}/api/v1/drills`)).json()) as { drills: { digest: string }[] }
    expect(drills.map(({ digest }) => digest)).toEqual([clean.digest])
    await to.close()
  }, 60_000)

  it('keeps to the world of --world', async () => {
    const program = await start('named', '--world', 'drill-9')
    const to = await simulator(program)
    await to.quiet({ world: 'drill-1', step: 0, now: T0 })
    await to.clock({ world: 'drill-9', step: 0, now: T0 }, { world: 'drill-9', step: 0 })
    await to.close()
  }, 60_000)
})
