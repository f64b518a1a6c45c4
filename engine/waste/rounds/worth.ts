/**
 * What emptying a bin today is worth, in seconds of a lorry, from its forecast. Two things add up: the overflow that waiting for the next round would risk, and the later
 * visit that is spared, less what is given away by coming early (ride-along). After the must-go and may-go bins of Mes, Schutten and Pérez Rivera (2014), with prices in the place of two
 * thresholds, so that kilometres, emptyings and overflow are weighed in one sum.
 */
import { DEFAULT_WASTE } from '../../model/collection.ts'
import { chanceAt, type FillCurve, timeTo } from '../forecast/curve.ts'

export interface RoundPrices {
  /** An overflow: a street that is dirty for hours, a lorry sent for one bin. */
  readonly overflow_s: number
  /** Lifting a bin, with crew and wear. */
  readonly emptying_s: number
  /** Driving that a visit costs on average. */
  readonly visit_s: number
  /** Until the lorry of the next round would be there. */
  readonly next_h: number
  /** A bin is used up once the chance of an overflow has reached this. */
  readonly risk: number
  /** Level that counts as overflowing: just below the rim, because sensors see a heap. */
  readonly full_pct: number
}

/** Weighed on simulated years (`npm run bench -- waste`, docs/waste.md). */
const { overflow_s, emptying_s, visit_s, next_h } = DEFAULT_WASTE
export const PRICES: RoundPrices = { overflow_s, emptying_s, visit_s, next_h, risk: 0.4, full_pct: 95 }

export interface BinWorth {
  /** Overflow that is spared by coming today. */
  readonly urgent_s: number
  /** Later driving that is spared; below 0 where it is too early. */
  readonly ride_s: number
}

/** @param curve for `full_pct` @param since_h hours since it was last emptied */
export function worthOf(curve: FillCurve, since_h: number, prices: RoundPrices): BinWorth {
  const { overflow_s, emptying_s, visit_s, next_h, risk, full_pct } = prices
  const safe_h = Math.max(1, timeTo(curve, risk, full_pct))
  const used = Math.min(1, Math.max(0, since_h) / (Math.max(0, since_h) + Math.max(0, safe_h - next_h / 2)))
  return { urgent_s: overflow_s * chanceAt(curve, next_h), ride_s: used * (visit_s + emptying_s) - emptying_s }
}

/** Hours in which its worth will hardly have changed, so that it need not be forecast again. */
export const restOf_h = (curve: FillCurve, { risk, full_pct }: RoundPrices): number => Math.min(72, timeTo(curve, risk, full_pct) / 4)
