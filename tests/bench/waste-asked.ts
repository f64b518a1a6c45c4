/** Asks ours and the plain forecasts the same questions about bins of which only readings are known, and counts as the benchmark's scorer does. */
import { createRandom } from '../../engine/base/random.ts'
import { DAY_MS, HOUR_MS } from '../../engine/base/time.ts'
import type { Forest } from '../../engine/learn/trees.ts'
import { NO_ALMANAC, plansOf } from '../../engine/waste/forecast/almanac.ts'
import { curveOf, type FillForecaster, pointOf } from '../../engine/waste/forecast/curve.ts'
import { createFillForecaster, UNTRAINED_FORECASTER } from '../../engine/waste/forecast/model.ts'
import { csiOf, FULL_PCT, type Judged, meanError } from '../../engine/waste/forecast/score.ts'
import { createTrack, observeFill } from '../../engine/waste/forecast/track.ts'
import { trainWaste } from '../../engine/waste/forecast/train.ts'
import { askBoosted, BoostedRows } from './waste-boosted.ts'
import { emptyingsOf, type ReadBin, readTruth } from './waste-families.ts'
import { PlainHistory } from './waste-plain.ts'

export const METHODS = ['ours', 'ours untrained', 'boosted', 'Croston', 'weekday mean', 'last 24 h rate'] as const
export type Method = (typeof METHODS)[number]

/** A bin with the times between which it may be learnt from or asked. */
export interface Span {
  readonly bin: ReadBin
  readonly from: number
  readonly until: number
}

export interface Learnt {
  readonly forecaster: FillForecaster
  readonly boosted: Forest | null
}

const LESSONS_BIN = 150
const ASKED_BIN = 100

interface Question {
  readonly at: number
  readonly plain: PlainHistory
  readonly observed: (observe: (ts: number, fill_pct: number) => void) => void
  readonly ttf_h: number | null
  readonly left_h: number
}

/** Times of issue between readings, spread over the span; only while the last reading is below full, and at least two days after the first. */
export function* questionsOf({ bin, from, until }: Span, count: number, seed: string): Generator<Question> {
  const { ts, fill_pct } = bin
  const random = createRandom(`${seed}/${bin.bin}`)
  const emptied = emptyingsOf(bin)
  const plain = new PlainHistory()
  const begin = Math.max(from, ts[0] + 2 * DAY_MS)
  const end = Math.min(until, ts[ts.length - 1])
  const stride = Math.max(HOUR_MS, (end - begin) / count)
  let next = 0
  for (let at = begin + random.uniform(0, stride); at < end; at += stride * random.uniform(0.5, 1.5)) {
    const first = next
    for (; next < ts.length && ts[next] <= at; next++) plain.add(ts[next], fill_pct[next])
    const observed: Question['observed'] = (observe) => {
      for (let i = first; i < next; i++) observe(ts[i], fill_pct[i])
    }
    yield { at, plain, observed, ...readTruth(bin, emptied, at, next) }
  }
}

export function learn(spans: readonly Span[], almanac = NO_ALMANAC): Learnt {
  const rows = new BoostedRows()
  for (const span of spans)
    for (const { at, plain, ttf_h } of questionsOf(span, LESSONS_BIN, 'lessons'))
      if (ttf_h !== null && plain.level_pct < FULL_PCT) rows.add(plain, at, FULL_PCT, ttf_h)
  const training = spans.flatMap(({ bin: { bin, ts, fill_pct }, from, until }) => {
    const first = ts.findIndex((t) => t >= from)
    const after = ts.findIndex((t) => t >= until)
    const end = after < 0 ? ts.length : after
    return first < 0 ? [] : [{ bin, kind: null, series: { ts: ts.subarray(first, end), fill_pct: fill_pct.subarray(first, end) } }]
  })
  const forecaster = createFillForecaster(trainWaste(training, { random: createRandom(1), say: () => undefined }, almanac))
  if (forecaster === null) throw new Error('the model that was just trained cannot be read')
  return { forecaster, boosted: rows.fit(createRandom(1)) }
}

/** What each method said of the spans, each time from the readings until then. */
export function ask(spans: readonly Span[], { forecaster, boosted }: Learnt, almanac = NO_ALMANAC): Map<Method, Judged[]> {
  const planOf = plansOf(almanac)
  const said = new Map<Method, Judged[]>(METHODS.map((method) => [method, []]))
  for (const span of spans) {
    const { ts, fill_pct } = span.bin
    const track = createTrack(ts[0], fill_pct[0])
    for (const { at, plain, observed, ttf_h, left_h } of questionsOf(span, ASKED_BIN, 'asked')) {
      observed((t, fill) => {
        observeFill(track, t, fill)
      })
      if (plain.level_pct >= FULL_PCT) continue
      const answers: Readonly<Record<Method, number>> = {
        ours: pointOf(curveOf(forecaster, track, null, at, FULL_PCT, planOf(span.bin.bin)), FULL_PCT),
        'ours untrained': pointOf(curveOf(UNTRAINED_FORECASTER, track, null, at, FULL_PCT), FULL_PCT),
        boosted: askBoosted(boosted, plain, at, FULL_PCT),
        Croston: plain.croston(FULL_PCT),
        'weekday mean': plain.weekdayMean(FULL_PCT),
        'last 24 h rate': plain.lastRate(FULL_PCT),
      }
      for (const method of METHODS) said.get(method)?.push({ ttf_h, left_h, said_h: answers[method] })
    }
  }
  return said
}

export interface Marks {
  readonly mae_24_h: number
  readonly mae_48_h: number
  readonly mae_168_h: number
  readonly csi_24: number
  readonly csi_48: number
}

export function marksOf(judged: readonly Judged[]): Marks {
  const or = (value: number | null): number => value ?? Number.NaN
  return {
    mae_24_h: or(meanError(judged, 0, 24)),
    mae_48_h: or(meanError(judged, 24, 48)),
    mae_168_h: or(meanError(judged, 48, 168)),
    csi_24: or(csiOf(judged, 24)),
    csi_48: or(csiOf(judged, 48)),
  }
}

export const whole = (bins: readonly ReadBin[]): Span[] =>
  bins.map((bin) => ({ bin, from: bin.ts[0], until: bin.ts[bin.ts.length - 1] + 1 }))
