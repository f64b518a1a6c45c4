/**
 * What has been published on `/live`: every row as JSON text, kept once for all clients. `refresh` finds what has changed since the last
 * time. Devices are told by the facts of the steps; the short tables are compared, because their values are replaced, never changed.
 */
import type { IssuedCommand } from '../../engine/act/state.ts'
import type { CityState } from '../../engine/city-state.ts'
import { splitKey } from '../../engine/model/city.ts'
import type { Fact } from '../../engine/model/fact.ts'
import { ROUND } from '../../engine/model/round.ts'
import { roundView } from '../../engine/round-view.ts'
import {
  commands,
  crews,
  deviceKeys,
  floodStages,
  forecastScores,
  forecasts,
  incidents,
  kpis,
  scored,
  tasks,
  warnings,
} from '../../engine/view.ts'
import { COMMANDS_OF_KIND_MAX, TABLES, type TableName } from '../wire/frames.ts'
import {
  commandRow,
  crewRow,
  deviceRow,
  floodStageRow,
  forecastRow,
  forecastScoreRow,
  incidentRow,
  kpiRow,
  roadRows,
  signalRow,
  taskRow,
  warningRow,
} from './rows.ts'

/** Newest JSON text per key; `null` as text removes the key. */
export type Changes = ReadonlyMap<TableName, ReadonlyMap<string, string>>

export interface LiveTables {
  /** Remembers which devices a step touched. */
  note(facts: readonly Fact[]): void
  /** What changed since the last call. */
  refresh(): Changes
  /** The body of `tables` with everything published up to the last `refresh`. */
  whole(): string
}

/** The newest commands of each kind, oldest first: signals change phase all the time and must not push out what is rare. */
function newestCommands(state: CityState): IssuedCommand[] {
  const issued = [...commands(state)]
  const counts = new Map<string, number>()
  const kept: IssuedCommand[] = []
  for (let i = issued.length - 1; i >= 0; i--) {
    const { kind } = issued[i].command
    const count = counts.get(kind) ?? 0
    if (count === COMMANDS_OF_KIND_MAX) continue
    counts.set(kind, count + 1)
    kept.push(issued[i])
  }
  return kept.reverse()
}

const memberText = (key: string, row: string): string => `${JSON.stringify(key)}:${row}`

export function tablesText(changes: Changes): string {
  const tables: string[] = []
  for (const [table, rows] of changes) {
    if (rows.size > 0) tables.push(`"${table}":{${[...rows].map(([key, row]) => memberText(key, row)).join(',')}}`)
  }
  return `{${tables.join(',')}}`
}

/** Compares a short table with what was seen last, by identity of its values. */
function createComparison<T extends object>() {
  let seen = new Map<string, T>()
  return (now: Iterable<readonly [string, T]>, textOf: (value: T) => string): Map<string, string> => {
    const changed = new Map<string, string>()
    const next = new Map<string, T>()
    for (const [key, value] of now) {
      next.set(key, value)
      if (seen.get(key) !== value) changed.set(key, textOf(value))
    }
    for (const key of seen.keys()) if (!next.has(key)) changed.set(key, 'null')
    seen = next
    return changed
  }
}

const byId = <T extends { readonly id: string }>(values: Iterable<T>): (readonly [string, T])[] =>
  [...values].map((value) => [value.id, value])

