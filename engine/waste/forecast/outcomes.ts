/** What became of a bin after each reading: when it next reached a level, and when it was next emptied. Hindsight, for training and judging only. */
import { type EpochMs, HOUR_MS } from '../../base/time.ts'
import { createTrack, observeFill } from './track.ts'

/** In order of time. */
export interface FillSeries {
  readonly ts: Float64Array
  readonly fill_pct: Float64Array
  /** 1 where a collection was reported since the reading before. */
  readonly collected?: Uint8Array
}

/** A series with what is known of it in the end. */
export interface KnownSeries extends FillSeries {
  /** 1 where the reading is the first after an emptying. */
  readonly emptied: Uint8Array
  /** 1 where the next reading took it back. */
  readonly refuted: Uint8Array
}

export function judgeSeries({ ts, fill_pct, collected }: FillSeries): KnownSeries {
  const emptied = new Uint8Array(ts.length)
  const refuted = new Uint8Array(ts.length)
  if (ts.length > 0) {
    const track = createTrack(ts[0], fill_pct[0])
    for (let i = 1; i < ts.length; i++) {
      const seen = observeFill(track, ts[i], fill_pct[i], collected?.[i] === 1)
      if (seen === 'emptied') emptied[i - 1] = 1
      if (seen === 'refuted') refuted[i - 1] = 1
      if (seen === 'filling' && track.since === ts[i]) emptied[i] = 1
    }
  }
  return { ts, fill_pct, ...(collected === undefined ? {} : { collected }), emptied, refuted }
}

export interface Outcome {
  /** Time of the first later reading at or above the level, before the next emptying; null when there was none. */
  readonly full: EpochMs | null
  /** Time of the next emptying, or the end of what is known. */
  readonly until: EpochMs
}

/** @param from index of the first reading behind the time of issue */
export function outcomeAfter({ ts, fill_pct, emptied, refuted }: KnownSeries, from: number, full_pct: number): Outcome {
  for (let i = from; i < ts.length; i++) {
    if (emptied[i] === 1) return { full: null, until: ts[i] }
    if (refuted[i] === 0 && fill_pct[i] >= full_pct) {
      let end = i + 1
      while (end < ts.length && emptied[end] === 0) end++
      return { full: ts[i], until: ts[Math.min(end, ts.length - 1)] }
    }
  }
  return { full: null, until: ts.length === 0 ? 0 : ts[ts.length - 1] }
}

export const hoursBetween = (from: EpochMs, to: EpochMs): number => (to - from) / HOUR_MS
