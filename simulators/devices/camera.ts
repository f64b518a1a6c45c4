import { atHour } from '../../config/local-time.ts'
import { distance_m } from '../../engine/base/geo.ts'
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../engine/base/time.ts'
import { deviceKey } from '../../engine/model/city.ts'
import { type DeviceState, isDue, newState, report, rounded, type Setup, type SimulatedDevice, unknownKind } from '../device.ts'
import type { StreetEvent } from '../world/street-events.ts'
import { DEMAND_BY_HOUR } from '../world/streets.ts'
import { createPtz, type Ptz, type PtzState } from './ptz.ts'

export const LOOK_MS = 10 * SECOND_MS
const UPDATE_MS = MINUTE_MS
/** How far a camera makes out water on the road and rubbish beside a bin. */
const SEES_WATER_M = 150
const SEES_BIN_M = 50

export type Seen = Pick<StreetEvent, 'id' | 'type' | 'at' | 'score' | 'subject'>

interface CameraState extends DeviceState {
  /** Events it has reported and not yet ended: their last message. */
  open: Record<string, { readonly type: string; readonly score: number; readonly updated: EpochMs }>
  readonly ptz: PtzState
}

/** Low points and bins in sight, found once. */
export function createSight({ city, device, world, key }: Setup, ptz: Ptz): (now: EpochMs) => Seen[] {
  const points = city.low_points.filter(({ at }) => distance_m(at, device.at) <= SEES_WATER_M)
  const bins = city.devices.filter((bin) => bin.domain === 'waste' && distance_m(bin.at, device.at) <= SEES_BIN_M)
  const name = key.replaceAll('/', '.')
  const all = (now: EpochMs): Seen[] => [
    ...world.streetEvents.look(key, now),
    ...points.flatMap(({ id, at }) => {
      const since = world.water.state.points[id].flooded_since
      return since === null ? [] : [{ id: `${name}-${id}-${since}`, type: 'road.flooded', at, score: 0.88, subject: null }]
    }),
    ...bins.flatMap(({ district, domain, id, at }) => {
      const since = world.bins.findBin(deviceKey(district, domain, id))?.state.overflow_since ?? null
      return since === null ? [] : [{ id: `${name}-${id}-${since}`, type: 'waste.overflow', at, score: 0.82, subject: null }]
    }),
  ]
  return (now) => all(now).filter(({ at }) => ptz.sees(at, now))
}

/** Traffic in the picture: more vehicles, slower ones. */
export function vehiclesInSight({ random, world }: Setup, now: EpochMs): { readonly vehicles_veh: number; readonly speed_kmh: number } {
  const draw = random.fork(String(now))
  const busy = atHour(DEMAND_BY_HOUR, world.localHour(now))
  const vehicles_veh = Math.max(0, Math.round(draw.normal(7 * busy, 2)))
  return { vehicles_veh, speed_kmh: rounded(Math.max(3, draw.normal(46 - 9 * busy, 4)), 1) }
}

/** Camera with detection: reports what begins, goes on and ends; also the pole whose help button residents press. */
export function createCamera(setup: Setup): SimulatedDevice {
  const { device, key, world, random } = setup
  const ptz = createPtz(setup)
  const state: CameraState = { ...newState(setup), open: {}, ptz: ptz.state }
  const sight = createSight(setup, ptz)

  const tell = (now: EpochMs, stage: 'new' | 'update' | 'end', event: Omit<Seen, 'subject'>, subject: string | null): void => {
    const [lon, lat] = event.at
    setup.send('event', now, {
      ts: now,
      id: event.id,
      type: event.type,
      score: rounded(event.score, 2),
      stage,
      lon: rounded(lon, 6),
      lat: rounded(lat, 6),
      ...(subject === null ? {} : { subject }),
    })
  }

  const watch = (now: EpochMs): void => {
    const seen = sight(now)
    const ids = new Set(seen.map(({ id }) => id))
    for (const id of Object.keys(state.open)) {
      if (ids.has(id)) continue
      const { type, score } = state.open[id]
      tell(now, 'end', { id, type, score, at: device.at }, null)
      delete state.open[id]
    }
    for (const event of seen) {
      const known = state.open[event.id]
      if (known !== undefined && now - known.updated < UPDATE_MS) continue
      const wobble = known === undefined ? 0 : random.fork(`${event.id}/${now}`).uniform(-0.03, 0.03)
      const score = Math.min(0.99, Math.max(0.05, event.score + wobble))
      tell(now, known === undefined ? 'new' : 'update', { ...event, score }, event.subject)
      state.open[event.id] = { type: event.type, score, updated: now }
    }
  }

  return {
    key,
    device,
    state,
    wake(now) {
      const every_ms = device.interval_s * SECOND_MS
      if (isDue(state, now, every_ms)) report(setup, state, now, { v: vehiclesInSight(setup, now) })
      watch(now)
      for (const { id, type, at, score, subject } of world.residents.take(key, now)) tell(now, 'new', { id, type, at, score }, subject)
      state.due = now + Math.min(LOOK_MS, every_ms)
    },
    obey(command, now) {
      if (command.kind === 'camera.preset') return ptz.obey(command, now)
      return command.kind === 'notice' ? { status: 'done' } : unknownKind(command)
    },
  }
}
