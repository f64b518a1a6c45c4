/**
 * What a look is worth: the happenings that it is the first to see, each counted with how bad it is. Happenings begin at a place at a steady rate and each stays worth seeing for
 * a while that is exponentially distributed, so a look after an absence Δ finds `rate · memory · (1 − e^(−Δ/memory))` of them, and `rate` a second while it goes on. The worth of
 * a set of looks at a place, each discounted by when it comes, is monotone and submodular: a look between two others adds less the closer they are, since the function of Δ is
 * concave and begins at zero (persistent monitoring; Nemhauser, Wolsey and Fisher 1978 for what follows from it).
 */
import { type EpochMs, SECOND_MS } from '../../base/time.ts'

/** A reason to look somewhere. */
export interface Need {
  readonly key: string
  /** Worth of a look after a very long absence. */
  readonly amount: number
  /** How long a happening stays worth seeing, s. */
  readonly memory_s: number
  /** Worth of every second of looking on; 0 for what one look settles. */
  readonly per_s: number
  /** End of the last look; long ago before the first. */
  readonly seen: EpochMs
}

export interface Span {
  readonly from: EpochMs
  readonly until: EpochMs
}

/** Looks that others are going to take, by key of the need, in order of time. */
export type Planned = ReadonlyMap<string, readonly Span[]>

/** What is seen in ten minutes counts for a third of what is seen now. */
const PATIENCE_S = 600

export const discount = (after_ms: number): number => Math.exp(-after_ms / (PATIENCE_S * SECOND_MS))
/** Seconds up to then, each discounted: what a worth is divided by to compare plans of different length. */
export const discounted_s = (after_ms: number): number => PATIENCE_S * (1 - discount(after_ms))

const found = ({ amount, memory_s }: Need, absence_ms: number): number =>
  absence_ms <= 0 ? 0 : amount * (1 - Math.exp(-absence_ms / (memory_s * SECOND_MS)))

/**
 * What a look adds to what is planned already: what it finds, less what the next look of others then no longer finds.
 * @param seen end of the last look of this camera at it in the plan so far
 */
export function gain(need: Need, seen: EpochMs, look: Span, planned: readonly Span[], now: EpochMs): number {
  let last = seen
  let next: EpochMs | null = null
  for (const { from, until } of planned) {
    if (from <= look.from) last = Math.max(last, Math.min(until, look.from))
    else {
      next = from
      break
    }
  }
  const alone_s = (Math.min(look.until, next ?? look.until) - look.from) / SECOND_MS
  const own = discount(look.from - now) * (found(need, look.from - last) + need.per_s * Math.max(0, alone_s))
  if (next === null) return own
  return own + discount(next - now) * (found(need, next - look.until) - found(need, next - last))
}
