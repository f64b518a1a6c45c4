/** `train flood` and `forecast flood`: files in, files out, and what is said of files that are wrong. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRandom } from '../../../engine/base/random.ts'
import type { KnownStorm } from '../../../engine/flood/forecast/storm.ts'
import { trainFlood } from '../../../engine/flood/forecast/train.ts'
import { readKnownStorms, readSites, readStorms } from '../../../gateway/cli/flood-files.ts'
import { readFloodModel, writeFloodModel } from '../../../gateway/flood-model.ts'
import { makeStorms, SITES } from '../../fixtures/storms.ts'
import { runProgram } from '../../support/running.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flood-'))
})
afterEach(() => rm(directory, { recursive: true }))

const at = (file: string): string => join(directory, file)

const timeOf = (event: number, t: number): string => new Date(Date.UTC(2024, 0, 1 + event, 0, 5 * (t + 1))).toISOString().slice(0, 19)

/** The storms as the four tables of a training directory. */
async function writeStorms(storms: readonly KnownStorm[], nowcast = true): Promise<void> {
  const rain = [`event,time,rain_mmh,tide${nowcast ? ',nc_0_15,nc_15_30,nc_30_60,nc_60_120' : ''}`]
  const levels = ['event,time,node,depth_m']
  const truth = ['event,time,node,depth_m']
  storms.forEach((storm, event) => {
    for (let t = 0; t < storm.steps; t++) {
      const cells = nowcast ? (storm.nowcast_mm ?? []).map((own) => own[t].toFixed(3)) : []
      rain.push([event, timeOf(event, t), (storm.rain_mm[t] * 12).toFixed(3), 'base_10', ...cells].join(','))
      SITES.forEach(({ node }, site) => {
        const level = storm.levels_m[site][t]
        levels.push([event, timeOf(event, t), node, Number.isNaN(level) ? '' : level.toFixed(3)].join(','))
        truth.push([event, timeOf(event, t), node, storm.truth_m[site][t].toFixed(4)].join(','))
      })
    }
  })
  const nodes = ['node,rim_m,threshold_m', ...SITES.map(({ node, rim_m, threshold_m }) => `${node},${rim_m},${threshold_m}`)]
  const tables = { rain, levels, truth, nodes }
  await Promise.all(Object.entries(tables).map(([name, lines]) => writeFile(at(`${name}.csv`), `${lines.join('\n')}\n`)))
}

/** Changes one line of a table. */
async function spoil(file: string, line: number, change: (text: string) => string): Promise<void> {
  const lines = (await readFile(at(file), 'utf8')).split('\n')
  lines[line - 1] = change(lines[line - 1])
  await writeFile(at(file), lines.join('\n'))
}

const files = (): string[] => ['--rain', at('rain.csv'), '--levels', at('levels.csv'), '--nodes', at('nodes.csv'), '--out', at('out.csv')]

describe('the whole way', () => {
  it('trains, forecasts, and forecasts the same when the future is cut off', async () => {
    await writeStorms(makeStorms(8, 40))
    const trained = await runProgram(['train', 'flood', '--data', directory, '--out', at('model.json')])
    expect(trained.code, trained.stderr).toBe(0)
    expect(trained.stdout).toMatch(/2 low points from 8 storms/)
    expect(trained.stdout).toMatch(/nowcast {2}60 min: NSE/)
    const whole = await runProgram(['forecast', 'flood', '--model', at('model.json'), ...files()])
    expect(whole, whole.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('by the model with nowcast') })
    const lines = (await readFile(at('out.csv'), 'utf8')).trimEnd().split('\n')
    expect(lines[0]).toBe('time,node,lead_min,depth_pred,p_exceed,low,high')
    expect(lines).toHaveLength(1 + 8 * 40 * 2 * 4)

    const last = timeOf(0, 20)
    for (const file of ['rain.csv', 'levels.csv']) {
      const [head, ...rows] = (await readFile(at(file), 'utf8')).trimEnd().split('\n')
      const known = rows.filter((row) => row.startsWith('0,') && row.split(',')[1] <= last)
      await writeFile(at(file), `${[head, ...known].join('\n')}\n`)
    }
    expect((await runProgram(['forecast', 'flood', '--model', at('model.json'), ...files()])).code).toBe(0)
    const cut = (await readFile(at('out.csv'), 'utf8')).trimEnd().split('\n')
    expect(cut).toEqual(lines.slice(0, cut.length))
    expect(cut).toHaveLength(1 + 21 * 2 * 4)
  }, 120_000)

  it('works without a model, from gauges only, and says what it is', async () => {
    await writeStorms(makeStorms(1, 30), false)
    const { code, stdout } = await runProgram(['forecast', 'flood', ...files(), '--leads', '5,90'])
    expect(code).toBe(0)
    expect(stdout).toContain('the physical forecast alone')
    expect((await readFile(at('out.csv'), 'utf8')).split('\n')[2]).toMatch(/,P1,90,/)
  })
})

