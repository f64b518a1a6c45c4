/** What bins of a kind have in common, read from everything that they have told. */
import { HOUR_MS } from '../../base/time.ts'
import { countedDay, type DayPlan, occasionShare } from './almanac.ts'
import { type KindPrior, UNTRAINED } from './habit.ts'
import type { FillSeries } from './outcomes.ts'
import { createTrack, observeFill, SLOT_H, SLOT_MS, SLOTS_DAY, SLOTS_KEPT, type Track, UNKNOWN } from './track.ts'

export interface TellingBin {
  readonly known: FillSeries
  readonly plan: DayPlan
}

/** One bin's amounts by slot of the day, by weekday, by day, and during events. */
class OwnSums {
  readonly slot = new Float64Array(SLOTS_DAY)
  readonly slot_n = new Float64Array(SLOTS_DAY)
  readonly weekday = new Float64Array(7)
  readonly days = new Map<number, number>()
  readonly event_n = new Float64Array(SLOTS_DAY)
  event = 0
  amount = 0
  slots = 0

  add(slot: number, amount: number, plan: DayPlan): void {
    const of_day = slot % SLOTS_DAY
    if (plan.occasions.length > 0 && occasionShare(plan, slot * SLOT_MS, (slot + 1) * SLOT_MS) > 0.5) {
      this.event += amount
      this.event_n[of_day]++
      return
    }
    const day = Math.floor(slot / SLOTS_DAY)
    this.slot[of_day] += amount
    this.slot_n[of_day]++
    this.weekday[countedDay(plan, day)] += amount
    this.days.set(day, (this.days.get(day) ?? 0) + amount)
    this.amount += amount
    this.slots++
  }

  /** What is usual at the times of its events. */
  get usual(): number {
    return this.event_n.reduce((sum, count, of_day) => sum + (count * this.slot[of_day]) / Math.max(1, this.slot_n[of_day]), 0)
  }
}

function sumsOf({ known: { ts, fill_pct, collected }, plan }: TellingBin): OwnSums {
  const own = new OwnSums()
  if (ts.length === 0) return own
  const track = createTrack(ts[0], fill_pct[0])
  let taken = track.slot
  const take = ({ slots, slot }: Track): void => {
    for (let i = Math.max(0, slots.length - (slot - taken)); i < slots.length; i++)
      if (slots[i] !== UNKNOWN) own.add(slot - (slots.length - 1 - i), slots[i], plan)
    taken = slot
  }
  for (let i = 1; i < ts.length; i++) {
    if (Math.floor(ts[i] / (SLOT_H * HOUR_MS)) - taken >= SLOTS_KEPT) take(track)
    observeFill(track, ts[i], fill_pct[i], collected?.[i] === 1)
  }
  take(track)
  return own
}

function median(values: readonly number[], otherwise: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.length === 0 ? otherwise : sorted[sorted.length >> 1]
}

/** Less tells nothing of a bin. */
const SLOTS_MIN = 3 * SLOTS_DAY
/** What the untrained prior counts in percent that is usual during events. */
const EVENT_PCT = 30

export function priorOf(bins: readonly TellingBin[], otherwise = UNTRAINED): KindPrior {
  const all = bins.map(sumsOf).filter(({ slots }) => slots >= SLOTS_MIN)
  const amount = all.reduce((sum, own) => sum + own.amount, 0)
  if (amount <= 0) return otherwise
  const shares = (length: number, partsOf: (own: OwnSums) => Float64Array): number[] =>
    Array.from({ length }, (_, i) => Math.max(0.05, (all.reduce((sum, own) => sum + partsOf(own)[i], 0) / amount) * length))
  const [event, usual] = all.reduce(([sum, of], own) => [sum + own.event, of + own.usual], [EVENT_PCT * otherwise.event, EVENT_PCT])
  return {
    rate_pct_h: median(
      all.map((own) => Math.max(0.01, own.amount / (own.slots * SLOT_H))),
      otherwise.rate_pct_h,
    ),
    dispersion_pct: Math.max(0.5, median(all.flatMap(dispersionOf), otherwise.dispersion_pct)),
    slots: shares(SLOTS_DAY, ({ slot }) => slot),
    days: shares(7, ({ weekday }) => weekday),
    event: Math.max(0, event / usual),
  }
}

function dispersionOf({ days, amount }: OwnSums): number[] {
  const mean = amount / Math.max(1, days.size)
  return mean > 0 ? [[...days.values()].reduce((sum, one) => sum + (one - mean) ** 2, 0) / days.size / mean] : []
}
