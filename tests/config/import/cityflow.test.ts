import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkCity } from '../../../config/city-check.ts'
import { importCityflow } from '../../../config/import/cityflow.ts'
import { formatProblem } from '../../../engine/base/errors.ts'
import { distance_m } from '../../../engine/base/geo.ts'

const FIXTURE = join(import.meta.dirname, '../../fixtures/cityflow/crossing.json')
const SHARED = join(import.meta.dirname, '../../../../shared/data/traffic')
const all = { district: 'd0', phases: null }

/** The first problem after a change of the file. */
async function problemAfter(change: (text: string) => string): Promise<string> {
  const file = join(mkdtempSync(join(tmpdir(), 'cityflow-')), 'net.json')
  writeFileSync(file, change(readFileSync(FIXTURE, 'utf8')))
  const { problems } = await importCityflow(file, all)
  return problems.map((problem) => formatProblem(problem).replace(file, 'net.json'))[0]
}

describe('import of a CityFlow network', async () => {
  const { city, problems, notes } = await importCityflow(FIXTURE, all)

  test('one junction of twelve lanes; virtual intersections are nodes only', () => {
    expect([problems, notes]).toEqual([[], []])
    expect(city.nodes.map(({ id }) => id)).toEqual(['X', 'E', 'N', 'W', 'S'])
    expect(city.junctions.map(({ id }) => id)).toEqual(['X'])
    expect(city.junctions[0].entering).toHaveLength(12)
    expect(checkCity(city)).toEqual([])
  })

  test('lanes keep their names, phases their indices, and right turns are in none', () => {
    const [junction] = city.junctions
    expect(junction.entering[0]).toEqual({
      id: 'E_in_0',
      road: 'E_in',
      length_m: 285,
      turns: ['left'],
      into: ['S_out_0', 'S_out_1', 'S_out_2'],
    })
    expect(junction.phases).toEqual([
      { index: 1, lanes: ['E_in_1', 'W_in_1'] },
      { index: 2, lanes: ['N_in_1', 'S_in_1'] },
      { index: 3, lanes: ['E_in_0', 'W_in_0'] },
      { index: 4, lanes: ['N_in_0', 'S_in_0'] },
      { index: 5, lanes: ['E_in_0', 'E_in_1'] },
    ])
  })

  test('metres stay metres on the globe', () => {
    const at = new Map(city.nodes.map((node) => [node.id, node.at]))
    expect(distance_m(at.get('W') ?? [0, 0], at.get('E') ?? [0, 0])).toBeCloseTo(600, 0)
  })

  test('only the chosen phases are there; a lane they leave without green is noted', async () => {
    const four = await importCityflow(FIXTURE, { district: 'd0', phases: [1, 2, 3, 4] })
    expect(four.city.junctions[0].phases.map(({ index }) => index)).toEqual([1, 2, 3, 4])
    expect(four.notes).toEqual([])
    const two = await importCityflow(FIXTURE, { district: 'd0', phases: [1, 2] })
    expect(two.notes.map(({ message }) => message)).toEqual(['X: no chosen phase gives green to E_in_0, N_in_0, W_in_0, S_in_0'])
  })

  test.each([
    ['"endRoad": "W_out"', '"endRoad": "gone"', /^net.json:\d+:\d+: X: gone is no road of this file/],
    ['"startLaneIndex": 2', '"startLaneIndex": 3', /X: a lane link leads from or to a lane that its road does not have/],
    ['"startIntersection": "E"', '"startIntersection": "Q"', /road E_in: Q is no intersection/],
    ['"virtual": false', '"virtual": "no"', /intersections\[0\].virtual is "no", expected true or false/],
    ['"availableRoadLinks": [', '"availableRoadLinks": [44,', /X: phase 0 names a road link that is not there/],
    ['"roads": [\n    {', '"streets": [\n    {', /roads/],
  ])('%s → %s is told', async (from, to, expected) => {
    expect(await problemAfter((text) => text.replace(from, to))).toMatch(expected)
  })
})

describe.skipIf(!existsSync(SHARED))('the benchmark networks (../shared/data/traffic)', () => {
  test.each([
    ['hangzhou_4x4/roadnet_4_4.json', 32, 80, 16],
    ['jinan_3x4/roadnet_3_4.json', 26, 62, 12],
  ])('%s', async (name, nodes, roads, junctions) => {
    const { city, problems, notes } = await importCityflow(join(SHARED, name), all)
    expect([problems, notes]).toEqual([[], []])
    expect([city.nodes.length, city.roads.length, city.junctions.length]).toEqual([nodes, roads, junctions])
    for (const junction of city.junctions) {
      expect(junction.phases.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
      for (const { lanes } of junction.phases) expect(lanes).toHaveLength(2)
    }
    expect(checkCity(city)).toEqual([])
  })
})
