import { describe, expect, it } from 'vitest'
import { indexCity } from '../../dashboard/data/city.ts'
import { isNews, isStale } from '../../dashboard/data/forecast.ts'
import { createMotion } from '../../dashboard/data/motion.ts'
import { createRoadFlow, observeRoads } from '../../dashboard/data/road-flow.ts'
import { applyFrame, createLiveData } from '../../dashboard/data/tables.ts'
import { dash } from '../../dashboard/layers/crews.ts'
import type { Scene } from '../../dashboard/layers/drawing.ts'
import { clusterIncidents } from '../../dashboard/layers/events.ts'
import { depthColour } from '../../dashboard/layers/flood.ts'
import { drawScene, USUAL_LAYERS } from '../../dashboard/layers/index.ts'
import { type LabelRequest, type PlacedGlyph, placeLabels } from '../../dashboard/map/label-placement.ts'
import { createProjection, detailZoom, fitBounds, zoomAround } from '../../dashboard/map/projection.ts'
import { streetChains } from '../../dashboard/map/street-chains.ts'
import { parseAddress, writeAddress } from '../../dashboard/state/address.ts'
import { rgba } from '../../dashboard/tokens.ts'
import { length_m } from '../../engine/base/geo.ts'
import { cityDocument } from '../../gateway/http/city.ts'
import { perTable } from '../../gateway/wire/frames.ts'
import { createScene } from '../browser/scene.ts'
import { smallCity } from '../fixtures/small-city.ts'

const frame = { width: 1920, height: 1016, padding: { left: 380, right: 380, top: 50, bottom: 180 }, scale: 1 }
const city = smallCity()
const index = indexCity(cityDocument(city))
const scene = createScene(city, Date.UTC(2026, 0, 1))

function makeScene(zoom: number, now = scene.now): Scene {
  const data = createLiveData()
  applyFrame(data, scene, 0)
  const versions = perTable(() => 1)
  const flow = createRoadFlow()
  observeRoads(flow, data.tables.roads, scene.now)
  return { city: index, tables: data.tables, versions, motion: createMotion(), flow, now, local_ms: 0, zoom, selection: null }
}

describe('the forecast on the map', () => {
  const ring = (id: string, now?: number) => drawScene(makeScene(15, now), new Set(['flood'] as const)).find((drawing) => drawing.id === id)

  it('takes rings away when no newer forecast comes', () => {
    const [fresh, later] = [ring('forecast-30'), ring('forecast-30', scene.now + 20 * 60_000)]
    expect([fresh?.count, later?.count]).toEqual([2, 0])
    expect(later?.version).not.toBe(fresh?.version)
  })

  it('rings the points that are to be wet, farther out for a later time', () => {
    const [near, far] = [ring('forecast-30'), ring('forecast-60')]
    if (near?.type !== 'paths' || far?.type !== 'paths') throw new Error('no rings')
    expect([near.count, far.count]).toEqual([2, 2])
    const [outline] = city.low_points.map((point) => point.outline)
    expect(length_m(near.path(0))).toBeCloseTo(1.35 * length_m(outline), 0)
    expect(length_m(far.path(0))).toBeGreaterThan(length_m(near.path(0)))
    expect(near.choose?.(0)).toEqual({ kind: 'low_point', id: city.low_points[0].id })
  })

  it('tells a forecast that is old, and a chance that is no news', () => {
    const row = scene.tables.forecasts[city.low_points[0].id]
    expect([isStale(row, scene.now), isStale(row, row.issued + 16 * 60_000), isStale(row, null)]).toEqual([false, true, false])
    expect(isNews(row, 30)).toBe(true)
    const dry = { ...row, depth_m: row.depth_m.map(() => 0.02) }
    expect([isNews(dry, 15), isNews(dry, 30)]).toEqual([false, true])
  })
})

