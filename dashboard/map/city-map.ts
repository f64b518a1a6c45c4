/**
 * The map as one thing: two canvases (the painted map, the names above it), a painter, the gestures. It redraws when something it shows
 * changed, at most once per animation frame, ten times a second while crews are on their way, and not at all while nothing moves.
 */
import { computed, effect } from '@preact/signals'
import { perTable } from '../../gateway/wire/frames.ts'
import { moving, observeCrews } from '../data/motion.ts'
import { observeRoads } from '../data/road-flow.ts'
import { language } from '../i18n/index.ts'
import { type Atlas, createAtlas } from '../layers/atlas.ts'
import { chosenAt } from '../layers/chosen.ts'
import type { Scene } from '../layers/drawing.ts'
import type { LayerId } from '../layers/ids.ts'
import { drawScene, USUAL_LAYERS } from '../layers/index.ts'
import type { Selection } from '../state/selection.ts'
import type { Wall } from '../state/wall.ts'
import { createCanvasPainter } from './canvas-painter.ts'
import { attachGestures, pan } from './gestures.ts'
import { createLabelPainter } from './labels.ts'
import type { MapPainter } from './painter.ts'
import { createProjection, detailZoom, type Frame, fitBounds, type Projection } from './projection.ts'

const MOTION_MS = 100
const MINUTE_MS = 60_000
const PICK_PX = 6
/** How far from an edge a chosen thing has to be. */
const EDGE_PX = 40

export interface MapElements {
  readonly root: HTMLElement
  readonly ground: HTMLCanvasElement
  readonly labels: HTMLCanvasElement
}

export interface MapOptions {
  readonly wall: Wall
  readonly elements: MapElements
  /** Parts of the root that lie beneath panels. */
  readonly padding: () => Frame['padding']
  readonly onHover: (selection: Selection | null, x_px: number, y_px: number) => void
  /** Told after a drawing whose view differs from the one before. */
  readonly onView: (projection: Projection) => void
  readonly plain: boolean
  readonly webgl: boolean
}

async function createPainter({ elements, plain, webgl }: MapOptions, atlas: Atlas, onSettled: () => void): Promise<MapPainter> {
  if (!webgl) return createCanvasPainter(elements.ground, atlas, onSettled)
  const { createDeckPainter } = await import('./deck-painter.ts')
  return createDeckPainter({ canvas: elements.ground, atlas, plain, onSettled, onFailure: (error) => console.error(error.message) })
}

/** The root's type size decides; below 1080p symbols and names shrink less than the panels, or they could not be read. */
const typeScale = (): number => Math.max(0.88, Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16)

function measureFrame({ elements, padding }: MapOptions): Frame {
  const { clientWidth: width, clientHeight: height } = elements.root
  return { width, height, padding: padding(), scale: typeScale() }
}

const visibleLayers = (wall: Wall): ReadonlySet<LayerId> => wall.layers.value ?? USUAL_LAYERS

