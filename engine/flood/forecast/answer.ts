/**
 * Answers a forecast problem: rain is brought from the gauges to each low point, points that the model knows are forecast by it, and all others by what the city
 * tells of them.
 */
import type { LonLat } from '../../base/geo.ts'
import { type City, deviceKey } from '../../model/city.ts'
import type { ForecastAnswer, ForecastCurve, ForecastProblem } from '../../model/solve.ts'
import { completeNowcast, rainCourses } from './courses.ts'
import { createForecaster, type Forecaster, forecastNow } from './forecast.ts'
import type { FloodModel } from './model.ts'
import { mixSeries, sourcesOf } from './place.ts'
import { HORIZON_STEPS, NOWCAST_WINDOWS, type Site, STEP_MIN, type StormRain } from './storm.ts'
import { forecastUntrained, type Geometry } from './untrained.ts'

export interface CityForecaster {
  answer(problem: ForecastProblem): ForecastAnswer
}

/** What a forecast needs of a city. */
export type Waters = Pick<City, 'low_points' | 'devices'>

/** A low point as the city describes it. */
interface Place extends Geometry {
  readonly at: LonLat
  readonly rim_m: number | null
}

const LEADS = Array.from({ length: HORIZON_STEPS }, (_, step) => (step + 1) * STEP_MIN)

function placesOf({ low_points, devices }: Waters): Map<string, Place> {
  const params = new Map(devices.map((device) => [deviceKey(device.district, device.domain, device.id), device.params]))
  return new Map(
    low_points.map(({ id, at, threshold_m, catchment_m2, storage_m2, gauges, pumps }) => [
      id,
      {
        at,
        threshold_m,
        catchment_m2,
        storage_m2,
        pumps_m3_s: pumps.reduce((sum, pump) => sum + (params.get(pump)?.capacity_m3_s ?? 0), 0),
        rim_m: gauges.flatMap((gauge) => params.get(gauge)?.rim_m ?? []).at(0) ?? null,
      },
    ]),
  )
}

/** @returns null when the forests of the model are damaged */
export function createCityForecaster(city: Waters, model: FloodModel | null): CityForecaster | null {
  const places = placesOf(city)
  const sites = (model?.points ?? []).flatMap(({ node, rim_m }): Site[] => {
    const place = places.get(node)
    return place === undefined ? [] : [{ node, rim_m: place.rim_m ?? rim_m, threshold_m: place.threshold_m }]
  })
  const nowcast = createForecaster(model, sites, true)
  const gauges = createForecaster(model, sites, false)
  if (nowcast === null || gauges === null) return null
  return {
    answer(problem) {
      const asked = readProblem(problem, places)
      const trained = sites.length === 0 ? new Map<string, ForecastCurve>() : askModel(problem, asked, { nowcast, gauges })
      return { type: 'forecast', curves: asked.map((point) => trained.get(point.id) ?? askPhysics(point)) }
    },
  }
}

/** One low point with what is known of it; NaN where nothing is. */
interface Asked {
  readonly id: string
  readonly place: Place
  readonly level_m: Float64Array
  readonly pumped_m3_s: Float64Array
  readonly rain: StormRain
}

const withGaps = (series: readonly (number | null)[]): Float64Array => Float64Array.from(series, (value) => value ?? Number.NaN)

/** A point of which nothing was known for so long is not forecast. */
const KNOWN_STEPS = 6

const isKnown = (series: Float64Array): boolean => series.subarray(-KNOWN_STEPS).some((value) => !Number.isNaN(value))

