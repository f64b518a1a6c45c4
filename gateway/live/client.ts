/**
 * One client of `/live` and what it has not got yet (after SignalK's LatestValuesAccumulator). While its connection is full it costs one
 * text per key, shared with everybody else; when there is room again it gets the newest values and how many it missed. The transport is
 * small so that a test needs no socket.
 */
import type { EpochMs } from '../../engine/base/time.ts'
import type { TableName } from '../wire/frames.ts'
import { type Changes, tablesText } from './tables.ts'

export interface Transport {
  send(text: string): void
  /** Bytes handed over and not yet sent. */
  readonly bufferedAmount: number
  close(code: number, reason: string): void
}

export interface LiveClient {
  /** `text` is the whole delta frame, made once for all; a client that is behind collects `changes` instead. */
  deliver(text: string, changes: Changes, seq: number, now: EpochMs): void
  readonly behind: boolean
}

export interface LiveClientOptions {
  readonly transport: Transport
  /** Setting live_buffer_bytes_max. */
  readonly buffer_bytes_max: number
  /** Milliseconds of any steady clock. */
  readonly clock: () => number
}

/** A client that is behind for so long never recovers. */
const BEHIND_MS_MAX = 120_000
/** RFC 6455 registry, 1013: try again later. */
const TRY_LATER = 1013

export function createLiveClient({ transport, buffer_bytes_max, clock }: LiveClientOptions): LiveClient {
  let waiting: Map<TableName, Map<string, string>> | null = null
  let since = 0
  let missed = 0

  function collect(changes: Changes): void {
    waiting ??= new Map()
    for (const [table, rows] of changes) {
      const kept = waiting.get(table) ?? new Map<string, string>()
      waiting.set(table, kept)
      for (const [key, row] of rows) {
        if (kept.has(key)) missed++
        kept.set(key, row)
      }
    }
  }

  return {
    deliver(text, changes, seq, now) {
      if (waiting === null && transport.bufferedAmount <= buffer_bytes_max) {
        transport.send(text)
        return
      }
      if (waiting === null) since = clock()
      collect(changes)
      // Half empty first: a connection at its limit would be behind again with the next frame.
      if (transport.bufferedAmount <= buffer_bytes_max / 2 && waiting !== null) {
        transport.send(`{"type":"delta","seq":${seq},"now":${now},"tables":${tablesText(waiting)},"missed":${missed}}`)
        waiting = null
        missed = 0
      } else if (clock() - since > BEHIND_MS_MAX) transport.close(TRY_LATER, 'too slow')
    },
    get behind() {
      return waiting !== null
    },
  }
}
