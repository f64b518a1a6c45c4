/** Layer 5: signalled junctions from zoom 13.2: a dot while a phase has green, a ring while it clears, around it a circle as wide as the queue. */
import { type Drawing, NO_TURN, perCity, type Scene, symbolScale } from './drawing.ts'

export const SIGNALS_FROM_ZOOM = 13.2
const junctionsOf = perCity((city) =>
  city.layers.junction.map((place) => ({ place, key: `${place.properties.district}/traffic/${place.properties.id}` })),
)

/** Area grows with the queue: 9 vehicles 18 px, 36 vehicles 36 px. */
export const queueSize_px = (queued_veh: number): number => Math.min(72, 6 * Math.sqrt(queued_veh) * (32 / 21))

export function signals({ city, tables, versions, zoom }: Scene): Drawing[] {
  if (zoom < SIGNALS_FROM_ZOOM) return []
  const junctions = junctionsOf(city)
  const common = {
    type: 'points' as const,
    count: junctions.length,
    version: city.stamp,
    style: versions.signals,
    scale: symbolScale(zoom),
    at: (i: number) => junctions[i].place.at,
    turn_deg: NO_TURN,
  }
  return [
    {
      ...common,
      id: 'queues',
      choose: null,
      symbol: () => 'plain:queue',
      size_px: (i) => queueSize_px(tables.signals.get(junctions[i].key)?.queued_veh ?? 0),
    },
    {
      ...common,
      id: 'signals',
      choose: (i) => ({ kind: 'junction', id: junctions[i].place.properties.id }),
      symbol: (i) => (tables.signals.get(junctions[i].key)?.clearing ? 'plain:clearing' : 'plain:green'),
      size_px: (i) => (tables.signals.has(junctions[i].key) ? 17 : 0),
    },
  ]
}