describe('projection', () => {
  it('puts the centre of the view in the middle of what the panels leave free', () => {
    const projection = createProjection({ lon: 121, lat: 31, zoom: 13 }, frame)
    expect(projection.toPixel([121, 31])).toEqual([960, 443])
    const [lon, lat] = projection.toLonLat(100, 900)
    const [x, y] = projection.toPixel([lon, lat])
    expect(x).toBeCloseTo(100, 6)
    expect(y).toBeCloseTo(900, 6)
  })

  it('measures metres per pixel', () => {
    const projection = createProjection({ lon: 121, lat: 31, zoom: 13 }, frame)
    const [a, b] = [projection.toLonLat(500, 443), projection.toLonLat(600, 443)]
    expect(length_m([a, b]) / 100).toBeCloseTo(projection.metres_per_px, 1)
  })

  it('fits bounds inside the free part', () => {
    const [west, south, east, north] = index.bounds
    const projection = createProjection(fitBounds(index.bounds, frame), frame)
    for (const corner of [
      [west, south],
      [east, north],
    ] as const) {
      const [x, y] = projection.toPixel(corner)
      expect(x).toBeGreaterThanOrEqual(379.9)
      expect(x).toBeLessThanOrEqual(1540.1)
      expect(y).toBeGreaterThanOrEqual(49.9)
      expect(y).toBeLessThanOrEqual(836.1)
    }
  })

  it('holds what is under the pointer while zooming', () => {
    const before = createProjection({ lon: 121, lat: 31, zoom: 13 }, frame)
    const held = before.toLonLat(700, 300)
    const [x, y] = createProjection(zoomAround(before, 700, 300, 15.5), frame).toPixel(held)
    expect(x).toBeCloseTo(700, 4)
    expect(y).toBeCloseTo(300, 4)
  })

  it('shows on a 4K wall what a 1080p wall shows', () => {
    expect(detailZoom({ view: { lon: 0, lat: 0, zoom: 14 }, frame: { ...frame, scale: 2 } })).toBe(13)
  })
})

describe('address', () => {
  it('gives back what was written and keeps what is not ours', () => {
    const text = writeAddress('?role=desk', {
      language: 'en',
      layers: new Set(['roads', 'flood'] as const),
      view: { lon: 121.5, lat: 31.25, zoom: 13.5 },
      page: null,
      selection: { kind: 'device', id: 'd0/flood/G1' },
      list: true,
    })
    expect(text).toBe('?role=desk&lang=en&layers=roads,flood&view=121.50000,31.25000,13.50&sel=device:d0/flood/G1&list=1')
    expect(parseAddress(text)).toEqual({
      language: 'en',
      layers: new Set(['roads', 'flood']),
      view: { lon: 121.5, lat: 31.25, zoom: 13.5 },
      page: null,
      selection: { kind: 'device', id: 'd0/flood/G1' },
      list: true,
    })
  })

  it.each(['?view=1,2', '?view=a,b,c', '?view=500,0,12', '?view=1,2,3,4', '?sel=nothing', '?sel=planet:mars', '?sel=incident:'])(
    'takes nothing from %s',
    (search) => {
      const { view, selection } = parseAddress(search)
      expect(view).toBeNull()
      expect(selection).toBeNull()
    },
  )

  it.each(['?view=signals', '?view=arterial&id=A1', '?view=arterial'])('opens a page in the place of the map: %s', (search) => {
    const { page, view } = parseAddress(search)
    expect(page?.kind).toBe(search.includes('arterial') ? 'arterial' : 'signals')
    expect(view).toBeNull()
    const usual = { language: null, layers: null, view: null, selection: null, list: false }
    expect(writeAddress('', { ...usual, page })).toBe(search)
    expect(writeAddress(search, { ...usual, page: null })).toBe('')
  })

  it('tells no layers from the usual layers', () => {
    expect(parseAddress('?layers=').layers).toEqual(new Set())
    expect(parseAddress('').layers).toBeNull()
  })
})

describe('layers', () => {
  it('draws nothing twice and keeps versions while nothing moves', () => {
    const first = drawScene(makeScene(13), USUAL_LAYERS)
    const again = drawScene(makeScene(13), USUAL_LAYERS)
    expect(new Set(first.map(({ id }) => id)).size).toBe(first.length)
    const still = (id: string): boolean => !['trails', 'crews'].includes(id)
    expect(again.filter(({ id }) => still(id)).map(({ id, version }) => [id, version])).toEqual(
      first.filter(({ id }) => still(id)).map(({ id, version }) => [id, version]),
    )
  })

  it('draws land only when every layer is off', () => {
    expect(drawScene(makeScene(13), new Set()).map(({ id }) => id)).toEqual(['land', 'shores'])
  })

  it('collapses sensors into one figure a district below zoom 12', () => {
    const far = drawScene(makeScene(11.5), new Set(['sensors'] as const))
    expect(far.find(({ id }) => id === 'district-figures')?.count).toBe(city.districts.length)
    expect(far.some(({ id }) => id === 'sensors')).toBe(false)
  })

  it('lets every numbered layer be chosen from', () => {
    const choosable = drawScene(makeScene(15), USUAL_LAYERS).filter(({ choose, count }) => choose !== null && count > 0)
    const kinds = new Set(choosable.map(({ choose }) => choose?.(0)?.kind))
    for (const kind of ['road', 'low_point', 'grid', 'device', 'junction', 'crew', 'incident', 'depot']) expect(kinds, kind).toContain(kind)
  })

  it('deepens the colour of water at each step', () => {
    expect(depthColour(0.05)).toEqual(rgba('depth-0', 0.92))
    expect(depthColour(0.149)).toEqual(rgba('depth-0', 0.92))
    expect(depthColour(0.15)).toEqual(rgba('depth-1', 0.92))
    expect(depthColour(2)).toEqual(rgba('depth-3', 0.92))
    expect(depthColour(null)).toEqual(depthColour(0.04))
  })

  it('joins incidents that would lie on each other under the worst', () => {
    const base = scene.tables.incidents['i-1']
    const incidents = new Map([
      ['a', { ...base, severity: 'watch' as const, status: 'detected', at: [121, 31] as const }],
      ['b', { ...base, severity: 'critical' as const, status: 'detected', at: [121.0001, 31] as const }],
      ['c', { ...base, severity: 'watch' as const, status: 'detected', at: [121.2, 31] as const }],
      ['d', { ...base, severity: 'critical' as const, status: 'closed', at: [121, 31] as const }],
    ])
    expect(clusterIncidents(incidents, 12).map(({ worst, size }) => [worst, size])).toEqual([
      ['b', 2],
      ['c', 1],
    ])
    expect(clusterIncidents(incidents, 18)).toHaveLength(3)
  })

  it('cuts a route into dashes of equal length that cover it with their gaps', () => {
    const line = [
      [121, 31],
      [121.01, 31],
      [121.01, 31.01],
    ] as const
    const dashes = dash(line, 70, 50)
    for (const piece of dashes.slice(0, -1)) expect(length_m(piece)).toBeCloseTo(70, 0)
    expect(dashes.length).toBe(Math.ceil(length_m(line) / 120))
    expect(dash([], 10, 10)).toEqual([])
  })
})

