/** One bin: how it filled, how it goes on with its band, the same as a table, and how good its forecasts were. */
import type { BinCourseAnswer, BinScore } from '../../../gateway/wire/bin-page.ts'
import { aheadOf_h, type BinRow, type Course, courseLines, runsOf } from '../../data/bins.ts'
import { ageText, DASH, dateText, figure, minuteText, withUnit } from '../../i18n/format.ts'
import { pick, t } from '../../i18n/index.ts'
import { flyTo } from '../../map/city-map.ts'
import type { Selection } from '../../state/selection.ts'
import { useWall } from '../../state/wall.ts'
import { useCurve } from '../curve.tsx'
import { type Fact, Facts } from '../facts.tsx'
import { Unread, useLook } from '../look.tsx'
import { sparkPath } from '../spark.tsx'
import { BinSigns, chanceText, hoursText, levelText, QualityChip } from './bins-words.tsx'

const COURSE_MS = 60_000
const PAST_H = 48
const PAST = { hours: PAST_H, step_s: 1800 }
const HOUR_MS = 3_600_000
/** Bins tell something every few hours at least. */
const GAP_MS = 9 * HOUR_MS
const FULL_PCT = 80
const TOP_PCT = 110
const WIDTH = 560
const HEIGHT = 160

interface DrawingProps {
  readonly bin: string
  readonly now: number
  readonly course: Course | null
}

function Drawing({ bin, now, course }: DrawingProps) {
  const wall = useWall()
  const past = useCurve(bin, 'fill_pct', PAST)
  const ahead_h = aheadOf_h(course, FULL_PCT)
  const x = (h: number): number => ((h + PAST_H) / (PAST_H + ahead_h)) * WIDTH
  const y = (pct: number): number => HEIGHT - 1 - (Math.min(TOP_PCT, pct) / TOP_PCT) * (HEIGHT - 2)
  const runs = runsOf(past.state === 'read' ? past.points : [], GAP_MS)
  const lines = course === null ? null : courseLines(course, ahead_h)
  const pathOf = (points: readonly (readonly [number, number])[]): string =>
    sparkPath(
      points.map(([, pct]) => pct),
      (i) => x(points[i][0]),
      y,
    )
  const title = t('bins.curve', { past: PAST_H, ahead: ahead_h })
  const day = (ts: number): string => `${dateText(ts, wall.timezone.value)} ${minuteText(ts, wall.timezone.value)}`
  return (
    <figure class="curve bins-curve">
      <figcaption>
        <span>{title}</span>
        {past.state === 'failed' && <span class="curve-high">{t('card.curve.failed')}</span>}
        {past.state === 'read' && runs.length === 0 && <span class="curve-high">{t('card.curve.none')}</span>}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={title}>
        <line class="curve-base" x1={0} x2={WIDTH} y1={y(0)} y2={y(0)} />
        <line class="curve-base" x1={x(0)} x2={x(0)} y1={0} y2={HEIGHT} />
        <line class="spark-limit" x1={0} x2={WIDTH} y1={y(FULL_PCT)} y2={y(FULL_PCT)} />
        {lines !== null && <path class="forecast-band" d={`${pathOf(lines.band)}Z`} />}
        {runs.map((run) => (
          <path key={run[0].ts} class="spark-line" d={pathOf(run.map(({ ts, mean }) => [(ts - now) / HOUR_MS, mean]))} />
        ))}
        {lines !== null && <path class="spark-line bins-said" d={pathOf(lines.said)} />}
      </svg>
      <p class="curve-scale">
        <time>{day(now - PAST_H * HOUR_MS)}</time>
        <span>{t('bins.limit')}</span>
        <time>{day(now + ahead_h * HOUR_MS)}</time>
      </p>
    </figure>
  )
}

