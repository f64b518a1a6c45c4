/** Layer 9: what is chosen, ringed or outlined. */
import type { LonLat } from '../../engine/base/geo.ts'
import { crewAt } from '../data/motion.ts'
import type { Selection } from '../state/selection.ts'
import { rgba } from '../tokens.ts'
import { type Drawing, NO_TURN, type Scene } from './drawing.ts'

/** Where the chosen thing is now; null when it is not in the data. */
export function chosenAt(
  selection: Selection,
  { city, tables, motion, local_ms }: Pick<Scene, 'city' | 'tables' | 'motion' | 'local_ms'>,
): LonLat | null {
  if (selection.kind === 'incident') return tables.incidents.get(selection.id)?.at ?? null
  if (selection.kind === 'crew') {
    const crew = tables.crews.get(selection.id)
    return crew === undefined ? null : crewAt(motion, selection.id, crew, local_ms)
  }
  return city.places.get(`${selection.kind}:${selection.id}`)?.at ?? null
}

const OUTLINED = new Set(['grid', 'district', 'road', 'low_point'])

export function chosen(scene: Scene): Drawing[] {
  const { selection, city } = scene
  if (selection === null) return []
  const at = chosenAt(selection, scene)
  if (at === null) return []
  const common = { count: 1, version: `${selection.kind} ${selection.id} ${at[0]} ${at[1]}`, style: 0, scale: 1, choose: null }
  const place = city.places.get(`${selection.kind}:${selection.id}`)
  if (place !== undefined && OUTLINED.has(selection.kind)) {
    const colour = rgba('text')
    return [{ ...common, type: 'paths', id: 'chosen-line', path: () => place.line, colour: () => colour, width_px: () => 2 }]
  }
  const size = selection.kind === 'incident' ? 70 : 46
  return [{ ...common, type: 'points', id: 'chosen', at: () => at, symbol: () => 'plain:select', size_px: () => size, turn_deg: NO_TURN }]
}
