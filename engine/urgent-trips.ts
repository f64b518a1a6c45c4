/** Crews under way to an urgent task, gathered for the signals from what dispatch and sense know. */
import type { CityState } from './city-state.ts'
import type { UrgentTrip } from './model/priority.ts'

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
