/** Pumps and gates: obey `drain.setting` until it expires, then their local control; report what they do. */
import { type EpochMs, SECOND_MS } from '../../engine/base/time.ts'
import {
  type Answer,
  type DeviceState,
  findNumber,
  isDue,
  newState,
  type Payload,
  rejected,
  report,
  rounded,
  type Setup,
  type SimulatedDevice,
  unknownKind,
  type WireCommand,
} from '../device.ts'
import { findLowPoint } from './low-point.ts'

const LOOK_MS = 10 * SECOND_MS
/** The float switch of a pump house starts the duty pump alone, half the capacity; the stand-by pump needs a command. */
const DUTY_SHARE = 0.5
/** Share of the low point's threshold at which the float rises, and at which it drops again. */
const FLOAT_ON_SHARE = 0.8
const FLOAT_OFF_SHARE = 0.1
/** Electrical power per flow: 6 m of head at 60 % efficiency. */
const W_PER_M3_S = 98_000
const CAPACITY_M3_S = 0.2

interface ActuatorState extends DeviceState {
  /** The order in force, with its expiry. */
  order: { readonly setting: number; readonly until: EpochMs } | null
  setting: number
}

interface Drive {
  /** What the local control does without an order. */
  local(setting: number): number
  /** Carries the setting out; `sound` is the share of it that still works, 0…1. */
  apply(setting: number, sound: number): void
  values(setting: number): Payload
}

function createActuator(setup: Setup, initial: number, drive: Drive): SimulatedDevice {
  const { device, key } = setup
  const state: ActuatorState = { ...newState(setup), order: null, setting: initial }
  return {
    key,
    device,
    state,
    wake(now) {
      if (state.order !== null && now >= state.order.until) state.order = null
      const before = state.setting
      state.setting = state.order?.setting ?? drive.local(before)
      drive.apply(state.setting, soundShare(setup, now))
      const every_ms = device.interval_s * SECOND_MS
      if (state.setting !== before || isDue(state, now, every_ms)) report(setup, state, now, { v: drive.values(state.setting) })
      state.due = now + Math.min(LOOK_MS, every_ms)
    },
    obey(command: WireCommand, now: EpochMs): Answer {
      if (command.kind !== 'drain.setting') return unknownKind(command)
      const setting = findNumber(command.fields, 'setting')
      if (setting === null || setting < 0 || setting > 1) return rejected('setting must be from 0 to 1')
      state.order = { setting, until: command.expires }
      state.due = Math.min(state.due, now + SECOND_MS)
      return { status: 'done' }
    },
    stop() {
      state.order = null
      state.setting = 0
      drive.apply(0, 1)
    },
  }
}

/** What a blocked impeller or a jammed gate leaves of its flow. */
function soundShare({ faults }: Setup, now: EpochMs): number {
  return faults(now).reduce((share, { fault, amount = 0 }) => (fault === 'blocked' ? share * (1 - amount) : share), 1)
}

export function createPump(setup: Setup): SimulatedDevice {
  const { city, device, key, world } = setup
  const place = findLowPoint(setup)
  const capacity_m3_s = device.params.capacity_m3_s ?? CAPACITY_M3_S
  const threshold_m = city.low_points.find(({ id }) => id === place)?.threshold_m ?? Number.POSITIVE_INFINITY
  return createActuator(setup, 0, {
    local(setting) {
      const depth_m = place === null ? 0 : world.water.depth_m(place)
      if (depth_m >= FLOAT_ON_SHARE * threshold_m) return DUTY_SHARE
      return depth_m <= FLOAT_OFF_SHARE * threshold_m ? 0 : Math.min(setting, DUTY_SHARE)
    },
    apply(setting, sound) {
      if (place !== null) world.water.setPump(place, key, setting * sound * capacity_m3_s)
    },
    values(setting) {
      const flow_m3_s = place === null ? 0 : world.water.pumpFlow_m3_s(place, key)
      return { setting, flow_m3_s: rounded(flow_m3_s, 4), power_w: Math.round(flow_m3_s * W_PER_M3_S) }
    },
  })
}

export function createGate(setup: Setup): SimulatedDevice {
  const place = findLowPoint(setup)
  return createActuator(setup, 1, {
    local: () => 1,
    apply(setting, sound) {
      if (place !== null) setup.world.water.setGate(place, setting * sound)
    },
    values: (setting) => ({ setting }),
  })
}
