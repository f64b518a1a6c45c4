/**
 * A simulated fleet: a world, its devices, and their connections, on a virtual clock. `advance` lets time pass up to a moment and
 * publishes what the devices say in it. What they say depends on the seed, the scenario and the commands heard, and on nothing else.
 */
import type { Scenario } from '../config/scenario.ts'
import { UrbanError } from '../engine/base/errors.ts'
import { createIndexHeap, offer, takeLeast } from '../engine/base/heap.ts'
import { createRandom } from '../engine/base/random.ts'
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../engine/base/time.ts'
import { type City, type DeviceKey, deviceKey } from '../engine/model/city.ts'
import { deviceTopic } from '../gateway/wire/topics.ts'
import { type Connect, type Connection, createConnection, type DrillClock, type InCommand, type OutMessage } from './connection.ts'
import type { SimulatedDevice } from './device.ts'
import { type FrigateMessage, frigateName } from './devices/frigate-messages.ts'
import { createDevices } from './devices.ts'
import { createFrigateConnection, type FrigateOptions, type FrigateTurn } from './frigate-connection.ts'
import { createLink, type Envelope, type Link } from './link.ts'
import { parseSavedFleet, type SavedFleet } from './saved.ts'
import { createScore, type Metrics, type Score } from './score.ts'
import { createWorld, type World } from './world/world.ts'

export interface FleetOptions {
  readonly city: City
  readonly scenario: Scenario
  readonly seed: number
  /** null: the world that the engine was started for; its name in clock messages is then the scenario's id. */
  readonly world: string | null
  readonly connect: Connect
  /** When the fleet's time begins: the scenario's own start in a drill, the wall clock in the demo. */
  readonly start: EpochMs
  /** Some cameras speak through a Frigate instance, in its topics and over its connection, and not the contract. */
  readonly frigate?: FrigateOptions
}

export interface Fleet {
  /** Connects. Rejects with `broker_away` or `broker_refused` (neighbour). */
  start(): Promise<void>
  /**
   * Lets time pass up to `now`, publishes all that is due, and resolves when the broker has acknowledged it. A `now` that is not later
   * than the last does nothing. Calls must not overlap.
   */
  advance(now: EpochMs): Promise<void>
  /** Truth of the world so far, held against the scenario; `observed` adds what the engine did (simulators/tally.ts). */
  score(observed?: Metrics): Score
  /** World and devices as plain JSON. */
  save(): SavedFleet
  /** Before `start`. Throws UrbanError `fleet_saved` (input) when it is not a save of this city, scenario and seed. */
  restore(saved: unknown): void
  stop(): Promise<void>
  /** Lockstep over the fleet's own connection (contract section 6). */
  readonly clock: DrillClock
  /** Start of the fleet's time. */
  readonly from: EpochMs
  readonly now: EpochMs
  readonly counters: Readonly<Record<string, number>>
}

/** A fleet that was away for longer has its world stand still for the rest, rather than play hours in one go. */
const CATCH_UP_MS_MAX = 15 * MINUTE_MS

export function createFleet(options: FleetOptions): Fleet {
  const { city, scenario, seed, world: worldName, connect } = options
  const play = createPlay(options)
  const connection = createConnection({ connect, world: worldName, clockWorld: worldName ?? scenario.id })
  const frigate = options.frigate === undefined ? null : createFrigateConnection(options.frigate)
  const stop = async (): Promise<void> => {
    await Promise.all([connection.stop(), frigate?.stop()])
  }
  return {
    async start() {
      try {
        await connection.start()
        await frigate?.start()
      } catch (error) {
        await stop()
        throw error
      }
    },
    async advance(now) {
      for (const command of connection.takeCommands()) play.hear(command)
      for (const turn of frigate?.takeTurns() ?? []) play.turn(turn)
      await connection.publish(play.until(now))
      await frigate?.publish(play.takeFrigate())
    },
    score: (observed = {}) =>
      createScore({ scenario, seed, from: play.from, until: play.now, metrics: { ...observed, ...play.metrics(connection) } }),
    save: () => ({ version: 1, city: city.id, scenario: scenario.id, seed, ...play.save() }),
    restore(saved) {
      play.restore(parseSavedFleet(saved, { city: city.id, scenario: scenario.id, seed }))
    },
    stop,
    clock: connection.clock,
    get from() {
      return play.from
    },
    get now() {
      return play.now
    },
    counters: connection.counters,
  }
}

/** Throws UrbanError `frigate_camera` (input) for what is no camera of the city. */
function camerasOf({ devices }: City, { cameras }: FrigateOptions): ReadonlySet<DeviceKey> {
  const known = new Set(
    devices.filter(({ domain }) => domain === 'camera').map(({ district, domain, id }) => deviceKey(district, domain, id)),
  )
  const stranger = cameras.find((key) => !known.has(key))
  if (stranger !== undefined) throw new UrbanError('input', 'frigate_camera', `${stranger} is no camera of the city`)
  return new Set(cameras)
}

