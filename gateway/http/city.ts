/** The static city in the shape of wire/city.ts. */
import { type Bounds, type LonLat, localFrame } from '../../engine/base/geo.ts'
import { type City, type CityDevice, deviceKey, type Junction, type LowPoint, type Road } from '../../engine/model/city.ts'
import type { CityDocument, CityFeature, CityGeometry, CityLayer, CityProperties } from '../wire/city.ts'

const point = (at: LonLat): CityGeometry => ({ type: 'Point', coordinates: at })

/** RFC 7946 wants a ring closed; the model allows both. */
function polygon(ring: readonly LonLat[]): CityGeometry {
  const first = ring[0]
  const last = ring[ring.length - 1]
  const closed = ring.length > 0 && (first[0] !== last[0] || first[1] !== last[1]) ? [...ring, first] : ring
  return { type: 'Polygon', coordinates: [closed] }
}

const feature = (geometry: CityGeometry, properties: CityProperties): CityFeature => ({ type: 'Feature', geometry, properties })

const roadFeature = (road: Road): CityFeature =>
  feature(
    { type: 'LineString', coordinates: road.line },
    {
      layer: 'road',
      id: road.id,
      class: road.class,
      name: road.name,
      lanes: road.lanes,
      oneway: road.oneway,
      speed_kmh: road.speed_kmh,
    },
  )

const junctionFeature = (junction: Junction): CityFeature =>
  feature(point(junction.at), {
    layer: 'junction',
    id: junction.id,
    name: junction.name,
    district: junction.district,
    phases: junction.phases.length,
  })

const lowPointFeature = (low: LowPoint): CityFeature =>
  feature(polygon(low.outline), {
    layer: 'low_point',
    id: low.id,
    name: low.name,
    district: low.district,
    grid: low.grid,
    threshold_m: low.threshold_m,
    gauges: low.gauges,
    pumps: low.pumps,
  })

const deviceFeature = (device: CityDevice): CityFeature =>
  feature(point(device.at), {
    layer: 'device',
    id: device.id,
    key: deviceKey(device.district, device.domain, device.id),
    kind: device.kind,
    domain: device.domain,
    name: device.name,
    district: device.district,
    grid: device.grid,
    place: device.place,
    params: device.params,
    metrics: device.metrics,
    interval_s: device.interval_s,
  })

export function cityDocument(city: City): CityDocument {
  return {
    type: 'FeatureCollection',
    id: city.id,
    name: city.name,
    timezone: city.timezone,
    source: city.source,
    bounds: city.bounds,
    features: [
      ...city.land.map((land, index) =>
        feature(polygon(land.outline), { layer: 'land', id: `land-${index}`, kind: land.kind, name: land.name }),
      ),
      ...city.roads.map(roadFeature),
      ...city.districts.map((d) => feature(polygon(d.outline), { layer: 'district', id: d.id, name: d.name })),
      ...city.grids.map((g) =>
        feature(polygon(g.outline), { layer: 'grid', id: g.code, name: g.name, district: g.district, officer: g.officer.name }),
      ),
      ...city.junctions.map(junctionFeature),
      ...city.low_points.map(lowPointFeature),
      ...city.depots.map((d) => feature(point(d.at), { layer: 'depot', id: d.id, name: d.name, district: d.district })),
      ...city.devices.map(deviceFeature),
    ],
  }
}

function boundsOf({ geometry }: CityFeature): Bounds {
  const points: readonly LonLat[] =
    geometry.type === 'Point' ? [geometry.coordinates] : geometry.type === 'LineString' ? geometry.coordinates : geometry.coordinates.flat()
  const lons = points.map(([lon]) => lon)
  const lats = points.map(([, lat]) => lat)
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]
}

const MAP_LAYERS: ReadonlySet<CityLayer> = new Set(['land', 'road', 'low_point'])

/** Land, roads and low points that reach into a square around a place: what a phone draws of a city that is too large for it. */
export function createSurroundings(document: CityDocument): (at: LonLat, radius_m: number) => CityDocument {
  const drawn = document.features
    .filter(({ properties }) => MAP_LAYERS.has(properties.layer))
    .map((one) => ({ one, bounds: boundsOf(one) }))
  return (at, radius_m) => {
    const { toLonLat } = localFrame(at)
    const [west, south] = toLonLat(-radius_m, -radius_m)
    const [east, north] = toLonLat(radius_m, radius_m)
    const near = drawn.filter(({ bounds: [w, s, e, n] }) => w <= east && e >= west && s <= north && n >= south)
    return { ...document, bounds: [west, south, east, north], features: near.map(({ one }) => one) }
  }
}
