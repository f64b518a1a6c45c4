/**
 * What `GET /api/v1/city` answers: the static city as one GeoJSON FeatureCollection (RFC 7946), with the city's own members beside `features`.
 * `properties.layer` says what a feature is; `properties.id` is unique within its layer.
 */
import type { Bounds, LonLat } from '../../engine/base/geo.ts'
import type { Text } from './frames.ts'

export type CityLayer = 'land' | 'road' | 'district' | 'grid' | 'junction' | 'low_point' | 'depot' | 'device'

export interface CityProperties {
  readonly layer: CityLayer
  readonly id: string
  /** Land: water, green, built. Device: level_gauge, bin, …. */
  readonly kind?: string
  readonly domain?: string
  /** Road class. */
  readonly class?: string
  readonly name: Text | null
  /** Device key `{district}/{domain}/{id}`. */
  readonly key?: string
  readonly district?: string
  readonly grid?: string | null
  /** Low point, junction or depot that a device belongs to. */
  readonly place?: string | null
  readonly params?: Readonly<Record<string, number>>
  readonly metrics?: readonly string[]
  readonly interval_s?: number
  readonly threshold_m?: number
  readonly gauges?: readonly string[]
  readonly pumps?: readonly string[]
  /** Lanes of a road. */
  readonly lanes?: number
  readonly oneway?: boolean
  readonly speed_kmh?: number
  /** Phases of a junction's signal; 0 for one without. */
  readonly phases?: number
  readonly officer?: Text
}

export type CityGeometry =
  | { readonly type: 'Point'; readonly coordinates: LonLat }
  | { readonly type: 'LineString'; readonly coordinates: readonly LonLat[] }
  | { readonly type: 'Polygon'; readonly coordinates: readonly (readonly LonLat[])[] }

export interface CityFeature {
  readonly type: 'Feature'
  readonly geometry: CityGeometry
  readonly properties: CityProperties
}

export interface CityDocument {
  readonly type: 'FeatureCollection'
  readonly id: string
  readonly name: Text
  readonly timezone: string
  readonly source: string
  readonly bounds: Bounds
  readonly features: readonly CityFeature[]
}
