/**
 * What a bin's sensor has told, as it is believed: its level, its emptyings, and how much came in when. Readings are taken one by one, in order, and nothing is ever
 * corrected by what came later than it was used: a forecast from this state knows no more than was known then.
 *
 * Ultrasonic sensors look at a heap: bags slide, lids stand open, echoes get lost. So a level follows its readings smoothly, a leap counts once the next reading
 * confirms it, and a fall by much is an emptying unless the next reading takes it back.
 */
import { DAY_MS, type EpochMs, HOUR_MS } from '../../base/time.ts'
import type { FillTrack as Track } from '../../model/fill.ts'

export type { FillTrack as Track } from '../../model/fill.ts'

/** Amounts are kept in slots of three hours: mornings and evenings can be told apart, and six weeks are a few hundred numbers. */
export const SLOT_H = 3
export const SLOT_MS = SLOT_H * HOUR_MS
export const SLOTS_DAY = 24 / SLOT_H
export const SLOTS_WEEK = 7 * SLOTS_DAY
export const SLOTS_KEPT = 6 * SLOTS_WEEK
/** In a slot of which nothing is known. */
export const UNKNOWN = -999

/** A fall by so much, and to so small a share of the level, is an emptying; a partial one also leaves a part. */
const EMPTIED_PCT = 15
const EMPTIED_NOISES = 4
/** A smaller fall is one where a collection was reported. */
const COLLECTED_PCT = 4
/** A rise by more within a short time is doubted. */
const LEAP_PCT = 30
const LEAP_MS = 90 * 60_000
/** Above the rim it is heaped; far above, the sensor is wrong. */
const FILL_MAX_PCT = 130
/** After so long a silence it is unknown how often it was emptied. */
export const SILENT_MS = 4 * DAY_MS
const TOPS_KEPT = 12
/** Share of a change within the noise that the level follows at once. */
const FOLLOW = 0.5
const NOISE_KEPT = 0.95
/** A fall by little more than one step of the sensor is none. */
const EMPTIED_STEPS = 1.25
const STEP_KEPT = 0.9
const STEP_MAX_PCT = 30
const LIFE_HALF_MS = 180 * DAY_MS

export function createTrack(ts: EpochMs, fill_pct: number): Track {
  const level_pct = bounded(fill_pct)
  return {
    level_pct,
    raw_pct: level_pct,
    ts,
    emptied: null,
    floor_pct: level_pct,
    since: ts,
    doubt: null,
    noise_pct: 1,
    step_pct: 2,
    peak_pct: level_pct,
    risen: ts,
    life_pct: 0,
    life_h: 0,
    slots: [UNKNOWN],
    slot: Math.floor(ts / SLOT_MS),
    tops: [],
    emptyings: [],
    interval_h: 1,
    readings: 1,
  }
}

const bounded = (fill_pct: number): number => Math.min(Math.max(fill_pct, 0), FILL_MAX_PCT)

/** What a reading turned out to be. `doubtful` ones are decided by the next. */
export type Seen = 'filling' | 'doubtful' | 'emptied' | 'refuted' | 'ignored'

/**
 * Takes a reading in. One that is not later than the last is ignored.
 * @param collected since the last reading somebody has said that the bin was emptied
 * @returns what is now known: `emptied` that the doubtful reading before this one was an emptying, `refuted` that it was an error
 */
export function observeFill(track: Track, ts: EpochMs, fill_pct: number, collected = false): Seen {
  if (ts <= track.ts || !Number.isFinite(fill_pct)) return 'ignored'
  const fill = bounded(fill_pct)
  const before = track.ts
  track.readings++
  track.interval_h += (Math.min(48, (ts - before) / HOUR_MS) - track.interval_h) / Math.min(track.readings, 50)
  const moved = Math.abs(fill - track.raw_pct)
  if (moved > 0) track.step_pct += (1 - STEP_KEPT) * (Math.min(moved, STEP_MAX_PCT) - track.step_pct)
  track.raw_pct = fill
  track.peak_pct = Math.max(track.peak_pct, fill)
  track.ts = ts
  const { doubt } = track
  track.doubt = null
  if (collected && fill < Math.min(track.level_pct, doubt?.fill_pct ?? track.level_pct) - COLLECTED_PCT) {
    empty(track, ts, fill, before)
    return 'filling'
  }
  if (doubt !== null) return decideDoubt(track, doubt, fill)
  const isFall = fill < track.level_pct - fallOf(track)
  const isLeap = fill > track.level_pct + LEAP_PCT && ts - before < LEAP_MS
  if (isFall && ts - before > SILENT_MS) {
    empty(track, ts, fill, before)
    return 'filling'
  }
  if (isFall || isLeap) {
    track.doubt = { ts, fill_pct: fill, before }
    return 'doubtful'
  }
  follow(track, before, fill)
  return 'filling'
}

