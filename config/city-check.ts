/** What no single entry of a city can show: that ids are unique, that what is named exists, that things lie where they say. */
import { distance_m, type LonLat } from '../engine/base/geo.ts'
import { type City, deviceKey, type Junction } from '../engine/model/city.ts'
import { buildSignalNetwork } from '../engine/model/signal-network.ts'
import { checkCameras } from './city-cameras.ts'
import { DEVICE_KINDS } from './city-devices.ts'
import { junctionFaults } from './junction-check.ts'

export interface CityFault {
  /** The entry of the model that is wrong; null for the city itself. */
  readonly item: object | null
  /** Member of the entry as its file names it. */
  readonly member: string
  readonly message: string
}

/** How far a road may end from the node it leads to. */
const LOOSE_END_M = 25

/** All faults of a city whose entries are each well formed. */
export function checkCity(city: City): CityFault[] {
  const faults: CityFault[] = []
  const say: Say = (item, member, message) => faults.push({ item, member, message })
  const ids = indexIds(city, say)
  checkBounds(city, say)
  checkOutlines(city, say)
  for (const grid of city.grids) known(ids.districts, grid.district, 'district', grid, 'district', say)
  checkRoads(city, ids, say)
  for (const junction of city.junctions) {
    checkPlace(junction, ids, say)
    for (const { member, message } of junctionFaults(junction)) say(junction, member, message)
  }
  checkArterials(city, say)
  checkWalkHours(city, say)
  checkDevices(city, ids, say)
  checkCameras(city, ids, say)
  checkLowPoints(city, ids, say)
  checkTips(city, say)
  for (const depot of city.depots) known(ids.districts, depot.district, 'district', depot, 'district', say)
  for (const crew of city.crews) {
    known(ids.districts, crew.district, 'district', crew, 'district', say)
    known(ids.depots, crew.depot, 'depot', crew, 'depot', say)
    if (crew.skills.length === 0) say(crew, 'skills', 'names no skill, expected at least one')
    if (crew.lorry !== undefined && !crew.skills.includes('collect')) say(crew, 'lorry', 'belongs to a crew with the skill collect')
  }
  return faults
}

type Say = (item: object | null, member: string, message: string) => void

interface Ids {
  readonly districts: ReadonlySet<string>
  readonly grids: ReadonlySet<string>
  readonly nodes: ReadonlyMap<string, LonLat>
  readonly roads: ReadonlySet<string>
  readonly junctions: ReadonlySet<string>
  readonly low_points: ReadonlySet<string>
  readonly depots: ReadonlySet<string>
  readonly devices: ReadonlyMap<string, string>
}

function indexIds(city: City, say: Say): Ids {
  const unique = <T extends object>(items: readonly T[], member: string, idOf: (item: T) => string): Set<string> => {
    const ids = new Set<string>()
    for (const item of items) {
      const id = idOf(item)
      if (ids.has(id)) say(item, member, `${id} is used twice, expected each once`)
      ids.add(id)
    }
    return ids
  }
  const id = (item: { readonly id: string }): string => item.id
  unique(city.nodes, 'id', id)
  unique(city.tips, 'id', id)
  unique(city.crews, 'id', (crew) => deviceKey(crew.district, 'crew', crew.id))
  const key = (device: City['devices'][number]): string => deviceKey(device.district, device.domain, device.id)
  unique(city.devices, 'id', key)
  return {
    districts: unique(city.districts, 'id', id),
    grids: unique(city.grids, 'code', ({ code }) => code),
    nodes: new Map(city.nodes.map((node) => [node.id, node.at])),
    roads: unique(city.roads, 'id', id),
    junctions: unique(city.junctions, 'id', id),
    low_points: unique(city.low_points, 'id', id),
    depots: unique(city.depots, 'id', id),
    devices: new Map(city.devices.map((device) => [key(device), device.kind])),
  }
}

function known(ids: { has(id: string): boolean }, id: string | null, what: string, item: object, member: string, say: Say): void {
  if (id !== null && !ids.has(id)) say(item, member, `${id} is no ${what} of this city`)
}

function checkBounds({ bounds, nodes, devices, depots, junctions, low_points, tips }: City, say: Say): void {
  const [west, south, east, north] = bounds
  if (west >= east || south >= north) say(null, 'bounds', 'expected west, south, east, north with west < east and south < north')
  for (const item of [...nodes, ...devices, ...depots, ...junctions, ...low_points, ...tips]) {
    const [lon, lat] = item.at
    if (lon < west || lon > east || lat < south || lat > north) say(item, 'at', `${lon}, ${lat} lies outside the bounds of city.json`)
  }
}

function checkOutlines({ districts, grids, low_points, land }: City, say: Say): void {
  for (const item of [...districts, ...grids, ...low_points, ...land]) {
    const [first, last] = [item.outline[0], item.outline[item.outline.length - 1]]
    if (first[0] !== last[0] || first[1] !== last[1])
      say(item, 'outline', 'the ring is open, expected its last position to repeat the first')
  }
}

function checkRoads({ roads }: City, ids: Ids, say: Say): void {
  for (const road of roads) {
    for (const end of ['from', 'to'] as const) {
      const at = ids.nodes.get(road[end])
      const tip = end === 'from' ? road.line[0] : road.line[road.line.length - 1]
      if (at === undefined) say(road, end, `${road[end]} is no node of this city`)
      else if (distance_m(at, tip) > LOOSE_END_M) {
        say(
          road,
          'line',
          `the line ends ${Math.round(distance_m(at, tip))} m from its node ${road[end]}, expected at most ${LOOSE_END_M} m`,
        )
      }
    }
  }
}

