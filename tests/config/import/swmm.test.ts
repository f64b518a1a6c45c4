import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadCity, writeCity } from '../../../config/city.ts'
import { checkCity } from '../../../config/city-check.ts'
import { importSwmm } from '../../../config/import/swmm.ts'
import { formatProblem } from '../../../engine/base/errors.ts'

const FIXTURE = join(import.meta.dirname, '../../fixtures/swmm/two-tanks.inp')
const fresh = (): string => mkdtempSync(join(tmpdir(), 'swmm-'))

/** The network after a change of its text. */
async function importAfter(from: string | RegExp, to: string) {
  const file = join(fresh(), 'net.inp')
  const before = readFileSync(FIXTURE, 'utf8')
  const after = before.replace(from, to)
  expect(after).not.toBe(before)
  writeFileSync(file, after)
  const imported = await importSwmm(file, { district: 'd0' })
  const plain = (list: typeof imported.problems) => list.map((problem) => formatProblem(problem).replace(file, 'net.inp'))
  return { ...imported, told: plain(imported.problems), noted: plain(imported.notes) }
}

async function importWith(objectives: unknown) {
  const file = join(fresh(), 'objectives.json')
  writeFileSync(file, typeof objectives === 'string' ? objectives : JSON.stringify(objectives))
  const imported = await importSwmm(FIXTURE, { district: 'd0', objectives: file })
  return { ...imported, told: imported.problems.map((problem) => formatProblem(problem).replace(file, 'objectives.json')) }
}

describe('import of a SWMM network', async () => {
  const { city, problems, notes } = await importSwmm(FIXTURE, { district: 'd0' })

  test('nodes and actuators are devices under their own ids', () => {
    expect(problems).toEqual([])
    expect(notes).toEqual([])
    expect(checkCity(city)).toEqual([])
    expect(city.devices.map(({ domain, id, kind }) => `${domain}/${id} ${kind}`)).toEqual([
      ...['JA', 'JB', 'JX', 'WELL', 'TA', 'TB', 'OUT'].map((id) => `flood/${id} level_gauge`),
      'drain/PW pump',
      'drain/GA gate',
      'drain/GB gate',
    ])
    expect(city.devices.find(({ id }) => id === 'TA')?.params).toEqual({ rim_m: 3 })
  })

  test('without objectives flooding counts everywhere and all may be set', () => {
    expect(city.drainage?.actuators).toEqual(['PW', 'GA', 'GB'])
    expect(city.drainage?.terms).toHaveLength(6)
  })

  test('the directory gives back the same network, byte for byte the second time', async () => {
    const out = fresh()
    await writeCity(city, out)
    const again = await loadCity(out)
    expect(again.problems).toEqual([])
    expect(again.city.drainage).toEqual(city.drainage)
    const text = readFileSync(join(out, 'drainage.json'), 'utf8')
    await writeCity(again.city, out)
    expect(readFileSync(join(out, 'drainage.json'), 'utf8')).toBe(text)
  })

  test('a member that nobody knows is an error with its place', async () => {
    const out = fresh()
    await writeCity(city, out)
    const file = join(out, 'drainage.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"actuators":[', '"actuator":[],"actuators":['))
    const { problems: told } = await loadCity(out)
    expect(told.map(({ message }) => message).join()).toMatch(/actuator/)
  })

  test('feet, acres and inches become metres', async () => {
    const { city: us, told } = await importAfter('FLOW_UNITS    CMS', 'FLOW_UNITS    CFS')
    expect(told).toEqual([])
    const node = us.drainage?.nodes.find(({ id }) => id === 'TA')
    expect(node?.depth_m).toBeCloseTo(0.9144, 6)
    expect(node?.areas[0].area_m2).toBeCloseTo(92.903, 3)
    expect(us.drainage?.catchments[0].area_m2).toBeCloseTo(80_937.13, 1)
    expect(us.drainage?.catchments[0].depression_m.pervious).toBeCloseTo(0.0762, 6)
    const pump = us.drainage?.links.find(({ id }) => id === 'PW')
    expect(pump?.kind === 'pump' && pump.curve[1]).toEqual({ x: 0.3048, flow_m3_s: expect.closeTo(0.0028317, 6) })
  })
})

