import fc from 'fast-check'
import { expect, it } from 'vitest'
import { kpiHistory, kpis } from '../../../engine/view.ts'
import { count, createBrain, factsOf, reading, T0 } from '../../support/brain.ts'

const BIN = 'd0/waste/B1'
const late = (s: number, fill_pct: number) => reading(BIN, s, { fill_pct }, { backfill: true })
const minute = (n: number) => T0 + n * 60_000
const bins = (brain: ReturnType<typeof createBrain>, as_known_at = Number.POSITIVE_INFINITY) =>
  kpiHistory(brain.state, 'bins', T0, T0 + 86_400_000, as_known_at).map(({ value }) => value)

/** A bin that is heard at 0 and again after two hours; it was full in the second hour only. */
function cut() {
  const brain = createBrain()
  brain.at(0, reading(BIN, 0, { fill_pct: 50 }))
  for (let s = 60; s < 7200; s += 60) brain.at(s)
  brain.at(7200, reading(BIN, 7200, { fill_pct: 40 }))
  return brain
}

it('amends the minutes that a device was missing from, keeps what was known then, and says so', () => {
  const brain = cut()
  expect(new Set(bins(brain))).toEqual(new Set([0]))
  const { facts, commands } = brain.at(7300, ...[1800, 3600, 5400, 7000].map((s) => late(s, s >= 3600 && s < 7000 ? 95 : 60)))
  expect(factsOf(facts, 'rule')).toEqual([])
  expect(commands).toEqual([])
  const now = bins(brain)
  expect(now.slice(0, 60)).toEqual(new Array(60).fill(0))
  expect(now.slice(60, 116)).toEqual(new Array(56).fill(1))
  expect(now.slice(116)).toEqual([0, 0, 0, 0, 0])
  expect(new Set(bins(brain, T0 + 7_299_000))).toEqual(new Set([0]))
  const figure = kpis(brain.state).find(({ id }) => id === 'bins')
  expect(figure).toMatchObject({ amended: { from: minute(60), to: minute(116), at: T0 + 7_300_000 }, value: 0 })
  expect(figure?.trend.slice(0, 50)).toEqual([...new Array(50).fill(1)])
})

it('gives the same figures in whatever order and however often late values come', () => {
  const said = [600, 1800, 3000, 3060, 4200, 5400, 6600].map((s, i) => late(s, i % 2 === 0 ? 95 : 60))
  const once = cut()
  once.at(7300, ...said)
  const wanted = bins(once)
  fc.assert(
    fc.property(fc.shuffledSubarray([...said, ...said], { minLength: 14 }), (shuffled) => {
      const brain = cut()
      for (const [i, one] of shuffled.entries()) brain.at(7300 + i / 10, one)
      expect(bins(brain)).toEqual(wanted)
    }),
    { numRuns: 20 },
  )
})

it('adds the queue of a junction that was silent, minute by minute, as far as counts came', () => {
  const brain = createBrain()
  const lanes = { in: ['l1', 'l2'], out: [] }
  brain.at(0, count('d0/traffic/J1', 0, lanes, {}))
  for (let s = 60; s <= 1200; s += 60) brain.at(s)
  brain.at(1210, count('d0/traffic/J1', 330, lanes, { l1: 4, l2: 3 }, { backfill: true }))
  const points = kpiHistory(brain.state, 'queued', T0, T0 + 86_400_000, Number.POSITIVE_INFINITY)
  expect(points.filter(({ amended }) => amended !== null)).toEqual([{ ts: minute(5), value: 7, amended: T0 + 1_210_000 }])
})

it('leaves a figure alone that late values of a normal stream confirm', () => {
  const brain = createBrain()
  for (let s = 0; s <= 3600; s += 300) brain.at(s, reading(BIN, s, { fill_pct: 50 }))
  brain.at(3660, late(1850, 99))
  expect(kpis(brain.state).find(({ id }) => id === 'bins')?.amended).toBeNull()
})
