/**
 * What a foreign message says, in one language for all dialects. Metric names carry contract units as a suffix (contract section 2). No
 * form ever holds personal data: a plate, a face or a name is its pseudonym or is left out.
 */

import type { LonLat } from '../../engine/base/geo.ts'
import type { EpochMs } from '../../engine/base/time.ts'
import type { WarningMessage } from '../../engine/model/warning.ts'

export type Scalar = string | number | boolean
export type Metrics = Readonly<Record<string, number | boolean>>

/** Whose clock `ts` is: the device's, the first gateway's that heard it, or ours when nothing in the message tells a time. */
export type Clock = 'device' | 'gateway' | 'arrival'

export interface Times {
  readonly ts: EpochMs
  readonly clock: Clock
  /** When a gateway or network server heard it; with `ts` of the device's clock this gives the skew. */
  readonly heard: EpochMs | null
}

interface Said extends Times {
  /** `{class}:{id}`, the id folded (ids.ts), so that one device is one entity whichever way it comes. */
  readonly entity: string
  /** What the format itself calls the same thing: a repeat replaces, never adds. Null when it has no such key. */
  readonly dedupeKey: string | null
}

export interface Measurement extends Said {
  readonly kind: 'measurement'
  readonly metrics: Metrics
  /** What follows from the metrics with what the message says about its device (a bin's height in a tag). */
  readonly derived: Readonly<Record<string, number>>
  /** Why what would be derived is not to be believed: a tilted bin has no fill level. */
  readonly invalid: readonly Invalid[]
  /** Alarms and reasons of the device's own: `MEASURE`, `FIRE`, `TILT`. */
  readonly events: readonly string[]
  /** Counts up with each message of the device (LoRaWAN's frame counter); null when nothing does. */
  readonly seq: number | null
  /** Start of the interval that the values are of; null for values of a moment. */
  readonly from: EpochMs | null
  /** Stored by the device during an outage and sent later: never raises a live alarm. */
  readonly late: boolean
  /** What else identifies or describes the device: model, serial number, grid. */
  readonly attributes: Readonly<Record<string, Scalar>>
}

export interface Invalid {
  readonly metric: string
  readonly why: string
}

/** A context broker's entity (NGSI, Smart Data Models): like a measurement, of a published type. */
export interface Entity extends Said {
  readonly kind: 'entity'
  readonly type: string
  readonly metrics: Metrics
  readonly at: LonLat | null
  /** Start of the interval that the values are of; null for values of a moment. */
  readonly from: EpochMs | null
  readonly attributes: Readonly<Record<string, Scalar | readonly Scalar[]>>
}

export type Phase = 'new' | 'update' | 'end'

/** One object that a camera follows. `trackId` repeats from `new` to `end`. */
export interface CameraObject extends Said {
  readonly kind: 'camera.object'
  readonly trackId: string
  readonly phase: Phase
  readonly label: string
  /** 0 to 1. */
  readonly score: number | null
  /** It is in them now. */
  readonly zones: readonly string[]
  /** It is or was in them. */
  readonly entered: readonly string[]
  readonly stationary: boolean
  readonly speed_kmh: number | null
  readonly false_positive: boolean
  /** Pseudonym of a plate or a face. */
  readonly subject: string | null
}

export interface CameraReview extends Said {
  readonly kind: 'camera.review'
  readonly phase: Phase
  readonly severity: string
  readonly objects: readonly string[]
  readonly zones: readonly string[]
  readonly trackIds: readonly string[]
}

export interface CameraCount extends Said {
  readonly kind: 'camera.count'
  readonly label: string
  readonly value: number
  /** Counts only those that move. */
  readonly active: boolean
}

/** A picture of the object of this label that was seen last; the bytes stay in the message. */
export interface CameraStill extends Said {
  readonly kind: 'camera.still'
  readonly label: string
}

export interface CameraRule extends Said {
  readonly kind: 'camera.rule'
  readonly rule: string
  readonly topicPath: string
  readonly data: Readonly<Record<string, Scalar>>
  /** Pseudonym of a plate or a face. */
  readonly subject: string | null
}

export interface CameraFrame extends Said {
  readonly kind: 'camera.frame'
  readonly objects: number
  /** Of the likeliest object; null when there is none. */
  readonly class: string | null
  readonly detections: readonly {
    readonly id: string
    readonly class: string | null
    readonly likelihood: number | null
    /** Left, top, right, bottom, each -1 to 1 as ONVIF normalises the image; null where it cannot be told. */
    readonly box: readonly [number, number, number, number] | null
  }[]
}

/** A camera's own state: motion, a snapshot that lies ready. */
export interface CameraState extends Said {
  readonly kind: 'camera.state'
  readonly what: string
  readonly state: boolean
}