describe('names', () => {
  const style = { size_px: 14, weight: 400, colour: 'text', spacing_px: 0 }
  const measure = (text: string): number => text.length * 10
  const area = { left: 0, top: 0, right: 1000, bottom: 1000 }
  const point = (text: string, x: number, y: number, priority = 1): LabelRequest => ({ text, style, priority, at: { x, y } })
  const along = (text: string, line: { x: number; y: number }[]): readonly PlacedGlyph[] =>
    placeLabels([{ text, style, priority: 1, line }], measure, area, [])[0]?.glyphs ?? []

  it('sets the more important of two that would overlap', () => {
    const placed = placeLabels([point('minor', 100, 100, 9), point('major', 110, 104, 1)], measure, area, [])
    expect(placed.map(({ request }) => request.text)).toEqual(['major'])
  })

  it('sets nothing outside of the area or on a symbol', () => {
    expect(placeLabels([point('edge', 10, 100)], measure, area, [])).toEqual([])
    expect(placeLabels([point('on', 100, 100)], measure, area, [{ left: 90, right: 110, top: 90, bottom: 110 }])).toEqual([])
    expect(
      placeLabels([{ ...point('beside', 100, 100), beside_px: 20 }], measure, area, [{ left: 90, right: 110, top: 90, bottom: 110 }]),
    ).toHaveLength(1)
  })

  it('reads along a street from left to right, whichever way the street was drawn', () => {
    const line = [
      { x: 100, y: 500 },
      { x: 500, y: 480 },
    ]
    for (const drawn of [line, [...line].reverse()]) {
      const glyphs = along('Renmin', drawn)
      expect(glyphs.map(({ text }) => text).join('')).toBe('Renmin')
      expect(glyphs[5].x).toBeGreaterThan(glyphs[0].x)
      expect(Math.cos(glyphs[0].angle)).toBeGreaterThan(0.9)
    }
  })

  it('stands Chinese characters upright, from the top down, on a steep street', () => {
    const line = [
      { x: 500, y: 800 },
      { x: 520, y: 200 },
    ]
    for (const drawn of [line, [...line].reverse()]) {
      const glyphs = along('人民路', drawn)
      expect(glyphs.map(({ text }) => text).join('')).toBe('人民路')
      expect(glyphs[2].y).toBeGreaterThan(glyphs[0].y)
      for (const { angle } of glyphs) expect(Math.abs(Math.atan2(Math.sin(angle), Math.cos(angle)))).toBeLessThan(0.2)
    }
  })

  it('leaves a street without a name where it is too short or bends too sharply', () => {
    expect(
      along('Renmin Road', [
        { x: 100, y: 100 },
        { x: 180, y: 100 },
      ]),
    ).toEqual([])
    expect(
      along('Renmin Road', [
        { x: 100, y: 100 },
        { x: 170, y: 100 },
        { x: 170, y: 170 },
      ]),
    ).toEqual([])
  })

  it('joins the blocks of one street into one line', () => {
    const streets = streetChains(index.layers.road)
    const names = new Set(index.layers.road.map(({ properties }) => properties.name?.zh).filter((name) => name !== undefined))
    expect(streets.length).toBeLessThan(index.layers.road.length)
    expect(new Set(streets.map(({ road }) => road.properties.name?.zh))).toEqual(names)
  })
})
