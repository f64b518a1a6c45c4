import { useEffect, useState } from 'preact/hooks'
import { type CurvePoint, fetchCurve } from '../data/api.ts'
import { metricText, minuteText } from '../i18n/format.ts'
import { t, word } from '../i18n/index.ts'
import { useWall } from '../state/wall.ts'
import { sparkPath } from './spark.tsx'

const HOURS = 3
const STEP_S = 60
const REFRESH_MS = 60_000
const WIDTH = 380
const HEIGHT = 110

type CurveState =
  | { readonly state: 'reading' }
  | { readonly state: 'failed' }
  | { readonly state: 'read'; readonly points: readonly CurvePoint[]; readonly from: number; readonly to: number }

export interface CurvePast {
  readonly hours: number
  readonly step_s: number
}

const USUAL: CurvePast = { hours: HOURS, step_s: STEP_S }

/** @param past of which the reference stays the same: another one is read anew */
export function useCurve(device: string, metric: string, past: CurvePast = USUAL): CurveState {
  const wall = useWall()
  const [curve, setCurve] = useState<CurveState>({ state: 'reading' })
  // A page that opens with a curve is there before the first frame.
  const ready = wall.now.value !== null
  useEffect(() => {
    if (!ready) return
    const leaving = new AbortController()
    const read = async (): Promise<void> => {
      const to = wall.now.peek()
      if (to === null) return
      const from = to - past.hours * 3_600_000
      try {
        const points = await fetchCurve(
          wall.base,
          device,
          metric,
          { from: Math.floor(from), to: Math.floor(to), step_s: past.step_s },
          leaving.signal,
        )
        setCurve({ state: 'read', points, from, to })
      } catch {
        if (!leaving.signal.aborted) setCurve((before) => (before.state === 'read' ? before : { state: 'failed' }))
      }
    }
    void read()
    const timer = setInterval(() => void read(), REFRESH_MS)
    return () => {
      leaving.abort()
      clearInterval(timer)
    }
  }, [device, metric, past, wall, ready])
  return curve
}

/** Widest and tightest value that the axis shows; zero is always part of it, and so is the limit. */
function range(points: readonly CurvePoint[], limit: number | undefined): { low: number; high: number } {
  const values = points.map((point) => point.mean)
  const high = Math.max(...values, limit ?? Number.NEGATIVE_INFINITY, 0)
  const low = Math.min(...values, 0)
  return { low, high: high === low ? low + 1 : high + (high - low) * 0.08 }
}

/** The last three hours of one metric from the history store. */
export function Curve({ device, metric, limit }: { device: string; metric: string; limit?: number }) {
  const wall = useWall()
  const curve = useCurve(device, metric)
  const title = t('card.curve', { metric: word('metric', metric), h: HOURS })
  if (curve.state === 'failed') return <p class="empty">{t('card.curve.failed')}</p>
  if (curve.state === 'reading') return <div class="curve" />
  if (curve.points.length < 2) return <p class="empty">{t('card.curve.none')}</p>
  const { low, high } = range(curve.points, limit)
  const x = (ts: number): number => ((ts - curve.from) / (curve.to - curve.from)) * WIDTH
  const y = (value: number): number => HEIGHT - 1 - ((value - low) / (high - low)) * (HEIGHT - 2)
  const line = sparkPath(
    curve.points.map((point) => point.mean),
    (i) => x(curve.points[i].ts),
    y,
  )
  return (
    <figure class="curve">
      <figcaption>
        <span>{title}</span>
        <span class="curve-high">{metricText(metric, Math.max(...curve.points.map((point) => point.mean)))}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={title}>
        <line class="curve-base" x1={0} x2={WIDTH} y1={y(0)} y2={y(0)} />
        {limit !== undefined && <line class="spark-limit" x1={0} x2={WIDTH} y1={y(limit)} y2={y(limit)} />}
        <path class="spark-line" d={line} />
      </svg>
      <p class="curve-scale">
        <time>{minuteText(curve.from, wall.timezone.value)}</time>
        {limit !== undefined && <span>{t('flood.threshold', { value: metricText(metric, limit) })}</span>}
        <time>{minuteText(curve.to, wall.timezone.value)}</time>
      </p>
    </figure>
  )
}
