/** Moving the map with mouse, fingers, wheel and keys; the same for both painters. Turning and tilting are left out on purpose. */
import { centrePixel, createProjection, type Projection, type View, zoomAround } from './projection.ts'

export interface GestureTarget {
  projection(): Projection | null
  move(view: View): void
  press(x_px: number, y_px: number): void
  hover(x_px: number, y_px: number): void
  leave(): void
}

const CLICK_PX_MAX = 5
const KEY_PX = 120

/** The view after the map was dragged by so many pixels. */
export function pan({ view, frame, toLonLat }: Projection, dx: number, dy: number): View {
  const [x, y] = centrePixel(frame)
  const [lon, lat] = toLonLat(x - dx, y - dy)
  return { lon, lat: Math.max(-85, Math.min(85, lat)), zoom: view.zoom }
}

interface Finger {
  x: number
  y: number
}

export function attachGestures(element: HTMLElement, target: GestureTarget): () => void {
  const fingers = new Map<number, Finger>()
  let travelled = 0
  const listening = new AbortController()
  const options = { signal: listening.signal }
  const local = (event: MouseEvent): Finger => {
    const box = element.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }

  function pinch(before: readonly Finger[], after: readonly Finger[]): void {
    const projection = target.projection()
    if (projection === null) return
    const spread = (pair: readonly Finger[]): number => Math.hypot(pair[0].x - pair[1].x, pair[0].y - pair[1].y)
    const x = (after[0].x + after[1].x) / 2
    const y = (after[0].y + after[1].y) / 2
    const grown = Math.log2(Math.max(1, spread(after)) / Math.max(1, spread(before)))
    const zoomed = zoomAround(projection, x, y, projection.view.zoom + grown)
    const dx = x - (before[0].x + before[1].x) / 2
    const dy = y - (before[0].y + before[1].y) / 2
    target.move(pan(createProjection(zoomed, projection.frame), dx, dy))
  }

  element.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0) return
      element.setPointerCapture(event.pointerId)
      fingers.set(event.pointerId, local(event))
      travelled = 0
    },
    options,
  )
  element.addEventListener(
    'pointermove',
    (event) => {
      const here = local(event)
      const before = fingers.get(event.pointerId)
      if (before === undefined) return target.hover(here.x, here.y)
      travelled += Math.hypot(here.x - before.x, here.y - before.y)
      const pair = [...fingers.values()]
      fingers.set(event.pointerId, here)
      if (fingers.size === 2) return pinch(pair, [...fingers.values()])
      const projection = target.projection()
      if (projection !== null && travelled > CLICK_PX_MAX) target.move(pan(projection, here.x - before.x, here.y - before.y))
    },
    options,
  )
  const lift = (event: PointerEvent): void => {
    const here = local(event)
    if (fingers.delete(event.pointerId) && event.type === 'pointerup' && travelled <= CLICK_PX_MAX) target.press(here.x, here.y)
  }
  element.addEventListener('pointerup', lift, options)
  element.addEventListener('pointercancel', lift, options)
  element.addEventListener('pointerleave', () => target.leave(), options)
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      const projection = target.projection()
      if (projection === null) return
      const { x, y } = local(event)
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1
      const step = Math.max(-0.6, Math.min(0.6, (-event.deltaY * lines) / 280))
      target.move(zoomAround(projection, x, y, projection.view.zoom + step))
    },
    { ...options, passive: false },
  )
  element.addEventListener(
    'keydown',
    (event) => {
      const projection = target.projection()
      if (projection === null) return
      const [x, y] = centrePixel(projection.frame)
      const moves: Readonly<Record<string, () => View>> = {
        ArrowLeft: () => pan(projection, KEY_PX, 0),
        ArrowRight: () => pan(projection, -KEY_PX, 0),
        ArrowUp: () => pan(projection, 0, KEY_PX),
        ArrowDown: () => pan(projection, 0, -KEY_PX),
        '+': () => zoomAround(projection, x, y, projection.view.zoom + 0.5),
        '=': () => zoomAround(projection, x, y, projection.view.zoom + 0.5),
        '-': () => zoomAround(projection, x, y, projection.view.zoom - 0.5),
      }
      const move = moves[event.key]
      if (move === undefined) return
      event.preventDefault()
      target.move(move())
    },
    options,
  )
  return () => listening.abort()
}
