/** A made-up quarter for the bench of patrols: cameras that can turn, what stands in their views, and what happens there, the same whoever looks. */
import { CAMERA_KINDS } from '../../config/import/populate-cameras.ts'
import { localFrame } from '../../engine/base/geo.ts'
import type { Random } from '../../engine/base/random.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../engine/base/time.ts'
import { type Target, turningCameras } from '../../engine/camera/patrol/places.ts'
import type { CameraPreset } from '../../engine/model/cameras.ts'
import type { City, CityDevice, Road } from '../../engine/model/city.ts'
import { EMPTY_CITY } from '../../engine/model/empty-city.ts'
import type { LowPointForecast } from '../../engine/model/forecast.ts'

/** A look at what is false ends it; nobody knows before which it is. */
export interface Happening {
  readonly target: Target
  readonly begins: EpochMs
  readonly ends: EpochMs
  /** Somebody else has reported it with this probability, so that it waits for evidence; null for what nobody knows of. */
  readonly doubt: number | null
}

const SIDE = 4
const GAP_M = 170
const RANGE_M = 140
const frame = localFrame([120, 30])
/** Of the whole run: dry, a storm, dry again. */
export const STORM_H = { from: 0.5, until: 1.5 }
export const RUN_H = 2

/** @param presets of each camera, which share its horizon */
export function createQuarter(random: Random, presets: number): City {
  const named = (id: string) => ({ zh: id, en: id })
  const spot = (n: number) => {
    const draw = random.fork(`spot ${n}`)
    return frame.toLonLat(draw.uniform(-60, (SIDE - 1) * GAP_M + 60), draw.uniform(-60, (SIDE - 1) * GAP_M + 60))
  }
  const device = (id: string, domain: 'camera' | 'waste', kind: string, at: CityDevice['at']): CityDevice => ({
    district: 'd0',
    domain,
    id,
    kind,
    at,
    name: named(id),
    grid: null,
    metrics: [],
    interval_s: 60,
    place: null,
    params: {},
  })
  const cameras = Array.from({ length: SIDE * SIDE }, (_, i): CityDevice => {
    const [x, y] = [(i % SIDE) * GAP_M, Math.floor(i / SIDE) * GAP_M]
    const at = frame.toLonLat(x, y)
    const views = Array.from({ length: presets }, (_unused, p): CameraPreset => {
      const bearing_deg = (p * 360) / presets
      const turn = (bearing_deg * Math.PI) / 180
      const middle = frame.toLonLat(x + (RANGE_M / 2) * Math.sin(turn), y + (RANGE_M / 2) * Math.cos(turn))
      return { id: `p${p}`, at: middle, view: { bearing_deg, width_deg: 360 / presets, range_m: RANGE_M }, masks: [] }
    })
    const patrol = { home: null, move_s: 6, dwell_s: 24, revisit_min: 60 }
    return {
      ...device(`C${i}`, 'camera', 'camera', at),
      camera: { impact_assessment: 'A', retention_days: 30, masks: [], presets: views, patrol },
    }
  })
  const low_points = Array.from({ length: 16 }, (_, i) => ({
    id: `L${i}`,
    district: 'd0',
    name: named(`L${i}`),
    at: spot(i),
    grid: null,
    outline: [],
    threshold_m: 0.15,
    catchment_m2: 1,
    storage_m2: 1,
    gauges: [],
    pumps: [],
  }))
  const roads = Array.from({ length: 140 }, (_, i): Road => {
    const at = spot(1000 + i)
    const ends = { from: 'n', to: 'n', length_m: 80, speed_kmh: 30, lanes: 2, oneway: false }
    return { id: `R${i}`, class: 'residential', name: named(`R${i}`), line: [at], ...ends }
  })
  const bins = Array.from({ length: 60 }, (_, i) => device(`B${i}`, 'waste', 'bin', spot(100 + i)))
  return {
    ...EMPTY_CITY,
    districts: [{ id: 'd0', name: named('d0'), outline: [] }],
    low_points,
    roads,
    devices: [...cameras, ...bins],
    assessments: [{ id: 'A', kinds: CAMERA_KINDS, hours: null, cameras: [], districts: ['d0'] }],
  }
}

