/** Crews under way to an urgent task, and roads that are flooded, gathered for the signals from what others know. */

import { signalSlot } from './act/slot.ts'
import { distance_m, placeOn } from './base/geo.ts'
import type { EpochMs } from './base/time.ts'
import type { CityState } from './city-state.ts'
import { type City, type DeviceKey, splitKey } from './model/city.ts'
import type { Context } from './model/context.ts'
import type { ClosedRoad, UrgentTrip } from './model/priority.ts'
import { prioritySettings } from './model/signals.ts'
import { controlOf } from './traffic/control.ts'
import type { CommandedPlan } from './traffic/observed-plan.ts'
import type { TrafficState } from './traffic/state.ts'

/** Only the highest priority gets a corridor: everybody else on the road pays for it. */
const URGENT = 1

export function urgentTrips({ context, dispatch, sense }: CityState): UrgentTrip[] {
  const trips: UrgentTrip[] = []
  for (const { task } of dispatch.open.values()) {
    if (task.status !== 'enroute' || task.priority > URGENT || task.crew === null || task.route.length < 2) continue
    const record = dispatch.crews.get(task.crew)
    if (record === undefined) continue
    const { crew, heard } = record
    const speed = sense.devices.get(crew.id)?.metrics.get('speed_mps')?.value
    trips.push({
      task: task.id,
      crew: crew.id,
      name: crew.name,
      where: task.where,
      priority: task.priority,
      at: crew.at,
      seen: crew.seen,
      heard,
      speed_mps: typeof speed === 'number' ? speed : null,
      speed_factor: context.crews.get(crew.id)?.speed_factor ?? 1,
      route: task.route,
    })
  }
  return trips
}

/** The plan that a controller should be running: a command that stands, else that of the programme. Null while a person, a corridor or the engine's own phases have it. */
export function commandedPlan({ act, context, traffic, now }: CityState, device: DeviceKey): CommandedPlan | null {
  const standing = act.slots.get(signalSlot(device))
  if (standing !== undefined && standing.expires > now)
    return standing.body.kind === 'signal.plan' ? { ...standing.body, since: standing.ts } : programmed(context, traffic, device, now)
  return programmed(context, traffic, device, now)
}

function programmed(context: Context, traffic: TrafficState, device: DeviceKey, now: EpochMs): CommandedPlan | null {
  const { id } = splitKey(device)
  if (!context.junctions.has(id)) return null
  const { controller, plan } = controlOf(context, traffic.experiments.values(), id, now, traffic.junctions.get(id)?.interval_s ?? 0)
  return controller === 'fixed' && plan !== null ? { ...plan, since: null } : null
}

/** Classes of incidents under which nobody can drive. */
const FLOODED: readonly string[] = ['flood.waterlogging', 'road.flooded']
/** A road so near to the middle of a low point runs through it. */
const THROUGH_M = 30

const made = new WeakMap<City, ReadonlyMap<string, readonly string[]>>()

/** Roads through each low point. */
function roadsThrough(city: City): ReadonlyMap<string, readonly string[]> {
  const known = made.get(city)
  if (known !== undefined) return known
  const through = new Map(
    city.low_points.map(({ id, at }) => [
      id,
      city.roads.flatMap(({ id: road, line, length_m }) =>
        distance_m(line[0], at) <= length_m + THROUGH_M && placeOn(line, at, 0).off_m <= THROUGH_M ? [road] : [],
      ),
    ]),
  )
  made.set(city, through)
  return through
}

/** Roads through low points where deep water is expected, or stands and roads are to be closed for it. */
export function closedRoads(state: CityState): ClosedRoad[] {
  return [...expectedDeep(state), ...(prioritySettings(state.context.signals).close_flooded ? flooded(state) : [])]
}

/** Those near it are told (flood/acts), so it does not hang on the setting for roads that signals close alone. */
function expectedDeep({ context, flood }: CityState): ClosedRoad[] {
  const closed: ClosedRoad[] = []
  for (const [point, { closure }] of flood.acts.points) {
    if (closure.closed === null) continue
    const { why } = closure.closed
    for (const road of roadsThrough(context.city).get(point) ?? []) closed.push({ road, by: 'policy:flood.closure', why })
  }
  return closed
}

function flooded({ context, incidents }: CityState): ClosedRoad[] {
  const closed: ClosedRoad[] = []
  for (const { incident, place } of incidents.open.values()) {
    if (!incident.active || incident.severity !== 'critical' || !FLOODED.includes(incident.class)) continue
    if (incident.status === 'detected' || incident.status === 'resolved') continue
    const point = place === null ? undefined : context.low_points.get(place)
    if (point === undefined) continue
    const why = { zh: `${point.name.zh}积水`, en: `${point.name.en} is flooded` }
    for (const road of roadsThrough(context.city).get(point.id) ?? []) closed.push({ road, by: `incident:${incident.id}`, why })
  }
  return closed
}
