/** Layer 1: roads by class, and the speed of those that are counted (flow.ts), as a printed map sets them: all casings below all fills, lesser classes below greater ones. */
import type { Place } from '../data/city.ts'
import { type Rgba, rgba } from '../tokens.ts'
import { type Drawing, perCity, type Scene, type Stamp } from './drawing.ts'
import { flow } from './flow.ts'

interface RoadStyle {
  readonly rank: number
  readonly width_px: number
  readonly colour: Rgba
}

/** Widths at zoom 13. */
const STYLES: Readonly<Record<string, RoadStyle>> = {
  service: { rank: 0, width_px: 0.6, colour: rgba('road-residential') },
  residential: { rank: 1, width_px: 0.9, colour: rgba('road-residential') },
  tertiary: { rank: 2, width_px: 1.5, colour: rgba('road-tertiary') },
  secondary: { rank: 3, width_px: 2.3, colour: rgba('road-secondary') },
  primary: { rank: 4, width_px: 3.2, colour: rgba('road-primary') },
  trunk: { rank: 5, width_px: 3.8, colour: rgba('road-motorway') },
  motorway: { rank: 6, width_px: 4.2, colour: rgba('road-motorway') },
}

export const roadStyle = (road: Place): RoadStyle => STYLES[road.properties.class ?? 'residential'] ?? STYLES.residential
const CASING = rgba('road-casing')
const MINOR_RANK_MAX = 1
export const MINOR_FROM_ZOOM = 11.8

const splitRoads = perCity((city) => {
  const sorted = [...city.layers.road].sort((a, b) => roadStyle(a).rank - roadStyle(b).rank)
  return {
    minor: sorted.filter((road) => roadStyle(road).rank <= MINOR_RANK_MAX),
    major: sorted.filter((road) => roadStyle(road).rank > MINOR_RANK_MAX),
  }
})

/** Roads widen more slowly than the map grows, so that streets stay lines when far and become surfaces when near. */
export const roadScale = (zoom: number): number => Math.max(0.55, 1.38 ** (zoom - 13))

function lines(id: string, roads: readonly Place[], version: Stamp, scale: number, casing: boolean): Drawing {
  return {
    type: 'paths',
    id,
    count: roads.length,
    version,
    style: 0,
    scale,
    choose: casing ? null : (i) => ({ kind: 'road', id: roads[i].properties.id }),
    path: (i) => roads[i].line,
    colour: casing ? () => CASING : (i) => roadStyle(roads[i]).colour,
    width_px: casing ? (i) => roadStyle(roads[i]).width_px + 1.6 : (i) => roadStyle(roads[i]).width_px,
  }
}

export function roads(scene: Scene): Drawing[] {
  const { city, zoom } = scene
  const { minor, major } = splitRoads(city)
  const version = city.stamp
  const scale = roadScale(zoom)
  const drawings: Drawing[] = []
  if (zoom >= MINOR_FROM_ZOOM) {
    drawings.push(lines('roads-minor', minor, version, scale, false))
  }
  drawings.push(lines('roads-major-casing', major, version, scale, true))
  drawings.push(lines('roads-major', major, version, scale, false), ...flow(scene))
  return drawings
}