export interface DeviceFault extends Said {
  readonly kind: 'device.fault'
  readonly fault: string
  readonly state: boolean
}

export interface DevicePresence extends Said {
  readonly kind: 'device.presence'
  readonly online: boolean
  readonly battery_pct: number | null
}

/** A device announces itself: what it is and where it speaks. */
export interface Discovery extends Said {
  readonly kind: 'discovery'
  readonly component: string
  readonly name: string | null
  /** Null: the announcement was withdrawn. */
  readonly state_topic: string | null
  readonly value_path: string | null
  readonly unit: string | null
  readonly device: Readonly<Record<string, string>>
}

/** What is retained under this name is no more. */
export interface Deleted extends Said {
  readonly kind: 'deleted'
  readonly topicPath: string
}

export interface Alert extends Said {
  readonly kind: 'alert'
  readonly event: string
  readonly level: string | null
  readonly severity: string | null
  /** Area codes. */
  readonly area: readonly string[]
  readonly onset: EpochMs | null
  readonly expires: EpochMs | null
  readonly stage: Phase | 'cancel'
  /** Entities of the alerts that this one takes the place of, or ends. */
  readonly replaces: readonly string[]
  /** Exercise and Test must not reach the live world. */
  readonly drill: boolean
  readonly polygons: readonly (readonly LonLat[])[]
  readonly headline: string | null
  /** The whole of it in the terms of CAP. */
  readonly cap: WarningMessage
}

export interface SignalCommand extends Said {
  readonly kind: 'signal.command'
  readonly plan: number | null
  readonly cycle_s: number
  readonly offset_s: number
  /** When the plan ends by itself; null when it says nothing of it. */
  readonly expires: EpochMs | null
  readonly stages: readonly {
    readonly stage: number
    readonly green_s: number
    readonly yellow_s: number
    readonly all_red_s: number
    readonly min_green_s: number | null
    readonly max_green_s: number | null
  }[]
}

export interface SignalState extends Said {
  readonly kind: 'signal.state'
  /** Signal groups or phases that show green; null when the message does not tell. */
  readonly green: readonly number[] | null
  readonly yellow: readonly number[] | null
  readonly red: readonly number[] | null
  readonly manual: boolean
  readonly flash: boolean
  readonly ends: readonly { readonly group: number; readonly min_end: EpochMs | null; readonly max_end: EpochMs | null }[]
}

/** A resident's or grid officer's report, and what became of it. */
export interface CitizenReport extends Said {
  readonly kind: 'citizen.report' | 'citizen.status'
  readonly category: string | null
  readonly code: string | null
  readonly at: LonLat | null
  readonly grid: string | null
  readonly address: string | null
  readonly description: string | null
  readonly state: string | null
  readonly due: EpochMs | null
  readonly slaHours: number | null
  readonly media: readonly string[]
  readonly attributes: Readonly<Record<string, Scalar | readonly Scalar[]>>
}

/** What one system tells a person or another system; nothing is measured. */
export interface Notice extends Said {
  readonly kind: 'notice'
  readonly channel: string
  readonly title: string | null
  readonly text: string
  /** What it reports and where, when it says both: then it is a report. */
  readonly about?: NoticeSubject
}

export interface NoticeSubject {
  /** In the sender's own system. */
  readonly id: string
  /** Class of incident, or category in words; null when only the text says. */
  readonly code: string | null
  readonly at: LonLat | null
  readonly grid: string | null
  readonly state: string | null
}

/** A table that people keep, read as data: codes, levels, words. It says nothing of the city by itself. */
export interface Table extends Said {
  readonly kind: 'config' | 'vocabulary'
  readonly rows: readonly Readonly<Record<string, Scalar>>[]
  /** How the rows are meant, in words. */
  readonly rule: string | null
}

export type NormalForm =
  | Measurement
  | Entity
  | CameraObject
  | CameraReview
  | CameraCount
  | CameraStill
  | CameraRule
  | CameraFrame
  | CameraState
  | DeviceFault
  | DevicePresence
  | Discovery
  | Deleted
  | Alert
  | SignalCommand
  | SignalState
  | CitizenReport
  | Notice
  | Table

/** A measurement, with what most do not have left at nothing. */
export const measurement = (
  said: Pick<Measurement, 'entity' | 'ts' | 'clock' | 'metrics'> & Partial<Omit<Measurement, 'kind'>>,
): Measurement => ({
  kind: 'measurement',
  heard: null,
  dedupeKey: null,
  derived: {},
  invalid: [],
  events: [],
  seq: null,
  from: null,
  late: false,
  attributes: {},
  ...said,
})
