import { useEffect, useRef, useState } from 'preact/hooks'
import type { JunctionDocument } from '../../../gateway/wire/junction.ts'
import { fetchCurve } from '../../data/api.ts'
import type { Place } from '../../data/city.ts'
import {
  notePast,
  type PastStage,
  pastFromHistory,
  runningStage,
  SPAN_S,
  type Stage,
  stagesAround,
  sumApproach,
} from '../../data/junction.ts'
import type { Look } from '../../data/look.ts'
import { clockText, figure, withUnit } from '../../i18n/format.ts'
import { pick, t, word } from '../../i18n/index.ts'
import { MODE_STATE, signalKey } from '../../layers/signals.ts'
import { useWall } from '../../state/wall.ts'
import { Curve } from '../curve.tsx'
import { OldChip, Unread, useLook } from '../look.tsx'
import { StateGlyph } from '../shape.tsx'
import { Dial } from './dial.tsx'
import { Observed } from './observed.tsx'
import { PhasePicture } from './phase-picture.tsx'
import { PlanBar } from './plan-bar.tsx'
import { approachName, junctionSentence, middleOf } from './sentence.ts'
import { JunctionTwin } from './twin.tsx'

const EVERY_MS = 1000
const COMMANDS_MAX = 4

/** Stages before the card was opened, from the history store; without it the ring fills as time passes. */
function useHistoryBefore(device: string, document: JunctionDocument | null): readonly PastStage[] {
  const wall = useWall()
  const [before, setBefore] = useState<readonly PastStage[]>([])
  const known = document !== null
  useEffect(() => {
    if (document === null) return
    const leaving = new AbortController()
    const range = { from: document.now - (SPAN_S + 10) * 1000, to: document.now, step_s: 0 }
    fetchCurve(wall.base, device, 'phase', range, leaving.signal).then(
      (points) => setBefore(pastFromHistory(points, document)),
      () => undefined,
    )
    return () => leaving.abort()
    // Once, with the first document; later stages are heard.
  }, [wall, device, known])
  return before
}

function usePast(device: string, document: JunctionDocument | null): readonly PastStage[] {
  const before = useHistoryBefore(device, document)
  const heard = useRef<readonly PastStage[]>([])
  const noted = useRef<JunctionDocument | null>(null)
  if (document !== null && noted.current !== document) {
    heard.current = notePast(heard.current, document)
    noted.current = document
  }
  const first = heard.current[0]
  const earlier = first === undefined ? before : before.filter(({ until }) => until <= first.from + 1000)
  return [...earlier, ...heard.current]
}

function Who({ known, document }: { known: Look<JunctionDocument>; document: JunctionDocument }) {
  const zone = useWall().timezone.value
  const { mode, controller, hand } = document
  return (
    <p class="card-sub">
      <span class={`chip chip-${mode === 'auto' || mode === 'local' ? mode : 'manual'}`}>{t(`junction.mode.${mode}`)}</span>
      {(mode === 'auto' || mode === 'suggest') && <span>{word('controller', controller)}</span>}
      {hand !== null && <span translate={false}>{hand.by}</span>}
      {hand !== null && <span>{t('junction.until', { time: clockText(hand.until, zone) })}</span>}
      {mode === 'local' && <span>{t('junction.local')}</span>}
      <span class="who-heard">
        {document.stage === null ? t('junction.unheard') : t('junction.heard', { time: clockText(document.stage.ts, zone) })}
      </span>
      <OldChip known={known} />
    </p>
  )
}

function Approaches({ document }: { document: JunctionDocument }) {
  return (
    <ul class="approaches" aria-label={t('junction.lanes')}>
      {document.approaches.map((approach) => {
        const { queued_veh, approaching_veh, waited_s, silent } = sumApproach(approach.lanes)
        return (
          <li key={approach.road}>
            <svg class="approach-way" viewBox="-12 -12 24 24" aria-hidden="true">
              <path d="M0 -10V9M-4.5 4L0 9L4.5 4" transform={`rotate(${approach.bearing_deg})`} />
            </svg>
            <span class="approach-name">{approachName(approach)}</span>
            <span class="approach-figures">
              {silent
                ? t('junction.silent')
                : approaching_veh === null
                  ? t('junction.queued', { n: figure(queued_veh) })
                  : t('junction.queued.coming', { n: figure(queued_veh), coming: figure(approaching_veh) })}
            </span>
            {waited_s > 0 && <span class="approach-wait">{t('junction.longest', { s: withUnit(waited_s, 0, t('unit.s')) })}</span>}
          </li>
        )
      })}
    </ul>
  )
}

function Plan({ document, stages, now }: { document: JunctionDocument; stages: readonly Stage[]; now: number }) {
  return (
    <section aria-label={t('junction.plan')}>
      <h3>{t('junction.plan')}</h3>
      {document.plan === null ? (
        <p class="empty">{t('junction.plan.none', { controller: word('controller', document.controller) })}</p>
      ) : (
        <PlanBar document={document} stages={stages} now={now} />
      )}
    </section>
  )
}

