/** One sender's messages in their order, although what one of them says may take a moment to find out (mappings with an expression). */

export interface Lanes {
  /** Runs the work at once, or after what this sender sent before. False: too much of this sender waits, the work is not done. */
  enter(sender: string, work: () => void | Promise<void>): boolean
}

/** A sender that is faster than its mapping has its messages unacknowledged, so that it waits. */
const WAITING_MAX = 1_000

export function createLanes(): Lanes {
  const waiting = new Map<string, (() => void | Promise<void>)[]>()

  async function drain(sender: string, first: Promise<void>, queue: (() => void | Promise<void>)[]): Promise<void> {
    await first
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next()
    waiting.delete(sender)
  }

  return {
    enter(sender, work) {
      const queue = waiting.size === 0 ? undefined : waiting.get(sender)
      if (queue !== undefined) {
        if (queue.length >= WAITING_MAX) return false
        queue.push(work)
        return true
      }
      const done = work()
      if (done === undefined) return true
      const fresh: (() => void | Promise<void>)[] = []
      waiting.set(sender, fresh)
      void drain(sender, done, fresh)
      return true
    },
  }
}
