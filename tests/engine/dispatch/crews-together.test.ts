import { beforeEach, describe, expect, it } from 'vitest'
import type { City } from '../../../engine/model/city.ts'
import { DEFAULT_RUN_CARDS } from '../../../engine/model/run-cards.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { asking, type Desk, openDesk, passed, signal } from './desk.ts'

const base = smallCity()
const crew = (id: string, depot: string, skills = ['pump']): City['crews'][number] => ({ ...base.crews[0], id, depot, skills })
/** Three crews with a pump, `a` nearest to the low point LP1, and one that directs traffic. */
const city: City = {
  ...base,
  depots: [0, 3, 12, 15].map((node, i) => ({ ...base.depots[0], id: `depot-${i}`, at: base.nodes[node].at })),
  crews: [crew('a', 'depot-1'), crew('b', 'depot-0'), crew('c', 'depot-3'), crew('police', 'depot-2', ['traffic'])],
}

let desk: Desk
beforeEach(() => {
  desk = openDesk(city)
  desk.step(0)
})

const taskOf = (id: string) => desk.tasks().find((task) => task.crew === `d0/crew/${id}`)?.id ?? null
const press = (id: string, ...types: ('task.accepted' | 'task.enroute' | 'task.onsite' | 'task.done' | 'task.failed' | 'task.refused')[]) =>
  types.flatMap((type) => desk.press(id, type, taskOf(id)))

