/**
 * What every simulated device is: a key, plain state that says when it wakes next, and what it does when it wakes or is told something.
 * A device draws from the stream of its own name and the moment, so its randomness depends on nobody else and survives a restart.
 */
import type { Fault, Scenario } from '../config/scenario.ts'
import type { LonLat } from '../engine/base/geo.ts'
import type { Random } from '../engine/base/random.ts'
import { type EpochMs, SECOND_MS } from '../engine/base/time.ts'
import type { City, CityDevice, DeviceKey } from '../engine/model/city.ts'
import type { UPLINK_CHANNELS } from '../gateway/wire/topics.ts'
import type { World } from './world/world.ts'

export type Uplink = (typeof UPLINK_CHANNELS)[number]
export type Payload = Readonly<Record<string, unknown>>

/** A command as it came over the wire, its common members checked (gateway/wire CommandPayload). */
export interface WireCommand {
  readonly id: string
  readonly ts: EpochMs
  readonly expires: EpochMs
  readonly kind: string
  /** The members of its kind, unchecked. */
  readonly fields: Payload
}

/** What a device answers to a command; null: nothing yet, it acknowledges later by itself. */
export type Answer = { readonly status: 'accepted' | 'done' } | { readonly status: 'rejected'; readonly reason: string }

export interface DeviceState {
  due: EpochMs
  /** Sequence number of the next reading; 0 before the device has said anything. */
  seq: number
  /** Time of the last reading; null before the first. */
  reported: EpochMs | null
  /** It has no power. */
  dark?: boolean
}

export interface SimulatedDevice {
  readonly key: DeviceKey
  readonly device: CityDevice
  /** Plain JSON. */
  readonly state: DeviceState
  /** At `state.due`; must move `state.due` on. */
  wake(now: EpochMs): void
  /** Only commands that have not expired come here. */
  obey(command: WireCommand, now: EpochMs): Answer
  /** Power is gone: what it drives stands still. */
  stop?(): void
}

/** What a device is made of. */
export interface Setup {
  readonly city: City
  readonly device: CityDevice
  readonly key: DeviceKey
  readonly random: Random
  readonly world: World
  readonly scenario: Scenario
  readonly start: EpochMs
  send(channel: Uplink, ts: EpochMs, payload: Payload): void
  /** What is wrong with this device. */
  faults(now: EpochMs): readonly Fault[]
  /** Ends faults of devices near a place: a crew has repaired them. */
  repair(at: LonLat, within_m: number): void
}

/** Every device has reported once this long after the start. */
export const FIRST_REPORT_MS = 8 * SECOND_MS

/** State of a device that was switched on at `start`: it wakes within the first seconds, each at its own moment. */
export function newState({ random, start }: Setup): DeviceState {
  return { due: start + Math.ceil(random.fork('first').uniform(0, FIRST_REPORT_MS)), seq: 0, reported: null }
}

/**
 * Publishes a reading, before the first one also the retained state. `payload` is what stands beside `ts` and `seq`. The first reading
 * counts as an earlier one, so that devices switched on together do not report together for ever.
 */
export function report({ send, device, random }: Setup, state: DeviceState, now: EpochMs, payload: Payload): void {
  if (state.seq === 0) send('state', now, { ts: now, online: true, fw: 'sim-1' })
  send('reading', now, { ts: now, seq: state.seq, ...payload })
  const lead_ms = state.seq === 0 ? Math.floor(random.fork('phase').uniform(0, device.interval_s * SECOND_MS)) : 0
  state.reported = now - lead_ms
  state.seq++
}

/** When a device reports next that has reported just now. More often than once a step of the drill would be decided on together anyway. */
export function nextReport({ device, scenario }: Setup, state: DeviceState, now: EpochMs): EpochMs {
  const every_ms = Math.max(device.interval_s, scenario.step_s) * SECOND_MS
  return Math.max(now + SECOND_MS, (state.reported ?? now) + every_ms)
}

export const isDue = (state: DeviceState, now: EpochMs, every_ms: number): boolean =>
  state.reported === null || now - state.reported >= every_ms

export const rejected = (reason: string): Answer => ({ status: 'rejected', reason })
export const unknownKind = (command: WireCommand): Answer => rejected(`this device knows no ${command.kind}`)

export function findNumber(fields: Payload, name: string): number | null {
  const value = fields[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export function rounded(value: number, digits: number): number {
  const scale = 10 ** digits
  return Math.round(value * scale) / scale
}
