/**
 * Drawings as deck.gl layers. Data is `{length}` with accessors by index, and a new object only when a drawing's `version` changed, so
 * that deck uploads nothing else; `style` is the update trigger. The map is still unless a drawing or the view changes.
 */
import { Deck, type Layer, MapView } from '@deck.gl/core'
import { IconLayer, type IconLayerProps, PathLayer, SolidPolygonLayer } from '@deck.gl/layers'
import type { Device, Texture } from '@luma.gl/core'
import { type Atlas, CELL_PX } from '../layers/atlas.ts'
import type { Drawing, PathDrawing, PointDrawing, PolygonDrawing, Stamp } from '../layers/drawing.ts'
import type { Rgba } from '../tokens.ts'
import type { MapPainter } from './painter.ts'
import type { Frame, Projection } from './projection.ts'

interface Items {
  readonly length: number
}
interface At {
  readonly index: number
}

interface Icons {
  readonly texture: Texture
  readonly mapping: NonNullable<IconLayerProps['iconMapping']>
}

type Colour = [number, number, number, number]
const colour = ([red, green, blue, alpha]: Rgba): Colour => [red, green, blue, alpha]

function createItems(): (drawing: Drawing) => Items {
  const known = new Map<string, { version: Stamp; items: Items }>()
  return ({ id, version, count }) => {
    const before = known.get(id)
    if (before !== undefined && before.version === version && before.items.length === count) return before.items
    const items = { length: count }
    known.set(id, { version, items })
    return items
  }
}

function polygonLayer(drawing: PolygonDrawing, data: Items): Layer {
  return new SolidPolygonLayer<unknown>({
    id: drawing.id,
    data,
    pickable: drawing.choose !== null,
    getPolygon: (_: unknown, { index }: At) => drawing.ring(index).map(([lon, lat]) => [lon, lat] as [number, number]),
    getFillColor: (_: unknown, { index }: At) => colour(drawing.fill(index)),
    updateTriggers: { getFillColor: drawing.style },
  })
}

function pathLayer(drawing: PathDrawing, data: Items, scale: number): Layer {
  return new PathLayer<unknown>({
    id: drawing.id,
    data,
    pickable: drawing.choose !== null,
    widthUnits: 'pixels',
    widthScale: drawing.scale * scale,
    capRounded: true,
    jointRounded: true,
    getPath: (_: unknown, { index }: At) => drawing.path(index).map(([lon, lat]) => [lon, lat] as [number, number]),
    getColor: (_: unknown, { index }: At) => colour(drawing.colour(index)),
    getWidth: (_: unknown, { index }: At) => drawing.width_px(index),
    updateTriggers: { getColor: drawing.style, getWidth: drawing.style },
  })
}

function pointLayer(drawing: PointDrawing, data: Items, icons: Icons, scale: number): Layer {
  return new IconLayer<unknown>({
    id: drawing.id,
    data,
    pickable: drawing.choose !== null,
    iconAtlas: icons.texture,
    iconMapping: icons.mapping,
    alphaCutoff: 0.03,
    sizeUnits: 'pixels',
    sizeScale: drawing.scale * scale,
    getPosition: (_: unknown, { index }: At) => [...drawing.at(index)] as [number, number],
    getIcon: (_: unknown, { index }: At) => drawing.symbol(index),
    getSize: (_: unknown, { index }: At) => drawing.size_px(index),
    getAngle: (_: unknown, { index }: At) => -drawing.turn_deg(index),
    updateTriggers: { getIcon: drawing.style, getSize: drawing.style, getAngle: drawing.style },
  })
}

export interface DeckOptions {
  readonly canvas: HTMLCanvasElement
  readonly atlas: Atlas
  /** Weak machines and tests: no anti-aliasing, one pixel per CSS pixel. */
  readonly plain: boolean
  readonly onSettled: () => void
  readonly onFailure: (error: Error) => void
}

function uploadAtlas(device: Device, canvas: HTMLCanvasElement): Texture {
  const { width, height } = canvas
  const texture = device.createTexture({
    width,
    height,
    mipLevels: device.getMipLevelCount(width, height),
    sampler: { minFilter: 'linear', magFilter: 'linear', mipmapFilter: 'linear' },
  })
  texture.copyExternalImage({ image: canvas })
  texture.generateMipmapsWebGL()
  return texture
}

export function createDeckPainter(options: DeckOptions): MapPainter {
  const { atlas, canvas } = options
  const mapping = Object.fromEntries(
    Object.entries(atlas.cells).map(([name, cell]) => [name, { ...cell, anchorX: CELL_PX / 2, anchorY: CELL_PX / 2, mask: false }]),
  )
  let icons: Icons | null = null
  let shown: readonly Layer[] = []
  let waiting: Projection | null = null
  const itemsOf = createItems()
  let painted: readonly Drawing[] = []
  let settled = false
  let failed = false
  let size = { width: 0, height: 0 }

  const deck = new Deck({
    canvas,
    width: canvas.clientWidth,
    height: canvas.clientHeight,
    views: new MapView({ id: 'map' }),
    viewState: { longitude: 0, latitude: 0, zoom: 1 },
    controller: false,
    useDevicePixels: !options.plain,
    deviceProps: { type: 'webgl', webgl: { antialias: !options.plain, powerPreference: 'default' } },
    layers: [],
    // One texture for all icon layers, uploaded from the canvas: nothing is fetched, so the strictest content policy holds.
    onDeviceInitialized: (device) => {
      icons = { texture: uploadAtlas(device, atlas.canvas), mapping }
      if (waiting !== null) show(waiting)
    },
    onError: (error) => {
      if (!failed) options.onFailure(error)
      failed = true
    },
    onAfterRender: () => {
      settled = shown.length > 0 && icons !== null && shown.every((layer) => layer.isLoaded)
      if (settled) options.onSettled()
    },
  })

  function toLayer(drawing: Drawing, scale: number): Layer | null {
    const data = itemsOf(drawing)
    if (drawing.type === 'polygons') return polygonLayer(drawing, data)
    if (drawing.type === 'paths') return pathLayer(drawing, data, scale)
    return icons === null ? null : pointLayer(drawing, data, icons, scale)
  }

  function show({ view, toLonLat, frame }: Projection): void {
    // The padding moves the view's centre; telling deck the centre of the canvas instead keeps its own arithmetic out of it.
    const [longitude, latitude] = toLonLat(frame.width / 2, frame.height / 2)
    shown = painted.map((drawing) => toLayer(drawing, frame.scale)).filter((layer) => layer !== null)
    deck.setProps({
      layers: [...shown],
      viewState: { longitude, latitude, zoom: view.zoom, minZoom: 0, maxZoom: 24 },
    })
  }

  return {
    kind: 'webgl',
    get settled() {
      return settled
    },
    resize(frame: Frame) {
      size = { width: frame.width, height: frame.height }
      deck.setProps(size)
    },
    paint(drawings, projection) {
      settled = false
      painted = drawings
      waiting = projection
      show(projection)
    },
    pick(x, y, radius) {
      if (size.width === 0) return null
      const info = deck.pickObject({ x, y, radius })
      if (info === null || info.layer === null || info.index < 0) return null
      const id = info.layer.id
      return painted.find((drawing) => drawing.id === id)?.choose?.(info.index) ?? null
    },
    stop: () => deck.finalize(),
  }
}
