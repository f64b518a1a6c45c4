/** What has been assessed and agreed of cameras, and where those look that can turn. */
import { distance_m, insideRing, type LonLat, localFrame } from '../base/geo.ts'
import type { HourRange } from '../base/hours.ts'
import type { Bilingual } from './bilingual.ts'

/** A part of the picture, or of the ground, from which nothing is kept. */
export interface PrivacyMask {
  /** `picture`: points of 0 to 1 from the upper left; `ground`: lon and lat. */
  readonly on: 'picture' | 'ground'
  readonly ring: readonly LonLat[]
}

/** The ground that is seen: a ring, or a sector from the camera. */
export type CameraView =
  | { readonly ring: readonly LonLat[] }
  /** `bearing_deg` clockwise from north, of the middle; `width_deg` from side to side. */
  | { readonly bearing_deg: number; readonly width_deg: number; readonly range_m: number }

/** A direction and zoom that a camera has by name, and what it sees then. */
export interface CameraPreset {
  readonly id: string
  /** Its id where it was given no name. */
  readonly name?: Bilingual
  /** Middle of what it sees. */
  readonly at: LonLat
  /** Without it what lies within 60 m of `at`. */
  readonly view?: CameraView
  /** Junctions, low points, roads by id, bins by device key that it sees besides those in its view. */
  readonly places?: readonly string[]
  /** Types of events that can be told from here; all without it. */
  readonly kinds?: readonly string[]
  /** What is hidden while it looks here; an empty list says that nothing has to be. Without it nobody has said, and the preset is not used. */
  readonly masks?: readonly PrivacyMask[]
}

/** How a camera goes round by itself. */
export interface PatrolTerms {
  /** Preset where it rests when nothing is asked of it; it may look there at any hour. */
  readonly home: string | null
  /** Time to turn from one preset to another. */
  readonly move_s: number
  /** Least time that it looks before it turns on. */
  readonly dwell_s: number
  /** No preset is left alone for longer. */
  readonly revisit_min: number
}

export const DEFAULT_PATROL: PatrolTerms = { home: null, move_s: 6, dwell_s: 24, revisit_min: 60 }

export interface CameraTerms {
  /** Id of the impact assessment (PIPL article 55) that allows what is done with this camera. */
  readonly impact_assessment: string
  /** Days that its pictures are kept. */
  readonly retention_days: number
  readonly masks: readonly PrivacyMask[]
  /** Only of cameras that can turn. */
  readonly presets: readonly CameraPreset[]
  /** Defaults without it. */
  readonly patrol?: PatrolTerms
}

/** An impact assessment as far as the program has to keep to it. */
export interface ImpactAssessment {
  readonly id: string
  /** Types of events that it allows; null when it does not say: then all, and no automatic patrol. */
  readonly kinds: readonly string[] | null
  /** Local hours in which it allows them; null at any hour. */
  readonly hours: readonly HourRange[] | null
  /** Cameras that it covers, by key, besides those that name it themselves. */
  readonly cameras: readonly string[]
  /** Districts all of whose cameras it covers, listed ones and others. */
  readonly districts: readonly string[]
}

/** What a preset sees around its middle when nobody has drawn it. */
const AROUND_M = 60

/** @param from where the camera stands */
export function seesPlace({ at, view }: Pick<CameraPreset, 'at' | 'view'>, from: LonLat, place: LonLat): boolean {
  if (view === undefined) return distance_m(at, place) <= AROUND_M
  if ('ring' in view) return insideRing(place, view.ring)
  if (distance_m(from, place) > view.range_m) return false
  const [east, north] = localFrame(from).toXY(place)
  const off_deg = Math.abs((((((Math.atan2(east, north) * 180) / Math.PI - view.bearing_deg) % 360) + 540) % 360) - 180)
  return off_deg <= view.width_deg / 2
}
