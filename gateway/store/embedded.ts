import type { ReadingStore } from '../../engine/ports.ts'
import type { Retention } from './tiers.ts'

export interface EmbeddedStoreOptions {
  /** Directory of its own, made when missing. */
  readonly directory: string
  readonly retention: Retention
  readonly warn: (message: string) => void
}

/** The history store inside the process: DuckDB. */
export declare function createEmbeddedStore(options: EmbeddedStoreOptions): ReadingStore
