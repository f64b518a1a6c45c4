/** The command line as a person meets it: what it says and how it ends. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeCity } from '../../../config/city.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { runProgram, startProgram } from '../../support/running.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cli-'))
})
afterEach(() => rm(directory, { recursive: true }))

const data = (): string => join(directory, 'data')

/** One line on stderr, exit code 2. */
async function refused(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(args)
  expect(code, stderr).toBe(2)
  expect(stdout).toBe('')
  expect(
    stderr
      .trimEnd()
      .split('\n')
      .filter((line) => line.startsWith('urban-brain: ')),
  ).toHaveLength(1)
  expect(stderr).not.toContain('    at ')
  return stderr
}

describe('what is asked for', () => {
  it('is said when nothing is', async () => {
    const { code, stdout } = await runProgram([])
    expect(code).toBe(2)
    expect(stdout).toContain('drill run')
  })

  it.each(['help', '--help', '-h'])('%s shows the commands', async (word) => {
    expect(await runProgram([word])).toMatchObject({ code: 0, stdout: expect.stringContaining('audit verify') })
  })

  it.each([[['start', '--help']], [['help', 'start']]])('%j shows the options', async (args) => {
    expect(await runProgram(args)).toMatchObject({ code: 0, stdout: expect.stringContaining('--mqtt-port N') })
  })

  it('--version', async () => {
    expect((await runProgram(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it.each([
    [['strat'], 'did you mean start?'],
    [['start', '--prot', '1'], 'did you mean --port?'],
    [['drill'], 'drill run'],
    [['drill', 'rnu', 'storm'], 'did you mean drill run?'],
    [['drill', 'run'], 'needs <scenario>'],
    [['drill', 'run', 'nowhere'], 'no such scenario'],
    [['start', '--port'], 'needs a value'],
    [['start', '--set', 'prot=1'], 'did you mean port?'],
    [['start', '--port', 'x'], 'whole number'],
    [['import', 'osm', 'x.osm'], '--out DIR is missing'],
    [['import', 'osm', 'x.osm', '--out', 'd', '--nam', 'X'], 'did you mean --name?'],
    [['token', 'add', 'a', '--role', 'king'], 'viewer'],
    [['replay', '--data', '/nonexistent'], 'no data directory'],
  ])('%j is refused with a hint', async (args, hint) => {
    expect(await refused(...args)).toContain(hint)
  })
})

describe('start', () => {
  it('names the port that is in use and the flag that changes it', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      const city = join(directory, 'city')
      await writeCity(smallCity(), city)
      const http = await refused('start', '--data', data(), '--city', city, '--mqtt-port', '0', '--port', String(port))
      expect(http).toContain(`port ${port}`)
      expect(http).toContain('--port N')
      const mqtt = await refused('start', '--data', data(), '--city', city, '--port', '0', '--mqtt-port', String(port))
      expect(mqtt).toContain(`MQTT port ${port}`)
      expect(mqtt).toContain('--mqtt-port N')
    } finally {
      server.close()
    }
  })

  it('names every mistake of a settings file with its place', async () => {
    const file = join(directory, 'settings.json')
    await writeFile(file, '{\n  "port": "high",\n  "prot": 1\n}\n')
    const { code, stderr } = await runProgram(['start', '--settings', file])
    expect(code).toBe(2)
    expect(stderr).toContain(`${file}:2:`)
    expect(stderr).toContain(`${file}:3:`)
  })

  it('says that it may not write to its data directory', async () => {
    await writeFile(join(directory, 'file'), '')
    expect(await refused('start', '--data', join(directory, 'file/data'))).toContain('--data DIR')
  })

  it('says that there is no such city', async () => {
    expect(await refused('start', '--data', data(), '--city', join(directory, 'nowhere'))).toContain('no such city')
  })

  it('names the place of a mistake in the rules', async () => {
    await mkdir(join(directory, 'rules'))
    await writeFile(join(directory, 'rules/a.yaml'), 'rules:\n  - id: x\n    whne: 1\n')
    const city = join(directory, 'city')
    await writeCity(smallCity(), city)
    const { code, stderr } = await runProgram([
      'start',
      '--data',
      data(),
      '--city',
      city,
      '--port',
      '0',
      '--mqtt-port',
      '0',
      '--set',
      `rules=${join(directory, 'rules')}`,
    ])
    expect(code).toBe(2)
    expect(stderr).toMatch(/a\.yaml:\d+:\d+: /)
  })

  it('lets one process at a time use a data directory, and another city not at all', async () => {
    const city = join(directory, 'city')
    await writeCity(smallCity(), city)
    const program = await startProgram(['--data', data(), '--city', city])
    expect(await refused('start', '--data', data(), '--city', city, '--port', '0', '--mqtt-port', '0')).toContain('in use by process')
    expect(program.output()).not.toMatch(/WARN|ERROR/)
    expect(await program.stop()).toBe(0)
    expect(await refused('start', '--data', data(), '--port', '0', '--mqtt-port', '0', '--fleet', 'none')).toContain('was begun for')
  })

  it('takes new rules while it runs, and keeps the old ones when they are wrong', async () => {
    const city = join(directory, 'city')
    await writeCity(smallCity(), city)
    const rules = join(directory, 'rules')
    await mkdir(rules)
    const rule = (limit: string): string =>
      `rules:\n  - id: hot\n    title: { en: Hot, zh: 过热 }\n    scope: { domain: waste, kind: bin }\n    when: temperature_c > ${limit}\n    severity: watch\n    incident: { class: waste.fire, title: { en: Fire, zh: 火 }, deadline: 1 h }\n`
    await writeFile(join(rules, 'a.yaml'), rule('60'))
    const program = await startProgram(['--data', data(), '--city', city, '--set', `rules=${rules}`])
    try {
      const answer = async (): Promise<{ rules: { when: string }[]; problems: string[] }> =>
        (await fetch(`${program.http}/api/v1/rules`)).json()
      const until = async (holds: (is: Awaited<ReturnType<typeof answer>>) => boolean): Promise<void> => {
        const end = Date.now() + 10_000
        while (!holds(await answer())) {
          if (Date.now() > end) throw new Error(JSON.stringify(await answer()))
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      }
      await until((is) => is.rules[0]?.when === 'temperature_c > 60')
      await writeFile(join(rules, 'a.yaml'), rule('70'))
      await until((is) => is.rules[0]?.when === 'temperature_c > 70')
      await writeFile(join(rules, 'a.yaml'), rule('(80'))
      await until((is) => is.problems.some((problem) => /a\.yaml:\d+:\d+: /.test(problem)))
      expect((await answer()).rules[0].when).toBe('temperature_c > 70')
      expect(await (await fetch(`${program.http}/api/v1/health`)).json()).toMatchObject({ status: 'degraded' })
      await writeFile(join(rules, 'a.yaml'), rule('80'))
      await until((is) => is.rules[0]?.when === 'temperature_c > 80' && is.problems.length === 0)
    } finally {
      expect(await program.stop()).toBe(0)
    }
  })
})

describe('import', () => {
  const fixture = (name: string): string => join(import.meta.dirname, '../../fixtures', name)

  it.each([
    ['cityflow', 'cityflow/crossing.json'],
    ['osm', 'osm/crossing.osm'],
  ])('%s makes a city that starts', async (format, name) => {
    const city = join(directory, 'city')
    const made = await runProgram(['import', format, fixture(name), '--out', city, '--populate', '7'])
    expect(made.code, made.stderr).toBe(0)
    expect(made.stdout).toMatch(/[1-9]\d* roads, 1 junctions, [1-9]\d* grids, [1-9]\d* devices, [1-9]\d* crews/)
    const program = await startProgram(['--data', data(), '--city', city])
    expect(program.output()).not.toMatch(/WARN|ERROR/)
    const { features } = (await (await fetch(`${program.http}/api/v1/city`)).json()) as { features: unknown[] }
    expect(features.length).toBeGreaterThan(0)
    expect(await program.stop()).toBe(0)
  })

  it('geojson adds to a city that is there', async () => {
    const city = join(directory, 'city')
    await writeCity({ ...smallCity(), bounds: [120.1, 30.2, 120.3, 30.4] }, city)
    const added = await runProgram(['import', 'geojson', fixture('geojson/assets.geojson'), '--out', city])
    expect(added.code, added.stderr).toBe(0)
    const program = await startProgram(['--data', data(), '--city', city])
    expect((await fetch(`${program.http}/api/v1/devices/d0/flood/level-new`)).status).toBe(200)
    expect(await program.stop()).toBe(0)
  })

  it.each([
    ['cityflow', '{"intersections":[{"id":5}],"roads":[]}', /in:1:\d+: /],
    ['cityflow', '{"a":\n', /in:2:1: not JSON/],
    ['osm', '<osm><node id="1" lat="x"/></osm>', /in:1: node 1/],
    ['osm', '<osm>\n<node', /in:2: .*incomplete/],
    ['geojson', '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{}}]}', /in:1:\d+: features\[0\]/],
  ])('%s of %j is refused with its place', async (format, text, place) => {
    const city = join(directory, 'city')
    if (format === 'geojson') await writeCity(smallCity(), city)
    const file = join(directory, 'in')
    await writeFile(file, text)
    const { code, stderr } = await runProgram(['import', format, file, '--out', city])
    expect(code, stderr).toBe(2)
    expect(stderr).toMatch(place)
  })

  it.each(['/proc/city', '/dev/null'])('says that it cannot write to %s', async (out) => {
    expect(await refused('import', 'cityflow', fixture('cityflow/crossing.json'), '--out', out)).toContain('cannot be written')
  })
})

describe('credentials', () => {
  it('are told once and can be taken back', async () => {
    const added = await runProgram(['device', 'add', 'd0/waste/B1', '--data', data()])
    expect(added.stdout).toMatch(/^username d0\/waste\/B1\npassword \S{20,}\n$/)
    expect((await runProgram(['device', 'list', '--data', data()])).stdout).toContain('d0/waste/B1')
    expect(await refused('device', 'add', 'd0/magic/B1', '--data', data())).toContain('d0/magic/B1')
    expect((await runProgram(['device', 'remove', 'd0/waste/B1', '--data', data()])).code).toBe(0)
    expect(await refused('device', 'remove', 'd0/waste/B1', '--data', data())).toContain('no device')
    expect((await runProgram(['token', 'add', 'desk', '--role', 'operator', '--data', data()])).stdout).toMatch(/^token \S{20,}\n$/)
    expect((await runProgram(['token', 'list', '--data', data()])).stdout).toMatch(/operator\s+desk/)
  })
})
