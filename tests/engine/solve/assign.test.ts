import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distance_m } from '../../../engine/base/geo.ts'
import { MINUTE_MS } from '../../../engine/base/time.ts'
import type { AssignProblem } from '../../../engine/model/solve.ts'
import { solveAssign } from '../../../engine/solve/assign.ts'
import { buildRoadGraph } from '../../../engine/solve/network.ts'
import { smallCity } from '../../fixtures/small-city.ts'

type Task = AssignProblem['tasks'][number]
type Crew = AssignProblem['crews'][number]

const NOW = 1_767_225_600_000
const city = smallCity()
const graph = buildRoadGraph(city)
const corner = (id: string) => city.nodes.find((node) => node.id === id)?.at ?? [0, 0]

const task = (id: string, at: string, more: Partial<Task> = {}): Task => ({
  id,
  at: corner(at),
  skill: 'pump',
  kit: [],
  priority: 2,
  created: NOW,
  due: NOW + 60 * MINUTE_MS,
  refused_by: [],
  ...more,
})
const crew = (id: string, at: string, more: Partial<Crew> = {}): Crew => ({
  id,
  at: corner(at),
  skills: ['pump'],
  kit: [],
  speed_factor: 1,
  free: NOW,
  ...more,
})
const problem = (tasks: readonly Task[], crews: readonly Crew[]): AssignProblem => ({ type: 'assign', now: NOW, tasks, crews })
const pairs = (given: AssignProblem): string[] =>
  solveAssign(graph, given).assignments.map((one) => `${one.task}:${one.crew}${one.runner_up ? `>${one.runner_up.crew}` : ''}`)

