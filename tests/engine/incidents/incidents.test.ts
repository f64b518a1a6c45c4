import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { localFrame } from '../../../engine/base/geo.ts'
import { DAY_MS, MINUTE_MS } from '../../../engine/base/time.ts'
import { correlate, REOPEN_MS, type Signal } from '../../../engine/incidents/correlate.ts'
import { INCIDENT_TRANSITIONS } from '../../../engine/incidents/lifecycle.ts'
import { findGrid, nearestRoad } from '../../../engine/incidents/place.ts'
import { countUnresolved, createIncidents, type IncidentsState, listIncidents, observeIncidents } from '../../../engine/incidents/state.ts'
import { createContext } from '../../../engine/model/context.ts'
import type { Fact } from '../../../engine/model/fact.ts'
import type { Incident, IncidentStatus } from '../../../engine/model/incident.ts'
import type { OperatorOrder } from '../../../engine/model/observation.ts'
import { emptyOutcome, type Outcome } from '../../../engine/model/outcome.ts'
import type { Severity } from '../../../engine/model/severity.ts'
import { smallCity } from '../../fixtures/small-city.ts'

const START = 1_767_225_600_000
const city = smallCity()
const context = createContext(city, 'test', 1)
const at = (x_m: number, y_m: number) => localFrame([120.15, 30.27]).toLonLat(x_m, y_m)

let state: IncidentsState
let out: Outcome
let now: number
let orders: number

beforeEach(() => {
  state = createIncidents()
  out = emptyOutcome()
  now = START
  orders = 0
})

const signal = (key: string, severity: Severity, more: Partial<Signal> = {}): Signal => ({
  kind: 'signal',
  key,
  active: true,
  template: { class: 'flood.waterlogging', title: { zh: '积水', en: 'Waterlogging' }, deadline_min: 60, crew: null },
  severity,
  at: at(400, 800),
  device: 'd0/flood/G1',
  place: 'LP1',
  reason: { rule: 'flood-level', text: 'level_m 0.42 is above 0.15', text_zh: '水位 0.42 高于 0.15', evidence: [] },
  ...more,
})
const passed = (key: string): Signal => signal(key, 'watch', { active: false })

/** Lets time pass, gives the signals, and says what changed as `class status change`. */
function step(after_min: number, ...signals: Signal[]): string[] {
  now += after_min * MINUTE_MS
  out = emptyOutcome()
  correlate(state, context, signals, now, out)
  return changes(out.facts)
}

function order(act: OperatorOrder): string[] {
  out = emptyOutcome()
  observeIncidents(state, context, { kind: 'operator', ts: now, id: `o${orders++}`, by: 'li', act }, now, out)
  return changes(out.facts)
}

function changes(facts: readonly Fact[]): string[] {
  return facts.map((fact) => {
    if (fact.kind === 'incident') return `${fact.change} ${fact.incident.status} ${fact.incident.severity}`
    return fact.kind === 'operator' ? `operator ${fact.done ? 'done' : fact.why?.split(' / ')[0]}` : fact.kind
  })
}

const only = (): Incident => {
  const [incident, ...rest] = listIncidents(state)
  expect(rest).toEqual([])
  return incident
}

