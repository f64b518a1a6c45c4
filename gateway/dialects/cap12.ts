/** CAP 1.2 alerts (read by gateway/cap) as a normal form. Exercise and Test are marked as drill: they must not reach the live world. */
import { readCap } from '../cap/read.ts'
import { CAP_TYPE } from '../cap/write.ts'
import { refusal } from '../mqtt/form.ts'
import { alertOf } from './alert-form.ts'
import { type Dialect, type Drift, heard } from './dialect.ts'
import { textOf } from './json.ts'

const TEXT_BYTES_MAX = 262_144
const POINTS_MAX = 5_000
const NAMESPACE = /urn:oasis:names:tc:emergency:cap:1\.[12]/

/** The beginning: cut off in the middle of a character it is no text any more, so its bytes are looked at. */
const headOf = (payload: Uint8Array): string =>
  Buffer.from(payload.buffer, payload.byteOffset, Math.min(payload.length, 2_048)).toString('latin1')

export const cap12: Dialect = {
  id: 'cap12',
  title: { zh: 'CAP 1.2 预警', en: 'CAP 1.2 alerts' },
  recognise({ content_type, payload }) {
    if (content_type?.split(';')[0].trim() === CAP_TYPE) return true
    return payload.length <= TEXT_BYTES_MAX && NAMESPACE.test(headOf(payload))
  },
  decode({ payload }) {
    if (payload.length > TEXT_BYTES_MAX) return refusal('size', `payload: at most ${TEXT_BYTES_MAX} bytes are allowed`)
    const text = textOf(payload)
    if (text === null) return refusal('schema', 'payload: binary, expected XML as UTF-8')
    const strays = new Set<string>()
    const answer = readCap(text, strays)
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
    const drift = [...strays].map(
      (field): Drift => ({ field, what: field === 'xmlns' ? 'key' : field === 'polygon' ? 'position' : 'time' }),
    )
    return heard(alert === null ? [] : [alert], drift)
  },
}
