import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planStages } from '../../../engine/traffic/beam.ts'
import type { PlanProblem } from '../../../engine/traffic/plan.ts'

/** Three phases of one lane each; arrivals by lane, seconds from now. Phase 0 runs and may end at once. */
function problem(arrivals_s: readonly (readonly number[])[], change: Partial<PlanProblem> = {}): PlanProblem {
  const first = new Int32Array(arrivals_s.length + 1)
  for (const [lane, list] of arrivals_s.entries()) first[lane + 1] = first[lane] + list.length
  const at_s = Float64Array.from(arrivals_s.flat())
  return {
    arrivals: { first, at_s, weight_veh: at_s.map(() => 1) },
    phases: [[0], [1], [2]],
    yielding: [[], [], []],
    held: [false, false, false],
    phase: 0,
    holds_s: Array.from({ length: 61 }, (_, s) => s),
    clearing_s: 0,
    clearance_s: 5,
    intergreen_s: [0, 1, 2].map(() => [5, 5, 5]),
    greens_s: [5, 10, 15, 20],
    green_min_s: [5, 5, 5],
    horizon_s: 60,
    follow_s: new Float64Array(3),
    room_veh: new Float64Array(3).fill(Number.POSITIVE_INFINITY),
    headway_s: new Float64Array(3).fill(2.5),
    ...change,
  }
}

