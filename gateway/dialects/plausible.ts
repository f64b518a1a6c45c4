/**
 * What no device can have measured does not pass, whatever dialect it came in: values beyond anything physical are taken out and named,
 * times that cannot be are refused. How old a reading may be is decided later, by the clock that rules there.
 */
import { DAY_MS, type EpochMs } from '../../engine/base/time.ts'
import { type Refusal, refusal } from '../mqtt/form.ts'
import type { Drift } from './dialect.ts'
import type { Entity, Invalid, Measurement, NormalForm } from './normal-form.ts'

/** Before it nothing here was built: a device that lost its clock starts at 1970 or 2000. */
const TIME_MIN = Date.UTC(2001, 0, 1)
const AHEAD_MS_MAX = DAY_MS

/** By the suffix of a metric's name: what any sensor of a city can read, with room. */
const RANGES: readonly (readonly [suffix: string, min: number, max: number])[] = [
  ['_mm_h', 0, 2_000],
  ['_mm', -100_000, 1_000_000],
  ['_cm', -10_000, 1_000_000],
  ['_m3_s', -1e6, 1e6],
  ['_m', -12_000, 1e6],
  // Bags piled on an open lid read as more than full (engine/sense/metrics.ts has the same bound).
  ['fill_pct', 0, 130],
  ['_pct', 0, 100],
  ['_c', -90, 1_500],
  ['_deg', -360, 360],
  ['_mps', -200, 200],
  ['_kmh', -500, 500],
  ['_veh', 0, 1e6],
  ['_count', 0, 1e6],
  ['_v', -1e6, 1e6],
  ['_w', -1e12, 1e12],
  ['_dbm', -250, 100],
]

const VALUE_MAX = 1e15

/** As the contract spells a metric. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/

function isPossible(metric: string, value: number): boolean {
  if (!Number.isFinite(value) || Math.abs(value) > VALUE_MAX) return false
  for (const [suffix, min, max] of RANGES) if (metric.endsWith(suffix)) return value >= min && value <= max
  return true
}

export type Judged = { readonly ok: true; readonly form: NormalForm; readonly drift: readonly Drift[] } | Refusal

/** @param received null leaves times unjudged: a clock of a simulation rules */
export function judge(form: NormalForm, received: EpochMs | null): Judged {
  if (!Number.isSafeInteger(form.ts) || form.ts < TIME_MIN) return refusal('time', 'time: before 2001, or none')
  if (received !== null && form.ts - received > AHEAD_MS_MAX) return refusal('time', 'time: more than a day in the future')
  if (form.kind !== 'measurement' && form.kind !== 'entity') return { ok: true, form, drift: NONE }
  const wrong = Object.entries(form.metrics).filter(
    ([name, value]) => !NAME.test(name) || (typeof value === 'number' && !isPossible(name, value)),
  )
  if (wrong.length === 0) return { ok: true, form, drift: NONE }
  const names = wrong.map(([name]) => name)
  if (names.length === Object.keys(form.metrics).length) return refusal('schema', `${names.join(', ')}: no value that can be measured`)
  return { ok: true, form: without(form, names), drift: names.map((field) => ({ field, what: 'range' })) }
}

const NONE: readonly Drift[] = []

function without(form: Measurement | Entity, names: readonly string[]): NormalForm {
  const metrics = Object.fromEntries(Object.entries(form.metrics).filter(([name]) => !names.includes(name)))
  if (form.kind === 'entity') return { ...form, metrics }
  const invalid: Invalid[] = names.map((metric) => ({ metric, why: 'range' }))
  return { ...form, metrics, invalid: [...form.invalid, ...invalid] }
}
