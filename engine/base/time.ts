/** Epoch milliseconds. Time always comes in as an argument; nothing in the engine asks for it. */
export type EpochMs = number

export const SECOND_MS = 1_000
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
