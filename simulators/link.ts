/**
 * The way from a device to its connection, with all that goes wrong there: sensors that are silent, stuck, biased, noisy or crazy, and a
 * network that delays and doubles. What a fault does to a device is drawn from the device's own stream.
 */
import type { Fault, Scenario } from '../config/scenario.ts'
import { invariant } from '../engine/base/errors.ts'
import type { Random } from '../engine/base/random.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../engine/base/time.ts'
import type { CityDevice, DeviceKey } from '../engine/model/city.ts'
import type { Payload, Uplink } from './device.ts'

export interface Envelope {
  /** When it reaches the connection. */
  readonly due: EpochMs
  readonly key: DeviceKey
  readonly channel: Uplink
  readonly text: string
}

export interface LinkState {
  /** On their way. */
  pending: Envelope[]
  /** By device: the reading that a stuck sensor repeats. */
  readonly frozen: Record<DeviceKey, Payload>
  /** When a crew repaired a device last: faults that began before are over. */
  readonly repaired: Record<DeviceKey, EpochMs>
}

export interface Link {
  send(device: CityDevice, key: DeviceKey, channel: Uplink, ts: EpochMs, payload: Payload): void
  /** Takes out what has arrived by now, oldest first. */
  take(now: EpochMs): Envelope[]
  repair(key: DeviceKey, now: EpochMs): void
  /** Faults that a device has at a time. */
  faults(device: CityDevice, key: DeviceKey, ts: EpochMs): readonly Fault[]
  readonly state: LinkState
}

/** No metric of the contract reaches this. */
const IMPOSSIBLE = 1e6

/** Every number of a reading, wherever it stands; `ts`, `seq` and the signal's phase stay as they are. */
function mapMeasured(payload: Payload, change: (metric: string, value: number) => number): Payload {
  const deep = (metric: string, value: unknown): unknown => {
    if (typeof value === 'number') return change(metric, value)
    if (Array.isArray(value)) return value.map((item: unknown) => deep(metric, item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, deep(name, item)]))
  }
  const measured = ['v', 'in', 'out'].filter((name) => name in payload)
  return { ...payload, ...Object.fromEntries(measured.map((name) => [name, deep(name, payload[name])])) }
}

/** Detector counts are whole numbers and never negative, whatever is added to them. */
function shifted(payload: Payload, value: number, by: number): number {
  return 'in' in payload ? Math.max(0, Math.round(value + by)) : Math.round((value + by) * 1000) / 1000
}

interface Options {
  readonly scenario: Scenario
  readonly random: Random
  readonly start: EpochMs
}

