import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkCity } from '../../../config/city-check.ts'
import { importGeojson } from '../../../config/import/geojson.ts'
import { formatProblem } from '../../../engine/base/errors.ts'
import { smallCity } from '../../fixtures/small-city.ts'

const FIXTURE = join(import.meta.dirname, '../../fixtures/geojson/assets.geojson')
/** The small city with room for the fixture's assets. */
const base = { ...smallCity(), bounds: [120.1, 30.2, 120.3, 30.4] as const }

async function problemsAfter(change: (text: string) => string): Promise<string[]> {
  const file = join(mkdtempSync(join(tmpdir(), 'geojson-')), 'a.geojson')
  writeFileSync(file, change(readFileSync(FIXTURE, 'utf8')))
  const { city, problems } = await importGeojson(file, base)
  if (problems.length > 0) expect(city).toBe(base)
  return problems.map((problem) => formatProblem(problem).replace(file, 'a.geojson'))
}

describe('import of GeoJSON', async () => {
  const { city, problems, notes } = await importGeojson(FIXTURE, base)

  test('adds to what is there, and the city stays sound', () => {
    expect(problems).toEqual([])
    expect(checkCity(city)).toEqual([])
    expect(city.devices.length).toBe(base.devices.length + 3)
    expect(city.roads).toBe(base.roads)
    expect(notes.map(({ message }) => message)).toEqual([
      '1 of kind grid',
      '1 of kind low_point',
      '1 of kind depot',
      '1 of kind level_gauge',
      '1 of kind pump',
      '1 of kind bin',
    ])
  })

  test('a grid with code, names and officer, also from a multipolygon of one part', () => {
    expect(city.grids.at(-1)).toMatchObject({
      code: '329901001001099',
      name: { zh: '东一网格', en: 'East Grid 1' },
      officer: { id: 'officer-329901001001099', name: { zh: '王和', en: '王和' } },
    })
  })

  test('a low point finds the gauge and the pump that name it', () => {
    expect(city.low_points.at(-1)).toMatchObject({
      id: 'lp-new',
      threshold_m: 0.15,
      gauges: ['d0/flood/level-new'],
      pumps: ['d0/drain/pump-new'],
    })
    expect(city.low_points.at(-1)?.storage_m2).toBeGreaterThan(1100)
  })

  test('what a device leaves out comes from its kind and its place', () => {
    expect(city.devices.at(-1)).toMatchObject({
      district: 'd0',
      domain: 'waste',
      id: 'bin-99',
      metrics: ['fill_pct', 'temperature_c'],
      interval_s: 900,
      params: { volume_l: 240 },
    })
  })

  test.each([
    ['"kind":"bin"', '"kind":"bim"', /^a.geojson:6:\d+: features\[4\] kind is "bim", expected one of .*; did you mean bin\?$/],
    ['"kind":"depot",', '', /^a.geojson:7:\d+: features\[5\] kind is missing/],
    ['"Point","coordinates":[120.152,30.272]', '"LineString","coordinates":[[1,2],[3,4]]', /a.geojson:6:\d+: features\[4\].geometry/],
    ['"interval_s":900', '"interval_s":"often"', /a.geojson:6:\d+: features\[4\].properties.interval_s is "often", expected a number/],
    ['329901001001099', '3299', /a.geojson:2:\d+: features\[0\] code is "3299", expected a text of 15 digits/],
    ['120.152,30.272', '20.152,30.272', /a.geojson:6:\d+: features\[4\] at: 20.152, 30.272 lies outside the bounds/],
    ['"place":"lp-new","params"', '"place":"lp-gone","params"', /a.geojson:5:\d+: features\[3\] place: lp-gone is no low point/],
    ['"bin-99"', '"level-new"', null],
    ['"FeatureCollection"', '"FeatureCollection"}', /a.geojson:1:\d+: not JSON/],
  ])('%s → %s', async (from, to, expected) => {
    const told = await problemsAfter((text) => text.replace(from, to))
    if (expected === null) expect(told).toEqual([])
    else expect(told.join('\n')).toMatch(expected)
  })

  test('the same file twice is refused, feature by feature', async () => {
    const { problems: told } = await importGeojson(FIXTURE, city)
    expect(told.filter(({ message }) => message.includes('is used twice')).length).toBe(6)
    expect(told.map(({ place }) => place.line).sort()).toEqual([2, 3, 4, 5, 6, 7])
  })
})
