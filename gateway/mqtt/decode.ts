import type { EpochMs } from '../../engine/base/time.ts'
import type { Observation } from '../../engine/model/observation.ts'

export interface DecodeLimits {
  readonly reading_age_h_max: number
  readonly reading_ahead_s_max: number
}

export type Decoded = { readonly ok: true; readonly observations: readonly Observation[] } | { readonly ok: false; readonly reason: string }

/** Never throws. `now` null leaves the times unjudged. */
export function decode(_topic: string, _payload: Buffer, _now: EpochMs | null, _limits: DecodeLimits): Decoded {
  return { ok: false, reason: 'unfinished' }
}