/** Happenings an hour at one place and how long they stay; some places are far worse than others, and nobody is told which. Not what the planner assumes. */
const KINDS: Readonly<Record<string, { readonly per_h: number; readonly stays_min: number }>> = {
  'road.flooded': { per_h: 0.005, stays_min: 40 },
  'road.accident': { per_h: 0.03, stays_min: 20 },
  'road.illegal_parking': { per_h: 0.25, stays_min: 12 },
  'road.debris': { per_h: 0.03, stays_min: 20 },
  'street.stall': { per_h: 0.1, stays_min: 25 },
  'waste.overflow': { per_h: 0.05, stays_min: 60 },
  'waste.mis_sorted': { per_h: 0.05, stays_min: 4 },
  'fire.smoke': { per_h: 0.005, stays_min: 15 },
}
const SPREAD = 1.2
const DOUBTS_PER_H = 12

export interface World {
  readonly happenings: readonly Happening[]
  /** Happenings an hour by place and kind. */
  readonly rates: ReadonlyMap<string, number>
  /** What is forecast of low points as of that time: right on average, and noisy. */
  readonly forecastsAt: (now: EpochMs) => ReadonlyMap<string, LowPointForecast>
}

export function playWorld(city: City, random: Random, start: EpochMs): World {
  const targets = new Map(
    turningCameras(city).flatMap(({ presets }) => presets.flatMap((view) => view.targets.map((target) => [target.key, target] as const))),
  )
  const happenings: Happening[] = []
  const chance = new Map<string, number>()
  const rates = new Map<string, number>()
  const end = start + RUN_H * HOUR_MS
  const storm = { from: start + STORM_H.from * HOUR_MS, until: start + STORM_H.until * HOUR_MS }
  for (const [key, target] of targets) {
    const draw = random.fork(key)
    const { stays_min } = KINDS[target.kind]
    const per_h = KINDS[target.kind].per_h * Math.exp(SPREAD * draw.normal(0, 1) - SPREAD ** 2 / 2)
    rates.set(key, per_h)
    for (let at = start + draw.exponential(HOUR_MS / per_h); at < end; at += draw.exponential(HOUR_MS / per_h))
      happenings.push({ target, begins: at, ends: at + draw.exponential(stays_min * MINUTE_MS), doubt: null })
    if (target.kind !== 'road.flooded' || target.place.includes('/')) continue
    const p = draw.next() ** 2
    chance.set(target.place, p)
    if (!draw.chance(p)) continue
    const begins = draw.uniform(storm.from + 20 * MINUTE_MS, storm.until)
    happenings.push({ target, begins, ends: begins + draw.exponential(60 * MINUTE_MS), doubt: null })
  }
  const draw = random.fork('doubts')
  const all = [...targets.values()]
  for (let at = start + draw.exponential(HOUR_MS / DOUBTS_PER_H); at < end; at += draw.exponential(HOUR_MS / DOUBTS_PER_H))
    happenings.push({ target: draw.pick(all), begins: at, ends: at + 15 * MINUTE_MS, doubt: draw.uniform(0.35, 0.8) })
  const forecastsAt = (now: EpochMs): Map<string, LowPointForecast> => {
    const wet = now >= storm.from - 30 * MINUTE_MS && now < storm.until
    return new Map(
      [...chance].map(([point, p]) => {
        const noisy = Math.min(0.95, Math.max(0.01, p + random.fork(`${point} ${Math.floor(now / (10 * MINUTE_MS))}`).normal(0, 0.15)))
        const leads = [{ lead_min: 60, depth_m: 0, low_m: 0, high_m: 0, p_exceed: wet ? noisy : 0.001 }]
        return [point, { point, issued: now, basis: 'nowcast', level_m: 0, leads, crossing: null }]
      }),
    )
  }
  return { happenings, forecastsAt, rates }
}
