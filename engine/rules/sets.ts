/** Which devices a rule means by `near(500 m)`, `upstream()`, `grid()` and the like: those that the city lists there and that measure what is asked. */
import { distance_m } from '../base/geo.ts'
import type { CityDevice, DeviceKey } from '../model/city.ts'
import { splitKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import { placeOfDevice } from '../model/context.ts'
import { type AnyTree, inputsOf, type SetSpec } from './tree.ts'

/** Named lists of devices, as the rule file gives them. */
export type Groups = Readonly<Record<string, readonly DeviceKey[]>>

/** What a set is relative to: two devices with the same anchor mean the same devices. */
export function anchorOf(set: SetSpec, context: Context, key: DeviceKey): string {
  switch (set.of) {
    case 'kind':
    case 'group':
      return ''
    case 'grid':
      return set.code ?? context.devices.get(key)?.grid ?? ''
    case 'place':
      return placeOf(context, key) ?? ''
    case 'district':
      return splitKey(key).district
    default:
      return key
  }
}

const placeOf = (context: Context, key: DeviceKey): string | null =>
  context.low_point_of.get(key)?.id ?? context.devices.get(key)?.place ?? null

/** Device keys in the order of the city. The device itself is not near, upstream or downstream of itself. */
export function membersOf(set: SetSpec, tree: AnyTree, groups: Groups, context: Context, key: DeviceKey): readonly DeviceKey[] {
  const asked = inputsOf(tree).flatMap((input) => ('name' in input && input.from !== 'clock' ? [input.name] : []))
  const measures = (device: CityDevice): boolean => asked.every((name) => device.metrics.includes(name) || name in device.params)
  if (set.of === 'group') return groups[set.name] ?? []
  const anchor = anchorOf(set, context, key)
  if (set.of === 'upstream' || set.of === 'downstream') return neighbours(set.of, context, key, measures)
  return [...context.devices].flatMap(([other, device]) =>
    measures(device) && isIn(set, context, key, other, device, anchor) ? [other] : [],
  )
}

function isIn(set: SetSpec, context: Context, key: DeviceKey, other: DeviceKey, device: CityDevice, anchor: string): boolean {
  switch (set.of) {
    case 'near':
      return other !== key && distance_m(placeOfDevice(context, key), device.at) <= set.distance_m
    case 'kind':
      return device.kind === set.kind
    case 'grid':
      return device.grid === anchor && anchor !== ''
    case 'place':
      return anchor !== '' && placeOf(context, other) === anchor
    case 'district':
      return device.district === anchor
    default:
      return false
  }
}

/** Streets between junctions, pipes between the nodes of the drains. */
interface Flow {
  readonly from: string
  readonly to: string
}

/** The next devices against or along the flow: the search goes on past nodes that have none. */
function neighbours(
  way: 'upstream' | 'downstream',
  context: Context,
  key: DeviceKey,
  measures: (device: CityDevice) => boolean,
): readonly DeviceKey[] {
  const { domain } = splitKey(key)
  const byRoad = domain === 'traffic' || domain === 'signal'
  const flows: readonly Flow[] = byRoad ? roadFlows(context) : (context.city.drainage?.links ?? [])
  const nodeOf = (other: DeviceKey, device: CityDevice | undefined): string =>
    byRoad
      ? (context.junctions.get(device?.place ?? '')?.node ?? context.junctions.get(splitKey(other).id)?.node ?? '')
      : (device?.place ?? splitKey(other).id)
  const at = new Map<string, DeviceKey[]>()
  for (const [other, device] of context.devices) {
    if (other === key || !measures(device)) continue
    for (const node of new Set([nodeOf(other, device), splitKey(other).id])) at.set(node, [...(at.get(node) ?? []), other])
  }
  const next = new Map<string, string[]>()
  for (const { from, to } of flows) {
    const [here, there] = way === 'upstream' ? [to, from] : [from, to]
    next.set(here, [...(next.get(here) ?? []), there])
  }
  const found = new Set<DeviceKey>()
  const own = context.devices.get(key)
  const queue = [...new Set([nodeOf(key, own), splitKey(key).id])]
  const seen = new Set(queue)
  for (const node of queue) {
    for (const there of next.get(node) ?? []) {
      if (seen.has(there)) continue
      seen.add(there)
      const devices = at.get(there)
      if (devices === undefined) queue.push(there)
      else for (const device of devices) found.add(device)
    }
  }
  return [...context.devices.keys()].filter((other) => found.has(other))
}

const roadFlows = ({ city }: Context): Flow[] =>
  city.roads.flatMap(({ from, to, oneway }) =>
    oneway
      ? [{ from, to }]
      : [
          { from, to },
          { from: to, to: from },
        ],
  )