describe('assignment of crews', () => {
  it('00 keeps the last crew near where urgent calls are to be expected, until the lesser task is old', () => {
    const calls = [...Array(20).keys()].map(() => ({ at: corner('n00'), skill: 'pump', expected: 0.2 }))
    const given = (created: number, crews: readonly Crew[]) => ({
      ...problem([task('T', 'n33', { priority: 3, created })], crews),
      calls,
      cover_s: 1080,
    })
    expect(solveAssign(graph, given(NOW, [crew('c1', 'n00')])).unserved).toEqual([{ task: 'T', why: 'kept' }])
    expect(pairs(given(NOW - 600 * MINUTE_MS, [crew('c1', 'n00')]))).toEqual(['T:c1'])
    expect(
      pairs(
        given(
          NOW,
          [...Array(9).keys()].map((i) => crew(`c${i}`, 'n00')),
        ),
      ),
    ).toEqual(['T:c0>c1'])
    for (const more of [{ priority: 1 }, { ordered: true }] as const)
      expect(pairs({ ...given(NOW, [crew('c1', 'n00')]), tasks: [task('T', 'n33', { priority: 3, ...more })] })).toEqual(['T:c1'])
  })

  it('01 sends the nearest crew and names the next one', () => {
    const answer = solveAssign(graph, problem([task('T', 'n00')], [crew('far', 'n33'), crew('near', 'n10'), crew('middle', 'n20')]))
    // 400 m at 40 km/h.
    expect(answer.assignments).toMatchObject([
      { task: 'T', crew: 'near', travel_s: 36, distance_m: 400, runner_up: { crew: 'middle', wait_s: 0, travel_s: 72 } },
    ])
    expect(answer.assignments[0].route.map((p) => p.map((degrees) => degrees.toFixed(5)))).toEqual(
      [corner('n10'), corner('n00')].map((p) => p.map((degrees) => degrees.toFixed(5))),
    )
  })

  it('02 looks at all tasks at once instead of one after the other', () => {
    // Task by task, A would take c1 (first of two equally near) and leave B with the long way from n01.
    expect(pairs(problem([task('A', 'n00'), task('B', 'n20')], [crew('c1', 'n10'), crew('c2', 'n01')]))).toEqual(['A:c2>c1', 'B:c1>c2'])
  })

  it('03 keeps to skills, kit and refusals, and says what is missing', () => {
    const given = problem(
      [
        task('dive', 'n00', { skill: 'dive' }),
        task('kit', 'n00', { kit: ['mobile_pump'] }),
        task('refused', 'n00', { refused_by: ['c1'] }),
      ],
      [crew('c1', 'n00')],
    )
    expect(solveAssign(graph, given).unserved).toEqual([
      { task: 'dive', why: 'no_skill' },
      { task: 'kit', why: 'no_kit' },
      { task: 'refused', why: 'none_free' },
    ])
  })

  it('04 serves the urgent task when there are too few crews', () => {
    const given = problem([task('slight', 'n00', { priority: 3 }), task('urgent', 'n33', { priority: 1 })], [crew('c', 'n00')])
    expect(pairs(given)).toEqual(['urgent:c'])
  })

  it('05 does not leave an old task for ever', () => {
    const old = task('old', 'n33', { created: NOW - 300 * MINUTE_MS, due: NOW - 240 * MINUTE_MS })
    expect(pairs(problem([old, task('new', 'n00')], [crew('c', 'n00')]))).toEqual(['old:c'])
  })

  it('06 keeps a task for a crew that is nearly done next door', () => {
    const soon = crew('soon', 'n00', { free: NOW + 20_000 })
    expect(pairs(problem([task('T', 'n00')], [soon, crew('far', 'n33')]))).toEqual(['T:soon>far'])
  })

  it('07 rather sends a crew that is farther away than one that may not answer', () => {
    expect(pairs(problem([task('T', 'n00')], [crew('far', 'n20'), crew('near', 'n10', { doubt_s: 600 })]))).toEqual(['T:far>near'])
  })

  it('08 keeps the versatile crew back when both are as near', () => {
    expect(pairs(problem([task('T', 'n00')], [crew('a', 'n10', { skills: ['pump', 'repair', 'patrol'] }), crew('b', 'n01')]))).toEqual([
      'T:b>a',
    ])
  })

  it('09 decides ties by id', () => {
    expect(pairs(problem([task('T', 'n00')], [crew('b', 'n10'), crew('a', 'n01')]))).toEqual(['T:a>b'])
  })

  it('10 says unreachable in a city without roads', () => {
    const answer = solveAssign(buildRoadGraph({ nodes: [], roads: [] }), problem([task('T', 'n00')], [crew('c', 'n00')]))
    expect(answer).toEqual({ type: 'assign', assignments: [], unserved: [{ task: 'T', why: 'unreachable' }] })
  })

  it('answers the same in whatever order things are listed, serves each once, and serves as many as can be', () => {
    const nodes = city.nodes.map((node) => node.id)
    const skills = fc.subarray(['pump', 'collect'], { minLength: 1 })
    const tasks = fc.array(fc.tuple(fc.constantFrom(...nodes), fc.constantFrom('pump', 'collect'), fc.constantFrom(1, 2, 3)), {
      maxLength: 6,
    })
    const crews = fc.array(fc.tuple(fc.constantFrom(...nodes), skills), { maxLength: 6 })
    fc.assert(
      fc.property(tasks, crews, (someTasks, someCrews) => {
        const given = problem(
          someTasks.map(([at, skill, priority], i) => task(`T${i}`, at, { skill, priority: priority === 1 ? 1 : priority === 2 ? 2 : 3 })),
          someCrews.map(([at, list], i) => crew(`c${i}`, at, { skills: list })),
        )
        const answer = solveAssign(graph, given)
        const turned = solveAssign(graph, problem([...given.tasks].reverse(), [...given.crews].reverse()))
        expect(turned).toEqual(answer)
        expect(new Set(answer.assignments.map((one) => one.crew)).size).toBe(answer.assignments.length)
        expect(answer.assignments.length + answer.unserved.length).toBe(given.tasks.length)
        expect(answer.assignments.length).toBe(mostPairs(given))
        for (const { task: id, crew: by, route } of answer.assignments) {
          const wanted = given.tasks.find((one) => one.id === id)
          expect(given.crews.find((one) => one.id === by)?.skills).toContain(wanted?.skill)
          expect(distance_m(route[route.length - 1], wanted?.at ?? [0, 0])).toBeLessThan(0.02)
        }
      }),
    )
  })
})

/** Size of the largest matching (augmenting paths, Kuhn 1955). */
function mostPairs({ tasks, crews }: AssignProblem): number {
  const taskOf = new Map<string, number>()
  const place = (i: number, seen: Set<string>): boolean => {
    for (const one of crews) {
      if (!one.skills.includes(tasks[i].skill) || seen.has(one.id)) continue
      seen.add(one.id)
      const other = taskOf.get(one.id)
      if (other === undefined || place(other, seen)) {
        taskOf.set(one.id, i)
        return true
      }
    }
    return false
  }
  return tasks.filter((_, i) => place(i, new Set())).length
}