function CourseTable({ course }: { course: Course }) {
  return (
    <details class="twin">
      <summary>{t('bins.course')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('bins.course.level')}</th>
            <th scope="col" class="number">
              {t('bins.course.low')}
            </th>
            <th scope="col" class="number">
              {t('bins.course.said')}
            </th>
            <th scope="col" class="number">
              {t('bins.course.high')}
            </th>
          </tr>
        </thead>
        <tbody>
          {course.levels.map(({ level_pct, low_h, said_h, high_h }) => (
            <tr key={level_pct}>
              <th scope="row">{withUnit(level_pct, 0, '%')}</th>
              <td class="number">{hoursText(low_h)}</td>
              <td class="number">{hoursText(said_h)}</td>
              <td class="number">{hoursText(high_h)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

function Scores({ score, score_all }: Pick<BinCourseAnswer, 'score' | 'score_all'>) {
  const line = (name: string, { issues, mae_24_h, mae_48_h, csi_24, csi_48 }: BinScore) => (
    <tr>
      <th scope="row">{name}</th>
      <td class="number">{figure(issues)}</td>
      <td class="number">{mae_24_h === null ? DASH : withUnit(mae_24_h, 1, t('unit.h'))}</td>
      <td class="number">{mae_48_h === null ? DASH : withUnit(mae_48_h, 1, t('unit.h'))}</td>
      <td class="number">{figure(csi_24, 2)}</td>
      <td class="number">{figure(csi_48, 2)}</td>
    </tr>
  )
  return (
    <table class="bins-scores">
      <caption>{t('bins.score.title')}</caption>
      <thead>
        <tr>
          <td />
          {(['issues', 'mae24', 'mae48', 'csi24', 'csi48'] as const).map((name) => (
            <th key={name} scope="col" class="number">
              {t(`bins.score.${name}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {line(t('bins.score.own'), score)}
        {line(t('bins.score.every'), score_all)}
      </tbody>
    </table>
  )
}

export function BinDetail({ row: { bin, place } }: { row: BinRow }) {
  const wall = useWall()
  const known = useLook<BinCourseAnswer>(`api/v1/bins/${pathOfKey(bin.bin)}/course`, COURSE_MS)
  const { forecast, emptied, estimate } = bin
  const now = wall.now.value ?? bin.ts
  const answer = known.document
  const facts: Fact[] = [
    [t('bins.column.fill'), levelText(bin)],
    [t('card.seen'), t('bins.ago', { age: ageText(now - bin.ts) })],
    [t('bins.column.full'), forecast === null ? DASH : forecast.ttf_h === 0 ? t('bins.full.now') : t('bins.full.band', bandOf(forecast))],
    [
      t('bins.overflow'),
      forecast === null ? DASH : [forecast.p_overflow_12h, forecast.p_overflow_24h, forecast.p_overflow_48h].map(chanceText).join(' · '),
    ],
    [
      t('bins.column.emptied'),
      emptied === null
        ? DASH
        : t('bins.at', { time: `${dateText(emptied, wall.timezone.value)} ${minuteText(emptied, wall.timezone.value)}` }),
    ],
    [t('bins.volume'), withUnit(bin.volume_l, 0, 'L')],
    [t('bins.collections'), estimate === null ? '' : figure(estimate.collections)],
    [t('bins.blocked.since'), bin.blocked === null ? '' : ageText(now - bin.blocked.since)],
  ]
  return (
    <section class="page-section bins-detail" aria-label={pick(place?.properties.name) || bin.bin}>
      <header class="bins-head">
        <h3>{pick(place?.properties.name) || <span translate={false}>{bin.bin}</span>}</h3>
        <QualityChip quality={bin.quality} />
        {place !== null && (
          <button
            type="button"
            class="button"
            onClick={() => {
              const chosen: Selection = { kind: 'device', id: bin.bin }
              wall.page.value = null
              wall.selection.value = chosen
              flyTo(wall, chosen)
            }}
          >
            {t('bins.show')}
          </button>
        )}
      </header>
      <BinSigns bin={bin} />
      <Facts facts={facts} />
      {answer === null ? (
        <Unread state={known.state} />
      ) : (
        <>
          <Drawing bin={bin.bin} now={answer.now} course={answer.course} />
          {answer.course === null ? (
            <p class="empty">{t('bins.course.none')}</p>
          ) : (
            <>
              <p class="card-note">{t(`bins.basis.${answer.course.basis}`)}</p>
              <CourseTable course={answer.course} />
            </>
          )}
          <Scores score={answer.score} score_all={answer.score_all} />
        </>
      )}
    </section>
  )
}

const bandOf = ({ ttf_h, low_h, high_h }: { ttf_h: number; low_h: number; high_h: number }) => ({
  said: hoursText(ttf_h),
  low: hoursText(low_h),
  high: hoursText(high_h),
})

/** Bins are of the domain waste: the path names district and id alone. */
function pathOfKey(key: string): string {
  const [district, , id] = key.split('/')
  return `${encodeURIComponent(district)}/${encodeURIComponent(id)}`
}
