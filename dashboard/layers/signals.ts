/** Layer 5: signalled junctions from zoom 13.2: a dot while a phase has green, a ring while it clears, around it a circle as wide as the queue. */
import type { Place } from '../data/city.ts'
import { type Drawing, NO_TURN, perCity, type Scene, symbolScale } from './drawing.ts'

export const SIGNALS_FROM_ZOOM = 13.2
/** Whoever steers is told by shape: a dot for the brain, a ring for people, a hollow dot for the cabinet's own plan. */
export const MODE_STATE: Readonly<Record<string, 'normal' | 'watch' | 'offline'>> = {
  auto: 'normal',
  suggest: 'watch',
  hand: 'watch',
  local: 'offline',
}

/** Of the junction's detectors, under which its live row stands. */
export const signalKey = ({ properties }: Place): string => `${properties.district}/traffic/${properties.id}`

const junctionsOf = perCity((city) => city.layers.junction.map((place) => ({ place, key: signalKey(place) })))

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
