/** What bins of a kind have in common, read from everything that they have told. */
import { HOUR_MS } from '../../base/time.ts'
import { type KindPrior, UNTRAINED } from './habit.ts'
import type { FillSeries } from './outcomes.ts'
import { createTrack, observeFill, SLOT_H, SLOTS_DAY, SLOTS_KEPT, UNKNOWN } from './track.ts'

/** Everything that some bins have told, slot by slot. */
class Sums {
  readonly slot = new Float64Array(SLOTS_DAY)
  readonly day = new Float64Array(7)
  readonly rates: number[] = []
  readonly dispersions: number[] = []
  amount = 0

  add({ ts, fill_pct, collected }: FillSeries): void {
    if (ts.length === 0) return
    const track = createTrack(ts[0], fill_pct[0])
    let taken = track.slot
    const own = { amount: 0, slots: 0, days: new Map<number, number>() }
    const take = (): void => {
      for (let i = Math.max(0, track.slots.length - (track.slot - taken)); i < track.slots.length; i++) {
        const amount = track.slots[i]
        if (amount === UNKNOWN) continue
        const slot = track.slot - (track.slots.length - 1 - i)
        const day = Math.floor(slot / SLOTS_DAY)
        this.slot[slot % SLOTS_DAY] += amount
        this.day[day % 7] += amount
        own.amount += amount
        own.slots++
        own.days.set(day, (own.days.get(day) ?? 0) + amount)
      }
      taken = track.slot
    }
    for (let i = 1; i < ts.length; i++) {
      if (Math.floor(ts[i] / (SLOT_H * HOUR_MS)) - taken >= SLOTS_KEPT) take()
      observeFill(track, ts[i], fill_pct[i], collected?.[i] === 1)
    }
    take()
    if (own.slots < SLOTS_DAY * 3) return
    this.amount += own.amount
    this.rates.push(Math.max(0.01, own.amount / (own.slots * SLOT_H)))
    const mean = own.amount / Math.max(1, own.days.size)
    if (mean > 0)
      this.dispersions.push([...own.days.values()].reduce((sum, amount) => sum + (amount - mean) ** 2, 0) / own.days.size / mean)
  }
}

function median(values: readonly number[], otherwise: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.length === 0 ? otherwise : sorted[sorted.length >> 1]
}

export function priorOf(bins: readonly FillSeries[], otherwise = UNTRAINED): KindPrior {
  const sums = new Sums()
  for (const series of bins) sums.add(series)
  if (sums.amount <= 0) return otherwise
  const shares = (parts: Float64Array): number[] => Array.from(parts, (part) => Math.max(0.05, (part / sums.amount) * parts.length))
  return {
    rate_pct_h: median(sums.rates, otherwise.rate_pct_h),
    dispersion_pct: Math.max(0.5, median(sums.dispersions, otherwise.dispersion_pct)),
    slots: shares(sums.slot),
    days: shares(sums.day),
  }
}
