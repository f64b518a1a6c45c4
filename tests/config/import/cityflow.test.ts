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
    expect(junction.entering[0]).toMatchObject({
      id: 'E_in_0',
      road: 'E_in',
      length_m: 285,
      turns: ['left'],
      into: ['S_out_0', 'S_out_1', 'S_out_2'],
    })
    expect(junction.phases).toMatchObject([
      { index: 1, lanes: ['E_in_1', 'W_in_1'] },
      { index: 2, lanes: ['N_in_1', 'S_in_1'] },
      { index: 3, lanes: ['E_in_0', 'W_in_0'] },
      { index: 4, lanes: ['N_in_0', 'S_in_0'] },
      { index: 5, lanes: ['E_in_0', 'E_in_1'] },
    ])
  })

  test('movements, conflicts and who gives way follow from the road links', () => {
    const [{ movements, conflicts, entering }] = city.junctions
    expect(movements.find(({ id }) => id === 'E_in>W_out')).toEqual({
      id: 'E_in>W_out',
      from: 'E_in',
      to: 'W_out',
      turn: 'through',
      lanes: ['E_in_1'],
    })
    const between = (a: string, b: string) =>
      conflicts.find(({ first, second }) => [a, b].includes(first) && [a, b].includes(second))?.yields
    expect(between('E_in>W_out', 'N_in>S_out')).toBeNull()
    expect(between('E_in>W_out', 'W_in>N_out')).toBeNull()
    expect(between('E_in>W_out', 'W_in>E_out')).toBeUndefined()
    expect(between('E_in>S_out', 'W_in>N_out')).toBeUndefined()
    // A right turn that always runs gives way to whoever it merges with.
    expect(between('N_in>W_out', 'E_in>W_out')).toBe('N_in>W_out')
    expect(entering[0]).toMatchObject({ saturation_veh_h: 1440, detectors: [{ at_m: 0, length_m: 167 }] })
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

  test('a phase that opens road links without a lane is told', async () => {
    const emptied = (text: string): string => {
      const net = JSON.parse(text)
      for (const link of net.intersections[0].roadLinks) if (link.type === 'turn_left') link.laneLinks = []
      net.intersections[0].trafficLight.lightphases[3].availableRoadLinks = [0, 6]
      return JSON.stringify(net)
    }
    expect(await problemAfter(emptied)).toMatch(/X: phase 3 gives green to no movement: no lane serves its road links/)
  })

  test.each([
    ['"endRoad": "W_out"', '"endRoad": "gone"', /^net.json:\d+:\d+: X: gone is no road of this file/],
    ['"startLaneIndex": 2', '"startLaneIndex": 3', /X: a lane link leads from or to a lane that its road does not have/],
    ['"startIntersection": "E"', '"startIntersection": "Q"', /road E_in: Q is no intersection/],
    ['"virtual": false', '"virtual": "no"', /intersections\[0\].virtual is "no", expected true or false/],
    ['"availableRoadLinks": [', '"availableRoadLinks": [44,', /X: phase 0 names a road link that is not there/],
    [
      '"availableRoadLinks": [1, 2,',
      '"availableRoadLinks": [1, 4,',
      /^net.json:2\d\d:\d+: X: phase 1 opens E_in>W_out and N_in>S_out, which conflict$/,
    ],
    ['"id": "E"', '"id": "X"', /^net.json:\d+:\d+: two intersections are called X, expected each id once/],
    ['"id": "E_in"', '"id": "W_in"', /^net.json:\d+:\d+: two roads are called W_in, expected each id once/],
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
