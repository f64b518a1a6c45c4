/**
 * What late values make of a past minute's figure. While a device was silent a figure was made from its last value, for as long as that counted, or without it. When
 * its values of that time come after all, the figure moves by the difference, minute by minute; whatever the order in which they come, and however often.
 */
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../base/time.ts'

/** Figures that are sums over devices of something that each tells by itself. */
export type AmendedKpi = 'queued' | 'flooded' | 'bins'

/** One device's, or one low point's, part in a figure. */
export interface PartOf {
  readonly kpi: AmendedKpi
  readonly id: string
  /** Without a value for longer it was silent. */
  readonly silent_ms: number
  /** For so long the figure counts a value on. */
  readonly fresh_ms: number
}

interface LateValue {
  readonly minute: number
  ts: EpochMs
  value: number
}

/** A time without live values. */
interface Gap {
  readonly from: EpochMs
  /** Null while it lasts. */
  to: EpochMs | null
  /** The last live value before it. */
  readonly before: number
  /** The newest late value of each minute, in order. */
  readonly late: LateValue[]
}

interface Part {
  ts: EpochMs
  value: number
  gaps: Gap[]
}

export interface AmendState {
  /** By figure and id. */
  readonly parts: Map<string, Part>
  /** Late values held in all gaps. */
  held: number
}

export const createAmend = (): AmendState => ({ parts: new Map(), held: 0 })

/** Older minutes stay as they were known. */
export const AMENDED_MS = 24 * HOUR_MS
/** A thousand devices cut off for two hours hold 120,000. Beyond this, late values are history only. */
const HELD_MAX = 300_000

const keyOf = ({ kpi, id }: PartOf): string => `${kpi} ${id}`
const minuteOf = (ts: EpochMs): number => Math.floor(ts / MINUTE_MS)

/** A live value ends a gap, and one that comes after a silence shows that there was one. */
export function noteLive(state: AmendState, of: PartOf, ts: EpochMs, value: number): void {
  const part = state.parts.get(keyOf(of))
  if (part === undefined) {
    state.parts.set(keyOf(of), { ts, value, gaps: [] })
    return
  }
  if (ts < part.ts) return
  const open = part.gaps.at(-1)
  if (open !== undefined && open.to === null) open.to = ts
  else if (ts - part.ts > of.silent_ms) part.gaps.push({ from: part.ts, to: ts, before: part.value, late: [] })
  part.ts = ts
  part.value = value
}

/** The gap that a late value falls into; null for one that came between live ones, by which the figure was right already. */
function gapAt(part: Part, ts: EpochMs): Gap | null {
  const found = part.gaps.find(({ from, to }) => ts > from && (to === null || ts < to))
  if (found !== undefined) return found
  if (ts <= part.ts) return null
  const gap: Gap = { from: part.ts, to: null, before: part.value, late: [] }
  part.gaps.push(gap)
  return gap
}

/** How many late values are of this minute or before: mostly all of them. */
function countUntil({ late }: Gap, minute: number): number {
  let count = late.length
  while (count > 0 && late[count - 1].minute > minute) count--
  return count
}

/** What the part adds to the figure of a minute, by the late values or, before the first, by the last live one. */
function share(gap: Gap, minute: number, fresh_ms: number): number {
  const end = (minute + 1) * MINUTE_MS
  const { ts, value } = gap.late[countUntil(gap, minute) - 1] ?? { ts: gap.from, value: gap.before }
  return end - ts <= fresh_ms ? value : 0
}

/**
 * Takes a late value.
 * @param through the last minute whose figure is known
 * @returns by how much the figures of which minutes move
 */
export function noteLate(state: AmendState, of: PartOf, ts: EpochMs, value: number, through: number): [minute: number, by: number][] {
  const part = state.parts.get(keyOf(of))
  const minute = minuteOf(ts)
  if (part === undefined || minute > through || (through + 1) * MINUTE_MS - ts > AMENDED_MS) return []
  const gap = gapAt(part, ts)
  if (gap === null) return []
  const place = countUntil(gap, minute)
  const same = place > 0 && gap.late[place - 1].minute === minute ? gap.late[place - 1] : null
  if (same !== null ? same.ts > ts : state.held >= HELD_MAX) return []
  // The next value, late or live, takes its place.
  const next = Math.min(gap.late[place]?.minute ?? Number.POSITIVE_INFINITY, gap.to === null ? Number.POSITIVE_INFINITY : minuteOf(gap.to))
  const last = Math.min(through, minuteOf(ts + of.fresh_ms), next - 1)
  const minutes = Array.from({ length: Math.max(0, last - minute + 1) }, (_, i) => minute + i)
  const before = minutes.map((one) => share(gap, one, of.fresh_ms))
  if (same === null) {
    gap.late.splice(place, 0, { minute, ts, value })
    state.held++
  } else {
    same.ts = ts
    same.value = value
  }
  return minutes.flatMap((one, i): [number, number][] => {
    const by = share(gap, one, of.fresh_ms) - before[i]
    return by === 0 ? [] : [[one, by]]
  })
}

/** Forgets what can no longer be amended. */
export function forgetGaps(state: AmendState, now: EpochMs): void {
  for (const part of state.parts.values()) {
    if (part.gaps.length === 0) continue
    const kept = part.gaps.filter(({ to }) => to === null || now - to <= AMENDED_MS)
    for (const gap of part.gaps) if (!kept.includes(gap)) state.held -= gap.late.length
    part.gaps = kept
  }
}
