/** Sparkplug B's protobuf, read and written by the library of Eclipse Tahu, with the few things of it that we need in plain types. */
import sparkplug from 'sparkplug-payload'
import type { EpochMs } from '../../engine/base/time.ts'

const codec = sparkplug.get('spBv1.0')

export interface PayloadMetric {
  readonly name: string | null
  readonly alias: number | null
  readonly ts: EpochMs | null
  /** Null: the sender knows no value; undefined: of a type that measures nothing. */
  readonly value: number | boolean | string | null | undefined
  readonly unit: string | null
  readonly historical: boolean
}

export interface Payload {
  readonly ts: EpochMs | null
  readonly seq: number | null
  readonly metrics: readonly PayloadMetric[]
}

type Decoded = ReturnType<NonNullable<typeof codec>['decodePayload']>
type Metric = NonNullable<Decoded['metrics']>[number]

const METRICS_MAX = 2_000

/** Null for what is no such protobuf. */
export function readPayload(bytes: Uint8Array): Payload | null {
  if (codec === null) return null
  try {
    const decoded = codec.decodePayload(bytes)
    const metrics = (decoded.metrics ?? []).slice(0, METRICS_MAX).map(metricOf)
    return { ts: numberOf(decoded.timestamp), seq: numberOf(decoded.seq), metrics }
  } catch {
    // The library throws at whatever it cannot read.
    return null
  }
}

function metricOf({ name, alias, timestamp, value, type, properties, isHistorical }: Metric): PayloadMetric {
  const unit = properties !== undefined && Object.hasOwn(properties, 'engUnit') ? properties.engUnit.value : null
  return {
    name: typeof name === 'string' && name !== '' ? name : null,
    alias: numberOf(alias),
    ts: numberOf(timestamp),
    value: plainValue(value, type),
    unit: typeof unit === 'string' && unit.length <= 16 ? unit : null,
    historical: isHistorical === true,
  }
}

function plainValue(value: Metric['value'], type: Metric['type']): PayloadMetric['value'] {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return value.length <= 256 ? value : undefined
  const number = numberOf(value)
  if (number === null) return undefined
  // A single has seven digits; the others are made up by the longer number.
  if (type === 'Float') return Number(number.toPrecision(7))
  // The library reads an unsigned word as a signed one.
  return type === 'UInt32' && number < 0 ? number + 2 ** 32 : number
}

/** Also of the library's own 64-bit integers, as far as a number can hold them. */
function numberOf(value: unknown): number | null {
  const number = typeof value === 'object' && value !== null && 'toNumber' in value ? Number(String(value)) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) return null
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? null : number
}

/** NCMD that asks an edge node for all its births (Sparkplug 3.0, 5.5). */
export function rebirthCommand(now: EpochMs): Uint8Array {
  const metrics = [{ name: 'Node Control/Rebirth', type: 'Boolean' as const, value: true, timestamp: now }]
  return codec?.encodePayload({ timestamp: now, metrics }) ?? new Uint8Array()
}
