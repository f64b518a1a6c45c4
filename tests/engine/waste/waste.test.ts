import { expect, it } from 'vitest'
import { incidents } from '../../../engine/view.ts'
import { fillRate_pct_h, timeToFull_h } from '../../../engine/waste/state.ts'
import { createBrain, reading } from '../../support/brain.ts'

const BIN = 'd0/waste/B1'
const fill = (seconds: number, fill_pct: number) => reading(BIN, seconds, { fill_pct })
/** One reading every ten minutes. */
const filled = (levels: readonly number[]) => {
  const brain = createBrain()
  levels.forEach((fill_pct, i) => {
    brain.at(600 * i, fill(600 * i, fill_pct))
  })
  return { brain, bin: brain.state.waste.bins.get(BIN), end: 600 * levels.length }
}
const ramp = (from: number, step: number, n: number) => Array.from({ length: n }, (_, i) => from + step * i)

it('estimates rate and time to full from the slope', () => {
  const { bin } = filled(ramp(40, 2, 10))
  expect(bin && fillRate_pct_h(bin)).toBeCloseTo(12, 9)
  expect(bin && timeToFull_h(bin)).toBeCloseTo(42 / 12, 9)
})

it('forgets what was before an emptying, and says nothing too early', () => {
  const { bin } = filled([...ramp(40, 2, 10), 5, 7, 9])
  expect(bin?.samples.map(({ fill_pct }) => fill_pct)).toEqual([5, 7, 9])
  expect(bin && timeToFull_h(bin)).toBeNull()
})

it('asks for a collection before the overflow, once, and takes it back when emptied', () => {
  const { brain, end } = filled(ramp(40, 4, 10))
  const open = () => [...incidents(brain.state)].filter(({ class: name }) => name === 'waste.overflow')
  expect(open()).toHaveLength(1)
  expect(open()[0]).toMatchObject({ severity: 'watch', active: true, devices: [BIN] })
  expect(open()[0].reason.text).toMatch(/^Fill 6\d % and rising by 24\.0 % an hour: full in 1\.\d h$/)
  brain.at(end, fill(end, 5))
  expect(open().every(({ active }) => !active)).toBe(true)
})

it('leaves a slow bin to the next round', () => {
  const { brain } = filled(ramp(70, 0.5, 20))
  expect([...incidents(brain.state)]).toEqual([])
})
