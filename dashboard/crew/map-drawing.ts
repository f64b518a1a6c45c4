/** The map around a job as SVG paths: local metres, north up, the job in the middle. Pure. */
import { type LonLat, localFrame } from '../../engine/base/geo.ts'
import type { CityDocument, CityGeometry } from '../../gateway/wire/city.ts'

export interface DrawnPath {
  readonly id: string
  /** `land-water`, `road-primary`, `low_point`. */
  readonly class: string
  readonly d: string
}

export interface MapDrawing {
  /** Land first, then low points, then roads from small to large. */
  readonly paths: readonly DrawnPath[]
  toXY(at: readonly number[]): readonly [x: number, y: number]
}

const ROAD_ORDER = ['service', 'residential', 'tertiary', 'secondary', 'primary', 'trunk', 'motorway']
const LAYER_ORDER = ['land', 'low_point', 'road']

export function drawMap(document: CityDocument | null, centre: readonly number[]): MapDrawing {
  const frame = localFrame([centre[0], centre[1]])
  const toXY = ([lon, lat]: readonly number[]): readonly [number, number] => {
    const [x, y] = frame.toXY([lon, lat])
    // Screens count downwards.
    return [Math.round(x), -Math.round(y)]
  }
  const line = (points: readonly LonLat[]): string => `M${points.map((point) => toXY(point).join(' ')).join('L')}`
  const pathOf = (geometry: CityGeometry): string =>
    geometry.type === 'Polygon'
      ? geometry.coordinates.map((ring) => `${line(ring)}Z`).join('')
      : geometry.type === 'LineString'
        ? line(geometry.coordinates)
        : ''
  const paths = (document?.features ?? []).map(({ geometry, properties }) => {
    const { layer, id, kind, class: road } = properties
    const order = LAYER_ORDER.indexOf(layer) * 10 + ROAD_ORDER.indexOf(road ?? '')
    const name = layer === 'land' ? `land-${kind}` : layer === 'road' ? `road-${road}` : layer
    return { order, id: `${layer}:${id}`, class: name, d: pathOf(geometry) }
  })
  return { paths: paths.sort((a, b) => a.order - b.order), toXY }
}

export const routePath = ({ toXY }: MapDrawing, route: readonly (readonly number[])[]): string =>
  route.length < 2 ? '' : `M${route.map((point) => toXY(point).join(' ')).join('L')}`

const SCALES_M = [20, 50, 100, 200, 500, 1000]
/** The longest round length that is at most a third of the width. */
export const scaleFor = (width_m: number): number => SCALES_M.findLast((m) => m <= width_m / 3) ?? SCALES_M[0]
