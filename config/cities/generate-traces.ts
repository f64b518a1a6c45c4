/** The streets drawn so far, hashed by place, for two questions: is there room for one more this way, and what lies across. */
import { between, crossing, type XY } from './plane.ts'

export interface Traces {
  add(line: readonly XY[]): void
  /** No street that runs within 40° of `heading` is nearer than `room_m`. */
  free(p: XY, heading: number, room_m: number): boolean
  /** The first street crossed on the way from `a` to `b`. */
  firstAcross(a: XY, b: XY): XY | null
}

const CELL_M = 150
/** A piece is hashed by its beginning and is about this long. */
const PIECE_M = 30
const NOTHING: readonly Piece[] = []
const SAME_WAY_COS = Math.cos((40 * Math.PI) / 180)

interface Piece {
  readonly a: XY
  readonly b: XY
  readonly cos: number
  readonly sin: number
}

export function createTraces(): Traces {
  const cells = new Map<number, Piece[]>()
  const key = (cx: number, cy: number): number => cx * 65536 + cy
  const cell = (v: number): number => Math.floor(v / CELL_M)

  return {
    add(line) {
      for (let i = 1; i < line.length; i++) {
        const [a, b] = [line[i - 1], line[i]]
        const heading = Math.atan2(b[1] - a[1], b[0] - a[0])
        const at = key(cell(a[0]), cell(a[1]))
        const list = cells.get(at)
        const piece = { a, b, cos: Math.cos(heading), sin: Math.sin(heading) }
        if (list === undefined) cells.set(at, [piece])
        else list.push(piece)
      }
    },
    free([x, y], heading, room_m) {
      const c = Math.cos(heading)
      const s = Math.sin(heading)
      for (let cx = cell(x - room_m); cx <= cell(x + room_m); cx++) {
        for (let cy = cell(y - room_m); cy <= cell(y + room_m); cy++) {
          for (const { a, cos, sin } of cells.get(key(cx, cy)) ?? NOTHING) {
            if ((a[0] - x) ** 2 + (a[1] - y) ** 2 < room_m * room_m && Math.abs(cos * c + sin * s) > SAME_WAY_COS) return false
          }
        }
      }
      return true
    },
    firstAcross(a, b) {
      let first: number | null = null
      const [west, east] = [Math.min(a[0], b[0]) - PIECE_M, Math.max(a[0], b[0]) + PIECE_M]
      const [south, north] = [Math.min(a[1], b[1]) - PIECE_M, Math.max(a[1], b[1]) + PIECE_M]
      for (let cx = cell(west); cx <= cell(east); cx++) {
        for (let cy = cell(south); cy <= cell(north); cy++) {
          for (const piece of cells.get(key(cx, cy)) ?? NOTHING) {
            const hit = crossing(a, b, piece.a, piece.b)
            if (hit !== null && hit[0] > 1e-6 && (first === null || hit[0] < first)) first = hit[0]
          }
        }
      }
      return first === null ? null : between(a, b, first)
    },
  }
}
