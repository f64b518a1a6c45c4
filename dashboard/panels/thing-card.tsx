import type { DeviceRow } from '../../gateway/wire/frames.ts'
import type { Place } from '../data/city.ts'
import { ageText, figure, metricText, minuteText, withUnit } from '../i18n/format.ts'
import { pick, t, word } from '../i18n/index.ts'
import { isOpen } from '../layers/events.ts'
import { CREW_SHAPES, type StateShape } from '../layers/glyphs.ts'
import type { Selection } from '../state/selection.ts'
import { useWall, type Wall } from '../state/wall.ts'
import { Curve } from './curve.tsx'
import { type Fact, Facts } from './facts.tsx'
import { FloodStage, Forecast } from './forecast.tsx'
import { JunctionCard } from './junction/card.tsx'
import { CrewPhones } from './phones.tsx'
import { Glyph, KindGlyph, StateGlyph } from './shape.tsx'

/** The metric that a device's curve shows: the first of these that it reports, else its first. */
const MAIN_METRICS = ['level_m', 'fill_pct', 'rain_mm_h', 'setting', 'queued_veh', 'flow_m3_s', 'power_w']

export function mainMetric(values: Readonly<Record<string, number>>): string | null {
  return MAIN_METRICS.find((metric) => metric in values) ?? Object.keys(values)[0] ?? null
}

function Head({ name, sub, state, kind }: { name: string; sub: string; state: StateShape; kind?: string }) {
  return (
    <header class={`card-head card-${state}`}>
      {kind === undefined ? <StateGlyph state={state} size="1.4em" /> : <KindGlyph kind={kind} state={state} size="1.4em" />}
      <h2 tabIndex={-1}>{name}</h2>
      <p class="card-sub">
        <span class="card-state">{t(`state.${state}`)}</span>
        <span>{sub}</span>
      </p>
    </header>
  )
}

function seenText(wall: Wall, row: DeviceRow | undefined): string {
  if (row === undefined || row.ts === null) return t('card.never')
  return t('fresh.age', { s: figure(Math.max(0, Math.floor(((wall.now.value ?? row.ts) - row.ts) / 1000))) })
}

/** The causes are not told metric by metric: a gauge has one that matters. */
function qualityText({ quality, causes = {}, clock_skew_s }: DeviceRow): string {
  const names = [...new Set(Object.values(causes))].map((cause) => word('cause', cause))
  const skew =
    clock_skew_s === undefined
      ? []
      : [t(clock_skew_s > 0 ? 'card.clock.ahead' : 'card.clock.behind', { s: figure(Math.abs(clock_skew_s)) })]
  return [t(`card.quality.${quality}`), ...names, ...skew].join(' · ')
}

function DeviceCard({ id }: { id: string }) {
  const wall = useWall()
  void wall.data.versions.devices.value
  const place = wall.city.value?.places.get(`device:${id}`)
  const row = wall.data.tables.devices.get(id)
  if (place === undefined && row === undefined) return <p class="empty">{t('card.gone')}</p>
  const values = row?.v ?? {}
  const metric = mainMetric(values)
  const facts: Fact[] = [
    ...Object.entries(values).map(([name, value]): Fact => [word('metric', name), metricText(name, value)]),
    [t('card.quality'), row === undefined ? '' : qualityText(row)],
    [t('card.seen'), seenText(wall, row)],
    [
      t('card.threshold'),
      place?.properties.params?.threshold_m === undefined ? '' : metricText('level_m', place.properties.params.threshold_m),
    ],
    [t('card.grid'), pick(wall.city.value?.places.get(`grid:${place?.properties.grid ?? ''}`)?.properties.name)],
  ]
  return (
    <>
      <Head
        name={pick(place?.properties.name) || id}
        sub={word('kind', place?.properties.kind ?? 'other')}
        state={row?.state ?? 'offline'}
        kind={place?.properties.kind ?? 'other'}
      />
      <Facts facts={facts} />
      {metric !== null && (
        <Curve key={metric} device={id} metric={metric} limit={metric === 'level_m' ? place?.properties.params?.threshold_m : undefined} />
      )}
      <p class="card-key" translate={false}>
        {id}
      </p>
    </>
  )
}

function LowPointCard({ place }: { place: Place }) {
  const wall = useWall()
  void wall.data.versions.devices.value
  const { devices } = wall.data.tables
  const gauges = place.properties.gauges ?? []
  const limit = place.properties.threshold_m
  const level = (key: string): number | undefined => devices.get(key)?.v.level_m
  const above = gauges.some((key) => (level(key) ?? 0) >= (limit ?? Number.POSITIVE_INFINITY))
  const silent = gauges.every((key) => level(key) === undefined)
  const facts: Fact[] = [
    ...gauges.map((key): Fact => [pick(wall.city.value?.places.get(`device:${key}`)?.properties.name), metricText('level_m', level(key))]),
    [t('card.threshold'), metricText('level_m', limit)],
    ...(place.properties.pumps ?? []).map(
      (key): Fact => [
        pick(wall.city.value?.places.get(`device:${key}`)?.properties.name),
        withUnit((devices.get(key)?.v.setting ?? Number.NaN) * 100, 0, '%'),
      ],
    ),
  ]
  return (
    <>
      <Head
        name={pick(place.properties.name)}
        sub={t('kind.low_point')}
        state={silent ? 'offline' : above ? 'warning' : 'normal'}
        kind="level_gauge"
      />
      <FloodStage point={place.properties.id} />
      <Facts facts={facts} />
      {gauges.length > 0 && <Curve device={gauges[0]} metric="level_m" limit={limit} />}
      <Forecast point={place.properties.id} limit={limit} />
    </>
  )
}

