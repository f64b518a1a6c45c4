/**
 * Units of metric names and of literals, by mathjs: `level_m > 30 cm` compares metres, `level_m > 3 s` is an error. A number without a unit
 * takes the unit that it meets.
 */
import { create, createUnitDependencies, unitDependencies } from 'mathjs'

const math = create({ unitDependencies, createUnitDependencies })
// Counts and ratios that no system of units knows: each its own dimension, so that vehicles are never compared with per cent.
for (const name of ['percent', 'vehicles', 'decibel', 'decibelmilliwatt']) math.createUnit(name)

export interface Unit {
  /** As a person writes it: `mm/h`. */
  readonly text: string
  /** Powers of mathjs's base quantities. */
  readonly dimensions: readonly number[]
  /** One of it in the base units. Temperatures count in °C throughout. */
  readonly scale: number
}

/** What may stand behind a number, and mathjs's name for it. */
const LITERALS: Readonly<Partial<Record<string, string>>> = {
  mm: 'mm',
  cm: 'cm',
  m: 'm',
  km: 'km',
  ms: 'ms',
  s: 's',
  min: 'min',
  h: 'h',
  day: 'day',
  days: 'day',
  l: 'l',
  g: 'g',
  kg: 'kg',
  V: 'V',
  A: 'A',
  W: 'W',
  kW: 'kW',
  deg: 'deg',
  degC: 'degC',
  pct: 'percent',
  veh: 'vehicles',
  dB: 'decibel',
  dBm: 'decibelmilliwatt',
}

export const UNIT_NAMES: readonly string[] = Object.keys(LITERALS)

/** Longer suffixes first: the unit that a metric's name carries (contract section 2). */
const SUFFIXES: readonly (readonly [string, string])[] = [
  ['_mm_h', 'mm/h'],
  ['_m3_s', 'm^3/s'],
  ['_m3_h', 'm^3/h'],
  ['_veh_h', 'vehicles/h'],
  ['_mps', 'm/s'],
  ['_kmh', 'km/h'],
  ['_veh', 'vehicles'],
  ['_dbm', 'decibelmilliwatt'],
  ['_deg', 'deg'],
  ['_pct', 'percent'],
  ['_min', 'min'],
  ['_db', 'decibel'],
  ['_m3', 'm^3'],
  ['_m2', 'm^2'],
  ['_mm', 'mm'],
  ['_cm', 'cm'],
  ['_km', 'km'],
  ['_kg', 'kg'],
  ['_kw', 'kW'],
  ['_ms', 'ms'],
  ['_c', 'degC'],
  ['_m', 'm'],
  ['_v', 'V'],
  ['_w', 'W'],
  ['_a', 'A'],
  ['_l', 'l'],
  ['_s', 's'],
  ['_h', 'h'],
]

const TEXTS: Readonly<Record<string, string>> = {
  percent: 'pct',
  'vehicles/h': 'veh/h',
  vehicles: 'veh',
  decibel: 'dB',
  decibelmilliwatt: 'dBm',
}

const cache = new Map<string, Unit>()

/** @param name as mathjs writes it. */
function unitOf(name: string): Unit {
  const known = cache.get(name)
  if (known !== undefined) return known
  // mathjs's type declaration leaves out what its units are made of.
  const unit: unknown = math.unit(1, name)
  const [dimensions, value] = typeof unit === 'object' && unit !== null ? [Reflect.get(unit, 'dimensions'), Reflect.get(unit, 'value')] : []
  const made = {
    text: TEXTS[name] ?? name,
    dimensions: Array.isArray(dimensions) ? dimensions.map(Number) : [],
    scale: typeof value === 'number' ? value : 1,
  }
  cache.set(name, made)
  return made
}

/** The unit written `cm`; null when it is none. */
export function literalUnit(text: string): Unit | null {
  const name = Object.hasOwn(LITERALS, text) ? LITERALS[text] : undefined
  return name === undefined ? null : unitOf(name)
}

/** The unit that a name carries; null for a plain number. */
export function unitOfName(name: string): Unit | null {
  const found = SUFFIXES.find(([suffix]) => name.endsWith(suffix))
  return found === undefined ? null : unitOf(found[1])
}

export const SECOND = unitOf('s')
export const HOUR = unitOf('h')
export const METRE = unitOf('m')

export const isAlike = (a: Unit, b: Unit): boolean => a.dimensions.every((power, i) => Math.abs(power - b.dimensions[i]) < 1e-9)

const powerText = (text: string, power: number): string => (power === 1 ? text : `${/[*/]/.test(text) ? `(${text})` : text}^${power}`)

/** Product of units raised to powers; `factor` is what the number has to be multiplied with where no unit is left. */
export function productOf(parts: readonly (readonly [Unit | null, number])[]): { readonly unit: Unit | null; readonly factor: number } {
  const given = parts.flatMap(([unit, power]) => (unit === null || power === 0 ? [] : [[unit, power] as const]))
  if (given.length === 0) return { unit: null, factor: 1 }
  const dimensions = given[0][0].dimensions.map((_, i) => given.reduce((sum, [unit, power]) => sum + unit.dimensions[i] * power, 0))
  const scale = given.reduce((product, [unit, power]) => product * unit.scale ** power, 1)
  if (dimensions.every((power) => Math.abs(power) < 1e-9)) return { unit: null, factor: scale }
  const above = given.filter(([, power]) => power > 0).map(([unit, power]) => powerText(unit.text, power))
  const below = given.filter(([, power]) => power < 0).map(([unit, power]) => powerText(unit.text, -power))
  return { unit: { text: [above.join(' ') || '1', ...below].join('/'), dimensions, scale }, factor: 1 }
}
