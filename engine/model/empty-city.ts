import type { City } from './city.ts'

/** A city with nothing in it: where a reader or a generator begins. */
export const EMPTY_CITY: City = {
  id: 'none',
  name: { zh: '无', en: 'None' },
  timezone: 'UTC',
  source: '',
  bounds: [0, 0, 0, 0],
  districts: [],
  grids: [],
  nodes: [],
  roads: [],
  junctions: [],
  arterials: [],
  walk_hours: [],
  low_points: [],
  devices: [],
  depots: [],
  crews: [],
  assessments: [],
  land: [],
  tips: [],
  plan_rounds_at_h: [],
}
