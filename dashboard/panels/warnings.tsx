import type { WarningRow } from '../../gateway/wire/frames.ts'
import { minuteText } from '../i18n/format.ts'
import { pick, t } from '../i18n/index.ts'
import { WARNING_SHAPES } from '../layers/glyphs.ts'
import { useWall } from '../state/wall.ts'
import { Glyph } from './shape.tsx'

const LEVELS = ['red', 'orange', 'yellow', 'blue'] as const
/** The wall's own colours stand for those of the signals: they are told apart by colour-blind eyes too. */
const COLOURS: Readonly<Record<WarningRow['level'], string>> = {
  blue: 'var(--state-normal)',
  yellow: 'var(--state-watch)',
  orange: 'var(--state-warning)',
  red: 'var(--state-critical)',
}

const LevelGlyph = ({ level }: { level: WarningRow['level'] }) => <Glyph shape={WARNING_SHAPES[level]} colour={COLOURS[level]} />

/** The highest warning that stands, with how many more; opened, all of them with their sender and end. */
export function Warnings() {
  const wall = useWall()
  void wall.data.versions.warnings.value
  const rows = [...wall.data.tables.warnings].sort(
    ([, a], [, b]) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || b.issued - a.issued,
  )
  if (rows.length === 0) return null
  const [[, { level, hazard }]] = rows
  return (
    <details class="head-item warnings">
      <summary>
        <LevelGlyph level={level} />
        <span role="status">{t(`warning.${hazard}.${level}`)}</span>
        {rows.length > 1 && <span class="warnings-more">{t('warning.more', { n: rows.length - 1 })}</span>}
      </summary>
      <ul>
        {rows.map(([id, row]) => (
          <li key={id}>
            <p class="warnings-head">
              <LevelGlyph level={row.level} />
              <strong>{pick(row.headline)}</strong>
            </p>
            <p>{pick(row.description)}</p>
            <p>
              {pick(row.sender)} · {t('warning.until', { time: minuteText(row.expires, wall.timezone.value) })}
              {row.assumed !== undefined && ` (${t('warning.assumed')}: ${pick(row.assumed)})`}
            </p>
          </li>
        ))}
      </ul>
    </details>
  )
}
