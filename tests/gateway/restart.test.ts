/** The same steps live and again: over a real log on disk, with the program's own runner, journal and snapshots. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadRules, SHIPPED_RULES } from '../../config/rules.ts'
import type { Observation } from '../../engine/model/observation.ts'
import { createJournal } from '../../gateway/journal.ts'
import { verifyJournal } from '../../gateway/journal-read.ts'
import type { Logger } from '../../gateway/parts.ts'
import { restart } from '../../gateway/restart.ts'
import { createRunner } from '../../gateway/runner.ts'
import { createSaver } from '../../gateway/saver.ts'
import { createStepper, type Stepped } from '../../gateway/stepper.ts'
import { openLog } from '../../gateway/store/log.ts'
import { smallCity } from '../fixtures/small-city.ts'

const T0 = 1_767_225_600_000
const city = smallCity()
const gauge = city.low_points[0].gauges[0]
let directory: string
let warnings: string[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'restart-'))
  warnings = []
})
afterEach(() => rm(directory, { recursive: true }))

const logger: Logger = {
  info: () => {},
  warn: (_fields, message) => warnings.push(message),
  error: (_fields, message) => warnings.push(message),
}

async function open() {
  let now = T0
  const log = openLog({ directory: join(directory, 'log'), sync_ms: 5, strict: false, segment_bytes: 1 << 20, log: logger })
  const journal = createJournal({
    directory: join(directory, 'journal'),
    days: 400,
    now: Date.now,
    warn: (message) => warnings.push(message),
  })
  const limits = { reading_age_h_max: 168, reading_ahead_s_max: 120 }
  const stepper = createStepper({ city, world: 'live', seed: 1, lockstep: false, limits, hash: true })
  const stepped: Stepped[] = []
  const runner = createRunner({
    stepper,
    log,
    journal,
    now: () => now,
    observations_max: 100,
    onStepped: (one) => stepped.push(one),
    logger,
  })
  const saver = createSaver({
    file: join(directory, 'snapshot'),
    stepper,
    journal,
    log,
    stored: () => 0,
    now: () => now,
    snapshot_s: 3600,
    log_keep_h: 24,
    log_sync_ms: 5,
    logger,
  })
  await log.start()
  await journal.start()
  const back = await restart({ snapshot_file: join(directory, 'snapshot'), log, stepper, journal, observe: () => null, logger })
  for (const taken of back.pending) runner.take(taken)
  saver.begin(back.marks)
  await runner.start()
  return {
    stepper,
    stepped,
    back,
    saver,
    async at(seconds: number, ...observations: Observation[]) {
      now = T0 + seconds * 1000
      for (const observation of observations) await runner.observe(observation)
      await runner.settled()
    },
    /** As after `kill -9`: nothing is saved that was not. */
    async drop() {
      await runner.stop()
      await journal.stop()
      await log.stop()
    },
  }
}

const level = (seconds: number, level_m: number): Observation => ({
  kind: 'reading',
  device: gauge,
  ts: T0 + seconds * 1000,
  seq: seconds,
  values: { level_m },
  backfill: false,
})
const rules = async (): Promise<Observation> => ({ kind: 'rules', ts: T0, rules: (await loadRules(SHIPPED_RULES)).rules })

async function flood(program: Awaited<ReturnType<typeof open>>, from: number, until: number): Promise<void> {
  for (let s = from; s < until; s += 30) await program.at(s, level(s, s < 60 ? 0.02 : 0.6))
}

describe('going on after a stop', () => {
  it.each([true, false])('makes the same steps again from the log (snapshot on the way: %s)', async (withSnapshot) => {
    const first = await open()
    await first.at(0, await rules())
    await flood(first, 0, 240)
    if (withSnapshot) await first.saver.save()
    await flood(first, 240, 480)
    const commands = first.stepped.flatMap((one) => one.commands)
    expect(commands.length).toBeGreaterThan(0)
    await first.drop()

    const second = await open()
    if (withSnapshot) expect(second.back.steps).toBeLessThan(first.stepper.memory.n)
    else expect(second.back.steps).toBe(first.stepper.memory.n)
    expect(second.stepper.memory.hash).toEqual(first.stepper.memory.hash)
    expect(second.stepper.save().state).toEqual(first.stepper.save().state)
    expect(second.stepped.flatMap((one) => one.commands)).toEqual([])
    await flood(second, 480, 600)
    await second.drop()
    expect(warnings).toEqual([])
    expect(await verifyJournal(join(directory, 'journal'))).toMatchObject({ broken: null })
  })

  it('says that a snapshot cannot be read and steps the log from its beginning', async () => {
    const first = await open()
    await first.at(0, await rules())
    await flood(first, 0, 240)
    await first.saver.save()
    await first.drop()
    await writeFile(join(directory, 'snapshot'), 'rubbish')
    const second = await open()
    expect(warnings.some((warning) => warning.includes('snapshot cannot be used'))).toBe(true)
    expect(second.stepper.memory.hash).toEqual(first.stepper.memory.hash)
    await second.drop()
  })

  it('notices a reading that is different by one unit', async () => {
    const first = await open()
    await first.at(0, level(0, 0.2))
    const hash = first.stepper.memory.hash.digest
    await first.drop()
    await rm(directory, { recursive: true })
    const second = await open()
    await second.at(0, level(0, 0.21))
    expect(second.stepper.memory.hash.digest).not.toBe(hash)
    await second.drop()
  })
})
