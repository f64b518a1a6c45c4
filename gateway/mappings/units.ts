/** Units as makers of devices write them, and what a metric's name says its unit is (contract section 2). */

interface Unit {
  readonly dimension: string
  /** Value in the dimension's base = value × factor + offset. */
  readonly factor: number
  readonly offset?: number
}

const DIMENSIONS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  length: { m: 1, cm: 0.01, mm: 0.001, km: 1000 },
  share: { '%': 1, ratio: 100, '‰': 0.1 },
  voltage: { V: 1, mV: 0.001 },
  current: { A: 1, mA: 0.001 },
  power: { W: 1, kW: 1000 },
  mass: { kg: 1, g: 0.001, t: 1000 },
  speed: { 'm/s': 1, 'km/h': 1 / 3.6 },
  flow: { 'm3/s': 1, 'l/s': 0.001, 'm3/h': 1 / 3600 },
  volume: { m3: 1, l: 0.001 },
  intensity: { 'mm/h': 1, 'mm/min': 60 },
  angle: { '°': 1, rad: 180 / Math.PI },
  pressure: { hPa: 1, Pa: 0.01, kPa: 10 },
  level: { dB: 1, dBm: 1 },
  count: { veh: 1 },
  time: { s: 1, ms: 0.001, min: 60, h: 3600 },
}

const UNITS: ReadonlyMap<string, Unit> = new Map([
  ...Object.entries(DIMENSIONS).flatMap(([dimension, units]) =>
    Object.entries(units).map(([name, factor]): [string, Unit] => [name, { dimension, factor }]),
  ),
  ['°C', { dimension: 'temperature', factor: 1 }],
  ['K', { dimension: 'temperature', factor: 1, offset: -273.15 }],
  ['°F', { dimension: 'temperature', factor: 5 / 9, offset: -160 / 9 }],
])
export const UNIT_NAMES: readonly string[] = [...UNITS.keys()]

/** Other spellings, folded to lower case. */
const SPELLINGS: Readonly<Record<string, string>> = {
  米: 'm',
  厘米: 'cm',
  毫米: 'mm',
  metre: 'm',
  meter: 'm',
  mtr: 'm',
  cmt: 'cm',
  mmt: 'mm',
  pct: '%',
  percent: '%',
  百分比: '%',
  p1: '%',
  '％': '%',
  伏: 'V',
  毫伏: 'mV',
  mv: 'mV',
  v: 'V',
  volt: 'V',
  a: 'A',
  安: 'A',
  ma: 'mA',
  毫安: 'mA',
  w: 'W',
  瓦: 'W',
  kw: 'kW',
  千瓦: 'kW',
  公斤: 'kg',
  千克: 'kg',
  克: 'g',
  吨: 't',
  kgm: 'kg',
  mps: 'm/s',
  '米/秒': 'm/s',
  kmh: 'km/h',
  kph: 'km/h',
  '公里/小时': 'km/h',
  'm³/s': 'm3/s',
  m3_s: 'm3/s',
  '立方米/秒': 'm3/s',
  'm³/h': 'm3/h',
  'l/sec': 'l/s',
  'm³': 'm3',
  立方米: 'm3',
  升: 'l',
  mm_h: 'mm/h',
  mmh: 'mm/h',
  '毫米/小时': 'mm/h',
  c: '°C',
  '℃': '°C',
  cel: '°C',
  celsius: '°C',
  degc: '°C',
  摄氏度: '°C',
  k: 'K',
  kel: 'K',
  kelvin: 'K',
  f: '°F',
  '℉': '°F',
  deg: '°',
  度: '°',
  degree: '°',
  degrees: '°',
  pa: 'Pa',
  hpa: 'hPa',
  kpa: 'kPa',
  mbar: 'hPa',
  百帕: 'hPa',
  db: 'dB',
  dbm: 'dBm',
  sec: 's',
  秒: 's',
  分钟: 'min',
  小时: 'h',
}

/** The unit that a text means; null when it is none that we know. */
export function findUnit(text: string): string | null {
  const plain = text.normalize('NFKC').trim()
  if (UNITS.has(plain)) return plain
  const folded = plain.toLowerCase()
  return UNITS.has(folded) ? folded : Object.hasOwn(SPELLINGS, folded) ? SPELLINGS[folded] : null
}

/** Longer suffixes first. */
const SUFFIXES: readonly (readonly [suffix: string, unit: string])[] = [
  ['_mm_h', 'mm/h'],
  ['_m3_s', 'm3/s'],
  ['_hpa', 'hPa'],
  ['_mps', 'm/s'],
  ['_kmh', 'km/h'],
  ['_veh', 'veh'],
  ['_dbm', 'dBm'],
  ['_deg', '°'],
  ['_pct', '%'],
  ['_mm', 'mm'],
  ['_cm', 'cm'],
  ['_m3', 'm3'],
  ['_kg', 'kg'],
  ['_db', 'dB'],
  ['_m', 'm'],
  ['_c', '°C'],
  ['_v', 'V'],
  ['_w', 'W'],
  ['_a', 'A'],
  ['_s', 's'],
]

/** What the metric's own name says; null for one without a unit, as `setting`. */
export const unitOfMetric = (metric: string): string | null => SUFFIXES.find(([suffix]) => metric.endsWith(suffix))?.[1] ?? null

/** From one unit to another; null when they measure different things. A quotient of decimals is shown as people write it. */
export function convert(value: number, from: string, to: string): number | null {
  if (from === to) return value
  const [a, b] = [UNITS.get(from), UNITS.get(to)]
  if (a === undefined || b === undefined || a.dimension !== b.dimension) return null
  const converted = (value * a.factor + (a.offset ?? 0) - (b.offset ?? 0)) / b.factor
  return Number(converted.toPrecision(12))
}

/** `240 mm`, `3.6V`, `95%`, `31`: the number and its unit, which may be missing; null when the text is something else. */
export function parseQuantity(text: string): { readonly value: number; readonly unit: string | null } | null {
  const match = /^\s*([-+]?\d{1,15}(?:\.\d{1,12})?(?:e[-+]?\d{1,2})?)\s*(\D{0,12})$/i.exec(text.normalize('NFKC'))
  if (match === null) return null
  const unit = match[2].trim()
  const known = unit === '' ? null : findUnit(unit)
  return unit !== '' && known === null ? null : { value: Number(match[1]), unit: known }
}
