import { type Outcome, reachOf, type Verdict, verdictOf, type Whisker, whiskers } from '../../data/comparison.ts'
import { figure, signedPercent } from '../../i18n/format.ts'
import { t, word } from '../../i18n/index.ts'

/** Left and right of the axis, so that no mark is cut. */
const EDGE_PCT = 4
const MARKS: Readonly<Record<Verdict, string>> = {
  better: 'M-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0Z',
  worse: 'M0 -8L8 0L0 8L-8 0Z',
  open: 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z',
}

const placeOf = (share: number, reach: number): string =>
  `${(EDGE_PCT + ((share + reach) / (2 * reach)) * (100 - 2 * EDGE_PCT)).toFixed(2)}%`

/** One outcome on the axis. Better is a filled dot, worse a diamond, undecided a ring: the colour only repeats it. */
function Line({ row, reach }: { row: Whisker; reach: number }) {
  const { outcome, difference, low, high } = row
  const verdict = verdictOf(row)
  return (
    <svg class="whisker-line" data-whisker={outcome} aria-hidden="true">
      <line class="whisker-zero" x1={placeOf(0, reach)} x2={placeOf(0, reach)} y1="0" y2="100%" />
      {low !== null && high !== null && (
        <>
          <line class="whisker" x1={placeOf(low, reach)} x2={placeOf(high, reach)} y1="50%" y2="50%" />
          {[low, high].map((end) => (
            <line key={end} class="whisker" x1={placeOf(end, reach)} x2={placeOf(end, reach)} y1="30%" y2="70%" />
          ))}
        </>
      )}
      <svg x={placeOf(difference, reach)} y="50%" class="whisker-mark" aria-hidden="true">
        <path class={`mark mark-${verdict}`} d={MARKS[verdict]} />
      </svg>
    </svg>
  )
}

const intervalText = ({ low, high }: Whisker): string =>
  low === null || high === null ? t('signals.interval.none') : t('signals.interval', { low: signedPercent(low), high: signedPercent(high) })

/** Outcomes of an experiment as dots with their 95 % intervals around no difference, and the same in figures. */
export function Whiskers({ outcomes, a, b }: { outcomes: readonly Outcome[]; a: string; b: string }) {
  const rows = whiskers(outcomes)
  if (rows.length === 0) return <p class="empty">{t('signals.pairs.none')}</p>
  const reach = reachOf(rows)
  return (
    <table class="whiskers">
      <caption class="visually-hidden">{t('signals.switchback.caption', { a, b })}</caption>
      <thead>
        <tr>
          <th scope="col">
            <span class="visually-hidden">{t('list.name')}</span>
          </th>
          <th scope="col" class="whisker-axis">
            <span>{signedPercent(-reach)}</span>
            <span>{signedPercent(0)}</span>
            <span>{signedPercent(reach)}</span>
          </th>
          <th scope="col">{t('signals.difference')}</th>
          <th scope="col">{t('signals.confidence')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.outcome} class={`outcome outcome-${verdictOf(row)}`}>
            <th scope="row">{word('effect', row.outcome)}</th>
            <td>
              <Line row={row} reach={reach} />
            </td>
            <td>
              {signedPercent(row.difference)} <span class="outcome-verdict">{t(`signals.verdict.${verdictOf(row)}`)}</span>
            </td>
            <td>
              {intervalText(row)} <span class="outcome-pairs">{t('signals.pairs', { n: figure(row.pairs) })}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
