/** Layer 2: low points filled by the depth of standing water, one hue from shallow to deep. */
import { type LonLat, meanPlace } from '../../engine/base/geo.ts'
import type { Place } from '../data/city.ts'
import { atLead, isNews, isStale } from '../data/forecast.ts'
import type { LiveTables } from '../data/tables.ts'
import { type Rgba, rgba } from '../tokens.ts'
import type { Drawing, Scene } from './drawing.ts'

/** Shallower than this is a wet road. */
export const WET_M = 0.05
/** Lower bounds of the four depth colours, metres: 0.15 stops pedestrians, 0.27 (a wheel's height) cars, 0.6 lorries. */
export const DEPTH_STEPS_M = [WET_M, 0.15, 0.27, 0.6] as const
const DRY = rgba('depth-0', 0.35)

export function depthColour(depth_m: number | null): Rgba {
  if (depth_m === null || depth_m < WET_M) return DRY
  let step = 0
  while (step + 1 < DEPTH_STEPS_M.length && depth_m >= DEPTH_STEPS_M[step + 1]) step++
  return rgba(`depth-${step}`, 0.92)
}

/** The deepest of a low point's gauges that report; null when none does. */
export function depthOf(place: Place, tables: LiveTables): number | null {
  let deepest: number | null = null
  for (const gauge of place.properties.gauges ?? []) {
    const level_m = tables.devices.get(gauge)?.v.level_m
    if (level_m !== undefined && (deepest === null || level_m > deepest)) deepest = level_m
  }
  return deepest
}

/** Rings of the forecast stand off the low point by these shares of its size, the later the farther, and thinner. */
const GHOSTS = [
  { lead_min: 30, scale: 1.35, width_px: 2.5 },
  { lead_min: 60, scale: 1.7, width_px: 1.25 },
] as const

function around(ring: readonly LonLat[], scale: number): LonLat[] {
  const [lon, lat] = meanPlace(ring.slice(1))
  return ring.map(([a, b]) => [lon + scale * (a - lon), lat + scale * (b - lat)])
}

/** Where water, or a fair chance of a flood, is forecast: a ring in the colour of its depth. */
function ghosts({ city, tables, versions, now }: Scene): Drawing[] {
  const points = city.layers.low_point
  return GHOSTS.map(({ lead_min, scale, width_px }): Drawing => {
    const wet = points.flatMap((point) => {
      const row = tables.forecasts.get(point.properties.id)
      return row !== undefined && !isStale(row, now) && isNews(row, lead_min)
        ? [{ point, depth_m: Math.max(WET_M, atLead(row, lead_min).depth_m) }]
        : []
    })
    return {
      type: 'paths',
      id: `forecast-${lead_min}`,
      count: wet.length,
      // Between two forecasts rows can only grow stale.
      version: `${city.stamp}/${versions.forecasts}/${wet.length}`,
      style: 0,
      scale: 1,
      choose: (i) => ({ kind: 'low_point', id: wet[i].point.properties.id }),
      path: (i) => around(wet[i].point.line, scale),
      colour: (i) => depthColour(wet[i].depth_m),
      width_px: () => width_px,
    }
  })
}

export function flood(scene: Scene): Drawing[] {
  const { city, tables, versions } = scene
  const points = city.layers.low_point
  const edge = rgba('depth-2', 0.9)
  const over = rgba('state-warning')
  const isOver = (point: Place): boolean => (depthOf(point, tables) ?? 0) >= (point.properties.threshold_m ?? Number.POSITIVE_INFINITY)
  const common = { count: points.length, version: city.stamp, style: versions.devices, scale: 1 }
  return [
    ...ghosts(scene),
    {
      ...common,
      type: 'polygons',
      id: 'low-points',
      choose: (i) => ({ kind: 'low_point', id: points[i].properties.id }),
      ring: (i) => points[i].line,
      fill: (i) => depthColour(depthOf(points[i], tables)),
    },
    {
      ...common,
      type: 'paths',
      id: 'low-point-edges',
      choose: null,
      path: (i) => points[i].line,
      colour: (i) => (isOver(points[i]) ? over : edge),
      width_px: (i) => (isOver(points[i]) ? 2 : 1),
    },
  ]
}
