/** Layer 0, land and water, and the outlines of districts and grids: muted, they carry no data. */
import type { Place } from '../data/city.ts'
import { rgba } from '../tokens.ts'
import { type Drawing, perCity, type Scene, type Stamp } from './drawing.ts'

const FILL = { water: rgba('map-water'), green: rgba('map-green'), built: rgba('map-built') }
const ORDER = ['built', 'green', 'water']

const landOf = perCity((city) =>
  [...city.layers.land].sort((a, b) => ORDER.indexOf(a.properties.kind ?? '') - ORDER.indexOf(b.properties.kind ?? '')),
)
const shoresOf = perCity((city) => city.layers.land.filter((land) => land.properties.kind === 'water'))

const fillOf = (land: Place) => (land.properties.kind === 'water' ? FILL.water : land.properties.kind === 'green' ? FILL.green : FILL.built)

export function ground({ city }: Scene): Drawing[] {
  const land = landOf(city)
  const shores = shoresOf(city)
  const shore = rgba('map-shore', 0.8)
  return [
    {
      type: 'polygons',
      id: 'land',
      count: land.length,
      version: city.stamp,
      style: 0,
      scale: 1,
      choose: null,
      ring: (i) => land[i].line,
      fill: (i) => fillOf(land[i]),
    },
    {
      type: 'paths',
      id: 'shores',
      count: shores.length,
      version: city.stamp,
      style: 0,
      scale: 1,
      choose: null,
      path: (i) => shores[i].line,
      colour: () => shore,
      width_px: () => 1,
    },
  ]
}

function outlines(id: string, places: readonly Place[], width_px: number, colour: ReturnType<typeof rgba>, version: Stamp): Drawing {
  return {
    type: 'paths',
    id,
    count: places.length,
    version,
    style: colour[3],
    scale: 1,
    choose: null,
    path: (i) => places[i].line,
    colour: () => colour,
    width_px: () => width_px,
  }
}

const CLEAR = rgba('ground', 0)
const GRIDS_FROM_ZOOM = 11.5

/** Grids as hairlines that fade in, districts above them; a grid is chosen by a press on its ground. */
export function boundaries({ city, zoom }: Scene): Drawing[] {
  const { grid, district } = city.layers
  const version = city.stamp
  const drawings: Drawing[] = []
  if (zoom >= GRIDS_FROM_ZOOM) {
    const strength = Math.round(Math.min(1, zoom - GRIDS_FROM_ZOOM) * 10) / 10
    drawings.push({
      type: 'polygons',
      id: 'grid-ground',
      count: grid.length,
      version,
      style: 0,
      scale: 1,
      choose: (i) => ({ kind: 'grid', id: grid[i].properties.id }),
      ring: (i) => grid[i].line,
      fill: () => CLEAR,
    })
    drawings.push(outlines('grids', grid, 1, rgba('map-grid', 0.75 * strength), version))
  }
  drawings.push(outlines('districts-casing', district, 5, rgba('map-boundary', 0.13), version))
  drawings.push(outlines('districts', district, 1.2, rgba('map-boundary', 0.85), version))
  return drawings
}
