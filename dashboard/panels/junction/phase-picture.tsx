import type { JunctionDocument } from '../../../gateway/wire/junction.ts'
import { movementsOf } from '../../data/junction.ts'
import { beside, type Point, pointText, polar } from './geometry.ts'

const ARM = 46
const ASIDE = 8
const HEAD = 13
const HEAD_HALF = 8

/** Where the lane that drives in meets the lane that drives out; the middle of both where they are one line. */
function bendOf(from: Point, from_deg: number, to: Point, to_deg: number): Point {
  const [fx, fy] = polar(from_deg, 1)
  const [tx, ty] = polar(to_deg, 1)
  const cross = fx * ty - fy * tx
  if (Math.abs(cross) < 0.2) return [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]
  const along = ((to[0] - from[0]) * ty - (to[1] - from[1]) * tx) / cross
  return [from[0] + along * fx, from[1] + along * fy]
}

/** Which ways are open in a phase, as arrows over the junction seen from above; north is up. */
export function PhasePicture({ document, phase, active = false }: { document: JunctionDocument; phase: number; active?: boolean }) {
  return (
    <svg class={active ? 'phase-picture phase-active' : 'phase-picture'} viewBox="-50 -50 100 100" aria-hidden="true">
      {document.approaches.map(({ road, bearing_deg }) => (
        <path key={road} class="phase-arm" d={`M${pointText(polar(bearing_deg, 18))}L${pointText(polar(bearing_deg, ARM))}`} />
      ))}
      {movementsOf(document, phase).map(({ from_deg, to_deg }) => {
        const from = beside(from_deg, ARM, ASIDE)
        const to = beside(to_deg, ARM - HEAD, -ASIDE)
        const tip = beside(to_deg, ARM + 3, -ASIDE)
        const bend = bendOf(from, from_deg, to, to_deg)
        const [left, right] = [beside(to_deg, ARM - HEAD, -ASIDE - HEAD_HALF), beside(to_deg, ARM - HEAD, -ASIDE + HEAD_HALF)]
        return (
          <g key={`${from_deg} ${to_deg}`}>
            <path class="phase-way" d={`M${pointText(from)}Q${pointText(bend)} ${pointText(to)}`} />
            <path class="phase-head" d={`M${pointText(tip)}L${pointText(left)}L${pointText(right)}Z`} />
          </g>
        )
      })}
    </svg>
  )
}
