import { deserialize, serialize } from 'node:v8'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TASK_TRANSITIONS } from '../../../engine/dispatch/lifecycle.ts'
import { INCIDENT_TRANSITIONS } from '../../../engine/incidents/lifecycle.ts'
import type { CrewStatus, IncidentStatus, TaskStatus } from '../../../engine/model/incident.ts'
import { CREW_PRESSES, type CrewPress } from '../../../engine/model/observation.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { asking, type Desk, openDesk, passed, signal } from './desk.ts'

const base = smallCity()
const city = { ...base, crews: ['a', 'b', 'c'].map((id) => ({ ...base.crews[0], id })) }
const PLACES = [
  { key: 's1', place: 'LP1', device: 'd0/flood/G1', at: base.low_points[0].at },
  { key: 's2', place: 'LP2', device: 'd0/flood/G2', at: base.low_points[1].at },
]

const act = fc.oneof(
  { weight: 2, arbitrary: fc.record({ press: fc.constantFrom(...CREW_PRESSES), crew: fc.constantFrom('a', 'b', 'c'), task: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ next: fc.constantFrom('a', 'b', 'c'), well: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ wait_s: fc.constantFrom(1, 60, 130, 700, 4000) }) },
  { weight: 2, arbitrary: fc.record({ answer: fc.constantFrom('right', 'failed') }) },
  {
    weight: 2,
    arbitrary: fc.record({ signal: fc.nat(1), severity: fc.constantFrom('watch', 'warning', 'critical'), crews: fc.constantFrom(1, 2, 3) }),
  },
  { weight: 1, arbitrary: fc.record({ report: fc.constantFrom('task.help', 'task.delay'), crew: fc.constantFrom('a', 'b', 'c') }) },
  { weight: 1, arbitrary: fc.record({ pass: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ order: fc.constantFrom('dispatch', 'name', 'more', 'dismiss', 'close'), which: fc.nat(2) }) },
)
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

/** What a crew with a task presses next, when all goes well or not. */
const NEXT: Readonly<Record<CrewStatus, readonly [CrewPress, CrewPress]>> = {
  off: ['shift.start', 'shift.start'],
  idle: ['shift.start', 'shift.end'],
  offered: ['task.accepted', 'task.refused'],
  accepted: ['task.enroute', 'task.failed'],
  enroute: ['task.onsite', 'task.failed'],
  onsite: ['task.done', 'task.failed'],
}

function pressNext(desk: Desk, crew: string, well: boolean): void {
  const standing = desk.state.crews.get(`d0/crew/${crew}`)?.crew
  if (standing !== undefined) desk.press(crew, NEXT[standing.status][well ? 0 : 1], standing.task)
}

function play(desk: Desk, one: Act): void {
  if ('report' in one) {
    const standing = desk.state.crews.get(`d0/crew/${one.crew}`)?.crew.task ?? null
    desk.press(one.crew, one.report, standing, undefined, { delay_min: 7 })
  } else if ('next' in one) pressNext(desk, one.next, one.well)
  else if ('press' in one) desk.press(one.crew, one.press, desk.tasks().at(-1 - one.task)?.id ?? null)
  else if ('wait_s' in one) desk.step(one.wait_s)
  else if ('answer' in one) {
    if (desk.asked.length > 0) desk.answer(one.answer === 'failed' ? { type: 'failed', why: 'test' } : undefined)
  } else if ('signal' in one) desk.step(0, asking(one.crews, signal(PLACES[one.signal].key, one.severity, PLACES[one.signal])))
  else if ('pass' in one) desk.step(0, passed(PLACES[one.pass].key))
  else {
    const incident = [...desk.incidents.open.keys()].at(one.which) ?? 'I-0-1'
    if (one.order === 'dispatch' || one.order === 'name' || one.order === 'more')
      desk.order({ type: 'incident.dispatch', incident, crew: one.order === 'name' ? 'b' : null, more: one.order === 'more' })
    else desk.order({ type: one.order === 'close' ? 'incident.close' : 'incident.dismiss', incident, reason: '' })
  }
}

