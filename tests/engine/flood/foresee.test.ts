/** Forecasts of the running city, from readings to warnings, with the solver beside the engine answering as its thread does. */
import { describe, expect, it } from 'vitest'
import { restoreState, saveState } from '../../../engine/brain.ts'
import type { ForecastLead, LowPointForecast } from '../../../engine/model/forecast.ts'
import type { Reading } from '../../../engine/model/observation.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { createBrain, reading, T0 } from '../../support/brain.ts'
import { createAnswers, requestsFor } from '../../support/solver.ts'

const MINUTE_S = 60
const GAUGE = 'd0/flood/G1'
const [LP1] = smallCity().low_points
const PUMP_M3_S = 0.3
const RAIN = { from_min: 90, until_min: 135, mm_h: 130 }
const MINUTES = 180
const rate_mm_h = (min: number): number => (min >= RAIN.from_min && min < RAIN.until_min ? RAIN.mm_h : 0)

/** A street of which the engine knows neither runoff (0.8) nor delay (10 min) nor sewer (14 mm/h); its pumps do as they are told. */
function createStreet() {
  const settings = new Map(LP1.pumps.map((pump) => [pump, 0]))
  const pumped_mm_min = (): number =>
    ([...settings.values()].reduce((sum, setting) => sum + setting, 0) * PUMP_M3_S * 60_000) / LP1.catchment_m2
  let underway_mm = 0
  let standing_mm = 0
  return {
    settings,
    /** Depth after another minute of rain, m. */
    rain(mm_h: number): number {
      underway_mm += (0.8 * mm_h) / 60
      const arrived = underway_mm / 10
      underway_mm -= arrived
      standing_mm = Math.max(0, standing_mm + arrived - 14 / 60 - pumped_mm_min())
      return Math.round((standing_mm * LP1.catchment_m2) / LP1.storage_m2) / 1000
    },
  }
}

/** What the devices say in a minute. The nowcast says a tenth too little. */
function devices(min: number, depth_m: number, settings: ReadonlyMap<string, number>, nowcast: boolean): Reading[] {
  const seconds = min * MINUTE_S
  const ahead = Array.from({ length: 24 }, (_, step) => 0.9 * rate_mm_h(min + 5 * step + 2))
  return [
    reading(GAUGE, seconds, { level_m: depth_m + 0.001 * (min % 3) }),
    reading('d0/flood/R1', seconds, { rain_mm_h: rate_mm_h(min) + 0.01 * (min % 4) }),
    ...[...settings].map(([pump, setting]) => reading(pump, seconds, { setting })),
    ...(nowcast && min % 5 === 0 ? [reading('d0/weather/W1', seconds, { rain_forecast_mm_h: ahead, forecast_step_s: 300 })] : []),
  ]
}

interface Play {
  readonly nowcast: boolean
  /** Changes what is said in a minute. */
  readonly change?: (min: number, said: Reading[]) => Reading[]
  readonly minutes?: number
  readonly restart_min?: number
}

function play({ nowcast, change = (_, said) => said, minutes = MINUTES, restart_min }: Play) {
  const city = smallCity()
  const brain = createBrain([], city)
  const answers = createAnswers(city)
  const issued: LowPointForecast[] = []
  const outcomes: unknown[] = []
  const facts: ReturnType<typeof brain.at>['facts'][number][] = []
  const street = createStreet()
  const depths: number[] = []
  for (let min = 0; min < minutes; min++) {
    depths.push(street.rain(rate_mm_h(min)))
    if (min === restart_min) brain.state = restoreState(brain.state.context, structuredClone(saveState(brain.state)))
    const outcome = brain.at(min * MINUTE_S, ...change(min, devices(min, depths[min], street.settings, nowcast)))
    for (const command of [...outcome.commands]) {
      if (command.kind === 'drain.setting' && street.settings.has(command.device)) street.settings.set(command.device, command.setting)
    }
    const asked = requestsFor(outcome.requests, 'forecast')
    const answered = brain.at(min * MINUTE_S + 1, ...answers(asked, T0 + 1000 * (min * MINUTE_S + 1)))
    facts.push(...outcome.facts, ...answered.facts)
    outcomes.push(outcome.facts, outcome.commands, outcome.requests, answered.facts, answered.commands)
    const forecast = brain.state.flood.forecasts.get(LP1.id)
    if (asked.length > 0 && forecast !== undefined) issued.push(forecast)
  }
  return { issued, facts, outcomes, onset_min: depths.findIndex((depth) => depth > LP1.threshold_m) }
}

const minuteOf = ({ issued }: LowPointForecast): number => (issued - T0) / 60_000
const at = ({ leads }: LowPointForecast, lead_min: number): ForecastLead => {
  const found = leads.find((lead) => lead.lead_min === lead_min)
  if (found === undefined) throw new Error(`no lead ${lead_min}`)
  return found
}
const issuedAt = (issued: readonly LowPointForecast[], min: number): LowPointForecast => {
  const found = issued.find((forecast) => minuteOf(forecast) === min)
  if (found === undefined) throw new Error(`no forecast of minute ${min}`)
  return found
}

