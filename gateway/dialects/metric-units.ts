/** From one metric name with a unit to another: `depth_cm` as `level_m`. */
import { tidy } from './units.ts'

const METRES: Readonly<Record<string, number>> = { mm: 1e-3, cm: 1e-2, m: 1 }
const FACTORS: readonly Readonly<Record<string, number>>[] = [METRES, { mps: 3.6, kmh: 1 }, { ratio: 100, pct: 1 }]

const suffixOf = (name: string): string => name.slice(name.lastIndexOf('_') + 1)

/**
 * @param name a metric, or its beginning: `distance` finds `distance_mm` and `distance_cm`
 * @param wanted a metric or a suffix; of a unit that cannot be had from the other, null
 */
export function inUnits(values: Readonly<Record<string, number>>, name: string, wanted: string): number | null {
  const to = suffixOf(wanted)
  for (const factors of FACTORS) {
    if (!Object.hasOwn(factors, to)) continue
    for (const from of Object.keys(factors)) {
      const found = suffixOf(name) === from ? name : `${name}_${from}`
      if (Object.hasOwn(values, found)) return tidy((values[found] * factors[from]) / factors[to])
    }
  }
  return null
}
