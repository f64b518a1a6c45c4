/** Milesight EM310-UDL and EM500-UDL: ultrasonic distance in mm on channel 03 82; the EM310 tells whether it lies on its side (Milesight-IoT/SensorDecoders). */
import { stringAt } from '../json.ts'
import { lengthMm, quantityOf } from '../units.ts'
import { type LoraCodec, reading, TILTED } from './codec.ts'
import { BATTERY, channelsOf, MILESIGHT_PORT } from './milesight.ts'

const DISTANCE = 0x0382
const POSITION = 0x0400
const LENGTHS = { [BATTERY]: 1, [DISTANCE]: 2, [POSITION]: 1 }

export const emUdl: LoraCodec = {
  id: 'milesight_em_udl',
  model: /em[-_ ]?(310|500)[-_ ]?udl/i,
  kind: 'bin',
  fromBytes(bytes, f_port, named) {
    if (!named && f_port !== MILESIGHT_PORT) return null
    const channels = channelsOf(bytes, LENGTHS)
    if (channels === null || (!named && !channels.some(({ key }) => key === DISTANCE))) return null
    const metrics: Record<string, number | boolean> = {}
    for (const { key, value } of channels) {
      if (key === BATTERY) metrics.battery_pct = value.getUint8(0)
      else if (key === DISTANCE) metrics.distance_mm = value.getUint16(0, true)
      else if (key === POSITION) metrics.tilt = value.getUint8(0) !== 0
    }
    return { readings: [reading(metrics, { invalid: metrics.tilt === true ? TILTED : [] })], drift: [] }
  },
  fromObject(object, named) {
    if (!named) return null
    const metrics: Record<string, number | boolean> = {}
    const [battery, distance] = [quantityOf(object.battery), quantityOf(object.distance)]
    const distance_mm = distance === null ? null : lengthMm(distance)
    if (battery !== null) metrics.battery_pct = battery.value
    if (distance_mm !== null) metrics.distance_mm = distance_mm
    const position = stringAt(object, 'position')
    if (position !== null) metrics.tilt = position === 'tilt'
    return Object.keys(metrics).length === 0
      ? null
      : { readings: [reading(metrics, { invalid: metrics.tilt === true ? TILTED : [] })], drift: [] }
  },
}
