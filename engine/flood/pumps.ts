/** The rule by which pumps follow the water, for those who run them and for those who foresee what they will do. */
export type PumpMode = 'off' | 'half' | 'full'

/** Share of full speed. */
export const SETTING: Readonly<Record<PumpMode, number>> = { off: 0, half: 0.5, full: 1 }

/** Shares of the threshold: up at `from`, down again only below `until`, so that a rippling surface does not switch pumps. */
const FULL = { from: 0.6, until: 0.4 }
const HALF = { from: 0.25, until: 0.1 }
/** 20 mm in an hour is the Chinese warning for short heavy rain (GB/T 28592); below 5 the rain is over. */
const RAIN_MM_H = { from: 20, until: 5 }

/** @param share of the threshold that the water stands at; null where no gauge is believed. @param rain_mm_h null where none is known */
export function modeFor(mode: PumpMode, share: number | null, rain_mm_h: number | null): PumpMode {
  const level = share ?? 0
  if (level >= FULL.from || (mode === 'full' && level >= FULL.until)) return 'full'
  const wet = (rain_mm_h ?? 0) >= (mode === 'off' ? RAIN_MM_H.from : RAIN_MM_H.until)
  if (level >= (mode === 'off' ? HALF.from : HALF.until) || wet) return 'half'
  // Off only on the word of a gauge: a silent one may stand under water.
  return share === null ? mode : 'off'
}
