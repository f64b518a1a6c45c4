/** One uplink of a LoRaWAN device, whichever network server carried it, into normal forms. */
import type { EpochMs } from '../../../engine/base/time.ts'
import { refusal } from '../../mqtt/form.ts'
import { type Drift, type Heard, heard, type Refused } from '../dialect.ts'
import { entityOf } from '../ids.ts'
import { type JsonObject, member } from '../json.ts'
import { type Measurement, measurement, type Scalar } from '../normal-form.ts'
import { tidy } from '../units.ts'
import type { LoraCodec, LoraRead, LoraReading } from './codec.ts'
import { emUdl } from './em-udl.ts'
import { em400Udl } from './em400-udl.ts'
import { em500Swl } from './em500-swl.ts'
import { ldds75 } from './ldds75.ts'
import { isInfoOnly, MILESIGHT_PORT } from './milesight.ts'
import { normalizedOf } from './normalized.ts'
import { sensoneo } from './sensoneo.ts'

/** Zero is left out of JSON that is made from protobuf; another text than a number is no count. */
export function countAt(value: JsonObject, key: string): number | null {
  const told = member(value, key)
  if (told === undefined || told === null) return 0
  const count = typeof told === 'string' && /^\d{1,10}$/.test(told) ? Number(told) : told
  return typeof count === 'number' && Number.isInteger(count) && count >= 0 ? count : null
}

/** Every device whose bytes are understood. */
const LORA_CODECS: readonly LoraCodec[] = [em400Udl, em500Swl, emUdl, ldds75, sensoneo]

export interface Uplink {
  readonly dev_eui: string | null
  /** Names of the model, as the network server has them; may be empty. */
  readonly models: readonly string[]
  readonly f_port: number
  readonly bytes: Uint8Array | null
  /** What a decoder in the network server made of the bytes. */
  readonly object: JsonObject | null
  /** The network server's own reading of it, in the units that its format fixes. */
  readonly normalized: readonly (JsonObject | null)[]
  readonly seq: number | null
  /** When a gateway heard it; null when nobody says. */
  readonly heard: EpochMs | null
  readonly received: EpochMs
  readonly dedupeKey: string | null
  readonly height_mm: number | null
  readonly attributes: Readonly<Record<string, Scalar>>
}

export function readUplink(uplink: Uplink, drift: readonly Drift[] = []): Heard | Refused {
  // Only MAC commands: nothing of the device's own.
  if (uplink.bytes === null && uplink.object === null && uplink.normalized.length === 0) return heard([], drift)
  const found = understood(uplink) ?? normalizedOf(uplink.normalized)
  if (found === null) {
    if (uplink.f_port === MILESIGHT_PORT && uplink.bytes !== null && isInfoOnly(uplink.bytes)) return heard([], drift)
    const model = uplink.models.length === 0 ? 'a model that is not named' : 'this model'
    return refusal('dialect', `payload: no codec understands port ${uplink.f_port} of ${model}`)
  }
  const forms: Measurement[] = []
  for (const reading of found.read.readings) {
    const entity =
      uplink.dev_eui === null && reading.id === undefined ? null : entityOf(found.codec.kind, uplink.dev_eui ?? reading.id ?? '')
    if (entity === null) return refusal('schema', 'devEui: expected the id of a device')
    forms.push(formOf(entity, uplink, reading))
  }
  return heard(forms, [...drift, ...found.read.drift])
}

/** The bytes themselves first: a decoder in a network server may be of another version. */
function understood({
  models,
  f_port,
  bytes,
  object,
}: Uplink): { readonly codec: Pick<LoraCodec, 'kind'>; readonly read: LoraRead } | null {
  const named = LORA_CODECS.filter(({ model }) => models.some((name) => model.test(name)))
  const asked = named.length > 0 ? named : LORA_CODECS
  for (const codec of asked) {
    const read = bytes === null ? null : codec.fromBytes(bytes, f_port, named.length > 0)
    if (read !== null) return { codec, read }
  }
  for (const codec of asked) {
    const read = object === null ? null : codec.fromObject(object, named.length > 0)
    if (read !== null) return { codec, read }
  }
  return null
}

function formOf(entity: string, uplink: Uplink, { metrics, invalid, events, stored, attributes }: LoraReading): Measurement {
  const live = stored === null
  return measurement({
    entity,
    ts: stored ?? uplink.heard ?? uplink.received,
    clock: live ? (uplink.heard === null ? 'arrival' : 'gateway') : 'device',
    heard: uplink.heard,
    dedupeKey: live ? uplink.dedupeKey : null,
    metrics,
    derived: invalid.length > 0 ? {} : fillOf(metrics.distance_mm, uplink.height_mm),
    invalid,
    events,
    seq: live ? uplink.seq : null,
    late: !live,
    attributes: { ...uplink.attributes, ...attributes },
  })
}

/** How full a bin of a known height is, from the distance between lid and waste. */
export function fillOf(distance_mm: number | boolean | undefined, height_mm: number | null): { readonly fill_pct?: number } {
  if (typeof distance_mm !== 'number' || height_mm === null) return {}
  return { fill_pct: tidy(Math.min(100, Math.max(0, 100 * (1 - distance_mm / height_mm)))) }
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/

/** Null for what is no base64, where Buffer would skip what it does not know; empty becomes null too. */
export function bytesOf(base64: string | null): Uint8Array | null {
  return base64 !== null && BASE64.test(base64) && base64.length % 4 !== 1 ? Buffer.from(base64, 'base64') : null
}
