import { type ActRow, actRows } from '../data/automation.ts'
import { clockText, figure } from '../i18n/format.ts'
import { pick, t, word } from '../i18n/index.ts'
import { useWall, type Wall } from '../state/wall.ts'
import { Panel } from './panel.tsx'
import { useRoom } from './room.ts'

const ROWS_MAX = 8
/** Height of a row, as in rails.css. */
const ROW_REM = 4.5

/** The crew that carries the phone, or the device's own name where the city knows it. */
export function deviceName(wall: Wall, key: string): string {
  return pick(wall.data.tables.crews.get(key)?.name) || pick(wall.city.value?.places.get(`device:${key}`)?.properties.name) || key
}

function whatText({ command, count, per_min }: ActRow): string {
  const kind = word('command', command.kind)
  if (per_min !== null) return t('auto.rate', { kind, n: `${figure(per_min.count)}${per_min.at_least ? '+' : ''}` })
  return count > 1 ? t('auto.several', { kind, n: figure(count) }) : kind
}

function Act({ row }: { row: ActRow }) {
  const wall = useWall()
  const { command } = row
  return (
    <li class="act">
      <p class="act-head">
        <span class={command.auto ? 'chip chip-auto' : 'chip chip-manual'}>{t(command.auto ? 'auto.chip' : 'auto.manual')}</span>
        <span class="act-what">
          {whatText(row)} {row.per_min === null && row.count === 1 && <span class="act-device">{deviceName(wall, command.device)}</span>}
        </span>
        <time class="act-time">{clockText(command.ts, wall.timezone.value)}</time>
      </p>
      <p class="act-why">{pick(command.why)}</p>
    </li>
  )
}

export function AutomationLog() {
  const wall = useWall()
  void wall.data.versions.commands.value
  const room = useRoom(ROW_REM, ROWS_MAX)
  const rows = actRows(wall.data.tables.commands, wall.now.value ?? 0, room.rows)
  return (
    <Panel id="automation" title={t('auto.title')}>
      {rows.length === 0 ? (
        <p class="empty">{t('auto.none')}</p>
      ) : (
        <ol class="acts" ref={room.ref}>
          {rows.map((row) => (
            <Act key={row.id} row={row} />
          ))}
        </ol>
      )}
    </Panel>
  )
}
