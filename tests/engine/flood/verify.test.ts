/** Forecasts held against the gauges while they come in: the same figures as the scorer gives when it is handed the whole storm. */
import { describe, expect, it } from 'vitest'
import { restoreState, saveState } from '../../../engine/brain.ts'
import { scoreForecasts } from '../../../engine/flood/forecast/score.ts'
import { HORIZON_STEPS, LEADS_MIN } from '../../../engine/flood/forecast/storm.ts'
import type { Fact } from '../../../engine/model/fact.ts'
import type { SolverAnswer } from '../../../engine/model/solve.ts'
import { forecastScores, kpis } from '../../../engine/view.ts'
import { createBrain, reading, T0 } from '../../support/brain.ts'
import { requestsFor } from '../../support/solver.ts'

const STEP_S = 300
/** Threshold of the low points of the small city. */
const THRESHOLD_M = 0.15
const POINTS = ['LP1', 'LP2']
const GAUGES = ['d0/flood/G1', 'd0/flood/G2']

type Said = { readonly depth_m: number; readonly p: number }

/** @returns the answer that says for each point and lead in steps what `say` does */
const answerOf = (say: (site: number, lead: number) => Said): SolverAnswer => ({
  type: 'forecast',
  curves: POINTS.map((point, site) => {
    const said = Array.from({ length: HORIZON_STEPS }, (_, step) => say(site, step + 1))
    const depth_m = said.map((one) => one.depth_m)
    return { point, basis: 'physical', depth_m, low_m: depth_m, high_m: depth_m, p_exceed: said.map(({ p }) => p) }
  }),
})

