import { describe, expect, it } from 'vitest'
import { createState, restoreState, saveState, step } from '../../../engine/brain.ts'
import { createContext } from '../../../engine/model/context.ts'
import type { Fact } from '../../../engine/model/fact.ts'
import type { MetricValue, OperatorAct } from '../../../engine/model/observation.ts'
import type { WarningMessage } from '../../../engine/model/warning.ts'
import { incidents, warnings, warningsForOthers } from '../../../engine/view.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { createBrain, factsOf, reading, T0 } from '../../support/brain.ts'

const RAIN = 'd0/flood/R1'
const STATION = 'd0/weather/W1'

type Brain = ReturnType<typeof createBrain>
/** Rain that keeps one intensity for hours is a stuck gauge. */
const about =
  (rain_mm_h: number) =>
  (minute: number): Record<string, MetricValue> => ({ rain_mm_h: rain_mm_h === 0 ? 0 : rain_mm_h + (minute % 7) / 100 })

const short = (facts: readonly Fact[]): string[] =>
  factsOf(facts, 'warning').map(({ warning: { message }, change }) => `${change} ${message.level} ${message.type}`)

/** A reading a minute from `from_min` until before `until_min`; what was said of warnings, with the minute. */
function rainFor(
  brain: Brain,
  from_min: number,
  until_min: number,
  values: (minute: number) => Record<string, MetricValue>,
  device = RAIN,
): string[] {
  const told: string[] = []
  for (let minute = from_min; minute < until_min; minute++) {
    const { facts } = brain.at(minute * 60, reading(device, minute * 60, values(minute)))
    told.push(...short(facts).map((text) => `${minute} ${text}`))
  }
  return told
}

