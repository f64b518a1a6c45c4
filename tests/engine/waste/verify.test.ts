/** Scores of bins' forecasts in the running city: the same as in hindsight. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { HOUR_MS } from '../../../engine/base/time.ts'
import type { FillForecast } from '../../../engine/model/fill.ts'
import { judgeSeries, outcomeAfter } from '../../../engine/waste/forecast/outcomes.ts'
import { csiOf, FULL_PCT, type Judged, meanError } from '../../../engine/waste/forecast/score.ts'
import { createTrack, observeFill } from '../../../engine/waste/forecast/track.ts'
import { createFillVerification, followFill, forgetAsked, keepFill, scoreFills } from '../../../engine/waste/verify.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { createBrain, reading, T0 } from '../../support/brain.ts'
import { createAnswers } from '../../support/solver.ts'

const BIN = 'd0/waste/B1'

const said = (issued: number, ttf_h: number, level_pct: number): FillForecast => ({
  bin: BIN,
  issued,
  basis: 'habit',
  level_pct,
  ttf_h,
  low_h: 0,
  high_h: ttf_h,
  p_overflow_12h: 0,
  p_overflow_24h: 0,
  p_overflow_48h: 0,
  urgent_s: 0,
  ride_s: 0,
})

/** Hourly readings; after each that is a multiple of `every` a forecast of `said_h[i]` hours. */
function followed(fills: readonly number[], said_h: readonly number[], every = 6) {
  const state = createFillVerification()
  const track = createTrack(0, fills[0])
  const issues: { at: number; said_h: number }[] = []
  fills.forEach((fill_pct, i) => {
    const ts = i * HOUR_MS
    if (i > 0) {
      const { since, doubt } = track
      const seen = observeFill(track, ts, fill_pct)
      const before = { ts: ts - HOUR_MS, fill_pct: fills[i - 1], doubtful: doubt !== null }
      followFill(state, BIN, { seen, ts, fill_pct, before, emptied: track.since !== since })
    }
    if (i % every !== 0 || fill_pct >= FULL_PCT || said_h[i] === undefined) return
    keepFill(state, said(ts, said_h[i], fill_pct), fill_pct)
    issues.push({ at: i, said_h: said_h[i] })
  })
  return { state, issues }
}

/** Mornings and evenings of a bin: rises, leaps and falls that may be emptyings or errors. */
const fills = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom('rise', 'rise', 'rise', 'rise', 'leap', 'fall', 'error')), {
    minLength: 60,
    maxLength: 400,
  })
  .map((steps) => {
    let level = 10
    return steps.map(([size, kind]) => {
      if (kind === 'error') return size < 5 ? 0 : 100
      level = kind === 'fall' ? (size < 2 ? 2 : level) : Math.min(105, level + (kind === 'leap' ? 4 * size : size / 2))
      return level
    })
  })

/** Long enough that the last forecast is decided. */
const CLOSING = Array.from({ length: 51 }, () => 0)

it('counts reading by reading what hindsight counts', () => {
  fc.assert(
    fc.property(fills, fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 400, maxLength: 400 }), (own, said_h) => {
      const levels = [...own, ...CLOSING.map(() => own[own.length - 1])]
      const { state, issues } = followed(levels, said_h.slice(0, own.length))
      const known = judgeSeries({ ts: Float64Array.from(levels, (_, i) => i * HOUR_MS), fill_pct: Float64Array.from(levels) })
      const judged = issues.map(({ at, said_h: hours }): Judged => {
        const { full, until } = outcomeAfter(known, at + 1, FULL_PCT)
        return { ttf_h: full === null ? null : full / HOUR_MS - at, left_h: until / HOUR_MS - at, said_h: hours }
      })
      const score = scoreFills(state, BIN)
      expect(state.asked.size).toBe(0)
      expect(score.issues).toBe(issues.length)
      const expected = [meanError(judged, 0, 24), meanError(judged, 24, 48), csiOf(judged, 24), csiOf(judged, 48)]
      const got = [score.mae_24_h, score.mae_48_h, score.csi_24, score.csi_48]
      expect(got.map((one) => one?.toFixed(9))).toEqual(expected.map((one) => one?.toFixed(9)))
      expect(scoreFills(state, null)).toEqual(score)
    }),
  )
})

it('forgets what was asked of a bin that is not believed', () => {
  const { state } = followed([10, 11, 12], [5, 5, 5])
  expect(state.asked.size).toBe(1)
  forgetAsked(state, BIN)
  expect(scoreFills(state, BIN)).toEqual({ issues: 0, mae_24_h: null, mae_48_h: null, csi_24: null, csi_48: null })
  expect(state.asked.size).toBe(0)
})

it('drops what an outage of days hides', () => {
  const state = createFillVerification()
  keepFill(state, said(0, 10, 20), 20)
  const ts = 100 * HOUR_MS
  followFill(state, BIN, { seen: 'filling', ts, fill_pct: 30, before: { ts: 0, fill_pct: 20, doubtful: false }, emptied: false })
  expect(state.asked.size).toBe(0)
  expect(scoreFills(state, null).issues).toBe(0)
})

it('judges the forecasts of the running brain when the bin is full', () => {
  const brain = createBrain()
  const answers = createAnswers(smallCity())
  let waiting = brain.at(0).requests
  for (let h = 0; h < 45; h++)
    waiting = brain.at(h * 3600, ...answers(waiting, T0 + h * HOUR_MS), reading(BIN, h * 3600, { fill_pct: 2 * h })).requests
  const score = scoreFills(brain.state.waste.verification, BIN)
  // Every six hours until it was full after 40.
  expect(score.issues).toBe(7)
  expect(score.mae_24_h).toBeGreaterThan(0)
})