/** A crew has a task exactly while that task says so; an incident knows whether a task for it is open. */
function checkTogether({ state, incidents }: Desk): void {
  for (const { crew } of state.crews.values()) {
    const task = crew.task === null ? null : state.open.get(crew.task)?.task
    if (task === null) expect(['idle', 'off']).toContain(crew.status)
    else expect({ crew: task?.crew, status: task?.status }).toEqual({ crew: crew.id, status: crew.status })
  }
  const held = [...state.open.values()].flatMap(({ task }) => task.crew ?? [])
  expect(new Set(held).size).toBe(held.length)
  for (const { task } of state.open.values()) {
    expect(task.crew === null).toBe(task.status === 'waiting')
    if (task.crew !== null) expect(state.crews.get(task.crew)?.crew.task).toBe(task.id)
  }
  for (const record of incidents.open.values()) {
    const open = [...state.open.values()].filter(({ task }) => task.incident === record.incident.id)
    expect(open.map(({ task }) => task.id).sort()).toEqual(record.slots.flatMap(({ task }) => task ?? []).sort())
    expect([...record.incident.crews].sort()).toEqual(open.flatMap(({ task }) => task.crew ?? []).sort())
    if (record.incident.status === 'resolved') expect(open).toEqual([])
  }
}

/** Every change of a task and of an incident is in its table. */
function checkTransitions({ facts }: Desk): void {
  const tasks = new Map<string, TaskStatus>()
  const incidents = new Map<string, IncidentStatus>()
  for (const fact of facts) {
    if (fact.kind === 'task') {
      const before = tasks.get(fact.task.id)
      if (before === undefined) expect(fact.task.status).toBe('waiting')
      else if (before !== fact.task.status) expect(TASK_TRANSITIONS[before]).toContain(fact.task.status)
      tasks.set(fact.task.id, fact.task.status)
    } else if (fact.kind === 'incident') {
      const before = incidents.get(fact.incident.id)
      if (before !== undefined && before !== fact.incident.status) expect(INCIDENT_TRANSITIONS[before]).toContain(fact.incident.status)
      incidents.set(fact.incident.id, fact.incident.status)
    }
  }
}

it('no sequence of presses, answers, signals and orders reaches an impossible state', () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 20, maxLength: 60, size: 'max' }), (acts) => {
      const desk = openDesk(city)
      desk.step(0)
      for (const one of acts) {
        play(desk, one)
        checkTogether(desk)
        desk.step(1)
        checkTogether(desk)
      }
      checkTransitions(desk)
    }),
    { numRuns: 200 },
  )
})

const lastPresses = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()), { maxLength: 12, size: 'max' })

it('every task ends, whether its crews press, fall silent or never answer', () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 10, maxLength: 30, size: 'max' }), lastPresses, (acts, presses) => {
      const desk = openDesk(city)
      desk.step(0)
      for (const one of acts) play(desk, one)
      const seen = new Set(desk.facts.flatMap((fact) => (fact.kind === 'task' ? fact.task.id : [])))
      // The causes stand. After a few last presses nobody presses any more: offers run out, crews are lost, a task gives up after a
      // day, an incident after three tasks.
      for (let hour = 0; hour < 6 * 24; hour++) {
        const [crew, well] = presses[hour] ?? [null, true]
        if (crew !== null) pressNext(desk, crew, well)
        desk.step(1800)
        if (desk.asked.length > 0) desk.answer()
        desk.step(1800)
      }
      expect(desk.state.open.size).toBe(0)
      checkTogether(desk)
      checkTransitions(desk)
      const ended = desk.facts.flatMap((fact) =>
        fact.kind === 'task' && TASK_TRANSITIONS[fact.task.status].length === 0 ? fact.task.id : [],
      )
      expect(new Set([...seen].filter((id) => !ended.includes(id)))).toEqual(new Set())
      expect(new Set(ended).size).toBe(ended.length)
    }),
    { numRuns: 40 },
  )
})

it('goes on the same after it was saved and restored', () => {
  fc.assert(
    fc.property(
      fc.array(act, { minLength: 10, maxLength: 30, size: 'max' }),
      fc.array(act, { maxLength: 15, size: 'max' }),
      (before, after) => {
        const desk = openDesk(city)
        desk.step(0)
        for (const one of before) play(desk, one)
        const { state, incidents, now, asked, presses } = desk
        const again = openDesk(city, deserialize(serialize({ state, incidents, now, asked, presses })))
        const facts_n = desk.facts.length
        for (const one of after) {
          play(desk, one)
          play(again, one)
          desk.step(1)
          again.step(1)
        }
        expect(again.facts).toEqual(desk.facts.slice(facts_n))
      },
    ),
    { numRuns: 40 },
  )
})
