/** A token bucket: `rate_s` a second on average over `burst_s`, so a device that was silent may catch up, and no one may flood. */
export interface TokenBucket {
  /** Takes a token; false when there is none as of the last `refill`. */
  take(): boolean
  refill(now_ms: number): void
}

export function createTokenBucket(rate_s: number, burst_s: number, now_ms: number): TokenBucket {
  const size = rate_s * burst_s
  let tokens = size
  let filled_ms = now_ms
  return {
    take() {
      if (tokens < 1) return false
      tokens--
      return true
    },
    refill(now) {
      tokens = Math.min(size, tokens + ((now - filled_ms) / 1000) * rate_s)
      filled_ms = now
    },
  }
}
