/**
 * Forecasts of bins held against what came: every few hours one of each bin is kept until the bin is full, is emptied, or two days have gone by. The definitions are those of
 * forecast/score.ts and forecast/outcomes.ts, reading by reading instead of in hindsight.
 */
import { DAY_MS, type EpochMs, HOUR_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { FillForecast } from '../model/fill.ts'
import { claimOf, errorOf, FULL_PCT, type Judged } from './forecast/score.ts'
import { type Seen, SILENT_MS } from './forecast/track.ts'

/** Forecasts an hour apart say much the same: so far apart, every time of the day has its turn. */
const APART_MS = 6 * HOUR_MS
/** The last horizon that is scored. */
const LAST_H = 48
/** The window is this block and the one before: 30 to 60 days, some dozens of cycles of a bin. */
const BLOCK_MS = 30 * DAY_MS

interface Asked {
  readonly issued: EpochMs
  readonly said_h: number
}

interface ClaimSums {
  hits: number
  /** Misses and false alarms. */
  wrong: number
}

interface ErrorSums {
  n: number
  sum_h: number
}

/** Of one bin in one block. */
interface FillSums {
  readonly within_24: ErrorSums
  readonly within_48: ErrorSums
  readonly claim_24: ClaimSums
  readonly claim_48: ClaimSums
  judged: number
}

export interface FillVerification {
  /** Start of the block; 0 before the first forecast. */
  from: EpochMs
  /** Of which the truth has not come; the oldest first. */
  readonly asked: Map<DeviceKey, Asked[]>
  block: Map<DeviceKey, FillSums>
  before: Map<DeviceKey, FillSums>
}

export const createFillVerification = (): FillVerification => ({ from: 0, asked: new Map(), block: new Map(), before: new Map() })

/** Keeps a forecast until its truth comes. One of a bin that is full already says nothing. */
export function keepFill({ asked }: FillVerification, { bin, issued, level_pct, ttf_h }: FillForecast, fill_pct: number): void {
  if (level_pct >= FULL_PCT || fill_pct >= FULL_PCT) return
  const waiting = asked.get(bin) ?? []
  const last = waiting.at(-1)
  if (last !== undefined && issued - last.issued < APART_MS) return
  waiting.push({ issued, said_h: ttf_h })
  asked.set(bin, waiting)
}

/** What a reading of a bin turned out to be, with the one before it. */
export interface SeenFill {
  readonly seen: Seen
  readonly ts: EpochMs
  readonly fill_pct: number
  readonly before: { readonly ts: EpochMs; readonly fill_pct: number; readonly doubtful: boolean }
  /** A new cycle has begun, with this reading or, where it decided, with the doubtful one before it. */
  readonly emptied: boolean
}

/** Judges what the reading decides. */
export function followFill(state: FillVerification, bin: DeviceKey, { seen, ts, fill_pct, before, emptied }: SeenFill): void {
  if (!state.asked.has(bin) || seen === 'ignored') return
  // Nobody knows how often it was full and emptied meanwhile.
  if (ts - before.ts > SILENT_MS) {
    state.asked.delete(bin)
    return
  }
  // The doubtful reading before it is decided first: of forecasts that are older than that.
  if (seen === 'emptied') settle(state, bin, before.ts, false)
  else if (seen === 'filling' && before.doubtful && before.fill_pct >= FULL_PCT) settle(state, bin, before.ts, true)
  if (seen === 'doubtful') return
  if (emptied && seen === 'filling') settle(state, bin, ts, false)
  else if (fill_pct >= FULL_PCT) settle(state, bin, ts, true)
  else settle(state, bin, ts, false, LAST_H)
}

/** What a bin that is not believed read since says nothing of its forecasts. */
export function forgetAsked({ asked }: FillVerification, bin: DeviceKey): void {
  asked.delete(bin)
}

/** Judges what was asked at least `since_h` before. */
function settle(state: FillVerification, bin: DeviceKey, until: EpochMs, full: boolean, since_h = 0): void {
  const waiting = state.asked.get(bin) ?? []
  const isOpen = ({ issued }: Asked): boolean => issued >= until || until - issued < since_h * HOUR_MS
  const open = waiting.filter(isOpen)
  if (open.length === waiting.length) return
  if (open.length === 0) state.asked.delete(bin)
  else state.asked.set(bin, open)
  roll(state, until)
  const sums = state.block.get(bin) ?? createSums()
  state.block.set(bin, sums)
  for (const asked of waiting) {
    if (isOpen(asked)) continue
    const left_h = (until - asked.issued) / HOUR_MS
    add(sums, { said_h: asked.said_h, left_h, ttf_h: full ? left_h : null })
  }
}

function roll(state: FillVerification, now: EpochMs): void {
  if (state.from > 0 && now - state.from < BLOCK_MS) return
  state.before = state.from > 0 && now - state.from < 2 * BLOCK_MS ? state.block : new Map()
  state.block = new Map()
  state.from = now
}

const createSums = (): FillSums => ({
  within_24: { n: 0, sum_h: 0 },
  within_48: { n: 0, sum_h: 0 },
  claim_24: { hits: 0, wrong: 0 },
  claim_48: { hits: 0, wrong: 0 },
  judged: 0,
})

function add(sums: FillSums, judged: Judged): void {
  sums.judged++
  addError(sums.within_24, errorOf(judged, 0, 24))
  addError(sums.within_48, errorOf(judged, 24, LAST_H))
  addClaim(sums.claim_24, claimOf(judged, 24))
  addClaim(sums.claim_48, claimOf(judged, LAST_H))
}

function addError(sums: ErrorSums, error_h: number | null): void {
  if (error_h === null) return
  sums.n++
  sums.sum_h += error_h
}

function addClaim(sums: ClaimSums, claim: ReturnType<typeof claimOf>): void {
  if (claim === 'hit') sums.hits++
  if (claim === 'wrong') sums.wrong++
}

/** Of the last 30 to 60 days. */
export interface FillScore {
  /** Forecasts whose truth has come. */
  readonly issues: number
  /** Mean absolute error of bins that were full within a day, and in the second day; null without any. */
  readonly mae_24_h: number | null
  readonly mae_48_h: number | null
  /** Critical success index of "full within a day" and "within two days"; null when nothing was said and nothing came. */
  readonly csi_24: number | null
  readonly csi_48: number | null
}

/** @param bin null: all bins together */
export function scoreFills({ block, before }: FillVerification, bin: DeviceKey | null): FillScore {
  const total = createSums()
  for (const sums of [before, block].flatMap((map) => (bin === null ? [...map.values()] : (map.get(bin) ?? [])))) {
    total.judged += sums.judged
    for (const within of ['within_24', 'within_48'] as const) {
      total[within].n += sums[within].n
      total[within].sum_h += sums[within].sum_h
    }
    for (const claim of ['claim_24', 'claim_48'] as const) {
      total[claim].hits += sums[claim].hits
      total[claim].wrong += sums[claim].wrong
    }
  }
  const mean = ({ n, sum_h }: ErrorSums): number | null => (n === 0 ? null : sum_h / n)
  const share = ({ hits, wrong }: ClaimSums): number | null => (hits + wrong === 0 ? null : hits / (hits + wrong))
  return {
    issues: total.judged,
    mae_24_h: mean(total.within_24),
    mae_48_h: mean(total.within_48),
    csi_24: share(total.claim_24),
    csi_48: share(total.claim_48),
  }
}
