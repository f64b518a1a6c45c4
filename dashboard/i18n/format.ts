/** Figures, times and units as they are set on the wall: Intl only, thin space before a unit, 24-hour clock, no concatenated words. */
import { locale, t } from './index.ts'

const THIN = '\u2009'
export const DASH = '–'

const numbers = new Map<string, Intl.NumberFormat>()

export function figure(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH
  const key = `${locale()} ${digits}`
  let format = numbers.get(key)
  if (format === undefined) {
    format = new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits })
    numbers.set(key, format)
  }
  return format.format(value)
}

export const withUnit = (value: number | null | undefined, digits: number, unit: string): string =>
  unit === '' ? figure(value, digits) : `${figure(value, digits)}${THIN}${unit}`

/** Figures of effect as they are read: shares in %, seconds and vehicles with one digit where they are small. */
export function effectText(figure_id: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return DASH
  if (figure_id.endsWith('_share') || figure_id === 'coverage') return withUnit(value * 100, 0, '%')
  if (figure_id.endsWith('_veh_h')) return figure(value)
  return figure(value, figure_id.endsWith('_veh') ? 0 : figure_id === 'stops' || figure_id === 'tti' ? 2 : 1)
}

const percents = new Map<string, Intl.NumberFormat>()

/** A change as a share, always with its sign: `−3.1%`. */
export function signedPercent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return DASH
  let format = percents.get(locale())
  if (format === undefined) {
    format = new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' })
    percents.set(locale(), format)
  }
  return format.format(share).replace('-', '−')
}

/** Unit and digits from the suffix that every metric name carries (contract section 2), longest suffix first. */
const SUFFIXES: readonly (readonly [suffix: string, unit: string, digits: number])[] = [
  ['_mm_h', 'mm/h', 1],
  ['_m3_s', 'm³/s', 2],
  ['_m3', 'm³', 1],
  ['_mps', 'm/s', 1],
  ['_kmh', 'km/h', 0],
  ['_km', 'km', 1],
  ['_pct', '%', 0],
  ['_deg', '°', 0],
  ['_veh', 'veh', 0],
  ['_dbm', 'dBm', 0],
  ['_db', 'dB', 0],
  ['_mm', 'mm', 1],
  ['_cm', 'cm', 0],
  ['_kg', 'kg', 1],
  ['_m', 'm', 2],
  ['_c', '°C', 1],
  ['_v', 'V', 2],
  ['_w', 'W', 0],
  ['_s', 's', 0],
]

export function metricFormat(metric: string): { unit: string; digits: number } {
  for (const [suffix, unit, digits] of SUFFIXES) if (metric.endsWith(suffix)) return { unit: unit === 'veh' ? t('unit.veh') : unit, digits }
  return { unit: '', digits: 2 }
}

export function metricText(metric: string, value: number | null | undefined): string {
  const { unit, digits } = metricFormat(metric)
  return withUnit(value, digits, unit)
}

const times = new Map<string, Intl.DateTimeFormat>()

function formatTime(options: Intl.DateTimeFormatOptions, ts: number, timezone: string): string {
  const key = `${locale()} ${timezone} ${JSON.stringify(options)}`
  let format = times.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale(), { timeZone: timezone, hourCycle: 'h23', ...options })
    times.set(key, format)
  }
  return format.format(ts)
}

export const clockText = (ts: number, timezone: string): string =>
  formatTime({ hour: '2-digit', minute: '2-digit', second: '2-digit' }, ts, timezone)
export const minuteText = (ts: number, timezone: string): string => formatTime({ hour: '2-digit', minute: '2-digit' }, ts, timezone)
export const dateText = (ts: number, timezone: string): string =>
  formatTime({ year: 'numeric', month: 'short', day: 'numeric', weekday: 'short' }, ts, timezone)

/** An age in its one largest unit: `42 s`, `7 min`, `3 h`. */
export function ageText(age_ms: number): string {
  const s = Math.max(0, Math.floor(age_ms / 1000))
  if (s < 60) return withUnit(s, 0, t('unit.s'))
  if (s < 3600) return withUnit(Math.floor(s / 60), 0, t('unit.min'))
  if (s < 86_400) return withUnit(Math.floor(s / 3600), 0, t('unit.h'))
  return withUnit(Math.floor(s / 86_400), 0, t('unit.d'))
}
