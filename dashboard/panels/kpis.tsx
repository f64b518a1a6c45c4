import type { KpiRow } from '../../gateway/wire/frames.ts'
import { figure, minuteText } from '../i18n/format.ts'
import { pick, t } from '../i18n/index.ts'
import { useWall } from '../state/wall.ts'
import { Spark } from './spark.tsx'

const TILES_MAX = 6
/** A key figure is expected every 15 s and is old after three of these. */
export const KPI_STALE_MS = 45_000

/** Whole figures stay whole; small ones keep one decimal. */
const digitsOf = (value: number): number => (Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 1)

function Beneath({ kpi }: { kpi: KpiRow }) {
  if (kpi.value === null) return <span class="kpi-reference">{t('kpi.none')}</span>
  // The second figure says more of this minute than the same hour a week ago.
  if (kpi.detail !== null) return <span class="kpi-reference">{pick(kpi.detail)}</span>
  if (kpi.reference === null) return null
  return <span class="kpi-reference">{t('kpi.reference', { value: figure(kpi.reference, digitsOf(kpi.reference)) })}</span>
}

/** Figures of the past may move: values that came late are in them now. */
function amendedText({ amended }: KpiRow, zone: string): string {
  if (amended === undefined) return ''
  const [from, to, at] = [amended.from, amended.to, amended.at].map((ts) => minuteText(ts, zone))
  return ` ${t('kpi.amended', { from, to, at })}`
}

export function KpiTile({ id, kpi, now }: { id: string; kpi: KpiRow; now: number }) {
  const age_ms = now - kpi.ts
  const stale = age_ms > KPI_STALE_MS
  return (
    <li class={stale ? 'kpi kpi-stale' : 'kpi'}>
      <button type="button" class="kpi-body" aria-describedby={`kpi-${id}`}>
        <span class="kpi-name">{pick(kpi.name)}</span>
        <span class="kpi-value">
          {figure(kpi.value, kpi.value === null ? 0 : digitsOf(kpi.value))}
          {kpi.value !== null && kpi.unit !== '' && <small translate={false}> {kpi.unit}</small>}
        </span>
        <Spark values={kpi.trend} slots={60} width={150} height={26} />
        {stale ? <span class="kpi-reference">{t('kpi.stale', { s: figure(Math.floor(age_ms / 1000)) })}</span> : <Beneath kpi={kpi} />}
      </button>
      <span class="tip" role="tooltip" id={`kpi-${id}`}>
        {pick(kpi.formula)}
        {amendedText(kpi, useWall().timezone.value)}
      </span>
    </li>
  )
}

export function Kpis() {
  const wall = useWall()
  void wall.data.versions.kpis.value
  const now = wall.now.value ?? 0
  const rows = [...wall.data.tables.kpis].slice(0, TILES_MAX)
  return (
    <section class="kpis" aria-label={t('kpi.title')}>
      <ul>
        {rows.map(([id, kpi]) => (
          <KpiTile key={id} id={id} kpi={kpi} now={now} />
        ))}
      </ul>
    </section>
  )
}
