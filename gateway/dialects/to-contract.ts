/**
 * A normal form of a device that is bound, as the messages that the device itself would send (contract sections 1 to 3): from here on they
 * go the ordinary way, so log, replay and restart know nothing of dialects. Empty for what says nothing that the city would act on.
 */

import type { Bound } from './binding.ts'
import { fillOf } from './lora/uplink.ts'
import { inUnits } from './metric-units.ts'
import type { CameraReview, CameraRule, DeviceFault, Entity, Measurement, NormalForm, SignalCommand, SignalState } from './normal-form.ts'
import { objectEvents } from './zone-events.ts'

export interface ContractMessage {
  readonly topic: string
  readonly payload: string
}

type Channel = 'reading' | 'event' | 'state'

/** Null: a form that has no place at a device. */
export function toContract(form: NormalForm, bound: Bound): readonly ContractMessage[] | null {
  const send = (channel: Channel, payload: object): ContractMessage => ({
    topic: `city/v1/${bound.key}/${channel}`,
    payload: JSON.stringify(payload),
  })
  switch (form.kind) {
    case 'measurement':
      return [...readings(form, bound).map((payload) => send('reading', payload)), ...alarms(form, bound).map((one) => send('event', one))]
    case 'entity':
      return readings(form, bound).map((payload) => send('reading', payload))
    case 'camera.count':
      return [send('reading', { ts: form.ts, v: { [countName(form.label, form.active)]: form.value } })]
    case 'camera.frame':
      return [send('reading', { ts: form.ts, v: { objects_count: form.objects } })]
    case 'camera.state':
      return [send('reading', { ts: form.ts, v: { [form.what]: form.state ? 1 : 0 } })]
    case 'camera.object':
      return form.false_positive
        ? []
        : objectEvents(form, bound, `camera.${wordOf(form.label)}`).map(({ key, payload }) => ({
            topic: `city/v1/${key}/event`,
            payload: JSON.stringify(payload),
          }))
    case 'camera.review':
      return reviewEvents(form, bound).map((one) => send('event', one))
    case 'camera.rule':
      return [send('event', ruleEvent(form, bound))]
    case 'device.fault':
      return [send('event', faultEvent(form))]
    case 'device.presence':
      return [send('state', { ts: form.ts, online: form.online, ...(form.battery_pct === null ? {} : { battery_pct: form.battery_pct }) })]
    case 'signal.command':
      return [send('reading', { ts: form.ts, v: planValues(form, bound) })]
    case 'signal.state':
      return [send('reading', { ts: form.ts, v: lampValues(form, bound) })]
    case 'camera.still':
    case 'discovery':
    case 'deleted':
      return []
    default:
      return null
  }
}

/** What a controller says it runs: known state of the junction, never a command back. A stage without its phase keeps its own number. */
function planValues({ plan, cycle_s, offset_s, stages }: SignalCommand, { phases }: Bound): Record<string, number> {
  const v: Record<string, number> = { ...(plan === null ? {} : { plan }), cycle_s, offset_s }
  for (const { stage, green_s } of stages.slice(0, STAGES_MAX)) v[`stage_${stage}_green_s`] = green_s
  for (const { stage, green_s } of stages.slice(0, STAGES_MAX)) {
    if (Object.hasOwn(phases, stage)) v[`phase_${phases[stage]}_green_s`] = green_s
  }
  return v
}

/** The phase is told where every group that shows green belongs to the same one. */
function lampValues({ green, manual, flash }: SignalState, { phases }: Bound): Record<string, number> {
  const shown = new Set((green ?? []).map((group) => (Object.hasOwn(phases, group) ? phases[group] : -1)))
  const [phase = -1] = shown
  return { manual: Number(manual), flash: Number(flash), ...(shown.size === 1 && phase >= 0 ? { phase } : {}) }
}

const STAGES_MAX = 24

/** A reading, in a batch when it is late: then it amends history and raises nothing. */
function readings(form: Measurement | Entity, bound: Bound): object[] {
  const v = valuesOf(form, bound)
  if (Object.keys(v).length === 0) return []
  const seq = form.kind === 'measurement' && form.seq !== null && form.seq >= 0 && Number.isInteger(form.seq) ? { seq: form.seq } : {}
  const reading = { ts: form.ts, ...seq, v }
  return [form.kind === 'measurement' && form.late ? { batch: [reading] } : reading]
}

