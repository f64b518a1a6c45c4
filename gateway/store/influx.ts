import type { ReadingStore } from '../../engine/ports.ts'
import type { Retention } from './tiers.ts'

export interface InfluxStoreOptions {
  readonly url: string
  /** Secret; never in a message. */
  readonly token: string
  readonly org: string
  /** Bucket of raw rows; the tiers add `_1m` and `_15m`. */
  readonly bucket: string
  readonly retention: Retention
  readonly warn: (message: string) => void
}

/** The history store in InfluxDB 2. */
export declare function createInfluxStore(options: InfluxStoreOptions): ReadingStore