export async function createCityMap(options: MapOptions): Promise<() => void> {
  const { wall, elements } = options
  const labels = createLabelPainter(elements.labels)
  const painter = await createPainter(options, createAtlas(), () => {
    elements.root.dataset.ready = painter.kind
  })
  let projection: Projection | null = null
  let told: Projection | null = null
  let requested = 0
  let timer: ReturnType<typeof setTimeout> | null = null
  let frame = measureFrame(options)
  // What grows too old has to go although nothing comes: the map looks at the clock once a minute.
  const minute = computed(() => (wall.now.value === null ? null : wall.now.value - (wall.now.value % MINUTE_MS)))

  function resize(): void {
    frame = measureFrame(options)
    elements.labels.width = Math.round(frame.width * devicePixelRatio)
    elements.labels.height = Math.round(frame.height * devicePixelRatio)
    painter.resize(frame)
    request()
  }

  function scene(): Scene | null {
    const city = wall.city.value
    if (city === null) return null
    const view = wall.view.value ?? fitBounds(city.bounds, frame)
    projection = createProjection(view, frame)
    return {
      city,
      tables: wall.data.tables,
      versions: perTable((table) => wall.data.versions[table].value),
      motion: wall.motion,
      flow: wall.flow,
      now: minute.value,
      local_ms: performance.now(),
      zoom: detailZoom(projection),
      selection: wall.selection.value,
    }
  }

  function draw(): void {
    requested = 0
    const current = scene()
    if (current === null || projection === null) return
    const visible = visibleLayers(wall)
    painter.paint(drawScene(current, visible), projection)
    labels.paint(current, projection, visible)
    if (told === null || told.view !== projection.view || told.frame !== projection.frame) options.onView(projection)
    told = projection
    if (moving(wall.motion, current.local_ms) && timer === null)
      timer = setTimeout(() => {
        timer = null
        request()
      }, MOTION_MS)
  }

  function request(): void {
    if (requested === 0) requested = requestAnimationFrame(draw)
  }

  const stopCrews = effect(() => {
    void wall.data.versions.crews.value
    observeCrews(wall.motion, wall.data.tables.crews, performance.now())
  })
  const stopRoads = effect(() => {
    void wall.data.versions.roads.value
    observeRoads(wall.flow, wall.data.tables.roads, wall.data.head.peek()?.now ?? 0)
  })
  // Reading the scene's signals here is what makes any of them ask for a new drawing. It must read them all on its first run, which is
  // its only one when the city came before the map was made.
  const stopDrawing = effect(() => {
    void language.value
    void visibleLayers(wall)
    if (scene() !== null) request()
  })
  const stopGestures = attachGestures(elements.root, {
    projection: () => projection,
    move: (view) => {
      wall.view.value = view
    },
    press: (x, y) => {
      wall.selection.value = painter.pick(x, y, PICK_PX)
    },
    hover: (x, y) => options.onHover(painter.pick(x, y, 3), x, y),
    leave: () => options.onHover(null, 0, 0),
  })
  const observer = new ResizeObserver(resize)
  observer.observe(elements.root)
  resize()

  return () => {
    observer.disconnect()
    stopGestures()
    stopDrawing()
    stopCrews()
    stopRoads()
    if (timer !== null) clearTimeout(timer)
    if (requested !== 0) cancelAnimationFrame(requested)
    painter.stop()
  }
}

/** Moves the view, at its zoom, when what is chosen lies beneath the card or a panel. */
export function revealChosen(wall: Wall, projection: Projection, hidden_from_x_px: number): void {
  const city = wall.city.peek()
  const selection = wall.selection.peek()
  if (city === null || selection === null) return
  const at = chosenAt(selection, { city, tables: wall.data.tables, motion: wall.motion, local_ms: performance.now() })
  if (at === null) return
  const { frame, view } = projection
  const [x, y] = projection.toPixel(at)
  const { padding } = frame
  const free = {
    left: padding.left + EDGE_PX,
    right: hidden_from_x_px - EDGE_PX,
    top: padding.top + EDGE_PX,
    bottom: frame.height - padding.bottom - EDGE_PX,
  }
  if (x >= free.left && x <= free.right && y >= free.top && y <= free.bottom) return
  const dx = (free.left + free.right) / 2 - x
  const dy = (free.top + free.bottom) / 2 - y
  wall.view.value = pan(createProjection(view, frame), dx, dy)
}

/** Moves the view to what is chosen, near enough to see it. */
export function flyTo(wall: Wall, selection: Selection): void {
  const city = wall.city.value
  if (city === null) return
  const at = chosenAt(selection, { city, tables: wall.data.tables, motion: wall.motion, local_ms: performance.now() })
  if (at !== null) wall.view.value = { lon: at[0], lat: at[1], zoom: Math.max(wall.view.value?.zoom ?? 0, 14.8) }
}
