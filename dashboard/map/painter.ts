/** What both map painters can do. Choosing goes by pixel, so that it works the same wherever a thing was painted. */
import type { Drawing } from '../layers/drawing.ts'
import type { Selection } from '../state/selection.ts'
import type { Frame, Projection } from './projection.ts'

export interface MapPainter {
  readonly kind: 'webgl' | 'canvas'
  resize(frame: Frame): void
  paint(drawings: readonly Drawing[], projection: Projection): void
  /** The topmost thing within `radius_px`. */
  pick(x_px: number, y_px: number, radius_px: number): Selection | null
  /** Everything handed to `paint` last is on the screen. */
  readonly settled: boolean
  stop(): void
}
