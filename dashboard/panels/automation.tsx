import type { CommandRow } from '../../gateway/wire/frames.ts'
import { clockText } from '../i18n/format.ts'
import { pick, t, word } from '../i18n/index.ts'
import { useWall, type Wall } from '../state/wall.ts'
import { Panel } from './panel.tsx'

const ROWS_MAX = 2

/** The device's own name where the city knows it. */
export function deviceName(wall: Wall, key: string): string {
  return pick(wall.city.value?.places.get(`device:${key}`)?.properties.name) || pick(wall.data.tables.crews.get(key)?.name) || key
}

function CommandEntry({ command }: { command: CommandRow }) {
  const wall = useWall()
  return (
    <li class="act">
      <p class="act-head">
        <span class={command.auto ? 'chip chip-auto' : 'chip chip-manual'}>{t(command.auto ? 'auto.chip' : 'auto.manual')}</span>
        <span class="act-what">
          {word('command', command.kind)} <span class="act-device">{deviceName(wall, command.device)}</span>
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
  const newest = [...wall.data.tables.commands].sort(([a, x], [b, y]) => y.ts - x.ts || (a < b ? 1 : -1)).slice(0, ROWS_MAX)
  return (
    <Panel id="automation" title={t('auto.title')}>
      {newest.length === 0 ? (
        <p class="empty">{t('auto.none')}</p>
      ) : (
        <ol class="acts">
          {newest.map(([id, command]) => (
            <CommandEntry key={id} command={command} />
          ))}
        </ol>
      )}
    </Panel>
  )
}
