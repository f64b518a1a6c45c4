/** Judges forests on bins that they did not learn from, and finds the chances from which on "within a day" and "within two days" are best said. */
import { HOUR_MS } from '../../base/time.ts'
import type { Forest } from '../../learn/trees.ts'
import { type Claims, chanceAt, curveOf, type FillCurve, pointOf, UNTRAINED_CLAIMS } from './curve.ts'
import type { KnownBin, PriorOf } from './lessons.ts'
import type { WasteScore } from './model.ts'
import { outcomeAfter } from './outcomes.ts'
import { csiOf, FULL_PCT, meanError } from './score.ts'
import { createTrack, observeFill } from './track.ts'

/** Bins, and what learnt from others. */
export interface Trial {
  readonly bins: readonly KnownBin[]
  readonly forest: Forest | null
}

export interface Judgement {
  readonly claims: Claims
  readonly score: WasteScore
}

interface Answered {
  readonly curve: FillCurve
  readonly ttf_h: number | null
  readonly left_h: number
}

/** Questions in all. */
const ASKED = 8000

export function judgeBins(trials: readonly Trial[], priorOf: PriorOf): Judgement {
  const count = trials.reduce((sum, { bins }) => sum + bins.length, 0)
  const answered = trials.flatMap(({ bins, forest }) => bins.flatMap((bin) => answersOf(bin, forest, priorOf, ASKED / count)))
  const claims = { within_24_h: claimOf(answered, 24), within_48_h: claimOf(answered, 48) }
  const judged = answered.map(({ curve, ...became }) => ({ ...became, said_h: pointOf({ ...curve, claims }, FULL_PCT) }))
  return {
    claims,
    score: {
      issues: judged.length,
      mae_24_h: meanError(judged, 0, 24),
      mae_48_h: meanError(judged, 24, 48),
      csi_24: csiOf(judged, 24),
      csi_48: csiOf(judged, 48),
      brier_24: brierOf(answered, 24),
    },
  }
}

function answersOf({ kind, known, plan }: KnownBin, forest: Forest | null, priorOf: PriorOf, count: number): Answered[] {
  const { ts, fill_pct, collected } = known
  if (ts.length < 2) return []
  const forecaster = { priorOf, forest, claims: UNTRAINED_CLAIMS }
  const answers: Answered[] = []
  const track = createTrack(ts[0], fill_pct[0])
  const stride = Math.max(1, Math.floor(ts.length / count))
  for (let i = 1; i < ts.length - 1; i++) {
    observeFill(track, ts[i], fill_pct[i], collected?.[i] === 1)
    if (i % stride !== 0 || fill_pct[i] >= FULL_PCT) continue
    const { full, until } = outcomeAfter(known, i + 1, FULL_PCT)
    answers.push({
      curve: curveOf(forecaster, track, kind, ts[i], FULL_PCT, plan),
      ttf_h: full === null ? null : (full - ts[i]) / HOUR_MS,
      left_h: (until - ts[i]) / HOUR_MS,
    })
  }
  return answers
}

const SHARES = Array.from({ length: 23 }, (_, i) => 0.08 + 0.02 * i)
/** Below so many bins that were full nothing can be chosen. */
const FULL_MIN = 20

/** What is best at a critical success index of 0.5. */
const COMMON_SHARE = 1 / 3

/**
 * Between the chance that had the best critical success index, smoothed over its neighbours because the best one alone is often luck, and what is best where chances are right: half
 * of the F1 that it brings, which is CSI / (1 + CSI) (Lipton, Elkan and Naryanaswamy 2014). Both are too bold where forests of half of few bins are judged, and the index falls
 * faster below its best than above, so the common share counts as much as both.
 */
function claimOf(answered: readonly Answered[], within_h: number): number {
  const chances = answered.map(({ curve, ttf_h, left_h }) => ({ chance: chanceAt(curve, within_h), ttf_h, left_h }))
  if (chances.filter(({ ttf_h }) => ttf_h !== null && ttf_h <= within_h).length < FULL_MIN) return UNTRAINED_CLAIMS.within_24_h
  const csi = SHARES.map(
    (share) =>
      csiOf(
        chances.map(({ chance, ...became }) => ({ ...became, said_h: chance >= share ? 0 : Infinity })),
        within_h,
      ) ?? 0,
  )
  const smooth = csi.map((_, i) => {
    const near = csi.slice(Math.max(0, i - 2), i + 3)
    return near.reduce((sum, value) => sum + value, 0) / near.length
  })
  const best = Math.max(...smooth)
  return (SHARES[smooth.indexOf(best)] + best / (1 + best)) / 4 + COMMON_SHARE / 2
}

/** 0 where nothing was asked. */
function brierOf(answered: readonly Answered[], within_h: number): number {
  let squares = 0
  let asked = 0
  for (const { curve, ttf_h, left_h } of answered) {
    const was = ttf_h !== null && ttf_h <= within_h
    if (!was && left_h < within_h) continue
    squares += (chanceAt(curve, within_h) - (was ? 1 : 0)) ** 2
    asked++
  }
  return asked === 0 ? 0 : squares / asked
}
