/** Builds the devices of a city, each from its own random stream, sorted by key. */
import type { Scenario } from '../config/scenario.ts'
import { distance_m } from '../engine/base/geo.ts'
import type { Random } from '../engine/base/random.ts'
import { type EpochMs, SECOND_MS } from '../engine/base/time.ts'
import { type City, type CityDevice, type DeviceKey, deviceKey } from '../engine/model/city.ts'
import { rejected, type Setup, type SimulatedDevice } from './device.ts'
import { createGate, createPump } from './devices/actuator.ts'
import { createBin } from './devices/bin.ts'
import { createCamera } from './devices/camera.ts'
import { createController } from './devices/controller.ts'
import { createDetector } from './devices/detector.ts'
import { createFrigateCamera, type FrigateOutlet } from './devices/frigate.ts'
import { frigateName } from './devices/frigate-messages.ts'
import { createLevelGauge, createRiverGauge } from './devices/level-gauge.ts'
import { createPatrolMap, type PatrolMap } from './devices/patrol.ts'
import { createPhone } from './devices/phone.ts'
import { createRainGauge } from './devices/rain-gauge.ts'
import { createStation } from './devices/station.ts'
import type { Link } from './link.ts'
import type { World } from './world/world.ts'

interface Options {
  readonly city: City
  readonly scenario: Scenario
  readonly random: Random
  readonly world: World
  readonly link: Link
  readonly start: EpochMs
  readonly clock: () => EpochMs
  /** An instance of Frigate and the cameras that hang on it. */
  readonly frigate: (FrigateOutlet & { readonly cameras: ReadonlySet<DeviceKey> }) | null
}

/** null for a kind that nobody simulates: it stays silent, as a device that is listed and not yet installed. */
function createDevice(setup: Setup, patrolMap: PatrolMap): SimulatedDevice | null {
  const { device, city } = setup
  switch (`${device.domain}/${device.kind}`) {
    case 'traffic/detector':
      return createDetector(setup)
    case 'signal/controller':
      return createController(setup)
    case 'flood/level_gauge':
      return createLevelGauge(setup)
    case 'flood/river_gauge':
      return createRiverGauge(setup)
    case 'flood/rain_gauge':
    case 'weather/rain_gauge':
      return createRainGauge(setup)
    case 'drain/pump':
      return createPump(setup)
    case 'drain/gate':
      return createGate(setup)
    case 'waste/bin':
      return device.bin?.sensor === 'none' ? null : createBin(setup)
    case 'camera/camera':
      return createCamera(setup)
    case 'weather/station':
      return createStation(setup)
    case 'crew/phone': {
      const crew = city.crews.find(({ id, district }) => id === device.id && district === device.district)
      return crew === undefined ? null : createPhone(setup, crew, patrolMap)
    }
    default:
      return null
  }
}

export function createDevices({ city, scenario, random, world, link, start, clock, frigate }: Options): readonly SimulatedDevice[] {
  const patrolMap = createPatrolMap(city)
  const repair: Setup['repair'] = (at, within_m) => {
    for (const device of city.devices) if (distance_m(device.at, at) <= within_m) link.repair(keyOf(device), clock())
  }
  return city.devices
    .map((device) => ({ device, key: keyOf(device) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .flatMap(({ device, key }) => {
      const outlet = frigate?.cameras.has(key) ? frigate : null
      const send: Setup['send'] =
        outlet === null ? (channel, ts, payload) => link.send(device, key, channel, ts, payload) : frigateStatus(outlet, device)
      const faults: Setup['faults'] = (now) => link.faults(device, key, now)
      const setup: Setup = { city, device, key, random: random.fork(key), world, scenario, start, send, faults, repair }
      const made = outlet === null ? createDevice(setup, patrolMap) : createFrigateCamera(setup, outlet)
      if (made === null) return []
      return scenario.faults.some(({ fault }) => fault === 'power_cut') ? powered(made, setup) : made
    })
}

/** Frigate's own word for whether a camera is there, also when its power is cut. */
function frigateStatus({ prefix, say }: FrigateOutlet, device: CityDevice): Setup['send'] {
  const topic = `${prefix}/${frigateName(device)}/status/detect`
  return (_channel, _ts, { online }) => say({ topic, payload: online === true ? 'online' : 'offline', retain: true })
}

/** A device looks this often whether its power is back. */
const DARK_MS = 10 * SECOND_MS

/** The device on a mains that may fail: then it stands still, hears nothing and says nothing, and the broker says that it is offline. */
function powered(inner: SimulatedDevice, { faults, send }: Setup): SimulatedDevice {
  const { state } = inner
  return {
    ...inner,
    wake(now) {
      const cut = faults(now).some(({ fault }) => fault === 'power_cut')
      if (cut !== (state.dark ?? false)) {
        state.dark = cut
        if (cut) inner.stop?.()
        send('state', now, { ts: now, online: !cut })
      }
      if (cut) state.due = now + DARK_MS
      else inner.wake(now)
    },
    obey: (command, now) => (state.dark ? rejected('no power') : inner.obey(command, now)),
  }
}

const keyOf = ({ district, domain, id }: CityDevice): string => deviceKey(district, domain, id)
