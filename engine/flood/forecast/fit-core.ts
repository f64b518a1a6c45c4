/** Learns the physical core: a catchment and rating per point, the points that tell of each other, and the forests that read the rain ahead. */
import type { Random } from '../../base/random.ts'
import { binColumns, boost } from './boost.ts'
import { cleanLevels } from './clean.ts'
import { fitCatchment } from './fit-hydrology.ts'
import { plainRain, RAIN_FEATURES, RAIN_SPANS, rainFeatures } from './rain-ahead.ts'
import { HORIZON_STEPS, type KnownStorm } from './storm.ts'
import type { Forest } from './trees.ts'
import type { Core } from './watch.ts'

const NEIGHBOURS_KEPT = 3
/** Neighbours are judged by what they tell of half an hour later. */
const NEIGHBOUR_LAG = 6
const RAIN_BOOST = { trees: 90, learning_rate: 0.06, leaves: 10, leaf_rows: 40, l2: 5, row_share: 0.6, feature_share: 0.5 }

export function fitCore(storms: readonly KnownStorm[], random: Random): Core {
  const sites = storms[0].truth_m.length
  const neighbours = findNeighbours(storms, sites)
  const points = Array.from({ length: sites }, (_, site) => {
    const { catchment, rating } = fitCatchment(
      storms,
      storms.map(({ truth_m }) => truth_m[site]),
      random.fork(`catchment/${site}`),
    )
    return { catchment, rating, neighbours: neighbours[site] }
  })
  return { points, rain: fitRain(storms, random.fork('rain')) }
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

function fitRain(storms: readonly KnownStorm[], random: Random): Forest[] {
  const times = storms.flatMap((storm) => Array.from({ length: Math.max(0, storm.steps - HORIZON_STEPS) }, (_, t) => ({ storm, t })))
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
    return boost({ binned, target, weight, monotone, loss: { kind: 'squared' }, options: RAIN_BOOST, random: random.fork(`span/${s}`) })
  })
}
