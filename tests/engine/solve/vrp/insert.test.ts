import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkPlan } from '../../../../engine/solve/vrp/check.ts'
import { insertJob } from '../../../../engine/solve/vrp/insert.ts'
import type { VrpPlan } from '../../../../engine/solve/vrp/problem.ts'
import { solveVrp } from '../../../../engine/solve/vrp/search.ts'
import { afterSteps } from '../../../../engine/solve/vrp/stop.ts'
import { FEATURES, job, problem, randomProblem, vehicle } from './problems.ts'

const order = ({ routes }: VrpPlan): string[] =>
  routes.map(({ vehicle: id, visits }) => `${id}: ${visits.map((visit) => visit.id).join(' ')}`)

describe('one more job', () => {
  it('01 goes where the detour is least, and nothing else moves', () => {
    const standing = problem(
      [job('A', 2), job('B', 9)],
      [vehicle('V', { promised: ['A'] }), vehicle('W', { start: 11, end: 11, promised: ['B'] })],
    )
    const plan = solveVrp(standing, { seed: 1, stop: afterSteps(100) })
    const more = { ...standing, jobs: [...standing.jobs, job('C', 5)] }
    const after = insertJob(more, plan, 'C')
    expect(order(after)).toEqual(['V: A C', 'W: B'])
    expect(after.cost - plan.cost).toBe(60)
    expect(checkPlan(more, after)).toEqual([])
  })

  it('02 wakes an idle vehicle, or is left with the reason', () => {
    const empty: VrpPlan = { routes: [], left: [], cost: 0 }
    const given = problem([job('A', 2)], [vehicle('V')])
    expect(order(insertJob(given, empty, 'A'))).toEqual(['V: A'])
    const left = (more: object): unknown => insertJob(problem([job('A', 2, more)], [vehicle('V')]), empty, 'A').left
    expect(left({ skills: ['crane'] })).toEqual([{ job: 'A', why: 'skill' }])
    expect(left({ demand: 11 })).toEqual([{ job: 'A', why: 'size' }])
    expect(left({ price: 39 })).toEqual([{ job: 'A', why: 'room' }])
  })

  it('03 in any plan: every rule is kept, at most its price is paid, and the search that goes on is never worse', () => {
    const flags = fc.record(Object.fromEntries(FEATURES.map((name) => [name, fc.boolean()])))
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.integer({ min: 2, max: 14 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(1),
        flags,
        (seed, jobs, vehicles, tips, on) => {
          const given = randomProblem(seed, { ...on, jobs, vehicles, tips })
          const last = given.jobs[jobs - 1]
          fc.pre(!given.vehicles.some(({ promised }) => promised.includes(last.id)))
          const standing = solveVrp({ ...given, jobs: given.jobs.slice(0, -1) }, { seed, stop: afterSteps(100) })
          const at_once = insertJob(given, standing, last.id)
          expect(checkPlan(given, at_once)).toEqual([])
          expect(at_once.cost).toBeLessThanOrEqual(standing.cost + last.price)
          const later = solveVrp(given, { seed, stop: afterSteps(100), start: at_once })
          expect(checkPlan(given, later)).toEqual([])
          expect(later.cost).toBeLessThanOrEqual(at_once.cost)
        },
      ),
      {
        numRuns: 40,
        // Those that are left have their places tried again first, by chance to a worse plan.
        examples: [
          [
            96396,
            10,
            4,
            0,
            {
              windows: false,
              skills: true,
              late: true,
              breaks: true,
              pairs: false,
              promised: false,
              depots: true,
              open_end: true,
              cheap: true,
            },
          ],
        ],
      },
    )
  })
})
