import { describe, expect, it } from 'vitest'
import { missingParts, readingOf, reportOf } from '../../../dashboard/crew/job.ts'
import { drawMap, routePath, scaleFor } from '../../../dashboard/crew/map-drawing.ts'
import { navigationLinks } from '../../../dashboard/crew/navigate.ts'
import { cityDocument, createSurroundings } from '../../../gateway/http/city.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { jobOf } from './jobs.ts'

const job = jobOf()
const [depth] = job.readings
const EMPTY = { ticked: [], readings: {}, note: '' }

describe('a job', () => {
  it('is done when every step is ticked, every reading is a number in range, every photo is there', () => {
    expect(missingParts(job, EMPTY, new Set())).toEqual([
      { kind: 'steps', left: 2 },
      { kind: 'reading', id: 'depth_m' },
      { kind: 'photo', stage: 'before' },
      { kind: 'photo', stage: 'after' },
    ])
    const full = { ticked: [1, 0], readings: { depth_m: '0.31' }, note: '' }
    expect(missingParts(job, full, new Set(['before', 'after', 'other']))).toEqual([])
    expect(missingParts(job, full, new Set(['after']))).toEqual([{ kind: 'photo', stage: 'before' }])
  })

  it.each([
    ['0.31', 0.31],
    [' 0,31 ', 0.31],
    ['0', 0],
    ['5.01', null],
    ['-0.1', null],
    ['deep', null],
    ['', null],
    [undefined, null],
    ['1e999', null],
  ])('reads %s as %s', (typed, value) => {
    expect(readingOf(depth, typed)).toBe(value)
  })

  it('is reported with its readings and the crew’s words', () => {
    expect(reportOf(job, { ...EMPTY, readings: { depth_m: '0,31' }, note: ' two drains ' })).toBe('depth_m=0.31; two drains')
    expect(reportOf(job, { ...EMPTY, readings: { depth_m: '99' } })).toBe('')
  })
})

it('hands WGS84 to every navigation app, said as the app wants it', () => {
  const links = new Map(navigationLinks([120.20011, 30.27114], '秋涛北路,下穿').map(({ app, href }) => [app, href]))
  expect(links.get('geo')).toBe(
    'geo:30.271140,120.200110?q=30.271140,120.200110(%E7%A7%8B%E6%B6%9B%E5%8C%97%E8%B7%AF%2C%E4%B8%8B%E7%A9%BF)',
  )
  const amap = new URL(links.get('amap') ?? '')
  expect(amap.origin + amap.pathname).toBe('https://uri.amap.com/navigation')
  expect(Object.fromEntries(amap.searchParams)).toMatchObject({ to: '120.200110,30.271140,秋涛北路 下穿', coordinate: 'wgs84' })
  expect(links.get('apple')).toContain('daddr=30.271140,120.200110')
  expect(links.get('google')).toContain('destination=30.271140,120.200110')
})

describe('the map', () => {
  const city = smallCity()
  const around = createSurroundings(cityDocument(city))

  it('has what reaches into the square around the place, and no more', () => {
    const { at } = city.nodes[0]
    const near = around(at, 150).features
    const all = around(at, 3000).features
    expect(near.length).toBeGreaterThan(0)
    expect(near.length).toBeLessThan(all.length)
    expect(new Set(all.map(({ properties }) => properties.layer))).toEqual(new Set(['road', 'low_point']))
    expect(all.length).toBe(city.roads.length + city.low_points.length)
  })

  it('is drawn in metres with north up, roads above what lies beneath them', () => {
    const centre = city.nodes[5].at
    const drawing = drawMap(around(centre, 3000), centre)
    expect(drawing.toXY(centre)).toEqual([0, -0])
    const [x, y] = drawing.toXY([centre[0] + 0.001, centre[1] + 0.001])
    expect([x, y]).toEqual([96, -111])
    const names = drawing.paths.map((path) => path.class.split('-')[0])
    expect(names.lastIndexOf('low_point')).toBeLessThan(names.indexOf('road'))
    expect(routePath(drawing, [centre, [centre[0] + 0.001, centre[1]]])).toBe('M0 0L96 0')
    expect(routePath(drawing, [centre])).toBe('')
  })

  it('has a scale of a round length', () => {
    expect([300, 600, 1200, 4800, 30].map(scaleFor)).toEqual([100, 200, 200, 1000, 20])
  })
})
