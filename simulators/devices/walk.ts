/** Moving along a line at a speed: where a vehicle is and where it heads. */
import { distance_m, type LonLat, length_m, localFrame, pointAlong } from '../../engine/base/geo.ts'

export interface Walk {
  readonly line: readonly LonLat[]
  readonly length_m: number
  along_m: number
}

/** From where one stands along a line; the way to its beginning is driven as well. */
export function startWalk(from: LonLat, line: readonly LonLat[]): Walk {
  const whole = line.length === 0 || distance_m(from, line[0]) > 1 ? [from, ...line] : line
  return { line: whole, length_m: length_m(whole), along_m: 0 }
}

export const isOver = (walk: Walk): boolean => walk.along_m >= walk.length_m
export const placeOf = (walk: Walk): LonLat => pointAlong(walk.line, walk.along_m)

/** Degrees clockwise from north, looking ten metres ahead. */
export function headingOf(walk: Walk): number {
  const here = placeOf(walk)
  const ahead = pointAlong(walk.line, walk.along_m + 10)
  const [x, y] = localFrame(here).toXY(ahead)
  return x === 0 && y === 0 ? 0 : Math.round(((Math.atan2(x, y) * 180) / Math.PI + 360) % 360)
}
