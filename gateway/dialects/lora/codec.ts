/** What a LoRaWAN device's own bytes mean. The network servers only carry them; the unit of a number is known here and nowhere else. */
import type { EpochMs } from '../../../engine/base/time.ts'
import type { Drift } from '../dialect.ts'
import type { JsonObject } from '../json.ts'
import type { Invalid, Metrics, Scalar } from '../normal-form.ts'

export interface LoraReading {
  readonly metrics: Metrics
  readonly invalid: readonly Invalid[]
  readonly events: readonly string[]
  /** Of the device's own clock, for what it stored during an outage; null: now, as the network heard it. */
  readonly stored: EpochMs | null
  readonly attributes?: Readonly<Record<string, Scalar>>
  /** The device's own number, when its bytes carry one. */
  readonly id?: string
}

export interface LoraRead {
  readonly readings: readonly LoraReading[]
  readonly drift: readonly Drift[]
}

export interface LoraCodec {
  readonly id: string
  /** The model as device profiles name it. */
  readonly model: RegExp
  /** What such a device is when nothing else says so: `bin`, `flood`. */
  readonly kind: string
  /** Null: not these bytes. @param named the network server named this model */
  fromBytes(bytes: Uint8Array, f_port: number, named: boolean): LoraRead | null
  /** From what the vendor's own decoder in the network server made of the bytes; null: not this object. */
  fromObject(object: JsonObject, named: boolean): LoraRead | null
}

export const reading = (metrics: Metrics, over: Partial<LoraReading> = {}): LoraReading => ({
  metrics,
  invalid: [],
  events: [],
  stored: null,
  ...over,
})

/** A device that does not stand upright measures the sky or its own lid. */
export const TILTED: readonly Invalid[] = [{ metric: 'fill_pct', why: 'tilt' }]

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
