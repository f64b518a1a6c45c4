/**
 * What a gateway stored in an outage waits its turn: large batches are taken in at a steady pace, so that whoever is live is answered as if nobody had been away. A sender of
 * QoS 1 notices only that its acknowledgement takes a while, and keeps what is not acknowledged; nothing is lost when this process ends.
 */
import type { Inbound } from '../parts.ts'

type Done = (error?: Error) => void

/** A message is part of a backlog when it is a batch of this size; smaller ones cost nobody anything. */
const BYTES_MIN = 4096
/** Half a million values in half a minute. */
const VALUES_S = 15_000
/** Beyond this, batches are taken in as they come: memory first. */
const WAITING_BYTES_MAX = 64 << 20

export interface Backlog {
  /** False: it is no backlog, or too much waits already. */
  defer(message: Inbound, done: Done): boolean
}

/** @param take takes a message in and says how many values it held */
export function createBacklog(take: (message: Inbound, done: Done) => number): Backlog {
  const waiting: { readonly message: Inbound; readonly done: Done }[] = []
  let bytes = 0
  let timer: NodeJS.Timeout | null = null

  function next(): void {
    timer = null
    const first = waiting.shift()
    if (first === undefined) return
    bytes -= first.message.payload.length
    const values = take(first.message, first.done)
    timer = setTimeout(next, Math.max(1, (values / VALUES_S) * 1000))
    timer.unref()
  }

  return {
    defer(message, done) {
      const { length } = message.payload
      if (length < BYTES_MIN || !message.payload.subarray(0, 32).includes('"batch"')) return false
      if (bytes + length > WAITING_BYTES_MAX) return false
      waiting.push({ message, done })
      bytes += length
      if (timer === null) {
        timer = setTimeout(next, 1)
        timer.unref()
      }
      return true
    },
  }
}