describe('an incident', () => {
  it('01 opens with place, road, grid and due time, and is confirmed when it is serious', () => {
    expect(step(0, signal('a', 'warning'))).toEqual(['opened detected warning', 'confirmed confirmed warning'])
    expect(only()).toMatchObject({
      id: expect.stringMatching(/^I-[0-9A-Z]{9}-1$/),
      district: 'd0',
      grid: city.grids[2].code,
      road: { en: expect.stringMatching(/^(Culture Road|College Street)$/) },
      due: START + 60 * MINUTE_MS,
      devices: ['d0/flood/G1'],
      signals: 1,
      active: true,
      timeline: [
        { status: 'detected', by: 'rule:flood-level' },
        { status: 'confirmed', by: 'policy:confirm.severity' },
      ],
    })
  })

  it('02 says nothing while the same signal is repeated', () => {
    step(0, signal('a', 'warning'))
    expect(step(1, signal('a', 'warning'))).toEqual([])
    expect(step(1)).toEqual([])
  })

  it('03 of little weight waits for a second device, for five minutes, or for a person', () => {
    expect(step(0, signal('a', 'watch'))).toEqual(['opened detected watch'])
    expect(step(4)).toEqual([])
    expect(step(1)).toEqual(['confirmed confirmed watch'])
    state = createIncidents()
    step(0, signal('a', 'watch'))
    expect(step(0, signal('b', 'watch', { device: 'd0/camera/C1' }))).toEqual(['joined detected watch', 'confirmed confirmed watch'])
    state = createIncidents()
    step(0, signal('a', 'watch'))
    expect(order({ type: 'incident.acknowledge', incident: only().id })).toEqual(['confirmed confirmed watch', 'operator done'])
  })

  it('04 joins what is about the same place, or near and soon, and nothing else', () => {
    step(0, signal('a', 'warning'))
    const near = { place: null, device: 'd0/camera/C1', at: at(400, 900) }
    expect(step(9, signal('near', 'warning', near))).toEqual(['joined confirmed warning'])
    step(0, passed('near'))
    expect(step(11, signal('place', 'warning', { device: 'd0/drain/P1' }))).toEqual(['joined confirmed warning'])
    expect(step(11, signal('late', 'warning', { ...near, device: 'd0/camera/C2' }))[0]).toBe('opened detected warning')
    expect(step(0, signal('far', 'warning', { place: null, device: 'd0/waste/B1', at: at(400, 1200) }))[0]).toBe('opened detected warning')
    const other = signal('class', 'warning', { template: { ...signal('x', 'watch').template, class: 'road.flooded' } })
    expect(step(0, other)[0]).toBe('opened detected warning')
    expect([...listIncidents(state)].map((one) => one.signals)).toEqual([3, 1, 1, 1])
  })

  it('05 escalates with the severity of its signals, and one level more when three devices agree', () => {
    step(0, signal('a', 'watch'))
    expect(step(0, signal('a', 'warning'))).toEqual(['escalated detected warning', 'confirmed confirmed warning'])
    step(0, signal('b', 'watch', { device: 'd0/drain/P1' }))
    expect(step(0, signal('c', 'watch', { device: 'd0/camera/C1' }))).toEqual(['escalated confirmed critical'])
    expect(step(0, signal('a', 'watch'))).toEqual([])
  })

  it('06 is resolved when its last signal passes, and closed when it does not come back', () => {
    step(0, signal('a', 'warning'), signal('b', 'warning', { device: 'd0/drain/P1' }))
    expect(step(1, passed('a'))).toEqual([])
    expect(countUnresolved(state)).toBe(1)
    expect(step(1, passed('b'))).toEqual(['resolved resolved warning'])
    expect(countUnresolved(state)).toBe(0)
    expect(step(14)).toEqual([])
    expect(step(1)).toEqual(['closed closed warning'])
    expect(step(1, signal('a', 'warning'))[0]).toBe('opened detected warning')
  })

  it('07 is opened again when its cause comes back before that', () => {
    step(0, signal('a', 'critical'))
    step(1, passed('a'))
    expect(step(10, signal('a', 'warning'))).toEqual(['reopened detected warning', 'confirmed confirmed warning'])
    expect(only()).toMatchObject({ active: true, signals: 2, due: now + 60 * MINUTE_MS, opened: START })
  })

  it('08 that a person dismissed does not come back while its cause stands', () => {
    step(0, signal('a', 'warning'))
    expect(order({ type: 'incident.dismiss', incident: only().id, reason: 'test' })).toEqual([
      'dismissed dismissed warning',
      'operator done',
    ])
    expect(step(1, signal('a', 'critical'))).toEqual([])
    step(2 * 24 * 60, signal('a', 'warning'))
    expect(only().status).toBe('dismissed')
    expect(step(1, passed('a'))).toEqual(['passed dismissed warning'])
    expect(step(1, signal('a', 'warning'))[0]).toBe('opened detected warning')
  })

  it('09 gets one level worse once when it is overdue', () => {
    step(0, signal('a', 'warning'))
    expect(step(60)).toEqual(['overdue confirmed critical'])
    expect(step(60)).toEqual([])
  })

  it('10 leaves memory a day after its end', () => {
    step(0, signal('a', 'warning'))
    order({ type: 'incident.close', incident: only().id, reason: 'done' })
    step(1, passed('a'))
    step(DAY_MS / MINUTE_MS - 2)
    expect(only().status).toBe('closed')
    step(1)
    expect([...listIncidents(state)]).toEqual([])
    expect(state.by_signal.size).toBe(0)
  })

  it('11 can be reported by a person and joins what is known', () => {
    const report: OperatorOrder = { type: 'incident.report', class: 'road.accident', severity: 'watch', at: at(100, 10), text: '两车相撞' }
    expect(order(report)).toEqual(['opened detected watch', 'confirmed confirmed watch', 'operator done'])
    expect(only()).toMatchObject({ title: { en: 'Traffic accident' }, road: { en: 'South River Road' }, district: 'd0' })
    expect(state.open.get(only().id)?.need).toMatchObject({ skill: 'traffic' })
    expect(order(report)).toEqual(['joined confirmed watch', 'operator done'])
    expect(order({ type: 'incident.close', incident: only().id, reason: 'gone' })).toEqual([
      'resolved resolved watch',
      'closed closed watch',
      'operator done',
    ])
    expect(only().active).toBe(false)
  })

  it('12 ends with its sensors when they clear, also for those who reported it', () => {
    step(0, signal('a', 'warning'))
    order({ type: 'incident.report', class: 'flood.waterlogging', severity: 'watch', at: at(400, 800), text: '' })
    expect(only().signals).toBe(2)
    expect(step(5, passed('a'))).toEqual(['resolved resolved warning'])
  })

  it('13 answers orders that make no sense', () => {
    expect(order({ type: 'incident.close', incident: 'I-0-1', reason: '' })).toEqual(['operator no incident I-0-1 in the last 24 h'])
    step(0, signal('a', 'warning'))
    const { id } = only()
    expect(order({ type: 'incident.acknowledge', incident: id })).toEqual(['operator already confirmed'])
    order({ type: 'incident.dismiss', incident: id, reason: '' })
    expect(order({ type: 'incident.dismiss', incident: id, reason: '' })).toEqual(['operator already dismissed'])
  })

  it('keeps its identifiers apart within one millisecond', () => {
    step(0, signal('a', 'warning'), signal('b', 'warning', { place: 'LP2', device: 'd0/flood/G2', at: at(1200, 400) }))
    expect(new Set([...listIncidents(state)].map(({ id }) => id)).size).toBe(2)
  })
})

