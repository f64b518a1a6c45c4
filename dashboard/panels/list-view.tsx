import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { compareIncidents } from '../data/stream.ts'
import { ageText, figure, metricText } from '../i18n/format.ts'
import { pick, t, word } from '../i18n/index.ts'
import { STATE_RANK } from '../layers/glyphs.ts'
import { USUAL_LAYERS } from '../layers/index.ts'
import { keyOf, stateOf } from '../layers/sensors.ts'
import { MODE_STATE, signalKey } from '../layers/signals.ts'
import type { Selection } from '../state/selection.ts'
import { useWall, type Wall } from '../state/wall.ts'
import { crewNames, stateOfIncident, whereText } from './events.tsx'
import { isAbove, lowPointLevels } from './flood.tsx'
import { StateGlyph } from './shape.tsx'
import { mainMetric } from './thing-card.tsx'

const PAGE = 60
const TABS = ['events', 'devices', 'junctions', 'low_points', 'crews'] as const
type Tab = (typeof TABS)[number]

interface Row {
  readonly selection: Selection
  readonly cells: readonly ComponentChildren[]
}

interface Sheet {
  readonly heads: readonly string[]
  readonly rows: readonly Row[]
}

const stateCell = (state: Parameters<typeof StateGlyph>[0]['state']): ComponentChildren => (
  <>
    <StateGlyph state={state} /> {t(`state.${state}`)}
  </>
)

function eventSheet(wall: Wall): Sheet {
  void wall.data.versions.incidents.value
  const now = wall.now.value ?? 0
  return {
    heads: [t('list.severity'), t('list.name'), t('list.where'), t('card.status'), t('list.crew'), t('list.since')],
    rows: [...wall.data.tables.incidents]
      .sort(([, a], [, b]) => compareIncidents(a, b))
      .map(([id, incident]) => ({
        selection: { kind: 'incident', id },
        cells: [
          stateCell(stateOfIncident(incident)),
          pick(incident.title),
          whereText(wall, incident),
          word('status', incident.status),
          crewNames(wall, incident),
          ageText(now - incident.opened),
        ],
      })),
  }
}

function deviceSheet(wall: Wall): Sheet {
  void wall.data.versions.devices.value
  const { tables } = wall.data
  const devices = [...(wall.city.value?.layers.device ?? [])]
  devices.sort((a, b) => STATE_RANK[stateOf(b, tables)] - STATE_RANK[stateOf(a, tables)])
  return {
    heads: [t('list.state'), t('list.name'), t('list.kind'), t('list.value')],
    rows: devices.map((place) => {
      const values = tables.devices.get(keyOf(place))?.v ?? {}
      const metric = mainMetric(values)
      return {
        selection: { kind: 'device', id: keyOf(place) },
        cells: [
          stateCell(stateOf(place, tables)),
          pick(place.properties.name),
          word('kind', place.properties.kind ?? 'other'),
          metric === null ? '' : t('text.measure', { name: word('metric', metric), value: metricText(metric, values[metric]) }),
        ],
      }
    }),
  }
}

/** Most queued first. */
function junctionSheet(wall: Wall): Sheet {
  void wall.data.versions.signals.value
  const rows = (wall.city.value?.layers.junction ?? []).map((place) => ({
    place,
    signal: wall.data.tables.signals.get(signalKey(place)),
  }))
  rows.sort((a, b) => (b.signal?.queued_veh ?? -1) - (a.signal?.queued_veh ?? -1))
  return {
    heads: [t('junction.mode'), t('list.name'), t('metric.phase'), t('junction.signal'), t('metric.queued_veh'), t('metric.vehicles_veh')],
    rows: rows.map(({ place, signal }) => ({
      selection: { kind: 'junction', id: place.properties.id },
      cells: [
        signal === undefined ? (
          stateCell('offline')
        ) : (
          <>
            <StateGlyph state={MODE_STATE[signal.mode]} /> {t(`junction.mode.${signal.mode}`)}
          </>
        ),
        pick(place.properties.name),
        figure(signal?.phase),
        signal === undefined ? '' : t(signal.clearing ? 'legend.clearing' : 'legend.green'),
        figure(signal?.queued_veh),
        figure(signal?.vehicles_veh),
      ],
    })),
  }
}

