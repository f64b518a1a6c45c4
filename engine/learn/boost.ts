/**
 * Gradient boosting on histograms (Friedman 2001; leaf by leaf with subtraction of histograms as LightGBM, Ke et al. 2017), with a share of rows and features per
 * tree and monotone features by bounds handed down (LightGBM's basic method).
 */
import type { Random } from '../base/random.ts'
import type { Forest } from './trees.ts'

/** `logistic` answers log odds. */
export type Loss = 'squared' | 'logistic'

export interface BoostOptions {
  readonly trees: number
  readonly learning_rate: number
  readonly leaves: number
  /** Rows that a leaf must hold. */
  readonly leaf_rows: number
  readonly l2: number
  /** Share of rows and of features that one tree sees. */
  readonly row_share: number
  readonly feature_share: number
}

/** Columns cut into at most BINS classes by quantiles: `bins[f][row]`; `edges[f][b]` is the upper edge of class `b`. */
export interface Binned {
  readonly rows: number
  readonly bins: readonly Uint8Array[]
  readonly edges: readonly Float32Array[]
}

const BINS = 96
/** Rows from which the quantiles are read. */
const SAMPLE = 20_000

function edgesOf(column: Float32Array): Float32Array {
  const stride = Math.max(1, Math.floor(column.length / SAMPLE))
  const sample = new Float32Array(Math.ceil(column.length / stride))
  let n = 0
  for (let i = 0; i < column.length; i += stride) if (!Number.isNaN(column[i])) sample[n++] = column[i]
  const sorted = sample.subarray(0, n).sort()
  const edges: number[] = []
  for (let b = 1; b < BINS - 1 && n > 0; b++) {
    const at = Math.floor((b * n) / (BINS - 1))
    // Halfway to the next value, as far as a 32-bit float can say it.
    let next = at + 1
    while (next < n && sorted[next] === sorted[at]) next++
    if (next >= n) break
    const edge = Math.fround((sorted[at] + sorted[next]) / 2)
    if (edge > (edges.at(-1) ?? Number.NEGATIVE_INFINITY)) edges.push(edge)
  }
  return new Float32Array(edges)
}

/** Number of edges below the value; a missing value is in the last class. */
function binOf(edges: Float32Array, value: number): number {
  if (Number.isNaN(value)) return edges.length
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (value <= edges[middle]) high = middle
    else low = middle + 1
  }
  return low
}

export function binColumns(columns: readonly Float32Array[]): Binned {
  const edges = columns.map(edgesOf)
  const bins = columns.map((column, f) => Uint8Array.from(column, (value) => binOf(edges[f], value)))
  return { rows: columns[0]?.length ?? 0, bins, edges }
}

interface Leaf {
  /** Node of the tree that it is. */
  readonly node: number
  /** Its rows: `order[from..to)`. */
  readonly from: number
  readonly to: number
  readonly histogram: Float64Array
  readonly gradient: number
  readonly hessian: number
  readonly low: number
  readonly high: number
  split: Split | null
}

interface Split {
  readonly gain: number
  readonly feature: number
  readonly bin: number
}

export interface Lesson {
  readonly binned: Binned
  /** The rows that are learnt from. */
  readonly rows: Int32Array
  readonly target: Float64Array
  readonly weight: Float64Array
  /** By feature: 1 the answer may not fall with it, -1 not rise, 0 free. */
  readonly monotone: Int8Array
  readonly loss: Loss
  readonly options: BoostOptions
  readonly random: Random
}

const CELL = 3

class Grower {
  readonly features: number[] = []
  readonly value: number[] = []
  readonly left: number[] = []
  readonly roots: number[] = []
  private readonly lesson: Lesson
  private readonly gradient: Float64Array
  private readonly hessian: Float64Array
  private readonly prediction: Float64Array
  private readonly order: Int32Array
  private readonly scratch: Int32Array
  private readonly base: number
  private pool: Float64Array[] = []

  constructor(lesson: Lesson) {
    const { rows } = lesson.binned
    this.lesson = lesson
    this.gradient = new Float64Array(rows)
    this.hessian = new Float64Array(rows)
    this.base = Math.fround(startOf(lesson))
    this.prediction = new Float64Array(rows).fill(this.base)
    this.order = new Int32Array(rows)
    this.scratch = new Int32Array(rows)
  }

