/** What is remembered of an event, of what speaks for and against it, and of what people are asked. */
import type { LonLat } from '../base/geo.ts'
import type { EpochMs } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'

export interface SeenEvent {
  readonly device: DeviceKey
  readonly id: string
  readonly type: string
  ts: EpochMs
  /** Highest so far: a detector that loses its object for a frame has not changed its mind. */
  score: number
  at: readonly [number, number] | null
  media: string | null
  over: 'ended' | 'expired' | null
  /** It was sure enough, and has been passed on. */
  signalled: boolean
  /** What a person said of it; null before anybody has. */
  verdict: boolean | null
}

export interface PersonReport {
  readonly type: string
  readonly at: LonLat
  readonly ts: EpochMs
}

export interface Evidence {
  readonly from: 'camera' | 'sensor' | 'person'
  /** Device, or who said so. */
  readonly source: string
  /** What it said, for people. */
  readonly said: string
  /** What it adds to the log-odds; below zero against. */
  readonly log_odds: number
}

export interface Doubt {
  /** `<device> <id>` of the event. */
  readonly key: string
  readonly device: string
  readonly type: string
  readonly opened: EpochMs
  ts: EpochMs
  at: readonly [number, number]
  score: number
  media: string | null
  probability: number
  evidence: readonly Evidence[]
  /** It was sure enough without a person, and has been passed on. */
  raised: boolean
  verdict: boolean | null
  /** Who labelled it, and how. */
  readonly labels: Map<string, boolean>
}
