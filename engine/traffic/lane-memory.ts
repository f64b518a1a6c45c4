/** What is remembered of one entering lane: its vehicles, its flow, how long somebody has waited, and what to think while it is silent. */
import type { EpochMs } from '../base/time.ts'
import { SECOND_MS } from '../base/time.ts'
import type { SignalJunction, SignalLane } from '../model/signal-network.ts'
import { type Counted, createTrack, follow, type LaneTrack } from './lane-track.ts'

export interface LaneMemory {
  readonly track: LaneTrack
  /** The newest counts, oldest first. */
  readonly recent: Counted[]
  /** Measurement time of the newest count; null before the first, and while the lane is silent. */
  heard: EpochMs | null
  /** Vehicles that have entered; older ones count less. */
  entries: number
  /** Mean over ten minutes. */
  flow_veh_s: number
  /** When the last vehicle was seen to leave. */
  left: EpochMs | null
  /** Since when somebody stands without green. */
  waiting_since: EpochMs | null
  /** Vehicles thought to wait on a silent lane. */
  virtual_veh: number
  /** Flow told by others while the lane is silent (bridge.ts); null when the lanes of its kind have to do. */
  bridge_veh_s: number | null
}

export const createLane = (): LaneMemory => ({
  track: createTrack(),
  recent: [],
  heard: null,
  entries: 0,
  flow_veh_s: 0,
  left: null,
  waiting_since: null,
  virtual_veh: 0,
  bridge_veh_s: null,
})

/** Counts kept for the median. */
const RECENT = 5
/** Entries count 15 % less for every minute of age. */
const FADE_PER_S = 0.85 ** (1 / 60)
const FLOW_OVER_S = 600

export interface Heard {
  readonly ts: EpochMs
  readonly dt_s: number
  /** The lane could discharge since the last message. */
  readonly open: boolean
  readonly noisy: boolean
}

/** The middle one; of an even number the lower middle. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[(sorted.length - 1) >> 1]
}

/** Each number of the newest counts by its own median: counting errors are independent. */
function smooth(recent: readonly Counted[]): Counted {
  const approaching = recent.flatMap((counted) => counted.approaching ?? [])
  return {
    vehicles: median(recent.map(({ vehicles }) => vehicles)),
    queued: median(recent.map(({ queued }) => queued)),
    approaching: approaching.length < recent.length ? null : median(approaching),
  }
}

export function hearLane(memory: LaneMemory, lane: SignalLane, counted: Counted, { ts, dt_s, open, noisy }: Heard): void {
  const { recent, track } = memory
  recent.push(counted)
  if (recent.length > RECENT) recent.shift()
  const { entered, left } = follow(track, noisy ? smooth(recent) : counted, lane, dt_s, open)
  memory.entries = memory.entries * FADE_PER_S ** dt_s + (memory.heard === null ? 0 : entered)
  if (memory.heard !== null && dt_s > 0) memory.flow_veh_s += (entered / dt_s - memory.flow_veh_s) * Math.min(1, dt_s / FLOW_OVER_S)
  if (left > 0) memory.left = ts
  if (track.queued === 0 || open) memory.waiting_since = null
  else memory.waiting_since ??= ts
  memory.heard = ts
  memory.virtual_veh = track.x_m.length
}

/** A lane that says nothing is not empty: what its like get comes, what can discharge goes. */
export function missLane(memory: LaneMemory, { saturation_veh_s }: SignalLane, flow_veh_s: number, open: boolean, dt_s: number): void {
  memory.recent.length = 0
  memory.heard = null
  memory.track.x_m.length = 0
  memory.track.queued = 0
  // Nobody is seen to leave here: a green ends the wait, or a lane that fell silent while somebody stood would be served for ever.
  if (open) memory.waiting_since = null
  memory.virtual_veh = Math.max(0, memory.virtual_veh + (flow_veh_s - (open ? saturation_veh_s : 0)) * dt_s)
}

/** Flow of a lane that is not heard: what others tell of it, else the mean of the junction's lanes of the same kind that are heard. */
export function flowOfAlike_veh_s({ lanes }: SignalJunction, memories: readonly LaneMemory[], lane: number): number {
  const { bridge_veh_s } = memories[lane]
  if (bridge_veh_s !== null) return bridge_veh_s
  let sum = 0
  let heard = 0
  for (const [other, { left, free }] of lanes.entries()) {
    if (left !== lanes[lane].left || free !== lanes[lane].free || memories[other].heard === null) continue
    sum += memories[other].flow_veh_s
    heard++
  }
  return heard === 0 ? 0 : sum / heard
}

/** Seconds that somebody has stood there without green. */
export const waited_s = ({ waiting_since }: LaneMemory, now: EpochMs): number =>
  waiting_since === null ? 0 : Math.max(0, now - waiting_since) / SECOND_MS
