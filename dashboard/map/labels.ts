/** The names on the map: what asks for a label at this zoom, and the canvas they are set on (above the painted map, below the panels). */
import type { Text } from '../../gateway/wire/frames.ts'
import type { CityIndex } from '../data/city.ts'
import { figure, metricText } from '../i18n/format.ts'
import { pick } from '../i18n/index.ts'
import { perCity, type Scene } from '../layers/drawing.ts'
import { clustersOf } from '../layers/events.ts'
import { depthOf, WET_M } from '../layers/flood.ts'
import type { LayerId } from '../layers/ids.ts'
import { roadStyle } from '../layers/roads.ts'
import { districtFiguresOf, SENSORS_FROM_ZOOM } from '../layers/sensors.ts'
import { token, translucent } from '../tokens.ts'
import { type Box, type LabelRequest, type LabelStyle, type PlacedLabel, type Point, placeLabels } from './label-placement.ts'
import type { Projection } from './projection.ts'
import { streetChains } from './street-chains.ts'

const STYLE = {
  district: { size_px: 19, weight: 500, colour: 'label-district', spacing_px: 7 },
  water: { size_px: 15, weight: 400, colour: 'label-water', spacing_px: 5 },
  road: { size_px: 14, weight: 400, colour: 'label-road', spacing_px: 1.5 },
  street: { size_px: 14, weight: 400, colour: 'label-district', spacing_px: 1 },
  grid: { size_px: 14, weight: 400, colour: 'label-district', spacing_px: 0 },
  low_point: { size_px: 14, weight: 500, colour: 'text-2', spacing_px: 0 },
  flooded: { size_px: 16, weight: 600, colour: 'state-warning', spacing_px: 0 },
  figure: { size_px: 20, weight: 600, colour: 'text', spacing_px: 0 },
  badge: { size_px: 14, weight: 700, colour: 'text', spacing_px: 0 },
} satisfies Record<string, LabelStyle>

const LOW_POINT_NAMES_FROM_ZOOM = 13.6
const streetsOf = perCity((city: CityIndex) =>
  streetChains(city.layers.road).sort((a, b) => roadStyle(b.road).rank - roadStyle(a.road).rank),
)
/** From which zoom a road of a rank (0 service … 6 motorway) carries its name. */
const NAME_FROM_ZOOM = [16, 15.2, 14.2, 13, 11.5, 10.5, 10]

function pixelLine(line: readonly (readonly [number, number])[], projection: Projection): Point[] {
  const points: Point[] = []
  for (const at of line) {
    const [x, y] = projection.toPixel(at)
    const last = points[points.length - 1]
    // Points closer than 2 px only make the text tremble.
    if (last === undefined || Math.hypot(x - last.x, y - last.y) >= 2) points.push({ x, y })
  }
  return points
}

function visibleRuns(points: readonly Point[], area: Box): Point[][] {
  const runs: Point[][] = []
  let run: Point[] = []
  for (let i = 0; i < points.length; i++) {
    const { x, y } = points[i]
    const near = x > area.left - 60 && x < area.right + 60 && y > area.top - 60 && y < area.bottom + 60
    if (near) run.push(points[i])
    else if (run.length > 0) {
      runs.push(run)
      run = []
    }
  }
  if (run.length > 0) runs.push(run)
  return runs.filter((candidate) => candidate.length > 1)
}

function streetRequests(scene: Scene, projection: Projection, area: Box): LabelRequest[] {
  const requests: LabelRequest[] = []
  for (const { road, line } of streetsOf(scene.city)) {
    const { rank } = roadStyle(road)
    if (scene.zoom < NAME_FROM_ZOOM[rank]) continue
    for (const run of visibleRuns(pixelLine(line, projection), area))
      requests.push({
        text: pick(road.properties.name),
        style: rank >= 4 ? STYLE.road : STYLE.street,
        priority: 40 - rank,
        line: run,
        repeat_px: 420,
      })
  }
  return requests
}

function areaRequests(
  scene: Scene,
  at: (place: { at: readonly [number, number] }) => Point,
  visible: ReadonlySet<LayerId>,
): LabelRequest[] {
  const { city, zoom } = scene
  const requests: LabelRequest[] = []
  const add = (name: Text | null, point: Point, style: LabelStyle, priority: number): void => {
    const text = pick(name)
    if (text !== '') requests.push({ text, style, priority, at: point })
  }
  if (visible.has('grids') && zoom < 14.2)
    for (const place of city.layers.district) {
      const point = at(place)
      add(place.properties.name, zoom < SENSORS_FROM_ZOOM ? { x: point.x, y: point.y + 56 } : point, STYLE.district, 20)
    }
  if (visible.has('grids') && zoom >= 14.6) for (const place of city.layers.grid) add(place.properties.name, at(place), STYLE.grid, 70)
  for (const place of city.layers.land)
    add(
      place.properties.name,
      at(place),
      place.properties.kind === 'water' ? STYLE.water : STYLE.grid,
      place.properties.kind === 'water' ? 44 : 45,
    )
  return requests
}

