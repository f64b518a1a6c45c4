/**
 * Rain at a place from the gauges around it: the nearest that know it, each with a weight of one over its distance squared (Shepard 1968). The same for what
 * stations say of the rain to come.
 */
import { type LonLat, localFrame } from '../../base/geo.ts'

/** Sources of rain at a place, nearest first, with their weights. */
export interface Sources {
  readonly index: readonly number[]
  readonly weight: readonly number[]
}

/** So many of those that know a value are mixed. */
const MIXED = 3
/** Nearer than this, nearness makes no difference. */
const NEAR_M = 100

/** By place. */
export function sourcesOf(places: readonly LonLat[], sources: readonly LonLat[]): Sources[] {
  const [origin] = sources
  if (origin === undefined) return places.map(() => ({ index: [], weight: [] }))
  const { toXY } = localFrame(origin)
  const at = sources.map(toXY)
  return places.map((place) => {
    const [x, y] = toXY(place)
    const squares = at.map(([sx, sy]) => (x - sx) ** 2 + (y - sy) ** 2)
    const index = [...squares.keys()].sort((a, b) => squares[a] - squares[b] || a - b)
    return { index, weight: index.map((i) => 1 / Math.max(NEAR_M ** 2, squares[i])) }
  })
}

/** Value of step `t` at a place; NaN where no source knows it. @param series by source */
function mix({ index, weight }: Sources, series: readonly (readonly (number | null)[])[], t: number): number {
  let sum = 0
  let all = 0
  let mixed = 0
  for (let i = 0; i < index.length && mixed < MIXED; i++) {
    const value = series[index[i]][t]
    if (value === null) continue
    sum += weight[i] * value
    all += weight[i]
    mixed++
  }
  return mixed === 0 ? Number.NaN : sum / all
}

export const mixSeries = (sources: Sources, series: readonly (readonly (number | null)[])[], steps: number): Float64Array =>
  Float64Array.from({ length: steps }, (_, t) => mix(sources, series, t))
