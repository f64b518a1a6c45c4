/** A topic that a device announced by Home Assistant's discovery: its values are understood as the announcement said. */
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type Envelope, heard } from './dialect.ts'
import type { Announced } from './discovery-memory.ts'
import { entityOf } from './ids.ts'
import { asObject, type Json, jsonOf, member, textOf } from './json.ts'
import { deviceClass } from './naming.ts'
import { measurement } from './normal-form.ts'
import { type Quantity, quantityOf, toContract } from './units.ts'

const TEXT_BYTES_MAX = 64

export const announcedTopic: Dialect = {
  id: 'announced',
  title: { zh: '自动发现的主题', en: 'Announced topics' },
  recognise: ({ topic }, { discovered }) => topic !== null && discovered?.has(topic) === true,
  decode(envelope, { discovered }) {
    const values = discovered?.get(envelope.topic ?? '') ?? []
    const by_device = new Map<string, Record<string, number | boolean>>()
    for (const one of values) {
      const value = announcedValue(envelope, one)
      if (value === null) continue
      const metrics = by_device.get(one.device) ?? {}
      by_device.set(one.device, metrics)
      if (typeof value === 'boolean') metrics[one.metric] = value
      else Object.assign(metrics, named(one, value))
    }
    if (by_device.size === 0) return refusal('schema', 'payload: none of the announced values in it')
    const forms = [...by_device].flatMap(([device, metrics]) => {
      const entity = entityOf(deviceClass(device, Object.keys(metrics)), device)
      return entity === null ? [] : [measurement({ entity, ts: envelope.received, clock: 'arrival', metrics })]
    })
    return heard(forms)
  },
}

function announcedValue(envelope: Envelope, { path }: Announced): Quantity | boolean | null {
  if (path.length === 0) {
    const text = envelope.payload.length > TEXT_BYTES_MAX ? null : textOf(envelope.payload)?.trim()
    return readValue(text ?? undefined)
  }
  const json = jsonOf(envelope)
  let value: Json | undefined = json.ok ? json.value : undefined
  for (const name of path) value = member(asObject(value), name)
  return readValue(value)
}

/** Also ON and OFF, as binary sensors say it. */
function readValue(value: Json | undefined): Quantity | boolean | null {
  if (typeof value === 'boolean') return value
  if (value === 'ON' || value === 'OFF') return value === 'ON'
  return quantityOf(value)
}

function named({ metric, unit }: Announced, quantity: Quantity): Record<string, number> {
  const contract = toContract({ value: quantity.value, unit: quantity.unit || (unit ?? '') })
  if (contract === null) return { [metric]: quantity.value }
  return { [metric.endsWith(`_${contract.suffix}`) ? metric : `${metric}_${contract.suffix}`]: contract.value }
}
