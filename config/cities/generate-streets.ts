/**
 * Streets as lines: first the skeleton a planner would draw (embankments, two rings with their bridges, roads out of town), then streets
 * traced through the field class by class, each keeping its distance from those that run the same way (Jobard and Lefer 1997).
 */
import type { Random } from '../../engine/base/random.ts'
import type { RoadClass } from '../../engine/model/city.ts'
import type { Field } from './generate-field.ts'
import { acrossRiver, alongRiver, fromRiver_m, type Ground, outside_m, patchRing } from './generate-ground.ts'
import { between, crossing, gap_m, path_m, smooth, type XY } from './plane.ts'
import { createTraces, type Traces } from './generate-traces.ts'

export type StreetRole = 'north_embankment' | 'south_embankment' | 'inner_ring' | 'outer_ring' | 'lakeside' | 'exit' | 'traced'

export interface Street {
  readonly class: RoadClass
  readonly role: StreetRole
  readonly line: readonly XY[]
}

const STEP_M = 25
/** From the water's edge to the middle of the embankment road. */
export const EMBANKMENT_M = 62

interface Level {
  readonly class: RoadClass
  readonly spacing_m: number
  /** Shortest street worth building. */
  readonly length_m: number
}

const LEVELS: readonly Level[] = [
  { class: 'primary', spacing_m: 1150, length_m: 1500 },
  { class: 'secondary', spacing_m: 560, length_m: 800 },
  { class: 'tertiary', spacing_m: 290, length_m: 420 },
  { class: 'residential', spacing_m: 172, length_m: 230 },
]

export function drawStreets(ground: Ground, field: Field, random: Random): Street[] {
  const traces = createTraces()
  const streets: Street[] = []
  const add = (street: Street): void => {
    streets.push(street)
    traces.add(street.line)
  }
  for (const street of skeleton(ground)) add(street)
  for (const level of LEVELS) traceLevel(level, { ground, field, traces, random: random.fork(level.class), streets, add })
  return streets
}

function skeleton(ground: Ground): Street[] {
  const edge = reachAlongX(ground)
  const bank = (side: 1 | -1) => alongRiver(ground, (x) => side * (ground.riverWidth_m(x) / 2 + EMBANKMENT_M), -edge, edge, STEP_M)
  const inner = ring(ground, 1500, [
    [-1180, 1180],
    [0, 1560],
    [1180, 1180],
  ])
  const outer = ring(ground, 3750, [
    [-3500, 1800],
    [-1700, 2750],
    [0, 2950],
    [1700, 2750],
    [3500, 1800],
  ])
  return [
    { class: 'trunk', role: 'outer_ring', line: outer },
    { class: 'trunk', role: 'inner_ring', line: inner },
    { class: 'primary', role: 'north_embankment', line: bank(1) },
    { class: 'primary', role: 'south_embankment', line: bank(-1) },
    { class: 'secondary', role: 'lakeside', line: closed(patchRing(ground.lake, 120, 60)) },
    ...exits(ground, outer),
  ]
}

const closed = (ring: readonly XY[]): XY[] => [...ring, ring[0]]

/** A closed road over two bridges at ±x: straight across the water, then around through the given points and their mirror south of the river. */
function ring(ground: Ground, x: number, north: readonly XY[]): XY[] {
  const bridge = (at: number): XY[] => [-280, 280].map((offset) => acrossRiver(ground, at, () => offset, 0.5))
  const level = ground.riverY(0)
  const south = north.map(([px, py]): XY => [px * 0.97, Math.max(level - (py - level) * 0.72, -ground.half_height_m * 0.8)]).reverse()
  return smooth([...bridge(-x), ...north, ...bridge(x).reverse(), ...south], STEP_M, true)
}

/** Country roads from the outer ring to beyond the edge of the map. */
function exits(ground: Ground, outer: readonly XY[]): Street[] {
  const directions = [0.42, 0.95, 1.75, 2.55, -0.62, -1.35, -1.95, -2.6]
  return directions.flatMap((direction) => {
    const far: XY = [Math.cos(direction) * 9000, Math.sin(direction) * 9000]
    for (let i = 1; i < outer.length; i++) {
      const hit = crossing([0, 0], far, outer[i - 1], outer[i])
      if (hit === null) continue
      const start = between([0, 0], far, hit[0] - 0.004)
      const size = Math.hypot(far[0], far[1])
      const out: XY = [far[0] / size, far[1] / size]
      const bend = 0.22 * Math.sin(direction * 5)
      const points = [0, 500, 1000, 1600].map((d): XY => [start[0] + out[0] * d - out[1] * d * bend * (d / 1600), start[1] + out[1] * d + out[0] * d * bend * (d / 1600)])
      const line = smooth(points, STEP_M, false).filter((p) => ground.reach(p) < 1.06)
      return line.length < 8 || line.some((p) => fromRiver_m(ground, p) < 260) ? [] : [{ class: 'primary' as const, role: 'exit' as const, line }]
    }
    return []
  })
}