  grow(): Forest {
    for (let tree = 0; tree < this.lesson.options.trees; tree++) this.growTree()
    return {
      base: this.base,
      roots: Int32Array.from(this.roots),
      feature: Int16Array.from(this.features),
      value: Float32Array.from(this.value),
      left: Uint16Array.from(this.left),
    }
  }

  private growTree(): void {
    const { options, binned, random } = this.lesson
    this.slope()
    let rows = 0
    for (const row of this.lesson.rows) if (random.chance(options.row_share)) this.order[rows++] = row
    const asked = binned.bins.flatMap((_, f) => (binned.edges[f].length > 0 && random.chance(options.feature_share) ? [f] : []))
    const root = this.features.length
    this.roots.push(root)
    this.addNode()
    const histogram = this.count(asked, 0, rows)
    const leaves = [this.leaf(root, 0, rows, histogram, asked, -Infinity, Infinity)]
    while (leaves.length < options.leaves) {
      const best = leaves.reduce((found, leaf) => ((leaf.split?.gain ?? 0) > (found.split?.gain ?? 0) ? leaf : found))
      if (best.split === null || best.split.gain <= 0) break
      leaves.splice(leaves.indexOf(best), 1, ...this.divide(best, best.split, asked, root))
    }
    for (const leaf of leaves) {
      this.value[leaf.node] = Math.fround(this.leafValue(leaf) * options.learning_rate)
      this.pool.push(leaf.histogram)
    }
    this.addTree(root)
  }

  private addNode(): void {
    this.features.push(-1)
    this.value.push(0)
    this.left.push(0)
  }

  /** Gradient and curvature of the loss at the present prediction. */
  private slope(): void {
    const { loss, target, weight } = this.lesson
    const { prediction, gradient, hessian } = this
    for (let i = 0; i < target.length; i++) {
      if (loss === 'logistic') {
        const p = 1 / (1 + Math.exp(-prediction[i]))
        gradient[i] = weight[i] * (p - target[i])
        hessian[i] = weight[i] * Math.max(p * (1 - p), 1e-6)
      } else {
        gradient[i] = weight[i] * (prediction[i] - target[i])
        hessian[i] = weight[i]
      }
    }
  }

  private count(asked: readonly number[], from: number, to: number): Float64Array {
    const { bins } = this.lesson.binned
    const { order, gradient, hessian } = this
    const histogram = this.pool.pop()?.fill(0) ?? new Float64Array(bins.length * BINS * CELL)
    for (const f of asked) {
      const column = bins[f]
      const offset = f * BINS * CELL
      for (let i = from; i < to; i++) {
        const row = order[i]
        const at = offset + column[row] * CELL
        histogram[at] += gradient[row]
        histogram[at + 1] += hessian[row]
        histogram[at + 2]++
      }
    }
    return histogram
  }

  private leaf(node: number, from: number, to: number, histogram: Float64Array, asked: readonly number[], low: number, high: number): Leaf {
    let gradient = 0
    let hessian = 0
    for (let i = from; i < to; i++) {
      gradient += this.gradient[this.order[i]]
      hessian += this.hessian[this.order[i]]
    }
    const leaf: Leaf = { node, from, to, histogram, gradient, hessian, low, high, split: null }
    leaf.split = this.bestSplit(leaf, asked)
    return leaf
  }

  private bestSplit({ from, to, histogram, gradient, hessian, low, high }: Leaf, asked: readonly number[]): Split | null {
    const { options, binned, monotone } = this.lesson
    if (to - from < 2 * options.leaf_rows) return null
    const value = (g: number, h: number): number => Math.min(Math.max(-g / (h + options.l2), low), high)
    const gainOf = (g: number, h: number, w: number): number => -(g * w + 0.5 * (h + options.l2) * w * w)
    const whole = gainOf(gradient, hessian, value(gradient, hessian))
    let best: Split | null = null
    let most = 1e-9
    for (const f of asked) {
      let g = 0
      let h = 0
      let n = 0
      for (let bin = 0; bin < binned.edges[f].length; bin++) {
        const at = (f * BINS + bin) * CELL
        g += histogram[at]
        h += histogram[at + 1]
        n += histogram[at + 2]
        if (n < options.leaf_rows) continue
        if (to - from - n < options.leaf_rows) break
        const left = value(g, h)
        const right = value(gradient - g, hessian - h)
        if (monotone[f] * (right - left) < 0) continue
        const gain = gainOf(g, h, left) + gainOf(gradient - g, hessian - h, right) - whole
        if (gain > most) {
          most = gain
          best = { gain, feature: f, bin }
        }
      }
    }
    return best
  }

