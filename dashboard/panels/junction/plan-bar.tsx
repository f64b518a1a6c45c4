import type { JunctionDocument } from '../../../gateway/wire/junction.ts'
import { plannedGreens, SPAN_S, type Stage } from '../../data/junction.ts'
import { figure, withUnit } from '../../i18n/format.ts'
import { t } from '../../i18n/index.ts'
import { PhasePicture } from './phase-picture.tsx'

const AXIS_S = [0, 15, 30, 45, 60] as const
const share = (s: number): string => `${((Math.min(SPAN_S, Math.max(0, s)) / SPAN_S) * 100).toFixed(2)}%`
/** Narrower stages have room for their number only. */
const PICTURE_S = 8

/** The next minute from left to right: greens with their ways, hatched where the junction clears. */
export function PlanBar({ document, stages, now }: { document: JunctionDocument; stages: readonly Stage[]; now: number }) {
  const greens = plannedGreens(stages, now)
  return (
    <div class="plan">
      <ol class="plan-bar">
        {greens.map(({ phase, from_s, until_s }, index) => (
          <li
            key={`${phase} ${index}`}
            class={index === 0 && from_s === 0 ? 'plan-stage plan-now' : 'plan-stage'}
            style={{ left: share(from_s), width: `calc(${share(until_s)} - ${share(from_s)})` }}
          >
            {Math.min(SPAN_S, until_s) - from_s >= PICTURE_S && <PhasePicture document={document} phase={phase} active={from_s === 0} />}
            <span class="plan-phase" aria-hidden="true">
              {figure(phase)}
            </span>
            <span class="visually-hidden">{t('junction.plan.stage', { n: phase, from: from_s, until: until_s })}</span>
          </li>
        ))}
      </ol>
      <p class="plan-axis" aria-hidden="true">
        {AXIS_S.map((s) => (
          <span key={s} style={{ left: share(s) }} translate={false}>
            {s === SPAN_S ? withUnit(s, 0, t('unit.s')) : figure(s)}
          </span>
        ))}
      </p>
    </div>
  )
}