function checkPlace(junction: Junction, ids: Ids, say: Say): void {
  known(ids.districts, junction.district, 'district', junction, 'district', say)
  known(ids.nodes, junction.node, 'node', junction, 'node', say)
  const roads = new Set([...junction.entering, ...junction.leaving].map(({ road }) => road))
  for (const road of roads) known(ids.roads, road, 'road', junction, 'entering', say)
}

/** Neighbours on an arterial follow each other along the streets in at least one direction, each junction once. */
function checkArterials(city: City, say: Say): void {
  const { arterials } = city
  if (arterials.length === 0) return
  const network = buildSignalNetwork(city)
  const leads = (from: string, to: string): boolean =>
    network.get(to)?.lanes.some(({ feeders }) => feeders.some(({ junction }) => junction === from)) === true
  const ids = new Set<string>()
  for (const arterial of arterials) {
    if (ids.has(arterial.id)) say(arterial, 'id', `${arterial.id} is used twice, expected each once`)
    ids.add(arterial.id)
    for (const [i, id] of arterial.junctions.entries()) {
      const before = arterial.junctions[i - 1]
      if (!network.has(id)) say(arterial, 'junctions', `${id} is no junction of this city`)
      else if (arterial.junctions.indexOf(id) < i) say(arterial, 'junctions', `${id} is named twice, expected each once`)
      else if (before !== undefined && network.has(before) && !leads(before, id) && !leads(id, before))
        say(arterial, 'junctions', `no street leads from ${before} to ${id} or back`)
    }
    if (arterial.weights.along + arterial.weights.against === 0) say(arterial, 'weights', 'are both 0, expected one of them above it')
  }
}

function checkWalkHours({ walk_hours, junctions }: City, say: Say): void {
  const phases = new Map(junctions.map(({ id, phases: all }) => [id, new Set(all.map(({ index }) => index))]))
  const seen = new Set<string>()
  for (const walk of walk_hours) {
    const own = phases.get(walk.junction)
    if (own === undefined) say(walk, 'junction', `${walk.junction} is no junction of this city`)
    else if (!own.has(walk.phase)) say(walk, 'phase', `${walk.junction} has no phase ${walk.phase}`)
    const key = `${walk.junction} ${walk.phase}`
    if (seen.has(key)) say(walk, 'phase', `phase ${walk.phase} of ${walk.junction} is listed twice, expected each once`)
    seen.add(key)
  }
}

/** No road stands deeper under water, and no wall or shaft is higher: such numbers are centimetres or millimetres. */
const THRESHOLD_M_MAX = 10
const RIM_M_MAX = 100

function checkDevices({ devices }: City, ids: Ids, say: Say): void {
  for (const device of devices) {
    known(ids.districts, device.district, 'district', device, 'district', say)
    known(ids.grids, device.grid, 'grid', device, 'grid', say)
    const { place } = device
    if (place !== null && !ids.low_points.has(place) && !ids.junctions.has(place) && !ids.depots.has(place))
      say(device, 'place', `${place} is no low point, junction or depot of this city`)
    const domain = DEVICE_KINDS[device.kind]?.domain
    if (domain !== undefined && domain !== device.domain)
      say(device, 'domain', `a ${device.kind} belongs to ${domain}, not to ${device.domain}`)
    const { rim_m = 0 } = device.params
    checkBin(device, say)
    if (rim_m > RIM_M_MAX) say(device, 'params', `rim_m is ${rim_m}, expected metres, at most ${RIM_M_MAX}`)
  }
}

function checkBin(device: City['devices'][number], say: Say): void {
  const { bin, kind, metrics, params } = device
  const { volume_l } = params
  if (kind === 'bin' && volume_l !== undefined && volume_l <= 0) say(device, 'params', `volume_l is ${volume_l}, expected litres above 0`)
  if (bin === undefined) return
  if (kind !== 'bin') say(device, 'bin', `is of bins only, this is a ${kind}`)
  if (bin.sensor === 'none' && metrics.length > 0) say(device, 'metrics', 'are named of a bin without a sensor, expected none')
  if (bin.windows.some(({ from_h, until_h }) => from_h === until_h))
    say(device, 'bin', 'has a window of no length, expected until_h other than from_h')
}

/** Local hours are told apart by the minute. */
function checkTips({ tips, plan_rounds_at_h }: City, say: Say): void {
  for (const tip of tips) {
    if (tip.open !== undefined && tip.open.from_h === tip.open.until_h) say(tip, 'open', 'is never, expected until_h other than from_h')
  }
  const minutes = plan_rounds_at_h.map((hour) => Math.round(hour * 60) % 1440)
  if (new Set(minutes).size < minutes.length) say(null, 'plan_rounds_at_h', 'names one time twice, expected each once')
}

function checkLowPoints({ low_points }: City, ids: Ids, say: Say): void {
  for (const point of low_points) {
    known(ids.districts, point.district, 'district', point, 'district', say)
    known(ids.grids, point.grid, 'grid', point, 'grid', say)
    if (point.threshold_m > THRESHOLD_M_MAX)
      say(point, 'threshold_m', `is ${point.threshold_m}, expected metres of water on a road, at most ${THRESHOLD_M_MAX}`)
    for (const key of point.gauges) known(ids.devices, key, 'device', point, 'gauges', say)
    for (const key of point.pumps) known(ids.devices, key, 'device', point, 'pumps', say)
  }
}