  private divide(leaf: Leaf, { feature, bin }: Split, asked: readonly number[], root: number): Leaf[] {
    const { binned, monotone, options } = this.lesson
    const { from, to, node } = leaf
    const middle = this.partition(from, to, binned.bins[feature], bin)
    this.features[node] = feature
    this.value[node] = binned.edges[feature][bin]
    this.left[node] = this.features.length - root
    const left = this.features.length
    this.addNode()
    this.addNode()
    const leftSmaller = middle - from < to - middle
    const small = leftSmaller ? this.count(asked, from, middle) : this.count(asked, middle, to)
    const large = leaf.histogram
    for (const f of asked) {
      const end = (f + 1) * BINS * CELL
      for (let i = f * BINS * CELL; i < end; i++) large[i] -= small[i]
    }
    const [leftHistogram, rightHistogram] = leftSmaller ? [small, large] : [large, small]
    const { low, high } = leaf
    const bound = Math.min(Math.max(this.between(from, middle, to, options.l2), low), high)
    const rising = monotone[feature]
    return [
      this.leaf(left, from, middle, leftHistogram, asked, rising < 0 ? bound : low, rising > 0 ? bound : high),
      this.leaf(left + 1, middle, to, rightHistogram, asked, rising > 0 ? bound : low, rising < 0 ? bound : high),
    ]
  }

  /** Halfway between the values that both sides would take. */
  private between(from: number, middle: number, to: number, l2: number): number {
    const mean = (a: number, b: number): number => {
      let g = 0
      let h = 0
      for (let i = a; i < b; i++) {
        g += this.gradient[this.order[i]]
        h += this.hessian[this.order[i]]
      }
      return -g / (h + l2)
    }
    return (mean(from, middle) + mean(middle, to)) / 2
  }

  /** Rows of the left side first, the order within both sides kept. */
  private partition(from: number, to: number, column: Uint8Array, bin: number): number {
    const { order, scratch } = this
    let left = from
    let right = 0
    for (let i = from; i < to; i++) {
      const row = order[i]
      if (column[row] <= bin) order[left++] = row
      else scratch[right++] = row
    }
    for (let i = 0; i < right; i++) order[left + i] = scratch[i]
    return left
  }

  private leafValue({ gradient, hessian, low, high }: Leaf): number {
    return Math.min(Math.max(-gradient / (hessian + this.lesson.options.l2), low), high)
  }

  /** Adds the tree's answer to every row, drawn or not. */
  private addTree(root: number): void {
    const { bins, edges } = this.lesson.binned
    const { features, value, left, prediction } = this
    const classes = new Int16Array(features.length - root)
    for (let node = root; node < features.length; node++)
      if (features[node] >= 0) classes[node - root] = binOf(edges[features[node]], value[node])
    for (let row = 0; row < prediction.length; row++) {
      let node = root
      while (features[node] >= 0) node = root + left[node] + (bins[features[node]][row] <= classes[node - root] ? 0 : 1)
      prediction[row] += value[node]
    }
  }
}

function startOf({ rows, target, weight, loss }: Lesson): number {
  let sum = 0
  let all = 0
  for (const row of rows) {
    sum += weight[row] * target[row]
    all += weight[row]
  }
  const mean = all === 0 ? 0 : sum / all
  if (loss === 'squared') return mean
  const p = Math.min(Math.max(mean, 1e-4), 1 - 1e-4)
  return Math.log(p / (1 - p))
}

/** Trains one forest; the same lesson gives the same forest. */
export function boost(lesson: Lesson): Forest {
  return new Grower(lesson).grow()
}
