import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { loadCity, writeCity } from '../../../config/city.ts'
import { checkCity } from '../../../config/city-check.ts'
import { importSumo } from '../../../config/import/sumo.ts'
import { formatProblem } from '../../../engine/base/errors.ts'
import { distance_m } from '../../../engine/base/geo.ts'
import { createContext } from '../../../engine/model/context.ts'
import { checkSignal } from '../../../engine/traffic/signal-plan.ts'

const FIXTURE = join(import.meta.dirname, '../../fixtures/sumo/tee.net.xml')
const COLOGNE = join(import.meta.dirname, '../../../../shared/data/traffic/cologne8/cologne8.net.xml')
const district = { district: 'd0' }
const fresh = (): string => mkdtempSync(join(tmpdir(), 'sumo-'))

/** The network after a change of its text. */
async function importAfter(change: (text: string) => string) {
  const file = join(fresh(), 'net.xml')
  const before = readFileSync(FIXTURE, 'utf8')
  const after = change(before)
  expect(after).not.toBe(before)
  writeFileSync(file, after)
  const imported = await importSumo(file, district)
  return { ...imported, told: imported.problems.map((problem) => formatProblem(problem).replace(file, 'net.xml')) }
}

describe('import of a SUMO network', async () => {
  const { city, problems, notes, files } = await importSumo(FIXTURE, district)
  const [junction] = city.junctions

  test('edges for cars are roads, nodes lie where the projection says', () => {
    expect(problems).toEqual([])
    expect(city.roads.map(({ id }) => id)).toEqual(['E_in', 'E_out', 'S_in', 'S_far', 'S_out', 'W_in', 'W_out'])
    const at = new Map(city.nodes.map((node) => [node.id, node.at]))
    const middle = at.get('X') ?? [0, 0]
    // 200 m east of the central meridian of zone 32, at a northing of 5,500,200 m.
    expect(middle[0]).toBeCloseTo(9.00277, 4)
    expect(middle[1]).toBeCloseTo(49.65434, 4)
    expect(distance_m(middle, at.get('T') ?? [0, 0])).toBeCloseTo(200, 0)
    expect(checkCity(city)).toEqual([])
  })

  test('lanes keep their names as far as may be, and say what they serve', () => {
    expect(notes.map(({ message }) => message)).toEqual(['1 ids of edges hold what ids here may not: E#in is called E_in'])
    expect(junction.entering).toMatchObject([
      { id: 'E_in_0', turns: ['through'], into: ['W_out_0'], saturation_veh_h: 1600 },
      { id: 'E_in_1', turns: ['left'], saturation_veh_h: 1524 },
      // The short edge before the signal goes on upstream.
      { id: 'S_in_0', turns: ['right', 'left'], length_m: 190 },
      { id: 'W_in_0', turns: ['right', 'through'] },
    ])
    expect(JSON.parse(files?.get('sumo.json') ?? '')).toMatchObject({
      junctions: { X: 'X' },
      lanes: { E_in_0: 'E#in_0', W_out_0: 'W_out_0' },
    })
  })

  test('phases are the greens of the program; what lies between is their clearance', () => {
    expect(junction.phases).toMatchObject([
      { index: 0, lanes: ['E_in_0', 'E_in_1', 'W_in_0'], green_s_min: 6, green_s_max: 50, walk_s: null },
      { index: 2, lanes: ['E_in_1'], movements: ['E_in>S_out', 'S_in>E_out'], green_s_min: 5, green_s_max: 20 },
      // 9.6 m on foot beside it; the seconds in which only people may finish count to the clearance.
      { index: 5, lanes: ['S_in_0'], walk_s: 13 },
    ])
    const network = createContext(city, 'test', 1).signal_network.get('X')
    expect(network?.intergreen_s).toEqual([
      [11, 3, 11],
      [11, 11, 4],
      [11, 11, 11],
    ])
    expect(network?.green_min_s).toEqual([6, 5, 13])
  })

  test('links that cross conflict; who has green without priority gives way', () => {
    expect(junction.conflicts).toContainEqual({ first: 'E_in>S_out', second: 'W_in>E_out', yields: 'E_in>S_out' })
    expect(junction.conflicts).toContainEqual({ first: 'S_in>W_out', second: 'W_in>E_out', yields: null })
    const network = createContext(city, 'test', 1).signal_network.get('X')
    // The left turn of phase 0 gives way; in phase 2 it is protected.
    expect(network?.yielding).toEqual([[{ lane: 1, exits: [0], of: 1, to: [{ lane: 3, exits: [0, 1], of: 2 }] }], [], []])
    expect(network === undefined ? null : checkSignal(network, { kind: 'signal.phase', phase: 2, hold_s: 9 })).toHaveProperty('lawful')
  })

  test('is the same after writing and reading, and gzipped', async () => {
    const directory = fresh()
    await writeCity(city, directory)
    expect(await loadCity(directory)).toEqual({ city, problems: [] })
    const zipped = join(directory, 'tee.net.xml.gz')
    writeFileSync(zipped, gzipSync(readFileSync(FIXTURE)))
    expect((await importSumo(zipped, district)).city.junctions).toEqual(city.junctions)
  })

  test('one signal over two nodes is one junction', async () => {
    const { city: joined, told } = await importAfter((text) =>
      text
        .replace('id="S" type="priority"', 'id="S" type="traffic_light"')
        .replace('fromLane="0" toLane="0" dir="s" state="M"/>', 'fromLane="0" toLane="0" tl="X" linkIndex="7" dir="s" state="O"/>')
        .replace(/state="([rRyYgG]{7})"/g, (_, state) => `state="${state}${state[3]}"`),
    )
    expect(told).toEqual([])
    expect(joined.junctions.map(({ id, node }) => [id, node])).toEqual([['X', 'X']])
    expect(joined.junctions[0].entering.map(({ id }) => id)).toContain('S_far_0')
    expect(joined.junctions[0].phases[2].lanes).toEqual(['S_far_0', 'S_in_0'])
  })

  test('a phase that opens part of a lane only is left out where others serve it, and kept where none does', async () => {
    const shared = (text: string): string => text.replace('from="E#in" to="S_out" fromLane="1"', 'from="E#in" to="S_out" fromLane="0"')
    const { city: one, notes: told } = await importAfter(shared)
    expect(one.junctions[0].phases.map(({ index }) => index)).toEqual([0, 5])
    expect(told.map(({ message }) => message)).toContain('X: phases 2 open part of a lane only and are left out')
    const { city: both } = await importAfter((text) => shared(text).replace('GgrrGGr', 'GrrrGGr'))
    expect(both.junctions[0].phases).toMatchObject([{ index: 0 }, { index: 2, lanes: ['E_in_0'] }, { index: 5 }])
  })

  test.each([
    ['fromLane="1"', 'fromLane="3"', /^net.xml:72: a connection names lane 3 of E#in, which has no such lane$/],
    ['to="W_out" fromLane', 'to="gone" fromLane', /^net.xml:71: a connection names gone, which is no edge of this file$/],
    ['from="E" to="X"', 'from="E" to="Q"', /^net.xml:16: edge E#in: Q is no junction of this file$/],
    ['<junction id="E"', '<junction id="T"', /^net.xml:\d+: two junctions are called T, expected each id once/m],
    ['<edge id="W_out"', '<edge id="W_in"', /^net.xml:\d+: two edges are called W_in, expected each id once/m],
    ['GgrrGGr', 'GGrrGGr', /^net.xml:44: phase 0 of X opens E#in_1 to S_out_0 and W_in_0 to S_out_0 with priority, which conflict$/m],
    ['rGGrrrr', 'rGGr', /^net.xml:46: phase 2 of X has 4 letters, expected one for each of 7 links$/],
    ['rGGrrrr', 'rrrrrrrG', /^net.xml:46: phase 2 of X gives green to no movement$/],
    ['rGGrrrr', 'rGGxrrr', /^net.xml:46: phase 2 of X has the state rGGxrrr, expected letters of/],
    [/state="[rgGy]*"( |\/)/g, 'state="rrrrrrr"$1', /^net.xml:43: signal X has no phase that gives green to a movement$/],
    [/<request index="1".*\n/, '\n', /^net.xml:\d+: junction X has no request for the link from E#in_1 to S_out_0/],
    [/<tlLogic[\s\S]*<\/tlLogic>/, '', /a connection is controlled by X, which has no tlLogic/],
    ['x="200.00" y="200.00"', 'x="here" y="200.00"', /^net.xml:\d+: <junction id="X"> has no x that is a number$/],
    ['length="30.00"', 'length="0"', /<lane id="S_in_0"> has no length that is a number from 0.001 on/],
    ['</net>', '', /the file ends inside an element/],
    [/<net[\s\S]*<\/net>/, '<osm/>', /^net.xml:1:1: expected a SUMO network with a <net> element/],
    [/speed="(13.89|8.33)"/g, 'allow="tram" speed="9"', /no roads found: expected edges with lanes for passenger cars/],
  ])('%s → %s is told', async (from, to, expected) => {
    const { told } = await importAfter((text) => text.replace(from, to))
    expect(told.join('\n')).toMatch(expected)
  })

  test('a file that is not there is told', async () => {
    const { problems: missing } = await importSumo(join(fresh(), 'gone.net.xml'), district)
    expect(missing.map(({ message }) => message)).toEqual(['cannot be read: ENOENT'])
  })
})

describe.skipIf(!existsSync(COLOGNE))('cologne8 (../shared/data/traffic; skipped where it is missing)', () => {
  test('has eight signals that follow its foes and phases', async () => {
    const { city, problems } = await importSumo(COLOGNE, district)
    expect(problems).toEqual([])
    expect(checkCity(city)).toEqual([])
    expect(city.junctions.map(({ phases }) => phases.length)).toEqual([2, 2, 2, 2, 2, 3, 1, 3])
    for (const junction of city.junctions) expect([junction.yellow_s, junction.all_red_s, junction.green_s_min]).toEqual([3, 0, 5])
    const [lon, lat] = city.junctions[0].at
    expect([Math.round(lon * 100) / 100, Math.round(lat * 100) / 100]).toEqual([6.96, 50.97])
    const network = createContext(city, 'test', 1).signal_network
    expect(network.get('256201389')?.downstream).toContain('280120513')
  })
})
