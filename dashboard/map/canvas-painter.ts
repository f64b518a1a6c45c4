/** The same map on a plain 2D canvas, for machines without WebGL2: same drawings, same symbols, same choosing. */
import type { Atlas } from '../layers/atlas.ts'
import type { Drawing, PathDrawing, PointDrawing, PolygonDrawing } from '../layers/drawing.ts'
import type { Selection } from '../state/selection.ts'
import { type Rgba, token } from '../tokens.ts'
import type { MapPainter } from './painter.ts'
import type { Projection } from './projection.ts'

const css = ([red, green, blue, alpha]: Rgba): string => `rgb(${red} ${green} ${blue} / ${alpha / 255})`
const RADIANS = Math.PI / 180

function trace(context: CanvasRenderingContext2D, line: readonly (readonly [number, number])[], projection: Projection): void {
  context.beginPath()
  line.forEach((at, i) => {
    const [x, y] = projection.toPixel(at)
    if (i === 0) context.moveTo(x, y)
    else context.lineTo(x, y)
  })
}

function distanceToLine(x: number, y: number, line: readonly (readonly [number, number])[], projection: Projection): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 1; i < line.length; i++) {
    const [ax, ay] = projection.toPixel(line[i - 1])
    const [bx, by] = projection.toPixel(line[i])
    const span = (bx - ax) ** 2 + (by - ay) ** 2
    const share = span === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / span))
    least = Math.min(least, Math.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay)))
  }
  return least
}

function insidePixels(x: number, y: number, ring: readonly (readonly [number, number])[], projection: Projection): boolean {
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ax, ay] = projection.toPixel(ring[i])
    const [bx, by] = projection.toPixel(ring[j])
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}

function hit(drawing: Drawing, i: number, x: number, y: number, radius: number, projection: Projection): boolean {
  if (drawing.type === 'polygons') return insidePixels(x, y, drawing.ring(i), projection)
  if (drawing.type === 'paths')
    return distanceToLine(x, y, drawing.path(i), projection) <= radius + (drawing.width_px(i) * drawing.scale * projection.frame.scale) / 2
  const [px, py] = projection.toPixel(drawing.at(i))
  return drawing.size_px(i) > 0 && Math.hypot(px - x, py - y) <= radius + (drawing.size_px(i) * drawing.scale * projection.frame.scale) / 3
}

export function createCanvasPainter(canvas: HTMLCanvasElement, atlas: Atlas, onSettled: () => void): MapPainter {
  const context = canvas.getContext('2d')
  let painted: readonly Drawing[] = []
  let last: Projection | null = null

  function polygons(drawing: PolygonDrawing, projection: Projection): void {
    if (context === null) return
    for (let i = 0; i < drawing.count; i++) {
      const fill = drawing.fill(i)
      if (fill[3] === 0) continue
      trace(context, drawing.ring(i), projection)
      context.fillStyle = css(fill)
      context.fill()
    }
  }

  function paths(drawing: PathDrawing, projection: Projection): void {
    if (context === null) return
    context.lineCap = 'round'
    context.lineJoin = 'round'
    for (let i = 0; i < drawing.count; i++) {
      trace(context, drawing.path(i), projection)
      context.strokeStyle = css(drawing.colour(i))
      context.lineWidth = drawing.width_px(i) * drawing.scale * projection.frame.scale
      context.stroke()
    }
  }

  function points(drawing: PointDrawing, projection: Projection): void {
    if (context === null) return
    for (let i = 0; i < drawing.count; i++) {
      const size = drawing.size_px(i) * drawing.scale * projection.frame.scale
      const cell = atlas.cells[drawing.symbol(i)]
      const [x, y] = projection.toPixel(drawing.at(i))
      const { width, height } = projection.frame
      if (size === 0 || x < -size || y < -size || x > width + size || y > height + size) continue
      context.save()
      context.translate(x, y)
      context.rotate(drawing.turn_deg(i) * RADIANS)
      context.drawImage(atlas.canvas, cell.x, cell.y, cell.width, cell.height, -size / 2, -size / 2, size, size)
      context.restore()
    }
  }

  return {
    kind: 'canvas',
    settled: true,
    resize({ width, height }) {
      canvas.width = Math.round(width * devicePixelRatio)
      canvas.height = Math.round(height * devicePixelRatio)
    },
    paint(drawings, projection) {
      if (context === null) return
      painted = drawings
      last = projection
      const ratio = canvas.width / projection.frame.width
      context.setTransform(ratio, 0, 0, ratio, 0, 0)
      context.fillStyle = token('ground')
      context.fillRect(0, 0, projection.frame.width, projection.frame.height)
      for (const drawing of drawings) {
        if (drawing.type === 'polygons') polygons(drawing, projection)
        else if (drawing.type === 'paths') paths(drawing, projection)
        else points(drawing, projection)
      }
      onSettled()
    },
    pick(x, y, radius): Selection | null {
      if (last === null) return null
      for (const drawing of [...painted].reverse()) {
        if (drawing.choose === null) continue
        for (let i = drawing.count - 1; i >= 0; i--) if (hit(drawing, i, x, y, radius, last)) return drawing.choose(i)
      }
      return null
    },
    stop: () => undefined,
  }
}
