/**
 * What a Frigate instance of version 0.14 says over MQTT (its docs/integrations/mqtt.md and track/object_processing.py): tracked objects and
 * reviews as JSON, everything else as bare text or JPEG. Times are epoch seconds with fractions.
 */
import type { Binding } from '../../config/dialects.ts'
import type { Random } from '../../engine/base/random.ts'
import type { EpochMs } from '../../engine/base/time.ts'
import type { CityDevice, DeviceKey } from '../../engine/model/city.ts'
import { rounded } from '../device.ts'

export interface FrigateMessage {
  readonly topic: string
  readonly payload: string | Uint8Array
  readonly retain: boolean
}

interface Kind {
  readonly label: string
  /** Part of the street; its zone is `{camera}_{area}`, since zones and cameras share one namespace. */
  readonly area: string
  readonly moves?: true
}

/** What Frigate calls what happens on a street: its own labels, and those of a model that somebody trained for this city. */
const KINDS: Readonly<Record<string, Kind>> = {
  'road.illegal_parking': { label: 'car', area: 'no_parking' },
  'road.accident': { label: 'accident', area: 'carriageway' },
  'road.flooded': { label: 'water', area: 'carriageway' },
  'street.stall': { label: 'stall', area: 'pavement' },
  'waste.mis_sorted': { label: 'person', area: 'bins', moves: true },
  'waste.overflow': { label: 'waste_bin', area: 'bins' },
  'fire.smoke': { label: 'smoke', area: 'carriageway' },
}

/** What a city writes in dialects.yaml for such a camera: the labels turned back. */
export const frigateBinding = (key: DeviceKey, device: Pick<CityDevice, 'id'>, prefix = 'frigate'): Binding => ({
  entity: `camera:${frigateName(device)}`,
  device: key,
  events: Object.fromEntries(Object.entries(KINDS).map(([type, { label }]) => [label, type])),
  ptz: { topic: `${prefix}/${frigateName(device)}/ptz` },
})

export const findKind = (type: string): Kind | null => (Object.hasOwn(KINDS, type) ? KINDS[type] : null)

/** Names in Frigate's configuration are letters, digits, `_` and `-`. */
export const frigateName = ({ id }: Pick<CityDevice, 'id'>): string => id.toLowerCase().replace(/[^a-z0-9_-]/g, '_')

type Box = readonly [left: number, top: number, right: number, bottom: number]

/** `before` and `after` of `{prefix}/events`. */
export interface FrigateObject {
  readonly id: string
  readonly camera: string
  readonly frame_time: number
  readonly snapshot: { readonly frame_time: number; readonly box: Box; readonly area: number; readonly region: Box; readonly score: number }
  readonly label: string
  /** A face that is known, with how sure that is. */
  readonly sub_label: readonly [name: string, score: number] | null
  readonly top_score: number
  readonly false_positive: boolean
  readonly start_time: number
  readonly end_time: number | null
  readonly score: number
  readonly box: Box
  readonly area: number
  readonly ratio: number
  readonly region: Box
  readonly current_zones: readonly string[]
  readonly entered_zones: readonly string[]
  readonly thumbnail: null
  readonly has_snapshot: boolean
  readonly has_clip: boolean
  readonly active: boolean
  readonly stationary: boolean
  readonly motionless_count: number
  readonly position_changes: number
  readonly attributes: Readonly<Record<string, number>>
  readonly current_attributes: readonly string[]
  readonly current_estimated_speed: number
  readonly average_estimated_speed: number
  readonly velocity_angle: number
  readonly recognized_license_plate: string | null
  readonly recognized_license_plate_score: number | null
}

/** `before` and `after` of `{prefix}/reviews`. */
export interface FrigateReview {
  readonly id: string
  readonly camera: string
  readonly start_time: number
  readonly end_time: number | null
  readonly severity: 'alert' | 'detection'
  readonly thumb_path: string
  readonly data: Readonly<Record<'detections' | 'objects' | 'sub_labels' | 'zones' | 'audio', readonly string[]>>
}

export type Phase = 'new' | 'update' | 'end'

/** `threshold` of Frigate unless set: what stays below is a false positive. */
const THRESHOLD = 0.7
const DETECT_FPS = 5
/** `detect.stationary.threshold` of Frigate unless set: ten seconds of frames. */
const STATIONARY_FRAMES = 10 * DETECT_FPS
/** `review.alerts.labels` of Frigate unless set. */
const ALERTS = new Set(['car', 'person'])
const WIDTH_PX = 1280
const HEIGHT_PX = 720

/** Epoch seconds of the frame that was looked at last; it is a moment old. */
const frameTime = (now: EpochMs, draw: Random): number => rounded(now / 1000 - draw.uniform(0, 0.2), 6)

const idOf = (time: number, draw: Random): string =>
  `${time.toFixed(6)}-${Array.from({ length: 6 }, () => draw.pick([...'abcdefghijklmnopqrstuvwxyz0123456789'])).join('')}`

