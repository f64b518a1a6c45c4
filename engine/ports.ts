/** What the engine's surroundings must offer. Each port has one contract suite in tests/contract, run on every adapter. */
import type { EpochMs } from './base/time.ts'
import type { DeviceKey } from './model/city.ts'
import type { SolverAnswer, SolverRequest } from './model/solve.ts'

/** One measured number. Arrays are stored one row an element, metric `name[0]`, `name[1]`, … */
export interface ReadingRow {
  readonly device: DeviceKey
  readonly metric: string
  readonly ts: EpochMs
  readonly value: number
  /** When it was taken in, where that is known; without it, at its own time. A store keeps it to ten seconds. */
  readonly received?: EpochMs
}

export interface HistoryQuery {
  readonly device: DeviceKey
  readonly metric: string
  /** Included. */
  readonly from: EpochMs
  /** Not included. */
  readonly to: EpochMs
  /** Width of a bucket, aligned to the epoch; 0 for the rows as stored. */
  readonly step_s: number
  /** Only what had been taken in by then, values that were amended since as they were; without it, as known now. */
  readonly as_known_at?: EpochMs
}

/** For `step_s` 0 every row with count 1; otherwise one point per bucket that has rows, `ts` its start. */
export interface HistoryPoint {
  readonly ts: EpochMs
  readonly mean: number
  readonly min: number
  readonly max: number
  readonly count: number
  /** When a row became known, for `step_s` 0 and where that was ten seconds or more after its time. */
  readonly known?: EpochMs
}

/**
 * Measured history: raw, 1-minute and 15-minute tiers. The same row twice (device, metric, ts) is one row with the last value, so a
 * batch may be written again after a failure. Late rows land in the bucket of their own time. Of a row that comes again later with another value
 * both are kept for as long as raw rows are.
 */
export interface ReadingStore {
  start(): Promise<void>
  /** Resolves when the rows are durable; rejects with family `neighbour` when the store is away. */
  append(rows: readonly ReadingRow[]): Promise<void>
  /**
   * Oldest first. Raw rows beyond their retention are answered from the finest tier that still has them. What buckets hold does not say when it
   * became known: @throws UrbanError input `history_rolled` when `as_known_at` asks for a time before the raw rows.
   */
  history(query: HistoryQuery): Promise<HistoryPoint[]>
  /** Metrics ever stored for a device, sorted. */
  metrics(device: DeviceKey): Promise<string[]>
  /** Drops what retention no longer keeps, as of `now`. */
  expire(now: EpochMs): Promise<void>
  stop(): Promise<void>
}

export interface Solver {
  /** Never rejects: a failure is an answer. */
  solve(request: SolverRequest): Promise<SolverAnswer>
  stop(): Promise<void>
}
