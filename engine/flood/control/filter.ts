/**
 * How far to follow a gauge: a Kalman filter of two numbers for each node, the water there and the inflow that the model does not know of, whose
 * noise is learnt from the readings. Plain data and functions; the model's own step is done elsewhere.
 */

/** What is known of one gauge and of how far off the estimate may be at its node. */
export interface Belief {
  /** Variance of the volume (m⁶), of the unknown inflow (m⁶/s²), and what they have in common (m⁶/s). */
  volume: number
  inflow: number
  shared: number
  /** Running means of the innovations and of their size, each as a share of its standard deviation: the tracking signal. */
  tracking: number
  spread: number
  /** Last reading less the estimate after it was taken, m; null before the first. */
  residual_m: number | null
  /** Last change of the readings that the model did not explain, m; null before the second. */
  surprise_m: number | null
  /** Level of the last reading, m. */
  level_m: number
  /** Sums behind the noise, m²: what two surprises in a row take back of each other, and of the levels squared. */
  undone_m2: number
  levels_m2: number
}

export const unsure = (): Belief => ({
  volume: 0,
  inflow: 0,
  shared: 0,
  tracking: 0,
  spread: 0,
  residual_m: null,
  surprise_m: null,
  level_m: 0,
  undone_m2: 0,
  levels_m2: 0,
})

/** A level gauge shows the centimetre. */
const RESOLUTION_M = 0.01
/** Noise of a gauge of which nothing is known, as a share of the level, believed like so many readings at half the depth. */
const NOISE_SHARE = 0.01
const NOISE_READINGS = 5
/** Noise belongs to the gauge and lasts: readings of some eight hours at five minutes. */
const KEPT = 0.99
/**
 * Flows that the model computes are off by this share by chance, and by as much for a while: a good hydrological model leaves a twentieth of the
 * variance (Nash efficiency 0.95). Besides, by this share of what would fill the node within a day.
 */
const FLOW_ERROR = 0.2
const DAY_S = 24 * 3600
/**
 * Innovations of noise change their sign; where their running mean leaves two standard deviations the model is wrong by more than was thought, and
 * the variances grow until the estimate follows (tracking signal, Trigg and Leach 1967; fading memory, Xia et al. 1994).
 */
const TRACKING = 0.2
const TRACKING_SD = Math.sqrt(TRACKING / (2 - TRACKING))
const TRACKED_SD = 2
/** Mean size of a Gaussian number of variance 1. */
const MEAN_SIZE = Math.sqrt(2 / Math.PI)
/** A single reading counts as no further off than this many standard deviations (Huber 1964). */
const OUTLIER_SD = 3

/** Standard deviation of a reading at a level, m. */
export function noiseAt({ undone_m2, levels_m2 }: Belief, level_m: number, top_m: number): number {
  const prior_m2 = NOISE_READINGS * (top_m / 2) ** 2
  const share2 = Math.max(0, undone_m2 + prior_m2 * NOISE_SHARE ** 2) / (levels_m2 + prior_m2)
  return Math.hypot(RESOLUTION_M, Math.sqrt(share2) * level_m)
}

/**
 * Time passes.
 * @param through_m3_s water that the model moved through the node
 * @param kept share of an unknown inflow that is left after `span_s`
 */
export function age(belief: Belief, full_m3: number, through_m3_s: number, kept: number, span_s: number): void {
  const error2 = (FLOW_ERROR * (through_m3_s + full_m3 / DAY_S)) ** 2
  belief.volume += 2 * span_s * belief.shared + span_s ** 2 * (belief.inflow + error2)
  belief.shared = kept * (belief.shared + span_s * belief.inflow)
  belief.inflow = kept ** 2 * belief.inflow + (1 - kept ** 2) * error2
}

/**
 * Learns the noise: readings less what the model says of their change. What noise adds to one change it takes from the next, so the product of two in
 * a row is on average minus its variance, whatever the model misses besides (moving average of first order; Harvey 1989, section 2.4). While the
 * model is wrong in one direction the surprises are its own.
 */
function learn(belief: Belief, innovation_m: number, astray: boolean): void {
  const { residual_m, surprise_m, level_m } = belief
  if (residual_m === null) return
  belief.surprise_m = innovation_m - residual_m
  if (surprise_m === null || astray) return
  belief.undone_m2 = KEPT * belief.undone_m2 - belief.surprise_m * surprise_m - RESOLUTION_M ** 2
  belief.levels_m2 = KEPT * belief.levels_m2 + level_m ** 2
}

/** By how much the variances have to grow: 1 while the innovations change their sign, however large they are. */
function growth({ tracking, spread }: Belief): number {
  const excess = Math.abs(tracking) / TRACKING_SD / TRACKED_SD
  return excess <= Math.max(1, spread / MEAN_SIZE) ? 1 : excess ** 2
}

/** How far a reading moves the volume (m³) and the unknown inflow (m³/s). */
export interface Move {
  readonly volume_m3: number
  readonly inflow_m3_s: number
  /** The reading and those before it may differ from the estimate by chance. */
  readonly chance: boolean
}

/**
 * A reading is weighed against the estimate.
 * @param difference_m of the reading from the estimate, `area_m2` the water's surface there
 */
export function weigh(belief: Belief, level_m: number, difference_m: number, area_m2: number, top_m: number): Move {
  learn(belief, difference_m, growth(belief) > 1)
  // By the estimate: a reading that happens to be high would else count for less than one that is low.
  const noise = (noiseAt(belief, Math.max(0, level_m - difference_m), top_m) * area_m2) ** 2
  const innovation = difference_m * area_m2
  const sd = Math.sqrt(belief.volume + noise)
  const bounded = Math.max(-OUTLIER_SD, Math.min(OUTLIER_SD, innovation / sd))
  belief.tracking += TRACKING * (bounded - belief.tracking)
  belief.spread += TRACKING * (Math.abs(bounded) - belief.spread)
  const more = growth(belief)
  const variance = more * belief.volume + noise
  const held = Math.max(-OUTLIER_SD, Math.min(OUTLIER_SD, innovation / Math.sqrt(variance))) * Math.sqrt(variance)
  const gain = (more * belief.volume) / variance
  const inflow_gain = (more * belief.shared) / variance
  belief.inflow = more * (belief.inflow - inflow_gain * belief.shared)
  belief.volume = more * belief.volume * (1 - gain)
  belief.shared = more * belief.shared * (1 - gain)
  return { volume_m3: gain * held, inflow_m3_s: inflow_gain * held, chance: more === 1 && Math.abs(bounded) < TRACKED_SD }
}

/** After the move: what the reading still differs by is what the next change starts from. */
export function settle(belief: Belief, level_m: number, depth_m: number): void {
  belief.level_m = level_m
  belief.residual_m = level_m - depth_m
}

/** Standard deviation of the volume `ahead_s` from now if nothing more is heard, m³. */
export const volumeSd_m3 = ({ volume, shared, inflow }: Belief, ahead_s: number): number =>
  Math.sqrt(Math.max(0, volume + 2 * ahead_s * shared + ahead_s ** 2 * inflow))

/** After a long pause only the gauge's noise is still known. */
export const forget = ({ undone_m2, levels_m2 }: Belief): Belief => ({ ...unsure(), undone_m2, levels_m2 })

/** The first reading is all there is. */
export function begin(belief: Belief, level_m: number, area_m2: number, top_m: number): void {
  Object.assign(belief, forget(belief))
  belief.volume = (noiseAt(belief, level_m, top_m) * area_m2) ** 2
  settle(belief, level_m, level_m)
}
