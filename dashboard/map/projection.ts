/** Web Mercator for a flat map that looks straight down, with the same zoom as deck.gl (512 px for the world at zoom 0). */
import type { Bounds, LonLat } from '../../engine/base/geo.ts'

export interface View {
  readonly lon: number
  readonly lat: number
  readonly zoom: number
}

/** The drawing area and how much of each side lies beneath panels; the view's centre is the centre of what is left. */
export interface Frame {
  readonly width: number
  readonly height: number
  readonly padding: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number }
  /** Multiplies symbols, lines and names: 1 on a 1080p wall, 2 on a 4K wall of the same layout. */
  readonly scale: number
}

export interface Projection {
  readonly view: View
  readonly frame: Frame
  toPixel(at: LonLat): [x_px: number, y_px: number]
  toLonLat(x_px: number, y_px: number): [lon: number, lat: number]
  readonly metres_per_px: number
}

/** The zoom that decides what is shown: a 4K wall shows what a 1080p wall shows, with more pixels each. */
export const detailZoom = ({ view, frame }: Pick<Projection, 'view' | 'frame'>): number => view.zoom - Math.log2(frame.scale)

export const ZOOM_MIN = 8
export const ZOOM_MAX = 19
const WORLD_PX = 512
const RADIANS = Math.PI / 180
const EQUATOR_M = 40_075_016.686

const mercatorY = (lat: number): number => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * RADIANS) / 2)) / (2 * Math.PI)
const latitude = (y: number): number => (2 * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - Math.PI / 2) / RADIANS

export const centrePixel = ({ width, height, padding }: Frame): [x_px: number, y_px: number] => [
  padding.left + (width - padding.left - padding.right) / 2,
  padding.top + (height - padding.top - padding.bottom) / 2,
]

export function createProjection(view: View, frame: Frame): Projection {
  const scale = WORLD_PX * 2 ** view.zoom
  const centre_x = ((view.lon + 180) / 360) * scale
  const centre_y = mercatorY(view.lat) * scale
  const [middle_x, middle_y] = centrePixel(frame)
  return {
    view,
    frame,
    toPixel: ([lon, lat]) => [((lon + 180) / 360) * scale - centre_x + middle_x, mercatorY(lat) * scale - centre_y + middle_y],
    toLonLat: (x, y) => [((x - middle_x + centre_x) / scale) * 360 - 180, latitude((y - middle_y + centre_y) / scale)],
    metres_per_px: (EQUATOR_M * Math.cos(view.lat * RADIANS)) / scale,
  }
}

/** The view that shows the whole bounds in the free part of the frame. */
export function fitBounds([west, south, east, north]: Bounds, frame: Frame): View {
  const { padding } = frame
  const width = Math.max(1, frame.width - padding.left - padding.right)
  const height = Math.max(1, frame.height - padding.top - padding.bottom)
  const span_x = Math.max(1e-9, (east - west) / 360)
  const span_y = Math.max(1e-9, mercatorY(south) - mercatorY(north))
  const zoom = Math.log2(Math.min(width / span_x, height / span_y) / WORLD_PX)
  return {
    lon: (west + east) / 2,
    lat: latitude((mercatorY(south) + mercatorY(north)) / 2),
    zoom: Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, zoom)),
  }
}

/** The view after zooming so that what is under the pointer stays there. */
export function zoomAround(projection: Projection, x_px: number, y_px: number, zoom: number): View {
  const clipped = Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, zoom))
  const held = projection.toLonLat(x_px, y_px)
  const moved = createProjection({ ...projection.view, zoom: clipped }, projection.frame)
  const [x, y] = moved.toPixel(held)
  const [middle_x, middle_y] = centrePixel(projection.frame)
  const [lon, lat] = moved.toLonLat(middle_x + x - x_px, middle_y + y - y_px)
  return { lon, lat, zoom: clipped }
}
