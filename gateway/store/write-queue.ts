/**
 * Between the log and the history store. Rows wait in memory, in the order of the log, and go to the store in batches, one at a time. While the
 * store is away, or slower than the sensors, what does not fit in memory is left where it is already safe, in the log, and read from there again.
 * `stored` survives a restart; what the store took beyond it is written once more, which changes nothing.
 */
import { randomInt } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import type { ReadingRow, ReadingStore } from '../../engine/ports.ts'
import type { EventLog, LogPosition, LogRecord, Part, Taken } from '../parts.ts'
import { rowsOf } from './rows.ts'

export interface WriteQueueOptions {
  readonly store: ReadingStore
  readonly log: EventLog
  /** What a log record meant; null for records that hold no observations of the started world. */
  readonly decode: (record: LogRecord) => Taken | null
  /** File that remembers `stored` over a restart; one for each store, as each has its own past. */
  readonly position_file: string
  /** Whether messages arrive by the clock that their times are of; not with an outside clock. */
  readonly arrivals: boolean
  /** Setting write_queue_rows_max. */
  readonly rows_max: number
  readonly warn: (message: string) => void
  /** A batch is written when it has this many rows … */
  readonly batch_rows?: number
  /** … or when its oldest row has waited this long, ms. */
  readonly batch_ms?: number
  /** First and longest wait after a failure, ms; doubled each time, with up to as much again at random. */
  readonly retry_ms?: readonly [first: number, longest: number]
  /** How long `stop` goes on writing, ms; the rest is read from the log at the next start. */
  readonly stop_ms?: number
}

export interface WriteQueueCounters {
  /** Rows written to the store. */
  rows: number
  batches: number
  failures: number
  /** Rows left to the log because memory was full; they are read again from there. */
  spooled: number
}

export interface WriteQueue extends Part {
  /** In the order of the log. Messages of other worlds have no history here. */
  take(taken: Taken): void
  /** Everything before this position is in the store. */
  readonly stored: LogPosition
  /** False while the store is away. */
  readonly ready: boolean
  /** Rows waiting in memory. */
  readonly waiting: number
  /** How long the oldest row that is not yet stored has waited, ms. */
  lag_ms(): number
  readonly counters: Readonly<WriteQueueCounters>
}

/** Rows up to a position of the log; a batch may hold none and still move the position. */
interface Batch {
  rows: ReadingRow[]
  through: LogPosition
  since: number
}

const BATCH_ROWS = 20_000
const BATCH_MS = 1000
const RETRY_MS = [500, 30_000] as const
const STOP_MS = 5000
/** The position is forced to disk at most this often: after a crash the rows of this time are written again. */
const POSITION_MS = 1000

