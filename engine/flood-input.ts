/** Crews with a mobile pump, gathered for the water from what dispatch and incidents know. */
import type { CityState } from './city-state.ts'
import { isFree } from './dispatch/record.ts'
import { findIncident } from './incidents/state.ts'
import type { CrewAtPoint, PumpCrews } from './model/storm.ts'

const PUMP = 'pump'

export function pumpCrews(state: CityState): PumpCrews {
  const crews = [...state.dispatch.crews.values()].filter(({ crew }) => crew.skills.includes(PUMP))
  return {
    at_points: crewsAtPoints(state),
    spare: crews.filter(isFree).length - waiting(state),
    on_duty: crews.filter(({ on_duty }) => on_duty).length,
    // Before the first look at the clock nobody is known to be off.
    off: crews.flatMap(({ on_duty, scheduled, crew: { id, at } }) => (on_duty || scheduled === null ? [] : [{ crew: id, at }])),
  }
}

const waiting = ({ dispatch }: CityState): number =>
  [...dispatch.open.values()].filter(({ task }) => task.skill === PUMP && task.status === 'waiting').length

/** Crews that have taken a task at a low point. */
function crewsAtPoints({ context, dispatch, incidents }: CityState): CrewAtPoint[] {
  const crews: CrewAtPoint[] = []
  for (const { task } of dispatch.open.values()) {
    if (task.crew === null || task.status === 'offered' || task.skill !== PUMP) continue
    const place = findIncident(incidents, task.incident)?.place ?? null
    if (place === null || !context.low_points.has(place)) continue
    crews.push({ point: place, task: task.id, crew: task.crew, onsite: task.status === 'onsite' })
  }
  return crews
}
