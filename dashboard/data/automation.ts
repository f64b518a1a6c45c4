/** Which acts the automation log shows: every kind has its share of the room, whatever the others do. Pure. */
import { COMMANDS_OF_KIND_MAX, type CommandRow } from '../../gateway/wire/frames.ts'

const MINUTE_MS = 60_000
/** Signals change phase all the time: one row says that they do. */
const ROUTINE: ReadonlySet<string> = new Set(['signal.phase'])

export interface ActRow {
  readonly id: string
  /** The newest of the row. */
  readonly command: CommandRow
  /** How many commands the row stands for: one decision moves both pumps of a low point. */
  readonly count: number
  /** Set where the row is a whole kind: how many of it within the last minute, `at_least` when there were more than `/live` tells. */
  readonly per_min: { readonly count: number; readonly at_least: boolean } | null
}

/**
 * At most `rows_max` rows, newest first, those of routine kinds below the others. Commands of one kind for one reason are one row. Every
 * kind keeps an equal part of the room as far as it fills it; what is left goes to the newest.
 */
export function actRows(commands: ReadonlyMap<string, CommandRow>, now: number, rows_max: number): ActRow[] {
  const sorted = [...commands].sort(([a, x], [b, y]) => y.ts - x.ts || (a < b ? 1 : -1))
  const routine = routineRows(sorted, now)
  const acts = groupByReason(sorted.filter(([, { kind }]) => !ROUTINE.has(kind)))
  const room = Math.max(0, rows_max - routine.length)
  const kinds = new Set(acts.map(({ command }) => command.kind))
  const share = Math.floor(room / Math.max(1, kinds.size))
  const taken = new Map<string, number>()
  const chosen = acts.filter(({ command: { kind } }) => {
    const count = (taken.get(kind) ?? 0) + 1
    taken.set(kind, count)
    return count <= share
  })
  for (const act of acts) if (chosen.length < room && !chosen.includes(act)) chosen.push(act)
  chosen.sort((a, b) => acts.indexOf(a) - acts.indexOf(b))
  return [...chosen, ...routine].slice(0, rows_max)
}

function routineRows(sorted: readonly (readonly [string, CommandRow])[], now: number): ActRow[] {
  return [...ROUTINE].flatMap((kind) => {
    const all = sorted.filter(([, command]) => command.kind === kind)
    if (all.length === 0) return []
    const count = all.filter(([, { ts }]) => now - ts < MINUTE_MS).length
    return [{ id: kind, command: all[0][1], count: all.length, per_min: { count, at_least: count >= COMMANDS_OF_KIND_MAX } }]
  })
}

function groupByReason(sorted: readonly (readonly [string, CommandRow])[]): ActRow[] {
  const rows = new Map<string, ActRow>()
  for (const [id, command] of sorted) {
    const reason = `${command.kind} ${command.why.en}`
    const row = rows.get(reason)
    rows.set(reason, row === undefined ? { id, command, count: 1, per_min: null } : { ...row, count: row.count + 1 })
  }
  return [...rows.values()]
}
