/**
 * Fills a city that has streets with what a city looks after: grids and officers, depots and crews, low points with gauges and pumps, bins,
 * cameras, rain gauges, weather stations. What the city already has of a kind stays as it is. The demo city is filled by this as well.
 */
import { localFrame } from '../../engine/base/geo.ts'
import { createRandom, type Random } from '../../engine/base/random.ts'
import type { City, CityDevice, Grid } from '../../engine/model/city.ts'
import { evenCells } from '../cities/cells.ts'
import { area_m2, type XY } from '../cities/plane.ts'
import { createAreaFinder, roundDegrees } from '../city-places.ts'
import { convexHull } from './hull.ts'
import { createPlanter, type Planter } from './planter.ts'
import { assessAll, letTurn } from './populate-cameras.ts'
import { formCrews, PLAN_ROUNDS_AT_H, placeDepots, placeTips } from './populate-crews.ts'
import { gridsOf } from './populate-grids.ts'
import { plantBins, plantCameras, plantSignals } from './populate-streets.ts'
import { findLowSites, plantLowPoints, plantRiverside, plantWeather } from './populate-water.ts'

/** Numbers of a city of 120 grids, the size of the demo; others in proportion. */
const FULL = {
  grids: 120,
  bins: 1640,
  cameras: 210,
  low_points: 18,
  rain_gauges: 14,
  stations: 6,
  river_gauges: 5,
  gates: 4,
  depots: 7,
  tips: 2,
} as const
const GRID_KM2 = 0.5
const GRIDS_MAX = 150

/** The city with everything that was missing; the same for the same city and seed. */
export function populate(bare: City, seed: number): City {
  const random = createRandom(`populate/${seed}`)
  const gridded = bare.grids.length > 0 ? bare : locate({ ...bare, grids: drawGrids(bare, random.fork('grids')) })
  const city = plantJunctionDevices(gridded)
  const scale = city.grids.length / FULL.grids
  const depots = city.depots.length > 0 ? city.depots : placeDepots(city, atLeast(2, FULL.depots * scale), random.fork('depots'))
  const crews = city.crews.length > 0 ? city.crews : formCrews(depots, Math.max(0.25, Math.min(2, scale)))
  const plant = createPlanter(city)
  const water = city.low_points.length > 0 ? { low_points: city.low_points, devices: [] } : lowPoints(city, scale, plant, random)
  const devices = [...city.devices, ...water.devices]
  const missing = (kind: string, plants: () => CityDevice[]): void => {
    if (!city.devices.some((device) => device.kind === kind)) devices.push(...plants())
  }
  missing('gate', () =>
    plantRiverside(city, { gauges: atLeast(1, FULL.river_gauges * scale), gates: atLeast(1, FULL.gates * scale) }, plant),
  )
  missing('rain_gauge', () => plantWeather(city, 'rain_gauge', atLeast(1, FULL.rain_gauges * scale), plant))
  missing('station', () => plantWeather(city, 'station', atLeast(1, FULL.stations * scale), plant))
  missing('bin', () => plantBins(city, atLeast(8, FULL.bins * scale), plant, random.fork('bins')))
  missing('camera', () => letTurn(plantCameras(city, atLeast(4, FULL.cameras * scale), plant, random.fork('cameras'))))
  missing('phone', () => phones({ ...city, depots, crews }, plant))
  const collects = crews.some(({ skills }) => skills.includes('collect'))
  const tips = city.tips.length > 0 || !collects ? city.tips : placeTips(city, atLeast(1, FULL.tips * scale))
  const plan_rounds_at_h = city.plan_rounds_at_h.length > 0 || !collects ? city.plan_rounds_at_h : PLAN_ROUNDS_AT_H
  const assessments = city.assessments.length > 0 ? city.assessments : assessAll(city)
  return { ...city, depots, crews, assessments, low_points: water.low_points, devices, tips, plan_rounds_at_h }
}

/** The city with detectors and a controller for every junction that is described: without them its signals would be deaf and mute. */
export function plantJunctionDevices(city: City): City {
  const plant = createPlanter(city)
  const kinds = ['detector', 'controller'] as const
  return { ...city, devices: [...city.devices, ...kinds.flatMap((kind) => plantSignals(city.junctions, kind, plant))] }
}

const atLeast = (least: number, count: number): number => Math.max(least, Math.round(count))

function lowPoints(city: City, scale: number, plant: Planter, random: Random): ReturnType<typeof plantLowPoints> {
  const sites = findLowSites(city, atLeast(2, FULL.low_points * scale), random.fork('low_sites'))
  return plantLowPoints(sites, plant, random.fork('low_points'))
}

/** Devices that stood there before the grids were drawn learn which one they are in. */
function locate(city: City): City {
  const gridOf = createAreaFinder(city.grids)
  return { ...city, devices: city.devices.map((device) => ({ ...device, grid: device.grid ?? gridOf(device.at)?.code ?? null })) }
}

/** Cells of about half a square kilometre over the convex hull of every district. */
function drawGrids(city: City, random: Random): Grid[] {
  const plans = city.districts.map(({ id, name, outline }) => {
    const frame = localFrame(outline[0])
    const hull = convexHull(outline.map((p): XY => frame.toXY(p)))
    const count = Math.max(4, Math.min(GRIDS_MAX, Math.round(area_m2(hull) / 1e6 / GRID_KM2)))
    const cells = evenCells(hull, count, random.fork(id)).map((cell) => {
      const ring = cell.map(([x, y]) => roundDegrees(frame.toLonLat(x, y)))
      return [...ring, ring[0]]
    })
    return { id, name, cells }
  })
  return gridsOf(plans, random.fork('officers'))
}

function phones({ crews, depots }: City, plant: Planter): CityDevice[] {
  return crews.flatMap((crew) => {
    const depot = depots.find(({ id }) => id === crew.depot)
    if (depot === undefined) return []
    return plant({ kind: 'phone', id: crew.id, at: depot.at, near: crew, place: depot.id, district: crew.district }) ?? []
  })
}
