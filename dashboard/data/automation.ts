/** The automation log's order, and its rule against kinds that come by the dozen. Pure. */
import { COMMANDS_OF_KIND_MAX, type CommandRow } from '../../gateway/wire/frames.ts'

const BURST_MS = 60_000
const BURST_COUNT = 10
/** Signals change phase all the time: one row says that they do. */
const ROUTINE: ReadonlySet<string> = new Set(['signal.phase'])

export interface ActRow {
  readonly id: string
  readonly command: CommandRow
  /** How many of this kind within the last minute, where they are one row; null for a row of its own. */
  readonly count: number | null
  /** There were more than `/live` tells. */
  readonly more: boolean
}

/**
 * Newest first, at most `rows_max`. A routine kind, or one with more than 10 in the last minute, is one row, led by its newest; such rows
 * stand below the rare acts and keep their place however many of these there are.
 */
export function actRows(commands: ReadonlyMap<string, CommandRow>, now: number, rows_max: number): ActRow[] {
  const recent = new Map<string, number>()
  for (const { kind, ts } of commands.values()) if (now - ts < BURST_MS) recent.set(kind, (recent.get(kind) ?? 0) + 1)
  const sorted = [...commands].sort(([a, x], [b, y]) => y.ts - x.ts || (a < b ? 1 : -1))
  const single: ActRow[] = []
  const joined = new Map<string, ActRow>()
  for (const [id, command] of sorted) {
    const { kind } = command
    const count = recent.get(kind) ?? 0
    if (count <= BURST_COUNT && !ROUTINE.has(kind)) single.push({ id, command, count: null, more: false })
    else if (!joined.has(kind)) joined.set(kind, { id: kind, command, count, more: count >= COMMANDS_OF_KIND_MAX })
  }
  return [...single.slice(0, Math.max(0, rows_max - joined.size)), ...joined.values()].slice(0, rows_max)
}
