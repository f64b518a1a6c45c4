import type { TimeSpaceAnswer } from '../../../gateway/wire/arterials-api.ts'
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
/** Long arterials scroll rather than crowd. */
const STOP_REM_MIN = 2.4

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

function Grid({ answer, plot }: { answer: TimeSpaceAnswer; plot: Plot }) {
  return (
    <>
      <rect class="ahead" x={plot.x(answer.now)} y={0} width={Math.max(0, plot.width - plot.x(answer.now))} height={plot.height} />
      {minutesBetween(answer.from, answer.until).map((ts) => (
        <line key={ts} class="axis-line" x1={plot.x(ts)} x2={plot.x(ts)} y1={0} y2={plot.height} />
      ))}
      <line class="axis-now" x1={plot.x(answer.now)} x2={plot.x(answer.now)} y1={0} y2={plot.height} />
    </>
  )
}

/** Stays in sight while a long arterial scrolls. */
function Axis({ answer, plot, rem }: { answer: TimeSpaceAnswer; plot: Plot; rem: number }) {
  const zone = useWall().timezone.value
  const now_x = plot.x(answer.now)
  const room = (x: number): boolean => Math.abs(x - now_x) > 3.4 * rem && x > rem && x < plot.width - 1.5 * rem
  return (
    <svg class="time-space-axis" width={plot.width} height={AXIS_REM * rem} style={{ marginLeft: `${GUTTER_REM}rem` }} aria-hidden="true">
      {minutesBetween(answer.from, answer.until)
        .filter((ts) => room(plot.x(ts)))
        .map((ts) => (
          <text key={ts} class="axis-text" x={plot.x(ts)} y={1.3 * rem}>
            {minuteText(ts, zone)}
          </text>
        ))}
      <text class="axis-text axis-now-text" x={now_x} y={1.3 * rem}>
        {t('strip.now')}
      </text>
    </svg>
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
  const plot = plotOf(
    answer,
    Math.max(10, width - GUTTER_REM * rem),
    Math.max(10, height, answer.stops.length * STOP_REM_MIN * rem),
    PAD_REM * rem,
  )
  return (
    <div class="time-space">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by key */}
      <section class="time-space-scroll" ref={ref} tabIndex={0} aria-label={t('arterial.greens')}>
        {width > 0 && (
          <div style={{ height: `${plot.height}px` }}>
            <Names answer={answer} plot={plot} rem={rem} />
            <svg width={plot.width} height={plot.height} role="img" aria-label={sentence} style={{ left: `${GUTTER_REM}rem` }}>
              <Grid answer={answer} plot={plot} />
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
          </div>
        )}
      </section>
      {width > 0 && <Axis answer={answer} plot={plot} rem={rem} />}
    </div>
  )
}
