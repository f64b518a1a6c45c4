/** What a drill leaves behind: its report, its data, and the same decisions whatever store keeps its history. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeCity } from '../../config/city.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { startInfluxd } from '../support/influxd.ts'
import { available, INFLUXD } from '../support/real-parts.ts'
import { runProgram } from '../support/running.ts'

const SCENARIO = `name: { en: Test rain, zh: 测试降雨 }
start: 2026-06-18T09:00:00+08:00
duration_min: 30
step_s: 30
weather: { cells: [{ from_min: 1, duration_min: 25, peak_mm_h: 120, radius_m: 5000, from: [0.5, 0.5] }] }
`

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drill-'))
  await writeCity(smallCity(), join(directory, 'city'))
  await writeFile(join(directory, 'rain.yaml'), SCENARIO)
})
afterAll(() => rm(directory, { recursive: true }))

async function drill(seed: number, more: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const args = ['drill', 'run', join(directory, 'rain.yaml'), '--city', join(directory, 'city'), '--seed', String(seed), ...more]
  const { code, stdout, stderr } = await runProgram(args, env)
  expect(code, stderr).toBe(0)
  expect(stderr).toBe('')
  const last = stdout.trimEnd().split('\n').at(-1) ?? ''
  expect(last).toMatch(/^sha256 [0-9a-f]{64} facts [1-9]\d* commands [1-9]\d*$/)
  return last
}

describe('drill run', () => {
  it('writes a report, and `replay` finds the same in its data', async () => {
    const data = join(directory, 'data')
    const report = join(directory, 'report')
    const said = await drill(7, ['--data', data, '--report', report])
    expect(await readFile(join(report, 'report.md'), 'utf8')).toContain(said)
    expect(JSON.parse(await readFile(join(report, 'report.json'), 'utf8'))).toMatchObject({ hash: { digest: said.split(' ')[1] } })
    const { stdout, stderr } = await runProgram(['replay', '--data', data, '--city', join(directory, 'city')])
    expect(stdout, stderr).toContain(said)
  }, 60_000)

  it.runIf(available(INFLUXD))(
    'decides the same with InfluxDB as store',
    async () => {
      const embedded = await drill(7)
      const influxd = await startInfluxd()
      try {
        const env = { INFLUX_URL: influxd.url, INFLUX_TOKEN: influxd.token, INFLUX_ORG: influxd.org }
        expect(await drill(7, ['--store', 'influx', '--set', 'raw_days=36500'], env)).toBe(embedded)
      } finally {
        await influxd.stop()
      }
    },
    120_000,
  )
})
