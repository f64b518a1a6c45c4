import { beforeEach, describe, expect, it } from 'vitest'
import { VERIFY_MS } from '../../../engine/dispatch/lifecycle.ts'
import { OFFER_MS } from '../../../engine/dispatch/orders.ts'
import { observeDispatch } from '../../../engine/dispatch/state.ts'
import type { City, CityCrew } from '../../../engine/model/city.ts'
import type { Reading } from '../../../engine/model/observation.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { type Desk, openDesk, passed, signal } from './desk.ts'

const base = smallCity()
const pumpCrew = (id: string, depot: string, more: Partial<CityCrew> = {}): CityCrew => ({
  ...base.crews[0],
  id,
  name: { zh: `排水${id}`, en: `Pump ${id}` },
  depot,
  ...more,
})
/** Three pump crews, `a` nearest to the low point LP1, and one that works at night only. */
const city: City = {
  ...base,
  depots: [0, 3, 12, 15].map((node, i) => ({ ...base.depots[0], id: `depot-${i}`, at: base.nodes[node].at })),
  crews: [
    pumpCrew('a', 'depot-1'),
    pumpCrew('b', 'depot-0'),
    pumpCrew('c', 'depot-3'),
    pumpCrew('night', 'depot-1', { shift: { from_h: 20, until_h: 6 } }),
  ],
}

let desk: Desk
beforeEach(() => {
  desk = openDesk(city)
  desk.step(0)
})

/** A raised signal, its task offered to the crew that the solver chose. */
function offered(): string {
  desk.step(1, signal('s', 'critical'))
  desk.answer()
  return desk.tasks()[0].id
}

const status = () => desk.tasks()[0].status
const crewStatus = (id: string) => desk.state.crews.get(`d0/crew/${id}`)?.crew.status