const fallOf = ({ level_pct, noise_pct, step_pct }: Track): number =>
  Math.max(EMPTIED_PCT, EMPTIED_NOISES * noise_pct, EMPTIED_STEPS * step_pct, 0.25 * level_pct)

function decideDoubt(track: Track, { ts, fill_pct, before }: NonNullable<Track['doubt']>, fill: number): Seen {
  const isFall = fill_pct < track.level_pct
  const isConfirmed = isFall ? fill < track.level_pct - fallOf(track) : fill > track.level_pct + LEAP_PCT / 2
  if (!isConfirmed) {
    follow(track, before, fill)
    return 'refuted'
  }
  if (isFall) empty(track, ts, fill_pct, before)
  else add(track, before, ts, fill_pct - track.level_pct)
  track.level_pct = fill_pct
  track.peak_pct = Math.max(track.peak_pct, fill)
  follow(track, ts, fill)
  return isFall ? 'emptied' : 'filling'
}

function empty(track: Track, ts: EpochMs, fill_pct: number, before: EpochMs): void {
  noteEmptying(track, ts, track.level_pct)
  // What came in between the last reading and the emptying is not known.
  reach(track, before)
  reach(track, ts)
  track.floor_pct = fill_pct
  track.level_pct = fill_pct
  track.peak_pct = fill_pct
  track.since = ts
  track.risen = ts
}

/** @param found_pct null where nobody said how full it was */
export function noteEmptying(track: Track, ts: EpochMs, found_pct: number | null): void {
  const { tops, emptyings } = track
  if (found_pct !== null) tops.push(Math.round(found_pct))
  if (tops.length > TOPS_KEPT) tops.shift()
  emptyings.push(ts)
  if (emptyings.length > TOPS_KEPT) emptyings.shift()
  track.emptied = ts
}

/** Moves the level towards a reading of the same cycle, and books the change between both times. */
function follow(track: Track, before: EpochMs, fill: number): void {
  const change = fill - track.level_pct
  const isNoise = Math.abs(change) <= 2.5 * track.noise_pct
  const moved = isNoise ? FOLLOW * change : change
  track.noise_pct = Math.max(0.3, NOISE_KEPT * track.noise_pct + (1 - NOISE_KEPT) * 2 * Math.max(0, -change))
  if (change > 2.5 * track.noise_pct && change > 1) track.risen = track.ts
  track.level_pct += moved
  if (track.ts - before > SILENT_MS) reach(track, track.ts)
  else add(track, before, track.ts, moved)
}

/** Brings the slots up to a time without knowing anything of them. */
export function reach(track: Track, ts: EpochMs): void {
  const slot = Math.floor(ts / SLOT_MS)
  if (slot - track.slot > SLOTS_KEPT) {
    track.slots.length = 0
    track.slot = slot - 1
  }
  while (track.slot < slot) {
    track.slots.push(UNKNOWN)
    track.slot++
  }
  if (track.slots.length > SLOTS_KEPT) track.slots.splice(0, track.slots.length - SLOTS_KEPT)
}

/** Spreads a change evenly over the time in which it happened. */
function add(track: Track, from: EpochMs, to: EpochMs, change_pct: number): void {
  const faded = 0.5 ** ((to - from) / LIFE_HALF_MS)
  track.life_pct = faded * track.life_pct + change_pct
  track.life_h = faded * track.life_h + (to - from) / HOUR_MS
  reach(track, to)
  const first = Math.floor(from / SLOT_MS)
  for (let slot = first; slot <= track.slot; slot++) {
    const at = track.slots.length - 1 - (track.slot - slot)
    if (at < 0) continue
    const start = Math.max(from, slot * SLOT_MS)
    const share = (Math.min(to, (slot + 1) * SLOT_MS) - start) / (to - from)
    const known = track.slots[at] === UNKNOWN ? 0 : track.slots[at]
    // Hundredths of a percent: enough, and short where it is kept.
    track.slots[at] = Math.round((known + share * change_pct) * 100) / 100
  }
}

/** What was booked since a time turned out to be no filling: it is unknown. */
export function forgetSince(track: Track, ts: EpochMs): void {
  const first = track.slots.length - 1 - (track.slot - Math.floor(ts / SLOT_MS))
  track.slots.fill(UNKNOWN, Math.max(0, first))
}

/** Level as of now: a doubtful reading is taken at its word until the next one decides. */
export const levelOf = ({ doubt, level_pct }: Track): number => doubt?.fill_pct ?? level_pct