describe('what is wrong in a SWMM file is said with its line and what was expected', () => {
  const cases: readonly (readonly [name: string, from: string | RegExp, to: string, told: RegExp])[] = [
    ['unknown flow unit', 'CMS', 'CMH', /^net.inp:5: FLOW_UNITS is CMH, expected one of CFS, GPM, MGD, CMS, LPS, MLD$/],
    ['unknown node', 'CA  JA  JX ', 'CA  JA  JY ', /^net.inp:\d+: CA: JY is no node of this file, expected one such as J/],
    [
      'missing storage curve',
      'TABULAR    BASIN',
      'TABULAR    BASINS',
      /^net.inp:\d+: TB: BASINS is no curve of this file, expected one such as BASIN$/,
    ],
    ['missing pump curve', 'JX  LIFT', 'JX  LIFTS', /PW: LIFTS is no curve of this file, expected one such as LIFT/],
    ['curve of the wrong type', 'JX  LIFT', 'JX  BASIN', /PW: curve BASIN is of type STORAGE, expected PUMP1 to PUMP5/],
    ['link from a node to itself', 'CB  JB  JX ', 'CB  JB  JB ', /CB: begins and ends at JB, expected two nodes/],
    [
      'millimetres',
      'CX  CIRCULAR     1.0',
      'CX  CIRCULAR     600',
      /CX: height is 600, expected metres: with FLOW_UNITS CMS sections are in metres, not in millimetres/,
    ],
    [
      'lengths in another unit',
      'CX  JX  OUT  100',
      'CX  JX  OUT  0.1',
      /CX: falls 2.0 m over 0.1 m, expected lengths and elevations in one unit, metres/,
    ],
    ['no section', /GB {2}RECT_CLOSED.*\n/, '', /GB: has no row in \[XSECTIONS\]/],
    ['no number', 'TA  10  3', 'TA  10  x', /TA: maximum depth is x, expected a number of at least 0/],
    ['depths in another unit', 'TA  10  3', 'TA  10  3000', /TA: maximum depth is 3000, expected metres; with CMS lengths are in metres/],
    ['a node twice', 'JB    9    2', 'JA    9    2', /JA is used twice, first in line/],
    ['no way out', /CX {2}JX.*\n/, '', /JA: no outfall can be reached from here/],
    ['no outfall', /OUT {3}6.*\n/, '', /OUT is no node of this file/],
    ['unknown section', '[CURVES]', '[CURVE]', /\[CURVE\] is no section of EPA SWMM 5/],
    ['a pump that stops above its start', 'ON  0.5  0.2', 'ON  0.2  0.5', /PW: shuts off at 0.5, above its startup depth 0.2/],
  ]
  test.each(cases)('%s', async (_, from, to, expected) => {
    const { told } = await importAfter(from, to)
    expect(
      told.find((message) => expected.test(message)),
      told.join('\n'),
    ).toBeDefined()
  })

  test('a circle is refused where the routing cannot go round, and noted where it can', async () => {
    const circle = 'CX  CIRCULAR     1.0 0 0 0 1\nCR  CIRCULAR 1'
    const both = (text: string) =>
      text.replace('CX  JX', 'CR  JX  JA  100 0.013 0 0\nCX  JX').replace('CX  CIRCULAR     1.0 0 0 0 1', circle)
    const file = join(fresh(), 'net.inp')
    const plain = both(readFileSync(FIXTURE, 'utf8'))
    writeFileSync(file, plain)
    const allowed = await importSwmm(file, { district: 'd0' })
    expect(allowed.problems).toEqual([])
    expect(allowed.notes.map(({ message }) => message)).toEqual([
      'JA → JX → JA go round in a circle: water takes the way of the lower head',
    ])
    writeFileSync(file, plain.replace('DYNWAVE', 'KINWAVE'))
    const refused = await importSwmm(file, { district: 'd0' })
    expect(refused.problems.map(({ message }) => message)).toEqual([
      'JA → JX → JA go round in a circle: expected a network without one for FLOW_ROUTING KINWAVE',
    ])
  })

  test('baselines of inflows are sewage by another name; their storms and rules of control are noted', async () => {
    const { city: read, noted } = await importAfter(
      '[PATTERNS]',
      '[INFLOWS]\nTB  FLOW  ""  FLOW  1.0  1.0  0.003  day\nJA  FLOW  storm\nJB  COD  storm\n\n[CONTROLS]\nRULE 1\nIF NODE TA DEPTH > 2\nTHEN ORIFICE GA SETTING = 1\n\n[PATTERNS]',
    )
    expect(read.drainage?.base_flows.map(({ node, flow_m3_s, hourly }) => [node, flow_m3_s, hourly.length])).toEqual([
      ['TA', 0.002, 24],
      ['TB', 0.003, 24],
    ])
    expect(noted).toEqual([
      'net.inp:78: JA: the inflow of time series storm is not used, only its baseline',
      'net.inp:82: [CONTROLS] is not used: the plan takes their place, and what a pump house does by itself stays its own',
    ])
  })

  test('tide curves and dated levels of an outfall are kept for the plan', async () => {
    const daily = await importAfter(
      /OUT {3}6 {2}FREE {2}NO(.*)\[CURVES\]/s,
      'OUT   6  TIDAL SEA NO$1[CURVES]\nSEA TIDAL 0 6.5\nSEA 6 7.5\nSEA 12 6.5',
    )
    expect(daily.told).toEqual([])
    const sea = (of: typeof daily.city) => of.drainage?.nodes.find(({ id }) => id === 'OUT')
    const points = [6.5, 7.5, 6.5].map((level_m, i) => ({ hour: 6 * i, level_m }))
    expect(sea(daily.city)).toMatchObject({ tide: { by: 'hour', points } })
    const out = fresh()
    await writeCity(daily.city, out)
    const again = await loadCity(out)
    expect(again.problems).toEqual([])
    expect(again.city.drainage).toEqual(daily.city.drainage)

    const late = await importAfter(/OUT {3}6 {2}FREE {2}NO(.*)\[CURVES\]/s, 'OUT 6 TIDAL SEA NO$1[CURVES]\nSEA TIDAL 0 6.5\nSEA 30 7.5')
    expect(late.told.join()).toMatch(/OUT: time 2 of SEA does not follow, expected hours from 0 to 24 that rise/)

    const series = (rows: string) =>
      importAfter(/OUT {3}6 {2}FREE {2}NO(.*)\[TIMESERIES\]/s, `OUT   6  TIMESERIES SEA NO$1[TIMESERIES]\n${rows}`)
    const dated = await series('SEA 07/01/2026 22:30 6.5\nSEA 23.5 7\nSEA JUL-02-2026 0:30 7.5')
    expect(dated.told).toEqual([])
    const ts = (time: string) => Date.parse(`${time}Z`)
    expect(sea(dated.city)?.tide).toEqual({
      by: 'date',
      points: [
        { ts: ts('2026-07-01T22:30'), level_m: 6.5 },
        { ts: ts('2026-07-01T23:30'), level_m: 7 },
        { ts: ts('2026-07-02T00:30'), level_m: 7.5 },
      ],
    })
    // Hours alone count from the beginning of the simulation, and dates are by the clock of the town.
    const eastern = await importAfter(
      /FLOW_UNITS(.*)OUT {3}6 {2}FREE {2}NO(.*)\[TIMESERIES\](.*)\[COORDINATES\].*/s,
      'START_DATE 07/01/2026\nSTART_TIME 06:00\nFLOW_UNITS$1OUT 6 TIMESERIES SEA NO$2[TIMESERIES]\nSEA 0 6.5\nSEA 1:30 7$3[MAP]\nUNITS Degrees\n\n[COORDINATES]\nTA 120.1 30.1\n',
    )
    expect(eastern.told).toEqual([])
    expect(eastern.city.timezone).toBe('Asia/Shanghai')
    expect(sea(eastern.city)?.tide).toMatchObject({ points: [{ ts: ts('2026-06-30T22:00') }, { ts: ts('2026-06-30T23:30') }] })

    for (const rows of ['SEA 2:00 6.5\nSEA 1:00 7', 'SEA 07/01/2026 noon 6.5'])
      expect((await series(rows)).told.join()).toMatch(
        /OUT: time 2 of SEA does not follow, expected times that rise|OUT: time 1 of SEA does not follow/,
      )
  })

  test('a file that is none, or not there', async () => {
    const file = join(fresh(), 'net.inp')
    writeFileSync(file, '{"not": "swmm"}')
    const { problems } = await importSwmm(file, { district: 'd0' })
    expect(problems[0]).toMatchObject({ place: { line: 1 }, message: expect.stringContaining('expected a section in square brackets') })
    const missing = await importSwmm(join(fresh(), 'none.inp'), { district: 'd0' })
    expect(missing.problems[0].message).toBe('cannot be read: ENOENT')
  })
})

