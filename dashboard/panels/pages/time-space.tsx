import type { TimeSpaceAnswer } from '../../../gateway/wire/api.ts'
import {
  bandCorners,
  DIRECTIONS,
  type Direction,
  minutesBetween,
  type Plot,
  plotOf,
  predictedWays,
  shortNames,
  spreadLabels,
} from '../../data/time-space.ts'
import { metricText, minuteText } from '../../i18n/format.ts'
import { pick, t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { useSize } from './size.ts'

/** In rem; multiplied by the root's type size, so that a 4K wall shows the same. */
const GUTTER_REM = 14.5
const AXIS_REM = 1.9
const PAD_REM = 1.6
const BAR_REM = 0.5
const LABEL_REM = 1.25

function Bars({ stop, direction, plot, bar }: { stop: TimeSpaceAnswer['stops'][number]; direction: Direction; plot: Plot; bar: number }) {
  const y = plot.y(stop.along_m) + (direction === 'along' ? -bar - 0.75 : 0.75)
  return (
    <>
      {stop.greens[direction].map(({ from, until, planned }) => {
        const x = plot.x(from)
        return (
          <rect
            key={`${from} ${planned}`}
            class={`green green-${direction}${planned ? ' green-planned' : ''}`}
            data-green={`${stop.junction} ${direction} ${planned ? 'planned' : 'seen'}`}
            x={x}
            y={y}
            width={Math.max(0.5, plot.x(until) - x)}
            height={bar}
          />
        )
      })}
    </>
  )
}

function Axis({ answer, plot, rem }: { answer: TimeSpaceAnswer; plot: Plot; rem: number }) {
  const zone = useWall().timezone.value
  const now_x = plot.x(answer.now)
  return (
    <>
      {minutesBetween(answer.from, answer.until).map((ts) => (
        <g key={ts}>
          <line class="axis-line" x1={plot.x(ts)} x2={plot.x(ts)} y1={0} y2={plot.height} />
          {Math.abs(plot.x(ts) - now_x) > 3.4 * rem && plot.x(ts) > rem && plot.x(ts) < plot.width - 1.5 * rem && (
            <text class="axis-text" x={plot.x(ts)} y={plot.height + 1.3 * rem}>
              {minuteText(ts, zone)}
            </text>
          )}
        </g>
      ))}
      <line class="axis-now" x1={now_x} x2={now_x} y1={0} y2={plot.height + 0.3 * rem} />
      <text class="axis-text axis-now-text" x={now_x} y={plot.height + 1.3 * rem}>
        {t('strip.now')}
      </text>
    </>
  )
}

function Names({ answer, plot, rem }: { answer: TimeSpaceAnswer; plot: Plot; rem: number }) {
  const wall = useWall()
  const at = answer.stops.map(({ along_m }) => plot.y(along_m))
  const names = shortNames(answer.stops.map(({ name }) => name))
  const spread = spreadLabels(at, LABEL_REM * rem, 0.4 * rem)
  return (
    <ol class="stops" style={{ width: `${GUTTER_REM}rem` }}>
      {answer.stops.map(({ junction, name, along_m }, i) => (
        <li key={junction} style={{ top: `${spread[i]}px` }}>
          <button
            type="button"
            title={pick(name)}
            onClick={() => {
              wall.selection.value = { kind: 'junction', id: junction }
            }}
          >
            {pick(names[i])}
          </button>
          <span class="stop-m">{metricText('length_km', along_m / 1000)}</span>
        </li>
      ))}
    </ol>
  )
}

/** Greens of every junction as bars, above the line for the way up and below it for the way back; bands of green as slanted areas. */
export function TimeSpace({ answer, sentence }: { answer: TimeSpaceAnswer; sentence: string }) {
  const { ref, width, height } = useSize()
  const rem = width === 0 ? 16 : Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  const inner = { width: Math.max(10, width - GUTTER_REM * rem), height: Math.max(10, height - AXIS_REM * rem) }
  const plot = plotOf(answer, inner.width, inner.height, PAD_REM * rem)
  const now_x = plot.x(answer.now)
  return (
    <div class="time-space" ref={ref}>
      {width > 0 && (
        <>
          <Names answer={answer} plot={plot} rem={rem} />
          <svg width={inner.width} height={height} role="img" aria-label={sentence} style={{ left: `${GUTTER_REM}rem` }}>
            <rect class="ahead" x={now_x} y={0} width={Math.max(0, plot.width - now_x)} height={plot.height} />
            <Axis answer={answer} plot={plot} rem={rem} />
            {DIRECTIONS.flatMap((direction) =>
              answer.bands[direction].map((band) => (
                <polygon
                  key={`${direction} ${band.from}`}
                  class={`band band-${direction}`}
                  data-band={direction}
                  points={bandCorners(answer, band, plot)}
                />
              )),
            )}
            {DIRECTIONS.map((direction) => (
              <path key={direction} class={`ways ways-${direction}`} d={predictedWays(answer, direction, plot)} />
            ))}
            {answer.stops.map((stop) => (
              <g key={stop.junction}>
                <line class="stop-line" x1={0} x2={plot.width} y1={plot.y(stop.along_m)} y2={plot.y(stop.along_m)} />
                {DIRECTIONS.map((direction) => (
                  <Bars key={direction} stop={stop} direction={direction} plot={plot} bar={BAR_REM * rem} />
                ))}
              </g>
            ))}
          </svg>
        </>
      )}
    </div>
  )
}
