import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../engine/base/random.ts'
import { pairedDifference, t975 } from '../../../engine/kpi/experiment.ts'
import { type Experiment, slotAt } from '../../../engine/model/experiment.ts'
import type { OperatorOrder } from '../../../engine/model/observation.ts'
import { experimentViews } from '../../../engine/signal-view.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { count, createBrain, factsOf, T0 } from '../../support/brain.ts'

const MIN = 60_000
const experiment = (more: Partial<Experiment> = {}): Experiment => ({
  id: 'x',
  a: 'max_pressure',
  b: 'planner',
  area: null,
  slot_min: 30,
  washout_min: 10,
  seed: 1,
  junctions: ['J11'],
  by: 'ops',
  ordered: T0,
  begins: T0,
  stopped: null,
  ...more,
})

describe('the schedule', () => {
  it('gives each controller one slot of every pair, in an order that the seed draws', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 200 }), (seed, pair) => {
        const arms = [0, 1].map((i) => slotAt(experiment({ seed }), T0 + (2 * pair + i) * 30 * MIN)?.arm)
        expect(arms.sort()).toEqual(['a', 'b'])
      }),
    )
    const order = (seed: number): string =>
      Array.from({ length: 40 }, (_, pair) => slotAt(experiment({ seed }), T0 + pair * 60 * MIN)?.arm).join('')
    expect(order(1)).toBe(order(1))
    expect(order(1)).not.toBe(order(2))
    expect(order(1)).toMatch(/a.*b|b.*a/)
  })

  it('leaves the wash-out, the time before and the time after out', () => {
    expect(slotAt(experiment(), T0 - 1)).toBeNull()
    expect(slotAt(experiment(), T0 + 10 * MIN - 1)?.counts).toBe(false)
    expect(slotAt(experiment(), T0 + 10 * MIN)?.counts).toBe(true)
    expect(slotAt(experiment({ stopped: { at: T0 + MIN, by: 'ops' } }), T0 + MIN)).toBeNull()
  })
})

describe('the result', () => {
  it('is the mean of the pair differences with its interval', () => {
    const { difference, standard_error, low_95, high_95, a, b } = pairedDifference([
      [10, 8],
      [20, 17],
      [30, 29],
    ])
    expect([a, b, difference]).toEqual([20, 18, -2])
    expect(standard_error).toBeCloseTo(1 / Math.sqrt(3), 9)
    expect(high_95).toBeCloseTo(-2 + 4.3027 / Math.sqrt(3), 3)
    expect(low_95).toBeCloseTo(-2 - 4.3027 / Math.sqrt(3), 3)
    expect(pairedDifference([[1, 2]])).toMatchObject({ difference: 1, standard_error: null })
    expect(pairedDifference([])).toMatchObject({ difference: null })
  })

  it('covers the truth as often as it says', () => {
    const random = createRandom('coverage')
    let covered = 0
    const RUNS = 2000
    for (let run = 0; run < RUNS; run++) {
      // The level of a pair comes and goes with the hour; the difference of 3 does not.
      const pairs = Array.from({ length: 12 }, () => {
        const level = random.normal(100, 30)
        return [level + random.normal(0, 5), level + 3 + random.normal(0, 5)] as const
      })
      const { low_95, high_95 } = pairedDifference(pairs)
      if (low_95 !== null && high_95 !== null && low_95 <= 3 && 3 <= high_95) covered++
    }
    expect(covered / RUNS).toBeGreaterThan(0.935)
    expect(covered / RUNS).toBeLessThan(0.965)
  })

  it('takes Student’s t as tables have it', () => {
    expect(t975(11)).toBeCloseTo(2.201, 3)
    expect(t975(30)).toBeCloseTo(2.0423, 3)
    expect(t975(1000)).toBeCloseTo(1.9623, 3)
  })
})

describe('an experiment through the brain', () => {
  const [junction] = smallCity().junctions
  const LANES = { in: junction.entering.map(({ id }) => id), out: junction.leaving.map(({ id }) => id) }
  let orders = 0
  const order = (s: number, act: OperatorOrder) => ({ kind: 'operator' as const, ts: T0 + s * 1000, id: `o${orders++}`, by: 'ops', act })
  const start = (more: object = {}): OperatorOrder => ({
    type: 'experiment.start',
    id: 'x',
    a: 'max_pressure',
    b: 'actuated',
    area: null,
    slot_min: 5,
    washout_min: 1,
    seed: 3,
    ...more,
  })

  it('runs, is compared, and ends', () => {
    const brain = createBrain()
    expect(factsOf(brain.at(1, order(1, start())).facts, 'operator')[0]).toMatchObject({ done: true, by: 'ops' })
    const policies = new Set<string>()
    for (let s = 2; s < 2400; s++) {
      const vehicles = s % 6 < 3 ? 2 : 1
      const lane = { vehicles, queued: vehicles - 1, approaching: 1 }
      const told = count(`d0/traffic/${junction.id}`, s, LANES, {}, { in: { ...count('d', s, LANES, {}).in, [LANES.in[1]]: lane } })
      for (const command of brain.at(s, told).commands) policies.add(command.reason.policy ?? '')
    }
    expect([...policies].sort()).toEqual(['traffic.actuated', 'traffic.max_pressure'])
    const [view] = experimentViews(brain.state)
    expect(view).toMatchObject({ by: 'ops', begins: T0 + 300_000, junctions: ['J11', 'J21'] })
    const delay = view.comparisons.find(({ outcome }) => outcome === 'travel_time_s')
    expect(delay?.pairs).toBe(3)
    // Both saw the same vehicles.
    expect(Math.abs(delay?.difference ?? 9)).toBeLessThan(0.5)
    expect(delay?.low_95).toBeLessThanOrEqual(0)
    brain.at(2400, order(2400, { type: 'experiment.stop', experiment: 'x' }))
    expect(experimentViews(brain.state)[0]).toMatchObject({ slot: null, stopped: { by: 'ops' } })
  })

  it('is refused where it makes no sense', () => {
    const brain = createBrain()
    const why = (act: OperatorOrder) => factsOf(brain.at(1, order(1, act)).facts, 'operator')[0].why
    expect(why(start({ b: 'max_pressure' }))).toContain('same')
    expect(why(start({ washout_min: 5 }))).toContain('wash-out')
    expect(why(start({ area: 'nowhere' }))).toContain('no area')
    expect(why(start())).toBeNull()
    expect(why(start())).toContain('exists')
    expect(why(start({ id: 'y' }))).toContain('experiment x runs')
    expect(why({ type: 'experiment.stop', experiment: 'z' })).toContain('no experiment z')
  })
})