export function createTables(current: () => CityState): LiveTables {
  const published = new Map<TableName, Map<string, string>>(TABLES.map((table) => [table, new Map()]))
  const touched = new Set<string>(deviceKeys(current()))
  const compare = {
    crews: createComparison<Parameters<typeof crewRow>[0]>(),
    tasks: createComparison<Parameters<typeof taskRow>[0]>(),
    rounds: createComparison<Parameters<typeof taskRow>[0]>(),
    incidents: createComparison<Parameters<typeof incidentRow>[0]>(),
    commands: createComparison<Parameters<typeof commandRow>[0]>(),
    warnings: createComparison<Parameters<typeof warningRow>[0]>(),
    forecasts: createComparison<Parameters<typeof forecastRow>[0]>(),
  }

  function touchedRows(
    state: CityState,
    rowOf: (state: CityState, key: string) => object | null,
    keys: Iterable<string>,
  ): Map<string, string> {
    const rows = new Map<string, string>()
    for (const key of keys) {
      const row = rowOf(state, key)
      if (row !== null) rows.set(key, JSON.stringify(row))
    }
    return rows
  }

  /** Rows that are made anew at every call: their texts are compared. */
  function changedTexts(table: TableName, rows: readonly (readonly [key: string, row: object])[]): Map<string, string> {
    const before = published.get(table)
    const texts = rows.map(([key, row]): [string, string] => [key, JSON.stringify(row)])
    return new Map(texts.filter(([key, text]) => before?.get(key) !== text))
  }

  let scored_at = Number.NaN
  /** Scores change with the steps of the forecast only, and take a look at every point. */
  function scoreRows(state: CityState): Map<string, string> {
    if (scored(state) === scored_at) return new Map()
    scored_at = scored(state)
    const { lately, storm } = forecastScores(state)
    const rows = [['lately', lately] as const, ['storm', storm] as const]
    return changedTexts(
      'forecast_scores',
      rows.flatMap(([key, score]) => (score === null ? [] : [[key, forecastScoreRow(score)] as const])),
    )
  }

  return {
    note(facts) {
      for (const fact of facts) {
        if ('device' in fact && fact.kind !== 'command') touched.add(fact.device)
      }
    },
    refresh() {
      const state = current()
      const junctions = [...touched].filter((key) => splitKey(key).domain === 'traffic')
      const changes = new Map<TableName, Map<string, string>>([
        ['devices', touchedRows(state, deviceRow, touched)],
        ['signals', touchedRows(state, signalRow, junctions)],
        [
          'roads',
          changedTexts(
            'roads',
            junctions.flatMap((key) => roadRows(state, key)),
          ),
        ],
        ['crews', compare.crews(byId(crews(state)), (crew) => JSON.stringify(crewRow(crew)))],
        ['tasks', compare.tasks(byId(tasks(state)), (task) => JSON.stringify(taskRow(task)))],
        // Whatever becomes of a round, its task is another one.
        [
          'rounds',
          compare.rounds(byId([...tasks(state)].filter(({ kind }) => kind === ROUND)), ({ id }) => JSON.stringify(roundView(state, id))),
        ],
        ['incidents', compare.incidents(byId(incidents(state)), (incident) => JSON.stringify(incidentRow(incident)))],
        ['warnings', compare.warnings(byId(warnings(state)), (warning) => JSON.stringify(warningRow(warning)))],
        [
          'kpis',
          changedTexts(
            'kpis',
            kpis(state).map((kpi) => [kpi.id, kpiRow(kpi)]),
          ),
        ],
        [
          'commands',
          compare.commands(
            newestCommands(state).map((one) => [one.command.id, one]),
            (one) => JSON.stringify(commandRow(one)),
          ),
        ],
        [
          'forecasts',
          compare.forecasts(
            [...forecasts(state)].map((forecast) => [forecast.point, forecast]),
            (forecast) => JSON.stringify(forecastRow(forecast)),
          ),
        ],
        ['forecast_scores', scoreRows(state)],
        [
          'flood_stages',
          changedTexts(
            'flood_stages',
            [...floodStages(state)].flatMap((view) => {
              const row = floodStageRow(view)
              return row === null ? [] : [[view.point, row] as const]
            }),
          ),
        ],
      ])
      touched.clear()
      for (const [table, rows] of changes) {
        const all = published.get(table)
        for (const [key, row] of rows) row === 'null' ? all?.delete(key) : all?.set(key, row)
      }
      return changes
    },
    whole: () =>
      `{${[...published].map(([table, rows]) => `"${table}":{${[...rows].map(([key, row]) => memberText(key, row)).join(',')}}`).join(',')}}`,
  }
}
