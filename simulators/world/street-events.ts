/**
 * What happens in front of the cameras: parked cars, stalls, accidents, smoke, rubbish in the wrong bin, and now and then nothing at all
 * that a camera takes for something. Each camera's street has its own stream of events.
 */
import { distance_m, type LonLat } from '../../engine/base/geo.ts'
import type { Random } from '../../engine/base/random.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../engine/base/time.ts'
import { type CityDevice, type DeviceKey, deviceKey } from '../../engine/model/city.ts'

export interface StreetEvent {
  readonly id: string
  readonly type: string
  readonly at: LonLat
  readonly score: number
  /** False: the camera is mistaken. */
  readonly real: boolean
  /** Plate or face: personal data, as real cameras send it. */
  readonly subject: string | null
  readonly began: EpochMs
  until: EpochMs
}

interface CameraStreet {
  /** When the next event begins; null: never. */
  next: EpochMs | null
  count: number
  active: StreetEvent[]
}

export interface StreetEvents {
  /** What can be seen at a camera now. */
  look(camera: DeviceKey, now: EpochMs): readonly StreetEvent[]
  /** A crew has dealt with what was near; mistaken events are unimpressed. */
  clear(at: LonLat, within_m: number, now: EpochMs): void
  readonly streets: Record<DeviceKey, CameraStreet>
}

interface EventType {
  readonly type: string
  readonly weight: number
  readonly minutes: readonly [number, number]
  readonly subject?: 'plate' | 'face'
}

const EVENT_TYPES: readonly EventType[] = [
  { type: 'road.illegal_parking', weight: 40, minutes: [8, 30], subject: 'plate' },
  { type: 'street.stall', weight: 26, minutes: [15, 60] },
  { type: 'waste.mis_sorted', weight: 18, minutes: [1, 2], subject: 'face' },
  { type: 'road.accident', weight: 12, minutes: [15, 45] },
  { type: 'fire.smoke', weight: 4, minutes: [6, 20] },
]
/** Streets are not empty when the world begins: what began in these minutes before and goes on is seen at once. */
const BEFORE_MS = 6 * MINUTE_MS
const WEIGHT_SUM = EVENT_TYPES.reduce((sum, { weight }) => sum + weight, 0)

function pickType(random: Random): EventType {
  let left = random.uniform(0, WEIGHT_SUM)
  for (const type of EVENT_TYPES) {
    left -= type.weight
    if (left < 0) return type
  }
  return EVENT_TYPES[0]
}

function subjectOf(kind: EventType['subject'], random: Random): string | null {
  if (kind === 'plate') return `浙A${random.integer(10_000, 99_999)}`
  return kind === 'face' ? `face-${random.integer(100_000, 999_999)}` : null
}

interface Options {
  readonly devices: readonly CityDevice[]
  readonly events_per_h: number
  readonly false_share: number
  readonly random: Random
  readonly start: EpochMs
}

export function createStreetEvents({ devices, events_per_h, false_share, random, start }: Options): StreetEvents {
  const streets: Record<DeviceKey, CameraStreet> = {}
  const cameras = new Map<DeviceKey, { readonly device: CityDevice; readonly random: Random }>()
  const gap_ms = (own: Random): number => own.exponential(HOUR_MS / events_per_h)
  for (const device of devices) {
    if (device.domain !== 'camera') continue
    const key = deviceKey(device.district, device.domain, device.id)
    const own = random.fork(key)
    cameras.set(key, { device, random: own })
    streets[key] = { next: events_per_h > 0 ? start - BEFORE_MS + gap_ms(own.fork('first')) : null, count: 0, active: [] }
  }

  const begin = (device: CityDevice, street: CameraStreet, began: EpochMs, draw: Random): StreetEvent => {
    const real = !draw.chance(false_share)
    const { type, minutes, subject } = pickType(draw)
    const duration = real ? draw.uniform(minutes[0], minutes[1]) : draw.uniform(0.5, 2)
    const [lon, lat] = device.at
    return {
      id: `${device.id}-${street.count}`,
      type,
      at: [lon + draw.uniform(-2e-4, 2e-4), lat + draw.uniform(-2e-4, 2e-4)],
      score: real ? draw.uniform(0.72, 0.98) : draw.uniform(0.3, 0.65),
      real,
      subject: subjectOf(subject, draw),
      began,
      until: began + duration * MINUTE_MS,
    }
  }

  return {
    streets,
    look(key, now) {
      const camera = cameras.get(key)
      if (camera === undefined) return []
      const street = streets[key]
      while (street.next !== null && street.next <= now) {
        street.count++
        const draw = camera.random.fork(String(street.count))
        street.active.push(begin(camera.device, street, street.next, draw))
        street.next += gap_ms(draw)
      }
      street.active = street.active.filter(({ until }) => until > now)
      return street.active
    },
    clear(at, within_m, now) {
      for (const { active } of Object.values(streets)) {
        for (const event of active) if (event.real && distance_m(event.at, at) <= within_m) event.until = now
      }
    },
  }
}
