/** Which model the forecasts of a city come from, and what is said of files that are none. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findFloodModel } from '../../gateway/flood-model.ts'
import { smallCity } from '../fixtures/small-city.ts'

const city = smallCity()
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flood-model-'))
})
afterEach(() => rm(directory, { recursive: true }))

const catchment = {
  surface_min: 12,
  store_min: 20,
  outlet_mm: 3,
  tide_outlet: 0,
  tide_mm: 0,
  loss_mm: 1,
  slow_min: 180,
  slow_share: 0,
}
const rating = { store_mm: [0, 10], depth_m: [0, 0.2] }
const forest = { base: 0, roots: '', feature: '', value: '', left: '' }
const score = { leads: [], episodes: 0, warned_30_min: null, false_run_share: 0 }
const lead = { lead_min: 15, depth: forest, chance: forest, scale: { offset: 0, slope: 1 }, bands: [] }
const modelOf = (node: string, version = 1) => ({
  format: 'urban-brain flood forecast',
  version,
  points: [{ node, rim_m: 0, threshold_m: 0.15, catchment, rating, neighbours: [] }],
  typical: { catchment, rating },
  nowcast: null,
  gauges: { rain: [], leads: [lead], score },
  trained: { storms: 0, steps: 0 },
})
async function write(value: unknown): Promise<string> {
  const file = join(directory, 'flood-model.json')
  await writeFile(file, typeof value === 'string' ? value : JSON.stringify(value))
  return file
}

describe('the flood model of a city', () => {
  it('is none where there is no file, that of the directory, or the one that is named', async () => {
    expect(await findFloodModel('', directory, city)).toBeNull()
    expect(await findFloodModel('', null, city)).toBeNull()
    const file = await write(modelOf('LP1'))
    expect(await findFloodModel('', directory, city)).toMatchObject({ points: [{ node: 'LP1' }] })
    expect(await findFloodModel(file, null, city)).toMatchObject({ points: [{ node: 'LP1' }] })
  })

  it.each([
    ['no JSON', '{', /flood-model\.json:1:/],
    ['another file', { low_points: [] }, /no flood forecast model/],
    ['another version', modelOf('LP1', 99), /version 99, expected 1: train it again/],
    ['another city', modelOf('elsewhere'), /of another city.*elsewhere/],
    [
      'damaged trees',
      { ...modelOf('LP1'), gauges: { rain: [], leads: [{ ...lead, depth: { ...forest, roots: 'AAA=' } }], score } },
      /damaged/,
    ],
  ])('%s is refused with the reason', async (_name, value, message) => {
    await write(value)
    await expect(findFloodModel('', directory, city)).rejects.toMatchObject({ family: 'input', message: expect.stringMatching(message) })
  })

  it('that is named and missing is refused', async () => {
    await expect(findFloodModel(join(directory, 'none.json'), null, city)).rejects.toThrow(/cannot be read/)
  })
})