function CrewCard({ id }: { id: string }) {
  const wall = useWall()
  void wall.data.versions.crews.value
  const crew = wall.data.tables.crews.get(id)
  if (crew === undefined) return <p class="empty">{t('card.gone')}</p>
  const task = crew.task === null ? undefined : wall.data.tables.tasks.get(crew.task)
  // A round serves no incident.
  const incident = task?.incident ?? null
  const facts: Fact[] = [
    [t('card.status'), t(`crews.${crew.status}`)],
    [t('card.task'), pick(task?.title)],
    [t('card.due'), task === undefined ? '' : minuteText(task.due, wall.timezone.value)],
    [
      t('crews.enroute'),
      task?.eta === undefined || task.eta === null ? '' : t('crews.eta', { time: minuteText(task.eta, wall.timezone.value) }),
    ],
    [t('card.seen'), crew.seen === null ? t('card.never') : ageText((wall.now.value ?? crew.seen) - crew.seen)],
  ]
  return (
    <>
      <header class="card-head card-done">
        <Glyph shape={CREW_SHAPES[crew.status]} colour="var(--state-done)" size="1.4em" />
        <h2 tabIndex={-1}>{pick(crew.name)}</h2>
        <p class="card-sub">
          <span>{t('kind.crew')}</span>
        </p>
      </header>
      <Facts facts={facts} />
      <CrewPhones crew={id} />
      {incident !== null && (
        <button
          type="button"
          class="button"
          onClick={() => {
            wall.selection.value = { kind: 'incident', id: incident }
          }}
        >
          {t('kind.incident')}
        </button>
      )}
      <p class="card-key" translate={false}>
        {id}
      </p>
    </>
  )
}

/** Road, grid, district, depot: what the static city says, and how many events are open there. */
function PlaceCard({ place }: { place: Place }) {
  const wall = useWall()
  const { layer, id, lanes, speed_kmh, oneway, officer } = place.properties
  let open = 0
  for (const incident of wall.data.tables.incidents.values())
    if (isOpen(incident) && ((layer === 'grid' && incident.grid === id) || (layer === 'district' && incident.district === id))) open++
  const counted = layer === 'grid' || layer === 'district'
  const facts: Fact[] = [
    [t('card.class'), place.properties.class === undefined ? '' : word('class', place.properties.class)],
    [t('card.lanes'), lanes === undefined ? '' : figure(lanes)],
    [t('card.speed'), speed_kmh === undefined ? '' : metricText('speed_kmh', speed_kmh)],
    [t('card.oneway'), oneway ? '→' : ''],
    [t('card.officer'), pick(officer)],
    [t('card.incidents'), counted ? figure(open) : ''],
  ]
  return (
    <>
      <header class="card-head">
        <h2 tabIndex={-1}>{pick(place.properties.name) || word('class', place.properties.class ?? '') || word('kind', layer)}</h2>
        <p class="card-sub">
          <span>{word('kind', layer)}</span>
        </p>
      </header>
      <Facts facts={facts} />
      <p class="card-key" translate={false}>
        {id}
      </p>
    </>
  )
}

/** The junction that is chosen, itself or by its detectors or its controller. */
function junctionOf(wall: Wall, { kind, id }: Selection): Place | undefined {
  const place = wall.city.value?.places.get(`${kind}:${id}`)
  if (kind === 'junction') return place
  if (kind !== 'device' || place === undefined) return undefined
  const own = ['detector', 'controller'].includes(place.properties.kind ?? '')
  return own ? wall.city.value?.places.get(`junction:${place.properties.place ?? ''}`) : undefined
}

export function ThingCard({ selection }: { selection: Selection }) {
  const wall = useWall()
  const junction = junctionOf(wall, selection)
  if (junction !== undefined) return <JunctionCard key={junction.properties.id} place={junction} />
  if (selection.kind === 'device') return <DeviceCard id={selection.id} />
  if (selection.kind === 'crew') return <CrewCard id={selection.id} />
  const place = wall.city.value?.places.get(`${selection.kind}:${selection.id}`)
  if (place === undefined) return <p class="empty">{t('card.gone')}</p>
  if (selection.kind === 'low_point') return <LowPointCard place={place} />
  return <PlaceCard place={place} />
}
