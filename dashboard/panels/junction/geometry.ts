/** Polar drawing around the middle of a junction: degrees clockwise from the top, y downwards as in SVG. */
export type Point = readonly [x: number, y: number]

const RADIANS = Math.PI / 180

export const polar = (deg: number, radius: number): Point => [radius * Math.sin(deg * RADIANS), -radius * Math.cos(deg * RADIANS)]

export const pointText = ([x, y]: Point): string => `${x.toFixed(2)} ${y.toFixed(2)}`

/** A piece of a ring as path text, from one angle clockwise to another; less than a whole turn. */
export function ringSector(from_deg: number, until_deg: number, inner: number, outer: number): string {
  const large = until_deg - from_deg > 180 ? 1 : 0
  return [
    `M${pointText(polar(from_deg, outer))}`,
    `A${outer} ${outer} 0 ${large} 1 ${pointText(polar(until_deg, outer))}`,
    `L${pointText(polar(until_deg, inner))}`,
    `A${inner} ${inner} 0 ${large} 0 ${pointText(polar(from_deg, inner))}Z`,
  ].join('')
}

/** The point beside the line from the middle at `deg`, `aside` to the right of who drives inwards (negative: of who drives outwards). */
export function beside(deg: number, radius: number, aside: number): Point {
  const [x, y] = polar(deg, radius)
  const [ax, ay] = polar(deg - 90, aside)
  return [x + ax, y + ay]
}