function dataRequests(
  scene: Scene,
  at: (place: { at: readonly [number, number] }) => Point,
  visible: ReadonlySet<LayerId>,
): LabelRequest[] {
  const requests: LabelRequest[] = []
  if (visible.has('sensors') && scene.zoom < SENSORS_FROM_ZOOM)
    for (const { place, devices, raised } of districtFiguresOf(scene))
      requests.push({
        text: raised > 0 ? `${figure(raised)} / ${figure(devices)}` : figure(devices),
        style: { ...STYLE.figure, size_px: raised > 0 ? 16 : 20 },
        priority: 1,
        fixed: true,
        at: at(place),
      })
  if (visible.has('flood'))
    for (const place of scene.city.layers.low_point) {
      const depth_m = depthOf(place, scene.tables)
      const wet = depth_m !== null && depth_m >= WET_M
      const limit_m = place.properties.threshold_m ?? Number.POSITIVE_INFINITY
      const over = depth_m !== null && depth_m >= limit_m
      // Far away only what is near its limit has a name.
      if (scene.zoom < LOW_POINT_NAMES_FROM_ZOOM && (depth_m === null || depth_m < 0.7 * limit_m)) continue
      const name = pick(place.properties.name)
      requests.push({
        text: wet ? `${name} ${metricText('level_m', depth_m)}` : name,
        style: over ? STYLE.flooded : STYLE.low_point,
        priority: over ? 5 : wet ? 12 : 50,
        at: at(place),
        beside_px: over ? 27 : scene.zoom > 14.6 ? 24 : 12,
      })
    }
  return requests
}

export interface LabelPainter {
  paint(scene: Scene, projection: Projection, visible: ReadonlySet<LayerId>): void
}

const FONT = '"Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif'
const font = (style: LabelStyle): string => `${style.weight} ${style.size_px}px ${FONT}`

const enlarge = (style: LabelStyle, scale: number): LabelStyle => ({
  ...style,
  size_px: style.size_px * scale,
  spacing_px: style.spacing_px * scale,
})

export function createLabelPainter(canvas: HTMLCanvasElement): LabelPainter {
  const context = canvas.getContext('2d')
  const widths = new Map<string, number>()

  function measure(text: string, style: LabelStyle): number {
    const key = `${style.weight} ${style.size_px} ${text}`
    const known = widths.get(key)
    if (known !== undefined) return known
    if (context === null) return text.length * style.size_px
    context.font = font(style)
    const { width } = context.measureText(text)
    widths.set(key, width)
    return width
  }

  function set(label: PlacedLabel): void {
    if (context === null) return
    const { style } = label.request
    context.font = font(style)
    context.letterSpacing = label.glyphs.length === 1 ? `${style.spacing_px}px` : '0px'
    context.strokeStyle = translucent('ground', 0.88)
    context.lineWidth = style.size_px * 0.24
    context.fillStyle = token(style.colour)
    for (const stroke of [true, false])
      for (const glyph of label.glyphs) {
        context.save()
        context.translate(glyph.x, glyph.y)
        context.rotate(glyph.angle)
        if (stroke) context.strokeText(glyph.text, 0, 0)
        else context.fillText(glyph.text, 0, 0)
        context.restore()
      }
  }

  /** The number of events that one symbol stands for, on a small plate. */
  function paintBadges(scene: Scene, projection: Projection, scale: number): void {
    if (context === null) return
    for (const { at, size } of clustersOf(scene)) {
      if (size < 2) continue
      const [x, y] = projection.toPixel(at)
      const text = figure(size)
      const style = enlarge(STYLE.badge, scale)
      context.font = font(style)
      context.letterSpacing = '0px'
      const half = Math.max(10 * scale, measure(text, style) / 2 + 6 * scale)
      context.fillStyle = token('ground')
      context.strokeStyle = token('text-2')
      context.lineWidth = 1
      context.beginPath()
      context.roundRect(x + 14 * scale - half, y - 28 * scale, 2 * half, 19 * scale, 9.5 * scale)
      context.fill()
      context.stroke()
      context.fillStyle = token(style.colour)
      context.fillText(text, x + 14 * scale, y - 18 * scale)
    }
  }

  return {
    paint(scene, projection, visible) {
      if (context === null) return
      const { frame } = projection
      const { scale } = frame
      const ratio = canvas.width / frame.width
      context.setTransform(ratio, 0, 0, ratio, 0, 0)
      context.clearRect(0, 0, frame.width, frame.height)
      context.textAlign = 'center'
      context.textBaseline = 'middle'
      context.lineJoin = 'round'
      const area: Box = {
        left: frame.padding.left + 4,
        top: frame.padding.top + 4,
        right: frame.width - frame.padding.right - 4,
        bottom: frame.height - frame.padding.bottom - 4,
      }
      const at = (place: { at: readonly [number, number] }): Point => {
        const [x, y] = projection.toPixel(place.at)
        return { x, y }
      }
      const requests = [...areaRequests(scene, at, visible), ...dataRequests(scene, at, visible)]
      if (visible.has('roads')) requests.push(...streetRequests(scene, projection, area))
      const taken = visible.has('events') ? clustersOf(scene).map((cluster) => symbolBox(at(cluster), 20 * scale)) : []
      const scaled = requests.map((request) => ({ ...request, style: enlarge(request.style, scale) }))
      for (const label of placeLabels(scaled, measure, area, taken)) set(label)
      if (visible.has('events')) paintBadges(scene, projection, scale)
    },
  }
}

const symbolBox = ({ x, y }: Point, half: number): Box => ({ left: x - half, right: x + half, top: y - half, bottom: y + half })
