import type { ControllerPlan } from '../../../gateway/wire/controller-plan.ts'
import type { JunctionDocument } from '../../../gateway/wire/junction.ts'
import { clockText, withUnit } from '../../i18n/format.ts'
import { t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'

const seconds = (value: number | null): string => withUnit(value ?? 0, 0, t('unit.s'))

function differenceText({ what, phase, commanded_s, observed_s }: ControllerPlan['differences'][number]): string {
  if (what === 'manual' || what === 'flash') return t(`junction.observed.${what}`)
  return t(`junction.observed.${what}.differs`, { n: phase ?? '', got: seconds(observed_s), told: seconds(commanded_s) })
}

/** What the controller says it runs, and how that differs from what it was told. Nothing where it says nothing. */
export function Observed({ document }: { document: JunctionDocument }) {
  const zone = useWall().timezone.value
  const { observed } = document
  if (observed === null) return null
  const { plan, cycle_s, offset_s, differences, manual, flash, ts } = observed
  const told = [
    ...(plan === null ? [] : [t('junction.observed.plan', { n: plan })]),
    ...(cycle_s === null ? [] : [t('junction.observed.cycle', { s: seconds(cycle_s) })]),
    ...(offset_s === null ? [] : [t('junction.observed.offset', { s: seconds(offset_s) })]),
    ...(manual ? [t('junction.observed.manual')] : []),
    ...(flash ? [t('junction.observed.flash')] : []),
    t('junction.observed.at', { time: clockText(ts, zone) }),
  ]
  return (
    <section aria-label={t('junction.observed')}>
      <h3>{t('junction.observed')}</h3>
      <p>{told.join(' · ')}</p>
      {differences.length > 0 && (
        <ul class="observed-differences">
          {differences.map((one) => (
            <li key={`${one.what} ${one.phase}`}>{differenceText(one)}</li>
          ))}
        </ul>
      )}
    </section>
  )
}
