/** The next two hours at a low point: curve with its band, the same as a table, what it rests on and how good such forecasts have been. */
import { FORECAST_LEADS_MIN, type ForecastRow, type ForecastScoreRow } from '../../gateway/wire/frames.ts'
import { atLead, isStale } from '../data/forecast.ts'
import { DASH, figure, metricText, minuteText, withUnit } from '../i18n/format.ts'
import { pick, t } from '../i18n/index.ts'
import { useWall } from '../state/wall.ts'
import { sparkPath } from './spark.tsx'

const WIDTH = 380
const HEIGHT = 100
const TOLD_MIN = [15, 30, 60, 120] as const
const LAST_MIN = FORECAST_LEADS_MIN[FORECAST_LEADS_MIN.length - 1]
const MINUTE_MS = 60_000

const chanceText = (p: number): string => withUnit(p * 100, 0, '%')

function ForecastCurve({ row, limit, title }: { row: ForecastRow; limit: number | undefined; title: string }) {
  const wall = useWall()
  const leads = [0, ...FORECAST_LEADS_MIN]
  const start = row.level_m ?? row.depth_m[0]
  const series = (values: readonly number[]): number[] => [start, ...values]
  const high = 1.08 * Math.max(0.1, limit ?? 0, ...series(row.high_m))
  const x = (i: number): number => (leads[i] / LAST_MIN) * WIDTH
  const y = (value: number): number => HEIGHT - 1 - (value / high) * (HEIGHT - 2)
  const upper = sparkPath(series(row.high_m), x, y)
  const lower = sparkPath(series(row.low_m).reverse(), (i) => x(leads.length - 1 - i), y)
  return (
    <>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={title}>
        <path class="forecast-band" d={`${upper}${lower.replace('M', 'L')}Z`} />
        <line class="curve-base" x1={0} x2={WIDTH} y1={y(0)} y2={y(0)} />
        {limit !== undefined && <line class="spark-limit" x1={0} x2={WIDTH} y1={y(limit)} y2={y(limit)} />}
        <path class="spark-line" d={sparkPath(series(row.depth_m), x, y)} />
      </svg>
      <p class="curve-scale">
        <time>{minuteText(row.issued, wall.timezone.value)}</time>
        {limit !== undefined && <span>{t('flood.threshold', { value: metricText('level_m', limit) })}</span>}
        <time>{minuteText(row.issued + LAST_MIN * MINUTE_MS, wall.timezone.value)}</time>
      </p>
    </>
  )
}

function ForecastTable({ row }: { row: ForecastRow }) {
  return (
    <table class="forecast-table">
      <thead>
        <tr>
          <th scope="col">{t('forecast.lead')}</th>
          <th scope="col">{t('forecast.depth')}</th>
          <th scope="col">{t('forecast.band')}</th>
          <th scope="col">{t('forecast.chance')}</th>
        </tr>
      </thead>
      <tbody>
        {TOLD_MIN.map((lead_min) => {
          const { depth_m, low_m, high_m, p } = atLead(row, lead_min)
          return (
            <tr key={lead_min}>
              <th scope="row">{t('forecast.min', { n: lead_min })}</th>
              <td>{metricText('level_m', depth_m)}</td>
              <td>
                {figure(low_m, 2)}
                {DASH}
                {figure(high_m, 2)}
              </td>
              <td>{chanceText(p)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

const SQUARE = 96

/** Reliability diagram: what was said against how often it came, in tenths; on the diagonal chances are what they say. */
function Reliability({ bins }: { bins: ForecastScoreRow['leads'][number]['bins'] }) {
  const heard = bins.filter(({ n }) => n > 0)
  if (heard.length < 2) return null
  const most = Math.max(...heard.map(({ n }) => n))
  const at = (share: number): number => share * SQUARE
  const told = heard
    .map(({ said, came, n }) => t('forecast.reliability.bin', { said: chanceText(said), came: chanceText(came), n }))
    .join('; ')
  return (
    <figure class="reliability">
      <svg viewBox={`-4 -4 ${SQUARE + 8} ${SQUARE + 8}`} role="img" aria-label={told}>
        <path class="curve-base" d={`M0 ${SQUARE}H${SQUARE}M0 ${SQUARE}V0M0 ${SQUARE}L${SQUARE} 0`} />
        <path
          class="spark-line"
          d={sparkPath(
            heard.map(({ came }) => came),
            (i) => at(heard[i].said),
            (came) => SQUARE - at(came),
          )}
        />
        {heard.map(({ said, came, n }) => (
          <circle key={said} class="reliability-bin" cx={at(said)} cy={SQUARE - at(came)} r={1.5 + 3 * Math.sqrt(n / most)} />
        ))}
      </svg>
      <figcaption>{t('forecast.reliability')}</figcaption>
    </figure>
  )
}

/** How good forecasts have been lately, at all low points. */
function ForecastScore() {
  const wall = useWall()
  void wall.data.versions.forecast_scores.value
  const score = wall.data.tables.forecast_scores.get('lately')
  if (score === undefined || score.floods + score.warning_runs === 0) return <p class="card-note">{t('forecast.score.none')}</p>
  const hour = score.leads.find(({ lead_min }) => lead_min === 60)
  const values = {
    floods: score.floods,
    warned: score.warned_30_min === null ? DASH : chanceText(score.warned_30_min),
    runs: score.warning_runs,
    wrong: score.false_runs,
    csi: figure(hour?.csi_onset ?? null, 2),
  }
  return (
    <>
      <p class="card-note">{t('forecast.score', values)}</p>
      <Reliability bins={hour?.bins ?? []} />
    </>
  )
}

/** What the brain does about the water to come, and why; nothing where it never warned. */
export function FloodStage({ point }: { point: string }) {
  const wall = useWall()
  void wall.data.versions.flood_stages.value
  const row = wall.data.tables.flood_stages.get(point)
  if (row === undefined) return null
  const { stage, since, why, closed } = row
  const from = (ts: number): string => t('flood.since', { time: minuteText(ts, wall.timezone.value) })
  return (
    <section class="flood-stage" aria-label={t('flood.stage')}>
      <p class="card-note">
        <b>{t(`flood.stage.${stage}`)}</b> <span>{from(since)}</span>
      </p>
      <p class="card-note">{pick(why)}</p>
      {closed !== null && (
        <p class="card-note">
          <b>{t('flood.closed')}</b> <span>{from(closed.since)}</span> {pick(closed.why)}
        </p>
      )}
    </section>
  )
}

export function Forecast({ point, limit }: { point: string; limit: number | undefined }) {
  const wall = useWall()
  void wall.data.versions.forecasts.value
  const row = wall.data.tables.forecasts.get(point)
  if (row === undefined) return <p class="empty">{t('forecast.none')}</p>
  const stale = isStale(row, wall.now.value)
  const title = t('forecast.title', { time: minuteText(row.issued, wall.timezone.value) })
  const crossing =
    row.crossing === null ? t('forecast.no_crossing') : t('forecast.crossing', { time: minuteText(row.crossing, wall.timezone.value) })
  return (
    <figure class={stale ? 'curve forecast-stale' : 'curve'}>
      <figcaption>
        <span>{title}</span>
        <span class="curve-high">{stale ? t('forecast.stale') : crossing}</span>
      </figcaption>
      <ForecastCurve row={row} limit={limit} title={title} />
      <ForecastTable row={row} />
      <p class="card-note">{t(`forecast.basis.${row.basis}`)}</p>
      {row.level_m === null && <p class="card-note">{t('forecast.silent')}</p>}
      <ForecastScore />
    </figure>
  )
}
