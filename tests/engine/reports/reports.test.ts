/** Reports of other systems through the whole brain: taken up, repeated, updated, closed there and here. */
import { deserialize, serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../../engine/base/time.ts'
import { restoreState, saveState } from '../../../engine/brain.ts'
import type { Incident } from '../../../engine/model/incident.ts'
import type { OperatorAct, OperatorOrder } from '../../../engine/model/observation.ts'
import type { OutsideReport } from '../../../engine/model/report.ts'
import { incidents, reports } from '../../../engine/view.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { createBrain, T0 } from '../../support/brain.ts'

const city = smallCity()
const [grid] = city.grids
const [west, south, east, north] = city.bounds
const here: [number, number] = [(west + east) / 2, (south + north) / 2]

const report = (more: Partial<OutsideReport> = {}): OutsideReport => ({
  source: 'hotline',
  kind: 'order',
  id: '2026071800001',
  class: 'street.stall',
  title: { zh: '占道经营', en: 'Street stall' },
  severity: 'warning',
  text: '占道经营',
  at: here,
  grid: null,
  address: null,
  due: T0 + 5 * HOUR_MS,
  state: 'open',
  code: null,
  ...more,
})

let orders = 0
const order = (act: OperatorOrder): OperatorAct => ({ kind: 'operator', ts: T0, id: `o${orders++}`, by: 'hotline', act })
const take = (more: Partial<OutsideReport> = {}): OperatorAct => order({ type: 'report.take', report: report(more) })

function city_brain() {
  const brain = createBrain([], city)
  const only = (): Incident => {
    const all = [...incidents(brain.state)]
    expect(all).toHaveLength(1)
    return all[0]
  }
  const stage = () => [...reports(brain.state)].map((one) => one.stage).join(' ')
  const answer = (seconds: number, act: OperatorAct): string | null | undefined =>
    brain.at(seconds, act).facts.flatMap((fact) => (fact.kind === 'operator' ? [fact.why] : []))[0]
  return { brain, only, stage, answer }
}

describe('reports of other systems', () => {
  it('become one incident with class, place and the deadline of their own system', () => {
    const { brain, only, stage, answer } = city_brain()
    expect(answer(10, take())).toBeNull()
    expect(only()).toMatchObject({ class: 'street.stall', at: here, due: T0 + 5 * HOUR_MS, severity: 'warning', status: 'confirmed' })
    expect(only().reason.text_zh).toContain('占道经营')
    expect(stage()).toBe('confirmed')
    expect([...reports(brain.state)][0]).toMatchObject({ incident: only().id, due: T0 + 5 * HOUR_MS })
  })

  it('change nothing when they are sent again', () => {
    const { brain, answer } = city_brain()
    answer(10, take())
    const revision = brain.state.reports.revision
    const { facts } = brain.at(20, take())
    expect(facts.filter(({ kind }) => kind === 'incident')).toEqual([])
    expect(brain.state.reports.revision).toBe(revision)
  })

  it('move deadline, place and severity when they say so', () => {
    const { only, answer } = city_brain()
    answer(10, take())
    const there: [number, number] = [here[0] + 0.001, here[1]]
    answer(20, take({ due: T0 + 2 * HOUR_MS, severity: 'critical', at: there }))
    expect(only()).toMatchObject({ due: T0 + 2 * HOUR_MS, severity: 'critical', at: there })
  })

  it('are in the middle of their grid when they have no place, and refused without both', () => {
    const { only, answer } = city_brain()
    expect(answer(10, take({ at: null }))).toContain('neither position nor a grid')
    expect(answer(20, take({ at: null, grid: '999999999999999' }))).toContain('neither position nor a grid')
    expect(answer(30, take({ at: [here[0] + 5, here[1]] }))).toContain('not in the city')
    expect(answer(40, take({ at: null, grid: grid.code }))).toBeNull()
    expect(only().grid).toBe(grid.code)
  })

  it('end their incident when their own system closes them', () => {
    const { brain, only, stage, answer } = city_brain()
    answer(10, take())
    answer(60, take({ state: 'closed' }))
    expect(stage()).toBe('withdrawn')
    expect(only().active).toBe(false)
    for (let s = 61; s < 7_200; s += 60) brain.at(s)
    expect([...incidents(brain.state)].every(({ status }) => status === 'closed')).toBe(true)
    expect(answer(7_300, take({ state: 'closed', id: 'never heard of' }))).toBeNull()
    expect([...reports(brain.state)]).toHaveLength(1)
  })

  it('stay closed while their own system lags, and come back when it returns them', () => {
    const { brain, only, stage, answer } = city_brain()
    answer(10, take())
    const first = only().id
    brain.at(20, order({ type: 'incident.close', incident: first, reason: 'done' }))
    expect(stage()).toBe('closed')
    answer(30, take({ text: 'the same, with more words' }))
    expect(stage()).toBe('closed')
    expect([...incidents(brain.state)]).toHaveLength(1)
    answer(40, take({ state: 'returned' }))
    expect(stage()).toBe('confirmed')
    expect([...incidents(brain.state)].map(({ id }) => id === first)).toEqual([false, true])
  })

  it('come back when they are opened there again', () => {
    const { brain, stage, answer } = city_brain()
    answer(10, take())
    answer(20, take({ state: 'closed' }))
    expect(stage()).toBe('withdrawn')
    answer(30, take())
    expect(stage()).not.toBe('withdrawn')
    expect([...incidents(brain.state)][0].active).toBe(true)
  })

  it('join what is known at the place, and are followed with it', () => {
    const { brain, only, answer } = city_brain()
    answer(10, take())
    answer(20, take({ id: '2', source: 'open311', due: null }))
    expect(only().signals).toBe(2)
    brain.at(30, order({ type: 'incident.dismiss', incident: only().id, reason: 'no' }))
    expect([...reports(brain.state)].map(({ stage }) => stage)).toEqual(['dismissed', 'dismissed'])
  })

  it('are worse by one level once their deadline is missed', () => {
    const { brain, only, answer } = city_brain()
    answer(10, take({ due: T0 + 60_000 }))
    brain.at(61)
    expect(only().severity).toBe('critical')
  })

  it('are remembered over a restart', () => {
    const { brain, only, answer } = city_brain()
    answer(10, take())
    brain.state = restoreState(brain.state.context, deserialize(serialize(saveState(brain.state))))
    answer(20, take())
    expect(only().signals).toBe(1)
  })

  it('are forgotten a month after they were over', () => {
    const { brain, answer } = city_brain()
    answer(10, take())
    answer(20, take({ state: 'closed' }))
    brain.at(30 * 86_400 + 60)
    expect([...reports(brain.state)]).toEqual([])
  })
})
