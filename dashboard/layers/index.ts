/**
 * The layers of the map, bottom to top. How a layer is added:
 *  1. give it an id in ids.ts (its place there is its key, 1 to 8) and a name in i18n/zh.ts and en.ts (`layers.<id>`);
 *  2. write `layers/<id>.ts`: a pure function from a Scene to Drawings (drawing.ts). Read rows by index, keep `version` still while
 *     nothing comes, goes or moves, and put everything that only changes looks behind `style`;
 *  3. say what a press chooses (`choose`), and give panels/card.tsx a card if it is a new kind of thing;
 *  4. list it in LAYERS below with the zoom it starts at; panels/legend.tsx builds its entry from `legend`;
 *  5. colours come from tokens.css only, symbols from glyphs.ts; add both to their tests.
 */

import { chosen } from './chosen.ts'
import { crews, routes } from './crews.ts'
import type { Drawing, Scene } from './drawing.ts'
import { events } from './events.ts'
import { flood } from './flood.ts'
import { boundaries, ground } from './ground.ts'
import type { LayerId } from './ids.ts'
import { roads } from './roads.ts'
import { sensors } from './sensors.ts'
import { SIGNALS_FROM_ZOOM, signals } from './signals.ts'

export interface LayerSpec {
  readonly id: LayerId
  readonly draw: (scene: Scene) => Drawing[]
  /** Shown when the address does not say otherwise. */
  readonly usual: boolean
  readonly zoom_min: number
  readonly legend: 'speed' | 'depth' | 'states' | 'signals' | 'routes' | 'crews' | null
}

export const LAYERS: readonly LayerSpec[] = [
  { id: 'grids', draw: boundaries, usual: true, zoom_min: 0, legend: null },
  { id: 'roads', draw: roads, usual: true, zoom_min: 0, legend: 'speed' },
  { id: 'flood', draw: flood, usual: true, zoom_min: 0, legend: 'depth' },
  { id: 'sensors', draw: sensors, usual: true, zoom_min: 0, legend: 'states' },
  { id: 'signals', draw: signals, usual: true, zoom_min: SIGNALS_FROM_ZOOM, legend: 'signals' },
  { id: 'routes', draw: routes, usual: true, zoom_min: 0, legend: 'routes' },
  { id: 'crews', draw: crews, usual: true, zoom_min: 0, legend: 'crews' },
  { id: 'events', draw: events, usual: true, zoom_min: 0, legend: 'states' },
]

export const USUAL_LAYERS: ReadonlySet<LayerId> = new Set(LAYERS.filter((layer) => layer.usual).map((layer) => layer.id))

export function drawScene(scene: Scene, visible: ReadonlySet<LayerId>): Drawing[] {
  const drawings = ground(scene)
  for (const layer of LAYERS) if (visible.has(layer.id) && scene.zoom >= layer.zoom_min) drawings.push(...layer.draw(scene))
  drawings.push(...chosen(scene))
  return drawings
}
