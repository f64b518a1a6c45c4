import { describe, expect, it } from 'vitest'
import { type PlanProblem, planStages } from '../../../engine/traffic/beam.ts'

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
})
