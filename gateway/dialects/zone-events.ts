/** A tracked object as events: of the camera's device, and of whatever its binding sees in each zone. */
import type { DeviceKey } from '../../engine/model/city.ts'
import type { Bound } from './binding.ts'
import type { CameraObject, Phase } from './normal-form.ts'

export interface ObjectEvent {
  readonly key: DeviceKey
  readonly payload: { readonly id: string; readonly type: string; readonly stage: Phase } & Readonly<Record<string, unknown>>
}

/**
 * In a bound zone it is what the zone says, with an id of its own, until it leaves; elsewhere it is what the camera says. A label that only zones name is nothing elsewhere. Everything
 * follows from the message alone: whatever it is not now has ended, and to end what never began changes nothing.
 * @param fallback type of a label that no binding names
 */
export function objectEvents(form: CameraObject, bound: Bound, fallback: string): ObjectEvent[] {
  const { label, trackId, phase } = form
  const zones = bound.zones.filter(({ events }) => Object.hasOwn(events, label))
  const inZones = zones.map(({ zone, key, at, on, events }): ObjectEvent => {
    const inside = form.zones.includes(zone) || (on === 'entered' && form.entered.includes(zone))
    const place = at === null ? {} : { lon: at[0], lat: at[1] }
    return {
      key: key ?? bound.key,
      payload: { ...common(form), id: `${trackId}:${zone}`, type: events[label], stage: inside ? phase : 'end', ...place },
    }
  })
  const told = inZones.filter((_, i) => form.entered.includes(zones[i].zone) || form.zones.includes(zones[i].zone))
  const own = Object.hasOwn(bound.events, label) ? bound.events[label] : zones.length > 0 ? null : fallback
  if (own === null) return told
  const elsewhere = told.every(({ payload }) => payload.stage === 'end')
  return [{ key: bound.key, payload: { ...common(form), id: trackId, type: own, stage: elsewhere ? phase : 'end' } }, ...told]
}

const common = ({ ts, score, subject }: CameraObject) => ({
  ts,
  ...(score === null ? {} : { score }),
  ...(subject === null ? {} : { subject }),
})
