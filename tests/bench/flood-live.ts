/**
 * The forecast of the running city: how good it is before any training, on storms over the demo city whose low points drain otherwise than the city describes them.
 */

import { generateCity } from '../../config/cities/generate.ts'
import type { RainCell } from '../../config/scenario.ts'
import { createRandom, type Random } from '../../engine/base/random.ts'
import { SECOND_MS } from '../../engine/base/time.ts'
import { type CityForecaster, createCityForecaster } from '../../engine/flood/forecast/answer.ts'
import { type ForecastScore, type ScoredStorm, scoreForecasts } from '../../engine/flood/forecast/score.ts'
import { HORIZON_STEPS, LEADS_MIN, NOWCAST_WINDOWS, STEP_MIN } from '../../engine/flood/forecast/storm.ts'
import { modeFor, type PumpMode, SETTING } from '../../engine/flood/pumps.ts'
import { type City, type CityDevice, deviceKey, type LowPoint } from '../../engine/model/city.ts'
import type { ForecastCurve, ForecastProblem } from '../../engine/model/solve.ts'
import { createRain, type Rain } from '../../simulators/world/rain.ts'
import { createRiver } from '../../simulators/world/river.ts'
import { createWater, type Water } from '../../simulators/world/water.ts'
import type { Bench, Figure } from './report.ts'

const STORMS = 60
const STEPS = 48
/** Share of storms with a high river. */
const SURGES = 0.25
const STEP_S = STEP_MIN * 60
/** Steps that the running city remembers. */
const KEPT = 72
const START = Date.UTC(2026, 5, 18, 9)

/** One to four cells that cross the city, some of them weak. */
function drawCells(random: Random): RainCell[] {
  const place = (): [number, number] => [random.uniform(-0.1, 1.1), random.uniform(-0.1, 1.1)]
  return Array.from({ length: 1 + Math.floor(random.uniform(0, 4)) }, () => ({
    from_min: random.uniform(10, 110),
    duration_min: random.uniform(30, 110),
    peak_mm_h: random.uniform(15, 110),
    radius_m: random.uniform(1500, 5000),
    from: place(),
    to: place(),
  }))
}

/** Nobody has surveyed them well: catchments and the ground under water are up to a third larger or smaller than described. */
const asTheyAre = (low_points: readonly LowPoint[], random: Random): LowPoint[] =>
  low_points.map((point) => ({
    ...point,
    catchment_m2: point.catchment_m2 * Math.exp(random.normal(0, 0.2)),
    storage_m2: point.storage_m2 * Math.exp(random.normal(0, 0.2)),
  }))

interface Played {
  readonly problems: readonly ForecastProblem[]
  /** By low point, then step. */
  readonly truth_m: readonly Float64Array[]
}

/** What a nowcast says: the truth with an error of its own for the storm, and one that grows with the lead. */
function nowcastAt(rain: Rain, station: CityDevice, now: number, bias: number, random: Random): number[] {
  const steps = Array.from({ length: HORIZON_STEPS }, (_, i) => {
    const truth = rain.rate_mm_h(station.at, now + (i + 0.5) * STEP_S * SECOND_MS)
    return Math.max(0, (truth * bias * (1 + random.normal(0, 0.1 * Math.sqrt(i + 1))) * STEP_MIN) / 60)
  })
  return NOWCAST_WINDOWS.map(({ from, to }) => steps.slice(from, to).reduce((sum, mm) => sum + mm, 0))
}

function playStorm(city: City, random: Random): Played {
  const rain = createRain(drawCells(random.fork('cells')), city.bounds, START)
  const low_points = asTheyAre(city.low_points, random.fork('ground'))
  const surge = random.fork('surge')
  const river = createRiver(
    surge.chance(SURGES) ? { from_min: surge.uniform(-60, 60), duration_min: 240, peak_m: surge.uniform(0.5, 2) } : null,
    START,
  )
  const water = createWater(low_points, rain, river)
  const capacity = new Map(
    city.devices.map((device) => [deviceKey(device.district, device.domain, device.id), device.params.capacity_m3_s ?? 0]),
  )
  const gauges = city.devices.filter(({ metrics, domain }) => domain === 'flood' && metrics.includes('rain_mm_h'))
  const stations = city.devices.filter(({ kind }) => kind === 'station')
  const modes = new Map<string, PumpMode>(low_points.map(({ id }) => [id, 'off']))
  const bias = Math.exp(random.fork('bias').normal(0, 0.2))
  const fell = gauges.map((): number[] => [])
  const said = stations.map(() => NOWCAST_WINDOWS.map((): number[] => []))
  const levels = low_points.map((): number[] => [])
  const pumped = low_points.map((): number[] => [])
  const problems: ForecastProblem[] = []
  for (let step = 0; step < STEPS; step++) {
    const sums = gauges.map(() => 0)
    for (let s = 1; s <= STEP_S; s++) {
      const now = START + (step * STEP_S + s) * SECOND_MS
      if (s % 10 === 0) {
        runPumps(water, low_points, capacity, modes, rain, now)
        gauges.forEach(({ at }, g) => {
          sums[g] += (rain.rate_mm_h(at, now) * 10) / 3600
        })
      }
      water.step(now)
    }
    const now = START + (step + 1) * STEP_S * SECOND_MS
    const draw = random.fork(`step/${step}`)
    for (const [g, mm] of sums.entries()) fell[g].push(mm * (1 + draw.normal(0, 0.04)))
    for (const [i, station] of stations.entries())
      for (const [w, mm] of nowcastAt(rain, station, now, bias, draw).entries()) said[i][w].push(mm)
    low_points.forEach(({ id, pumps }, p) => {
      levels[p].push(Math.max(0, Math.round((water.depth_m(id) + draw.normal(0, 0.004)) * 1000) / 1000))
      const setting = SETTING[modes.get(id) ?? 'off']
      pumped[p].push(pumps.reduce((sum, pump) => sum + setting * (capacity.get(pump) ?? 0), 0))
    })
    problems.push({
      type: 'forecast',
      issued: now,
      points: low_points.map(({ id }, p) => ({ id, levels_m: levels[p].slice(-KEPT), pumped_m3_s: pumped[p].slice(-KEPT) })),
      gauges: gauges.map(({ at }, g) => ({ at, rain_mm: fell[g].slice(-KEPT) })),
      stations: stations.map(({ at }, i) => ({ at, nowcast_mm: said[i].map((window) => window.slice(-KEPT)) })),
      river_m: new Array<null>(Math.min(step + 1, KEPT)).fill(null),
    })
  }
  return { problems, truth_m: levels.map((series) => Float64Array.from(series)) }
}