describe('rain signals', () => {
  it('go up with the rain that has fallen: 50 mm in 12, 6 and 3 hours, 100 mm in 3', () => {
    // 5 mm/h: 50 mm after 10 hours. Then 12 mm/h, then 40.
    const brain = createBrain()
    const told = [...rainFor(brain, 0, 605, about(5)), ...rainFor(brain, 605, 900, about(12)), ...rainFor(brain, 900, 1080, about(40))]
    expect([...new Set(told.map((text) => text.split(' ')[2]))]).toEqual(['blue', 'yellow', 'orange', 'red'])
    expect(told[0]).toMatch(/^59\d issued blue Alert$/)
    const [{ message, reason, districts }] = warnings(brain.state)
    expect(districts).toEqual(['d0'])
    expect(message).toMatchObject({
      level: 'red',
      severity: 'Extreme',
      certainty: 'Observed',
      urgency: 'Immediate',
      scope: 'Restricted',
      status: 'Exercise',
    })
    expect(message.headline).toEqual({ zh: '零区暴雨红色预警', en: 'District Zero: red rainstorm warning' })
    expect(message.references).toEqual([expect.objectContaining({ identifier: expect.stringMatching(/\.5$/) })])
    expect(reason?.evidence[0]).toContain(`${RAIN} 3 h: 10`)
  })

  it('go up on the nowcast before the rain falls, and say that it is expected', () => {
    const brain = createBrain()
    const nowcast = { rain_mm_h: 0, rain_forecast_mm_h: new Array(24).fill(30), forecast_step_s: 300 }
    expect(rainFor(brain, 0, 1, () => nowcast, STATION)).toEqual(['0 issued orange Alert'])
    const [{ message }] = warnings(brain.state)
    expect(message).toMatchObject({ certainty: 'Likely', urgency: 'Expected' })
    expect(message.description.en).toContain('60 mm of rain are expected')
    const { forecast_step_s: _step, ...undated } = nowcast
    expect(rainFor(createBrain(), 0, 1, () => undated, STATION)).toEqual([])
  })

  it('take running totals over lost readings and midnight, and no leap of a counter', () => {
    const brain = createBrain()
    brain.at(0, reading(RAIN, 0, { rain_mm: 90 }))
    brain.at(1800, reading(RAIN, 1800, { rain_mm: 115 }))
    expect(short(brain.at(3600, reading(RAIN, 3600, { rain_mm: 26 })).facts)).toEqual(['issued orange Alert'])
    const other = createBrain()
    other.at(0, reading(RAIN, 0, { rain_mm: 3 }))
    expect(short(other.at(60, reading(RAIN, 60, { rain_mm: 900 })).facts)).toEqual([])
  })

  it('stay for half an hour below four fifths, step down, and end when the rain is over', () => {
    const brain = createBrain()
    const told = [...rainFor(brain, 0, 70, about(50)), ...rainFor(brain, 70, 420, about(0))]
    expect(told.map((text) => text.split(' ').slice(1).join(' '))).toEqual(['issued orange Alert', 'cancelled orange Cancel'])
    // Dry half an hour after the last drop, and half an hour more.
    expect(Number(told[1].split(' ')[0])).toBeGreaterThanOrEqual(125)
    expect(Number(told[1].split(' ')[0])).toBeLessThanOrEqual(135)
    expect([...warnings(brain.state)]).toEqual([])
    expect([...warningsForOthers(brain.state)].map(({ message }) => message.type)).toEqual(['Cancel'])
    const drizzle = createBrain()
    const falling = [...rainFor(drizzle, 0, 65, about(50)), ...rainFor(drizzle, 65, 320, about(1))]
    expect(falling.map((text) => text.split(' ').slice(1).join(' '))).toEqual(['issued orange Alert', 'updated yellow Update'])
  })

  it('are renewed before they run out', () => {
    const told = rainFor(createBrain(), 0, 400, about(25))
    expect(told).toEqual(['120 issued orange Alert', '270 updated orange Update'])
  })

  it('run out when nobody steps the brain in time', () => {
    const brain = createBrain()
    rainFor(brain, 0, 70, about(50))
    expect(short(brain.at(86_400).facts)).toEqual(['expired orange Alert'])
  })

  it('believe no gauge that is out of range, and need no gauge', () => {
    expect(rainFor(createBrain(), 0, 60, about(5000))).toEqual([])
    const brain = createBrain()
    expect(short(brain.at(60).facts)).toEqual([])
  })

  it('go on over a restart', () => {
    const context = createContext(smallCity(), 'test', 1)
    const run = (restart: boolean): unknown => {
      let state = createState(context)
      const facts: Fact[] = []
      for (let minute = 0; minute < 130; minute++) {
        if (restart && minute === 61) state = restoreState(context, structuredClone(saveState(state)))
        const outcome = step(state, [reading(RAIN, minute * 60, { rain_mm_h: minute < 70 ? 50 : 0 })], T0 + minute * 60_000)
        state = outcome.state
        facts.push(...factsOf(outcome.facts, 'warning'))
      }
      return facts
    }
    expect(run(true)).toEqual(run(false))
  })
})

