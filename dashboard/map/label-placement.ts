/**
 * Which labels are set and where: greedy by priority, nothing overlaps, names of streets run along them. Chinese names on steep streets
 * stand upright, one character below the other, as Chinese maps print them. Pure: text widths come in as a function.
 */
export interface Point {
  readonly x: number
  readonly y: number
}

export interface LabelStyle {
  readonly size_px: number
  readonly weight: number
  /** Token names. */
  readonly colour: string
  readonly spacing_px: number
}

export interface LabelRequest {
  readonly text: string
  readonly style: LabelStyle
  /** Lower is set first. */
  readonly priority: number
  /** Pixel position for a point label, or the pixel line that the text follows. */
  readonly at?: Point
  readonly line?: readonly Point[]
  /** Where a point label stands: on the point, or beside it this far away. */
  readonly beside_px?: number
  /** Set whatever it covers; it still keeps others away. */
  readonly fixed?: boolean
  /** The same text again only this far away. */
  readonly repeat_px?: number
}

export interface PlacedGlyph extends Point {
  readonly text: string
  readonly angle: number
}

export interface PlacedLabel {
  readonly request: LabelRequest
  readonly glyphs: readonly PlacedGlyph[]
}

export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export type Measure = (text: string, style: LabelStyle) => number

const CELL_PX = 48

export interface Occupancy {
  free(box: Box): boolean
  take(box: Box): void
}

export function createOccupancy(): Occupancy {
  const cells = new Map<number, Box[]>()
  const visit = (box: Box, each: (key: number) => boolean): boolean => {
    for (let x = Math.floor(box.left / CELL_PX); x <= Math.floor(box.right / CELL_PX); x++)
      for (let y = Math.floor(box.top / CELL_PX); y <= Math.floor(box.bottom / CELL_PX); y++) if (!each(x * 4096 + y)) return false
    return true
  }
  return {
    free: (box) =>
      visit(
        box,
        (key) =>
          !(cells.get(key) ?? []).some(
            (other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom,
          ),
      ),
    take: (box) => {
      visit(box, (key) => {
        const list = cells.get(key)
        if (list === undefined) cells.set(key, [box])
        else list.push(box)
        return true
      })
    },
  }
}

const around = (x: number, y: number, width: number, height: number): Box => ({
  left: x - width / 2,
  top: y - height / 2,
  right: x + width / 2,
  bottom: y + height / 2,
})

const inside = (box: Box, area: Box): boolean =>
  box.left >= area.left && box.right <= area.right && box.top >= area.top && box.bottom <= area.bottom

interface Candidate {
  readonly glyphs: readonly PlacedGlyph[]
  readonly boxes: readonly Box[]
}

function besidePoint(request: LabelRequest, at: Point, width: number): Candidate[] {
  const { size_px } = request.style
  const height = size_px * 1.25
  const gap = request.beside_px
  const centres: Point[] =
    gap === undefined
      ? [at]
      : [
          { x: at.x + gap + width / 2, y: at.y },
          { x: at.x - gap - width / 2, y: at.y },
          { x: at.x, y: at.y + gap + height / 2 },
          { x: at.x, y: at.y - gap - height / 2 },
        ]
  return centres.map(({ x, y }) => ({ glyphs: [{ text: request.text, x, y, angle: 0 }], boxes: [around(x, y, width + 6, height)] }))
}

interface Along {
  readonly at: (distance: number) => { x: number; y: number; angle: number }
  readonly length: number
}

function measureLine(line: readonly Point[]): Along {
  const starts = [0]
  for (let i = 1; i < line.length; i++) starts.push(starts[i - 1] + Math.hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y))
  return {
    length: starts[starts.length - 1],
    at(distance) {
      let low = 0
      let high = starts.length - 2
      while (low < high) {
        const middle = (low + high + 1) >> 1
        if (starts[middle] <= distance) low = middle
        else high = middle - 1
      }
      const from = line[low]
      const to = line[low + 1]
      const span = starts[low + 1] - starts[low]
      const share = span === 0 ? 0 : (distance - starts[low]) / span
      return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share, angle: Math.atan2(to.y - from.y, to.x - from.x) }
    },
  }
}

