/** Where water stands first and what watches and drains it: underpasses, dips near water, gauges, pumps, gates, rain gauges, weather stations. */
import { distance_m, type LonLat, localFrame, pointAlong } from '../../engine/base/geo.ts'
import type { Random } from '../../engine/base/random.ts'
import { type City, type CityDevice, deviceKey, type LowPoint, type Road } from '../../engine/model/city.ts'
import { roundDegrees } from '../city-places.ts'
import type { Planter } from './planter.ts'
import { shifted } from './populate-streets.ts'

const SPACING_M = 480
/** A dip lies this near to open water. */
const DIP_M_MAX = 380

export interface LowSite {
  readonly road: Road
  readonly at: LonLat
  readonly underpass: boolean
}

/** Half of them dips near the water, where there is any, half underpasses of main roads; each on another road. */
export function findLowSites(city: City, count: number, random: Random): LowSite[] {
  const main = city.roads.filter(
    (road) => road.length_m > 90 && road.name !== null && ['trunk', 'primary', 'secondary', 'tertiary'].includes(road.class),
  )
  const sites = main.map((road) => ({ road, at: roundDegrees(pointAlong(road.line, road.length_m / 2)), order: random.next() }))
  sites.sort((a, b) => a.order - b.order)
  const water = city.land.filter(({ kind }) => kind === 'water').flatMap(({ outline }) => outline)
  const nearWater = (p: LonLat): boolean => water.some((q) => distance_m(p, q) < DIP_M_MAX)
  const chosen: LowSite[] = []
  const take = (underpass: boolean, until: number, fits: (site: (typeof sites)[number]) => boolean): void => {
    for (const site of sites) {
      if (chosen.length >= until) return
      const clear = chosen.every((other) => distance_m(other.at, site.at) > SPACING_M && other.road.name?.zh !== site.road.name?.zh)
      if (clear && fits(site)) chosen.push({ road: site.road, at: site.at, underpass })
    }
  }
  take(false, Math.ceil(count / 2), ({ at }) => nearWater(at))
  take(true, count, ({ road }) => road.class !== 'tertiary')
  take(true, count, () => true)
  return chosen
}

/** The low points at the sites, with the devices that belong to them. */
export function plantLowPoints(
  sites: readonly LowSite[],
  plant: Planter,
  random: Random,
): { low_points: LowPoint[]; devices: CityDevice[] } {
  const low_points: LowPoint[] = []
  const devices: CityDevice[] = []
  for (const [i, site] of sites.entries()) {
    const id = `lp-${String(i + 1).padStart(2, '0')}`
    const own = random.fork(id)
    const threshold_m = own.pick([0.15, 0.2, 0.25, 0.27])
    const catchment_m2 = Math.round(own.uniform(18_000, 62_000) / 100) * 100
    const near = lowPointName(site)
    const rim_m = site.underpass ? own.pick([1.2, 1.5, 1.8, 2.1]) : own.pick([0.5, 0.6, 0.8])
    const gauge = plant({
      kind: 'level_gauge',
      id: `level-${id}`,
      at: shifted(site.at, 4, 3),
      near,
      place: id,
      params: { threshold_m, rim_m },
    })
    // Two pumps that together keep up with 30 to 42 mm/h on the catchment, the usual design rain of older quarters.
    const capacity_m3_s = Math.round(((catchment_m2 * own.uniform(30, 42)) / 3_600_000 / 2) * 1000) / 1000
    const pumps = [1, 2].flatMap((n) => {
      return (
        plant({ kind: 'pump', id: `pump-${id}-${n}`, at: shifted(site.at, 9 * n, -8), near, place: id, params: { capacity_m3_s } }) ?? []
      )
    })
    if (gauge === null) continue
    const shape = outlineOf(site, own)
    devices.push(gauge, ...pumps)
    low_points.push({
      id,
      district: gauge.district,
      name: near.name,
      at: site.at,
      grid: gauge.grid,
      outline: shape.outline,
      threshold_m,
      catchment_m2,
      storage_m2: shape.storage_m2,
      gauges: [deviceKey(gauge.district, gauge.domain, gauge.id)],
      pumps: pumps.map((pump) => deviceKey(pump.district, pump.domain, pump.id)),
    })
  }
  return { low_points, devices }
}

