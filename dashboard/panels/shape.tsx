import { kindShape, type Shape, STATE_SHAPES, type StateShape } from '../layers/glyphs.ts'

/** A symbol in running text, the same as on the map. */
export function Glyph({ shape, colour, size = '1em' }: { shape: Shape; colour: string; size?: string }) {
  const drawn =
    shape.line === undefined
      ? { fill: colour, 'fill-rule': 'evenodd' as const }
      : {
          fill: 'none',
          stroke: colour,
          'stroke-width': shape.line,
          'stroke-linecap': 'round' as const,
          'stroke-linejoin': 'round' as const,
        }
  return (
    <svg class="glyph" viewBox="-12 -12 24 24" style={{ width: size, height: size }} aria-hidden="true">
      <path d={shape.path} {...drawn} />
    </svg>
  )
}

export const StateGlyph = ({ state, size }: { state: StateShape; size?: string }) => (
  <Glyph shape={STATE_SHAPES[state]} colour={`var(--state-${state})`} size={size} />
)

export const KindGlyph = ({ kind, state, size }: { kind: string | undefined; state: StateShape; size?: string }) => (
  <Glyph shape={kindShape(kind)} colour={`var(--state-${state})`} size={size} />
)
