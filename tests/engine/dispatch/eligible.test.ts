import { beforeEach, describe, expect, it } from 'vitest'
import type { City, CityCrew } from '../../../engine/model/city.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { type Desk, openDesk, signal } from './desk.ts'

const base = smallCity()
const crew = (id: string, depot: string, more: Partial<CityCrew> = {}): CityCrew => ({ ...base.crews[0], id, depot, ...more })
const cityOf = (...crews: CityCrew[]): City => ({
  ...base,
  depots: [0, 3, 12, 15].map((node, i) => ({ ...base.depots[0], id: `depot-${i}`, at: base.nodes[node].at })),
  crews,
})
const DAY = { from_h: 6, until_h: 20 }

let desk: Desk
const open = (city: City, ...more: [Parameters<typeof openDesk>[2]?]): void => {
  desk = openDesk(city, undefined, ...more)
  desk.step(0)
}
/** Whom the task of a first signal is offered to; null for nobody. */
function sent(severity: 'warning' | 'critical' = 'warning', incidentClass = 'flood.waterlogging'): string | null {
  const one = signal('s', severity)
  desk.step(1, { ...one, template: { ...one.template, class: incidentClass } })
  desk.answer()
  return desk.tasks()[0].crew
}

describe('who may be sent', () => {
  it('volunteers: nothing dangerous, nothing far', () => {
    const near = crew('v', 'depot-1', { volunteer: { within_m: 2000 } })
    open(cityOf(near, crew('b', 'depot-0')))
    expect(sent()).toBe('d0/crew/b')
    open(cityOf(near, crew('b', 'depot-0')))
    expect(sent('warning', 'waste.overflow')).toBe('d0/crew/v')
    open(cityOf({ ...near, volunteer: { within_m: 300 } }, crew('b', 'depot-0')))
    expect(sent('warning', 'waste.overflow')).toBe('d0/crew/b')
  })

  it('crews that have worked too long: priority 1 only, until they have rested', () => {
    const worker = crew('a', 'depot-1', { shift: DAY })
    open(cityOf(worker), { shift_h_max: 8, rest_h: 8 })
    for (let hour = 0; hour < 9; hour++) desk.step(3600)
    expect(sent()).toBeNull()
    // A short break is no rest.
    desk.press('a', 'shift.end', null)
    desk.step(600)
    desk.press('a', 'shift.start', null)
    desk.step(60)
    desk.answer()
    expect(desk.tasks()[0].crew).toBeNull()
    desk.step(1, signal('s', 'critical'))
    desk.step(60)
    while (desk.asked.length > 0) desk.answer()
    expect(desk.tasks()[0].crew).toBe('d0/crew/a')
  })

  it('crews of other districts: where told so only when the district has none of its own to send', () => {
    const other = crew('far', 'depot-1', { district: 'd1' })
    const own = crew('own', 'depot-3')
    open(cityOf(other, own))
    expect(sent()).toBe('d1/crew/far')
    open(cityOf(other, own), { mutual_aid: 'saturated' })
    expect(sent()).toBe('d0/crew/own')
    open(cityOf(other), { mutual_aid: 'saturated' })
    expect(sent()).toBe('d1/crew/far')
  })
})

describe('hand-over at the end of a shift', () => {
  beforeEach(() => open(cityOf(crew('a', 'depot-1', { shift: { from_h: 6, until_h: 8.5 } }), crew('b', 'depot-0'))))

  /** Crew `a` on site at work that outlasts its shift. */
  function atWork(): void {
    const long = signal('s', 'critical')
    desk.step(1, { ...long, template: { ...long.template, crew: { skill: 'pump', kit: [], service_min: 120 } } })
    desk.answer()
    const task = desk.tasks()[0].id
    desk.press('a', 'task.accepted', task)
    desk.press('a', 'task.onsite', task)
  }

  it('asks for relief, and lets the first go when the relief is there', () => {
    atWork()
    expect(desk.step(1800)).toEqual(expect.arrayContaining(['incident relief', 'task created']))
    desk.answer()
    const relief = desk.tasks().find((task) => task.crew === 'd0/crew/b')?.id ?? null
    expect(relief).not.toBeNull()
    desk.press('b', 'task.accepted', relief)
    expect(desk.step(60)).toEqual([])
    desk.press('b', 'task.onsite', relief)
    expect(desk.step(1)).toEqual(['task recalled', 'a released', '→ a crew.recall'])
    expect(desk.incident()).toMatchObject({ status: 'on_site', crews: ['d0/crew/b'] })
    desk.press('b', 'task.done', relief)
    expect(desk.step(1)).toEqual([])
  })

  it('calls the relief back when the first is done after all', () => {
    atWork()
    const [{ id }] = desk.tasks()
    desk.step(1800)
    desk.answer()
    desk.press('b', 'task.accepted', desk.tasks().find((task) => task.crew === 'd0/crew/b')?.id ?? null)
    desk.press('a', 'task.done', id)
    expect(desk.step(1)).toEqual(['task recalled', 'b released', 'incident work_done', '→ b crew.recall'])
  })

  it('leaves alone who is nearly done', () => {
    atWork()
    desk.press('a', 'task.done', desk.tasks()[0].id)
    expect(desk.step(1800)).not.toContain('incident relief')
  })
})
