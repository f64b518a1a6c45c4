/**
 * Sensoneo Single Sensor 3.0, over LoRaWAN, NB-IoT or plain UDP, always these 17 bytes (vendor's payload description; agrees with the
 * ELEMENT IoT parser): FFFF, type, firmware, id (little endian), events, four sonar echoes of 2 cm, voltage 2500 + 10 v mV, temperature,
 * tilt, messages since start. A Single has one sonar and leaves the others 0.
 */
import { type LoraCodec, reading, TILTED, viewOf } from './codec.ts'

const LENGTH = 17
const EVENTS: readonly (readonly [bit: number, name: string])[] = [
  [0x01, 'MEASURE'],
  [0x02, 'FIRE'],
  [0x04, 'TILT'],
  [0x08, 'SLAVE'],
  [0x10, 'BATTERY_LOW'],
]
const TILT = 0x04

export const sensoneo: LoraCodec = {
  id: 'sensoneo_single3',
  model: /sensoneo|single[-_ ]?sensor/i,
  kind: 'bin',
  fromBytes(bytes) {
    if (bytes.length !== LENGTH) return null
    const view = viewOf(bytes)
    if (view.getUint16(0) !== 0xffff) return null
    const events = view.getUint8(8)
    const echoes = [9, 10, 11, 12].map((at) => view.getUint8(at)).filter((echo) => echo > 0)
    const metrics: Record<string, number> = {
      battery_v: (2500 + view.getUint8(13) * 10) / 1000,
      temperature_c: view.getInt8(14),
      tilt_deg: view.getUint8(15),
    }
    const metric = 'distance_cm'
    if (echoes.length > 0) metrics[metric] = (2 * echoes.reduce((sum, echo) => sum + echo, 0)) / echoes.length
    const silent = echoes.length === 0 ? [{ metric, why: 'no echo' }] : []
    const named = EVENTS.filter(([bit]) => (events & bit) !== 0).map(([, name]) => name)
    const invalid = (events & TILT) === 0 ? silent : [...silent, ...TILTED]
    const attributes = { firmware: view.getUint8(3) }
    return { readings: [reading(metrics, { events: named, invalid, attributes, id: String(view.getUint32(4, true)) })], drift: [] }
  },
  fromObject: () => null,
}