const TURN_MAX = 0.55
const STEEP = Math.PI / 3.6
const IDEOGRAPH = /\p{Script=Han}/u
const turn = (a: number, b: number): number => Math.abs(Math.atan2(Math.sin(a - b), Math.cos(a - b)))

/** Sets the characters around `middle`; null where the line bends too sharply for a word to be read. */
function alongLine(request: LabelRequest, along: Along, middle: number, widths: readonly number[], total: number): Candidate | null {
  const { style } = request
  const chord = along.at(middle).angle
  const upright = IDEOGRAPH.test(request.text) && Math.abs(Math.sin(chord)) > Math.sin(STEEP)
  const backwards = upright ? Math.sin(chord) < 0 : Math.cos(chord) < 0
  const direction = backwards ? -1 : 1
  let travelled = -total / 2
  const glyphs: PlacedGlyph[] = []
  const boxes: Box[] = []
  const characters = [...request.text]
  for (let i = 0; i < characters.length; i++) {
    const here = along.at(middle + direction * (travelled + widths[i] / 2))
    if (turn(here.angle, chord) > TURN_MAX) return null
    const reading = here.angle + (backwards ? Math.PI : 0)
    glyphs.push({ text: characters[i], x: here.x, y: here.y, angle: upright ? reading - Math.PI / 2 : reading })
    const side = Math.max(style.size_px, widths[i]) * 1.15
    boxes.push(around(here.x, here.y, side, side))
    travelled += widths[i]
  }
  return { glyphs, boxes }
}

function* lineCandidates(request: LabelRequest, line: readonly Point[], measure: Measure): Generator<Candidate> {
  const along = measureLine(line)
  const { style } = request
  const widths = [...request.text].map((character) => measure(character, style) + style.spacing_px)
  const total = widths.reduce((sum, width) => sum + width, 0)
  if (along.length < total * 1.25) return
  const every = request.repeat_px ?? Number.POSITIVE_INFINITY
  const count = Math.max(1, Math.min(24, Math.floor(along.length / Math.min(every, along.length))))
  for (let i = 0; i < count; i++) {
    for (const shift of [0, 0.16, -0.16]) {
      const middle = (along.length * (i + 0.5)) / count + shift * (along.length / count)
      if (middle - total / 2 < 0 || middle + total / 2 > along.length) continue
      const candidate = alongLine(request, along, middle, widths, total)
      if (candidate !== null) yield candidate
    }
  }
}

/** `area`: where labels may stand; `taken`: symbols they must leave free. */
export function placeLabels(requests: readonly LabelRequest[], measure: Measure, area: Box, taken: readonly Box[]): PlacedLabel[] {
  const occupancy = createOccupancy()
  for (const box of taken) occupancy.take(box)
  const placed: PlacedLabel[] = []
  const where = new Map<string, Point[]>()
  for (const request of [...requests].sort((a, b) => a.priority - b.priority)) {
    const candidates =
      request.line !== undefined
        ? lineCandidates(request, request.line, measure)
        : request.at !== undefined
          ? besidePoint(request, request.at, measure(request.text, request.style) + request.style.spacing_px * (request.text.length - 1))
          : []
    for (const { glyphs, boxes } of candidates) {
      const middle = glyphs[glyphs.length >> 1]
      const before = where.get(request.text) ?? []
      if (
        request.repeat_px !== undefined &&
        before.some((other) => Math.hypot(other.x - middle.x, other.y - middle.y) < (request.repeat_px ?? 0) * 0.8)
      )
        continue
      if (request.fixed !== true && !boxes.every((box) => inside(box, area) && occupancy.free(box))) continue
      for (const box of boxes) occupancy.take(box)
      placed.push({ request, glyphs })
      where.set(request.text, [...before, middle])
      if (request.line === undefined) break
    }
  }
  return placed
}