describe('objectives', () => {
  test('name actuators, gauges and what is to be small', async () => {
    const terms = [
      { on: 'flow_over', link: 'CX', limit_m3_s: 0.4, weight: 1 },
      { on: 'energy', link: 'PW', weight: 0.2, efficiency: 0.5 },
      { on: 'switches', link: 'GA', weight: 5 },
    ]
    const { city, told } = await importWith({ actuators: ['GA'], sensors: [{ node: 'TA' }], terms })
    expect(told).toEqual([])
    expect(city.devices.map(({ id }) => id)).toEqual(['TA', 'GA'])
    expect(city.drainage).toMatchObject({ actuators: ['GA'], terms })
  })

  test('an unknown name, member or value is an error with its place', async () => {
    expect((await importWith('{"actuators":["GC"]}')).told).toEqual([
      'objectives.json:1:15: GC is no pump, orifice, weir or outlet of the network, expected one such as GA',
    ])
    expect((await importWith('{"terms":[{"on":"energy","link":"GA","weight":1}]}')).told[0]).toMatch(/GA is no pump of the network/)
    expect((await importWith('{"terms":[{"on":"switches","link":"CX","weight":1}]}')).told[0]).toMatch(
      /CX is no pump, orifice, weir or outlet/,
    )
    expect((await importWith('{"terms":[{"on":"energy","link":"PW","weight":1,"efficiency":2}]}')).told.join()).toMatch(/efficiency/)
    expect((await importWith('{"goals":[]}')).told.join()).toMatch(/goals/)
    expect((await importWith('{"terms":[{"on":"flooding","node":"TX","weight":1}]}')).told[0]).toMatch(/TX is no node of the network/)
    expect((await importWith('{')).told[0]).toMatch(/^objectives.json:1:2: not JSON/)
  })
})
