/** Crews against time, tasks that wait, how soon crews were there, and how soon they could be anywhere. */
import { useState } from 'preact/hooks'
import type { Coverage, DispatchBoard } from '../../../gateway/wire/dispatch-api.ts'
import { AHEAD_MS, type Bar, type BoardCrew, barsOf, orderCrews, PAST_MS } from '../../data/dispatch.ts'
import { ageText, DASH, figure, minuteText, withUnit } from '../../i18n/format.ts'
import { pick, t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { OldChip, Unread, useLook } from '../look.tsx'
import { CoverageSection } from './coverage.tsx'
import { PageFrame } from './page.tsx'

const BOARD_MS = 5_000
const COVERAGE_MS = 30_000
const HOUR_MS = 3_600_000
const HOURS = Array.from({ length: (PAST_MS + AHEAD_MS) / HOUR_MS + 1 }, (_, i) => i)

function JobBar({ bar, crew }: { bar: Bar; crew: string }) {
  const wall = useWall()
  const { job, from, to, onsite, arrived } = bar
  const clock = (ts: number): string => minuteText(ts, wall.timezone.value)
  const parts = [
    pick(job.title),
    t('board.offered', { time: clock(job.offered) }),
    job.onsite !== null ? t('board.onsite', { time: clock(job.onsite) }) : job.eta === null ? '' : t('crews.eta', { time: clock(job.eta) }),
    job.ended === null ? '' : t('board.ended', { time: clock(job.ended) }),
  ]
  const text = parts.filter((part) => part !== '').join(t('list.join'))
  const late = (job.onsite ?? job.ended ?? wall.now.value ?? 0) > job.due
  return (
    <button
      type="button"
      class={`job job-${job.priority}${arrived ? '' : ' job-underway'}${late ? ' job-late' : ''}`}
      style={{ '--from': String(from), '--to': String(to), '--onsite': String(onsite ?? 1) }}
      aria-label={late ? `${text} · ${t('board.late')}` : text}
      title={text}
      onClick={() => {
        // A round serves no incident: its crew is shown.
        wall.selection.value = job.incident === null ? { kind: 'crew', id: crew } : { kind: 'incident', id: job.incident }
      }}
    >
      <span class="job-title">{pick(job.title)}</span>
    </button>
  )
}

function CrewLine({ crew, now }: { crew: BoardCrew; now: number }) {
  return (
    <tr>
      <th scope="row" class="board-crew">
        {pick(crew.name)} <small class="board-status">{t(`crews.${crew.status as 'idle'}`)}</small>
      </th>
      <td class="board-time">
        {barsOf(crew, now).map((bar) => (
          <JobBar key={bar.job.task} bar={bar} crew={crew.id} />
        ))}
      </td>
    </tr>
  )
}

function Board({ board }: { board: DispatchBoard }) {
  const wall = useWall()
  const crews = orderCrews(board.crews)
  const start = board.now - PAST_MS
  return (
    <section class="board" aria-label={t('board.title')}>
      <div class="board-scroll">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by key */}
        <table tabIndex={0}>
          <thead>
            <tr>
              <th scope="col" class="board-crew board-head">
                {t('kind.crew')}
              </th>
              <th scope="col" class="board-head board-hours">
                {HOURS.map((i) => (
                  <time key={i} style={{ '--at': String((i * HOUR_MS) / (PAST_MS + AHEAD_MS)) }}>
                    {minuteText(start + i * HOUR_MS, wall.timezone.value)}
                  </time>
                ))}
              </th>
            </tr>
          </thead>
          <tbody style={{ '--now': String(PAST_MS / (PAST_MS + AHEAD_MS)) }}>
            {crews.map((crew) => (
              <CrewLine key={crew.id} crew={crew} now={board.now} />
            ))}
          </tbody>
        </table>
      </div>
      {crews.length === 0 && <p class="empty">{t('board.none')}</p>}
    </section>
  )
}

const WAITING_MAX = 5

function Waiting({ board }: { board: DispatchBoard }) {
  const wall = useWall()
  const { waiting, now } = board
  return (
    <section class="page-section" aria-label={t('board.waiting')}>
      <h3>
        {t('board.waiting')} <span class="number">{figure(waiting.length)}</span>
      </h3>
      {waiting.length === 0 && <p class="empty">{t('board.waiting.none')}</p>}
      <ul class="board-waiting">
        {waiting.slice(0, WAITING_MAX).map(({ task, incident, title, where, priority, created, due, why }) => (
          <li key={task}>
            <button
              type="button"
              class={now > due ? 'waiting waiting-late' : 'waiting'}
              onClick={() => {
                wall.selection.value = incident === null ? null : { kind: 'incident', id: incident }
              }}
            >
              <b>{t('board.priority', { n: priority })}</b> {pick(title)} · {pick(where)} · {ageText(now - created)}
              {why !== null && <small class="waiting-why">{pick(why)}</small>}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Bars of one row share a scale, so that shapes compare; the figures stand beside them. */
function Response({ board }: { board: DispatchBoard }) {
  const { response, response_classes_min: ends } = board
  const names = [...ends.map((end) => t('board.below', { n: end })), t('board.beyond', { n: ends[ends.length - 1] })]
  return (
    <section class="page-section" aria-label={t('board.response')}>
      <h3>{t('board.response')}</h3>
      <table class="response">
        <thead>
          <tr>
            <th scope="col">{t('board.priority.name')}</th>
            <th scope="col" class="number">
              {t('board.median')}
            </th>
            <th scope="col" class="number">
              {t('board.p90')}
            </th>
            <th scope="col" class="number">
              {t('board.in_time')}
            </th>
            <th scope="col">{t('board.distribution')}</th>
          </tr>
        </thead>
        <tbody>
          {response.map(({ priority, arrived, median_min, p90_min, in_time, counts }) => {
            const most = Math.max(1, ...counts)
            const told = counts.map((count, i) => `${names[i]}: ${figure(count)}`).join(t('list.join'))
            return (
              <tr key={priority}>
                <th scope="row">
                  {figure(priority)} <small class="response-arrived">{t('board.arrived', { n: arrived })}</small>
                </th>
                <td class="number">{median_min === null ? DASH : withUnit(median_min, 1, t('unit.min'))}</td>
                <td class="number">{p90_min === null ? DASH : withUnit(p90_min, 1, t('unit.min'))}</td>
                <td class="number">{in_time === null ? DASH : withUnit(in_time * 100, 0, '%')}</td>
                <td>
                  <span class="response-bars" role="img" aria-label={told} title={told}>
                    {counts.map((count, i) => (
                      <i key={names[i]} style={{ '--share': String(count / most) }} />
                    ))}
                  </span>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

export function CrewsPage() {
  const [skill, setSkill] = useState<string | null>(null)
  const board = useLook<DispatchBoard>('api/v1/dispatch', BOARD_MS)
  const coverage = useLook<Coverage>(`api/v1/coverage${skill === null ? '' : `?skill=${encodeURIComponent(skill)}`}`, COVERAGE_MS)
  return (
    <PageFrame kind="crews" note={<OldChip known={board} />}>
      {board.document === null ? <Unread state={board.state} /> : <Board board={board.document} />}
      <div class="board-below page-scroll">
        {board.document !== null && <Waiting board={board.document} />}
        {board.document !== null && <Response board={board.document} />}
        <CoverageSection known={coverage} skill={skill} onSkill={setSkill} />
      </div>
    </PageFrame>
  )
}
