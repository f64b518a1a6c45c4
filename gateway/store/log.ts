import { UrbanError } from '../../engine/base/errors.ts'
import type { EventLog, Logger } from '../parts.ts'

export interface LogOptions {
  readonly directory: string
  readonly sync_ms: number
  readonly strict: boolean
  readonly segment_bytes: number
  readonly log: Logger
}

export interface Log extends EventLog {
  readonly counters: Readonly<Record<string, number>>
}

export function openLog(_options: LogOptions): Log {
  throw new UrbanError('ours', 'unfinished', 'the log is being written')
}