describe('several crews on one incident', () => {
  it('asks for as many as its signal says, is on site with the first and resolved with the last', () => {
    expect(desk.step(1, asking(2, signal('s', 'critical')))).toEqual([
      'incident opened',
      'incident confirmed',
      'task created',
      'task created',
    ])
    expect(desk.answer().filter((said) => said.startsWith('incident'))).toEqual(['incident dispatched', 'incident task_offered'])
    expect(desk.incident()).toMatchObject({ crews: ['d0/crew/a', 'd0/crew/b'] })
    expect(desk.incident().tasks).toHaveLength(2)
    press('b', 'task.accepted')
    expect(desk.incident().status).toBe('accepted')
    press('a', 'task.accepted', 'task.onsite')
    expect(desk.incident().status).toBe('on_site')
    press('b', 'task.enroute', 'task.onsite')
    expect(press('a', 'task.done')).toEqual(['task done', 'a released', 'incident task_done'])
    expect(desk.incident()).toMatchObject({ status: 'on_site', crews: ['d0/crew/b'] })
    desk.step(5, passed('s'))
    expect(press('b', 'task.done')).toEqual(['task done', 'b released', 'incident resolved'])
  })

  it('falls back to where the next crew stands when the furthest cannot do it, and counts no second dispatch', () => {
    desk.step(1, asking(2, signal('s', 'critical')))
    desk.answer()
    press('a', 'task.accepted', 'task.onsite')
    expect(press('a', 'task.failed')).toEqual(['task failed', 'a released', 'incident task_failed'])
    expect(desk.incident().status).toBe('dispatched')
    expect(desk.step(1)).toEqual(['task created'])
    desk.answer()
    expect(desk.incident().crews).toEqual(['d0/crew/c', 'd0/crew/b'])
  })

  it('follows the number that is asked for: waiting tasks go first, promised crews are kept', () => {
    desk.step(1, signal('s', 'critical'))
    desk.answer()
    expect(desk.step(1, asking(3, signal('s', 'critical')))).toEqual(['task created', 'task created'])
    expect(desk.step(1, asking(1, signal('s', 'critical')))).toEqual(['task recalled', 'task recalled'])
    expect(desk.tasks().filter(({ status }) => status === 'offered')).toHaveLength(1)
    desk.step(1, asking(2, signal('s', 'critical')))
    // The request for tasks that are gone meanwhile is answered first.
    desk.answer()
    desk.step(1)
    desk.answer()
    expect(desk.step(1, asking(1, signal('s', 'critical')))).toEqual([])
    expect(desk.incident().crews).toHaveLength(2)
  })

  it('sends nobody after those who have done it', () => {
    desk = openDesk({ ...city, crews: [city.crews[0]] })
    desk.step(0, asking(2, signal('s', 'critical')))
    desk.answer()
    press('a', 'task.accepted', 'task.onsite')
    expect(press('a', 'task.done')).toEqual(['task done', 'a released', 'incident task_done'])
    expect(desk.step(1)).toEqual(['task recalled', 'incident work_done'])
  })

  it('sends another crew of the skill that is asked for, and calls it back when whoever asked is done', () => {
    desk.step(1, signal('s', 'critical'))
    desk.answer()
    press('a', 'task.accepted', 'task.onsite')
    const task = taskOf('a')
    expect(desk.press('a', 'task.help', task, 'h1', { need: { skill: 'traffic', kit: null } })).toEqual(['incident help'])
    expect(desk.press('a', 'task.help', task, 'h1')).toEqual([])
    expect(desk.incident().timeline.at(-1)?.text.en).toBe(`${city.crews[0].name.en} asks for another crew (traffic)`)
    expect(desk.step(1)).toEqual(['task created'])
    expect(desk.answer()).toContain('police offered')
    expect(desk.tasks().find(({ skill }) => skill === 'traffic')?.title).toEqual({ zh: '增援：积水', en: 'Help: Waterlogging' })
    desk.press('police', 'task.refused', taskOf('police'))
    desk.step(1, passed('s'))
    expect(desk.tasks().filter(({ status }) => status === 'waiting')).toHaveLength(1)
    desk.press('a', 'task.done', task)
    expect(desk.step(1)).toEqual(['task recalled', 'incident resolved'])
  })

  it('answers a call for help that cannot be heard', () => {
    desk.step(1, signal('s', 'critical'))
    desk.answer()
    expect(desk.press('a', 'task.help', taskOf('a'))).toEqual(['→ a task.conflict'])
    press('a', 'task.accepted')
    for (let n = 1; n < 12; n++) desk.press('a', 'task.help', taskOf('a'))
    expect(desk.press('a', 'task.help', taskOf('a'))).toEqual(['→ a task.conflict'])
  })

  it('moves the time of arrival, and on site the time of the end, and says so', () => {
    desk.step(1, signal('s', 'critical'))
    desk.answer()
    const task = taskOf('a')
    press('a', 'task.accepted')
    const eta = desk.tasks()[0].eta ?? 0
    expect(desk.press('a', 'task.delay', task, 'd1', { delay_min: 15 })).toEqual(['task delayed', 'incident delayed'])
    expect(desk.tasks()[0].eta).toBe(eta + 15 * 60_000)
    press('a', 'task.onsite')
    desk.press('a', 'task.delay', task, 'd2', { delay_min: 30 })
    expect(desk.tasks()[0].service_s).toBe(1200 + 1800)
    expect(desk.press('a', 'task.delay', task, 'd3')).toEqual(['→ a task.conflict'])
    expect(desk.incident().timeline.at(-1)?.text.zh).toContain('还需 30 分钟')
  })

  it('sends whom the run card names with each alarm, the second by itself where the card says so', () => {
    desk.step(1, signal('s', 'warning'))
    const { id } = desk.incident()
    expect(desk.order({ type: 'incident.alarm', incident: id, note: 'two cellars' })).toEqual(['incident alarm', 'operator done'])
    expect(desk.incident().timeline.at(-1)?.text).toEqual({ zh: '升为 2 级出动：two cellars', en: 'Alarm 2: two cellars' })
    desk.step(1)
    expect(desk.tasks().map(({ skill, kit }) => [skill, kit.length])).toEqual([
      ['pump', 1],
      ['pump', 0],
      ['traffic', 0],
    ])
    for (let alarm = 3; alarm <= 5; alarm++) desk.order({ type: 'incident.alarm', incident: id })
    expect(desk.order({ type: 'incident.alarm', incident: id })).toEqual(['operator alarm 5 is the highest'])

    const card = DEFAULT_RUN_CARDS.get('flood.waterlogging')
    if (card === undefined) throw new Error('no card')
    const run_cards = new Map([[card.class, { ...card, second_alarm_from: 'critical' as const }]])
    desk = openDesk(city, undefined, { run_cards })
    desk.step(1, signal('s', 'warning'))
    expect(desk.tasks()).toHaveLength(1)
    desk.step(1, signal('s', 'critical'))
    expect(desk.tasks()).toHaveLength(3)
  })

  it('lets a person send one more, with a note', () => {
    desk.step(1, signal('s', 'critical'))
    desk.answer()
    press('a', 'task.accepted')
    const { id } = desk.incident()
    expect(desk.order({ type: 'incident.dispatch', incident: id, crew: 'c', more: true, note: 'a big one' })).toEqual([
      'incident dispatch_ordered',
      'task created',
      'operator done',
    ])
    expect(desk.incident().timeline.at(-1)?.text.en).toBe('One more sent by a person: a big one')
    desk.step(1)
    desk.answer()
    expect(desk.incident().crews).toEqual(['d0/crew/a', 'd0/crew/c'])
  })
})
