/** Milesight EM400-UDL: an ultrasonic sensor under the lid of a bin. Distance in mm; position `tilt`: the lid is open or the bin fell. */
import type { Drift } from '../dialect.ts'
import { type JsonObject, stringAt } from '../json.ts'
import { lengthMm, quantityOf } from '../units.ts'
import { type LoraCodec, type LoraRead, reading, TILTED } from './codec.ts'
import { BATTERY, channelsOf, MILESIGHT_PORT } from './milesight.ts'

const TEMPERATURE = 0x0367
const DISTANCE = 0x0482
const POSITION = 0x0500
const TEMPERATURE_ALARM = 0x8367
const DISTANCE_ALARM = 0x8482
const LENGTHS = { [BATTERY]: 1, [TEMPERATURE]: 2, [DISTANCE]: 2, [POSITION]: 1, [TEMPERATURE_ALARM]: 3, [DISTANCE_ALARM]: 3 }

export const em400Udl: LoraCodec = {
  id: 'milesight_em400_udl',
  model: /em[-_ ]?400[-_ ]?udl/i,
  kind: 'bin',
  fromBytes(bytes, f_port, named) {
    if (!named && f_port !== MILESIGHT_PORT) return null
    const channels = channelsOf(bytes, LENGTHS)
    if (channels === null || (!named && !channels.some(({ key }) => key in DISTINCT))) return null
    const metrics: Record<string, number | boolean> = {}
    const events: string[] = []
    for (const { key, value } of channels) {
      if (key === BATTERY) metrics.battery_pct = value.getUint8(0)
      else if (key === TEMPERATURE || key === TEMPERATURE_ALARM) metrics.temperature_c = value.getInt16(0, true) / 10
      else if (key === DISTANCE || key === DISTANCE_ALARM) metrics.distance_mm = value.getUint16(0, true)
      else if (key === POSITION) metrics.tilt = value.getUint8(0) !== 0
      if ((key === TEMPERATURE_ALARM || key === DISTANCE_ALARM) && value.getUint8(2) === 1) {
        events.push(key === DISTANCE_ALARM ? 'DISTANCE' : 'TEMPERATURE')
      }
    }
    return { readings: [reading(metrics, { events, invalid: metrics.tilt === true ? TILTED : [] })], drift: [] }
  },
  fromObject(object, named) {
    if (!named && stringAt(object, 'position') === null) return null
    return readObject(object)
  },
}

/** Channels that only this model has: a battery alone says nothing about who sent it. */
const DISTINCT = { [DISTANCE]: 0, [POSITION]: 0, [DISTANCE_ALARM]: 0 }

function readObject(object: JsonObject): LoraRead | null {
  const metrics: Record<string, number | boolean> = {}
  const drift: Drift[] = []
  const battery = quantityOf(object.battery)
  const temperature = quantityOf(object.temperature)
  const distance = quantityOf(object.distance)
  if (battery !== null) metrics.battery_pct = battery.value
  if (temperature !== null) metrics.temperature_c = temperature.value
  const distance_mm = distance === null ? null : lengthMm(distance)
  if (distance_mm !== null) metrics.distance_mm = distance_mm
  for (const key of ['battery', 'temperature', 'distance']) if (typeof object[key] === 'string') drift.push({ field: key, what: 'type' })
  const position = stringAt(object, 'position')
  if (position !== null) metrics.tilt = position === 'tilt'
  if (Object.keys(metrics).length === 0) return null
  const events = ['distance', 'temperature'].filter((key) => object[`${key}_alarm`] === 'threshold_alarm').map((key) => key.toUpperCase())
  return { readings: [reading(metrics, { events, invalid: metrics.tilt === true ? TILTED : [] })], drift }
}
