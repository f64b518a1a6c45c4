/** The automation log's order, and its rule against kinds that come by the dozen (signals change phase all the time). Pure. */
import type { CommandRow } from '../../gateway/wire/frames.ts'

const BURST_MS = 60_000
const BURST_COUNT = 10

export interface ActRow {
  readonly id: string
  readonly command: CommandRow
  /** How many of this kind within the last minute; 1 for a row of its own. */
  readonly count: number
}

/** Newest first; a kind with more than 10 in the last minute becomes one row, led by its newest. */
export function actRows(commands: ReadonlyMap<string, CommandRow>, now: number): ActRow[] {
  const recent = new Map<string, number>()
  for (const { kind, ts } of commands.values()) if (now - ts < BURST_MS) recent.set(kind, (recent.get(kind) ?? 0) + 1)
  const sorted = [...commands].sort(([a, x], [b, y]) => y.ts - x.ts || (a < b ? 1 : -1))
  const rows: ActRow[] = []
  const joined = new Set<string>()
  for (const [id, command] of sorted) {
    const count = recent.get(command.kind) ?? 0
    if (count <= BURST_COUNT) rows.push({ id, command, count: 1 })
    else if (!joined.has(command.kind)) {
      joined.add(command.kind)
      rows.push({ id: command.kind, command, count })
    }
  }
  // A stream of one kind must not hide the rare acts behind its newest row.
  return rows.sort((a, b) => Number(a.count > 1) - Number(b.count > 1))
}
