/** CAP 1.2 alerts (read by gateway/cap) as a normal form. Exercise and Test are marked as drill: they must not reach the live world. */
import { readCap } from '../cap/read.ts'
import { CAP_NAMESPACE, CAP_TYPE } from '../cap/write.ts'
import { refusal } from '../mqtt/form.ts'
import { alertOf } from './alert-form.ts'
import { type Dialect, heard } from './dialect.ts'
import { textOf } from './json.ts'

const TEXT_BYTES_MAX = 262_144
const POINTS_MAX = 5_000

export const cap12: Dialect = {
  id: 'cap12',
  title: { zh: 'CAP 1.2 预警', en: 'CAP 1.2 alerts' },
  recognise({ content_type, payload }) {
    if (content_type?.split(';')[0].trim() === CAP_TYPE) return true
    return payload.length <= TEXT_BYTES_MAX && (textOf(payload.subarray(0, 2_048))?.includes(CAP_NAMESPACE) ?? false)
  },
  decode({ payload }) {
    if (payload.length > TEXT_BYTES_MAX) return refusal('size', `payload: at most ${TEXT_BYTES_MAX} bytes are allowed`)
    const text = textOf(payload)
    if (text === null) return refusal('schema', 'payload: binary, expected XML as UTF-8')
    const answer = readCap(text)
    if (!answer.ok) {
      const [{ where, message }] = answer.problems
      return refusal('schema', `${where}: ${message}`.slice(0, 300))
    }
    const { message } = answer
    if (message.areas.reduce((sum, area) => sum + area.polygons.reduce((points, ring) => points + ring.length, 0), 0) > POINTS_MAX)
      return refusal('size', `area: at most ${POINTS_MAX} points are allowed`)
    if (message.status === 'System' || message.status === 'Draft') return refusal('schema', `status ${message.status} is not for people`)
    // An acknowledgement tells nothing of the weather.
    const alert = alertOf(message)
    return heard(alert === null ? [] : [alert])
  },
}
