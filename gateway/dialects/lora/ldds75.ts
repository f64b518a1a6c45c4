/**
 * Dragino LDDS75: an ultrasonic distance sensor. Its decoder writes numbers with units ("240 mm"), an older one numbers, or words where
 * there was no echo (dragino/dragino-end-node-decoder; manual 2.3: 0x0000 no sensor, 0x0014 invalid reading).
 */
import type { Drift } from '../dialect.ts'
import { stringAt } from '../json.ts'
import type { Invalid } from '../normal-form.ts'
import { inUnit, lengthMm, type Quantity, quantityOf } from '../units.ts'
import { type LoraCodec, reading, viewOf } from './codec.ts'

const NO_SENSOR_MM = 0
const INVALID_MM = 20
/** As the DS18B20 reads without a probe. */
const NO_PROBE_C = 327.67
const LENGTH = 8

const unreadable = (distance_mm: number): readonly Invalid[] => {
  if (distance_mm === NO_SENSOR_MM) return [{ metric: 'distance_mm', why: 'no sensor' }]
  return distance_mm === INVALID_MM ? [{ metric: 'distance_mm', why: 'invalid reading' }] : []
}

export const ldds75: LoraCodec = {
  id: 'dragino_ldds75',
  model: /ldds[-_ ]?75/i,
  kind: 'bin',
  // Eight bytes on port 2 are many a device's: only one that is named so.
  fromBytes(bytes, _f_port, named) {
    if (!named || bytes.length !== LENGTH) return null
    const view = viewOf(bytes)
    const distance_mm = view.getUint16(2)
    const metrics: Record<string, number> = { battery_v: (view.getUint16(0) & 0x3fff) / 1000 }
    const invalid = unreadable(distance_mm)
    if (invalid.length === 0) metrics.distance_mm = distance_mm
    const temperature_c = view.getInt16(5) / 10
    if (Math.abs(temperature_c) < NO_PROBE_C) metrics.temperature_c = temperature_c
    return { readings: [reading(metrics, { invalid })], drift: [] }
  },
  fromObject(object, named) {
    if (!named && stringAt(object, 'Node_type') !== 'LDDS75') return null
    const metrics: Record<string, number> = {}
    const drift: Drift[] = []
    const battery = quantityOf(object.Bat)
    const battery_v = battery === null ? null : inUnit(withUnit(battery, 'V'), 'v')
    if (battery_v !== null) metrics.battery_v = battery_v
    const temperature = quantityOf(object.TempC_DS18B20)
    const temperature_c = temperature === null ? null : inUnit(withUnit(temperature, 'C'), 'c')
    if (temperature_c !== null && Math.abs(temperature_c) < NO_PROBE_C) metrics.temperature_c = temperature_c
    const distance = quantityOf(object.Distance)
    const distance_mm = distance === null ? null : lengthMm(distance)
    const invalid = distance_mm === null ? spoken(stringAt(object, 'Distance')) : unreadable(distance_mm)
    if (distance_mm !== null && invalid.length === 0) metrics.distance_mm = distance_mm
    if (typeof object.Distance === 'string') drift.push({ field: 'Distance', what: 'type' })
    return Object.keys(metrics).length === 0 && invalid.length === 0 ? null : { readings: [reading(metrics, { invalid })], drift }
  },
}

const withUnit = ({ value, unit }: Quantity, otherwise: string): Quantity => ({ value, unit: unit === '' ? otherwise : unit })

/** "Invalid Reading", "No Sensor". */
const spoken = (text: string | null): readonly Invalid[] =>
  text !== null && /^(invalid reading|no sensor)$/i.test(text) ? [{ metric: 'distance_mm', why: text.toLowerCase() }] : []
