import type { IncidentRow } from '../../gateway/wire/frames.ts'
import { type StreamRow, streamRows } from '../data/stream.ts'
import { ageText, figure, minuteText } from '../i18n/format.ts'
import { pick, t, word } from '../i18n/index.ts'
import { isPending } from '../layers/events.ts'
import type { StateShape } from '../layers/glyphs.ts'
import { useWall, type Wall } from '../state/wall.ts'
import { Panel } from './panel.tsx'
import { useRoom } from './room.ts'
import { StateGlyph } from './shape.tsx'

const ROWS_MAX = 8
/** Height of a row, as in rails.css. */
const ROW_REM = 3.875

export const stateOfIncident = (incident: IncidentRow): StateShape => (isPending(incident) ? incident.severity : 'done')

export function whereText(wall: Wall, incident: IncidentRow): string {
  if (incident.road !== null) return pick(incident.road)
  const grid = wall.city.value?.places.get(`grid:${incident.grid ?? ''}`)
  const district = wall.city.value?.places.get(`district:${incident.district}`)
  return pick(grid?.properties.name ?? district?.properties.name) || incident.district
}

const crewName = (wall: Wall, crew: string): string => pick(wall.data.tables.crews.get(crew)?.name) || crew

export const crewNames = (wall: Wall, { crews }: IncidentRow): string => crews.map((crew) => crewName(wall, crew)).join(t('list.join'))

function EventRow({ id, incident }: { id: string; incident: IncidentRow }) {
  const wall = useWall()
  const now = wall.now.value ?? incident.updated
  const state = stateOfIncident(incident)
  const chosen = wall.selection.value?.kind === 'incident' && wall.selection.value.id === id
  const crew = crewNames(wall, incident)
  return (
    <li>
      <button
        type="button"
        class={`event event-${state}${chosen ? ' event-chosen' : ''}`}
        aria-pressed={chosen}
        onClick={() => {
          wall.selection.value = { kind: 'incident', id }
        }}
      >
        <StateGlyph state={state} />
        <span class="event-line">
          <span class="event-what">{pick(incident.title)}</span>
          <span class={`chip chip-${incident.status}`}>{word('status', incident.status)}</span>
        </span>
        <span class="event-line event-where">
          <span>{whereText(wall, incident)}</span>
          {crew !== '' && <span class="event-crew">{crew}</span>}
          <time class="event-age" aria-hidden="true">
            {ageText(now - incident.opened)}
          </time>
        </span>
        <span class="visually-hidden">
          {t(`state.${state}`)} <time>{minuteText(incident.opened, wall.timezone.value)}</time>
        </span>
      </button>
    </li>
  )
}

function BurstRow({ row }: { row: Extract<StreamRow, { kind: 'burst' }> }) {
  const wall = useWall()
  const { incident, districts } = row
  const where = districts.length === 1 ? pick(wall.city.value?.places.get(`district:${districts[0]}`)?.properties.name) : t('events.many')
  return (
    <li>
      <button
        type="button"
        class={`event event-${incident.severity} event-burst`}
        onClick={() => {
          wall.list.value = true
        }}
      >
        <StateGlyph state={incident.severity} />
        <span class="event-line event-what">{t('events.burst', { kind: pick(incident.title), n: figure(row.count) })}</span>
        <span class="event-line event-where">{t('events.burst.where', { district: where })}</span>
      </button>
    </li>
  )
}

/** Said aloud at once, at most one in ten seconds; everything else waits its turn in the log. */
function CriticalAnnouncer() {
  const wall = useWall()
  void wall.data.versions.incidents.value
  let newest: IncidentRow | null = null
  for (const incident of wall.data.tables.incidents.values())
    if (incident.severity === 'critical' && incident.status === 'detected' && (newest === null || incident.opened > newest.opened))
      newest = incident
  const now = wall.now.value
  // Rounded to ten seconds, so that a burst of critical events changes the text once.
  const due = newest !== null && now !== null && Math.floor(now / 10_000) - Math.floor(newest.opened / 10_000) <= 1
  return (
    <p class="visually-hidden" aria-live="assertive">
      {due &&
        newest !== null &&
        t('events.new', { severity: t('state.critical'), title: pick(newest.title), where: whereText(wall, newest) })}
    </p>
  )
}

/** How many are open, and the way to those that found no room. */
function Note({ open, hidden }: { open: number; hidden: number }) {
  const wall = useWall()
  return (
    <>
      {t('events.open', { n: figure(open) })}
      {hidden > 0 && (
        <button
          type="button"
          class="more"
          onClick={() => {
            wall.list.value = true
          }}
        >
          {t('events.more', { n: figure(hidden) })}
        </button>
      )}
    </>
  )
}

export function EventStream() {
  const wall = useWall()
  void wall.data.versions.incidents.value
  void wall.data.versions.crews.value
  const now = wall.now.value ?? 0
  const rows = streamRows(wall.data.tables.incidents, now)
  let open = 0
  for (const incident of wall.data.tables.incidents.values()) if (isPending(incident)) open++
  const room = useRoom(ROW_REM, ROWS_MAX)
  return (
    <Panel
      id="events"
      title={t('events.title')}
      note={<Note open={open} hidden={rows.filter((row) => isPending(row.incident)).length - room.rows} />}
      rows={Math.min(ROWS_MAX, Math.max(2, rows.length))}
    >
      <CriticalAnnouncer />
      <div role="log" aria-live="polite" aria-relevant="additions" class="stream" ref={room.ref}>
        {rows.length === 0 ? (
          <p class="empty calm">
            <StateGlyph state="normal" />
            {t('events.calm')}
          </p>
        ) : (
          <ol>
            {rows
              .slice(0, room.rows)
              .map((row) =>
                row.kind === 'one' ? (
                  <EventRow key={row.id} id={row.id} incident={row.incident} />
                ) : (
                  <BurstRow key={`burst ${row.incident.class}`} row={row} />
                ),
              )}
          </ol>
        )}
      </div>
    </Panel>
  )
}
