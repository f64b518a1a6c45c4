import type { EpochMs } from '../../engine/base/time.ts'

export interface QuarantineSample {
  readonly at: EpochMs
  readonly topic: string
  readonly from: string
  /** The field and what was expected of it. */
  readonly reason: string
  /** First 512 bytes as text, the subject redacted. */
  readonly sample: string
  readonly bytes: number
}

/** Messages that were refused: a ring of samples, and a counter for each kind of reason. */
export interface Quarantine {
  add(sample: { at: EpochMs; topic: string; from: string; kind: string; reason: string; payload: Buffer }): void
  /** Newest first. */
  samples(limit: number): QuarantineSample[]
  /** By kind of reason. */
  readonly counters: Readonly<Record<string, number>>
}
