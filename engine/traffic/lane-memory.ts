/** What is remembered of one entering lane: its vehicles, its flow, how long somebody has waited, and what to think while it is silent. */
import type { EpochMs } from '../base/time.ts'
import { SECOND_MS } from '../base/time.ts'
import type { SignalLane } from '../model/signal-network.ts'
import { type Counted, createTrack, follow, type LaneTrack } from './lane-track.ts'

/** What is seen of a silent lane from further on. */
export interface LaneBridge {
  /** Entered behind the junction, not yet explained by another lane; below 0 while somebody is between the lines. */
  balance_veh: number
  /** What the lanes behind had taken in and the other lanes had sent, when last looked. */
  taken_veh: number
  sent_veh: number
  /** How many lanes behind said so. */
  told: number
  /** Vehicles that it sent and the seconds of it, older ones counting less. */
  passed_veh: number
  passed_s: number
  /** When it last sent a vehicle. */
  passed: EpochMs | null
  green_since: EpochMs | null
  /** When it last had green. */
  open: EpochMs | null
  /** What the lanes upstream had sent when last looked; null while nobody upstream tells. */
  fed_veh: number | null
  /** On their way from there, with the share that takes this lane, in the order in which they were sent. */
  readonly coming: { readonly at: EpochMs; readonly veh: number }[]
}

export interface LaneMemory {
  readonly track: LaneTrack
  /** The newest counts, oldest first. */
  readonly recent: Counted[]
  /** Measurement time of the newest count; null before the first, and while the lane is silent. */
  heard: EpochMs | null
  /** Vehicles that have entered; older ones count less. */
  entries: number
  /** Vehicles that took each of its exits; older ones count less. Empty while none was seen, and where there is one exit. */
  readonly turned_veh: number[]
  /** Means over ten minutes of those who enter and of those who leave. */
  flow_veh_s: number
  released_veh_s: number
  /** When the last vehicle was seen to leave. */
  left: EpochMs | null
  /** Since when somebody stands without green. */
  waiting_since: EpochMs | null
  /** Vehicles that have entered and left since the first count. */
  entered_veh: number
  left_veh: number
  /** Vehicles thought to wait on a silent lane. */
  virtual_veh: number
  /** What tells of a silent lane; null while it is heard, or nothing does. */
  bridge: LaneBridge | null
  /** Mean flow told by others while the lane is silent (detectors/bridge.ts); null when the lanes of its kind have to do. */
  bridge_veh_s: number | null
}

export const createLane = (): LaneMemory => ({
  track: createTrack(),
  recent: [],
  heard: null,
  entries: 0,
  turned_veh: [],
  flow_veh_s: 0,
  released_veh_s: 0,
  left: null,
  waiting_since: null,
  entered_veh: 0,
  left_veh: 0,
  virtual_veh: 0,
  bridge: null,
  bridge_veh_s: null,
})

/** Counts kept for the median. */
const RECENT = 5
/** Entries count 15 % less for every minute of age. */
export const ENTRIES_FADE_PER_S = 0.85 ** (1 / 60)
const FLOW_OVER_S = 600

export interface Heard {
  readonly ts: EpochMs
  readonly dt_s: number
  /** The lane could discharge since the last message. */
  readonly open: boolean
  readonly noisy: boolean
}

/** Overwritten by every median. */
const ascending: number[] = []

/** The middle one, of an even number the lower middle; null where one of them says nothing. */
function median(recent: readonly Counted[], number: keyof Counted): number | null {
  for (let i = 0; i < recent.length; i++) {
    const value = recent[i][number]
    if (value === null) return null
    let place = i
    for (; place > 0 && ascending[place - 1] > value; place--) ascending[place] = ascending[place - 1]
    ascending[place] = value
  }
  return ascending[(recent.length - 1) >> 1]
}

/** Each number of the newest counts by its own median: counting errors are independent. */
const smooth = (recent: readonly Counted[]): Counted => ({
  vehicles: median(recent, 'vehicles') ?? 0,
  queued: median(recent, 'queued') ?? 0,
  approaching: median(recent, 'approaching'),
})

export function hearLane(memory: LaneMemory, lane: SignalLane, counted: Counted, { ts, dt_s, open, noisy }: Heard): void {
  const { recent, track } = memory
  recent.push(counted)
  if (recent.length > RECENT) recent.shift()
  const { entered, left } = follow(track, noisy ? smooth(recent) : counted, lane, dt_s, open)
  memory.entries = memory.entries * ENTRIES_FADE_PER_S ** dt_s + (memory.heard === null ? 0 : entered)
  if (memory.heard !== null && dt_s > 0) {
    const weight = Math.min(1, dt_s / FLOW_OVER_S)
    memory.flow_veh_s += (entered / dt_s - memory.flow_veh_s) * weight
    memory.released_veh_s += (left / dt_s - memory.released_veh_s) * weight
    memory.entered_veh += entered
    memory.left_veh += left
  }
  if (left > 0) memory.left = ts
  if (track.queued === 0 || open) memory.waiting_since = null
  else memory.waiting_since ??= ts
  memory.heard = ts
  memory.virtual_veh = track.x_m.length
  memory.bridge = null
}

/** Seconds that somebody has stood there without green. */
export const waited_s = ({ waiting_since }: LaneMemory, now: EpochMs): number =>
  waiting_since === null ? 0 : Math.max(0, now - waiting_since) / SECOND_MS
