/** Saves the engine's state every `snapshot_s` and at the end, and lets go of the log that nobody needs any more. */
import { type EpochMs, HOUR_MS, SECOND_MS } from '../engine/base/time.ts'
import type { Journal } from './journal.ts'
import type { EventLog, Logger, LogPosition, Part } from './parts.ts'
import { encodeSnapshot, type Snapshot, writeSnapshot } from './snapshot.ts'
import type { Stepper } from './stepper.ts'

export interface SaverOptions {
  readonly file: string
  readonly stepper: Stepper
  readonly journal: Journal
  readonly log: EventLog
  /** Everything before this position is in the history store. */
  readonly stored: () => LogPosition
  readonly now: () => EpochMs
  readonly snapshot_s: number
  readonly log_keep_h: number
  readonly log_sync_ms: number
  readonly logger: Logger
}

export interface Saver extends Part {
  /** From the snapshot that was restored. */
  begin(marks: Snapshot['marks']): void
  save(): Promise<void>
  readonly saved: EpochMs | null
}

export function createSaver(o: SaverOptions): Saver {
  let marks: Snapshot['marks'] = []
  let saved: EpochMs | null = null
  let timer: NodeJS.Timeout | null = null
  let saving: Promise<void> | null = null

  /** The newest position that is older than log_keep_h; marks older than it are forgotten. */
  function keptFrom(now: EpochMs): LogPosition {
    const old = marks.filter((mark) => mark.ts <= now - o.log_keep_h * HOUR_MS)
    const newest = old.at(-1)
    if (newest !== undefined) marks = marks.filter((mark) => mark.ts >= newest.ts)
    return newest?.position ?? 0
  }

  async function saveOnce(): Promise<void> {
    const now = o.now()
    const { memory, state } = o.stepper.save()
    const last = marks.at(-1)
    // One mark a minute is fine enough for a limit in hours.
    if (last === undefined || now - last.ts >= 60 * SECOND_MS) marks = [...marks, { ts: now, position: memory.through }]
    const released = Math.min(memory.through, o.stored(), keptFrom(now))
    const bytes = encodeSnapshot({ written: now, memory, state, journal: o.journal.head, marks })
    // The records that this state rests on must be on disk before the state is: after a power cut the log may not end before the snapshot.
    await new Promise((resolve) => setTimeout(resolve, 2 * o.log_sync_ms))
    await o.journal.flush()
    await writeSnapshot(o.file, bytes)
    saved = now
    if (released > 0) await o.log.release(released)
  }

  async function save(): Promise<void> {
    saving ??= saveOnce().finally(() => {
      saving = null
    })
    return saving
  }

  return {
    begin(before) {
      marks = before
    },
    async start() {
      timer = setInterval(() => {
        save().catch((error: unknown) => o.logger.error({ error: String(error) }, 'the snapshot could not be written'))
      }, o.snapshot_s * SECOND_MS)
    },
    async stop() {
      if (timer !== null) clearInterval(timer)
      await saving?.catch(() => undefined)
      if (timer !== null) await save()
      timer = null
    },
    save,
    get saved() {
      return saved
    },
  }
}
