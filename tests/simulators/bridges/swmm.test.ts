/**
 * The bridge to EPA SWMM is a Python program: a drill on a small network where pyswmm is installed (`SWMM_PYTHON` names an interpreter with
 * the bridge's requirements, else `python3`). What is missing is said and skipped, or fails where real parts are required.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeCity } from '../../../config/city.ts'
import { importSwmm } from '../../../config/import/swmm.ts'
import { REAL_PARTS_REQUIRED } from '../../support/real-parts.ts'
import { startProgram } from '../../support/running.ts'
import { hasModules, runPython } from './python.ts'

const PYTHON = process.env.SWMM_PYTHON ?? 'python3'
const BRIDGE = join(import.meta.dirname, '../../../simulators/bridges/swmm/drill.py')
const NETWORK = join(import.meta.dirname, '../../fixtures/swmm/two-tanks.inp')
const hasSwmm = hasModules(PYTHON, 'pyswmm', 'paho.mqtt.client')

/** Four hours with a storm that neither tank can hold alone, and what good is: nothing over the rims, no more than 0.25 m³/s through the outlet. */
const DAY = 'START_DATE 06/18/2026\nEND_DATE 06/18/2026\nEND_TIME 04:00\nROUTING_STEP 5\n'
const RAIN = 'storm 0:00 4\nstorm 0:30 20\nstorm 1:00 20\nstorm 1:30 0\n'
const GOALS = {
  terms: [
    ...['TA', 'TB', 'WELL'].map((node) => ({ on: 'flooding', node, weight: 1 })),
    { on: 'flow_over', link: 'CX', limit_m3_s: 0.25, weight: 1 },
  ],
}

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'swmm-drill-'))
})
afterAll(() => rm(directory, { recursive: true }))

const drill = (...args: string[]) => runPython(PYTHON, [BRIDGE, ...args, '--json'])

describe.skipIf(!hasSwmm && !REAL_PARTS_REQUIRED)(
  `a drill on a SWMM model${hasSwmm ? '' : ' (skipped: no pyswmm; set SWMM_PYTHON)'}`,
  () => {
    it('costs less with the engine than without, the same twice, and tells what is wrong', { timeout: 240_000 }, async () => {
      const [model, goals, city] = ['model.inp', 'goals.json', 'city'].map((name) => join(directory, name))
      await writeFile(
        model,
        (await readFile(NETWORK, 'utf8'))
          .replace('[OPTIONS]\n', `[OPTIONS]\n${DAY}`)
          .replace('INTENSITY 0:05', 'INTENSITY 0:30')
          .replace(/^storm .*$/gm, '')
          .replace('[TIMESERIES]\n', `[TIMESERIES]\n${RAIN}`),
      )
      await writeFile(goals, JSON.stringify(GOALS))
      const imported = await importSwmm(model, { district: 'd0', objectives: goals })
      expect(imported.problems).toEqual([])
      const early = await drill('--city', city, '--model', model)
      expect([early.status, early.err]).toEqual([2, expect.stringContaining('drainage.json is missing')])
      await writeCity(imported.city, city)
      const torn = join(directory, 'torn.inp')
      await writeFile(torn, (await readFile(model, 'utf8')).replace('GA  TA  JA', 'GA  TA'))
      const wrong = await drill('--city', city, '--model', torn, '--uncontrolled')
      expect([wrong.status, wrong.err]).toEqual([2, expect.stringMatching(/ERROR 209.*undefined object BOTTOM.*GA/)])
      const away = await drill('--city', city, '--model', model, '--mqtt', '127.0.0.1:1')
      expect([away.status, away.err]).toEqual([3, expect.stringContaining('no engine')])

      const open = JSON.parse((await drill('--city', city, '--model', model, '--uncontrolled')).out)
      const program = await startProgram(['--clock', 'mqtt', '--city', city, '--data', join(directory, 'data')])
      try {
        const run = async () => {
          const { status, out, err } = await drill(
            '--city',
            city,
            '--model',
            model,
            '--mqtt',
            new URL(program.mqtt).host,
            '--noise',
            '0.02',
            '--drop',
            '0.05',
          )
          expect([status, err]).toEqual([0, ''])
          const { answer_ms_p99: _, ...result } = JSON.parse(out)
          return result
        }
        const [first, again] = [await run(), await run()]
        expect(first).toEqual(again)
        expect(first.switches).toBeGreaterThan(0)
        expect(open.cost).toBeGreaterThan(0)
        expect(first.cost).toBeLessThan(0.5 * open.cost)
      } finally {
        expect(await program.stop()).toBe(0)
      }
    })
  },
)
