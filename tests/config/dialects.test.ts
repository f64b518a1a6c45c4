import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_DIALECTS, loadDialects, readDialects } from '../../config/dialects.ts'

const DEVICES = ['d0/waste/B1', 'd0/flood/G1']
const read = (text: string) => readDialects('dialects.yaml', text, DEVICES)

describe('dialects.yaml', () => {
  it('binds entities to devices', () => {
    const text = [
      'zone: "+05:30"',
      'frigate_prefixes: [frigate, site2/nvr]',
      'bindings:',
      '  - entity: bin:24e124713b492114',
      '    device: d0/waste/B1',
      '    depth_mm: 1200',
      '    metrics: { distance: distance_mm }',
      '    events: { car: road.illegal_parking }',
    ].join('\n')
    const { settings, problems } = read(text)
    expect(problems).toEqual([])
    expect(settings).toMatchObject({ zone_min: 330, frigate_prefixes: ['frigate', 'site2/nvr'], subscribe: [] })
    expect(settings.bindings).toMatchObject([{ depth_mm: 1200, metrics: { distance: 'distance_mm' } }])
  })

  it('may be empty', () => {
    expect(read('')).toEqual({ settings: DEFAULT_DIALECTS, problems: [] })
  })

  it.each([
    ['a key that nobody knows', 'bindings:\n  - entity: a\n    device: d0/waste/B1\n    depth: 1200', 4, 'depth'],
    ['a device of another city', 'bindings:\n  - entity: a\n    device: d0/waste/B2', 3, 'did you mean d0/waste/B1?'],
    ['an entity bound twice', 'bindings:\n  - {entity: a, device: d0/waste/B1}\n  - {entity: a, device: d0/flood/G1}', 3, 'bound already'],
    ['a zone without a sign', 'zone: "08:00"', 1, 'zone'],
    ['a depth of nothing', 'bindings:\n  - {entity: a, device: d0/waste/B1, depth_mm: 0}', 2, 'depth_mm'],
    ['no YAML', 'bindings: [', 1, 'YAML'],
  ])('says where %s stands', (_, text, line, message) => {
    const { settings, problems } = read(text)
    expect(settings).toEqual(DEFAULT_DIALECTS)
    expect(problems[0]).toMatchObject({ place: { file: 'dialects.yaml', line }, message: expect.stringContaining(message) })
  })

  it('of the data directory goes before that of the city, and a wrong one leaves nothing in force', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'urban-dialects-'))
    try {
      expect(await loadDialects([directory], DEVICES)).toEqual({ settings: DEFAULT_DIALECTS, problems: [], file: null, text: '' })
      writeFileSync(join(directory, 'dialects.yaml'), 'zone: "+00:00"')
      expect(await loadDialects([join(directory, 'nowhere'), directory], DEVICES)).toMatchObject({
        settings: { zone_min: 0 },
        problems: [],
      })
      writeFileSync(join(directory, 'dialects.yaml'), 'zones: 1')
      const wrong = await loadDialects([directory], DEVICES)
      expect(wrong.settings).toEqual(DEFAULT_DIALECTS)
      expect(wrong.problems.map(({ place }) => place.line)).toEqual([1])
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
