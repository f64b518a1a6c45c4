import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { checkCity } from '../../../config/city-check.ts'
import { largestStrongPart } from '../../../config/city-graph.ts'
import { importOsm } from '../../../config/import/osm.ts'
import { parseSpeed_kmh } from '../../../config/import/osm-roads.ts'
import { populate } from '../../../config/import/populate.ts'
import { renameCity } from '../../../config/import/street-city.ts'
import { formatProblem } from '../../../engine/base/errors.ts'

const FIXTURE = join(import.meta.dirname, '../../fixtures/osm/crossing.osm')
const SHANGHAI = join(import.meta.dirname, '../../../../shared/data/geo/shanghai_center.osm')
const options = { district: 'd0' }

function fileWith(name: string, content: string | Buffer): string {
  const file = join(mkdtempSync(join(tmpdir(), 'osm-')), name)
  writeFileSync(file, content)
  return file
}

describe('import of OpenStreetMap', async () => {
  const { city, problems, notes } = await importOsm(FIXTURE, options)
  const road = (id: string) => city.roads.find((one) => one.id === id)

  test('roads are ways split where they meet; what cannot be driven to and back is left out', () => {
    expect(problems).toEqual([])
    expect(city.roads.map(({ id }) => id)).toEqual([
      'w100.0',
      'w100.1',
      'w101.0',
      'w101.1',
      'w102.0',
      'w103.0',
      'w104.0',
      'w104.1',
      'w110.0',
    ])
    expect(notes.map(({ code, message }) => `${code} ${message.split(' ')[0]}`)).toEqual([
      'osm.other_ways 4',
      'osm.unconnected 2',
      'osm.maxspeed 1',
    ])
    expect(checkCity(city)).toEqual([])
  })

  test('the city is called after its file, or as one says, and its district with it', async () => {
    const file = fileWith('old_town-north.osm', readFileSync(FIXTURE))
    const { city: town } = await importOsm(file, options)
    expect(town.id).toBe('old_town-north')
    expect(town.name).toEqual({ zh: 'Old town north', en: 'Old town north' })
    const names = ({ name, districts }: typeof town) => [name, ...districts.map((district) => district.name)]
    const both = { zh: '老城', en: 'Old Town' }
    expect(names(renameCity(town, both))).toEqual([both, both])
    expect(names(renameCity(town, { en: 'Old Town' }))[1]).toEqual({ zh: 'Old Town', en: 'Old Town' })
    expect(names(renameCity(town, { zh: '老城' }))[1]).toEqual({ zh: '老城', en: 'Old town north' })
    expect(renameCity(town, {})).toEqual(town)
    const other = { ...town, districts: town.districts.map((district) => ({ ...district, name: { zh: '东区', en: 'East' } })) }
    expect(names(renameCity(other, both))).toEqual([both, { zh: '东区', en: 'East' }])
  })

  test('one-way streets: forward, against the way, around', () => {
    expect(road('w103.0')).toMatchObject({ from: 'n4', to: 'n3', oneway: true })
    expect(road('w102.0')).toMatchObject({ from: 'n3', to: 'n2', oneway: true })
    expect(road('w104.0')).toMatchObject({ from: 'n5', to: 'n7', oneway: true })
    expect(road('w110.0')).toMatchObject({ from: 'n2', to: 'n15', oneway: false })
  })

  test('names in both languages, pinyin where there is no English, entities decoded', () => {
    expect(road('w100.0')?.name).toEqual({ zh: '人民路', en: 'Renmin Road' })
    expect(road('w101.0')?.name).toEqual({ zh: '解放路', en: 'Jiefang Lu' })
    expect(road('w102.0')?.name).toEqual({ zh: 'A & B <Lane>', en: 'A & B <Lane>' })
    expect(road('w103.0')?.name).toBeNull()
  })

  test('lanes and turns at a signal are those of the arrows on the road', async () => {
    const arrows = '<tag k="turn:lanes:forward" v="left;through|through|slight_right"/><tag k="turn:lanes:backward" v="none|right"/>'
    const text = readFileSync(FIXTURE, 'utf8').replace('<tag k="highway" v="primary"/>', `$&${arrows}`)
    const { city: marked } = await importOsm(fileWith('marked.osm', text), options)
    const lanes = marked.junctions[0].entering.flatMap(({ id, turns }) => (id.includes('w100') ? [`${id} ${turns.join(' ')}`] : []))
    expect(lanes).toEqual([
      'w100.0_0 left through',
      'w100.0_1 through',
      'w100.0_2 right',
      // No arrow shows the way left: it belongs to the lane at the middle.
      '-w100.1_0 left through',
      '-w100.1_1 right',
    ])
    expect(checkCity(marked)).toEqual([])
    // A lane that turns left and goes straight on has green alone, not beside the opposite.
    const green = marked.junctions[0].phases.find(({ lanes: open }) => open.includes('w100.0_0'))
    expect(green?.lanes).toEqual(['w100.0_0', 'w100.0_1'])
  })

  test('speed and lanes as tagged, else as usual for the class', () => {
    expect(road('w100.0')).toMatchObject({ speed_kmh: 50, lanes: 6, class: 'primary', limits: { height_m: 4.2, weight_t: 20 } })
    expect(road('w101.0')?.limits).toBeUndefined()
    expect(road('w101.0')).toMatchObject({ speed_kmh: 48.3, lanes: 4, class: 'secondary' })
    expect(road('w103.0')).toMatchObject({ speed_kmh: 30, lanes: 1 })
    expect(road('w100.0')?.length_m).toBeCloseTo(190.6, 0)
  })

  test('a signal node becomes a junction with phases, detectors and a controller', () => {
    expect(city.junctions).toHaveLength(1)
    expect(city.junctions[0]).toMatchObject({ id: 'J1', node: 'n1', name: { zh: '人民路—解放路路口', en: 'Renmin Road at Jiefang Lu' } })
    expect(city.junctions[0].phases.map(({ lanes }) => lanes)).toEqual([
      ['w100.0_1', '-w100.1_1'],
      ['w100.0_0', '-w100.1_0'],
      ['w101.0_1', '-w101.1_1'],
      ['w101.0_0', '-w101.1_0'],
    ])
    expect(city.devices.map(({ domain, id }) => `${domain}/${id}`)).toEqual(['traffic/J1', 'signal/J1'])
  })

  test('water from a multipolygon of two ways, and a building', () => {
    expect(city.land.map(({ kind, name, outline }) => [kind, name?.en ?? null, outline.length])).toEqual([
      ['water', 'Jing Lake', 5],
      ['built', null, 5],
    ])
  })

  test('gzipped and as Overpass JSON it is the same city', async () => {
    const gzipped = await importOsm(fileWith('crossing.osm.gz', gzipSync(readFileSync(FIXTURE))), options)
    expect(gzipped.city).toEqual(city)
    const elements = [
      { type: 'node', id: 1, lat: 31, lon: 121, tags: { highway: 'traffic_signals' } },
      { type: 'node', id: 2, lat: 31.002, lon: 121 },
      { type: 'way', id: 5, nodes: [1, 2], tags: { highway: 'tertiary', name: '新路' } },
    ]
    const { city: small, problems: none } = await importOsm(fileWith('small.json', JSON.stringify({ elements })), options)
    expect(none).toEqual([])
    expect(small.roads).toMatchObject([{ id: 'w5.0', from: 'n1', to: 'n2', name: { zh: '新路', en: '新路' } }])
  })

  test.each([
    ['half a file', 'a.osm', '<osm>\n<node id="1" lat="1" lon="1"/>\n<way id="2"><nd ref', 'a.osm:3: the file ends inside an element'],
    ['another kind of XML', 'a.osm', '<html></html>', 'a.osm:1:1: expected OpenStreetMap XML'],
    ['a node without position', 'a.osm', '<osm>\n<node id="1" lat="x" lon="1"/></osm>', 'a.osm:2: node 1 has no position'],
    ['no roads', 'a.osm', '<osm></osm>', 'a.osm: no roads found'],
    ['JSON that is none', 'a.json', '{"elements": [}', 'a.json:1:15: not JSON'],
    ['JSON of something else', 'a.json', '{}', 'a.json:1:1: expected the JSON of the Overpass API'],
    ['a broken gzip', 'a.osm.gz', 'no gzip', 'a.osm.gz: cannot be read: Z_DATA_ERROR'],
  ])('%s is told', async (_, name, content, expected) => {
    const file = fileWith(name, content)
    const { problems: told } = await importOsm(file, options)
    expect(formatProblem(told[0]).replace(file, name)).toContain(expected)
  })

  test('no file is told', async () => {
    const { problems: told } = await importOsm('/nowhere/a.osm', options)
    expect(told.map(formatProblem)).toEqual(['/nowhere/a.osm: cannot be read: ENOENT'])
  })

  test('speeds as people tag them', () => {
    expect(['50', '50 km/h', '30 mph', '40;60', 'CN:urban', 'none', '-3', ''].map(parseSpeed_kmh)).toEqual([
      50,
      50,
      48.3,
      40,
      null,
      null,
      null,
      null,
    ])
  })
})

describe.skipIf(!existsSync(SHANGHAI))('central Shanghai (../shared/data/geo)', async () => {
  const { city, problems } = existsSync(SHANGHAI) ? await importOsm(SHANGHAI, options) : await importOsm(FIXTURE, options)

  test('becomes a connected road graph with signals', () => {
    expect(problems).toEqual([])
    expect({ nodes: city.nodes.length, roads: city.roads.length, junctions: city.junctions.length }).toEqual({
      nodes: 4505,
      roads: 6975,
      junctions: 690,
    })
    expect(largestStrongPart(city.nodes, city.roads).size).toBe(city.nodes.length)
    expect(checkCity(city)).toEqual([])
  })

  test('can be populated', () => {
    const full = populate(city, 7)
    expect(checkCity(full)).toEqual([])
    expect(full.grids).toHaveLength(150)
    expect(full.devices.length).toBeGreaterThan(3000)
    expect(populate(city, 7)).toEqual(full)
    expect(populate(city, 8)).not.toEqual(full)
  })
})
