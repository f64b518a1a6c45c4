/**
 * The Things Stack v3 over MQTT: `v3/{application}@{tenant}/devices/{device}/up`; the open-source deployment has no `@tenant`. Empty values
 * are left out, and a frequency is a text.
 */
import { refusal } from '../mqtt/form.ts'
import { type Dialect, heard } from './dialect.ts'
import { arrayAt, asObject, type JsonObject, jsonOf, member, numberAt, objectAt, stringAt } from './json.ts'
import { bytesOf, countAt, readUplink } from './lora/uplink.ts'
import { fromIso } from './time.ts'

const TOPIC = /^v3\/[^/@]+(?:@[^/]+)?\/devices\/([^/]+)\/(up|join|location\/solved|service\/data|down\/[a-z]+)$/
const TEXT_MAX = 4096

export const thingsStack: Dialect = {
  id: 'things_stack_v3',
  title: { zh: 'The Things Stack v3 上行', en: 'The Things Stack v3 uplinks' },
  recognise: ({ topic }) => topic !== null && TOPIC.test(topic),
  decode(envelope, { simulated }) {
    const [, device, channel] = TOPIC.exec(envelope.topic ?? '') ?? []
    if (channel !== 'up') return heard([])
    const json = jsonOf(envelope)
    if (!json.ok) return json
    const value = asObject(json.value)
    const message = objectAt(value, 'uplink_message')
    if (message === null) return refusal('schema', 'uplink_message: expected an uplink of The Things Stack')
    // Made up at the console: it must not reach the live city.
    if (member(value, 'simulated') === true && !simulated) return refusal('schema', 'simulated: true, an uplink that no device has sent')
    const ids = objectAt(value, 'end_device_ids')
    const versions = objectAt(message, 'version_ids')
    const name = stringAt(ids, 'device_id')
    const f_cnt = countAt(message, 'f_cnt')
    const session = stringAt(message, 'session_key_id')
    return readUplink({
      dev_eui: stringAt(ids, 'dev_eui') ?? device,
      models: [stringAt(versions, 'model_id')].filter((model) => model !== null),
      f_port: numberAt(message, 'f_port') ?? 0,
      bytes: bytesOf(stringAt(message, 'frm_payload', TEXT_MAX)),
      object: objectAt(message, 'decoded_payload'),
      normalized: (arrayAt(message, 'normalized_payload') ?? []).map(asObject),
      seq: f_cnt,
      heard: firstHeard(message) ?? isoAt(message, 'received_at') ?? isoAt(value, 'received_at'),
      received: envelope.received,
      // Correlation ids are new with each delivery; a session's frame counter is not.
      dedupeKey: session === null || f_cnt === null ? null : `${session}/${f_cnt}`,
      height_mm: null,
      attributes: name === null ? {} : { name },
    })
  },
}

/** The first gateway with a clock. */
function firstHeard(message: JsonObject): number | null {
  for (const item of (arrayAt(message, 'rx_metadata') ?? []).slice(0, 32)) {
    const ts = isoAt(asObject(item), 'time')
    if (ts !== null) return ts
  }
  return null
}

function isoAt(object: JsonObject | null, key: string): number | null {
  const text = member(object, key)
  return typeof text === 'string' ? (fromIso(text, 0)?.ts ?? null) : null
}
