/** Rounds of the bin lorries: when the next is planned, why the last planning came to what it did, and each round on the streets. */
import type { ComponentChildren } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { RoundWaysAnswer } from '../../../gateway/wire/bin-page.ts'
import type { RoundDocument, RoundsAnswer } from '../../../gateway/wire/bins.ts'
import { type BinRow, planRound, roundPicture, withdrawRound } from '../../data/bins.ts'
import { ageText, figure, minuteText, withUnit } from '../../i18n/format.ts'
import { pick, t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { type Fact, Facts } from '../facts.tsx'
import { OldChip, Unread, useLook } from '../look.tsx'

const ROUNDS_MS = 5_000
const WAYS_MS = 60_000
const PICTURE = { width: 560, height: 300 }
const OVER: readonly RoundDocument['state'][] = ['done', 'withdrawn', 'failed']

type Decision = NonNullable<RoundsAnswer['decision']>

const byText = (by: string): string => (by.startsWith('operator:') ? by.slice('operator:'.length) : t('bins.by.policy'))
const reasonText = ({ text, text_zh }: RoundDocument['reason']): string => pick({ zh: text_zh, en: text })

/** Only at a desk, signed in, and not in a replay. */
function useMayAct(): string | null {
  const wall = useWall()
  const { enabled, token } = wall.desk
  return enabled && wall.data.head.value?.mode !== 'replay' ? token.value : null
}

interface ActProps {
  readonly label: string
  readonly field: string
  readonly required: boolean
  readonly disabled?: boolean
  readonly act: (text: string, token: string) => Promise<unknown>
}

/** One line of text and a button; nothing where nobody may act. */
function Act({ label, field, required, disabled = false, act }: ActProps) {
  const token = useMayAct()
  const [text, setText] = useState('')
  const [said, setSaid] = useState<{ readonly state: 'busy' | 'done' } | { readonly state: 'failed'; readonly why: string } | null>(null)
  if (token === null) return null
  return (
    <form
      class="bins-act"
      onSubmit={(event) => {
        event.preventDefault()
        setSaid({ state: 'busy' })
        act(text, token).then(
          () => {
            setText('')
            setSaid({ state: 'done' })
          },
          (error: unknown) => setSaid({ state: 'failed', why: error instanceof Error ? error.message : String(error) }),
        )
      }}
    >
      <input
        aria-label={field}
        placeholder={field}
        required={required}
        maxLength={500}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="button" disabled={disabled || said?.state === 'busy'}>
        {label}
      </button>
      <p role="status">
        {said?.state === 'done' && t('desk.sent')}
        {said?.state === 'failed' && t('desk.failed', { why: said.why })}
      </p>
    </form>
  )
}

function Skipped({ skipped, nameOf }: { skipped: Decision['skipped']; nameOf: (bin: string) => ComponentChildren }) {
  if (skipped.length === 0) return null
  return (
    <details class="twin">
      <summary>{t('bins.skipped', { n: figure(skipped.length) })}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('kind.bin')}</th>
            <th scope="col">{t('bins.why')}</th>
          </tr>
        </thead>
        <tbody>
          {skipped.map(({ bin, why }) => (
            <tr key={bin}>
              <th scope="row">{nameOf(bin)}</th>
              <td>{t(`bins.skip.${why}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

function DecisionNote({ decision, nameOf }: { decision: Decision; nameOf: (bin: string) => ComponentChildren }) {
  const wall = useWall()
  const { ts, by, outcome, lorries, bins, chosen, spared_min, cost_min, overflow, km, reason, skipped } = decision
  const minutes = (value: number): string => withUnit(value, 0, t('unit.min'))
  const facts: Fact[] = [
    [t('bins.spared'), t('bins.spared.text', { worth: minutes(spared_min), n: figure(overflow, 1) })],
    [t('bins.cost'), t('bins.cost.text', { drive: minutes(cost_min), km: withUnit(km, 1, 'km') })],
    [t('bins.choice'), t('bins.choice.text', { chosen: figure(chosen), bins: figure(bins), lorries: figure(lorries) })],
  ]
  return (
    <div class="bins-decision">
      <p>
        <b>{t(`bins.outcome.${outcome}`)}</b>{' '}
        <span class="card-note">{t('bins.decided', { time: minuteText(ts, wall.timezone.value), by: byText(by) })}</span>
      </p>
      <p>{reasonText(reason)}</p>
      <Facts facts={facts} />
      <Skipped skipped={skipped} nameOf={nameOf} />
    </div>
  )
}

function RoundMap({ round }: { round: RoundDocument }) {
  const city = useWall().city.value
  const ways = useLook<RoundWaysAnswer>(`api/v1/bins/round/${encodeURIComponent(round.round)}/ways`, WAYS_MS)
  // Only what moves the drawing: states of stops change more often than their places.
  const places = round.stops.map(({ stop, at }) => `${stop} ${at.join(' ')}`).join()
  const picture = useMemo(() => {
    const found = new Map(ways.document?.ways.map(({ stop, way }) => [stop, way]) ?? [])
    // The server's schema has pairs; its type does not say so.
    const pair = ([lon, lat]: readonly number[]): readonly [number, number] => [lon, lat]
    return roundPicture(
      city?.layers.road ?? [],
      round.stops.map(({ at }) => pair(at)),
      round.stops.map(({ stop }) => (found.get(stop) ?? []).map(pair)),
      PICTURE,
    )
  }, [city, ways.document, places])
  return (
    <svg
      class="bins-map"
      viewBox={`0 0 ${picture.width} ${picture.height}`}
      role="img"
      aria-label={t('bins.map', { crew: pick(round.name), n: figure(round.stops.length) })}
    >
      <path class="bins-map-road" d={picture.roads} />
      {picture.ways.map((way, i) => (
        <path key={round.stops[i].stop} class={`bins-map-way${round.stops[i].state === 'left' ? '' : ' bins-map-driven'}`} d={way} />
      ))}
      {picture.stops.map(({ x, y }, i) => {
        const { stop, kind, state } = round.stops[i]
        return (
          <g key={stop} transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`} class={`bins-map-stop bins-map-${state}`}>
            {kind === 'tip' ? <rect x={-9} y={-9} width={18} height={18} /> : <circle r={9} />}
            <text y={4.5} translate={false}>
              {i + 1}
            </text>
          </g>
        )
      })}
    </svg>
  )
}

