/** When a search ends. The engine has no clock: a rule that goes by time is handed one. */

export interface Stop {
  /** Steps that are about to be made, by which the search chooses how broadly it may look. */
  readonly steps: number
  /** Share of the budget that is used after so many steps; the search ends at 1. */
  used(steps: number): number
}

/** The same answer on every machine. */
export const afterSteps = (steps: number): Stop => ({ steps, used: (made) => made / steps })

/** Steps that a core made in a millisecond, as measured; only a guess is needed. */
const STEPS_PER_MS = 80

/** After a span of time from now on, on the caller's clock in milliseconds. */
export function afterTime(span_ms: number, now: () => number): Stop {
  const start = now()
  return { steps: span_ms * STEPS_PER_MS, used: () => (now() - start) / span_ms }
}
