import type { ReadingStore } from '../../engine/ports.ts'
import type { EventLog, LogPosition, LogRecord, Part, Taken } from '../parts.ts'

export interface WriteQueueOptions {
  readonly store: ReadingStore
  readonly log: EventLog
  /** What a log record meant; null for records that hold no observations of the started world. */
  readonly decode: (record: LogRecord) => Taken | null
  /** File that remembers `stored` over a restart. */
  readonly position_file: string
  /** Setting write_queue_rows_max. */
  readonly rows_max: number
  readonly warn: (message: string) => void
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
  /** In the order of the log. */
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

export declare function createWriteQueue(options: WriteQueueOptions): WriteQueue
