/**
 * Crews report a position every few seconds and are drawn moving between: each new position is reached in the time that lay between the
 * last two, so the drawn crew is at most one report behind and never runs ahead of what is known.
 */
import type { LonLat } from '../../engine/base/geo.ts'
import type { CrewRow } from '../../gateway/wire/frames.ts'

export const TRAIL_MS = 90_000
const LEG_MS_MIN = 500
const LEG_MS_MAX = 10_000

interface Track {
  from: LonLat
  to: LonLat
  start_ms: number
  leg_ms: number
  /** Clockwise from north; null until it has moved. */
  heading_deg: number | null
  readonly trail: { readonly at: LonLat; readonly ms: number }[]
}

export interface Motion {
  readonly tracks: Map<string, Track>
}

export const createMotion = (): Motion => ({ tracks: new Map() })

const same = (a: LonLat, b: LonLat): boolean => a[0] === b[0] && a[1] === b[1]

/** Bearing on the flat map, degrees clockwise from north. */
export function heading_deg(from: LonLat, to: LonLat): number {
  const east = (to[0] - from[0]) * Math.cos((from[1] * Math.PI) / 180)
  return (Math.atan2(east, to[1] - from[1]) * 180) / Math.PI
}

function between(track: Track, local_ms: number): LonLat {
  const share = Math.min(1, (local_ms - track.start_ms) / track.leg_ms)
  return [track.from[0] + (track.to[0] - track.from[0]) * share, track.from[1] + (track.to[1] - track.from[1]) * share]
}

function follow(track: Track, at: LonLat, local_ms: number): void {
  const from = between(track, local_ms)
  track.leg_ms = Math.min(LEG_MS_MAX, Math.max(LEG_MS_MIN, local_ms - track.start_ms))
  track.heading_deg = heading_deg(from, at)
  track.from = from
  track.to = at
  track.start_ms = local_ms
  track.trail.push({ at: from, ms: local_ms })
}

/** Takes in the crews as they stand; called when the table changed. */
export function observeCrews(motion: Motion, crews: ReadonlyMap<string, CrewRow>, local_ms: number): void {
  for (const [key, crew] of crews) {
    const track = motion.tracks.get(key)
    if (track === undefined) {
      motion.tracks.set(key, { from: crew.at, to: crew.at, start_ms: local_ms, leg_ms: LEG_MS_MIN, heading_deg: null, trail: [] })
    } else {
      if (!same(track.to, crew.at)) follow(track, crew.at, local_ms)
      while (track.trail.length > 0 && track.trail[0].ms < local_ms - TRAIL_MS) track.trail.shift()
    }
  }
  for (const key of motion.tracks.keys()) if (!crews.has(key)) motion.tracks.delete(key)
}

export function crewAt(motion: Motion, key: string, crew: CrewRow, local_ms: number): LonLat {
  const track = motion.tracks.get(key)
  return track === undefined ? crew.at : between(track, local_ms)
}

/** Oldest point first, ending where the crew is drawn now; fewer than two points are no trail. */
export function trailOf(motion: Motion, key: string, local_ms: number): LonLat[] {
  const track = motion.tracks.get(key)
  if (track === undefined || track.trail.length === 0) return []
  return [...track.trail.map((point) => point.at), between(track, local_ms)]
}

/** Something is still on its way, so the map has to be drawn again. */
export function moving(motion: Motion, local_ms: number): boolean {
  for (const track of motion.tracks.values()) if (!same(track.from, track.to) && local_ms < track.start_ms + track.leg_ms) return true
  return false
}
