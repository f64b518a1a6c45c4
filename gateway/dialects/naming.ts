/** Metric names and device classes out of what strangers call their values. */
import { isPlainKey } from './json.ts'

const METRIC = /^[a-z][a-z0-9_]{0,63}$/

/** `Flow/Occupancy`, `DeviceTemp` and `battery-low` as `flow_occupancy`, `device_temp`, `battery_low`; null for what cannot be a metric's name. */
export function metricName(key: string): string | null {
  if (!METRIC.test(key)) {
    if (key.length > 64) return null
    key = key
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replace(/[^A-Za-z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .toLowerCase()
    if (!METRIC.test(key)) return null
  }
  return isPlainKey(key) ? key : null
}

type Row = readonly [kind: string, id: RegExp, metric: RegExp]

/** What a device is called when its format does not say its kind: by how city devices are named, then by what it measures. */
const CLASSES: readonly Row[] = [
  ['bin', /^(bin|waste)/i, /^(distance|fill|sonar)/],
  ['flood', /^(up|underpass|gauge|flood|river)[-_]?\d/i, /^(level|depth|water_level)/],
  ['cross', /^(cross|junction|intersection)/i, /^(flow|signal|phase)_/],
]

export function deviceClass(id: string, metrics: readonly string[]): string {
  const found =
    CLASSES.find(([, pattern]) => pattern.test(id)) ?? CLASSES.find(([, , pattern]) => metrics.some((name) => pattern.test(name)))
  return found?.[0] ?? 'device'
}
