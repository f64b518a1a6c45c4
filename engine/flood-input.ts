/** Crews at the low points, gathered for the water from what dispatch and incidents know. */
import type { CityState } from './city-state.ts'
import { findIncident } from './incidents/state.ts'
import type { CrewAtPoint } from './model/storm.ts'

/** Crews that have taken a task at a low point. */
export function crewsAtPoints({ context, dispatch, incidents }: CityState): CrewAtPoint[] {
  const crews: CrewAtPoint[] = []
  for (const { task } of dispatch.open.values()) {
    if (task.crew === null || task.status === 'offered') continue
    const place = findIncident(incidents, task.incident)?.place
    if (place == null || task.skill !== 'pump' || !context.low_points.has(place)) continue
    crews.push({ point: place, task: task.id, crew: task.crew, onsite: task.status === 'onsite' })
  }
  return crews
}
