/** Boosted trees: what they learn, what they may not do, and that a file gives back the same answers. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../engine/base/random.ts'
import { binColumns, boost, type Loss } from '../../../engine/learn/boost.ts'
import { askForest, decodeForest, encodeForest, type Forest } from '../../../engine/learn/trees.ts'

const OPTIONS = { trees: 40, learning_rate: 0.2, leaves: 8, leaf_rows: 5, l2: 1, row_share: 0.8, feature_share: 1 }

function learn(
  columns: readonly Float32Array[],
  target: Float64Array,
  { monotone = [0, 0], loss = 'squared' as Loss, seed = 1 } = {},
): Forest {
  return boost({
    binned: binColumns(columns),
    rows: Int32Array.from(target.keys()),
    target,
    weight: new Float64Array(target.length).fill(1),
    monotone: Int8Array.from(monotone),
    loss,
    options: OPTIONS,
    random: createRandom(seed),
  })
}

function plane(seed: number, rows = 300): Float32Array[] {
  const random = createRandom(`plane/${seed}`)
  return [0, 1].map(() => Float32Array.from({ length: rows }, () => random.uniform(-1, 1)))
}

const ask = (forest: Forest, ...row: number[]): number => askForest(forest, Float32Array.from(row))

describe('boosting', () => {
  it('learns a step and leaves the other feature alone', () => {
    const columns = plane(1)
    const forest = learn(
      columns,
      Float64Array.from(columns[0], (x) => (x > 0.2 ? 3 : 1)),
    )
    expect(ask(forest, -0.5, 0)).toBeCloseTo(1, 1)
    expect(ask(forest, 0.8, 0)).toBeCloseTo(3, 1)
    expect(ask(forest, 0.8, -0.9)).toBeCloseTo(ask(forest, 0.8, 0.9), 1)
  })

  it('answers log odds of a chance', () => {
    const columns = plane(2, 2000)
    const random = createRandom(2)
    const forest = learn(
      columns,
      Float64Array.from(columns[0], (x) => (random.chance(x > 0 ? 0.8 : 0.1) ? 1 : 0)),
      { loss: 'logistic' },
    )
    const p = 1 / (1 + Math.exp(-ask(forest, 0.5, 0)))
    expect(p).toBeGreaterThan(0.6)
    expect(p).toBeLessThan(0.95)
  })

  it('gives the same forest for the same seed, another for another', () => {
    const columns = plane(3)
    const target = Float64Array.from(columns[0], (x, i) => x * columns[1][i])
    expect(learn(columns, target)).toEqual(learn(columns, target))
    expect(learn(columns, target, { seed: 2 })).not.toEqual(learn(columns, target))
  })

  it('never falls with a feature that may only raise the answer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.double({ min: -1, max: 1, noNaN: true }), (seed, y) => {
        const columns = plane(seed)
        const random = createRandom(`noise/${seed}`)
        const forest = learn(
          columns,
          Float64Array.from(columns[0], (x) => Math.sin(5 * x) + random.normal(0, 0.3)),
          { monotone: [1, 0], seed },
        )
        let before = Number.NEGATIVE_INFINITY
        for (let x = -1; x <= 1; x += 0.05) {
          const answer = ask(forest, x, y)
          expect(answer).toBeGreaterThanOrEqual(before - 1e-6)
          before = answer
        }
      }),
      { numRuns: 15 },
    )
  })

  it('takes a missing value to the right', () => {
    const columns = plane(4)
    for (let i = 0; i < 100; i++) columns[0][i] = Number.NaN
    const forest = learn(
      columns,
      Float64Array.from(columns[0], (x) => (Number.isNaN(x) ? 5 : 0)),
    )
    expect(ask(forest, Number.NaN, 0)).toBeGreaterThan(4)
    expect(ask(forest, 0, 0)).toBeLessThan(1)
  })
})

describe('the text of a forest', () => {
  it('gives back a forest that answers the same', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 2, maxLength: 2 }),
        (seed, row) => {
          const columns = plane(seed)
          const forest = learn(
            columns,
            Float64Array.from(columns[0], (x, i) => x - columns[1][i] ** 2),
            { seed },
          )
          const back = decodeForest(encodeForest(forest), 2)
          expect(back).toEqual(forest)
          expect(back && ask(back, ...row)).toBe(ask(forest, ...row))
        },
      ),
      { numRuns: 15 },
    )
  })

  it.each([
    ['cut short', { value: 'AAAA' }],
    ['no base64', { left: '***' }],
    ['of more features than there are', {}],
  ])('is refused when it is %s', (what, change) => {
    const columns = plane(5)
    const text = encodeForest(learn(columns, Float64Array.from(columns[1])))
    expect(decodeForest({ ...text, ...change }, what.startsWith('of more') ? 1 : 2)).toBeNull()
  })

  it('is refused when a branch leads back', () => {
    const forest = learn(plane(6), Float64Array.from(plane(6)[0]))
    expect(decodeForest(encodeForest({ ...forest, left: forest.left.map(() => 0) }), 2)).toBeNull()
  })
})