function lowPointName({ road, underpass }: LowSite): { name: LowPoint['name'] } {
  const { zh, en } = road.name ?? { zh: road.id, en: road.id }
  return { name: underpass ? { zh: `${zh}下立交`, en: `${en} Underpass` } : { zh: `${zh}低洼段`, en: `${en} Low Section` } }
}

/** An ellipse along the road, and its area: where the water stands. */
function outlineOf({ road, at, underpass }: LowSite, random: Random): { outline: LonLat[]; storage_m2: number } {
  const long_m = Math.min(random.uniform(34, 62), road.length_m / 2)
  const wide_m = underpass ? road.lanes * 1.6 + 3 : random.uniform(14, 24)
  const [dx, dy] = localFrame(pointAlong(road.line, road.length_m / 2 - 8)).toXY(pointAlong(road.line, road.length_m / 2 + 8))
  const angle = Math.atan2(dy, dx)
  const outline = Array.from({ length: 20 }, (_, i) => {
    const t = (2 * Math.PI * i) / 20
    const [u, v] = [long_m * Math.cos(t), wide_m * Math.sin(t)]
    return shifted(at, u * Math.cos(angle) - v * Math.sin(angle), u * Math.sin(angle) + v * Math.cos(angle))
  })
  return { outline: [...outline, outline[0]], storage_m2: Math.round(Math.PI * long_m * wide_m) }
}

/** Level gauges and gates where streets come near open water. */
export function plantRiverside(city: City, counts: { gauges: number; gates: number }, plant: Planter): CityDevice[] {
  const water = city.land.filter(({ kind }) => kind === 'water').sort((a, b) => b.outline.length - a.outline.length)[0]
  if (water === undefined) return []
  const dry = city.nodes.map(({ at }) => at)
  const banks = water.outline.filter((p) => dry.some((q) => distance_m(p, q) < 260))
  const spread = (count: number, shift: number): LonLat[] =>
    Array.from({ length: Math.min(count, banks.length) }, (_, i) => banks[Math.floor(((i + shift) * banks.length) / count) % banks.length])
  const near = { name: water.name ?? { zh: '河道', en: 'River' } }
  return [
    ...spread(counts.gauges, 0.2).flatMap((at, i) => {
      return (
        plant({ kind: 'river_gauge', id: `level-river-${i + 1}`, at, near, number: i + 1, params: { threshold_m: 3.5, rim_m: 4.6 } }) ?? []
      )
    }),
    ...spread(counts.gates, 0.6).flatMap(
      (at, i) => plant({ kind: 'gate', id: `gate-${i + 1}`, at, near, number: i + 1, params: { width_m: 6 } }) ?? [],
    ),
  ]
}

/** Spread over the grids. */
export function plantWeather(city: City, kind: 'rain_gauge' | 'station', count: number, plant: Planter): CityDevice[] {
  const step = city.grids.length / count
  const prefix = kind === 'station' ? 'weather' : 'rain'
  return Array.from({ length: Math.min(count, city.grids.length) }, (_, i) => {
    const grid = city.grids[Math.floor((i + (kind === 'station' ? 0.25 : 0.6)) * step)]
    return plant({ kind, id: `${prefix}-${String(i + 1).padStart(2, '0')}`, at: middleOf(grid.outline), near: grid })
  }).flatMap((device) => device ?? [])
}

function middleOf(outline: readonly LonLat[]): LonLat {
  const corners = outline.slice(1)
  const sum = corners.reduce(([lon, lat], p) => [lon + p[0], lat + p[1]], [0, 0])
  return roundDegrees([sum[0] / corners.length, sum[1] / corners.length])
}