function runPumps(
  water: Water,
  low_points: readonly LowPoint[],
  capacity: ReadonlyMap<string, number>,
  modes: Map<string, PumpMode>,
  rain: Rain,
  now: number,
): void {
  for (const { id, at, threshold_m, pumps } of low_points) {
    const mode = modeFor(modes.get(id) ?? 'off', water.depth_m(id) / threshold_m, rain.rate_mm_h(at, now))
    modes.set(id, mode)
    for (const pump of pumps) water.setPump(id, pump, SETTING[mode] * (capacity.get(pump) ?? 0))
  }
}

/** Share of depths within the band of those where water stands or may come, which should be 0.8. */
interface BandCount {
  inside: number
  all: number
}

function scoreStorm(
  forecaster: CityForecaster,
  { problems, truth_m }: Played,
  low_points: readonly LowPoint[],
  nowcast: boolean,
  band: BandCount,
): ScoredStorm {
  const empty = (): Float64Array[][] => LEADS_MIN.map(() => truth_m.map(() => new Float64Array(problems.length).fill(Number.NaN)))
  const forecast = { leads_min: LEADS_MIN, depth_m: empty(), p_exceed: empty() }
  problems.forEach((problem, t) => {
    const { curves } = forecaster.answer(nowcast ? problem : { ...problem, stations: [] })
    const byPoint = new Map(curves.map((curve): [string, ForecastCurve] => [curve.point, curve]))
    low_points.forEach(({ id }, site) => {
      const curve = byPoint.get(id)
      if (curve === undefined) return
      LEADS_MIN.forEach((lead_min, l) => {
        const step = lead_min / STEP_MIN - 1
        forecast.depth_m[l][site][t] = curve.depth_m[step]
        forecast.p_exceed[l][site][t] = curve.p_exceed[step]
        const depth = truth_m[site][t + step + 1]
        if (depth === undefined || (depth < 0.02 && curve.depth_m[step] < 0.02)) return
        band.all++
        if (depth >= curve.low_m[step] && depth <= curve.high_m[step]) band.inside++
      })
    })
  })
  return { truth_m, forecast }
}

function figuresOf(title: string, { leads, episodes }: ForecastScore, band: BandCount): Figure[] {
  return [
    ...leads.flatMap(({ lead_min, nse, onset, brier }): Figure[] => [
      { name: `${title}, NSE ${lead_min} min`, value: nse ?? 0, unit: '' },
      { name: `${title}, onset CSI ${lead_min} min`, value: onset.csi, unit: '' },
      { name: `${title}, Brier ${lead_min} min`, value: brier, unit: '' },
    ]),
    { name: `${title}, warned ≥ 30 min ahead`, value: episodes.ge30 ?? 0, unit: '' },
    { name: `${title}, warned before`, value: episodes.warned_before ?? 0, unit: '' },
    { name: `${title}, false runs`, value: episodes.false_run_share, unit: '' },
    { name: `${title}, episodes`, value: episodes.n, unit: '' },
    { name: `${title}, wet depths within the band (0.8 is right)`, value: band.inside / Math.max(1, band.all), unit: '' },
  ]
}

export const bench: Bench = async () => {
  const city = generateCity(1)
  const forecaster = createCityForecaster(city, null)
  if (forecaster === null) throw new Error('a forecaster without a model cannot be damaged')
  const random = createRandom(1)
  const storms = Array.from({ length: STORMS }, (_, i) => playStorm(city, random.fork(`storm/${i}`)))
  const thresholds = city.low_points.map(({ threshold_m }) => threshold_m)
  const figures: Figure[] = []
  for (const [title, nowcast] of [
    ['untrained, nowcast', true],
    ['untrained, gauges', false],
  ] as const) {
    const band = { inside: 0, all: 0 }
    const scored = storms.map((storm) => scoreStorm(forecaster, storm, city.low_points, nowcast, band))
    figures.push(...figuresOf(title, scoreForecasts(scored, thresholds), band))
  }
  return figures
}
