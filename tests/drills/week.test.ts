/** A simulated week, played live over real sockets, and the same week tried again: the same alarms, byte for byte. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeCity } from '../../config/city.ts'
import { canonical } from '../../engine/base/canonical.ts'
import { journalFiles, readLines } from '../../gateway/journal-file.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { getBuilt } from '../support/program.ts'

const WEEK_MS_MAX = 300_000
const START = '2026-06-15T00:00:00+08:00'
const END = '2026-06-22T00:00:00+08:00'
/** Ten minutes of simulated time to a step keep a week within a minute of a test machine. */
const STEP_S = 600

let directory: string
let data: string
let city: string

function program(...args: string[]): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [getBuilt(), ...args], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out: stdout + stderr })
    })
  })
}

/** What the live run wrote into its audit trail about rules. */
async function liveFacts(): Promise<string> {
  let text = ''
  for (const file of await journalFiles(join(data, 'journal')))
    for await (const line of readLines(file)) {
      const fact: unknown = line === null ? null : JSON.parse(line.body)
      if (typeof fact === 'object' && fact !== null && 'kind' in fact && (fact.kind === 'rule' || fact.kind === 'suppressed'))
        text += `${canonical(fact)}\n`
    }
  return text
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'week-'))
  data = join(directory, 'data')
  city = join(directory, 'city')
  await writeCity(smallCity(), city)
  const scenario = join(directory, 'week.yaml')
  const weather =
    'weather: {cells: [{from_min: 300, duration_min: 90, peak_mm_h: 120, radius_m: 5000, from: [0.5, 0.5], every_min: 1500}]}\n'
  const head = `name: {zh: 一周, en: A week}\nstart: ${START}\nduration_min: 10080\nstep_s: ${STEP_S}\n`
  await writeFile(scenario, head + weather)
  const { code, out } = await program('drill', 'run', scenario, '--city', city, '--data', data, '--keep-data', '--set', 'log_keep_h=10000')
  if (code !== 0) throw new Error(out)
}, WEEK_MS_MAX)
afterAll(() => rm(directory, { recursive: true, force: true }))

async function dryRun(...more: string[]): Promise<{ readonly facts: string; readonly out: string }> {
  const alarms = join(directory, 'alarms')
  const range = ['--from', START, '--to', END, '--alarms', alarms]
  const { code, out } = await program('rules', 'dry-run', '--city', city, '--data', data, ...range, ...more)
  if (code !== 0) throw new Error(out)
  return { facts: await readFile(alarms, 'utf8'), out }
}

describe('a dry run of the rules that were in force', () => {
  it(
    'over the log gives the alarms of the live week, byte for byte',
    async () => {
      const live = await liveFacts()
      expect(live.split('\n').length).toBeGreaterThan(20)
      expect((await dryRun()).facts).toBe(live)
    },
    WEEK_MS_MAX,
  )

  it(
    'over the history store gives them too',
    async () => {
      expect((await dryRun('--source', 'history', '--step', String(STEP_S))).facts).toBe(await liveFacts())
    },
    WEEK_MS_MAX,
  )

  it(
    'says how right they were against labels, and what work they would have asked for',
    async () => {
      const labels = join(directory, 'labels.csv')
      await writeFile(labels, `from,to,where,class\n${START},${END},,flood.waterlogging\n2026-06-01T00:00:00Z,2026-06-02T00:00:00Z,,\n`)
      const { out } = await dryRun('--labels', labels, '--json')
      const report: unknown = JSON.parse(out)
      expect(report).toMatchObject({ recall: 0.5, precision: expect.any(Number), crew_min: expect.any(Number) })
    },
    WEEK_MS_MAX,
  )

  it('other rules give other alarms', async () => {
    const rules = join(directory, 'rules')
    await mkdir(rules)
    await writeFile(join(rules, 'none.yaml'), 'rules: []\n')
    const { facts } = await dryRun('--rules', rules)
    expect(facts).toBe('')
  })
})
