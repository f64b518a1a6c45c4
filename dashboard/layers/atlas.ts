/** Every symbol in every colour it is needed in, painted once on one picture. Both map painters take their symbols from it by name. */
import { token, translucent } from '../tokens.ts'
import { CREW_SHAPES, KIND_SHAPES, PLAIN_SHAPES, type Shape, STATE_SHAPES, type StateShape } from './glyphs.ts'

export const CELL_PX = 64
const SCALE = CELL_PX / 32
const COLUMNS = 16

export interface AtlasCell {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Atlas {
  readonly canvas: HTMLCanvasElement
  readonly cells: Readonly<Record<string, AtlasCell>>
}

type Painter = (context: CanvasRenderingContext2D) => void

/** A shape with a dark casing, so that it reads on any ground. */
function paint(shape: Shape, colour: string, casing = true): Painter {
  return (context) => {
    const path = new Path2D(shape.path)
    context.lineJoin = 'round'
    context.lineCap = 'round'
    if (casing) {
      context.strokeStyle = translucent('road-casing', 0.9)
      context.lineWidth = (shape.line ?? 0) + 3.2
      context.stroke(path)
    }
    if (shape.line === undefined) {
      context.fillStyle = colour
      context.fill(path, 'evenodd')
    } else {
      context.strokeStyle = colour
      context.lineWidth = shape.line
      context.stroke(path)
    }
  }
}

/** The device's kind in the state's colour; a raised or silent one carries the state's shape at its shoulder. */
function paintKind(shape: Shape, state: StateShape): Painter {
  const colour = token(`state-${state}`)
  return (context) => {
    context.save()
    context.scale(0.86, 0.86)
    paint(shape, colour)(context)
    context.restore()
    if (state === 'normal') return
    context.translate(9, -9)
    context.scale(0.5, 0.5)
    paint(STATE_SHAPES[state], colour)(context)
  }
}

function paintOnSite(shape: Shape): Painter {
  return (context) => {
    context.lineJoin = 'round'
    context.lineCap = 'round'
    const [disc, tick] = shape.path.split('Z')
    paint({ path: `${disc}Z` }, token('state-done'))(context)
    context.strokeStyle = token('ground')
    context.lineWidth = 2.4
    context.stroke(new Path2D(tick))
  }
}

function symbols(): Map<string, Painter> {
  const painters = new Map<string, Painter>()
  for (const [state, shape] of Object.entries(STATE_SHAPES)) {
    const colour = token(`state-${state}`)
    painters.set(`state:${state}`, paint(shape, colour))
    painters.set(`halo:${state}`, paint(PLAIN_SHAPES.halo, colour, false))
  }
  const states: readonly StateShape[] = ['normal', 'watch', 'warning', 'critical', 'offline']
  for (const [kind, shape] of Object.entries(KIND_SHAPES))
    for (const state of states) painters.set(`kind:${kind}:${state}`, paintKind(shape, state))
  for (const [status, shape] of Object.entries(CREW_SHAPES))
    painters.set(`crew:${status}`, status === 'onsite' ? paintOnSite(shape) : paint(shape, token('state-done')))
  painters.set('plain:calm', paint(PLAIN_SHAPES.calm, translucent('state-normal', 0.62), false))
  painters.set('plain:select', paint(PLAIN_SHAPES.select, token('text')))
  painters.set('plain:queue', paint(PLAIN_SHAPES.queue, token('text-2'), false))
  painters.set('plain:green', paint(PLAIN_SHAPES.green, token('accent')))
  painters.set('plain:clearing', paint(PLAIN_SHAPES.clearing, token('state-watch')))
  painters.set('plain:depot', paint(PLAIN_SHAPES.depot, token('text-2')))
  for (const state of states) painters.set(`district:${state}`, paint(PLAIN_SHAPES.ring, token(`state-${state}`), false))
  return painters
}

export function createAtlas(): Atlas {
  const painters = symbols()
  const canvas = document.createElement('canvas')
  canvas.width = COLUMNS * CELL_PX
  canvas.height = Math.ceil(painters.size / COLUMNS) * CELL_PX
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('this browser has no 2D canvas')
  const cells: Record<string, AtlasCell> = {}
  let index = 0
  for (const [name, painter] of painters) {
    const x = (index % COLUMNS) * CELL_PX
    const y = Math.floor(index / COLUMNS) * CELL_PX
    context.save()
    context.translate(x + CELL_PX / 2, y + CELL_PX / 2)
    context.scale(SCALE, SCALE)
    painter(context)
    context.restore()
    cells[name] = { x, y, width: CELL_PX, height: CELL_PX }
    index++
  }
  return { canvas, cells }
}
