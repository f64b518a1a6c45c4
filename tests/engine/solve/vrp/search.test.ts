import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkPlan } from '../../../../engine/solve/vrp/check.ts'
import type { VrpPlan, VrpProblem } from '../../../../engine/solve/vrp/problem.ts'
import { solveVrp } from '../../../../engine/solve/vrp/search.ts'
import { afterSteps } from '../../../../engine/solve/vrp/stop.ts'
import { bruteForce, FEATURES, type Features, job, line, problem, randomProblem, stop, vehicle } from './problems.ts'

const solve = (given: VrpProblem, steps = 1500, seed = 1): VrpPlan => solveVrp(given, { seed, stop: afterSteps(steps) })
/** `V: J1 tip:T0 break:0 J2+ J2-`; deliveries with a minus. */
const told = ({ routes }: VrpPlan): string[] =>
  routes.map(({ vehicle: id, visits }) => {
    const words = visits.map(({ kind, id: what }) => (kind === 'stop' ? what : kind === 'delivery' ? `${what}-` : `${kind}:${what}`))
    return `${id}: ${words.join(' ')}`
  })

describe('routing', () => {
  it('01 drives one way out and back', () => {
    const plan = solve(problem([job('far', 9), job('near', 3)], [vehicle('V')]))
    expect(plan.cost).toBe(180)
    expect(checkPlan(problem([job('far', 9), job('near', 3)], [vehicle('V')]), plan)).toEqual([])
  })

  it('02 says why a job is left, and plans the rest', () => {
    const given = problem(
      [
        job('plain', 2),
        job('skill', 3, { skills: ['crane'] }),
        job('refused', 3, { not_by: ['V'] }),
        job('large', 4, { demand: 11 }),
        job('window', 5, { stop: stop(5, { window: { from: 0, to: 40 } }) }),
        job('cheap', 6, { price: 79 }),
      ],
      [vehicle('V')],
    )
    const plan = solve(given)
    expect(told(plan)).toEqual(['V: plain'])
    expect(new Map(plan.left.map(({ job: id, why }) => [id, why]))).toEqual(
      new Map([
        ['skill', 'skill'],
        ['refused', 'skill'],
        ['large', 'size'],
        ['window', 'window'],
        ['cheap', 'room'],
      ]),
    )
    expect(checkPlan(given, plan)).toEqual([])
  })

  it('03 keeps promised stops first and in order, late or not', () => {
    const promised = ['far', 'near']
    const jobs = [job('near', 3), job('far', 9, { stop: stop(9, { window: { from: 0, to: 10 } }) }), job('new', 8)]
    const given = problem(jobs, [vehicle('V', { promised }), vehicle('W', { fixed_cost: 1000 })])
    const plan = solve(given)
    expect(told(plan)).toEqual(['V: far near new'])
    expect(checkPlan(given, plan)).toEqual([])
  })

  it('04 drives promises after the end of the shift, and nothing else', () => {
    const given = problem([job('promised', 9), job('new', 9)], [vehicle('V', { promised: ['promised'], shift: { from: 0, to: 100 } })])
    const plan = solve(given)
    expect(told(plan)).toEqual(['V: promised'])
    expect(plan.left).toEqual([{ job: 'new', why: 'window' }])
    expect(checkPlan(given, plan)).toEqual([])
  })

  it('05 delivers what was promised to be fetched', () => {
    const parcel = job('parcel', 2, { delivery: stop(8) })
    const given = problem([parcel, job('between', 5)], [vehicle('V', { promised: ['parcel'] })])
    const plan = solve(given)
    expect(told(plan)).toEqual(['V: parcel between parcel-'])
    expect(checkPlan(given, plan)).toEqual([])
  })

  it('06 empties on the way when the bin lorry is full', () => {
    const bins = [1, 2, 3, 4].map((place) => job(`B${place}`, place, { demand: 4 }))
    const given = problem(bins, [vehicle('lorry', { ends_empty: true })], {
      tips: [{ id: 'T', place: 5, service: 5, window: { from: 0, to: 1000 } }],
    })
    const plan = solve(given)
    expect(checkPlan(given, plan)).toEqual([])
    expect(plan.left).toEqual([])
    expect(plan.routes[0].visits.filter(({ kind }) => kind === 'tip')).toHaveLength(2)
  })

  it('07 takes the break where it costs nothing: while waiting', () => {
    const given = problem(
      [job('A', 3), job('B', 6, { stop: stop(6, { window: { from: 200, to: 200 } }) })],
      [vehicle('V', { breaks: [{ window: { from: 100, to: 150 }, duration: 40 }] })],
    )
    const plan = solve(given)
    expect(told(plan)).toEqual(['V: A break:0 B'])
    expect(checkPlan(given, plan)).toEqual([])
  })

  it('08 gives better plans out on the way, the first at once, all of them good', () => {
    const given = randomProblem(3, { jobs: 40, vehicles: 8, windows: true })
    const plans: VrpPlan[] = []
    const last = solveVrp(given, { seed: 1, stop: afterSteps(3000), improved: (plan) => plans.push(plan) })
    expect(plans.length).toBeGreaterThan(2)
    expect(plans.flatMap((plan) => checkPlan(given, plan))).toEqual([])
    const costs = plans.map(({ cost }) => cost)
    expect(costs).toEqual([...costs].sort((a, b) => b - a))
    expect(last).toEqual(plans.at(-1))
  })

  it('09 gives the same plan for the same seed', () => {
    const given = randomProblem(5, { jobs: 30, vehicles: 5, windows: true, late: true })
    expect(solve(given, 2000, 7)).toEqual(solve(given, 2000, 7))
  })

  it('10 never gets worse from a plan that stands, and puts in what is new', () => {
    const given = randomProblem(8, { jobs: 30, vehicles: 6, windows: true, skills: true })
    const standing = solve({ ...given, jobs: given.jobs.slice(0, 25) }, 2000)
    const same = solveVrp({ ...given, jobs: given.jobs.slice(0, 25) }, { seed: 2, stop: afterSteps(500), start: standing })
    expect(same.cost).toBeLessThanOrEqual(standing.cost)
    const more = solveVrp(given, { seed: 2, stop: afterSteps(500), start: standing })
    expect(checkPlan(given, more)).toEqual([])
  })

  it('11 answers a problem without jobs or vehicles', () => {
    expect(solve(problem([], [vehicle('V')]))).toEqual({ routes: [], left: [], cost: 0 })
    expect(solve(problem([job('J', 1)], []))).toEqual({ routes: [], left: [{ job: 'J', why: 'skill' }], cost: 10_000 })
  })

  it('12 every feature, alone and together: the plan keeps every rule and costs what it says', () => {
    const flags = fc.record(Object.fromEntries(FEATURES.map((name) => [name, fc.boolean()])))
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(2),
        flags,
        (seed, jobs, vehicles, tips, on) => {
          const given = randomProblem(seed, { ...on, jobs, vehicles, tips })
          expect(checkPlan(given, solve(given, 200, seed))).toEqual([])
        },
      ),
      { numRuns: 60 },
    )
  })

  it('13 is the best there is on small problems', () => {
    const cases: readonly Partial<Features>[] = [
      { windows: true },
      { windows: true, skills: true, cheap: true },
      { late: true, depots: true },
      { breaks: true, windows: true },
      { breaks: true, late: true, cheap: true, open_end: true },
      { pairs: true, windows: true },
      { pairs: true, late: true, depots: true },
      { tips: 2, windows: true },
      { tips: 1, breaks: true },
    ]
    for (const [i, features] of cases.entries()) {
      for (const seed of [1, 2, 3, 4, 5]) {
        const given = randomProblem(100 * i + seed, { jobs: features.pairs ? 3 : 4, vehicles: 2, ...features })
        const plan = solve(given)
        expect(checkPlan(given, plan)).toEqual([])
        expect({ features, seed, cost: plan.cost }).toEqual({ features, seed, cost: bruteForce(given) })
      }
    }
  })

  it('14 crosses plans where there are steps enough', () => {
    for (const features of [
      { windows: true },
      { pairs: true, late: true },
      { depots: true, skills: true, windows: true, promised: true },
    ]) {
      const given = randomProblem(11, { jobs: 12, vehicles: 4, ...features })
      expect(checkPlan(given, solve(given, 12_000))).toEqual([])
    }
  })

  it('15 does not drive where there is no way', () => {
    const travel = line(12)
    const cost = travel.cost.slice()
    for (let place = 0; place < 12; place++) if (place !== 7) cost[place * 12 + 7] = 500_000_000
    const given = problem([job('island', 7), job('shore', 6)], [vehicle('V')], { travel: { places: 12, cost, time: cost } })
    const plan = solve(given)
    expect(told(plan)).toEqual(['V: shore'])
    expect(plan.left).toEqual([{ job: 'island', why: 'window' }])
  })
})