export function createWriteQueue(options: WriteQueueOptions): WriteQueue {
  const { store, log, decode, rows_max, warn, arrivals } = options
  const { batch_rows = BATCH_ROWS, batch_ms = BATCH_MS, retry_ms = RETRY_MS, stop_ms = STOP_MS } = options
  const counters: WriteQueueCounters = { rows: 0, batches: 0, failures: 0, spooled: 0 }
  /** Oldest first; all but the last are full. */
  const batches: Batch[] = []
  let waiting = 0
  let stored: LogPosition = 0
  /** Everything up to here has been taken into a batch; beyond it, when `spooling`, is only in the log. */
  let through: LogPosition = 0
  let spooling = false
  let spoolingSince = 0
  let spooledThrough: LogPosition = 0
  let inFlight: Batch | null = null
  let ready = true
  let stopAt = Number.POSITIVE_INFINITY
  /** Ends the rest of an idle queue, and any rest. */
  let wakeIdle = (): void => {}
  let wakeAny = (): void => {}
  let running: Promise<void> | null = null
  let positionWritten = { at: 0, position: -1 }

  function add(rows: readonly ReadingRow[], position: LogPosition): void {
    through = position
    let last = batches.at(-1)
    if (last === undefined || last.rows.length >= batch_rows) {
      last = { rows: [], through: position, since: Date.now() }
      batches.push(last)
    }
    for (const row of rows) last.rows.push(row)
    last.through = position
    waiting += rows.length
  }

  const rowsTaken = ({ world, observations, received }: Taken): ReadingRow[] =>
    world === null ? observations.flatMap((observation) => rowsOf(observation, arrivals ? received : undefined)) : []

  function take(taken: Taken): void {
    // Already read from the log while catching up.
    if (taken.position <= through) return
    const rows = rowsTaken(taken)
    if (!spooling && waiting + rows.length > rows_max) {
      spooling = true
      spoolingSince = Date.now()
    }
    if (spooling) {
      counters.spooled += rows.length
      spooledThrough = Math.max(spooledThrough, taken.position)
      return
    }
    add(rows, taken.position)
    if (waiting >= batch_rows) wakeIdle()
  }

  /** New rows end an idle rest, not the wait after a failure. */
  function rest(ms: number, reason: 'idle' | 'failure'): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => wakeAny(), ms)
      wakeAny = () => {
        clearTimeout(timer)
        wakeIdle = wakeAny = () => {}
        resolve()
      }
      if (reason === 'idle') wakeIdle = wakeAny
    })
  }

  const stopping = (): boolean => stopAt !== Number.POSITIVE_INFINITY
  const outOfTime = (): boolean => Date.now() >= stopAt
  /** The oldest batch, when it is full, old enough, or the last chance. */
  function nextBatch(): Batch | null {
    const first = batches.at(0)
    if (first === undefined) return null
    const due = first.rows.length >= batch_rows || Date.now() - first.since >= batch_ms || spooling || stopping()
    return due ? first : null
  }

  async function flush(batch: Batch): Promise<void> {
    batches.shift()
    inFlight = batch
    for (let failures = 0; ; failures++) {
      try {
        if (batch.rows.length > 0) await store.append(batch.rows)
        break
      } catch (error) {
        counters.failures++
        if (ready) warn(`the history store is away, its rows wait: ${error instanceof Error ? error.message : String(error)}`)
        ready = false
        if (stopping()) return
        const wait = Math.min(retry_ms[1], retry_ms[0] * 2 ** failures)
        await rest(wait + randomInt(wait + 1), 'failure')
      }
    }
    if (!ready) warn('the history store is back')
    ready = true
    inFlight = null
    waiting -= batch.rows.length
    stored = batch.through
    counters.rows += batch.rows.length
    if (batch.rows.length > 0) counters.batches++
    if (Date.now() - positionWritten.at >= POSITION_MS) await savePosition()
  }

  /** Reads on in the log until memory is half full or everything written by now has been read. */
  async function catchUp(): Promise<void> {
    const { end } = log
    for await (const records of log.read(through)) {
      for (const record of records) {
        const taken = decode(record)
        add(taken === null ? [] : rowsTaken(taken), record.position)
        if (waiting >= rows_max / 2 || stopping()) return
      }
    }
    if (through < end) add([], end)
    // What the log holds beyond the last `take` has its own `take` still to come, and is skipped then.
    if (through >= spooledThrough) spooling = false
  }

  async function work(): Promise<void> {
    const batch = nextBatch()
    if (batch !== null) await flush(batch)
    else if (spooling) await catchUp()
    else await rest(batches.length > 0 ? Math.max(1, batches[0].since + batch_ms - Date.now()) : batch_ms, 'idle')
  }

  async function run(): Promise<void> {
    while (!outOfTime() && !(stopping() && (!ready || batches.length === 0))) {
      try {
        await work()
      } catch (error) {
        warn(`the write queue goes on after a failure: ${error instanceof Error ? error.message : String(error)}`)
        await rest(retry_ms[1], 'failure')
      }
    }
  }

  async function savePosition(): Promise<void> {
    if (positionWritten.position === stored) return
    positionWritten = { at: Date.now(), position: stored }
    const file = await open(`${options.position_file}.new`, 'w')
    try {
      await file.writeFile(`${JSON.stringify({ stored: positionWritten.position })}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${options.position_file}.new`, options.position_file)
  }

  return {
    take,
    get stored() {
      return stored
    },
    get ready() {
      return ready
    },
    get waiting() {
      return waiting
    },
    lag_ms() {
      const oldest = inFlight ?? batches.at(0)
      if (oldest !== undefined) return Date.now() - oldest.since
      return spooling ? Date.now() - spoolingSince : 0
    },
    counters,

    async start() {
      const remembered = await readPosition(options.position_file)
      if (remembered > log.end) warn(`the log ends before what the history store has of it; the store goes on from the end of the log`)
      batches.length = 0
      waiting = 0
      stored = Math.min(remembered, log.end)
      through = stored
      spooledThrough = log.end
      spooling = stored < log.end
      stopAt = Number.POSITIVE_INFINITY
      running = run()
    },

    async stop() {
      if (running === null) return
      stopAt = Date.now() + stop_ms
      wakeAny()
      await Promise.race([running, new Promise((resolve) => setTimeout(resolve, stop_ms).unref())])
      running = null
      await savePosition()
    },
  }
}

/** 0, the beginning of the log, when there is no such file or it does not hold a position: writing rows again is harmless. */
async function readPosition(file: string): Promise<LogPosition> {
  try {
    const { stored } = JSON.parse(await readFile(file, 'utf8'))
    return Number.isSafeInteger(stored) && stored >= 0 ? stored : 0
  } catch {
    return 0
  }
}
