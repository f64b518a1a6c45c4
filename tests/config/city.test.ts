import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { generateCity } from '../../config/cities/generate.ts'
import { loadCity, loadCityByName, writeCity } from '../../config/city.ts'
import { formatProblem } from '../../engine/base/errors.ts'
import type { CameraTerms } from '../../engine/model/cameras.ts'
import type { City, Junction } from '../../engine/model/city.ts'
import { SATURATION_VEH_H } from '../../engine/model/junction-defaults.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { unsensedCity } from '../fixtures/unsensed-city.ts'

const small = smallCity()
const fresh = (): string => mkdtempSync(join(tmpdir(), 'city-'))

async function written(city: City): Promise<string> {
  const directory = fresh()
  await writeCity(city, directory)
  return directory
}

/** The problems of the small city after a change of one file, without the directory. */
async function problemsAfter(file: string, change: (text: string) => string): Promise<string[]> {
  const directory = await written(small)
  const path = join(directory, file)
  const before = readFileSync(path, 'utf8')
  const after = change(before)
  expect(after).not.toBe(before)
  writeFileSync(path, after)
  const { problems } = await loadCity(directory)
  return problems.map((problem) => formatProblem(problem).replace(`${directory}/`, ''))
}

describe('a city directory', () => {
  test.each([
    ['the small city', small],
    ['a generated city', generateCity(3)],
    ['a city of lorries, tips and bins without a sensor', { ...unsensedCity(), plan_rounds_at_h: [5.5, 13] }],
  ])('%s is the same after writing and reading', async (_, city) => {
    const { city: read, problems } = await loadCity(await written(city))
    expect(problems).toEqual([])
    expect(read).toEqual(city)
  })

  test('the same city gives the same bytes, also after reading it', async () => {
    const first = await written(generateCity(5))
    const second = await written((await loadCity(first)).city)
    for (const name of readdirSync(first))
      expect(readFileSync(join(second, name), 'utf8'), name).toBe(readFileSync(join(first, name), 'utf8'))
    expect(readdirSync(first)).toHaveLength(15)
  })

  test('cameras and assessments are the same after writing and reading, and what they name exists', async () => {
    const [camera] = small.devices.filter(({ domain }) => domain === 'camera')
    const ring: [number, number][] = [
      [0, 0],
      [0.5, 0],
      [0.5, 0.5],
    ]
    const terms: CameraTerms = {
      impact_assessment: 'DPIA-small',
      retention_days: 7,
      masks: [{ on: 'picture' as const, ring }],
      presets: [
        {
          id: 'a',
          at: camera.at,
          view: { bearing_deg: 90, width_deg: 60, range_m: 100 },
          places: ['LP1'],
          kinds: ['road.flooded'],
          masks: [],
        },
        { id: 'b', name: { zh: '乙', en: 'B' }, at: camera.at, view: { ring } },
      ],
      patrol: { home: 'a', move_s: 5, dwell_s: 20, revisit_min: 30 },
    }
    const withTerms = (camera_terms: CameraTerms) => ({
      ...small,
      devices: small.devices.map((one) => (one === camera ? { ...one, camera: camera_terms } : one)),
    })
    const whole = {
      ...withTerms(terms),
      assessments: [{ ...small.assessments[0], kinds: ['road.flooded'], hours: [{ from_h: 6, until_h: 22 }], cameras: ['d0/camera/C2'] }],
    }
    expect(await loadCity(await written(whole))).toEqual({ city: whole, problems: [] })
    const wrong = withTerms({
      ...terms,
      impact_assessment: 'DPIA-other',
      presets: [{ ...terms.presets[0], places: ['nowhere'] }, terms.presets[0]],
      patrol: { home: 'c', move_s: 5, dwell_s: 20, revisit_min: 30 },
    })
    const { problems } = await loadCity(await written({ ...wrong, assessments: [{ ...small.assessments[0], districts: ['d9'] }] }))
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('d9 is no district'),
      expect.stringContaining('DPIA-other is not in assessments.json'),
      expect.stringContaining('nowhere is no junction, low point, road or device'),
      expect.stringContaining('preset a is used twice'),
      expect.stringContaining('patrol.home: c is no preset'),
    ])
  })

  test('files other than city.json may be missing', async () => {
    const directory = await written({ ...small, land: [] })
    rmSync(join(directory, 'land.geojson'))
    expect(await loadCity(directory)).toEqual({ city: { ...small, land: [] }, problems: [] })
  })

  test('no directory, no city', async () => {
    const { problems } = await loadCityByName(join(fresh(), 'nowhere'), 1)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ code: 'city.missing' })
    expect(problems[0].message).toContain('no such city')
  })

  test('demo needs no files', async () => {
    const { city, problems } = await loadCityByName('demo', 2)
    expect(problems).toEqual([])
    expect(city).toEqual(generateCity(2))
  })

  test('a directory that cannot be written is bad input', async () => {
    const file = join(fresh(), 'file')
    writeFileSync(file, '')
    await expect(writeCity(small, join(file, 'city'))).rejects.toMatchObject({ family: 'input', code: 'city.unwritable' })
  })

  test('what GIS programs add stays harmless', async () => {
    const problems = await problemsAfter('depots.geojson', (text) =>
      text.replaceAll('"properties":{', '"bbox":[0,0,1,1],"properties":{"fid":7,'),
    )
    expect(problems).toEqual([])
  })
})