describe('a storm that comes up', () => {
  it('is warned of half an hour before the threshold with a nowcast, and before it with gauges alone', () => {
    const lead_min = (nowcast: boolean): number => {
      const { issued, onset_min } = play({ nowcast })
      expect(onset_min).toBeGreaterThan(RAIN.from_min)
      const warned = issued.find(({ crossing }) => crossing !== null)
      return warned === undefined ? Number.NEGATIVE_INFINITY : onset_min - minuteOf(warned)
    }
    expect(lead_min(true)).toBeGreaterThanOrEqual(30)
    expect(lead_min(false)).toBeGreaterThan(0)
  })

  it('is forecast every five minutes by what the city describes, and judged when it is over', () => {
    const { issued, facts } = play({ nowcast: true, minutes: MINUTES })
    expect(issued.map(minuteOf)).toEqual(Array.from({ length: MINUTES / 5 }, (_, i) => 5 * i))
    expect(new Set(issued.map(({ basis }) => basis))).toEqual(new Set(['physical']))
    for (const { leads } of issued)
      for (const { low_m, depth_m, high_m, p_exceed } of leads) {
        expect(low_m).toBeLessThanOrEqual(depth_m)
        expect(depth_m).toBeLessThanOrEqual(high_m)
        expect(p_exceed).toBeGreaterThanOrEqual(0)
        expect(p_exceed).toBeLessThanOrEqual(1)
      }
    expect(facts.filter(({ kind }) => kind === 'forecast')).not.toHaveLength(0)
  })
})

describe('a gauge', () => {
  it('that jumps by 3 m gets a mark, and nobody is warned', () => {
    const jumps = (min: number, said: Reading[]): Reading[] =>
      said.map((one) => (one.device === GAUGE && min >= 40 && min < 42 ? { ...one, values: { level_m: 3 + 0.5 * (min - 40) } } : one))
    const { issued, facts } = play({ nowcast: false, change: jumps, minutes: 60 })
    expect(facts.some((fact) => fact.kind === 'quality' && fact.device === GAUGE && fact.cause === 'jump')).toBe(true)
    for (const { crossing, leads } of issued) {
      expect(crossing).toBeNull()
      for (const { p_exceed } of leads) expect(p_exceed).toBeLessThan(0.2)
    }
  })

  it('that falls silent leaves a wider band and no level, and the forecast goes on', () => {
    const silent = (min: number, said: Reading[]): Reading[] => (min < 60 ? said : said.filter(({ device }) => device !== GAUGE))
    const min = RAIN.from_min + 20
    const heard = issuedAt(play({ nowcast: true }).issued, min)
    const unheard = issuedAt(play({ nowcast: true, change: silent }).issued, min)
    expect(heard.level_m).not.toBeNull()
    expect(unheard.level_m).toBeNull()
    const width = (forecast: LowPointForecast): number => at(forecast, 15).high_m - at(forecast, 15).low_m
    expect(width(unheard)).toBeGreaterThan(width(heard))
    expect(unheard.crossing).not.toBeNull()
  })
})

describe('the request', () => {
  it('is made again when the solver fails or does not answer, and an answer to an older one is left alone', () => {
    const brain = createBrain()
    const ask = (seconds: number) =>
      requestsFor(brain.at(seconds, reading(GAUGE, seconds, { level_m: 0.01 + seconds / 1e6 })).requests, 'forecast')
    const [first] = ask(0)
    expect(ask(4)).toEqual([])
    brain.at(10, { kind: 'solution', ts: T0, request: first.id, answer: { type: 'failed', why: 'test' } })
    expect(ask(12)).toEqual([])
    const [second] = ask(16)
    expect(second.problem).toEqual(first.problem)
    expect(ask(30)).toEqual([])
    const [third] = ask(47)
    expect(third.id).not.toBe(second.id)
    const answers = createAnswers(smallCity())
    brain.at(48, ...answers([second], T0 + 48_000))
    expect(brain.state.flood.forecasts.size).toBe(0)
    brain.at(49, ...answers([third], T0 + 49_000))
    expect(brain.state.flood.forecasts.size).toBeGreaterThan(0)
    expect(ask(100)).toEqual([])
  })

  it('is the same for the same readings, also after a restart', () => {
    const straight = play({ nowcast: true, minutes: 130 })
    expect(play({ nowcast: true, minutes: 130 }).outcomes).toEqual(straight.outcomes)
    expect(play({ nowcast: true, minutes: 130, restart_min: 112 }).outcomes).toEqual(straight.outcomes)
  })

  it('holds only what JSON can say', () => {
    const { outcomes } = play({ nowcast: true, minutes: 100 })
    expect(JSON.parse(JSON.stringify(outcomes))).toEqual(outcomes)
  })
})
