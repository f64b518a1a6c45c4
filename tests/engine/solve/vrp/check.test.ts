import { describe, expect, it } from 'vitest'
import { checkPlan } from '../../../../engine/solve/vrp/check.ts'
import type { VehicleRoute, Visit, VrpPlan, VrpProblem } from '../../../../engine/solve/vrp/problem.ts'
import { job, problem, stop, vehicle } from './problems.ts'

/** V drives 1, pauses, 2 → 4, and empties at 5; W has nothing to do. */
const given: VrpProblem = problem(
  [
    job('A', 1, { stop: stop(1, { service: 5, window: { from: 20, to: 30 } }), demand: 6, skills: ['bins'], not_by: ['W'] }),
    job('P', 2, { delivery: stop(4, { due: 100, late_price: 2 }), demand: 4, price: 77 }),
  ],
  [
    vehicle('V', {
      skills: ['bins'],
      breaks: [{ window: { from: 25, to: 60 }, duration: 10 }],
      fixed_cost: 3,
      promised: ['A'],
      ends_empty: true,
      shift: { from: 0, to: 130 },
    }),
    vehicle('W'),
  ],
  { tips: [{ id: 'T', place: 5, service: 1, window: { from: 0, to: 80 } }] },
)
const visit = (kind: Visit['kind'], id: string, arrive: number, start: number, leave: number): Visit => ({ kind, id, arrive, start, leave })
const visits = [
  visit('stop', 'A', 10, 20, 25),
  visit('break', '0', 25, 25, 35),
  visit('stop', 'P', 45, 45, 45),
  visit('delivery', 'P', 65, 65, 65),
  visit('tip', 'T', 75, 75, 76),
]
const route: VehicleRoute = { vehicle: 'V', visits, end: 126, cost: 103 }
const plan: VrpPlan = { routes: [route], left: [], cost: 103 }
const faults = (more: Partial<VehicleRoute>, other: VrpProblem = given): string[] =>
  checkPlan(other, { ...plan, routes: [{ ...route, ...more }] })
const drop = (index: number): Visit[] => visits.filter((_, i) => i !== index)
const change = (index: number, more: Partial<Visit>): Visit[] => visits.map((one, i) => (i === index ? { ...one, ...more } : one))
const withVehicle = (more: object): VrpProblem => ({ ...given, vehicles: [{ ...given.vehicles[0], ...more }, given.vehicles[1]] })

describe('the checker of plans', () => {
  it('01 finds nothing wrong with a good plan', () => {
    expect(faults({})).toEqual([])
  })

  it.each([
    ['a job that is missing', faults({ visits: drop(2) }), 'job P is planned or left 0 times'],
    ['a delivery that is missing', faults({ visits: drop(3) }), 'V: P not delivered'],
    ['a delivery before its pickup', faults({ visits: [visits[0], visits[1], visits[3], visits[2], visits[4]] }), 'before it is picked up'],
    ['a break that is missing', faults({ visits: drop(1) }), 'break 0 is missing'],
    ['a break that is too short', faults({ visits: change(1, { leave: 34 }) }), 'break 0 is not 10 long'],
    ['a break outside its window', faults({}, withVehicle({ breaks: [{ window: { from: 25, to: 24 }, duration: 10 }] })), 'break 0 at 25'],
    ['arriving sooner than the way takes', faults({ visits: change(2, { arrive: 44, start: 44, leave: 44 }) }), 'P is reached at 44'],
    ['service that is cut short', faults({ visits: change(0, { leave: 24 }) }), 'A from 20 to 24'],
    ['starting before the window', faults({ visits: change(0, { start: 19, leave: 24 }) }), 'A early at 19'],
    ['a lorry too full', faults({}, withVehicle({ capacity: 9 })), 'too full at P'],
    ['not ending empty', faults({ visits: drop(4) }), 'does not end empty'],
    ['a tip that is closed', faults({}, { ...given, tips: [{ ...given.tips[0], window: { from: 0, to: 74 } }] }), 'tip T at 75'],
    ['coming back too late', faults({}, withVehicle({ shift: { from: 0, to: 125 } })), 'ends at 126, after 125'],
    ['promises out of order', faults({}, withVehicle({ promised: ['P', 'A'] })), 'promised P, A first'],
    ['a skill that is missing', faults({}, withVehicle({ skills: [], promised: [] })), 'no skill for A'],
    ['a vehicle that may not', faults({ vehicle: 'W' }), 'A is not to be done by this vehicle'],
    ['another cost of the route', faults({ cost: 102 }), 'V: costs 103, not 102'],
    ['another cost of the plan', checkPlan(given, { ...plan, cost: 104 }), 'the plan costs 103, not 104'],
    ['a job planned and left', checkPlan(given, { ...plan, left: [{ job: 'P', why: 'room' }] }), 'job P is planned or left 2 times'],
    ['two routes of one vehicle', checkPlan(given, { ...plan, routes: [route, route] }), 'V: two routes'],
    ['promises that are not driven', checkPlan(given, { routes: [], left: [], cost: 0 }), 'does not drive'],
  ])('02 finds %s', (_, found, expected) => {
    expect(found.join('\n')).toContain(expected)
  })
})