function lowPointSheet(wall: Wall): Sheet {
  return {
    heads: [t('list.state'), t('list.name'), t('metric.level_m'), t('card.threshold')],
    rows: lowPointLevels(wall).map((level) => ({
      selection: { kind: 'low_point', id: level.place.properties.id },
      cells: [
        stateCell(level.level_m === null ? 'offline' : isAbove(level) ? 'warning' : 'normal'),
        pick(level.place.properties.name),
        metricText('level_m', level.level_m),
        metricText('level_m', level.threshold_m),
      ],
    })),
  }
}

function crewSheet(wall: Wall): Sheet {
  void wall.data.versions.crews.value
  return {
    heads: [t('list.name'), t('card.status'), t('card.task')],
    rows: [...wall.data.tables.crews].map(([id, crew]) => ({
      selection: { kind: 'crew', id },
      cells: [pick(crew.name), t(`crews.${crew.status}`), crew.task === null ? '' : pick(wall.data.tables.tasks.get(crew.task)?.title)],
    })),
  }
}

const SHEETS: Readonly<Record<Tab, (wall: Wall) => Sheet>> = {
  events: eventSheet,
  devices: deviceSheet,
  junctions: junctionSheet,
  low_points: lowPointSheet,
  crews: crewSheet,
}
const LAYER_OF: Readonly<Record<Tab, 'events' | 'sensors' | 'signals' | 'flood' | 'crews'>> = {
  events: 'events',
  devices: 'sensors',
  junctions: 'signals',
  low_points: 'flood',
  crews: 'crews',
}

function SheetTable({ sheet, shown }: { sheet: Sheet; shown: number }) {
  const wall = useWall()
  return (
    <table>
      <thead>
        <tr>
          {sheet.heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sheet.rows.slice(0, shown).map(({ selection, cells }) => (
          <tr key={`${selection.kind} ${selection.id}`}>
            {cells.map((cell, column) => (
              <td key={sheet.heads[column]}>
                {column === (sheet.heads[0] === t('list.name') ? 0 : 1) ? (
                  <button
                    type="button"
                    class="link"
                    onClick={() => {
                      wall.selection.value = selection
                    }}
                  >
                    {cell}
                  </button>
                ) : (
                  cell
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The map's twin in words: the same layers, the same choosing. A layer that is off has no sheet. */
export function ListView() {
  const wall = useWall()
  const visible = wall.layers.value ?? USUAL_LAYERS
  const tabs = TABS.filter((tab) => visible.has(LAYER_OF[tab]))
  const [wanted, setWanted] = useState<Tab>('events')
  const [shown, setShown] = useState(PAGE)
  const tab = tabs.includes(wanted) ? wanted : tabs[0]
  const sheet = tab === undefined ? { heads: [], rows: [] } : SHEETS[tab](wall)
  return (
    <section class="list" aria-label={t('list.title')}>
      <header>
        <h2>{t('list.title')}</h2>
        <nav aria-label={t('list.title')}>
          {tabs.map((name) => (
            <button
              type="button"
              key={name}
              class="layer"
              aria-pressed={name === tab}
              onClick={() => {
                setWanted(name)
                setShown(PAGE)
              }}
            >
              {t(`list.${name}`)}
            </button>
          ))}
        </nav>
        <button
          type="button"
          class="button"
          onClick={() => {
            wall.list.value = false
          }}
        >
          {t('list.back')}
        </button>
      </header>
      <section
        class="list-scroll"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by key
        tabIndex={0}
        aria-label={t('text.beside', { first: t('list.title'), second: tab === undefined ? '' : t(`list.${tab}`) })}
      >
        <SheetTable sheet={sheet} shown={shown} />
      </section>
      <footer>
        <span>{t('list.rows', { shown: figure(Math.min(shown, sheet.rows.length)), all: figure(sheet.rows.length) })}</span>
        {sheet.rows.length > shown && (
          <button type="button" class="button" onClick={() => setShown(shown + PAGE)}>
            {t('list.more')}
          </button>
        )}
      </footer>
    </section>
  )
}
