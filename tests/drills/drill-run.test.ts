import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeCity } from '../../config/city.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { getBuilt } from '../support/program.ts'

const DRILL_MS_MAX = 120_000

let directory: string
let city: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drills-'))
  city = join(directory, 'city')
  await writeCity(smallCity(), city)
})
afterAll(() => rm(directory, { recursive: true, force: true }))

interface Run {
  readonly code: number
  readonly out: string
  readonly hash: string
  readonly facts: number
  readonly commands: number
}

function run(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [getBuilt(), 'drill', 'run', ...args, '--speed', 'max', '--check'], (error, stdout, stderr) => {
      const [, hash = '', facts = '0', commands = '0'] = /^sha256 ([0-9a-f]{64}) facts (\d+) commands (\d+)$/m.exec(stdout) ?? []
      const code = typeof error?.code === 'number' ? error.code : 0
      resolve({ code, out: stdout + stderr, hash, facts: Number(facts), commands: Number(commands) })
    })
  })
}

/** Half an hour of cloudburst on the small city, with more lines. The file is always `drill.yaml`, because its name is the world's. */
async function scenarioFile(folder: string, more = ''): Promise<string> {
  await mkdir(join(directory, folder))
  const file = join(directory, folder, 'drill.yaml')
  const weather = 'weather: {cells: [{from_min: 1, duration_min: 25, peak_mm_h: 120, radius_m: 5000, from: [0.5, 0.5]}]}\n'
  const head = 'name: {zh: 测试, en: Test}\nstart: 2026-06-18T09:00:00+08:00\nduration_min: 30\nstep_s: 10\n'
  await writeFile(file, head + weather + more)
  return file
}

describe('drill run', () => {
  it(
    'gives the same facts and commands for the same seed, and others for another',
    async () => {
      const file = await scenarioFile('same')
      const [first, second, other] = await Promise.all(['7', '7', '8'].map((seed) => run(file, '--city', city, '--seed', seed)))
      expect(first).toMatchObject({ code: 0, hash: expect.stringMatching(/./) })
      expect(first.facts).toBeGreaterThan(100)
      expect(first.commands).toBeGreaterThan(100)
      expect(second.hash).toBe(first.hash)
      expect(other.hash).not.toBe(first.hash)
    },
    DRILL_MS_MAX,
  )

  it(
    'notices one reading that is a millimetre off',
    async () => {
      const off = 'faults: [{fault: bias, domain: flood, id: G1, amount: 0.001, from_min: 10, until_min: 11.5}]\n'
      const files = await Promise.all([scenarioFile('straight'), scenarioFile('off', off)])
      const [straight, moved] = await Promise.all(files.map((file) => run(file, '--city', city, '--seed', '7')))
      expect(straight.code).toBe(0)
      expect(moved.code).toBe(0)
      expect(moved.hash).not.toBe(straight.hash)
    },
    DRILL_MS_MAX,
  )

  it(
    'ends with 1 and says which expectation failed',
    async () => {
      const file = await scenarioFile('fails', 'expect: [commands == 0, tasks >= 0]\n')
      const { code, out } = await run(file, '--city', city, '--seed', '7')
      expect(code).toBe(1)
      expect(out).toMatch(/^FAIL {2}commands == 0 {2}\(\d+\)$/m)
      expect(out).toMatch(/^pass {2}tasks >= 0/m)
    },
    DRILL_MS_MAX,
  )

  it('ends with 2 and says where a scenario is wrong', async () => {
    const { code, out } = await run(await scenarioFile('wrong', 'wether: {}\n'), '--city', city)
    expect(code).toBe(2)
    expect(out).toMatch(/drill\.yaml:6:1: wether/)
  })
})

describe('the shipped drills', () => {
  it.each([
    ['storm', '7'],
    ['quiet', '3'],
    ['cloudburst', '7'],
    ['plum_rain', '7'],
    ['typhoon', '7'],
    ['power_cut', '7'],
  ])(
    '%s reaches the outcome that it expects',
    async (name, seed) => {
      const { code, out } = await run(name, '--seed', seed)
      expect(out).not.toMatch(/^FAIL/m)
      expect(code).toBe(0)
    },
    DRILL_MS_MAX,
  )
})
