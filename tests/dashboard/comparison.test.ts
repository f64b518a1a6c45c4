import { describe, expect, it } from 'vitest'
import {
  changeOf,
  type Outcome,
  rankBy,
  reachOf,
  sumControllers,
  verdictOf,
  type Whisker,
  whiskers,
} from '../../dashboard/data/comparison.ts'
import { effectText, signedPercent } from '../../dashboard/i18n/format.ts'

const outcome = (name: string, a: number | null, difference: number | null, half: number | null): Outcome => ({
  outcome: name,
  pairs: 5,
  a,
  b: a === null || difference === null ? null : a + difference,
  difference,
  standard_error: null,
  low_95: difference === null || half === null ? null : difference - half,
  high_95: difference === null || half === null ? null : difference + half,
})

describe('outcomes of an experiment', () => {
  it('become shares of A, and those without a figure are left out', () => {
    expect(whiskers([outcome('delay_s', 40, -8, 4), outcome('stops', null, null, null), outcome('tti', 0, 1, 1)])).toEqual([
      { outcome: 'delay_s', pairs: 5, difference: -0.2, low: -0.3, high: -0.1 },
    ])
  })

  it('are better or worse only when the interval leaves zero out, and more throughput is better', () => {
    const row = (name: string, low: number | null, high: number | null): Whisker => ({ outcome: name, pairs: 5, difference: 0, low, high })
    expect(verdictOf(row('delay_s', -0.3, -0.1))).toBe('better')
    expect(verdictOf(row('delay_s', 0.1, 0.3))).toBe('worse')
    expect(verdictOf(row('delay_s', -0.1, 0))).toBe('open')
    expect(verdictOf(row('delay_s', null, null))).toBe('open')
    expect(verdictOf(row('throughput_veh_h', 0.01, 0.02))).toBe('better')
    expect(verdictOf(row('throughput_veh_h', -0.02, -0.01))).toBe('worse')
  })

  it('share an axis that reaches the farthest end', () => {
    expect(reachOf([])).toBe(0.1)
    expect(reachOf([{ outcome: 'a', pairs: 2, difference: -0.2, low: -0.32, high: 0.1 }])).toBe(0.4)
    expect(reachOf([{ outcome: 'a', pairs: 1, difference: 0.3, low: null, high: null }])).toBe(0.3)
  })
})

describe('effects', () => {
  it('change as a share of before, and not where either is missing', () => {
    expect(changeOf(40, 30)).toBeCloseTo(-0.25)
    for (const [before, after] of [
      [null, 1],
      [1, null],
      [0, 1],
      [undefined, 1],
    ] as const)
      expect(changeOf(before, after)).toBeNull()
  })

  it('are written with their sign and their digits', () => {
    expect(signedPercent(-0.151)).toBe('−15.1%')
    expect(signedPercent(0.1)).toBe('+10%')
    expect(signedPercent(null)).toBe('–')
    expect(effectText('split_failure_share', 0.123)).toBe('12\u2009%')
    expect(effectText('delay_s', 12.34)).toBe('12.3')
    expect(effectText('queue_p95_veh', 7)).toBe('7')
    expect(effectText('stops', null)).toBe('–')
  })
})

describe('ranking', () => {
  const rows = [
    { id: 'a', figures: { delay_s: 10 } },
    { id: 'b', figures: { delay_s: null } },
    { id: 'c', figures: { delay_s: 30 } },
    { id: 'd', figures: { delay_s: 10 } },
  ]
  const ids = (descending: boolean): string =>
    rankBy(rows, 'delay_s', descending)
      .map(({ id }) => id)
      .join('')

  it('sorts either way, equal ones by id, those without a figure last', () => {
    expect(ids(true)).toBe('cadb')
    expect(ids(false)).toBe('adcb')
  })
})

describe('controllers side by side', () => {
  it('weighs what a vehicle meets by the vehicles, and shares by junctions', () => {
    const figures = (delay_s: number | null, throughput_veh_h: number, split_failure_share: number) => ({
      delay_s,
      throughput_veh_h,
      split_failure_share,
    })
    const sums = sumControllers([
      { id: '1', controller: 'planner', figures: figures(10, 900, 0.1) },
      { id: '2', controller: 'planner', figures: figures(50, 100, 0.3) },
      { id: '3', controller: 'planner', figures: {} },
      { id: '4', controller: 'fixed', figures: figures(null, 0, 0) },
    ])
    expect(sums.map(({ controller, junctions }) => [controller, junctions])).toEqual([
      ['planner', 3],
      ['fixed', 1],
    ])
    expect(sums[0].figures.delay_s).toBeCloseTo(14)
    expect(sums[0].figures.split_failure_share).toBeCloseTo(0.2)
    expect(sums[1].figures.delay_s).toBeNull()
  })
})
