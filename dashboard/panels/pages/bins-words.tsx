/** What is said of a bin in the list and in its detail. */
import type { BinDocument } from '../../../gateway/wire/bins.ts'
import { figure, minuteText, withUnit } from '../../i18n/format.ts'
import { pick, t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { StateGlyph } from '../shape.tsx'

const HOURS_MAX = 72

/** `6.5 h`, `31 h`, `5 d`. */
export function hoursText(hours: number): string {
  if (hours >= HOURS_MAX) return withUnit(hours / 24, 0, t('unit.d'))
  return withUnit(hours, hours < 10 ? 1 : 0, t('unit.h'))
}

export const chanceText = (p: number): string => withUnit(p * 100, 0, '%')

/** Estimated levels are told with nine in ten of their spread. */
export function levelText({ fill_pct, estimate }: BinDocument): string {
  const level = withUnit(fill_pct, 0, '%')
  return estimate === null ? level : t('bins.estimate', { level, low: figure(estimate.low_pct), high: withUnit(estimate.high_pct, 0, '%') })
}

export function QualityChip({ quality }: Pick<BinDocument, 'quality'>) {
  return quality === 'good' ? null : (
    <span class={`chip chip-${quality === 'estimated' ? 'estimated' : 'old'}`}>{t(`bins.quality.${quality}`)}</span>
  )
}

const TILT = 'waste.tilt'

/** Alarms, blocked and why, that it waits for a crew, its place in a round; nothing for a bin that is as it should be. */
export function BinSigns({ bin }: { bin: BinDocument }) {
  const wall = useWall()
  const { alarms, tilted, blocked, due, round } = bin
  return (
    <ul class="bins-signs">
      {alarms.map(({ class: name, title, severity }) => (
        <li key={`${name} ${title.en}`}>
          <StateGlyph state={severity} /> {pick(title)}
        </li>
      ))}
      {tilted && !alarms.some(({ class: name }) => name === TILT) && (
        <li>
          <StateGlyph state="watch" /> {t('bins.tilted')}
        </li>
      )}
      {blocked !== null && (
        <li>
          <StateGlyph state="watch" /> {t(`bins.blocked.${blocked.why}`)}
        </li>
      )}
      {round !== null && round.state === 'left' && (
        <li>{round.eta === null ? t('bins.in_round') : t('bins.in_round.eta', { time: minuteText(round.eta, wall.timezone.value) })}</li>
      )}
      {due && <li>{t('bins.due')}</li>}
    </ul>
  )
}
