import type { IncidentRow } from '../../gateway/wire/frames.ts'
import { parseEvidence } from '../data/evidence.ts'
import { ageText, clockText, figure, minuteText } from '../i18n/format.ts'
import { pick, t, word } from '../i18n/index.ts'
import { keyOf } from '../layers/sensors.ts'
import { useWall } from '../state/wall.ts'
import { deviceName } from './automation.tsx'
import { Curve } from './curve.tsx'
import { DeskBar } from './desk-bar.tsx'
import { crewNames, stateOfIncident, whereText } from './events.tsx'
import { type Fact, Facts } from './facts.tsx'
import { Photos } from './photos.tsx'
import { StateGlyph } from './shape.tsx'

const EVIDENCE_MAX = 4

function Timeline({ incident }: { incident: IncidentRow }) {
  const zone = useWall().timezone.value
  return (
    <section aria-label={t('card.timeline')}>
      <h3>{t('card.timeline')}</h3>
      <ol class="timeline">
        {incident.timeline.map((entry) => (
          <li key={`${entry.ts} ${entry.status}`} class={`step step-${entry.status}`}>
            <time>{clockText(entry.ts, zone)}</time>
            <span class="step-status">{word('status', entry.status)}</span>
            <span class="step-text">{pick(entry.text)}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}

/** The plain sentence first, then the readings it rests on. */
function Why({ incident }: { incident: IncidentRow }) {
  const wall = useWall()
  return (
    <section class="why" aria-label={t('card.why')}>
      <h3>{t('card.why')}</h3>
      <p>{pick(incident.why)}</p>
      {incident.evidence.length > 0 && (
        <ul class="evidence" aria-label={t('card.evidence')}>
          {incident.evidence.slice(-EVIDENCE_MAX).map((text) => {
            const reading = parseEvidence(text)
            if (reading === null)
              return (
                <li key={text} translate={false}>
                  {text}
                </li>
              )
            return (
              <li key={text}>
                <button
                  type="button"
                  onClick={() => {
                    wall.selection.value = { kind: 'device', id: reading.device }
                  }}
                >
                  <span>{deviceName(wall, reading.device)}</span>
                  <span class="evidence-value" translate={false}>
                    {reading.metric} = {reading.value}
                  </span>
                  {reading.ts !== null && <time>{clockText(reading.ts, wall.timezone.value)}</time>}
                </button>
              </li>
            )
          })}
        </ul>
      )}
    </section>
  )
}

function EvidenceCurve({ incident }: { incident: IncidentRow }) {
  const wall = useWall()
  const reading = incident.evidence.map(parseEvidence).findLast((parsed) => parsed !== null && parsed.event === null)
  if (reading === undefined || reading === null) return null
  const device = wall.city.value?.layers.device.find((place) => keyOf(place) === reading.device)
  return (
    <Curve
      device={reading.device}
      metric={reading.metric}
      limit={reading.metric === 'level_m' ? device?.properties.params?.threshold_m : undefined}
    />
  )
}

export function IncidentCard({ id, incident }: { id: string; incident: IncidentRow }) {
  const wall = useWall()
  const now = wall.now.value ?? incident.updated
  const zone = wall.timezone.value
  const state = stateOfIncident(incident)
  const crew = crewNames(wall, incident)
  const overdue = state !== 'done' && now > incident.due
  const grid = wall.city.value?.places.get(`grid:${incident.grid ?? ''}`)
  const etas = incident.tasks.flatMap((task) => wall.data.tables.tasks.get(task)?.eta ?? []).sort((a, b) => a - b)
  const facts: Fact[] = [
    [t('card.where'), whereText(wall, incident)],
    [t('card.grid'), pick(grid?.properties.name)],
    [t('card.opened'), minuteText(incident.opened, zone)],
    [t('card.due'), overdue ? t('events.overdue', { age: ageText(now - incident.due) }) : minuteText(incident.due, zone)],
    [t('card.alarm'), incident.alarm > 1 ? figure(incident.alarm) : ''],
    [t('card.crew'), crew === '' ? t('events.unassigned') : crew],
    [t('crews.enroute'), etas.map((eta) => t('crews.eta', { time: minuteText(eta, zone) })).join(t('list.join'))],
    [t('card.signals'), incident.signals > 1 ? figure(incident.signals) : ''],
  ]
  return (
    <>
      <header class={`card-head card-${state}`}>
        <StateGlyph state={state} size="1.4em" />
        <h2 tabIndex={-1}>{pick(incident.title)}</h2>
        <p class="card-sub">
          <span class="card-state">{t(`state.${state}`)}</span>
          <span class={`chip chip-${incident.status}`}>{word('status', incident.status)}</span>
          <span>{ageText(now - incident.opened)}</span>
        </p>
      </header>
      <DeskBar id={id} incident={incident} />
      <Facts facts={facts} />
      <Why incident={incident} />
      <EvidenceCurve incident={incident} />
      <Photos incident={id} />
      <Timeline incident={incident} />
    </>
  )
}
