/**
 * Bus priority by lateness: a late bus counts for the people in it on the lanes it comes along, the more the later it is; an early one
 * counts like any vehicle. Buses are `crew` devices of kind `bus` that report `lon lat speed_mps lateness_s`.
 */
import { distance_m, type LonLat, localFrame, placeOn } from '../../base/geo.ts'
import { SECOND_MS } from '../../base/time.ts'
import type { City, DeviceKey } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { Reading } from '../../model/observation.ts'
import type { SignalNetwork } from '../../model/signal-network.ts'
import { prioritySettings } from '../../model/signals.ts'
import type { Site } from '../controllers/controller.ts'
import type { Bus } from './state.ts'

/** One road that leads to a junction, drawn towards it. */
interface ApproachRoad {
  readonly junction: string
  readonly lanes: readonly number[]
  readonly line: readonly LonLat[]
  readonly length_m: number
}

const made = new WeakMap<City, readonly ApproachRoad[]>()

function approachRoads(city: City, network: SignalNetwork): readonly ApproachRoad[] {
  const known = made.get(city)
  if (known !== undefined) return known
  const roads = new Map(city.roads.map((road) => [road.id, road]))
  const all = [...network.values()].flatMap(({ id, described }): ApproachRoad[] => {
    const ids = [...new Set(described.entering.map(({ road }) => road))]
    return ids.flatMap((road_id): ApproachRoad[] => {
      const road = roads.get(road_id)
      if (road === undefined) return []
      const own = described.entering.flatMap((lane, position) => (lane.road === road_id ? [position] : []))
      const straight = own.filter((lane) => described.entering[lane].turns.includes('through'))
      const line = road.to === described.node ? road.line : [...road.line].reverse()
      return [{ junction: id, lanes: straight.length > 0 ? straight : own, line, length_m: road.length_m }]
    })
  })
  made.set(city, all)
  return all
}

/** Positions of buses are good to some 20 m. */
const BESIDE_M = 25
/** So far it must have moved before the change of its place tells a direction. */
const MOVED_M = 5
/** Cosine of the angle to the road up to which it drives along it. */
const ALONG_COS = 0.7

export function observeBus(buses: Map<DeviceKey, Bus>, context: Context, { device, ts, values, backfill }: Reading): void {
  if (backfill || context.devices.get(device)?.kind !== 'bus') return
  const { lon, lat, speed_mps, lateness_s, heading_deg } = values
  if (typeof lon !== 'number' || typeof lat !== 'number') return
  const before = buses.get(device)
  if (before !== undefined && ts <= before.seen) return
  const at: LonLat = [lon, lat]
  const moved = before === undefined ? null : localFrame(before.at).toXY(at)
  const course =
    typeof heading_deg === 'number'
      ? ([Math.sin((heading_deg * Math.PI) / 180), Math.cos((heading_deg * Math.PI) / 180)] as const)
      : moved !== null && Math.hypot(...moved) >= MOVED_M
        ? ([moved[0] / Math.hypot(...moved), moved[1] / Math.hypot(...moved)] as const)
        : null
  const ahead = course === null ? standing(before, at) : findAhead(context, at, course)
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0)
  buses.set(device, { at, seen: ts, speed_mps: number(speed_mps), lateness_s: number(lateness_s), ahead })
}

/** A bus that stands drives on where it drove. */
function standing(before: Bus | undefined, at: LonLat): Bus['ahead'] {
  return before !== undefined && distance_m(before.at, at) < MOVED_M ? before.ahead : null
}

function findAhead({ city, signal_network }: Context, at: LonLat, [east, north]: readonly [number, number]): Bus['ahead'] {
  let best: { readonly off_m: number; readonly ahead: NonNullable<Bus['ahead']> } | null = null
  for (const { junction, lanes, line, length_m } of approachRoads(city, signal_network)) {
    const middle = signal_network.get(junction)?.described.at
    if (middle === undefined || distance_m(middle, at) > length_m + BESIDE_M) continue
    const { along_m, off_m } = placeOn(line, at, 0)
    if (off_m > BESIDE_M || (best !== null && off_m >= best.off_m)) continue
    const [dx, dy] = localFrame(line[0]).toXY(line[line.length - 1])
    if ((dx * east + dy * north) / (Math.hypot(dx, dy) || 1) < ALONG_COS) continue
    best = { off_m, ahead: { junction, lanes, gap_m: Math.max(0, length_m - along_m) } }
  }
  return best?.ahead ?? null
}

/** People in an ordinary car. */
const CAR_PERSONS = 1.5
/** A bus is late from the first on, and fully so from the second. */
const LATE_S = { from: 60, full: 300 } as const
/** Only who will be at the line by then, or stands there, is served by deciding now. */
const SOON_S = 15
const STALE_MS = 60 * SECOND_MS
const SPEED_MPS_MIN = 3

export interface BusCall {
  readonly bus: DeviceKey
  readonly lateness_s: number
  readonly lanes: readonly number[]
  /** Vehicles that it counts for. */
  readonly worth_veh: number
}

/** Late buses that this decision can serve. */
export function busCalls({ context, traffic, junction, now }: Site): BusCall[] {
  const { bus_persons } = prioritySettings(context.signals)
  if (bus_persons === 0 || traffic.priority.buses.size === 0) return []
  const calls: BusCall[] = []
  for (const [bus, { ahead, lateness_s, seen, speed_mps }] of traffic.priority.buses) {
    if (ahead?.junction !== junction.id || now - seen > STALE_MS || lateness_s <= LATE_S.from) continue
    const gap_m = ahead.gap_m - (speed_mps * (now - seen)) / SECOND_MS
    if (gap_m / Math.max(SPEED_MPS_MIN, speed_mps) > SOON_S && speed_mps > SPEED_MPS_MIN) continue
    const share = Math.min(1, (lateness_s - LATE_S.from) / (LATE_S.full - LATE_S.from))
    calls.push({ bus, lateness_s, lanes: ahead.lanes, worth_veh: (share * bus_persons) / CAR_PERSONS })
  }
  return calls
}
