/**
 * Many pending times, one per key, kept as a binary heap with lazy moves: putting a key off costs nothing, which is what every
 * reading does to its device's silence. Plain data; ties fall by key, so that the order never depends on history.
 */
import type { EpochMs } from './time.ts'

interface Entry {
  readonly at: EpochMs
  readonly key: string
}

export interface Deadlines {
  readonly heap: Entry[]
  /** What each key waits for now, and the earliest heap entry that stands for it. */
  readonly wanted: Map<string, { at: EpochMs; queued: EpochMs }>
}

export const createDeadlines = (): Deadlines => ({ heap: [], wanted: new Map() })

const before = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.key < b.key)

function push(heap: Entry[], entry: Entry): void {
  let i = heap.length
  heap.push(entry)
  while (i > 0) {
    const parent = (i - 1) >> 1
    if (!before(entry, heap[parent])) break
    heap[i] = heap[parent]
    i = parent
  }
  heap[i] = entry
}

function pop(heap: Entry[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let i = 0
  for (;;) {
    let child = 2 * i + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++
    if (!before(heap[child], last)) break
    heap[i] = heap[child]
    i = child
  }
  heap[i] = last
}

/** Sets or moves the time a key waits for. */
export function setDeadline(deadlines: Deadlines, key: string, at: EpochMs): void {
  const wanted = deadlines.wanted.get(key)
  if (wanted !== undefined && wanted.queued <= at) {
    wanted.at = at
    return
  }
  deadlines.wanted.set(key, { at, queued: at })
  push(deadlines.heap, { at, key })
}

export function dropDeadline(deadlines: Deadlines, key: string): void {
  deadlines.wanted.delete(key)
}

/** Removes and returns the keys whose time is not after `now`, earliest first. */
export function takeDue(deadlines: Deadlines, now: EpochMs): string[] {
  const due: string[] = []
  const { heap, wanted } = deadlines
  while (heap.length > 0 && heap[0].at <= now) {
    const { at, key } = heap[0]
    pop(heap)
    const want = wanted.get(key)
    // An entry that no longer stands for its key was overtaken by an earlier one or dropped.
    if (want === undefined || want.queued !== at) continue
    wanted.delete(key)
    if (want.at <= now) due.push(key)
    else setDeadline(deadlines, key, want.at)
  }
  return due
}