interface Play {
  /** A command, as of the fleet's time. */
  hear(command: InCommand): void
  /** A camera of the Frigate instance is asked to turn. */
  turn(turn: FrigateTurn): void
  /** Lets time pass; what the devices say in it, in order. */
  until(now: EpochMs): OutMessage[]
  /** What the Frigate instance has said since the last call. */
  takeFrigate(): FrigateMessage[]
  metrics(connection: Connection): Metrics
  save(): Pick<SavedFleet, 'from' | 'now' | 'world' | 'link' | 'devices'>
  restore(saved: SavedFleet): void
  readonly from: EpochMs
  readonly now: EpochMs
}

/** The fleet without its sockets. */
function createPlay({ city, scenario, seed, world: worldName, start, frigate: instance }: FleetOptions): Play {
  const random = createRandom(seed)
  let from = start
  let now = start
  let world: World
  let link: Link
  let devices: readonly SimulatedDevice[]
  let byKey: ReadonlyMap<DeviceKey, number>
  let heap = createIndexHeap(0)
  const refused = { expired: 0, unknown: 0 }
  let spoken: FrigateMessage[] = []
  const frigate =
    instance === undefined
      ? null
      : { prefix: instance.prefix, cameras: camerasOf(city, instance), say: (one: FrigateMessage) => void spoken.push(one) }

  const build = (): void => {
    world = createWorld({ city, scenario, random: random.fork('world'), start: from })
    link = createLink({ scenario, random: random.fork('link'), start: from })
    devices = createDevices({ city, scenario, random, world, link, start: from, clock: () => now, frigate })
    byKey = new Map(devices.map(({ key }, index) => [key, index]))
    schedule()
  }
  const schedule = (): void => {
    heap = createIndexHeap(devices.length)
    devices.forEach(({ state }, index) => {
      offer(heap, index, state.due)
    })
  }
  build()

  /** Wakes whoever is due by `second`, in order of time and then key. */
  const wakeDue = (second: EpochMs): void => {
    while (heap.size > 0 && heap.keys[heap.items[0]] <= second) {
      const index = takeLeast(heap)
      const { state, wake } = devices[index]
      // A device whose moment was put off is still listed at the old one.
      if (state.due <= heap.keys[index]) wake(heap.keys[index])
      offer(heap, index, state.due)
    }
  }

  const toMessage = ({ key, channel, text }: Envelope): OutMessage => {
    const { district, domain, id } = devices[byKey.get(key) ?? 0].device
    return {
      domain,
      topic: deviceTopic({ world: worldName, district, domain, id, channel }),
      text,
      retain: channel === 'state',
    }
  }

  return {
    hear({ key, command }) {
      const index = byKey.get(key)
      if (index === undefined) {
        refused.unknown++
        return
      }
      const { device, obey, state } = devices[index]
      const ack = (answer: { readonly status: string; readonly reason?: string }): void =>
        link.send(device, key, 'ack', now, { ts: now, command: command.id, ...answer })
      if (now >= command.expires) {
        refused.expired++
        ack({ status: 'expired' })
        return
      }
      ack(obey(command, now))
      offer(heap, index, state.due)
    },
    turn({ camera, preset }) {
      const found = devices.find(({ key, device }) => frigate?.cameras.has(key) && frigateName(device) === camera)
      const command = { id: '', ts: now, expires: Number.POSITIVE_INFINITY, kind: 'camera.preset', fields: { preset } }
      if (found === undefined) refused.unknown++
      else found.obey(command, now)
    },
    until(until) {
      if (until - now > CATCH_UP_MS_MAX) {
        now = until - CATCH_UP_MS_MAX
        for (const { state } of devices) state.due = Math.max(state.due, now)
        schedule()
      }
      const end = Math.floor(until / SECOND_MS) * SECOND_MS
      let second = Math.floor(now / SECOND_MS) * SECOND_MS
      while (second < end) {
        second += SECOND_MS
        world.step(second)
        now = second
        wakeDue(second)
      }
      now = Math.max(now, until)
      return link.take(now).map(toMessage)
    },
    takeFrigate() {
      const taken = spoken
      spoken = []
      return taken
    },
    metrics: ({ counters }) => ({
      ...world.metrics(now),
      'fleet.published': counters.published,
      'fleet.commands': counters.commands,
      'fleet.commands_expired': refused.expired,
      'fleet.commands_unknown': refused.unknown,
    }),
    save: () => ({
      from,
      now,
      world: world.save(),
      link: link.state,
      devices: Object.fromEntries(devices.map(({ key, state }) => [key, state])),
    }),
    restore(saved) {
      from = saved.from
      now = saved.now
      build()
      world.restore(saved.world)
      Object.assign(link.state, saved.link)
      for (const { key, state } of devices) Object.assign(state, saved.devices[key])
      schedule()
    },
    get from() {
      return from
    },
    get now() {
      return now
    },
  }
}