const METRICS_MAX = 64

function valuesOf(form: Measurement | Entity, bound: Bound): Record<string, number> {
  const v: Record<string, number> = {}
  const take = (name: string, value: number): void => {
    if (Object.keys(v).length < METRICS_MAX) v[name] = value
  }
  for (const [name, told] of Object.entries(form.metrics)) {
    const value = typeof told === 'boolean' ? Number(told) : told
    const [as, converted] = canonical(name, value, bound)
    take(as, converted)
  }
  if (form.kind === 'entity') return v
  const invalid = form.invalid.some(({ metric }) => metric === 'fill_pct')
  const distance_mm = inUnits(v, 'distance', 'mm')
  const fill_pct = form.derived.fill_pct ?? fillOf(distance_mm ?? undefined, bound.depth_mm).fill_pct
  if (!invalid && bound.domain === 'waste' && fill_pct !== undefined && !Object.hasOwn(v, 'fill_pct')) take('fill_pct', fill_pct)
  return v
}

/** What a domain calls the same thing (contract section 2), when the binding does not say it. */
const CANONICAL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // NTCIP calls a plan in force a pattern.
  signal: { pattern: 'plan' },
  flood: {
    depth_cm: 'level_m',
    depth_mm: 'level_m',
    depth_m: 'level_m',
    level_cm: 'level_m',
    level_mm: 'level_m',
    water_level_m: 'level_m',
  },
}

function canonical(name: string, value: number, { metrics, domain }: Bound): [name: string, value: number] {
  const wanted = Object.hasOwn(metrics, name) ? metrics[name] : (CANONICAL[domain]?.[name] ?? name)
  return [wanted, inUnits({ [name]: value }, name, wanted) ?? value]
}

/** A device's own alarm: `FIRE` of a bin is `waste.fire`. What only says why it spoke is none. */
const REASONS = new Set(['MEASURE', 'SLAVE'])

function alarms({ events, ts, late }: Measurement, bound: Bound): object[] {
  if (late) return []
  return events
    .filter((event) => !REASONS.has(event))
    .map((event) => {
      const type = typeOf(bound, event) ?? `${bound.domain}.${wordOf(event)}`
      return { ts, id: `${type}-${ts}`, type, stage: 'new' }
    })
}

/** What was seen comes as objects by itself, with scores; a review beside them is an event of its own only where the binding names its severity. */
function reviewEvents({ ts, dedupeKey, severity, phase }: CameraReview, bound: Bound): object[] {
  const type = typeOf(bound, severity)
  return type === null ? [] : [{ ts, id: dedupeKey ?? `review-${ts}`, type, stage: phase }]
}

/** A rule that tells a state (`IsTamper`, `LogicalState`) is one event from its beginning to its end; any other is one of its moment. */
function ruleEvent({ ts, rule, topicPath, data, subject }: CameraRule, bound: Bound): object {
  const object = Object.hasOwn(data, 'ObjectId') ? data.ObjectId : ''
  const states = Object.values(data).filter((value) => typeof value === 'boolean')
  const word = topicPath.slice(topicPath.lastIndexOf('/') + 1)
  const [state] = states.length === 1 ? states : [null]
  return {
    ts,
    id: (state === null ? `${rule}-${object}-${ts}` : `${rule}-${word}-${object}`).slice(0, 128),
    type: typeOf(bound, rule) ?? `camera.${wordOf(word)}`,
    stage: state === false ? 'end' : 'new',
    ...(subject === null ? {} : { subject }),
  }
}

/** One fault of a camera is one event from its beginning to its end. */
const faultEvent = ({ ts, fault, state }: DeviceFault): object => ({
  ts,
  id: `fault-${fault}`,
  type: `device.${wordOf(fault)}`,
  stage: state ? 'new' : 'end',
})

/** What the binding calls it; a label may be any word, `constructor` too. */
const typeOf = ({ events }: Bound, word: string): string | null => (Object.hasOwn(events, word) ? events[word] : null)

const wordOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .slice(0, 48) || 'event'

const VEHICLES = new Set(['car', 'truck', 'bus', 'motorcycle', 'bicycle'])

const countName = (label: string, active: boolean): string =>
  `${wordOf(label)}${active ? '_active' : ''}_${VEHICLES.has(label) ? 'veh' : 'count'}`