describe('dispatch', () => {
  it('01 asks for a crew, offers the task with reason and route, and says nothing more meanwhile', () => {
    expect(desk.step(1, signal('s', 'critical'))).toEqual(['incident opened', 'incident confirmed', 'task created'])
    expect(desk.asked[0].problem.crews.map(({ id }) => id)).toEqual(['d0/crew/a', 'd0/crew/b', 'd0/crew/c'])
    expect(desk.step(1, signal('s', 'critical'))).toEqual([])
    expect(desk.answer()).toEqual(['task offered', 'a offered', 'incident dispatched', '→ a crew.task'])
    const [task] = desk.tasks()
    expect(task).toMatchObject({ status: 'offered', crew: 'd0/crew/a', priority: 1, where: { en: 'Low point 1' } })
    // 800 m at 40 km/h × 0.8 are 90 s; crew b has 1,200 m.
    expect(task.reason?.text).toBe('Pump a is there in 1.5 min (0.8 km); next Pump b with 2.3 min, 0.8 more.')
    expect(task.reason?.text_zh).toBe('排水a 1.5 分钟可到（0.8 公里）；次选 排水b 需 2.3 分钟，多 0.8 分钟。')
    const [order] = desk.out.proposals
    expect(order).toMatchObject({
      kind: 'command',
      expires_s: 120,
      body: { task: { id: task.id, eta: task.eta, kit: ['mobile_pump'], service_s: 1200, window: { until: desk.incident().due } } },
    })
    expect(order.kind === 'command' && order.body.kind === 'crew.task' && order.body.task.steps.length).toBe(5)
    expect(desk.step(1, signal('s', 'critical'))).toEqual([])
    expect(desk.asked).toEqual([])
  })

  it('02 follows the buttons to the end; the incident is resolved when its cause has passed too', () => {
    const task = offered()
    expect(desk.press('a', 'task.accepted')).toEqual(['task accepted', 'a accepted', 'incident accepted'])
    expect(desk.press('a', 'task.enroute')).toEqual(['task enroute', 'a enroute'])
    expect(desk.press('a', 'task.onsite')).toEqual(['task onsite', 'a onsite', 'incident on_site'])
    expect(desk.step(10, passed('s'))).toEqual(['incident passed'])
    expect(desk.press('a', 'task.done', task)).toEqual(['task done', 'a released', 'incident resolved'])
    expect(desk.incident()).toMatchObject({ status: 'resolved', crews: [], active: false })
    expect(crewStatus('a')).toBe('idle')
  })

  it('03 goes to the next crew when one refuses or lets the offer run out', () => {
    offered()
    expect(desk.press('a', 'task.refused')).toEqual(['task refused', 'a released', 'incident confirmed'])
    desk.step(1)
    desk.answer()
    expect(desk.tasks()[0].crew).toBe('d0/crew/b')
    expect(desk.step(OFFER_MS / 1000 - 1)).toEqual([])
    expect(desk.step(1)).toEqual(['task refused', 'b released', 'incident confirmed'])
    desk.answer()
    expect(desk.tasks()[0]).toMatchObject({ crew: 'd0/crew/c', refused_by: ['d0/crew/a', 'd0/crew/b'] })
    desk.press('c', 'task.refused')
    desk.step(1)
    expect(desk.answer()).toEqual(['task unserved_none_free'])
    expect(desk.step(59)).toEqual([])
    expect(desk.asked).toEqual([])
    desk.step(1)
    expect(desk.answer()).toEqual([])
    expect(desk.step(15 * 60)).toEqual(['task refusals_forgotten'])
    desk.answer()
    expect(status()).toBe('offered')
  })

  it('04 calls the crew back when the cause passes before it is there, not after', () => {
    offered()
    desk.press('a', 'task.accepted')
    expect(desk.step(5, passed('s'))).toEqual(['incident passed', 'task recalled', 'a released', 'incident resolved', '→ a crew.recall'])
    expect(status()).toBe('recalled')
  })

  it('05 sends again when the sensors still report it after the work, three times at most', () => {
    offered()
    for (let round = 1; round <= 3; round++) {
      const task = desk.tasks()[0].id
      const crew = desk.tasks()[0].crew?.split('/')[2] ?? ''
      desk.press(crew, 'task.accepted', task)
      desk.press(crew, 'task.onsite', task)
      expect(desk.press(crew, 'task.done', task)).toEqual(['task done', `${crew} released`, 'incident work_done'])
      const said = desk.step(VERIFY_MS / 1000)
      if (round < 3) {
        expect(said).toEqual(['incident not_solved', 'task created'])
        desk.answer()
      } else expect(said).toEqual(['incident not_solved', 'incident needs_person'])
    }
    expect(desk.step(3600)).toEqual(['incident overdue'])
    expect(desk.order({ type: 'incident.dispatch', incident: desk.incident().id, crew: null })).toEqual([
      'incident dispatch_ordered',
      'task created',
      'operator done',
    ])
  })

  it('06 gives the task to somebody else when the crew cannot do it', () => {
    offered()
    desk.press('a', 'task.accepted')
    expect(desk.press('a', 'task.failed')).toEqual(['task failed', 'a released', 'incident confirmed'])
    desk.step(1)
    desk.answer()
    expect(desk.tasks()[0]).toMatchObject({ status: 'offered', crew: 'd0/crew/b', refused_by: ['d0/crew/a'] })
  })

  it('07 answers impossible presses once, and lets repeats be', () => {
    const task = offered()
    expect(desk.press('a', 'task.done', task, 'p-1')).toEqual(['→ a task.conflict'])
    expect(desk.out.proposals[0]).toMatchObject({ body: { press: 'p-1', task, text: expect.stringContaining('offered') } })
    expect(desk.press('a', 'task.done', task, 'p-1')).toEqual([])
    desk.press('a', 'task.accepted', task, 'p-2')
    expect(desk.press('a', 'task.accepted', task, 'p-2')).toEqual([])
    expect(desk.press('a', 'task.accepted', task, 'p-3')).toEqual([])
    expect(desk.press('b', 'task.enroute', task)).toEqual(['→ b task.conflict'])
    expect(desk.press('a', 'task.enroute', 'T-0-1')).toEqual(['→ a task.conflict'])
    expect(desk.press('a', 'task.enroute', null)).toEqual(['→ a task.conflict'])
    expect(desk.press('stranger', 'task.accepted', task)).toEqual(['→ stranger task.conflict'])
    expect(status()).toBe('accepted')
  })

  it('08 takes the task back from a crew that falls silent on the way', () => {
    offered()
    desk.press('a', 'task.accepted')
    const position = (ts: number): Reading => ({
      kind: 'reading',
      device: 'd0/crew/a',
      ts,
      seq: null,
      values: { lon: 120.15, lat: 30.271 },
      backfill: false,
    })
    observeDispatch(desk.state, desk.context, position(desk.now), desk.incidents, desk.now, desk.out)
    expect(desk.state.crews.get('d0/crew/a')?.crew).toMatchObject({ at: [120.15, 30.271], seen: desk.now })
    expect(desk.step(600)).toEqual([])
    expect(desk.step(1)).toEqual(['task lost', 'a released', 'incident confirmed', '→ a crew.recall'])
    expect(desk.tasks()[0].refused_by).toEqual(['d0/crew/a'])
  })

  it('09 gives a crew without positions until half an hour after its time', () => {
    offered()
    desk.press('a', 'task.accepted')
    const eta = desk.tasks()[0].eta ?? 0
    expect(desk.step((eta - desk.now) / 1000 + 30 * 60)).toEqual([])
    expect(desk.step(1)).toContain('task lost')
  })

  it('10 keeps to shifts, and lets people start and end them by hand', () => {
    expect(crewStatus('night')).toBe('off')
    expect(desk.press('night', 'shift.start', null)).toEqual(['night shift_start'])
    offered()
    const [crew] = ['a', 'night'].filter((id) => crewStatus(id) === 'offered')
    expect(desk.press(crew, 'shift.end', null)).toEqual(['task refused', `${crew} released`, 'incident confirmed'])
    expect(crewStatus(crew)).toBe('off')
    desk.press('b', 'shift.end', null)
    desk.press('c', 'shift.end', null)
    expect(desk.step(12 * 3600)).not.toContain('b shift_start')
    expect(desk.step(12 * 3600).filter((said) => said.endsWith('shift_start'))).toEqual([])
  })

  it('11 leaves crews out whose phone has said goodbye', () => {
    const presence = (online: boolean) =>
      observeDispatch(
        desk.state,
        desk.context,
        { kind: 'presence', device: 'd0/crew/a', ts: desk.now, online, battery_pct: null, rssi_dbm: null, fw: null },
        desk.incidents,
        desk.now,
        desk.out,
      )
    presence(false)
    expect(crewStatus('a')).toBe('off')
    offered()
    expect(desk.tasks()[0].crew).toBe('d0/crew/b')
    presence(true)
    expect(crewStatus('a')).toBe('idle')
  })

  it('12 ignores answers that have been overtaken, and asks again', () => {
    desk.step(1, signal('s', 'critical'))
    desk.press('a', 'shift.end', null)
    expect(desk.answer()).toEqual([])
    desk.step(60)
    expect(desk.answer()[1]).toBe('b offered')
  })

  it('13 asks again after a failure and when no answer comes', () => {
    desk.step(1, signal('s', 'critical'))
    expect(desk.answer({ type: 'failed', why: 'out of memory' })).toEqual([])
    desk.step(4)
    expect(desk.asked).toEqual([])
    desk.step(1)
    const [unanswered] = desk.asked
    desk.step(30)
    expect(desk.asked.map(({ id }) => id)).toHaveLength(2)
    expect(desk.state.request?.id).toBe(desk.asked[1].id)
    expect(unanswered.id).not.toBe(desk.asked[1].id)
    expect(desk.answer()).toEqual([])
    expect(desk.answer()).toContain('task offered')
  })

  it('14 sends the crew that a person names, whatever the solver would say', () => {
    desk.step(1, signal('s', 'watch'))
    const { id } = desk.incident()
    expect(desk.order({ type: 'incident.dispatch', incident: id, crew: 'c' })).toEqual([
      'incident confirmed',
      'incident dispatch_ordered',
      'task created',
      'operator done',
    ])
    desk.step(1)
    desk.answer()
    expect(desk.tasks()[0]).toMatchObject({
      crew: 'd0/crew/c',
      reason: { policy: 'operator', text: expect.stringMatching(/^Chosen by li\. Pump c /) },
    })
    expect(desk.order({ type: 'incident.dispatch', incident: id, crew: 'd0/crew/b' })).toEqual([
      'task withdrawn',
      'c released',
      'incident confirmed',
      'operator done',
      '→ c crew.recall',
    ])
    desk.step(1)
    desk.answer()
    desk.press('b', 'task.accepted')
    expect(desk.order({ type: 'incident.dispatch', incident: id, crew: 'a' })).toEqual(['operator Pump b is accepted already'])
  })

  it('15 says why a person cannot send a crew', () => {
    offered()
    const order = (incident: string, crew: string | null) => desk.order({ type: 'incident.dispatch', incident, crew })
    expect(order('I-0-1', null)).toEqual(['operator no incident I-0-1 in the last 24 h'])
    expect(order(desk.incident().id, 'nobody')).toEqual(['operator no crew nobody'])
    expect(order(desk.incident().id, 'night')).toEqual(['operator Pump night is not free (off)'])
  })

  it('16 withdraws everything when a person dismisses the incident', () => {
    offered()
    desk.press('a', 'task.accepted')
    desk.press('a', 'task.onsite')
    desk.order({ type: 'incident.dismiss', incident: desk.incident().id, reason: 'test' })
    expect(desk.step(1)).toEqual(['task recalled', 'a released', '→ a crew.recall'])
    expect(desk.incident().status).toBe('dismissed')
  })

  it('17 counts a crew that is nearly done as soon free, and follows the severity', () => {
    offered()
    desk.press('a', 'task.accepted')
    desk.press('a', 'task.onsite')
    const second = signal('t', 'warning', { place: 'LP2', device: 'd0/flood/G2', at: base.low_points[1].at })
    desk.step(600, second)
    const { problem } = desk.asked[0]
    expect(problem.crews.find(({ id }) => id === 'd0/crew/a')?.free).toBe(desk.now + 600_000)
    expect(desk.step(1, signal('t', 'critical', { ...second, severity: 'critical' }))).toEqual(['incident escalated', 'task priority'])
  })

  it('18 keeps a task for the crew that is nearly done next door', () => {
    offered()
    desk.press('a', 'task.accepted')
    desk.press('a', 'task.onsite')
    desk.press('b', 'shift.end', null)
    desk.step(1190, signal('t', 'critical', { place: null, device: 'd0/camera/C1', at: base.nodes[5].at }))
    expect(desk.answer()).toEqual([])
    expect(desk.press('a', 'task.done', desk.tasks().find(({ status: at }) => at === 'onsite')?.id)).toContain('a released')
    desk.step(1)
    expect(desk.answer()).toContain('a offered')
  })

  it('19 says why a task waits: all busy, or nobody on duty who could', () => {
    desk.step(
      1,
      signal('s', 'warning', { template: { ...signal('x', 'watch').template, crew: { skill: 'dive', kit: [], service_min: 5 } } }),
    )
    expect(desk.answer()).toEqual(['task unserved_no_skill'])
    desk = openDesk({ ...city, crews: [city.crews[0], { ...city.crews[1], skills: ['patrol'] }] })
    desk.step(0, signal('s', 'critical'))
    desk.answer()
    desk.step(1, signal('t', 'warning', { place: 'LP2', device: 'd0/flood/G2', at: base.low_points[1].at }))
    expect(desk.answer()).toEqual(['task unserved_none_free'])
    expect(desk.tasks()[1].reason?.text).toBe('Waiting: suitable crews are busy, have refused or may not go (pump).')
    desk.press('a', 'shift.end', null)
    desk.step(60)
    expect(desk.answer()).toContain('task unserved_no_skill')
  })

  it('20 raises a task that nobody answers and tells people', () => {
    desk.step(1, signal('s', 'warning'))
    const said: string[] = []
    for (let offer = 0; offer < 3; offer++) {
      desk.answer()
      said.push(...desk.step(OFFER_MS / 1000))
    }
    expect(said.filter((one) => one === 'incident nobody_answers')).toHaveLength(1)
    expect(desk.incident().severity).toBe('critical')
    expect(desk.incident().timeline.at(-1)?.text.en).toBe('3 offers in a row unanswered: somebody has to call')
  })

  it('21 turns a crew on its way to a lesser task where that reaches an urgent one minutes sooner, and says so', () => {
    desk = openDesk({ ...city, crews: [city.crews[0], { ...city.crews[1], speed_factor: 0.05 }] })
    const lesser = signal('t', 'watch', { place: null, device: 'd0/camera/C1', at: base.nodes[15].at })
    desk.step(0, lesser)
    desk.step(301)
    desk.answer()
    desk.press('a', 'task.accepted')
    desk.press('a', 'task.enroute')
    desk.step(1, signal('s', 'critical', { at: base.nodes[2].at, place: null }))
    expect(desk.asked[0].problem.crews).toContainEqual(expect.objectContaining({ id: 'd0/crew/a', holds: 3 }))
    expect(desk.answer()).toEqual(['task turned', 'a released', 'incident confirmed', '→ a crew.recall'])
    expect(desk.out.proposals[0]).toMatchObject({
      body: { text: expect.stringMatching(/^Needed at once: Waterlogging, .* min before anybody else$/) },
    })
    desk.step(1)
    expect(desk.answer()).toContain('a offered')
    expect(desk.tasks().find(({ status: at }) => at === 'offered')?.priority).toBe(1)
  })

  it('22 turns nobody for less, and nobody whom a person sent', () => {
    const turned = (chosen: boolean, slow: number) => {
      desk = openDesk({ ...city, crews: [city.crews[0], { ...city.crews[1], speed_factor: slow }] })
      desk.step(0, signal('t', 'watch', { place: null, device: 'd0/camera/C1', at: base.nodes[15].at }))
      if (chosen) desk.order({ type: 'incident.dispatch', incident: desk.incident().id, crew: 'a' })
      desk.step(301)
      desk.answer()
      desk.press('a', 'task.accepted')
      desk.press('b', 'shift.start', null)
      desk.step(1, signal('s', 'critical', { at: base.nodes[2].at, place: null }))
      return desk.answer().includes('task turned')
    }
    expect([turned(false, 0.05), turned(false, 0.8), turned(true, 0.05)]).toEqual([true, false, false])
  })

  it('23 gives nobody a task that ends after its shift, but for priority 1', () => {
    desk = openDesk({ ...city, crews: [{ ...city.crews[0], shift: { from_h: 0, until_h: 8.25 } }] })
    desk.step(0)
    desk.step(1, signal('s', 'warning'))
    expect(desk.answer()).toEqual(['task unserved_none_free'])
    desk.step(1, signal('s', 'critical'))
    desk.step(60)
    expect(desk.answer()).toContain('a offered')
  })

  it('24 forgets ended tasks after a day', () => {
    offered()
    desk.step(5, passed('s'))
    desk.step(86_399)
    expect(desk.tasks()).toHaveLength(1)
    desk.step(1)
    expect(desk.tasks()).toHaveLength(0)
  })
})
