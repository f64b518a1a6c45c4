/**
 * Layer 4: sensors. Far away a calm dot each and the state's shape for those that are not; near, the kind's own shape. Below zoom 12 they
 * collapse into one figure per district with its worst state.
 */
import type { StateName } from '../../gateway/wire/frames.ts'
import type { Place } from '../data/city.ts'
import type { LiveTables } from '../data/tables.ts'
import { type Drawing, NO_TURN, perCity, type Scene, symbolScale } from './drawing.ts'
import { KIND_SHAPES, STATE_RANK } from './glyphs.ts'

export const SENSORS_FROM_ZOOM = 12
export const KINDS_FROM_ZOOM = 14.6

/** Controllers are drawn as signals and phones as crews. */
const sensorsOf = perCity((city) =>
  city.layers.device.filter(({ properties }) => properties.kind !== 'controller' && properties.kind !== 'phone'),
)

export const keyOf = (device: Place): string => device.properties.key ?? ''
export const stateOf = (device: Place, tables: LiveTables): StateName => tables.devices.get(keyOf(device))?.state ?? 'offline'
const kindOf = (device: Place): string =>
  device.properties.kind !== undefined && device.properties.kind in KIND_SHAPES ? device.properties.kind : 'other'

let raised_cache: { version: string; raised: readonly Place[] } = { version: '', raised: [] }

/** Those that need a look, the worst last so that they lie on top. */
function raisedOf(sensors: readonly Place[], scene: Scene): readonly Place[] {
  const version = `${scene.city.stamp} ${scene.versions.devices}`
  if (raised_cache.version !== version) {
    const raised = sensors.filter((device) => STATE_RANK[stateOf(device, scene.tables)] >= STATE_RANK.watch)
    raised.sort((a, b) => STATE_RANK[stateOf(a, scene.tables)] - STATE_RANK[stateOf(b, scene.tables)])
    raised_cache = { version, raised }
  }
  return raised_cache.raised
}

export function sensors(scene: Scene): Drawing[] {
  if (scene.zoom < SENSORS_FROM_ZOOM) return districtFigures(scene)
  const { city, tables, versions, zoom } = scene
  const all = sensorsOf(city)
  const raised = raisedOf(all, scene)
  const near = zoom >= KINDS_FROM_ZOOM
  const symbol = (device: Place): string => {
    const state = stateOf(device, tables)
    if (near) return `kind:${kindOf(device)}:${state}`
    return state === 'normal' ? 'plain:calm' : `state:${state}`
  }
  const choose = (device: Place) => ({ kind: 'device' as const, id: keyOf(device) })
  const isRaised = (device: Place): boolean => STATE_RANK[stateOf(device, tables)] >= STATE_RANK.watch
  return [
    {
      type: 'points',
      id: 'sensors',
      count: all.length,
      version: city.stamp,
      style: `${versions.devices} ${near}`,
      scale: near ? 1 : symbolScale(zoom),
      choose: (i) => choose(all[i]),
      at: (i) => all[i].at,
      symbol: (i) => symbol(all[i]),
      size_px: (i) => (isRaised(all[i]) ? 0 : near ? 24 : stateOf(all[i], tables) === 'offline' ? 13 : 7.5),
      turn_deg: NO_TURN,
    },
    {
      type: 'points',
      id: 'sensors-raised',
      count: raised.length,
      version: versions.devices,
      style: near ? 1 : 0,
      scale: near ? 1 : symbolScale(zoom),
      choose: (i) => choose(raised[i]),
      at: (i) => raised[i].at,
      symbol: (i) => symbol(raised[i]),
      size_px: () => (near ? 30 : 19),
      turn_deg: NO_TURN,
    },
  ]
}

export interface DistrictFigure {
  readonly place: Place
  readonly devices: number
  readonly raised: number
  readonly worst: StateName
}

let figures_cache: { version: string; figures: readonly DistrictFigure[] } = { version: '', figures: [] }

export function districtFiguresOf({ city, tables, versions }: Scene): readonly DistrictFigure[] {
  const version = `${city.stamp} ${versions.devices}`
  if (figures_cache.version === version) return figures_cache.figures
  const byDistrict = new Map<string, { devices: number; raised: number; worst: StateName }>()
  for (const device of sensorsOf(city)) {
    const id = device.properties.district ?? ''
    const sum = byDistrict.get(id) ?? { devices: 0, raised: 0, worst: 'normal' }
    const state = stateOf(device, tables)
    sum.devices++
    if (STATE_RANK[state] >= STATE_RANK.watch) sum.raised++
    // One silent bin does not make a district offline.
    if (state !== 'offline' && STATE_RANK[state] > STATE_RANK[sum.worst]) sum.worst = state
    byDistrict.set(id, sum)
  }
  const figures = city.layers.district.map((place) => ({
    place,
    ...(byDistrict.get(place.properties.id) ?? { devices: 0, raised: 0, worst: 'normal' as const }),
  }))
  figures_cache = { version, figures }
  return figures
}

function districtFigures(scene: Scene): Drawing[] {
  const figures = districtFiguresOf(scene)
  return [
    {
      type: 'points',
      id: 'district-figures',
      count: figures.length,
      version: scene.city.stamp,
      style: scene.versions.devices,
      scale: 1,
      choose: (i) => ({ kind: 'district', id: figures[i].place.properties.id }),
      at: (i) => figures[i].place.at,
      symbol: (i) => `district:${figures[i].worst}`,
      size_px: () => 84,
      turn_deg: NO_TURN,
    },
  ]
}
