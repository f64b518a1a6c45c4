/** Units of devices nobody knows, in the spellings of both languages, and what the name of a metric says of its own (contract section 2). */
import { quantityOf, tidy, toContract, UNITS } from './units.ts'

/** Other spellings, folded to lower case and NFKC (`℃` is `°c`, `m³` is `m3`). */
const SPELLINGS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    m: '米 metre meter mtr',
    cm: '厘米 公分 cmt',
    mm: '毫米 mmt',
    '%': 'pct percent 百分比 p1',
    V: '伏 volt volts',
    mV: '毫伏',
    A: '安 安培',
    mA: '毫安',
    W: '瓦 watt',
    kW: '千瓦',
    kg: '公斤 千克 kgm',
    g: '克',
    t: '吨',
    'm/s': 'mps 米/秒',
    'km/h': 'kmh kph 公里/小时 千米/小时',
    'm3/s': 'm3_s 立方米/秒 cms',
    'm3/h': 'm3_h 立方米/小时',
    'l/s': '升/秒 lps',
    'mm/h': 'mm_h mmh 毫米/小时',
    '°C': 'c cel celsius degc 摄氏度 度c',
    K: 'kel kelvin',
    '°F': 'f fahrenheit',
    '°': 'deg 度 degree degrees',
    hPa: 'mbar 百帕',
    kPa: '千帕',
    s: 'sec 秒',
    min: '分钟',
    h: '小时',
    veh: '辆',
  }).flatMap(([unit, others]) => others.split(' ').map((other) => [other, unit])),
)

/** A case that differs is told apart only where two units differ by it (`mV`, `MV` is none). */
const BY_CASE: ReadonlyMap<string, string> = new Map(UNITS.toReversed().map((unit) => [unit.toLowerCase(), unit]))

/** The unit that a text means; null when it is none that is known. */
export function findUnit(text: string): string | null {
  const plain = text.normalize('NFKC').trim()
  if (UNITS.includes(plain)) return plain
  const folded = plain.toLowerCase()
  return (Object.hasOwn(SPELLINGS, folded) ? SPELLINGS[folded] : undefined) ?? BY_CASE.get(folded) ?? null
}

/** Longer suffixes first. */
const SUFFIXES = [
  'mm_h',
  'm3_s',
  'hpa',
  'mps',
  'kmh',
  'veh',
  'dbm',
  'deg',
  'pct',
  'mm',
  'cm',
  'm3',
  'kg',
  'db',
  'm',
  'c',
  'v',
  'w',
  'a',
  's',
] as const

/** What the metric's own name says; null for one without a unit, as `setting`. */
export const suffixOf = (metric: string): string | null => SUFFIXES.find((suffix) => metric.endsWith(`_${suffix}`)) ?? null

/** Contract units that measure the same. */
const ALSO: Readonly<Record<string, number>> = { 'm mm': 1_000, 'm cm': 100, 'mps kmh': 3.6, 'kmh mps': 1 / 3.6 }

/** A value in the unit of its metric; null when the unit measures something else. */
export function inMetric(value: number, unit: string, metric: string): number | null {
  const wanted = suffixOf(metric)
  const found = toContract({ value, unit })
  if (wanted === null || found === null) return null
  if (found.suffix === wanted) return found.value
  const factor = ALSO[`${found.suffix} ${wanted}`]
  return factor === undefined ? null : tidy(found.value * factor)
}

/** `240 mm`, `3.6V`, `95%`, `31`: the number and its unit, which may be missing; null when the text is something else. */
export function parseQuantity(text: string): { readonly value: number; readonly unit: string | null } | null {
  const quantity = quantityOf(text.normalize('NFKC'))
  if (quantity === null) return null
  const unit = quantity.unit === '' ? null : findUnit(quantity.unit)
  return quantity.unit !== '' && unit === null ? null : { value: quantity.value, unit }
}