/** Steps whose rain no gauge knows are taken as dry: the level says what fell. */
function readProblem({ points, gauges, stations, river_m }: ForecastProblem, places: ReadonlyMap<string, Place>): Asked[] {
  const steps = river_m.length
  const found = points.flatMap((point) => {
    const place = places.get(point.id)
    return place === undefined ? [] : [{ ...point, place }]
  })
  const at = found.map(({ place }) => place.at)
  const gauged = sourcesOf(
    at,
    gauges.map((gauge) => gauge.at),
  )
  const announced = sourcesOf(
    at,
    stations.map((station) => station.at),
  )
  const fell = gauges.map(({ rain_mm }) => rain_mm)
  const said = NOWCAST_WINDOWS.map((_, w) => stations.map(({ nowcast_mm }) => nowcast_mm[w]))
  return found.flatMap(({ id, place, levels_m, pumped_m3_s }, p): Asked[] => {
    const level_m = withGaps(levels_m)
    const known_mm = mixSeries(gauged[p], fell, steps)
    const windows = said.map((series) => mixSeries(announced[p], series, steps))
    const isAnnounced = !Number.isNaN(windows[0][steps - 1])
    if (!isAnnounced && !isKnown(level_m) && !isKnown(known_mm)) return []
    const rain_mm = known_mm.map((mm) => (Number.isNaN(mm) ? 0 : mm))
    const nowcast_mm = isAnnounced ? completeNowcast(windows, rain_mm) : null
    return [{ id, place, level_m, pumped_m3_s: withGaps(pumped_m3_s), rain: { rain_mm, nowcast_mm } }]
  })
}

interface Forecasters {
  readonly nowcast: Forecaster
  readonly gauges: Forecaster
}

/** By point that the model knows and that was asked for. */
function askModel(problem: ForecastProblem, asked: readonly Asked[], { nowcast, gauges }: Forecasters): Map<string, ForecastCurve> {
  const known = new Map(asked.map((point) => [point.id, point]))
  const steps = problem.river_m.length
  const dry: StormRain = { rain_mm: new Float64Array(steps), nowcast_mm: null }
  const local = gauges.sites.map(({ node }) => known.get(node)?.rain ?? dry)
  const isAnnounced = asked.length > 0 && local.every(({ nowcast_mm }) => nowcast_mm !== null)
  const [first] = local
  const forecaster = isAnnounced ? nowcast : gauges
  const curves = forecastNow(
    forecaster,
    {
      steps,
      rain_mm: first.rain_mm,
      nowcast_mm: isAnnounced ? first.nowcast_mm : null,
      local: isAnnounced ? local : local.map(({ rain_mm }) => ({ rain_mm, nowcast_mm: null })),
      tide_m: lastKnown(problem.river_m),
      levels_m: gauges.sites.map(({ node }) => known.get(node)?.level_m ?? new Float64Array(steps).fill(Number.NaN)),
    },
    LEADS,
  )
  return new Map(
    curves.map((leads, site) => {
      const { node } = gauges.sites[site]
      const series = (read: (lead: (typeof leads)[number]) => number): number[] => leads.map((lead) => rounded(read(lead)))
      return [
        node,
        {
          point: node,
          basis: forecaster.basis,
          depth_m: series(({ depth_m }) => depth_m),
          low_m: series(({ low_m }) => low_m),
          high_m: series(({ high_m }) => high_m),
          p_exceed: series(({ p_exceed }) => p_exceed),
        },
      ]
    }),
  )
}

/** Gaps of a level that moves slowly are bridged; 0 before the first. */
function lastKnown(series: readonly (number | null)[]): Float64Array {
  let last = 0
  return Float64Array.from(series, (value) => {
    last = value ?? last
    return last
  })
}

function askPhysics({ id, place, rain, level_m, pumped_m3_s }: Asked): ForecastCurve {
  const history = { rain_mm: rain.rain_mm, level_m, pumped_m3_s }
  const curve = forecastUntrained(place, history, rainCourses(rain, level_m.length - 1))
  const series = (values: Float64Array): number[] => Array.from(values, rounded)
  return {
    point: id,
    basis: 'physical',
    depth_m: series(curve.depth_m),
    low_m: series(curve.low_m),
    high_m: series(curve.high_m),
    p_exceed: series(curve.p_exceed),
  }
}

/** A forecast says nothing below a millimetre and a thousandth. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000