describe('problems of a city directory', () => {
  test('a wrong value is told with its line, what it is and what was expected', async () => {
    const [problem, ...others] = await problemsAfter('roads.geojson', (text) => text.replace(/"lanes":\d/, '"lanes":"many"'))
    expect(problem).toMatch(/^roads.geojson:2:\d+: features\[0\].properties.lanes is "many", expected a whole number from 1 to 20$/)
    // The road that could not be read is missed where it is needed.
    expect(others.every((other) => other.includes('is no road of this city'))).toBe(true)
  })

  test.each([
    ['roads.geojson', /"from":"\w+"/, '"from":"nowhere"', /roads.geojson:2:\d+: from: nowhere is no node/],
    ['devices.geojson', /"grid":"\d+"/, '"grid":"999"', /devices.geojson:2:\d+: grid: 999 is no grid/],
    ['devices.geojson', /"place":"[^"]+"/, '"place":"gone"', /devices.geojson:\d+:\d+: place: gone is no low point, junction or depot/],
    [
      'crews.json',
      /"speed_factor":0.8/,
      '$&,"lorry":{"capacity_l":1000}',
      /crews.json:2:\d+: lorry: belongs to a crew with the skill collect/,
    ],
    [
      'crews.json',
      /"speed_factor":0.7/,
      '$&,"lorry":{"capacity_l":"big"}',
      /crews.json:3:\d+: .*lorry.capacity_l is "big", expected a number/,
    ],
    ['devices.geojson', /"kind":"bin"/, '$&,"bin":{"sensr":"none"}', /devices.geojson:\d+:\d+: .*sensr/],
    [
      'devices.geojson',
      /"kind":"bin"/,
      '$&,"bin":{"sensor":"none"}',
      /devices.geojson:\d+:\d+: metrics: are named of a bin without a sensor/,
    ],
    [
      'devices.geojson',
      /"kind":"bin"/,
      '$&,"bin":{"windows":[{"from_h":6,"until_h":6}]}',
      /devices.geojson:\d+:\d+: bin: has a window of no length/,
    ],
    ['devices.geojson', /"kind":"camera"/, '$&,"bin":{}', /devices.geojson:\d+:\d+: bin: is of bins only, this is a camera/],
    ['devices.geojson', /"volume_l":\d+/, '"volume_l":0', /devices.geojson:\d+:\d+: params: volume_l is 0, expected litres above 0/],
    ['city.json', /"bounds"/, '"plan_rounds_at_h": [6, 6], $&', /city.json:\d+:\d+: plan_rounds_at_h: names one time twice/],
    ['city.json', /"bounds"/, '"plan_rounds_at_h": [25], $&', /city.json:\d+:\d+: plan_rounds_at_h\[0\] is 25, expected/],
    [
      'tips.geojson',
      /"features":\[\]/,
      '"features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[0,0]},"properties":{"id":"t","name_zh":"站","name_en":"Tip","service_min":5,"open":{"from_h":6,"until_h":6}}}]',
      /tips.geojson:\d+:\d+: at: 0, 0 lies outside the bounds/,
    ],
    ['crews.json', /"depot":"[^"]+"/, '"depot":"gone"', /crews.json:2:\d+: depot: gone is no depot/],
    ['arterials.json', /"junctions":\["\w+"/, '"junctions":["gone"', /arterials.json:2:\d+: junctions: gone is no junction/],
    ['arterials.json', /"junctions":\["(\w+)"/, '"junctions":["$1","$1"', /arterials.json:2:\d+: junctions: \w+ is named twice/],
    ['walk_hours.json', /"phase":\d+/, '"phase":9', /walk_hours.json:2:\d+: phase: J11 has no phase 9/],
    ['walk_hours.json', /"walk_s":\d+/, '"walk_s":"long"', /walk_hours.json:2:\d+: .*walk_s is "long"/],
    ['junctions.json', /("index":0,"lanes":)\["/, '$1["gone","', /junctions.json:2:\d+: phases: phase 0 gives green to gone/],
    ['junctions.json', /("into":\[)"/, '$1"gone","', /junctions.json:2:\d+: entering: lane \S+ leads into gone, which is no leaving lane/],
    ['junctions.json', /("turn":"left","lanes":\[)"/, '$1"gone","', /junctions.json:2:\d+: movements: movement \S+ is served by lane gone/],
    [
      'junctions.json',
      /("index":0,"lanes":\[[^\]]*\],"movements":)\[[^\]]*\]/,
      '$1[]',
      /junctions.json:2:\d+: phases: phase 0 gives green to no movement/,
    ],
    [
      'junctions.json',
      /("index":0,"lanes":\[[^\]]*\],"movements":\[)/,
      '$1"r01-11>r11-21",',
      /junctions.json:2:\d+: phases: phase 0 opens \S+ and \S+, which conflict/,
    ],
    ['junctions.json', '"id":"J21"', '"id":"J11"', /junctions.json:3:\d+: id: J11 is used twice, expected each once/],
    ['junctions.json', /("yields":)null/, '$1"gone>gone"', /junctions.json:2:\d+: conflicts: gone>gone gives way, expected/],
    ['junctions.json', /("intergreens":)\[\]/, '$1[{"from":0,"to":9,"yellow_s":3,"all_red_s":0}]', /intergreens: names phase 9/],
    ['junctions.json', /"index":\d+/, '"index":77.5', /junctions.json:2:\d+: .*index is 77.5, expected a whole number/],
    [
      'low_points.geojson',
      /"threshold_m":0.15/,
      '"threshold_m":15',
      /low_points.geojson:2:\d+: threshold_m: is 15, expected metres of water on a road/,
    ],
    ['devices.geojson', /"rim_m":1.2/, '"rim_m":1200', /devices.geojson:\d+:\d+: params: rim_m is 1200, expected metres/],
    ['low_points.geojson', /"gauges":\["/, '"gauges":["d0/flood/gone","', /low_points.geojson:2:\d+: gauges: d0\/flood\/gone is no device/],
    [
      'city.json',
      /"timezone": "[^"]+"/,
      '"timezone": "Asia/Atlantis"',
      /city.json:\d+:\d+: timezone is "Asia\/Atlantis", expected an IANA name/,
    ],
    ['city.json', /"bounds": \[/, '"bounds": [9, 9, ', /city.json:\d+:\d+: bounds is/],
    ['grids.geojson', /"code":"\d/, '"code":"x', /grids.geojson:2:\d+: features\[0\].properties.code/],
  ])('%s: %s', async (file, from, to, expected) => {
    const problems = await problemsAfter(file, (text) => text.replace(from, to))
    expect(problems.join('\n')).toMatch(expected)
  })

  test('a junction described as it was before movements is completed from its lanes and phases', async () => {
    const directory = fresh()
    await writeCity(small, directory)
    const file = join(directory, 'junctions.json')
    const optional = /,"(movements|conflicts|intergreens|detectors)":\[((?:[^[\]]|\[[^\]]*\])*)\]|,"(saturation_veh_h|walk_s)":[^,}]+/g
    writeFileSync(
      file,
      readFileSync(file, 'utf8')
        .replace(optional, '')
        .replace(/("index":\d+,"lanes":\[[^\]]*\])[^}]*/g, '$1'),
    )
    expect(readFileSync(file, 'utf8')).not.toContain('movements')
    const { city, problems } = await loadCity(directory)
    expect(problems).toEqual([])
    const bare = ({ entering, ...junction }: Junction) => ({
      ...junction,
      entering: entering.map((lane) => ({ ...lane, saturation_veh_h: SATURATION_VEH_H })),
    })
    expect(city.junctions).toEqual(small.junctions.map(bare))
  })

  test('an id used twice, a device outside the bounds, an open ring', async () => {
    const depots = await problemsAfter('depots.geojson', (text) => text.replace(/(\{"type":"Feature".*\})(\n|,)/, '$1,\n$1$2'))
    expect(depots.join()).toMatch(/id: .* is used twice/)
    const far = await problemsAfter('devices.geojson', (text) => text.replace(/"coordinates":\[[\d.]+,/, '"coordinates":[10,'))
    expect(far.join()).toMatch(/devices.geojson:2:\d+: at: 10, .* lies outside the bounds/)
    const open = await problemsAfter('grids.geojson', (text) => text.replace(/,\[[\d.]+,[\d.]+\]\]\]/, ']]'))
    expect(open.join()).toMatch(/the ring is open|grids.geojson/)
  })

  test('text that is no JSON is one problem, and the other files are still checked', async () => {
    const directory = await written(small)
    writeFileSync(join(directory, 'crews.json'), '[{]')
    writeFileSync(join(directory, 'land.geojson'), '{"type":"FeatureCollection"}')
    const told = (await loadCity(directory)).problems.map((problem) => formatProblem(problem).replace(`${directory}/`, ''))
    expect(told).toEqual([
      'crews.json:1:3: not JSON: expected a member name in double quotes',
      'land.geojson:1:1: expected a GeoJSON FeatureCollection',
    ])
  })

  test('hundreds of problems of one file are cut short with a count', async () => {
    const directory = await written(generateCity(1))
    const path = join(directory, 'devices.geojson')
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"kind":"bin"', '"kind":""'))
    const { problems } = await loadCity(directory)
    expect(problems).toHaveLength(51)
    expect(problems[50].message).toBe('1590 more problems of this file are not shown')
  })
})