function Why({ document }: { document: JunctionDocument }) {
  const zone = useWall().timezone.value
  const { reason, next_best } = document
  return (
    <section class="why" aria-label={t('card.why')}>
      <h3>{t('card.why')}</h3>
      {reason === null ? (
        <p>{t('junction.why.none')}</p>
      ) : (
        <p>
          {pick(reason.text)} <time class="why-time">{clockText(reason.ts, zone)}</time>
        </p>
      )}
      {next_best !== null && (
        <p class="next-best">
          <PhasePicture document={document} phase={next_best.phase} />
          <span>
            {t('junction.next', {
              n: next_best.phase,
              by: figure(next_best.behind, next_best.behind < 100 ? 1 : 0),
              unit: pick(next_best.unit),
            })}
          </span>
        </p>
      )}
    </section>
  )
}

function Neighbours({ document, now }: { document: JunctionDocument; now: number }) {
  const wall = useWall()
  const { neighbours } = document
  return (
    <section aria-label={t('junction.neighbours')}>
      <h3>{t('junction.neighbours')}</h3>
      {neighbours.length === 0 && <p class="empty">{t('junction.neighbours.none')}</p>}
      <ul class="neighbours">
        {neighbours.map(({ id, name, bearing_deg, expected_veh, first }) => (
          <li key={id}>
            <button
              type="button"
              onClick={() => {
                wall.selection.value = { kind: 'junction', id }
              }}
            >
              <svg class="approach-way" viewBox="-12 -12 24 24" aria-hidden="true">
                <path d="M0 -10V9M-4.5 4L0 9L4.5 4" transform={`rotate(${bearing_deg})`} />
              </svg>
              <span class="neighbour-name">{pick(name)}</span>
              <span class={expected_veh === null ? 'neighbour-silent' : 'neighbour-veh'}>
                {expected_veh === null
                  ? t('junction.neighbours.untold')
                  : first === null
                    ? t('junction.neighbours.nobody')
                    : t('junction.neighbours.coming', {
                        n: figure(expected_veh, 1),
                        s: withUnit(Math.max(0, Math.round((first - now) / 1000)), 0, t('unit.s')),
                      })}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Commands({ document }: { document: JunctionDocument }) {
  const zone = useWall().timezone.value
  const shown = document.commands.slice(0, COMMANDS_MAX)
  return (
    <section aria-label={t('junction.commands')}>
      <h3>{t('junction.commands')}</h3>
      {shown.length === 0 && <p class="empty">{t('auto.none')}</p>}
      <ol class="junction-commands">
        {shown.map(({ id, ts, kind, status, auto, fields }) => (
          <li key={id}>
            <time>{clockText(ts, zone)}</time>
            <span class={auto ? 'chip chip-auto' : 'chip chip-manual'}>{t(auto ? 'auto.chip' : 'auto.manual')}</span>
            <span>
              {typeof fields.phase === 'number'
                ? t('junction.command', { what: word('command', kind), n: fields.phase })
                : word('command', kind)}
            </span>
            <span class="command-status">{word('command', status)}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}

/** One junction, read once a second while it is chosen. */
export function JunctionCard({ place }: { place: Place }) {
  const wall = useWall()
  const { id, name } = place.properties
  const device = signalKey(place)
  const known = useLook<JunctionDocument>(`api/v1/signals/${encodeURIComponent(id)}`, EVERY_MS)
  const { document } = known
  const past = usePast(device, document)
  const now = Math.max(wall.now.value ?? 0, document?.now ?? 0)
  const stages = document === null ? [] : stagesAround(document, past, now)
  return (
    <div class="junction">
      <header class={`card-head card-${document === null ? 'offline' : MODE_STATE[document.mode]}`}>
        <StateGlyph state={document === null ? 'offline' : MODE_STATE[document.mode]} size="1.4em" />
        <h2 tabIndex={-1}>{pick(name)}</h2>
        {document === null ? (
          <p class="card-sub">
            <span>{t('kind.junction')}</span>
          </p>
        ) : (
          <Who known={known} document={document} />
        )}
      </header>
      {document === null ? (
        <Unread state={known.state} />
      ) : (
        <>
          <div class="junction-view">
            <Dial
              document={document}
              stages={stages}
              now={now}
              middle={middleOf(document, runningStage(document, now), now)}
              sentence={junctionSentence(document, now)}
            />
            <Approaches document={document} />
          </div>
          <Plan document={document} stages={stages} now={now} />
          <Observed document={document} />
          <Why document={document} />
          <Neighbours document={document} now={now} />
          <Commands document={document} />
          <JunctionTwin document={document} stages={stages} now={now} />
          <Curve device={device} metric="queued_veh" />
        </>
      )}
      <p class="card-key" translate={false}>
        {device}
      </p>
    </div>
  )
}
