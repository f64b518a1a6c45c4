/** Numbers with their units into contract units. A unit belongs to the format that wrote the number, never to the metric's name. */
import type { Json } from './json.ts'

export interface Quantity {
  readonly value: number
  /** As written, without blanks; empty when there was none. */
  readonly unit: string
}

const QUANTITY = /^\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*([^\s\d][^\d]{0,15})?\s*$/

/** A number, or a text of a number with or without a unit: `240`, `"240 mm"`, `"100.00"`. Null for anything else, also for what is not finite. */
export function quantityOf(value: Json | undefined): Quantity | null {
  if (typeof value === 'number') return Number.isFinite(value) ? { value, unit: '' } : null
  if (typeof value !== 'string' || value.length > 64) return null
  const found = QUANTITY.exec(value)
  if (found === null) return null
  const number = Number(found[1])
  return Number.isFinite(number) ? { value: number, unit: (found[2] ?? '').trim() } : null
}

interface Scale {
  readonly to: string
  readonly factor: number
  readonly offset?: number
}

/** Units as devices write them, and UN/CEFACT codes as NGSI does, each to the contract's suffix of its kind. */
const SCALES: Readonly<Record<string, Scale>> = {
  mm: { to: 'm', factor: 1e-3 },
  cm: { to: 'm', factor: 1e-2 },
  m: { to: 'm', factor: 1 },
  km: { to: 'm', factor: 1e3 },
  MMT: { to: 'm', factor: 1e-3 },
  CMT: { to: 'm', factor: 1e-2 },
  MTR: { to: 'm', factor: 1 },
  V: { to: 'v', factor: 1 },
  mV: { to: 'v', factor: 1e-3 },
  '%': { to: 'pct', factor: 1 },
  P1: { to: 'pct', factor: 1 },
  ratio: { to: 'pct', factor: 100 },
  C: { to: 'c', factor: 1 },
  '°C': { to: 'c', factor: 1 },
  '℃': { to: 'c', factor: 1 },
  CEL: { to: 'c', factor: 1 },
  K: { to: 'c', factor: 1, offset: -273.15 },
  KEL: { to: 'c', factor: 1, offset: -273.15 },
  '°F': { to: 'c', factor: 5 / 9, offset: -160 / 9 },
  FAH: { to: 'c', factor: 5 / 9, offset: -160 / 9 },
  KNT: { to: 'mps', factor: 1852 / 3600 },
  'm/s': { to: 'mps', factor: 1 },
  MTS: { to: 'mps', factor: 1 },
  'km/h': { to: 'kmh', factor: 1 },
  KMH: { to: 'kmh', factor: 1 },
  kg: { to: 'kg', factor: 1 },
  KGM: { to: 'kg', factor: 1 },
  W: { to: 'w', factor: 1 },
  kW: { to: 'w', factor: 1e3 },
  'm³/s': { to: 'm3_s', factor: 1 },
  'm3/s': { to: 'm3_s', factor: 1 },
  MQS: { to: 'm3_s', factor: 1 },
  'mm/h': { to: 'mm_h', factor: 1 },
  dBm: { to: 'dbm', factor: 1 },
  dB: { to: 'db', factor: 1 },
  s: { to: 's', factor: 1 },
  min: { to: 's', factor: 60 },
  h: { to: 's', factor: 3600 },
  ms: { to: 's', factor: 1e-3 },
  veh: { to: 'veh', factor: 1 },
  A: { to: 'a', factor: 1 },
  mA: { to: 'a', factor: 1e-3 },
  g: { to: 'kg', factor: 1e-3 },
  t: { to: 'kg', factor: 1e3 },
  'l/s': { to: 'm3_s', factor: 1e-3 },
  'm3/h': { to: 'm3_s', factor: 1 / 3600 },
  m3: { to: 'm3', factor: 1 },
  l: { to: 'm3', factor: 1e-3 },
  'mm/min': { to: 'mm_h', factor: 60 },
  hPa: { to: 'hpa', factor: 1 },
  Pa: { to: 'hpa', factor: 1e-2 },
  kPa: { to: 'hpa', factor: 10 },
  '°': { to: 'deg', factor: 1 },
  DD: { to: 'deg', factor: 1 },
}

/** Every unit that is understood. */
export const UNITS: readonly string[] = Object.keys(SCALES)

/** In the contract's unit of that kind, and its suffix; null for a unit that nobody knows. */
export function toContract({ value, unit }: Quantity): { readonly value: number; readonly suffix: string } | null {
  const scale = Object.hasOwn(SCALES, unit) ? SCALES[unit] : undefined
  if (scale === undefined) return null
  return { value: tidy(value * scale.factor + (scale.offset ?? 0)), suffix: scale.to }
}

/** Two contract units of one kind: what one of the first is in the second. */
const KIN: Readonly<Record<string, number>> = { 'kmh mps': 1 / 3.6, 'mps kmh': 3.6 }

/** In the contract's unit of this suffix; null for a unit of another kind, or one that nobody knows. */
export function inUnit(quantity: Quantity, suffix: string): number | null {
  const found = toContract(quantity)
  if (found === null) return null
  if (found.suffix === suffix) return found.value
  const pair = `${found.suffix} ${suffix}`
  return Object.hasOwn(KIN, pair) ? tidy(found.value * KIN[pair]) : null
}

/** Without the last digits that a change of unit makes up: 304.65 K is 31.5 °C, not 31.49999. */
export const tidy = (value: number): number => Number(value.toPrecision(12))

/** Millimetres of a length with its unit, or `mm` when it has none. */
export function lengthMm(quantity: Quantity): number | null {
  if (quantity.unit === '') return quantity.value
  const metres = inUnit(quantity, 'm')
  return metres === null ? null : tidy(metres * 1e3)
}