export function createLink({ scenario, random, start }: Options): Link {
  const state: LinkState = { pending: [], frozen: {}, repaired: {} }
  const faultsOf = new Map<DeviceKey, readonly { readonly fault: Fault; readonly random: Random }[]>()
  const { delay_s, duplicate_share } = scenario.network

  const findFaults = (device: CityDevice, key: DeviceKey): readonly { readonly fault: Fault; readonly random: Random }[] => {
    const known = faultsOf.get(key)
    if (known !== undefined) return known
    const hit = scenario.faults.flatMap((fault, i) => {
      if (fault.domain !== device.domain || (fault.kind ?? device.kind) !== device.kind || (fault.id ?? device.id) !== device.id) return []
      if ((fault.place ?? device.place) !== device.place || (fault.district ?? device.district) !== device.district) return []
      const own = random.fork(`fault/${i}/${key}`)
      return own.next() < (fault.share ?? 1) ? [{ fault, random: own }] : []
    })
    faultsOf.set(key, hit)
    return hit
  }

  const isActive = ({ fault, from_min, until_min }: Fault, key: DeviceKey, ts: EpochMs): boolean => {
    const minute = (ts - start) / MINUTE_MS
    // A crew brings no power back.
    const repaired = fault !== 'power_cut' && (state.repaired[key] ?? Number.NEGATIVE_INFINITY) >= start + from_min * MINUTE_MS
    return minute >= from_min && minute < until_min && !repaired
  }

  /** The reading as a faulty sensor gives it. */
  const distort = (fault: Fault, own: Random, key: DeviceKey, ts: EpochMs, payload: Payload): Payload => {
    const concerns = (metric: string): boolean => fault.metric === undefined || fault.metric === metric
    const amount = fault.amount ?? 0
    switch (fault.fault) {
      case 'stuck': {
        state.frozen[key] ??= payload
        return { ...state.frozen[key], ts: payload.ts, seq: payload.seq }
      }
      case 'bias':
        return mapMeasured(payload, (metric, value) => (concerns(metric) ? shifted(payload, value, amount) : value))
      case 'drift': {
        const hours = (ts - start - fault.from_min * MINUTE_MS) / HOUR_MS
        return mapMeasured(payload, (metric, value) => (concerns(metric) ? shifted(payload, value, amount * hours) : value))
      }
      case 'noise': {
        const draw = own.fork(`noise/${ts}`)
        return mapMeasured(payload, (metric, value) => (concerns(metric) ? shifted(payload, value, draw.normal(0, amount)) : value))
      }
      case 'crazy': {
        const draw = own.fork(`crazy/${ts}`)
        return mapMeasured(payload, (metric, value) =>
          concerns(metric) ? shifted(payload, value, (draw.chance(0.5) ? 1 : -1) * draw.uniform(1, 2) * IMPOSSIBLE) : value,
        )
      }
      default:
        return payload
    }
  }

  const post = (key: DeviceKey, channel: Uplink, ts: EpochMs, text: string, late_ms: number): void => {
    if (delay_s === 0 && duplicate_share === 0) {
      state.pending.push({ due: ts + late_ms, key, channel, text })
      return
    }
    const draw = random.fork(`network/${key}/${channel}/${ts}`)
    const delay = (): number => (delay_s === 0 ? 0 : Math.round(draw.exponential(delay_s * SECOND_MS)))
    state.pending.push({ due: ts + late_ms + delay(), key, channel, text })
    if (draw.chance(duplicate_share)) state.pending.push({ due: ts + late_ms + delay(), key, channel, text })
  }

  return {
    state,
    send(device, key, channel, ts, payload) {
      invariant(Number.isInteger(ts), `${key} speaks at a whole millisecond`)
      let said = payload
      let late_ms = 0
      let copies = 1
      const faults = findFaults(device, key)
      for (const { fault, random: own } of faults) {
        if (!isActive(fault, key, ts)) {
          if (fault.fault === 'stuck') delete state.frozen[key]
          continue
        }
        const amount = fault.amount ?? 0
        if (fault.fault === 'silent') copies = 0
        // The broker says for a device without power that it is gone: its last will.
        else if (fault.fault === 'power_cut') copies = channel === 'state' ? copies : 0
        else if (fault.fault === 'drop') copies = own.fork(`drop/${channel}/${ts}`).chance(amount) ? 0 : copies
        else if (fault.fault === 'duplicate') copies += own.fork(`duplicate/${channel}/${ts}`).chance(amount) ? 1 : 0
        else if (fault.fault === 'late') late_ms += amount * SECOND_MS
        else if (channel === 'reading') said = distort(fault, own, key, ts, said)
      }
      const text = JSON.stringify(said)
      for (let i = 0; i < copies; i++) post(key, channel, ts, text, late_ms)
    },
    take(now) {
      const arrived = state.pending.filter(({ due }) => due <= now)
      state.pending = state.pending.filter(({ due }) => due > now)
      return arrived.sort((a, b) => a.due - b.due)
    },
    repair(key, now) {
      state.repaired[key] = now
    },
    faults: (device, key, ts) => findFaults(device, key).flatMap(({ fault }) => (isActive(fault, key, ts) ? [fault] : [])),
  }
}