/** Plays levels step by step; every forecast is answered at once unless `say` has none. */
function play(
  levels: readonly (readonly number[])[],
  say: (site: number, t: number, lead: number) => Said,
  isAnswered = (_t: number) => true,
) {
  const brain = createBrain()
  const facts: Fact[] = []
  levels[0].forEach((_, t) => {
    const seconds = t * STEP_S
    const readings = GAUGES.flatMap((gauge, site) => {
      const level_m = levels[site][t]
      return Number.isNaN(level_m) ? [] : [reading(gauge, seconds, { level_m })]
    })
    const outcome = brain.at(seconds, ...readings)
    facts.push(...outcome.facts)
    const [request] = requestsFor(outcome.requests, 'forecast')
    if (!isAnswered(t)) return
    const answer = answerOf((site, lead) => say(site, t, lead))
    facts.push(...brain.at(seconds + 1, { kind: 'solution', ts: T0 + 1000 * (seconds + 1), request: request.id, answer }).facts)
  })
  return { brain, facts, verified: facts.flatMap((fact) => (fact.kind === 'verified' ? [fact] : [])) }
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000
/** Two waves on one point, one lower wave on the other, then two dry hours so that all is over. */
const STEPS = 120
const wave = (t: number, at: number, top_m: number): number => top_m * Math.exp(-(((t - at) / 7) ** 2))
const LEVELS = [
  Array.from({ length: STEPS }, (_, t) => rounded(wave(t, 30, 0.4) + wave(t, 66, 0.25))),
  Array.from({ length: STEPS }, (_, t) => rounded(wave(t, 40, 0.3))),
]
const noise = (site: number, t: number, lead: number): number => ((site * 151 + t * 283 + lead * 31) % 97) / 97 - 0.5
const sayWell = (site: number, t: number, lead: number): Said => {
  const depth_m = rounded(Math.max(0, (LEVELS[site][t + lead] ?? 0) + 0.1 * noise(site, t, lead)))
  return { depth_m, p: rounded(1 / (1 + Math.exp((THRESHOLD_M - depth_m) / 0.03))) }
}
const sayNothing = (): Said => ({ depth_m: 0, p: 0 })

describe('the running score', () => {
  it('is that of the scorer for the whole storm', () => {
    const { brain } = play(LEVELS, sayWell)
    const byLead = (read: (said: Said) => number): Float64Array[][] =>
      LEADS_MIN.map((lead) => POINTS.map((_, site) => Float64Array.from({ length: STEPS }, (_, t) => read(sayWell(site, t, lead / 5)))))
    const storm = {
      truth_m: LEVELS.map((own) => Float64Array.from(own)),
      forecast: { leads_min: LEADS_MIN, depth_m: byLead(({ depth_m }) => depth_m), p_exceed: byLead(({ p }) => p) },
    }
    const whole = scoreForecasts([storm], [THRESHOLD_M, THRESHOLD_M])
    const { lately } = forecastScores(brain.state)
    expect(lately?.episodes).toEqual(whole.episodes)
    expect(lately?.episodes.n).toBe(3)
    lately?.leads.forEach((lead, l) => {
      // Dry hours before the first water and long after the last are left out of the running score, and hold neither hits nor misses.
      expect(lead.onset).toMatchObject({ hits: whole.leads[l].onset.hits, misses: whole.leads[l].onset.misses })
      expect(lead.onset.false_alarms).toBe(whole.leads[l].onset.false_alarms)
      expect(lead.n).toBeLessThanOrEqual(whole.leads[l].n)
      expect(lead.n).toBeGreaterThan(0.6 * whole.leads[l].n)
      expect(lead.coverage).toBe(1)
      expect(lead.nse).toBeGreaterThan(0.8)
    })
  })

  it('tells of each flood once it is over, by how much it was warned of', () => {
    const { verified, brain } = play(LEVELS, sayWell)
    const floods = verified.flatMap(({ point, floods }) => floods.map((flood) => ({ point, ...flood })))
    expect(floods.map(({ point }) => point).sort()).toEqual(['LP1', 'LP1', 'LP2'])
    for (const { warned_min, peak_m, onset, end } of floods) {
      expect(warned_min).toBeGreaterThanOrEqual(30)
      expect(peak_m).toBeGreaterThan(THRESHOLD_M)
      expect(end).toBeGreaterThan(onset)
    }
    expect(kpis(brain.state).find(({ id }) => id === 'flooded')?.detail?.en).toBe('3 of 3 warned 30 min ahead')
  })

  it('counts a flood that nobody forecast as not warned of, and a warning without a flood as false', () => {
    const missed = play(LEVELS, sayNothing).verified
    expect(missed.flatMap(({ floods }) => floods.map(({ warned_min }) => warned_min))).toEqual([0, 0, 0])
    const dry = LEVELS.map((own) => own.map(() => 0))
    const wrong = play(dry, (site, t, lead) => ({ depth_m: 0.2, p: site === 0 && t >= 10 && t < 14 && lead === 6 ? 0.9 : 0 })).verified
    expect(wrong).toMatchObject([{ point: 'LP1', floods: [], warning_runs: 1, false_runs: 1 }])
  })

  it('takes a forecast that never came for none, and a silent gauge for no truth', () => {
    const unanswered = forecastScores(play(LEVELS, sayWell, (t) => t % 2 === 0).brain.state).lately
    expect(unanswered?.leads[0].coverage).toBeGreaterThan(0.3)
    expect(unanswered?.leads[0].coverage).toBeLessThan(0.7)
    const silent = [LEVELS[0].map((level, t) => (t > 20 && t < 90 ? Number.NaN : level)), LEVELS[1]]
    expect(play(silent, sayWell).verified.map(({ point, floods }) => [point, floods.length])).toEqual([['LP2', 1]])
  })

  it('goes on after a restart', () => {
    const { brain } = play(
      LEVELS.map((own) => own.slice(0, 60)),
      sayWell,
    )
    const saved = structuredClone(saveState(brain.state))
    expect(forecastScores(restoreState(brain.state.context, saved))).toEqual(forecastScores(brain.state))
  })
})