describe('a plan of stages', () => {
  it('opens each phase after the clearance of the pair', () => {
    const waiting = [[], [0, 0, 0], [0, 0, 0]]
    const starts = (change: Partial<PlanProblem>) =>
      planStages(problem(waiting, change)).stages.map(({ phase, start_s }) => `${phase} at ${start_s}`)
    const quick = [
      [5, 5, 3],
      [5, 5, 5],
      [5, 8, 5],
    ]
    expect(starts({})[1]).toMatch(/^[12] at 5$/)
    // The shorter way to phase 2 is taken first, and the long way back to phase 1 is counted.
    const [, second, third] = planStages(problem(waiting, { intergreen_s: quick })).stages
    expect([second.phase, second.start_s]).toEqual([2, 3])
    expect([third.phase, third.start_s - second.end_s]).toEqual([1, 8])
  })

  it('keeps the shortest green of each phase', () => {
    const stages = planStages(problem([[], [0], [0, 0]], { green_min_s: [5, 14, 5] })).stages
    const green = stages.find(({ phase }) => phase === 1)
    expect((green?.end_s ?? 0) - (green?.start_s ?? 0)).toBeGreaterThanOrEqual(14)
  })

  it('serves a lane at its own headway', () => {
    const leaves = (headway_s: number) =>
      planStages(problem([[0, 0, 0], [], []], { headway_s: new Float64Array([headway_s, 2.5, 2.5]) })).departures[0].at_s
    expect(leaves(2)).toEqual([0, 2, 4])
    expect(leaves(3)).toEqual([0, 3, 6])
  })

  describe('with a turn that gives way', () => {
    /** Lane 0 turns left across lane 1 in phase 0, and has phase 1 for itself. */
    const turning = (arrivals_s: readonly (readonly number[])[], change: Partial<PlanProblem> = {}) =>
      planStages(
        problem(arrivals_s, {
          phases: [[0, 1], [0], [2]],
          yielding: [[{ lane: 0, share: 1, to: [{ lane: 1, share: 1 }] }], [], []],
          holds_s: [60],
          ...change,
        }),
      )
    const row = (vehicles: number): number[] => Array.from({ length: vehicles }, () => 0)

    it('lets one wait inside the junction and nobody else go while the queue against it discharges', () => {
      const { departures } = turning([row(4), row(10), []])
      const [turns, through] = departures.map(({ at_s }) => at_s)
      expect(through[9]).toBeCloseTo(22.5)
      expect(turns[0]).toBe(0)
      expect(turns[1]).toBeGreaterThan(through[9])
      expect(turns).toHaveLength(4)
    })

    it('goes at once where nobody comes, and through gaps that are long enough', () => {
      expect(turning([row(3), [], []]).departures[0].at_s[2]).toBeLessThan(8)
      const every = (headway_s: number) => Array.from({ length: Math.floor(60 / headway_s) }, (_, k) => k * headway_s)
      const turned = (headway_s: number) => turning([row(30), every(headway_s), []]).departures[0].at_s.length
      // The last second is free: nobody is foreseen beyond it.
      expect(turned(4)).toBeLessThan(4)
      expect(turned(8)).toBeGreaterThan(4)
      expect(turned(15)).toBeGreaterThan(turned(8))
    })

    it('counts a vehicle that comes perhaps as perhaps in the way', () => {
      const turned = (weight: number) => {
        const stream = Array.from({ length: 30 }, (_, k) => 2 * k)
        const made = problem([row(20), stream, []])
        const weight_veh = made.arrivals.weight_veh.map((_, k) => (k < 20 ? 1 : weight))
        return turning([], { arrivals: { ...made.arrivals, weight_veh } }).departures[0].at_s.length
      }
      expect(turned(1)).toBe(1)
      expect(turned(0.2)).toBeGreaterThan(turned(0.5))
      expect(turned(0)).toBeGreaterThan(turned(0.2))
    })

    it('opens the phase in which it need not wait', () => {
      const stream = [...row(8), ...Array.from({ length: 15 }, (_, k) => 18 + 3 * k)]
      const plan = (yielding: PlanProblem['yielding']) =>
        turning([row(6), stream, []], { yielding, holds_s: Array.from({ length: 61 }, (_, s) => s) }).stages.map(({ phase }) => phase)
      expect(plan([[{ lane: 0, share: 1, to: [{ lane: 1, share: 1 }] }], [], []])).toContain(1)
      expect(plan([[], [], []])).not.toContain(1)
    })

    it('holds a lane of mixed turns as soon as the first one is seen to wait', () => {
      const shared: PlanProblem['yielding'] = [[{ lane: 0, share: 0.25, to: [{ lane: 1, share: 1 }] }], [], []]
      const first_s = (held: boolean) =>
        turning([row(4), row(10), []], { yielding: shared, held: [held, false, false] }).departures[0].at_s[0]
      expect(first_s(false)).toBe(0)
      expect(first_s(true)).toBeGreaterThan(20)
    })
  })

  it('does not depend on what was planned before', () => {
    const lane_s = fc.array(fc.double({ min: 0, max: 70, noNaN: true }), { maxLength: 12 }).map((at_s) => at_s.sort((a, b) => a - b))
    const any = fc
      .tuple(fc.array(lane_s, { minLength: 3, maxLength: 6 }), fc.boolean(), fc.integer({ min: 3, max: 9 }))
      .map(([arrivals_s, clearing, clearance_s]): PlanProblem => {
        const lanes = arrivals_s.length
        return problem(arrivals_s, {
          phases: Array.from({ length: lanes }, (_, l) => (l % 2 === 0 ? [l] : [l - 1, l])),
          yielding: Array.from({ length: lanes }, (_, l) =>
            l % 2 === 0 ? [] : [{ lane: l - 1, share: 0.5, to: [{ lane: l, share: 1 }] }],
          ),
          held: new Array<boolean>(lanes).fill(false),
          ...(clearing ? { holds_s: [], clearing_s: 2 } : {}),
          intergreen_s: Array.from({ length: lanes }, (_, from) =>
            Array.from({ length: lanes }, (_, to) => clearance_s + ((from + to) % 3)),
          ),
          green_min_s: new Array<number>(lanes).fill(5),
          follow_s: new Float64Array(lanes),
          room_veh: new Float64Array(lanes).fill(Number.POSITIVE_INFINITY),
          headway_s: new Float64Array(lanes).fill(2.5),
        })
      })
    fc.assert(
      fc.property(any, any, (one, other) => {
        const alone = planStages(one)
        planStages(other)
        expect(planStages(one)).toEqual(alone)
      }),
      { numRuns: 60 },
    )
  })
})
