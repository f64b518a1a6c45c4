/** Where calls have come from lately, and so where urgent ones are to be expected while a crew is away. */
import type { LonLat } from '../base/geo.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../base/time.ts'

/** A storm moves on in a few hours. */
const REMEMBERED_MS = 2 * HOUR_MS
/** A crew that is sent now is back about then. */
const AWAY_MS = 25 * MINUTE_MS
/** Before much is known one call in five is taken to be urgent. */
const PRIOR = { urgent: 1, calls: 5 }
/** So many places at most are looked at for each choice of crews. */
const PLACES_MAX = 60

export interface Call {
  readonly ts: EpochMs
  readonly at: LonLat
  readonly skill: string
  readonly urgent: boolean
}

export interface ExpectedCall {
  readonly at: LonLat
  readonly skill: string
  /** Urgent calls while a crew that is sent now is away. */
  readonly expected: number
}

/** Oldest first; forgets what is too old. */
export function noteCall(calls: Call[], call: Call): void {
  calls.push(call)
  while (calls.length > 0 && call.ts - calls[0].ts > REMEMBERED_MS) calls.shift()
}

/** The calls of the last hours, evenly thinned out, each standing for its share of the urgent ones to come. */
export function expectCalls(calls: readonly Call[], now: EpochMs): ExpectedCall[] {
  const recent = calls.filter(({ ts }) => now - ts <= REMEMBERED_MS)
  const urgent = recent.filter((call) => call.urgent).length
  const share = (urgent + PRIOR.urgent) / (recent.length + PRIOR.calls)
  const step = Math.max(1, Math.ceil(recent.length / PLACES_MAX))
  const expected = (share * step * AWAY_MS) / REMEMBERED_MS
  return recent.flatMap(({ at, skill }, i) => (i % step === 0 ? [{ at, skill, expected }] : []))
}
