import { expect, test } from 'vitest'
import { createRandom } from '../../../engine/base/random.ts'
import { nowcast_mm_h } from '../../../simulators/world/nowcast.ts'

const STEPS = 24
/** The same rain everywhere and always, so that the error is that of growth alone. */
const even = { rate_mm_h: () => 20, isFalling: () => true, began: 0 }
/** Rain that differs from place to place, so that motion matters. */
const uneven = { ...even, rate_mm_h: (at: readonly [number, number]) => 20 + 2000 * (at[0] - 120) }
const issue = (rain: typeof even | typeof uneven, seed: number, minute = 3): number[] =>
  nowcast_mm_h(rain, [120, 30], minute * 60_000, createRandom(seed), STEPS, 300)
const rms = (errors: number[]): number => Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length)

test.each([even, uneven])('the error of a nowcast grows with the lead and has no bias', (rain) => {
  const runs = Array.from({ length: 2000 }, (_, seed) => issue(rain, seed))
  const spread = [0, 5, 11, 23].map((i) => rms(runs.map((run) => run[i] - 20)))
  expect(spread).toEqual([...spread].sort((a, b) => a - b))
  expect(spread[3]).toBeGreaterThan(2 * spread[0])
  const hour = runs.map((run) => run[11] - 20)
  expect(Math.abs(hour.reduce((sum, e) => sum + e, 0) / hour.length)).toBeLessThan((4 * spread[2]) / Math.sqrt(hour.length))
})

test('a seed gives one nowcast, and the next issue errs much as the one before', () => {
  expect(issue(even, 7)).toEqual(issue(even, 7))
  expect(issue(even, 7)).not.toEqual(issue(even, 8))
  expect(Math.abs(issue(even, 7, 3)[11] - issue(even, 7, 4)[11])).toBeLessThan(3)
})
