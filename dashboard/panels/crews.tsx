import type { CrewRow, TaskRow } from '../../gateway/wire/frames.ts'
import { figure, minuteText } from '../i18n/format.ts'
import { pick, t } from '../i18n/index.ts'
import { CREW_SHAPES } from '../layers/glyphs.ts'
import { useWall, type Wall } from '../state/wall.ts'
import { Panel } from './panel.tsx'
import { Glyph } from './shape.tsx'

const BOARD: readonly CrewRow['status'][] = ['idle', 'offered', 'accepted', 'enroute', 'onsite']
const JOBS_MAX = 3
const ACTIVE = ['onsite', 'enroute', 'accepted', 'offered']

export function countCrews(crews: Iterable<CrewRow>): Record<CrewRow['status'], number> {
  const counts = { off: 0, idle: 0, offered: 0, accepted: 0, enroute: 0, onsite: 0 }
  for (const crew of crews) counts[crew.status]++
  return counts
}

/** On site first, then whoever arrives first. */
export function activeJobs(tasks: Iterable<[string, TaskRow]>): [string, TaskRow][] {
  return [...tasks]
    .filter(([, task]) => task.crew !== null && ACTIVE.includes(task.status))
    .sort(
      ([a, x], [b, y]) => ACTIVE.indexOf(x.status) - ACTIVE.indexOf(y.status) || (x.eta ?? x.due) - (y.eta ?? y.due) || (a < b ? -1 : 1),
    )
}

/** The time of arrival is what was reckoned when the crew was sent; a crew that is later has no better one. */
function progressText(wall: Wall, { eta }: TaskRow, status: CrewRow['status']): string {
  if (eta === null || status === 'onsite' || status === 'idle') return t(`crews.${status}`)
  return eta > (wall.now.value ?? 0) ? t('crews.eta', { time: minuteText(eta, wall.timezone.value) }) : t('crews.soon')
}

function Job({ task }: { task: TaskRow }) {
  const wall = useWall()
  const crew = task.crew === null ? undefined : wall.data.tables.crews.get(task.crew)
  const status = crew?.status ?? 'idle'
  return (
    <li>
      <button
        type="button"
        class="row"
        onClick={() => {
          if (task.crew !== null) wall.selection.value = { kind: 'crew', id: task.crew }
        }}
      >
        <Glyph shape={CREW_SHAPES[status]} colour="var(--state-done)" />
        <span class="row-main">{pick(crew?.name) || task.crew}</span>
        <span class="row-figure">{progressText(wall, task, status)}</span>
        <span class="row-note">{pick(task.title)}</span>
      </button>
    </li>
  )
}

export function CrewBoard() {
  const wall = useWall()
  void wall.data.versions.crews.value
  void wall.data.versions.tasks.value
  const counts = countCrews(wall.data.tables.crews.values())
  const jobs = activeJobs(wall.data.tables.tasks)
  return (
    <Panel id="crews" title={t('crews.title')} note={counts.off > 0 ? t('crews.off.count', { n: figure(counts.off) }) : undefined}>
      <ul class="counts">
        {BOARD.map((status) => (
          <li key={status} class={counts[status] === 0 ? 'count count-zero' : 'count'}>
            <span class="count-figure">{figure(counts[status])}</span>
            <span class="count-name">{t(`crews.${status}`)}</span>
          </li>
        ))}
      </ul>
      {jobs.length === 0 ? (
        <p class="empty">{t('crews.none')}</p>
      ) : (
        <ol class="rows">
          {jobs.slice(0, JOBS_MAX).map(([id, task]) => (
            <Job key={id} task={task} />
          ))}
        </ol>
      )}
    </Panel>
  )
}
