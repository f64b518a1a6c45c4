/**
 * Milesight EM500-SWL: a submersible level sensor in an underpass. Depth in cm, where its sister EM400 says mm. Channel 20 CE is what the
 * device stored while nobody heard it: late, at the device's own time.
 */
import { arrayAt, asObject, type JsonObject, member, numberAt } from '../json.ts'
import type { Metrics } from '../normal-form.ts'
import { fromSeconds } from '../time.ts'
import { quantityOf } from '../units.ts'
import { type LoraCodec, type LoraReading, reading } from './codec.ts'
import { BATTERY, type Channel, channelsOf, MILESIGHT_PORT } from './milesight.ts'

const DEPTH = 0x0377
const HISTORY = 0x20ce
const LENGTHS = { [BATTERY]: 1, [DEPTH]: 2, [HISTORY]: 6 }
const FAILED = 0xffff
const OUT_OF_RANGE = 0xfffd

export const em500Swl: LoraCodec = {
  id: 'milesight_em500_swl',
  model: /em[-_ ]?500[-_ ]?swl/i,
  kind: 'flood',
  fromBytes(bytes, f_port, named) {
    if (!named && f_port !== MILESIGHT_PORT) return null
    const channels = channelsOf(bytes, LENGTHS)
    if (channels === null || (!named && !channels.some(({ key }) => key === DEPTH || key === HISTORY))) return null
    return { readings: [...live(channels), ...stored(channels)], drift: [] }
  },
  fromObject(object, named) {
    const readings = [...liveOf(object), ...(arrayAt(object, 'history') ?? []).flatMap((item) => storedOf(asObject(item)))]
    if (!named && member(object, 'depth') === undefined && member(object, 'history') === undefined) return null
    return readings.length === 0 ? null : { readings, drift: [] }
  },
}

function live(channels: readonly Channel[]): LoraReading[] {
  const metrics: Record<string, number> = {}
  let failure: string | null = null
  for (const { key, value } of channels) {
    if (key === BATTERY) metrics.battery_pct = value.getUint8(0)
    if (key !== DEPTH) continue
    const depth_cm = value.getUint16(0, true)
    failure = failureOf(depth_cm)
    if (failure === null) metrics.depth_cm = depth_cm
  }
  if (failure !== null) return [reading(metrics, { invalid: [{ metric: 'depth_cm', why: failure }] })]
  return Object.keys(metrics).length === 0 ? [] : [reading(metrics)]
}

const stored = (channels: readonly Channel[]): LoraReading[] =>
  channels.flatMap(({ key, value }) => {
    if (key !== HISTORY) return []
    const depth_cm = value.getUint16(4, true)
    return failureOf(depth_cm) === null ? storedAt(value.getUint32(0, true), { depth_cm }) : []
  })

const failureOf = (depth: number): string | null =>
  depth === FAILED ? 'collection failed' : depth === OUT_OF_RANGE ? 'out of range' : null

function storedAt(epoch_s: number, metrics: Metrics): LoraReading[] {
  const ts = fromSeconds(epoch_s)
  return ts === null ? [] : [reading(metrics, { stored: ts })]
}

function liveOf(object: JsonObject): LoraReading[] {
  const metrics: Record<string, number> = {}
  const battery = quantityOf(object.battery)
  const depth = quantityOf(object.depth)
  if (battery !== null) metrics.battery_pct = battery.value
  if (depth !== null) metrics.depth_cm = depth.value
  return Object.keys(metrics).length === 0 ? [] : [reading(metrics)]
}

function storedOf(item: JsonObject | null): LoraReading[] {
  const epoch_s = numberAt(item, 'timestamp')
  const depth_cm = numberAt(item, 'depth')
  return epoch_s === null || depth_cm === null ? [] : storedAt(epoch_s, { depth_cm })
}