function reachAlongX(ground: Ground): number {
  let x = ground.half_width_m
  while (x > 1000 && (ground.reach([x, ground.riverY(x)]) > 0.97 || ground.reach([-x, ground.riverY(-x)]) > 0.97)) x -= STEP_M
  return x
}

interface Tracing {
  readonly ground: Ground
  readonly field: Field
  readonly traces: Traces
  readonly random: Random
  readonly streets: readonly Street[]
  readonly add: (street: Street) => void
}

/** Streets thin out towards the edge of the city. */
const spacingAt = (level: Level, ground: Ground, p: XY): number => level.spacing_m * (0.7 + 0.62 * Math.min(1, ground.reach(p)))

function traceLevel(level: Level, tracing: Tracing): void {
  const queue: { p: XY; heading: number }[] = []
  for (const street of tracing.streets) seedBeside(street.line, level, tracing, queue)
  for (let next = 0; next < queue.length; next++) {
    const { p, heading } = queue[next]
    const spacing = spacingAt(level, tracing.ground, p)
    if (!buildable(tracing.ground, p) || !tracing.traces.free(p, heading, spacing * 0.96)) continue
    const line = traceBoth(p, heading, spacing, tracing)
    if (path_m(line) < level.length_m) continue
    tracing.add({ class: level.class, role: 'traced', line })
    seedBeside(line, level, tracing, queue)
  }
}

/** Candidates one spacing to the left and right of a line, and across it. */
function seedBeside(line: readonly XY[], level: Level, { ground, field, random }: Tracing, queue: { p: XY; heading: number }[]): void {
  const every = Math.max(2, Math.round((level.spacing_m * 0.5) / STEP_M))
  for (let i = random.integer(1, every); i < line.length; i += every) {
    const heading = Math.atan2(line[i][1] - line[i - 1][1], line[i][0] - line[i - 1][0])
    const spacing = spacingAt(level, ground, line[i])
    for (const side of [1, -1]) {
      const p: XY = [line[i][0] - side * Math.sin(heading) * spacing, line[i][1] + side * Math.cos(heading) * spacing]
      queue.push({ p, heading: field(p, heading) })
    }
    queue.push({ p: line[i], heading: field(line[i], heading + Math.PI / 2) })
  }
}

function traceBoth(p: XY, heading: number, spacing: number, tracing: Tracing): XY[] {
  const forward = trace(p, heading, spacing, tracing)
  const back = trace(p, heading + Math.PI, spacing, tracing)
  return [...back.reverse().slice(0, -1), ...forward]
}

/** Follows the field until the ground ends or another street runs too close; then reaches on to the next street across. */
function trace(start: XY, heading: number, spacing: number, { ground, field, traces }: Tracing): XY[] {
  const line: XY[] = [start]
  let p = start
  let h = heading
  for (let i = 0; i < 600; i++) {
    // Midpoint rule (Runge and Kutta, second order).
    const half: XY = [p[0] + (Math.cos(h) * STEP_M) / 2, p[1] + (Math.sin(h) * STEP_M) / 2]
    h = field(half, h)
    const next: XY = [p[0] + Math.cos(h) * STEP_M, p[1] + Math.sin(h) * STEP_M]
    if (!buildable(ground, next) || !traces.free(next, h, spacing * 0.62)) break
    if (i > 40 && gap_m(next, start) < spacing * 0.6) break
    line.push(next)
    p = next
  }
  return [...line, ...reachOn(p, h, spacing, { ground, traces })]
}

function reachOn(p: XY, heading: number, spacing: number, { ground, traces }: Pick<Tracing, 'ground' | 'traces'>): XY[] {
  const far: XY = [p[0] + Math.cos(heading) * spacing * 0.9, p[1] + Math.sin(heading) * spacing * 0.9]
  const hit = traces.firstAcross(p, far)
  if (hit === null) return []
  const beyond = between(p, hit, 1 + 6 / Math.max(6, gap_m(p, hit)))
  const wet = [0.34, 0.67, 1].some((share) => !dry(ground, between(p, beyond, share)))
  return wet ? [] : [beyond]
}

const dry = (ground: Ground, p: XY): boolean => fromRiver_m(ground, p) > ground.riverWidth_m(p[0]) / 2 + 20 && outside_m(p, ground.lake) > 40

/** Dry, inside the city, and neither lake nor hill. */
export function buildable(ground: Ground, p: XY): boolean {
  return (
    ground.reach(p) < 1 &&
    fromRiver_m(ground, p) > ground.riverWidth_m(p[0]) / 2 + EMBANKMENT_M - 18 &&
    outside_m(p, ground.lake) > 100 &&
    outside_m(p, ground.hill) > 0
  )
}
