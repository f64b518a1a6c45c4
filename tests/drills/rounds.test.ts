/** A day's rounds of the bin lorries against the same day without them, on simulated bins and crews over real sockets. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeCity } from '../../config/city.ts'
import { pointAlong } from '../../engine/base/geo.ts'
import type { City, CityDevice } from '../../engine/model/city.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { getBuilt } from '../support/program.ts'

const DRILL_MS_MAX = 280_000
const BINS = 96
/** Nobody empties bins but who is sent; the day begins with bins at all levels. */
const SCENARIO = `name: {zh: 清运, en: Rounds}
start: 2026-03-12T05:50:00+08:00
duration_min: 420
step_s: 30
waste: {routine: false, fill_factor: 3}
traffic: {demand_factor: 0.1}
`

/** One lorry, bins along every street, one tip. */
function lorryCity(plan_rounds_at_h: readonly number[]): City {
  const city = smallCity()
  const [bin] = city.devices.filter(({ kind }) => kind === 'bin')
  const streets = city.roads.filter(({ id }, i, all) => all.findIndex((one) => one.id === id) === i)
  const bins = Array.from({ length: BINS }, (_, i): CityDevice => {
    const { line, length_m } = streets[i % streets.length]
    return { ...bin, id: `B${i + 1}`, at: pointAlong(line, length_m * (0.2 + 0.6 * ((i * 7) % 10)) * 0.1 + 40), grid: null }
  })
  return {
    ...city,
    devices: [...city.devices.filter(({ kind }) => kind !== 'bin'), ...bins],
    tips: [{ id: 'tip-1', name: { zh: '转运站', en: 'Tip' }, at: city.nodes[15].at, service_s: 300 }],
    plan_rounds_at_h,
  }
}

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rounds-'))
  await writeCity(lorryCity([6, 10]), join(directory, 'planned'))
  await writeCity(lorryCity([]), join(directory, 'reacting'))
  await writeFile(join(directory, 'drill.yaml'), SCENARIO)
})
afterAll(() => rm(directory, { recursive: true, force: true }))

function drive(city: string): Promise<{ readonly hash: string; readonly metrics: Map<string, number> }> {
  return new Promise((resolve, reject) => {
    const args = [
      getBuilt(),
      'drill',
      'run',
      join(directory, 'drill.yaml'),
      '--city',
      join(directory, city),
      '--seed',
      '7',
      '--speed',
      'max',
    ]
    execFile(process.execPath, args, (error, stdout, stderr) => {
      const [, hash = ''] = /^sha256 ([0-9a-f]{64})/m.exec(stdout) ?? []
      if (error !== null || hash === '') return reject(new Error(stdout + stderr))
      const metrics = [...stdout.matchAll(/^([a-z_.0-9]+) +(-?[\d.]+)$/gm)].map(([, name, value]) => [name, Number(value)] as const)
      resolve({ hash, metrics: new Map(metrics) })
    })
  })
}

describe('rounds of a simulated lorry', () => {
  it(
    'spare overflow that reacting to full bins does not, and come out the same every time',
    async () => {
      const planned = await drive('planned')
      const reacting = await drive('reacting')
      const of = (run: typeof planned, name: string): number => run.metrics.get(name) ?? 0
      expect(of(planned, 'rounds.planned')).toBeGreaterThan(0)
      expect(of(planned, 'rounds.done')).toBeGreaterThan(0)
      expect(of(planned, 'rounds.stop')).toBeGreaterThan(BINS / 4)
      expect(of(reacting, 'rounds.planned')).toBe(0)
      expect(of(planned, 'waste.overflow_hours')).toBeLessThan(0.6 * of(reacting, 'waste.overflow_hours'))
      expect((await drive('planned')).hash).toBe(planned.hash)
    },
    DRILL_MS_MAX,
  )
})