it('no sequence of signals and orders leaves the table of transitions, and all incidents end when their causes do', () => {
  const keys = ['a', 'b', 'c']
  const act = fc.oneof(
    fc.record({
      do: fc.constant('signal'),
      key: fc.constantFrom(...keys),
      severity: fc.constantFrom<Severity>('watch', 'warning', 'critical'),
    }),
    fc.record({ do: fc.constant('pass'), key: fc.constantFrom(...keys) }),
    fc.record({ do: fc.constantFrom('acknowledge', 'dismiss', 'close', 'report'), which: fc.nat(3) }),
    fc.record({ do: fc.constant('wait'), min: fc.constantFrom(1, 6, 20, 90) }),
  )
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40, size: 'max' }), (acts) => {
      state = createIncidents()
      out = emptyOutcome()
      now = START
      orders = 0
      const last = new Map<string, IncidentStatus>()
      const watch = (): void => {
        for (const fact of out.facts) {
          if (fact.kind !== 'incident') continue
          const { id, status } = fact.incident
          const before = last.get(id)
          expect(before === undefined ? 'detected' : status).toSatisfy(
            (to: IncidentStatus) => before === undefined || to === before || INCIDENT_TRANSITIONS[before].includes(to),
          )
          last.set(id, status)
        }
      }
      for (const one of acts) {
        const id = [...listIncidents(state)].at('which' in one ? one.which : 0)?.id ?? 'none'
        if (one.do === 'signal' && 'key' in one && 'severity' in one) step(0, signal(one.key, one.severity))
        else if (one.do === 'pass' && 'key' in one) step(0, passed(one.key))
        else if (one.do === 'wait' && 'min' in one) step(one.min)
        else if (one.do === 'acknowledge') order({ type: 'incident.acknowledge', incident: id })
        else if (one.do === 'dismiss') order({ type: 'incident.dismiss', incident: id, reason: '' })
        else if (one.do === 'close') order({ type: 'incident.close', incident: id, reason: '' })
        else order({ type: 'incident.report', class: 'flood.waterlogging', severity: 'watch', at: at(400, 800), text: '' })
        watch()
      }
      step(0, ...keys.map(passed))
      watch()
      for (const id of [...state.open.keys()]) {
        if (state.open.get(id)?.sources.size === 0) continue
        order({ type: 'incident.close', incident: id, reason: '' })
        watch()
      }
      step(REOPEN_MS / MINUTE_MS)
      watch()
      expect([...last.values()].every((status) => INCIDENT_TRANSITIONS[status].length === 0)).toBe(true)
      step(DAY_MS / MINUTE_MS)
      expect({ open: state.open.size, ended: state.ended.size, by_signal: state.by_signal.size }).toEqual({
        open: 0,
        ended: 0,
        by_signal: 0,
      })
    }),
  )
})

describe('places', () => {
  it('the nearest road is the one of least distance to any of its segments', () => {
    expect(nearestRoad(city, at(620, 790))?.en).toBe('Culture Road')
    expect(nearestRoad(city, at(790, 620))?.en).toBe("People's Street")
    expect(nearestRoad(city, at(5000, 5000))).toBeNull()
  })

  it('the grid is the one around the point', () => {
    expect(findGrid(city, at(100, 100))?.code).toBe(city.grids[0].code)
    expect(findGrid(city, at(700, 700))?.code).toBe(city.grids[3].code)
    expect(findGrid(city, at(-500, 0))).toBeNull()
  })
})
