/**
 * Which hours of the tiers are due: rows came that their buckets do not hold yet. An hour is marked in InfluxDB before the first of its rows is written,
 * and the mark is taken away after its buckets are; a crash anywhere between leaves the mark, and the hour is computed again. Whoever asks is answered
 * from the raw rows while an hour is due. A row that comes after the hour has closed marks its device only.
 */
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../engine/base/time.ts'
import type { ReadingRow } from '../../engine/ports.ts'
import type { DueMark } from './influx-queries.ts'
import { bucketStart } from './tiers.ts'

/** An hour counts as closed this long after its end; what comes later is late. */
const CLOSED_AFTER_MS = 10 * MINUTE_MS
/** Late devices of one hour that are marked one by one; with more the whole hour is due. */
const LATE_DEVICES_MAX = 500

/** What is due of one hour. */
interface Due {
  all: boolean
  readonly devices: Set<string>
}

export interface DueChange extends DueMark {
  readonly due: boolean
}

export interface Stretch {
  readonly from: EpochMs
  readonly to: EpochMs
}

export interface DueHours {
  /** Marks that these rows need before they are written; they hold as soon as `commit` has them. */
  missing(rows: readonly ReadingRow[], now: EpochMs): DueChange[]
  commit(marks: readonly DueMark[]): void
  /** Hours that are due and closed, oldest first. */
  closed(now: EpochMs): EpochMs[]
  /** Begins to compute an hour: what is marked from here on stays due when it is done. All devices, or those named. */
  begin(hour: EpochMs): readonly string[] | null
  /** The changes that say that the hour begun is done; `end` makes them hold. */
  finished(hour: EpochMs): DueChange[]
  /** Done, or to be computed once more. */
  end(hour: EpochMs, done: boolean): void
  /** Hours of a device that must be answered from the raw rows, as few stretches of time, in order. */
  stretches(device: string, from: EpochMs, to: EpochMs): Stretch[]
  /** Hours whose raw rows have gone cannot be computed any more. */
  forgetBefore(ts: EpochMs): void
}

export function createDueHours(marks: readonly DueMark[]): DueHours {
  const waiting = new Map<EpochMs, Due>()
  const begun = new Map<EpochMs, Due>()
  const isMarked = (due: Due | undefined, device: string): boolean => due !== undefined && (due.all || due.devices.has(device))

  function commit(added: readonly DueMark[]): void {
    for (const { hour, device } of added) {
      const due = waiting.get(hour) ?? { all: false, devices: new Set<string>() }
      waiting.set(hour, due)
      if (device === null) due.all = true
      else due.devices.add(device)
    }
  }
  const marksOf = (hour: EpochMs, { all, devices }: Due): DueMark[] => [
    ...(all ? [{ hour, device: null }] : []),
    ...[...devices].map((device) => ({ hour, device })),
  ]
  commit(marks)

  return {
    missing(rows, now) {
      const added = new Map<EpochMs, Set<string> | 'all'>()
      let [hour, whole] = [Number.NaN, false]
      for (const { ts, device } of rows) {
        const start = bucketStart(ts, HOUR_MS)
        if (start === hour && whole) continue
        hour = start
        const known = waiting.get(hour)
        const late = added.get(hour) ?? new Set<string>()
        whole = known?.all === true || late === 'all'
        if (late === 'all' || isMarked(known, device)) continue
        const open = now < hour + HOUR_MS + CLOSED_AFTER_MS
        if (open || late.size + (known?.devices.size ?? 0) >= LATE_DEVICES_MAX) added.set(hour, 'all')
        else added.set(hour, late.add(device))
      }
      const devicesOf = (late: Set<string> | 'all'): (string | null)[] => (late === 'all' ? [null] : [...late])
      return [...added].flatMap(([hour, late]) => devicesOf(late).map((device) => ({ hour, device, due: true })))
    },
    commit,
    closed: (now) => [...waiting.keys()].filter((hour) => now >= hour + HOUR_MS + CLOSED_AFTER_MS).sort((a, b) => a - b),
    begin(hour) {
      const due = waiting.get(hour)
      if (due === undefined) return []
      waiting.delete(hour)
      begun.set(hour, due)
      return due.all ? null : [...due.devices]
    },
    finished(hour) {
      const due = begun.get(hour)
      const again = waiting.get(hour)
      const done = due === undefined ? [] : marksOf(hour, due)
      const stays = ({ device }: DueMark): boolean => (device === null ? again?.all === true : again?.devices.has(device) === true)
      return done.filter((mark) => !stays(mark)).map((mark) => ({ ...mark, due: false }))
    },
    end(hour, done) {
      const due = begun.get(hour)
      begun.delete(hour)
      if (!done && due !== undefined) commit(marksOf(hour, due))
    },
    stretches(device, from, to) {
      const hours = [...new Set([...waiting.keys(), ...begun.keys()])]
        .filter((hour) => hour + HOUR_MS > from && hour < to && (isMarked(waiting.get(hour), device) || isMarked(begun.get(hour), device)))
        .sort((a, b) => a - b)
      return joinNear(hours)
    },
    forgetBefore(ts) {
      for (const hour of waiting.keys()) if (hour + HOUR_MS <= ts) waiting.delete(hour)
    },
  }
}

/** A stretch is one query: hours with less than this between them are read as one. */
const GAP_MS = 24 * HOUR_MS

function joinNear(hours: readonly EpochMs[]): Stretch[] {
  const stretches: { from: EpochMs; to: EpochMs }[] = []
  for (const hour of hours) {
    const last = stretches.at(-1)
    if (last !== undefined && hour - last.to < GAP_MS) last.to = hour + HOUR_MS
    else stretches.push({ from: hour, to: hour + HOUR_MS })
  }
  return stretches
}