function Stops({ round }: { round: RoundDocument }) {
  const wall = useWall()
  const clock = (ts: number): string => minuteText(ts, wall.timezone.value)
  return (
    <table class="bins-stops">
      <caption>{t('bins.stops')}</caption>
      <thead>
        <tr>
          <th scope="col" class="number">
            {t('bins.stop.no')}
          </th>
          <th scope="col">{t('bins.stop.where')}</th>
          <th scope="col">{t('list.state')}</th>
          <th scope="col">{t('list.since')}</th>
          <th scope="col" class="number">
            {t('bins.stop.level')}
          </th>
        </tr>
      </thead>
      <tbody>
        {round.stops.map(({ stop, kind, id, name, state, eta, ts, expected_pct, found_pct, why }, i) => (
          <tr key={stop} class={state === 'left' ? '' : 'bins-stop-over'}>
            <td class="number">{figure(i + 1)}</td>
            <th scope="row">
              {kind === 'tip' ? (
                t('bins.tip', { name: pick(name) })
              ) : (
                <button
                  type="button"
                  class="link"
                  onClick={() => {
                    wall.page.value = { kind: 'bins', id }
                  }}
                >
                  {pick(name)}
                </button>
              )}
            </th>
            <td>
              {t(`bins.stop.${state}`)}
              {why !== null && <small>{t(`bins.stop.why.${why}`)}</small>}
            </td>
            <td>{ts !== null ? clock(ts) : eta === null ? '' : t('crews.eta', { time: clock(eta) })}</td>
            <td class="number">
              {expected_pct === null
                ? ''
                : found_pct === null
                  ? withUnit(expected_pct, 0, '%')
                  : t('bins.stop.found', { found: withUnit(found_pct, 0, '%'), expected: figure(expected_pct) })}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** @param told the reason of the whole plan, which is not repeated */
function RoundDetail({ round, told }: { round: RoundDocument; told: string | null }) {
  const wall = useWall()
  const { load_l, capacity_l, left, emptied, failed, skipped, drive_min, started, ended, end, by, reason } = round
  const clock = (ts: number): string => minuteText(ts, wall.timezone.value)
  const facts: Fact[] = [
    [t('bins.waste'), t(`bins.waste.${round.waste}`)],
    [
      t('bins.progress'),
      t('bins.progress.text', { left: figure(left), emptied: figure(emptied), failed: figure(failed), skipped: figure(skipped) }),
    ],
    [t('bins.load'), t('bins.load.text', { load: figure(load_l), capacity: withUnit(capacity_l, 0, 'L') })],
    [t('bins.drive'), withUnit(drive_min, 0, t('unit.min'))],
    [t('bins.times'), [started, ended ?? end].map((ts) => (ts === null ? '' : clock(ts))).join(' → ')],
    [t('bins.by'), byText(by)],
  ]
  return (
    <article class="bins-round" aria-label={pick(round.name)}>
      <Facts facts={facts} />
      <i class="bins-load" aria-hidden="true" style={{ '--share': String(Math.min(1, load_l / capacity_l)) }} />
      {reason.text !== told && <p>{reasonText(reason)}</p>}
      <RoundMap round={round} />
      <Stops round={round} />
      {!OVER.includes(round.state) && (
        <Act
          label={t('bins.withdraw')}
          field={t('desk.reason')}
          required
          act={(text, token) => withdrawRound(wall.base, round.round, text, token)}
        />
      )}
    </article>
  )
}

export function RoundSection({ rows }: { rows: readonly BinRow[] }) {
  const wall = useWall()
  const known = useLook<RoundsAnswer>('api/v1/bins/round', ROUNDS_MS)
  const [chosen, setChosen] = useState<string | null>(null)
  const answer = known.document
  const nameOf = (key: string): ComponentChildren =>
    pick(rows.find(({ bin }) => bin.bin === key)?.place?.properties.name) || <span translate={false}>{key}</span>
  if (answer === null)
    return (
      <section class="page-section" aria-label={t('bins.round')}>
        <h3>{t('bins.round')}</h3>
        <Unread state={known.state} />
      </section>
    )
  const { rounds, asking, next, decision, now } = answer
  const shown = rounds.find(({ round }) => round === chosen) ?? rounds.at(0)
  return (
    <section class="page-section" aria-label={t('bins.round')}>
      <h3>
        {t('bins.round')} {known.state === 'away' && <OldChip known={known} />}
      </h3>
      <p class="card-note" role="status">
        {asking !== null
          ? t('bins.asking', { by: byText(asking.by), age: ageText(now - asking.since) })
          : next === null
            ? t('bins.next.none')
            : t('bins.next', { time: minuteText(next, wall.timezone.value) })}
      </p>
      {decision === null ? <p class="empty">{t('bins.decision.none')}</p> : <DecisionNote decision={decision} nameOf={nameOf} />}
      <Act
        label={t('bins.plan')}
        field={t('desk.note')}
        required={false}
        disabled={asking !== null}
        act={(note, token) => planRound(wall.base, note, token)}
      />
      {rounds.length === 0 ? (
        <p class="empty">{t('bins.round.none')}</p>
      ) : (
        <ul class="bins-rounds" aria-label={t('bins.rounds')}>
          {rounds.map((one) => (
            <li key={one.round}>
              <button type="button" class="layer" aria-pressed={one.round === shown?.round} onClick={() => setChosen(one.round)}>
                {pick(one.name)} <small>{t(`bins.round.${one.state}`)}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
      {shown !== undefined && <RoundDetail key={shown.round} round={shown} told={decision?.reason.text ?? null} />}
    </section>
  )
}
