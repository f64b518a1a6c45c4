/** The plain forecasts that ours is measured against: the rate of the last day, the mean of the weekday, and Croston's method. */
import { HOUR_MS } from '../../engine/base/time.ts'

const DAY_H = 24
const LONGEST_H = 60 * 24
const EMPTIED_PCT = 15

/** Hourly amounts of a bin as a simple reader of its readings books them: rises count, falls do not, a time without readings is spread. */
export class PlainHistory {
  private readonly amounts: number[] = []
  private first_h = 0
  private last: { ts: number; fill_pct: number } | null = null
  level_pct = 0
  level_before_pct = 0
  /** Time of the last fall by much, or of the first reading. */
  emptied = 0

  add(ts: number, fill_pct: number): void {
    const { last } = this
    this.last = { ts, fill_pct }
    this.level_before_pct = last?.fill_pct ?? fill_pct
    this.level_pct = fill_pct
    if (last === null || fill_pct < last.fill_pct - EMPTIED_PCT) this.emptied = ts
    const hour = Math.floor(ts / HOUR_MS)
    if (last === null) {
      this.first_h = hour
      this.amounts.push(0)
      return
    }
    const before = Math.floor(last.ts / HOUR_MS)
    while (this.first_h + this.amounts.length <= hour) this.amounts.push(0)
    const change = fill_pct - last.fill_pct
    const rise = change > 0 ? change : change < -EMPTIED_PCT ? Math.min(fill_pct, EMPTIED_PCT) : 0
    for (let h = before; h <= hour; h++) this.amounts[h - this.first_h] += rise / (hour - before + 1)
  }

  /** Mean amount of the newest hours, percent an hour. */
  meanOf(hours: number): number {
    const newest = this.amounts.slice(-hours)
    return newest.reduce((all, amount) => all + amount, 0) / Math.max(1, newest.length)
  }

  /** Hours until the bin has risen by what it needs at the rate of the last 24 hours. */
  lastRate(full_pct: number): number {
    const sum = this.amounts.slice(-DAY_H).reduce((all, amount) => all + amount, 0)
    return sum <= 0 ? LONGEST_H : Math.min(LONGEST_H, ((full_pct - this.level_pct) / sum) * Math.min(DAY_H, this.amounts.length))
  }

  /** Walks ahead hour by hour with the mean amount of that weekday. */
  weekdayMean(full_pct: number): number {
    const sums = new Float64Array(7)
    const counts = new Float64Array(7)
    this.amounts.forEach((amount, i) => {
      const day = Math.floor((this.first_h + i) / DAY_H) % 7
      sums[day] += amount
      counts[day]++
    })
    const mean = sums.reduce((all, sum) => all + sum, 0) / Math.max(1, this.amounts.length)
    const rates = sums.map((sum, day) => (counts[day] === 0 ? mean : sum / counts[day]))
    let need = full_pct - this.level_pct
    const now = this.first_h + this.amounts.length - 1
    for (let h = 0; h < LONGEST_H; h++) {
      const rate = rates[Math.floor((now + h) / DAY_H) % 7]
      if (need <= rate) return h + (rate > 0 ? need / rate : 0)
      need -= rate
    }
    return LONGEST_H
  }

  /** Croston (1972) on days: exponentially smoothed size of a demand over smoothed interval between demands. */
  croston(full_pct: number): number {
    const smoothing = 0.1
    let size = Number.NaN
    let interval = 1
    let since = 1
    for (let end = this.amounts.length; end - DAY_H >= 0; end -= DAY_H) {
      const from = (this.amounts.length % DAY_H) + (this.amounts.length - end)
      const amount = this.amounts.slice(from, from + DAY_H).reduce((all, one) => all + one, 0)
      if (amount > 0.5) {
        size = Number.isNaN(size) ? amount : size + smoothing * (amount - size)
        interval += smoothing * (since - interval)
        since = 1
      } else since++
    }
    const rate = size / interval
    return Number.isNaN(rate) || rate <= 0 ? LONGEST_H : Math.min(LONGEST_H, ((full_pct - this.level_pct) / rate) * DAY_H)
  }
}
