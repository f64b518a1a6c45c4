/** Learns the physical core: a catchment and rating per point, the points that tell of each other, and the forests that read the rain ahead. */
import type { Random } from '../../base/random.ts'
import { binColumns, boost } from '../../learn/boost.ts'
import type { Forest } from '../../learn/trees.ts'
import { cleanLevels } from './clean.ts'
import { type FittedCatchment, fitCatchment } from './fit-hydrology.ts'
import { plainRain, RAIN_FEATURES, RAIN_SPANS, rainFeatures } from './rain-ahead.ts'
import { HORIZON_STEPS, type KnownStorm, rainOn, type Site } from './storm.ts'
import type { PointCore } from './watch.ts'

const NEIGHBOURS_KEPT = 3
/** Neighbours are judged by what they tell of half an hour later. */
const NEIGHBOUR_LAG = 6
const RAIN_BOOST = { trees: 90, learning_rate: 0.06, leaves: 10, leaf_rows: 40, l2: 5, row_share: 0.6, feature_share: 0.5 }

/** By site of the storms. */
export function fitPoints(storms: readonly KnownStorm[], random: Random): PointCore[] {
  const sites = storms[0]?.truth_m.length ?? 0
  const neighbours = findNeighbours(storms, sites)
  return neighbours.map((own, site) => {
    const depths = storms.map(({ truth_m }) => truth_m[site])
    const there = storms.map((storm) => ({ ...storm, ...rainOn(storm, site) }))
    return { ...fitCatchment(there, depths, random.fork(`catchment/${site}`)), neighbours: own }
  })
}

/** A point of which nothing is known: the mean of all, its rating in shares of the threshold. */
export function fitTypical(storms: readonly KnownStorm[], sites: readonly Site[], random: Random): FittedCatchment {
  const depths = storms.map(({ truth_m, steps }) => {
    const mean = new Float64Array(steps).fill(Number.NaN)
    for (let t = 0; t < steps; t++) {
      const known = sites.flatMap(({ threshold_m }, site) => (Number.isNaN(truth_m[site][t]) ? [] : [truth_m[site][t] / threshold_m]))
      if (known.length > 0) mean[t] = known.reduce((sum, share) => sum + share, 0) / known.length
    }
    return mean
  })
  return fitCatchment(storms, depths, random.fork('typical'))
}

/** By point: the others whose level goes best with its own of half an hour later (Pearson). */
function findNeighbours(storms: readonly KnownStorm[], sites: number): number[][] {
  const levels = storms.map(({ levels_m, steps }) => cleanLevels(levels_m, steps))
  const gather = (site: number, later: number): Float64Array => {
    const parts = storms.map(({ steps }, s) => levels[s][site].level_m.subarray(later, steps - NEIGHBOUR_LAG + later))
    const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      all.set(part, at)
      at += part.length
    }
    return all
  }
  const now = Array.from({ length: sites }, (_, site) => gather(site, 0))
  return now.map((_, site) => {
    const later = gather(site, NEIGHBOUR_LAG)
    return now
      .map((series, other) => ({ other, r: other === site ? -2 : correlation(series, later) }))
      .filter(({ other }) => other !== site)
      .sort((a, b) => b.r - a.r || a.other - b.other)
      .slice(0, NEIGHBOURS_KEPT)
      .map(({ other }) => other)
  })
}

function correlation(x: Float64Array, y: Float64Array): number {
  let n = 0
  let sx = 0
  let sy = 0
  let xx = 0
  let yy = 0
  let xy = 0
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i]) || Number.isNaN(y[i])) continue
    n++
    sx += x[i]
    sy += y[i]
    xx += x[i] * x[i]
    yy += y[i] * y[i]
    xy += x[i] * y[i]
  }
  const spread = Math.sqrt(Math.max(0, n * xx - sx * sx) * Math.max(0, n * yy - sy * sy))
  return spread > 0 ? (n * xy - sx * sy) / spread : -1
}

/** Forests by span of RAIN_SPANS; none when the storms are too short to learn from. */
export function fitRain(storms: readonly KnownStorm[], random: Random): Forest[] {
  const times = storms.flatMap((storm) => Array.from({ length: Math.max(0, storm.steps - HORIZON_STEPS) }, (_, t) => ({ storm, t })))
  if (times.length === 0) return []
  const columns = Array.from({ length: RAIN_FEATURES }, () => new Float32Array(times.length))
  const row = new Float32Array(RAIN_FEATURES)
  times.forEach(({ storm, t }, i) => {
    rainFeatures(storm, t, row)
    for (let f = 0; f < RAIN_FEATURES; f++) columns[f][i] = row[f]
  })
  const binned = binColumns(columns)
  return RAIN_SPANS.map(({ from, to }, s) => {
    const target = Float64Array.from(times, ({ storm, t }) => {
      let sum = 0
      for (let step = from + 1; step <= to; step++) sum += storm.rain_mm[t + step]
      return Math.sqrt(sum / (to - from)) - Math.sqrt(plainRain(storm, t)[s])
    })
    const weight = new Float64Array(times.length).fill(1)
    const monotone = new Int8Array(RAIN_FEATURES)
    const rows = Int32Array.from(times.keys())
    return boost({ binned, rows, target, weight, monotone, loss: 'squared', options: RAIN_BOOST, random: random.fork(`span/${s}`) })
  })
}
