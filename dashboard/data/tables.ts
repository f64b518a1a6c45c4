/**
 * The newest row of every key. Arriving frames only raise a version per table; whatever depends on a table recomputes when its
 * version is read again, at most once per drawn frame however many messages came.
 */
import { batch, type Signal, signal } from '@preact/signals'
import { type LiveFrame, type Mode, perTable, TABLES, type TableName, type Tables } from '../../gateway/wire/frames.ts'

export type LiveTables = { readonly [T in TableName]: Map<string, Tables[T]> }
export type Versions = { readonly [T in TableName]: Signal<number> }

/** What every frame says about itself, with the local time at which it came. */
export interface FrameHead {
  readonly now: number
  /** `performance.now()` at arrival; null for data read from this browser's own store. */
  readonly received_ms: number | null
  readonly world: string
  readonly mode: Mode
  readonly city: string
  readonly seq: number
}

export interface LiveData {
  readonly tables: LiveTables
  readonly versions: Versions
  readonly head: Signal<FrameHead | null>
  /** Values this client was never sent because it was slow, since the page opened. */
  readonly missed: Signal<number>
}

export function createLiveData(): LiveData {
  return {
    // Each table's rows are those of its name; `perTable` knows no such dependence.
    tables: perTable(() => new Map()) as LiveTables,
    versions: perTable(() => signal(0)),
    head: signal(null),
    missed: signal(0),
  }
}

function mergeRows<T extends TableName>(table: Map<string, Tables[T]>, rows: Readonly<Record<string, Tables[T] | null>>): void {
  for (const key of Object.keys(rows)) {
    const row = rows[key]
    if (row === null) table.delete(key)
    else table.set(key, row)
  }
}

type Rows = { readonly [T in TableName]?: Readonly<Record<string, Tables[T] | null>> }

function applyTable<T extends TableName>(data: LiveData, name: T, frame: LiveFrame): void {
  const tables: Rows = frame.tables
  const rows = tables[name]
  if (frame.type === 'snapshot') data.tables[name].clear()
  else if (rows === undefined) return
  if (rows !== undefined) mergeRows(data.tables[name], rows)
  data.versions[name].value++
}

/** Deltas before the first snapshot mean nothing and are left aside. */
export function applyFrame(data: LiveData, frame: LiveFrame, received_ms: number | null): void {
  const before = data.head.peek()
  if (frame.type === 'delta' && before === null) return
  batch(() => {
    for (const name of TABLES) applyTable(data, name, frame)
    if (frame.type === 'snapshot') {
      const { now, world, mode, city, seq } = frame
      data.head.value = { now, world, mode, city, seq, received_ms }
    } else if (before !== null) {
      data.head.value = { ...before, now: frame.now, seq: frame.seq, received_ms }
      if (frame.missed !== undefined) data.missed.value += frame.missed
    }
  })
}