describe('alerts of other services', () => {
  const alert = (more: Partial<WarningMessage> = {}): WarningMessage => ({
    identifier: 'A1',
    sender: 'met@example.cn',
    sent: T0,
    status: 'Actual',
    type: 'Alert',
    scope: 'Public',
    restriction: null,
    references: [],
    hazard: 'rain',
    event: { zh: '暴雨', en: '暴雨' },
    level: 'orange',
    urgency: 'Immediate',
    severity: 'Severe',
    certainty: 'Observed',
    effective: T0,
    expires: T0 + 3 * 3_600_000,
    sender_name: { zh: '气象台', en: '气象台' },
    headline: { zh: '暴雨橙色预警', en: '暴雨橙色预警' },
    description: { zh: '', en: '' },
    instruction: { zh: '', en: '' },
    areas: [{ name: { zh: '全市', en: '全市' }, polygons: [smallCity().districts[0].outline], circles: [], geocodes: [] }],
    ...more,
  })
  const reference = { sender: 'met@example.cn', identifier: 'A1', sent: T0 }
  const live = () => {
    let state = createState(createContext(smallCity(), 'live', 1))
    let n = 0
    return {
      get current() {
        return [...warnings(state)].map(({ message }) => `${message.identifier} ${message.level}`)
      },
      get state() {
        return state
      },
      give(seconds: number, message: WarningMessage | null) {
        const now = T0 + seconds * 1000
        const order: OperatorAct[] =
          message === null ? [] : [{ kind: 'operator', ts: now, id: `o${n++}`, by: 'desk', act: { type: 'warning.receive', message } }]
        const outcome = step(state, order, now)
        state = outcome.state
        return { said: short(outcome.facts), why: factsOf(outcome.facts, 'operator').map(({ why }) => why)[0] }
      },
    }
  }

  it('stand with their districts until they expire, and switch nothing', () => {
    const brain = live()
    expect(brain.give(1, alert())).toEqual({ said: ['issued orange Alert'], why: null })
    expect([...warnings(brain.state)][0]).toMatchObject({ origin: 'outside', districts: ['d0'], reason: null })
    expect([...incidents(brain.state)]).toEqual([])
    expect(brain.give(3 * 3600 - 1, null).said).toEqual([])
    expect(brain.give(3 * 3600 + 60, null).said).toEqual(['expired orange Alert'])
    expect([...warningsForOthers(brain.state)]).toEqual([])
  })

  it('are one alert however often they come, and replaced by an update, also when that comes first', () => {
    const brain = live()
    brain.give(1, alert())
    expect(brain.give(2, alert())).toEqual({ said: [], why: null })
    const update = alert({ identifier: 'A2', type: 'Update', references: [reference], level: 'red', severity: 'Extreme' })
    expect(brain.give(3, update).said).toEqual(['updated red Update'])
    expect(brain.current).toEqual(['A2 red'])
    const late = live()
    late.give(1, update)
    expect(late.give(2, alert())).toEqual({ said: [], why: null })
    expect(late.current).toEqual(['A2 red'])
  })

  it('are cancelled by their sender only', () => {
    const brain = live()
    brain.give(1, alert())
    const cancel = alert({ identifier: 'A3', type: 'Cancel', references: [reference] })
    expect(brain.give(2, { ...cancel, sender: 'joker@example.cn' }).why).toContain('no alert of this sender')
    expect(brain.give(3, alert({ sender: 'joker@example.cn', identifier: 'J', type: 'Update', references: [reference] })).why).toContain(
      'another sender',
    )
    expect(brain.give(4, cancel).said).toEqual(['cancelled orange Cancel'])
    expect(brain.current).toEqual([])
  })

  it.each<[string, Partial<WarningMessage>]>([
    ['drill', { status: 'Exercise' }],
    ['not for people', { status: 'System' }],
    ['addressees', { scope: 'Private' }],
    ['no alert of this sender', { type: 'Cancel', references: [{ ...reference, identifier: 'unknown' }] }],
    ['nothing waits', { type: 'Ack' }],
    ['expired', { expires: T0 - 1 }],
    ['future', { sent: T0 + 3_600_000 }],
    ['14 days', { expires: T0 + 20 * 86_400_000 }],
    ['this program', { sender: 'urban-brain@small' }],
  ])('are refused with the reason: %s', (why, more) => {
    const brain = live()
    expect(brain.give(1, alert(more)).why).toContain(why)
    expect(brain.current).toEqual([])
  })

  it('find their districts by polygon, circle and crossing edges, and stand without any elsewhere', () => {
    const districtsOf = (area: Partial<WarningMessage['areas'][number]>) => {
      const brain = live()
      const areas = [{ name: { zh: '', en: '' }, polygons: [], circles: [], geocodes: [], ...area }]
      brain.give(1, alert({ areas }))
      return [...warnings(brain.state)].map(({ districts }) => districts.join())
    }
    const [west, south, east, north] = smallCity().bounds
    const band = [
      [west - 1, (south + north) / 2],
      [east + 1, (south + north) / 2],
      [east + 1, (south + north) / 2 + 1e-5],
      [west - 1, (south + north) / 2 + 1e-5],
    ] as const
    expect(districtsOf({ polygons: [band] })).toEqual(['d0'])
    expect(districtsOf({ circles: [{ at: [west - 0.01, south], radius_km: 2 }] })).toEqual(['d0'])
    expect(districtsOf({ circles: [{ at: [west - 0.1, south], radius_km: 2 }] })).toEqual([''])
    expect(districtsOf({ geocodes: [{ name: 'GB2260', value: '330102' }] })).toEqual([''])
  })
})
