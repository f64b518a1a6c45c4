/** Which movements of a junction cross or merge, from the headings of its roads, and which of two gives way. */
import type { Junction, MovementConflict, Turn } from '../engine/model/city.ts'

/** Headings of travel into and out of the junction, radians counter-clockwise from east. */
export type MovementPath = readonly [heading_in: number, heading_out: number]

export const wrap = (angle: number): number => Math.atan2(Math.sin(angle), Math.cos(angle))

/** Whether two movements through a junction cross or merge, each drawn as a straight line on the right-hand side of its road. */
export function pathsCross(a: MovementPath, b: MovementPath): boolean {
  if (Math.abs(wrap(a[1] - b[1])) < 0.35) return true
  const [p, q] = [entry(a[0]), exit(a[1])]
  const [r, s] = [entry(b[0]), exit(b[1])]
  const side = (u: Point, v: Point, w: Point): number => (v[0] - u[0]) * (w[1] - u[1]) - (v[1] - u[1]) * (w[0] - u[0])
  return side(p, q, r) * side(p, q, s) < 0 && side(r, s, p) * side(r, s, q) < 0
}

type Point = readonly [number, number]
const RIGHT_OF_MIDDLE = 0.2
const entry = (h: number): Point => [-Math.cos(h) + RIGHT_OF_MIDDLE * Math.sin(h), -Math.sin(h) - RIGHT_OF_MIDDLE * Math.cos(h)]
const exit = (h: number): Point => [Math.cos(h) + RIGHT_OF_MIDDLE * Math.sin(h), Math.sin(h) - RIGHT_OF_MIDDLE * Math.cos(h)]

/** Who turns gives way to who goes straight on, who turns left to who turns right (road traffic law of right-hand traffic). */
const PRIORITY: Readonly<Record<Turn, number>> = { through: 3, right: 2, left: 1, uturn: 0 }
/** Left turns of opposite approaches pass in front of each other. */
const OPPOSITE = (3 / 4) * Math.PI

/**
 * Conflicts of the described movements, by geometry. Where one always runs, it gives way; where a phase opens both, the one of lower
 * priority does. All others, and two of equal priority, may never have green together.
 */
export function crossingConflicts({ movements, phases }: Junction, paths: ReadonlyMap<string, MovementPath>): MovementConflict[] {
  const opened = new Map(movements.map(({ id }) => [id, phases.filter((phase) => phase.movements.includes(id))]))
  const conflicts: MovementConflict[] = []
  for (const [i, a] of movements.entries()) {
    for (const b of movements.slice(i + 1)) {
      const [pathA, pathB] = [paths.get(a.id), paths.get(b.id)]
      if (a.from === b.from || pathA === undefined || pathB === undefined || !pathsCross(pathA, pathB)) continue
      const opposite = Math.abs(wrap(pathA[0] - pathB[0])) > OPPOSITE
      if (a.turn === 'left' && b.turn === 'left' && opposite) continue
      const [openA, openB] = [opened.get(a.id) ?? [], opened.get(b.id) ?? []]
      const lower = PRIORITY[a.turn] < PRIORITY[b.turn] ? a.id : PRIORITY[a.turn] > PRIORITY[b.turn] ? b.id : null
      const free = openA.length === 0 ? (openB.length === 0 ? (lower ?? b.id) : a.id) : openB.length === 0 ? b.id : null
      const together = openA.some((phase) => openB.includes(phase))
      conflicts.push({ first: a.id, second: b.id, yields: free ?? (together ? lower : null) })
    }
  }
  return conflicts
}