describe('a model', () => {
  it('comes back from its file as it was, and one of another version does not', async () => {
    const model = trainFlood(makeStorms(8, 40), SITES, { random: createRandom(1), effort: 0.05 })
    await writeFloodModel(model, at('model.json'))
    expect(await readFloodModel(at('model.json'))).toEqual(model)
    await writeFile(at('model.json'), JSON.stringify({ ...model, version: 99 }))
    await expect(readFloodModel(at('model.json'))).rejects.toThrow(/version 99, expected 1: train it again/)
    await writeFile(at('model.json'), JSON.stringify({ ...model, gauges: { ...model.gauges, rain: 'none' } }))
    await expect(readFloodModel(at('model.json'))).rejects.toThrow(/gauges/)
    await writeFile(at('model.json'), '{"a":1}')
    await expect(readFloodModel(at('model.json'))).rejects.toThrow(/no flood forecast model/)
    await expect(readFloodModel(at('nothing.json'))).rejects.toThrow(/cannot be read/)
  })
})

describe('files that are wrong', () => {
  const read = async (): Promise<unknown> => readStorms(at('rain.csv'), at('levels.csv'), await readSites(at('nodes.csv')))

  it.each<[what: string, file: string, line: number, change: (text: string) => string, said: RegExp]>([
    ['a missing column', 'rain.csv', 1, (text) => text.replace('rain_mmh', 'rain'), /rain\.csv:1: no column rain_mmh; found event, time/],
    ['half a nowcast', 'rain.csv', 1, (text) => text.replace('nc_15_30', 'x'), /rain\.csv:1: a nowcast without nc_15_30/],
    ['a time out of order', 'rain.csv', 4, (text) => text.replace('00:15', '00:05'), /rain\.csv:4: time .* is not 5 minutes after/],
    ['no time', 'rain.csv', 3, (text) => text.replace('2024-01-01T00:10:00', 'noon'), /rain\.csv:3: time is noon, expected 2024/],
    ['an unknown node', 'levels.csv', 5, (text) => text.replace('P2', 'P9'), /levels\.csv:5: node P9 is not in the list of nodes/],
    ['a depth in millimetres', 'levels.csv', 6, () => `0,${timeOf(0, 2)},P1,800`, /levels\.csv:6: depth_m is 800, .* in m; are these/],
    [
      'a time without rain',
      'levels.csv',
      2,
      (text) => text.replace('2024', '2023'),
      /levels\.csv:2: time .* is not among the times of the rain/,
    ],
    ['the same time twice', 'levels.csv', 4, () => `0,${timeOf(0, 0)},P1,0.1`, /levels\.csv:4: time .* is not after the one before/],
    [
      'negative rain',
      'rain.csv',
      7,
      (text) => text.replace(/,[\d.]+,base/, ',-3,base'),
      /rain\.csv:7: rain_mmh is -3, expected a number from 0/,
    ],
    ['a tide that is no level', 'rain.csv', 7, (text) => text.replace('base_10', 'high'), /rain\.csv:7: tide is high/],
    ['a line with too few values', 'rain.csv', 3, (text) => text.slice(0, text.lastIndexOf(',')), /rain\.csv:3: 7 values, expected 8/],
    ['a node twice', 'nodes.csv', 3, (text) => text.replace('P2', 'P1'), /nodes\.csv:3: node P1 was there already in line 2/],
    ['a threshold in centimetres', 'nodes.csv', 2, (text) => text.replace(/[\d.]+$/, '95'), /nodes\.csv:2: threshold_m is 95/],
  ])('%s is told with file and line', async (_, file, line, change, said) => {
    await writeStorms(makeStorms(1, 30))
    await spoil(file, line, change)
    await expect(read()).rejects.toThrow(said)
  })

  it('rain by node is read for each, and its mean for all; rain of some only is told', async () => {
    await writeStorms(makeStorms(1, 30), false)
    const [, ...rows] = (await readFile(at('rain.csv'), 'utf8')).trimEnd().split('\n')
    const twice = (own: string, share: number): string[] =>
      rows.map((row) => {
        const [event, time, rate] = row.split(',')
        return [event, own, time, share * Number(rate)].join(',')
      })
    const write = (lines: readonly string[]): Promise<void> =>
      writeFile(at('rain.csv'), `${['event,node,time,rain_mmh', ...lines].join('\n')}\n`)
    await write([...twice('P1', 1), ...twice('P2', 0.5)])
    const [storm] = await readStorms(at('rain.csv'), at('levels.csv'), SITES)
    const [, , first] = storm.rain_mm.map((mm, t) => mm / (storm.local?.[0].rain_mm[t] || 1)).filter((share) => share > 0)
    expect(first).toBeCloseTo(0.75)
    expect(storm.local?.[1].rain_mm[12]).toBeCloseTo(0.5 * (storm.local?.[0].rain_mm[12] ?? 0))
    await write(twice('P1', 1))
    await expect(read()).rejects.toThrow(/rain\.csv:2: event 0 has no rain of node P2/)
    await write([...twice('P1', 1), ...twice('P9', 1)])
    await expect(read()).rejects.toThrow(/rain\.csv:32: node P9 is not in the list of nodes/)
    await write([...twice('P1', 1), ...twice('P2', 1).slice(0, -1)])
    await expect(read()).rejects.toThrow(/rain\.csv:32: node P2 of event 0 has other times than node P1/)
  })

  it('a good directory is read whole, gaps as gaps', async () => {
    await writeStorms(makeStorms(2, 30))
    const { sites, storms } = await readKnownStorms(directory)
    expect(sites).toEqual(SITES)
    expect(storms.map(({ steps }) => steps)).toEqual([30, 30])
    expect(storms[0].tide_m[0]).toBeCloseTo(0.3048)
    expect(storms[0].rain_mm[12]).toBeCloseTo(makeStorms(1, 30)[0].rain_mm[12], 3)
    const gaps = (levels: Float64Array): boolean[] => Array.from(levels, (level) => Number.isNaN(level))
    expect(gaps(storms[0].levels_m[0])).toEqual(gaps(makeStorms(1, 30)[0].levels_m[0]))
  })

  it('too few storms to learn from are refused', async () => {
    await writeStorms(makeStorms(3, 30))
    const { code, stderr } = await runProgram(['train', 'flood', '--data', directory, '--out', at('model.json')])
    expect(code).toBe(2)
    expect(stderr).toMatch(/3 storms, expected at least 8/)
  })

  it.each([
    [['train', 'flood'], '--data DIR is missing'],
    [['train', 'flood', '--data', 'x'], '--out FILE is missing'],
    [['forecast', 'flood'], '--rain FILE is missing'],
    [['forecast', 'flood', '--rain', 'r', '--levels', 'l', '--nodes', 'n', '--out', 'o', '--leads', '7'], 'multiples of 5'],
    [['train', 'flood', '--data', 'nowhere', '--out', 'o'], 'nodes.csv: cannot be read'],
  ])('%j', async (args, said) => {
    const { code, stderr } = await runProgram(args)
    expect(code).toBe(2)
    expect(stderr).toContain(said)
  })
})
