import type { ArterialDocument, TimeSpaceAnswer } from '../../../gateway/wire/arterials-api.ts'
import { DIRECTIONS, greenShare } from '../../data/time-space.ts'
import { clockText, DASH, figure, metricText, withUnit } from '../../i18n/format.ts'
import { pick, t } from '../../i18n/index.ts'
import { useWall } from '../../state/wall.ts'
import { OldChip, Unread, useLook } from '../look.tsx'
import { PageFrame } from './page.tsx'
import { TimeSpace } from './time-space.tsx'

const LIST_MS = 15_000
const DIAGRAM_MS = 2_000
const PAST_S = 300
const AHEAD_S = 60

type Stop = ArterialDocument['junctions'][number]

/** In which compass direction or towards which end an arterial is driven. */
const towards = (junctions: readonly Stop[], direction: 'along' | 'against'): string =>
  t('arterial.towards', { name: pick((direction === 'along' ? junctions[junctions.length - 1] : junctions[0])?.name) })

function Choice({ arterials, chosen }: { arterials: readonly ArterialDocument[]; chosen: ArterialDocument }) {
  const wall = useWall()
  return (
    <label class="page-choice">
      <span class="visually-hidden">{t('page.arterial')}</span>
      <select
        value={chosen.id}
        onChange={(event) => {
          wall.page.value = { kind: 'arterial', id: event.currentTarget.value }
        }}
      >
        {arterials.map(({ id, name }) => (
          <option key={id} value={id}>
            {pick(name)}
          </option>
        ))}
      </select>
    </label>
  )
}

function Figures({ arterial }: { arterial: ArterialDocument }) {
  const { junctions, speed_kmh, coordination } = arterial
  const figures: readonly (readonly [name: string, value: string])[] = [
    [t('arterial.junctions'), figure(junctions.length)],
    [t('arterial.length'), metricText('length_km', (junctions[junctions.length - 1]?.along_m ?? 0) / 1000)],
    [t('arterial.speed'), metricText('speed_kmh', speed_kmh)],
    [t('arterial.cycle'), coordination === null ? DASH : withUnit(coordination.cycle_s, 0, t('unit.s'))],
    [t('arterial.progression'), coordination === null ? DASH : withUnit(coordination.progression * 100, 0, '%')],
  ]
  return (
    <dl class="page-figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Legend({ arterial }: { arterial: ArterialDocument }) {
  return (
    <p class="time-space-legend">
      <span>
        <i class="key key-along" />
        {towards(arterial.junctions, 'along')}
      </span>
      <span>
        <i class="key key-against" />
        {towards(arterial.junctions, 'against')}
      </span>
      <span>
        <i class="key key-planned" />
        {t('arterial.planned')}
      </span>
      <span>
        <i class="key key-band" />
        {t('arterial.band')}
      </span>
      <span>
        <i class="key key-way" />
        {t('arterial.way')}
      </span>
    </p>
  )
}

function Twin({ answer, arterial }: { answer: TimeSpaceAnswer; arterial: ArterialDocument }) {
  const zone = useWall().timezone.value
  const greens = answer.stops.flatMap((stop) =>
    DIRECTIONS.flatMap((direction) => stop.greens[direction].map((green) => ({ stop, direction, green }))),
  )
  return (
    <details class="twin page-twin">
      <summary>{t('twin.table')}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by key */}
      <section class="page-scroll" tabIndex={0} aria-label={t('twin.table')}>
        <table>
          <caption>{t('arterial.bands')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('arterial.direction')}</th>
              <th scope="col">{t('arterial.from')}</th>
              <th scope="col">{t('arterial.until')}</th>
              <th scope="col">{t('arterial.width')}</th>
            </tr>
          </thead>
          <tbody>
            {DIRECTIONS.flatMap((direction) =>
              answer.bands[direction].map(({ from, until }) => (
                <tr key={`${direction} ${from}`}>
                  <th scope="row">{towards(arterial.junctions, direction)}</th>
                  <td>{clockText(from, zone)}</td>
                  <td>{clockText(until, zone)}</td>
                  <td>{figure((until - from) / 1000)}</td>
                </tr>
              )),
            )}
          </tbody>
        </table>
        <table class="twin-greens">
          <caption>{t('arterial.greens')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('kind.junction')}</th>
              <th scope="col">{t('arterial.direction')}</th>
              <th scope="col">{t('arterial.from')}</th>
              <th scope="col">{t('arterial.until')}</th>
              <th scope="col">{t('card.status')}</th>
            </tr>
          </thead>
          <tbody>
            {greens.map(({ stop, direction, green }) => (
              <tr key={`${stop.junction} ${direction} ${green.from}`}>
                <th scope="row">{pick(stop.name)}</th>
                <td>{towards(arterial.junctions, direction)}</td>
                <td>{clockText(green.from, zone)}</td>
                <td>{clockText(green.until, zone)}</td>
                <td>{t(green.planned ? 'arterial.planned' : 'arterial.seen')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}

function sentenceOf(answer: TimeSpaceAnswer, arterial: ArterialDocument): string {
  const share = (direction: 'along' | 'against'): number =>
    answer.stops.reduce((sum, { greens }) => sum + greenShare(answer, greens[direction]), 0) / Math.max(1, answer.stops.length)
  return DIRECTIONS.map((direction) =>
    t('arterial.sentence', {
      towards: towards(arterial.junctions, direction),
      n: answer.bands[direction].length,
      share: figure(share(direction) * 100),
    }),
  ).join(t('text.separator'))
}

function Diagram({ arterial }: { arterial: ArterialDocument }) {
  const path = `api/v1/arterials/${encodeURIComponent(arterial.id)}/time-space?past_s=${PAST_S}&ahead_s=${AHEAD_S}`
  const known = useLook<TimeSpaceAnswer>(path, DIAGRAM_MS)
  const { document } = known
  return (
    <>
      <div class="page-row">
        <Figures arterial={arterial} />
        <OldChip known={known} />
      </div>
      {document === null ? (
        <Unread state={known.state} />
      ) : (
        <>
          <TimeSpace answer={document} sentence={sentenceOf(document, arterial)} />
          <div class="page-row">
            <Legend arterial={arterial} />
          </div>
          <Twin answer={document} arterial={arterial} />
        </>
      )}
    </>
  )
}

/** `?view=arterial&id=`: one arterial in time and space. */
export function ArterialPage({ id }: { id: string | null }) {
  const known = useLook<{ readonly arterials: readonly ArterialDocument[] }>('api/v1/arterials', LIST_MS)
  const arterials = known.document?.arterials ?? []
  const chosen = arterials.find((arterial) => arterial.id === id) ?? (id === null ? arterials[0] : undefined)
  const note = chosen === undefined ? undefined : <Choice arterials={arterials} chosen={chosen} />
  return (
    <PageFrame kind="arterial" note={note}>
      {known.document === null ? (
        <Unread state={known.state} />
      ) : chosen === undefined ? (
        <p class="empty">{t(arterials.length === 0 ? 'arterial.none' : 'card.gone')}</p>
      ) : (
        <Diagram key={chosen.id} arterial={chosen} />
      )}
    </PageFrame>
  )
}
