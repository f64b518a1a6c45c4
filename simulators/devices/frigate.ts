import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../engine/base/time.ts'
import { type DeviceState, isDue, newState, type Setup, type SimulatedDevice, unknownKind } from '../device.ts'
import { createSight, LOOK_MS, type Seen, vehiclesInSight } from './camera.ts'
import {
  changed,
  endedObject,
  type FrigateMessage,
  type FrigateObject,
  type FrigateReview,
  findKind,
  frigateName,
  laterObject,
  newObject,
  newReview,
  type Phase,
  snapshotOf,
  unbelieved,
} from './frigate-messages.ts'
import { createPtz, type PtzState } from './ptz.ts'

/** Frigate speaks when an object has changed; one that only stands there is spoken of this often, so that nobody takes it for gone. */
const UPDATE_MS = MINUTE_MS

interface Tracked {
  /** As it was published last. */
  object: FrigateObject
  readonly review: FrigateReview | null
  readonly moves: boolean
  updated: EpochMs
}

interface FrigateState extends DeviceState {
  /** By id of what is seen. */
  tracked: Record<string, Tracked>
  /** Vehicles that pass. */
  vehicles: number
  /** By topic below the prefix: the number that was published last. */
  counts: Record<string, number>
  motion: boolean | null
  readonly ptz: PtzState
}

/** Where the instance's messages go. */
export interface FrigateOutlet {
  readonly prefix: string
  say(message: FrigateMessage): void
}

/**
 * A camera that hangs on a Frigate instance. It sees what a camera of the contract would see there and says it in Frigate's words: tracked
 * objects, reviews, counts of camera and zones, motion, stills. Nobody can press a button at it, so residents' reports there are not heard.
 */
export function createFrigateCamera(setup: Setup, { prefix, say }: FrigateOutlet): SimulatedDevice {
  const { device, key, world, random } = setup
  const camera = frigateName(device)
  const ptz = createPtz(setup)
  const state: FrigateState = { ...newState(setup), tracked: {}, vehicles: 0, counts: {}, motion: null, ptz: ptz.state }
  const sight = createSight(setup, ptz)

  const tell = (rest: string, payload: FrigateMessage['payload'], retain = false): void =>
    say({ topic: `${prefix}/${rest}`, payload, retain })
  const tellObject = (phase: Phase, before: FrigateObject, after: FrigateObject): void => tell('events', changed(phase, before, after))

  const begin = (event: Seen, now: EpochMs): void => {
    const kind = findKind(event.type)
    if (kind === null) return
    const draw = random.fork(`frigate/${event.id}`)
    const object = newObject({ camera, kind, score: event.score, subject: event.subject }, now, draw)
    tellObject('new', unbelieved(object), object)
    const review = object.false_positive ? null : newReview(object, draw)
    state.tracked[event.id] = { object, review, moves: kind.moves === true, updated: now }
    if (review === null) return
    tell('reviews', changed('new', review, review))
    tell(`${camera}/${kind.label}/snapshot`, snapshotOf(draw), true)
  }

  const goOn = (id: string, now: EpochMs): void => {
    const known = state.tracked[id]
    // What is no object is not spoken of again.
    if (known.object.false_positive) return
    const later = laterObject(known.object, known.moves ? { moves: true } : {}, now, random.fork(`frigate/${id}/${now}`))
    if (later.stationary === known.object.stationary && now - known.updated < UPDATE_MS) return
    tellObject('update', known.object, later)
    state.tracked[id] = { ...known, object: later, updated: now }
  }

  const end = (id: string, now: EpochMs): void => {
    const { object, review } = state.tracked[id]
    delete state.tracked[id]
    if (review === null) return
    const ended = endedObject(object, now, random.fork(`frigate/${id}/${now}`))
    tellObject('end', object, ended)
    tell('reviews', changed('end', review, { ...review, end_time: ended.end_time }))
  }

  const watch = (now: EpochMs): void => {
    const seen = sight(now)
    const ids = new Set(seen.map(({ id }) => id))
    for (const id of Object.keys(state.tracked)) if (!ids.has(id)) end(id, now)
    for (const event of seen) {
      if (event.id in state.tracked) goOn(event.id, now)
      else begin(event, now)
    }
  }

  const count = (): void => {
    const counts = countsOf(camera, state)
    for (const topic of new Set([...Object.keys(state.counts), ...Object.keys(counts)])) {
      const value = counts[topic] ?? 0
      if (state.counts[topic] !== value) tell(topic, String(value))
    }
    state.counts = counts
    const motion = (counts[`${camera}/all/active`] ?? 0) > 0
    if (motion !== state.motion) tell(`${camera}/motion`, motion ? 'ON' : 'OFF')
    state.motion = motion
  }

  return {
    key,
    device,
    state,
    wake(now) {
      const every_ms = device.interval_s * SECOND_MS
      state.due = now + Math.min(LOOK_MS, every_ms)
      if (setup.faults(now).some(({ fault }) => fault === 'silent')) return
      if (state.seq === 0) setup.send('state', now, { online: true })
      if (isDue(state, now, every_ms)) {
        state.vehicles = vehiclesInSight(setup, now).vehicles_veh
        state.reported = now
        state.seq++
      }
      world.residents.take(key, now)
      watch(now)
      count()
    },
    // What came over the instance's ptz topic: Frigate knows no expiry and answers nothing.
    obey(command, now) {
      const { preset } = command.fields
      return command.kind === 'camera.preset' && typeof preset === 'string' ? ptz.turn(preset, now, null) : unknownKind(command)
    },
  }
}

/** Objects by topic below the prefix: of the camera and of its zones, by label and in all, and of these those that move. */
function countsOf(camera: string, { tracked, vehicles }: FrigateState): Record<string, number> {
  const counts: Record<string, number> = {}
  const add = (where: string, label: string, active: boolean, by: number): void => {
    for (const topic of [`${where}/${label}`, `${where}/all`]) {
      counts[topic] = (counts[topic] ?? 0) + by
      counts[`${topic}/active`] = (counts[`${topic}/active`] ?? 0) + (active ? by : 0)
    }
  }
  add(camera, 'car', true, vehicles)
  for (const { object } of Object.values(tracked)) {
    if (object.false_positive) continue
    for (const where of [camera, ...object.current_zones]) add(where, object.label, object.active, 1)
  }
  return counts
}
