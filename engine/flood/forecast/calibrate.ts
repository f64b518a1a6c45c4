/** What was said against what came, on storms that were held back: chances by Platt's two parameters (1999), bands by conformal quantiles in classes of spread. */
export interface ChanceScale {
  readonly offset: number
  /** Never below 0: a higher chance stays a higher chance. */
  readonly slope: number
}

export const PLAIN_CHANCE: ChanceScale = { offset: 0, slope: 1 }

export const chanceOf = (logit: number, { offset, slope }: ChanceScale): number => 1 / (1 + Math.exp(-(offset + slope * logit)))

const NEWTON_STEPS = 25
/** Holds the slope near 1 when there is little to learn from. */
const PRIOR = 20

/** @param came 1 where it did, 0 where it did not */
export function fitChance(logits: Float64Array, came: Float64Array): ChanceScale {
  let offset = 0
  let slope = 1
  for (let step = 0; step < NEWTON_STEPS; step++) {
    let g0 = PRIOR * offset
    let g1 = PRIOR * (slope - 1)
    let h00 = PRIOR
    let h01 = 0
    let h11 = PRIOR
    for (let i = 0; i < logits.length; i++) {
      const p = chanceOf(logits[i], { offset, slope })
      const w = p * (1 - p)
      g0 += p - came[i]
      g1 += (p - came[i]) * logits[i]
      h00 += w
      h01 += w * logits[i]
      h11 += w * logits[i] * logits[i]
    }
    const determinant = h00 * h11 - h01 * h01
    if (!(determinant > 0)) break
    offset -= (h11 * g0 - h01 * g1) / determinant
    slope -= (h00 * g1 - h01 * g0) / determinant
  }
  return Number.isFinite(offset) && Number.isFinite(slope) && slope > 0 ? { offset, slope } : PLAIN_CHANCE
}

/** Band of the error for forecasts whose spread is at most `spread`; all as shares of the threshold. */
export interface Band {
  readonly spread: number
  readonly low: number
  readonly high: number
}

/** The band holds this share of what comes: one in ten is above it, one in ten below. */
const BAND_SHARE = 0.8
const CLASSES = 8
const CLASS_MIN = 30

/**
 * Mondrian conformal bands (Vovk et al. 2005): in every class of spread the quantiles of the errors that were made.
 * @param errors truth less forecast
 */
export function fitBands(spread: Float64Array, errors: Float64Array): Band[] {
  const order = Array.from(spread.keys()).sort((a, b) => spread[a] - spread[b])
  const classes = Math.max(1, Math.min(CLASSES, Math.floor(order.length / CLASS_MIN)))
  const bands: Band[] = []
  for (let c = 0; c < classes; c++) {
    const members = order.slice(Math.floor((c * order.length) / classes), Math.floor(((c + 1) * order.length) / classes))
    if (members.length === 0) continue
    const sorted = Float64Array.from(members, (i) => errors[i]).sort()
    const tail = (1 - BAND_SHARE) / 2
    const rank = (share: number): number => Math.min(sorted.length - 1, Math.max(0, Math.floor(share * (sorted.length + 1)) - 1))
    const last = c === classes - 1 ? Number.MAX_VALUE : spread[members[members.length - 1]]
    bands.push({
      spread: last,
      low: Math.min(0, sorted[rank(tail)]),
      high: Math.max(0, sorted[Math.min(sorted.length - 1, rank(1 - tail) + 1)]),
    })
  }
  return bands
}

/** The band of the class that the spread falls into; null without any. */
export function bandOf(bands: readonly Band[], spread: number): Band | null {
  return bands.find((band) => spread <= band.spread) ?? bands.at(-1) ?? null
}
