/**
 * What simulators were sent with QoS 1 and have not acknowledged yet. Most MQTT clients leave Nagle's algorithm on (RFC 896): what they
 * send lies behind their last PUBACK until our kernel acknowledges that, by itself up to 40 ms later (delayed acknowledgement, RFC 1122
 * section 4.2.3.2), at once with whatever goes back. So a step's commands go out one by one, each after the PUBACK of the one before it,
 * and the clock/ack, which goes back last, asks for no PUBACK itself (QoS 0): then the readings of the next step find the way free.
 */
export interface Pubacks {
  sent(reader: object): void
  acknowledged(reader: object): void
  gone(reader: object): void
  /** Resolves when nobody owes anything, at the latest after `wait_ms`: who owes still is not waited for again before he says something. */
  settled(): Promise<void>
}

export function createPubacks(wait_ms: number): Pubacks {
  const owed = new Map<object, number>()
  /** Readers that acknowledge nothing: subscribed with QoS 0, or gone to sleep. */
  const silent = new WeakSet<object>()
  let wake: (() => void) | null = null

  function drop(reader: object): void {
    owed.delete(reader)
    if (owed.size === 0) wake?.()
  }

  return {
    sent(reader) {
      if (!silent.has(reader)) owed.set(reader, (owed.get(reader) ?? 0) + 1)
    },
    acknowledged(reader) {
      silent.delete(reader)
      const left = (owed.get(reader) ?? 0) - 1
      if (left > 0) owed.set(reader, left)
      else drop(reader)
    },
    gone: drop,
    settled() {
      if (owed.size === 0) return Promise.resolve()
      return new Promise((resolve) => {
        const finish = (): void => {
          clearTimeout(timer)
          wake = null
          for (const reader of owed.keys()) silent.add(reader)
          owed.clear()
          resolve()
        }
        const timer = setTimeout(finish, wait_ms)
        wake = finish
      })
    },
  }
}
