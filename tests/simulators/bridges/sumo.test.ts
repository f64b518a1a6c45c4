/**
 * The bridge to SUMO is a Python program. Its cabinet is tested with Python alone; the whole drill where SUMO is installed
 * (`SUMO_PYTHON` names an interpreter with the bridge's requirements, else `python3`). What is missing is said and
 * skipped, or fails where real parts are required.
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeBeside, writeCity } from '../../../config/city.ts'
import { importSumo } from '../../../config/import/sumo.ts'
import { REAL_PARTS_REQUIRED } from '../../support/real-parts.ts'
import { startProgram } from '../../support/running.ts'
import { hasModules, runPython, runs } from './python.ts'

const PYTHON = process.env.SUMO_PYTHON ?? 'python3'
const BRIDGE = join(import.meta.dirname, '../../../simulators/bridges/sumo/drill.py')
const NET = join(import.meta.dirname, '../../fixtures/sumo/tee.net.xml')
const hasPython = runs(PYTHON, '-c', 'import sys; sys.exit(sys.version_info < (3, 10))')
const hasSumo = hasPython && hasModules(PYTHON, 'libsumo', 'sumolib', 'paho.mqtt.client')
const missing = (what: string, there: boolean): string => (there ? '' : ` (skipped: no ${what})`)

describe.skipIf(!hasPython && !REAL_PARTS_REQUIRED)(`the cabinet of the SUMO bridge${missing('Python 3.10', hasPython)}`, () => {
  it('keeps greens, yellows and conflicts', { timeout: 60_000 }, () => {
    const { status, stderr } = spawnSync(PYTHON, [join(import.meta.dirname, 'cabinet_test.py')], { encoding: 'utf8', timeout: 50_000 })
    expect(stderr).toContain('OK')
    expect(status).toBe(0)
  })
})

const DEMAND = `<routes><vType id="car"/>
<flow id="a" type="car" begin="0" end="120" period="7" from="E#in" to="S_out"/>
<flow id="b" type="car" begin="0" end="120" period="5" from="W_in" to="E_out"/>
<flow id="c" type="car" begin="0" end="120" period="9" from="S_far" to="W_out"/></routes>`

const drill = (config: string, city: string, broker: string) =>
  runPython(PYTHON, [BRIDGE, '--city', city, '--config', config, '--mqtt', broker, '--json'])

describe.skipIf(!hasSumo && !REAL_PARTS_REQUIRED)(`a drill on a SUMO model${missing('libsumo; set SUMO_PYTHON', hasSumo)}`, () => {
  it('serves everybody under the engine, and tells what is wrong', { timeout: 120_000 }, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sumo-drill-'))
    const [city, config] = [join(directory, 'city'), join(directory, 'model.sumocfg')]
    const imported = await importSumo(NET, { district: 'd0' })
    await writeCity(imported.city, city)
    await writeFile(join(directory, 'demand.rou.xml'), DEMAND)
    const input = `<input><net-file value="${NET}"/><route-files value="demand.rou.xml"/></input>`
    await writeFile(config, `<configuration>${input}<time><begin value="0"/><end value="120"/></time></configuration>`)
    const early = await drill(config, city, '127.0.0.1:1')
    expect([early.status, early.err]).toEqual([2, expect.stringContaining('sumo.json is missing')])
    await writeBeside(imported.files ?? new Map(), city)
    const program = await startProgram(['--clock', 'mqtt', '--city', city, '--data', join(directory, 'data')])
    try {
      const { status, out, err } = await drill(config, city, new URL(program.mqtt).host)
      expect([status, err]).toEqual([0, ''])
      const result = JSON.parse(out)
      expect(result).toMatchObject({ trips: 56, arrived: 56, unserved: 0, teleports: 0 })
      expect(result.delay_s).toBeLessThan(60)
    } finally {
      expect(await program.stop()).toBe(0)
      await rm(directory, { recursive: true })
    }
  })
})
