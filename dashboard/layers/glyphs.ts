/**
 * The symbols of the wall, each once, as SVG path text in a box from −12 to 12: the map's atlas, the fallback map, the legend and the
 * panels draw the same shapes. A state is always a shape and a colour together (screen design, section 7).
 */
import type { CrewRow, StateName } from '../../gateway/wire/frames.ts'

export interface Shape {
  readonly path: string
  /** Filled, or drawn as a line of this width. */
  readonly line?: number
}

const circle = (r: number, x = 0, y = 0): string => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`

export type StateShape = StateName | 'done'

export const STATE_SHAPES: Readonly<Record<StateShape, Shape>> = {
  normal: { path: circle(6) },
  watch: { path: circle(7), line: 4 },
  warning: { path: 'M0 -10L10.5 8.5H-10.5Z' },
  critical: { path: 'M0 -11.5L11.5 0L0 11.5L-11.5 0Z' },
  offline: { path: circle(6), line: 2.2 },
  done: { path: 'M-8 0.5L-2.5 6L8.5 -6', line: 3.6 },
}

/** Device kinds, told apart by outline alone; anything new is a plain square until it gets its own. */
export const KIND_SHAPES: Readonly<Record<string, Shape>> = {
  detector: { path: 'M-5 -5H5V5H-5Z' },
  level_gauge: { path: 'M0 -10C4 -4 7 -1 7 3A7 7 0 0 1 -7 3C-7 -1 -4 -4 0 -10Z' },
  river_gauge: { path: 'M-9 -3Q-4.5 -8 0 -3T9 -3M-9 5Q-4.5 0 0 5T9 5', line: 2.6 },
  rain_gauge: { path: 'M-7 -2A7 7 0 0 1 7 -2ZM-5 2V7M0 3V9M5 2V7', line: 2.4 },
  pump: { path: `${circle(8)}M-3 -4.5L5 0L-3 4.5Z`, line: 2.4 },
  gate: { path: 'M-8 -8V8M8 -8V8M-8 0H8', line: 2.8 },
  bin: { path: 'M-8 -7H8V-4H-8ZM-6.5 -2.5H6.5L5 9H-5Z' },
  camera: { path: 'M-10 -5H4V5H-10ZM5.5 -1.5L10 -5V5L5.5 1.5Z' },
  station: { path: 'M0 10V-9M-7 -9H7L4 -4H-7Z', line: 2.6 },
  other: { path: 'M-5.5 -5.5H5.5V5.5H-5.5Z', line: 2.4 },
}

/** Crews point where they are heading. */
export const CREW_SHAPES: Readonly<Record<CrewRow['status'], Shape>> = {
  off: { path: circle(3.5), line: 2 },
  idle: { path: 'M0 -9L6.5 8L0 4.5L-6.5 8Z', line: 2.6 },
  offered: { path: 'M0 -9L6.5 8L0 4.5L-6.5 8Z', line: 2.6 },
  accepted: { path: 'M0 -10L7.5 9L0 5L-7.5 9Z' },
  enroute: { path: 'M0 -10L7.5 9L0 5L-7.5 9Z' },
  onsite: { path: `${circle(8.5)}M-4 0L-1 3.2L4.2 -3` },
}

export const PLAIN_SHAPES = {
  /** A sensor that is as it should be, seen from afar. */
  calm: { path: circle(7) },
  halo: { path: circle(10.5), line: 1.1 },
  select: { path: circle(10), line: 1.8 },
  queue: { path: circle(10.5), line: 1.2 },
  green: { path: circle(5) },
  clearing: { path: circle(5), line: 2.6 },
  depot: { path: 'M-7 8V-2L0 -8L7 -2V8Z', line: 2.2 },
  ring: { path: circle(11), line: 1 },
} satisfies Record<string, Shape>

export const kindShape = (kind: string | undefined): Shape => KIND_SHAPES[kind ?? 'other'] ?? KIND_SHAPES.other
export const STATE_RANK: Readonly<Record<StateName, number>> = { normal: 0, offline: 1, watch: 2, warning: 3, critical: 4 }
