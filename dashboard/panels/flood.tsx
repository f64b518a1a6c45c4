import type { Place } from '../data/city.ts'
import { isStale } from '../data/forecast.ts'
import { metricText, minuteText, withUnit } from '../i18n/format.ts'
import { pick, t } from '../i18n/index.ts'
import { depthOf } from '../layers/flood.ts'
import { useWall, type Wall } from '../state/wall.ts'
import { Panel } from './panel.tsx'
import { useRoom } from './room.ts'
import { StateGlyph } from './shape.tsx'

const ROWS_MAX = 8
/** Height of a row, as in rails.css. */
const ROW_REM = 4.25

export interface LowPointLevel {
  readonly place: Place
  readonly level_m: number | null
  readonly threshold_m: number
  readonly pumps_on: number
  /** Null where passing the limit is not likely within two hours, or nothing newer than a quarter of an hour is known. */
  readonly crossing: { readonly at: number; readonly p: number } | null
}

/** Every low point with its level, nearest to or farthest above its limit first; silent ones last. */
export function lowPointLevels(wall: Wall): LowPointLevel[] {
  void wall.data.versions.devices.value
  void wall.data.versions.forecasts.value
  const { devices } = wall.data.tables
  const levels = (wall.city.value?.layers.low_point ?? []).map((place) => ({
    place,
    level_m: depthOf(place, wall.data.tables),
    threshold_m: place.properties.threshold_m ?? 0,
    crossing: crossingOf(wall, place.properties.id),
    pumps_on: (place.properties.pumps ?? []).filter((pump) => (devices.get(pump)?.v.setting ?? 0) > 0).length,
  }))
  const share = ({ level_m, threshold_m }: LowPointLevel): number => (level_m === null ? -1 : level_m / Math.max(0.01, threshold_m))
  // Who is about to flood stands behind those that have, before all others.
  const rank = (level: LowPointLevel): number => (isAbove(level) ? 2 : level.crossing === null ? 0 : 1)
  return levels.sort((a, b) => rank(b) - rank(a) || share(b) - share(a) || (a.place.properties.id < b.place.properties.id ? -1 : 1))
}

function crossingOf(wall: Wall, id: string): LowPointLevel['crossing'] {
  const row = wall.data.tables.forecasts.get(id)
  if (row === undefined || row.crossing === null || isStale(row, wall.now.value)) return null
  return { at: row.crossing, p: Math.max(...row.p) }
}

export const isAbove = ({ level_m, threshold_m }: LowPointLevel): boolean => level_m !== null && level_m >= threshold_m

/** The bar ends at twice the limit, so that the limit stands in the middle of every row. */
function LevelRow({ level }: { level: LowPointLevel }) {
  const wall = useWall()
  const { place, level_m, threshold_m } = level
  const share = level_m === null ? 0 : Math.min(1, level_m / (2 * threshold_m))
  const above = isAbove(level)
  const pumps = place.properties.pumps?.length ?? 0
  return (
    <li>
      <button
        type="button"
        class={above ? 'level level-above' : 'level'}
        onClick={() => {
          wall.selection.value = { kind: 'low_point', id: place.properties.id }
        }}
      >
        <StateGlyph state={level_m === null ? 'offline' : above ? 'warning' : 'normal'} size="0.8em" />
        <span class="level-name">{pick(place.properties.name)}</span>
        <span class="level-value">{metricText('level_m', level_m)}</span>
        <span class="level-bar" style={{ '--share': String(share) }} />
        <span class="level-note">
          <span>{t('flood.threshold', { value: metricText('level_m', threshold_m) })}</span>
          {level.crossing !== null && !above && (
            <span class="level-crossing">
              {t('flood.crossing', {
                time: minuteText(level.crossing.at, wall.timezone.value),
                p: withUnit(level.crossing.p * 100, 0, '%'),
              })}
            </span>
          )}
          {pumps > 0 && <span>{t('flood.pumps', { on: level.pumps_on, all: pumps })}</span>}
        </span>
      </button>
    </li>
  )
}

export function FloodPanel() {
  const levels = lowPointLevels(useWall())
  const room = useRoom(ROW_REM, ROWS_MAX)
  const above = levels.filter(isAbove).length
  const note = levels.length === 0 ? undefined : above > 0 ? t('flood.above', { n: above }) : t('flood.calm')
  return (
    <Panel id="flood" title={t('flood.title')} note={note}>
      {levels.length === 0 ? (
        <p class="empty">{t('flood.none')}</p>
      ) : (
        <ol class="levels" ref={room.ref}>
          {levels.slice(0, room.rows).map((level) => (
            <LevelRow key={level.place.properties.id} level={level} />
          ))}
        </ol>
      )}
    </Panel>
  )
}
