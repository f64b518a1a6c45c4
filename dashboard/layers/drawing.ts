/**
 * What a layer wants drawn, without saying how: three shapes of data that read their items by index. The deck.gl painter and the plain
 * canvas painter both take these, so a layer is written once. `version` changes when items come, go or move; `style` when only their
 * looks change; the painters upload nothing while both stand still.
 */
import type { LonLat } from '../../engine/base/geo.ts'
import type { TableName } from '../../gateway/wire/frames.ts'
import type { CityIndex } from '../data/city.ts'
import type { Motion } from '../data/motion.ts'
import type { RoadFlow } from '../data/road-flow.ts'
import type { LiveTables } from '../data/tables.ts'
import type { Selection } from '../state/selection.ts'
import type { Rgba } from '../tokens.ts'

export type Stamp = string | number

interface DrawingBase {
  readonly id: string
  readonly count: number
  readonly version: Stamp
  readonly style: Stamp
  /** Multiplies all widths or sizes, without any upload: for widths that grow with the zoom. */
  readonly scale: number
  /** What a press on the item chooses; null for what cannot be chosen. */
  readonly choose: ((index: number) => Selection | null) | null
}

export interface PolygonDrawing extends DrawingBase {
  readonly type: 'polygons'
  readonly ring: (index: number) => readonly LonLat[]
  readonly fill: (index: number) => Rgba
}

export interface PathDrawing extends DrawingBase {
  readonly type: 'paths'
  readonly path: (index: number) => readonly LonLat[]
  readonly colour: (index: number) => Rgba
  readonly width_px: (index: number) => number
}

export interface PointDrawing extends DrawingBase {
  readonly type: 'points'
  readonly at: (index: number) => LonLat
  /** A name of the atlas. */
  readonly symbol: (index: number) => string
  /** Width of the symbol's 32-unit cell. */
  readonly size_px: (index: number) => number
  /** Clockwise from north. */
  readonly turn_deg: (index: number) => number
}

export type Drawing = PolygonDrawing | PathDrawing | PointDrawing

/** Everything a layer may look at. */
export interface Scene {
  readonly city: CityIndex
  readonly tables: LiveTables
  readonly versions: Readonly<Record<TableName, number>>
  readonly motion: Motion
  readonly flow: RoadFlow
  /** The brain's clock, to the minute; null before anything was heard. */
  readonly now: number | null
  readonly local_ms: number
  /** As `detailZoom` says. */
  readonly zoom: number
  readonly selection: Selection | null
}

/** Remembers one value per city, for what depends on the static city alone. */
export function perCity<T>(make: (city: CityIndex) => T): (city: CityIndex) => T {
  const made = new WeakMap<CityIndex, T>()
  return (city) => {
    const known = made.get(city)
    if (known !== undefined) return known
    const fresh = make(city)
    made.set(city, fresh)
    return fresh
  }
}

export const NO_TURN = (): number => 0
/** How symbols grow between zoom 11 and 17. */
export const symbolScale = (zoom: number): number => Math.min(1.5, Math.max(0.7, 0.7 + (zoom - 11) * 0.13))
