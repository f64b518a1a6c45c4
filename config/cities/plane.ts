/** Plane geometry in metres, x east and y north, for drawing cities before they are placed on the globe. */
export type XY = readonly [x_m: number, y_m: number]

export const gap_m = (a: XY, b: XY): number => Math.hypot(a[0] - b[0], a[1] - b[1])

export function path_m(line: readonly XY[]): number {
  let sum = 0
  for (let i = 1; i < line.length; i++) sum += gap_m(line[i - 1], line[i])
  return sum
}

/** Twice the signed area; positive for rings that run counter-clockwise. The ring does not repeat its first point. */
export function doubleArea(ring: readonly XY[]): number {
  let sum = 0
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) sum += ring[j][0] * ring[i][1] - ring[i][0] * ring[j][1]
  return sum
}

export const area_m2 = (ring: readonly XY[]): number => Math.abs(doubleArea(ring)) / 2

export function centroid(ring: readonly XY[]): XY {
  let x = 0
  let y = 0
  let sum = 0
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const cross = ring[j][0] * ring[i][1] - ring[i][0] * ring[j][1]
    x += (ring[j][0] + ring[i][0]) * cross
    y += (ring[j][1] + ring[i][1]) * cross
    sum += cross
  }
  return sum === 0 ? ring[0] : [x / (3 * sum), y / (3 * sum)]
}

export function inRing(p: XY, ring: readonly XY[]): boolean {
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i]
    const [xj, yj] = ring[j]
    if (yi > p[1] !== yj > p[1] && p[0] < ((xj - xi) * (p[1] - yi)) / (yj - yi) + xi) inside = !inside
  }
  return inside
}

/** Where two segments cross, as shares of their lengths; null when they do not. */
export function crossing(a: XY, b: XY, c: XY, d: XY): readonly [along_ab: number, along_cd: number] | null {
  const rx = b[0] - a[0]
  const ry = b[1] - a[1]
  const sx = d[0] - c[0]
  const sy = d[1] - c[1]
  const denominator = rx * sy - ry * sx
  if (Math.abs(denominator) < 1e-9) return null
  const t = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / denominator
  const u = ((c[0] - a[0]) * ry - (c[1] - a[1]) * rx) / denominator
  return t >= 0 && t < 1 && u >= 0 && u < 1 ? [t, u] : null
}

export const between = (a: XY, b: XY, share: number): XY => [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]

/** Keeps the points that matter to within `tolerance_m` (Douglas and Peucker 1973). */
export function simplify(line: readonly XY[], tolerance_m: number): XY[] {
  if (line.length < 3) return [...line]
  const first = line[0]
  const last = line[line.length - 1]
  let farthest = 0
  let index = 0
  for (let i = 1; i < line.length - 1; i++) {
    const d = offLine_m(line[i], first, last)
    if (d > farthest) {
      farthest = d
      index = i
    }
  }
  if (farthest <= tolerance_m) return [first, last]
  return [...simplify(line.slice(0, index + 1), tolerance_m).slice(0, -1), ...simplify(line.slice(index), tolerance_m)]
}

/** Distance of a point from a segment. */
export function offLine_m(p: XY, a: XY, b: XY): number {
  const dx = b[0] - a[0]
  const dy = b[1] - a[1]
  const square = dx * dx + dy * dy
  const t = square === 0 ? 0 : Math.max(0, Math.min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square))
  return Math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy)
}

/**
 * A smooth line through the points, about one point every `step_m`: cubic pieces whose tangents weigh the neighbours by their distance, so
 * that a short piece beside a long one does not overshoot (Catmull and Rom 1974; Yuksel et al. 2011 on the parameter).
 */
export function smooth(points: readonly XY[], step_m: number, closed: boolean): XY[] {
  const n = points.length
  const at = (i: number): XY => points[closed ? (i + n) % n : Math.max(0, Math.min(n - 1, i))]
  const line: XY[] = []
  for (let i = 0; i < (closed ? n : n - 1); i++) {
    const [p0, p1, p2, p3] = [at(i - 1), at(i), at(i + 1), at(i + 2)]
    const chord = gap_m(p1, p2)
    const start = tangent(p0, p1, p2, chord)
    const end = tangent(p1, p2, p3, chord)
    const parts = Math.max(1, Math.round(chord / step_m))
    for (let k = 0; k < parts; k++) line.push(hermite(p1, start, p2, end, k / parts))
  }
  line.push(closed ? line[0] : points[n - 1])
  return line
}

function tangent(before: XY, here: XY, after: XY, chord: number): XY {
  const span = gap_m(before, here) + gap_m(here, after)
  return [((after[0] - before[0]) / span) * chord, ((after[1] - before[1]) / span) * chord]
}

function hermite(a: XY, u: XY, b: XY, v: XY, t: number): XY {
  const [h0, h1, h2, h3] = [2 * t ** 3 - 3 * t ** 2 + 1, t ** 3 - 2 * t ** 2 + t, -2 * t ** 3 + 3 * t ** 2, t ** 3 - t ** 2]
  return [h0 * a[0] + h1 * u[0] + h2 * b[0] + h3 * v[0], h0 * a[1] + h1 * u[1] + h2 * b[1] + h3 * v[1]]
}

/**
 * The ring drawn in by `distance_m` on every side, or null when nothing sensible is left. The ring runs counter-clockwise; sharp corners
 * are cut off at three times the distance.
 */
export function inset(ring: readonly XY[], distance_m: number): XY[] | null {
  const n = ring.length
  const result: XY[] = []
  for (let i = 0; i < n; i++) {
    const [a, b, c] = [ring[(i + n - 1) % n], ring[i], ring[(i + 1) % n]]
    const u = unit(a, b)
    const v = unit(b, c)
    const normal: XY = [-(u[1] + v[1]), u[0] + v[0]]
    const size = Math.hypot(normal[0], normal[1])
    if (size < 0.2) return null
    const reach = Math.min(3, 2 / size) * distance_m
    result.push([b[0] + (normal[0] / size) * reach, b[1] + (normal[1] / size) * reach])
  }
  const before = doubleArea(ring)
  const after = doubleArea(result)
  return after > before * 0.15 && after < before && !crossesItself(result) ? result : null
}

function unit(a: XY, b: XY): XY {
  const d = gap_m(a, b)
  return d === 0 ? [0, 0] : [(b[0] - a[0]) / d, (b[1] - a[1]) / d]
}

function crossesItself(ring: readonly XY[]): boolean {
  const n = ring.length
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue
      if (crossing(ring[i], ring[i + 1], ring[j], ring[(j + 1) % n]) !== null) return true
    }
  }
  return false
}

/** What is left of a convex ring on the side of the line where `keep(p) >= 0`; `keep` is linear. */
export function clip(ring: readonly XY[], keep: (p: XY) => number): XY[] {
  const result: XY[] = []
  for (let i = 0; i < ring.length; i++) {
    const a = ring[i]
    const b = ring[(i + 1) % ring.length]
    const ka = keep(a)
    const kb = keep(b)
    if (ka >= 0) result.push(a)
    if (ka >= 0 !== kb >= 0) result.push(between(a, b, ka / (ka - kb)))
  }
  return result
}