interface Begun {
  readonly camera: string
  readonly kind: Kind
  readonly score: number
  /** Plate of a car or name of a face, as Frigate recognises them. */
  readonly subject: string | null
}

/** An object in the frame in which it was tracked first. */
export function newObject({ camera, kind, score, subject }: Begun, now: EpochMs, draw: Random): FrigateObject {
  const start_time = frameTime(now, draw)
  const [left, top] = [draw.integer(0, WIDTH_PX - 320), draw.integer(0, HEIGHT_PX - 320)]
  const [width, height] = [draw.integer(80, 240), draw.integer(80, 240)]
  const box: Box = [left, top, left + width, top + height]
  const region: Box = [left, top, left + 320, top + 320]
  const area = width * height
  const top_score = rounded(score, 6)
  const zone = `${camera}_${kind.area}`
  const sure = rounded(draw.uniform(0.8, 0.99), 3)
  return {
    id: idOf(start_time, draw),
    camera,
    frame_time: start_time,
    snapshot: { frame_time: start_time, box, area, region, score: top_score },
    label: kind.label,
    sub_label: subject !== null && kind.label === 'person' ? [subject, sure] : null,
    top_score,
    false_positive: score < THRESHOLD,
    start_time,
    end_time: null,
    score: top_score,
    box,
    area,
    ratio: rounded(width / height, 6),
    region,
    current_zones: [zone],
    entered_zones: [zone],
    thumbnail: null,
    has_snapshot: score >= THRESHOLD,
    has_clip: score >= THRESHOLD,
    active: true,
    stationary: false,
    motionless_count: 0,
    position_changes: 1,
    attributes: {},
    current_attributes: [],
    current_estimated_speed: 0,
    average_estimated_speed: 0,
    velocity_angle: 0,
    recognized_license_plate: subject !== null && kind.label === 'car' ? subject : null,
    recognized_license_plate_score: subject !== null && kind.label === 'car' ? sure : null,
  }
}

/** What was published of an object before it was believed: Frigate tells `new` from `update` by it. */
export const unbelieved = (object: FrigateObject): FrigateObject => ({
  ...object,
  score: rounded(object.score * 0.7, 6),
  top_score: rounded(object.score * 0.7, 6),
  false_positive: true,
  has_snapshot: false,
  has_clip: false,
})

/** The object in a later frame. */
export function laterObject(object: FrigateObject, { moves }: Pick<Kind, 'moves'>, now: EpochMs, draw: Random): FrigateObject {
  const frame_time = frameTime(now, draw)
  const motionless_count = moves ? 0 : Math.round((frame_time - object.start_time) * DETECT_FPS)
  const stationary = motionless_count >= STATIONARY_FRAMES
  const score = rounded(Math.min(0.99, Math.max(0.05, object.top_score - draw.uniform(0, 0.06))), 6)
  return { ...object, frame_time, score, motionless_count, stationary, active: !stationary }
}

export const endedObject = (object: FrigateObject, now: EpochMs, draw: Random): FrigateObject => ({
  ...object,
  end_time: frameTime(now, draw),
  current_zones: [],
  active: false,
})

export function newReview({ id, camera, start_time, label, current_zones }: FrigateObject, draw: Random): FrigateReview {
  const review = idOf(start_time, draw)
  return {
    id: review,
    camera,
    start_time,
    end_time: null,
    severity: ALERTS.has(label) ? 'alert' : 'detection',
    thumb_path: `/media/frigate/clips/review/thumb-${camera}-${review}.webp`,
    // Names of faces would stand in `sub_labels`; an instance whose owner heeds the law leaves them out here.
    data: { detections: [id], objects: [label], sub_labels: [], zones: current_zones, audio: [] },
  }
}

export const changed = (type: Phase, before: object, after: object): string => JSON.stringify({ type, before, after })

const segment = (marker: number, ...bytes: number[]): number[] => [0xff, marker, 0, bytes.length + 2, ...bytes]
/** A Huffman table with one code, of one bit, for this symbol (ITU-T T.81, B.2.4.2). */
const oneCode = (table: number, symbol: number): number[] => segment(0xc4, table, 1, ...Array<number>(15).fill(0), symbol)

/** A baseline JPEG of 8 × 8 points in one shade of grey, the smallest picture there is (ITU-T T.81). */
export function snapshotOf(draw: Random): Uint8Array {
  const shade = draw.integer(64, 127)
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segment(0xdb, 0, ...Array<number>(64).fill(1)),
    ...segment(0xc0, 8, 0, 8, 0, 8, 1, 1, 0x11, 0),
    ...oneCode(0x00, 7),
    ...oneCode(0x10, 0),
    ...segment(0xda, 1, 1, 0, 0, 63, 0),
    // The code of seven bits of difference, those bits, the code of the block's end, ones to the end of the byte.
    ...[shade, 0x7f],
    ...[0xff, 0xd9],
  ])
}
