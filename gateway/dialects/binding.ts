/** Which device of the city a foreign entity is: as `dialects.yaml` says, else the one device whose id is the same. */
import type { Domain } from '../../engine/base/domain.ts'
import { type CityDevice, type DeviceKey, deviceKey, splitKey } from '../../engine/model/city.ts'
import { foldId } from './ids.ts'
import type { NormalForm, Scalar } from './normal-form.ts'

/** What a binding says besides the device. */
export interface BindingRule {
  readonly entity: string
  readonly device: DeviceKey
  readonly depth_mm?: number
  readonly metrics?: Readonly<Record<string, string>>
  readonly events?: Readonly<Record<string, string>>
  /** A controller's stage, signal group or phase: the junction's phase. */
  readonly phases?: Readonly<Record<string, number>>
  readonly zones?: readonly ZoneRule[]
}

export interface ZoneRule {
  readonly zone: string
  readonly events: Readonly<Record<string, string>>
  readonly device?: DeviceKey
  readonly on?: 'current' | 'entered'
  readonly lon?: number
  readonly lat?: number
}

/** What is seen in one zone of a camera's picture. */
export interface BoundZone {
  readonly zone: string
  readonly events: Readonly<Record<string, string>>
  /** Whose event it is; null the camera's own. */
  readonly key: DeviceKey | null
  /** Where the zone lies; null where the camera stands. */
  readonly at: readonly [number, number] | null
  /** An object is in it now, or has been. */
  readonly on: 'current' | 'entered'
}

export interface Bound {
  readonly key: DeviceKey
  readonly domain: Domain
  /** From the sensor to the ground of the empty bin; null leaves distances as they are. */
  readonly depth_mm: number | null
  readonly metrics: Readonly<Record<string, string>>
  readonly events: Readonly<Record<string, string>>
  readonly zones: readonly BoundZone[]
  readonly phases: Readonly<Record<string, number>>
}

export type Binder = (form: NormalForm) => Bound | null

/** Where a class of entity may find its device; a class that is not here may be any. */
const DOMAINS: Readonly<Record<string, readonly Domain[]>> = {
  bin: ['waste'],
  flood: ['flood', 'drain', 'weather'],
  cross: ['traffic'],
  camera: ['camera'],
}

export function createBinder(devices: readonly CityDevice[], rules: readonly BindingRule[]): Binder {
  const by_key = new Map(devices.map((device) => [deviceKey(device.district, device.domain, device.id), device]))
  const by_entity = new Map(rules.map((rule) => [folded(rule.entity), rule]))
  const by_id = new Map<string, CityDevice[]>()
  for (const device of devices) {
    const id = folded(device.id)
    by_id.set(id, [...(by_id.get(id) ?? []), device])
  }

  function bound(device: CityDevice, rule: BindingRule | undefined): Bound {
    return {
      key: deviceKey(device.district, device.domain, device.id),
      domain: device.domain,
      depth_mm: rule?.depth_mm ?? device.params.depth_mm ?? null,
      metrics: rule?.metrics ?? NONE,
      events: rule?.events ?? NONE,
      zones: (rule?.zones ?? []).map(boundZone),
      phases: rule?.phases ?? {},
    }
  }

  return (form) => {
    const { kind, id } = splitEntity(form.entity)
    const rule = by_entity.get(folded(form.entity)) ?? by_entity.get(folded(id))
    const domains = ofController(form) ? CONTROLLER : Object.hasOwn(DOMAINS, kind) ? DOMAINS[kind] : null
    const named = rule === undefined ? undefined : by_key.get(ofController(form) ? controllerOf(rule.device) : rule.device)
    if (named !== undefined) return bound(named, rule)
    if (rule !== undefined) return null
    for (const name of namesOf(form, id)) {
      const found = (by_id.get(folded(name)) ?? []).filter(({ domain }) => domains === null || domains.includes(domain))
      // Two devices of one name (a junction's detectors and its controller): only a binding can tell.
      if (found.length === 1) return bound(found[0], undefined)
    }
    return null
  }
}

const boundZone = ({ zone, events, device, on, lon, lat }: ZoneRule): BoundZone => ({
  zone,
  events,
  key: device ?? null,
  at: lon === undefined || lat === undefined ? null : [lon, lat],
  on: on ?? 'current',
})

const CONTROLLER: readonly Domain[] = ['signal']
/** What only a controller says of itself. */
const ofController = (form: NormalForm): boolean =>
  form.kind === 'signal.state' ||
  form.kind === 'signal.command' ||
  (form.kind === 'measurement' && form.entity.startsWith('cross:') && ('cycle_s' in form.metrics || 'pattern' in form.metrics))

/** One junction is both `traffic/J1` and `signal/J1`: whichever a binding names, what its controller says is the latter's. */
function controllerOf(key: DeviceKey): DeviceKey {
  const { district, domain, id } = splitKey(key)
  return domain === 'traffic' ? deviceKey(district, 'signal', id) : key
}

const NONE: Readonly<Record<string, string>> = {}

/** What folds to nothing is found nowhere. */
const folded = (id: string): string => foldId(id) ?? ''

function splitEntity(entity: string): { readonly kind: string; readonly id: string } {
  const at = entity.indexOf(':')
  return at < 0 ? { kind: '', id: entity } : { kind: entity.slice(0, at), id: entity.slice(at + 1) }
}

/** A device goes by its id, the end of a URN, its serial number, or the name it has in its network server. */
function namesOf(form: NormalForm, id: string): string[] {
  const attributes: Readonly<Record<string, Scalar | readonly Scalar[]>> = 'attributes' in form ? form.attributes : {}
  const told = ['serialNumber', 'refDevice', 'name'].map((key) => attributes[key]).filter((value) => typeof value === 'string')
  return [id, ...(id.includes(':') ? [id.slice(id.lastIndexOf(':') + 1)] : []), ...told]
}
