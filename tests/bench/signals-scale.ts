/** Signals for a thousand junctions, and streets with ten thousand vehicles, on one core. */

import { CLEARANCE, DETECTION_M } from '../../config/city-junctions.ts'
import { emptyCity } from '../../config/import/street-city.ts'
import { createRandom } from '../../engine/base/random.ts'
import { createState, step } from '../../engine/brain.ts'
import type { City, Junction } from '../../engine/model/city.ts'
import { createContext } from '../../engine/model/context.ts'
import { completeJunction } from '../../engine/model/junction-defaults.ts'
import { createGrid, randomTrips } from '../../simulators/traffic/grid.ts'
import { createHour, phaseRequests } from '../../simulators/traffic/hour.ts'
import { readStreets, type StreetNetwork } from '../../simulators/traffic/roadnet.ts'
import type { Bench } from './report.ts'
import { T0 } from './signals-drive.ts'

const SIDE = 32
const ENTRANCE_VEH_H = 650
const WARM_UP_S = 300
const MEASURED_S = 300

/** The lattice as a city, as far as signals need it. */
export function gridCity(network: StreetNetwork): City {
  const { lanes, links, length_m } = network
  const junctions = network.junctions.flatMap(({ id, virtual, entering, leaving, phases, road_links }): Junction[] => {
    if (virtual) return []
    const green = phases.map((open) => new Set(road_links.flatMap((own, r) => (open[r] ? own : []))))
    const isGreen = (lane: number, phase: number): boolean => lanes[lane].links.every((link) => green[phase].has(link))
    const always = (lane: number): boolean => phases.every((_, phase) => isGreen(lane, phase))
    const describe = (lane: number, leads: boolean) => ({
      id: lanes[lane].id,
      road: network.roads[lanes[lane].road].id,
      length_m: length_m[lane],
      turns: leads ? [(['left', 'through', 'right'] as const)[lanes[lane].index]] : [],
      into: leads ? lanes[lane].links.map((link) => lanes[links[link].to].id) : [],
    })
    return [
      completeJunction({
        id,
        district: 'd0',
        node: id,
        at: [0, 0],
        name: { zh: id, en: id },
        entering: entering.map((lane) => describe(lane, true)),
        leaving: leaving.map((lane) => describe(lane, false)),
        phases: phases.flatMap((_, index) =>
          index === 0
            ? []
            : [{ index, lanes: entering.filter((lane) => isGreen(lane, index) && !always(lane)).map((lane) => lanes[lane].id) }],
        ),
        ...CLEARANCE,
        detection_m: DETECTION_M,
      }),
    ]
  })
  return { ...emptyCity('grid', 'd0'), junctions }
}

const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]
}

/** Processor time of this process, garbage collection included: other work on the machine does not count. */
function processor_ms(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

export const bench: Bench = async () => {
  const network = readStreets(createGrid({ columns: SIDE, rows: SIDE, east_m: 400, north_m: 400 }))
  const city = gridCity(network)
  const trips = randomTrips(network, ENTRANCE_VEH_H, WARM_UP_S + MEASURED_S, createRandom('scale'))
  let state = createState(createContext(city, 'bench', 0, { lockstep: true }))
  const hour = createHour({ network, junctions: city.junctions, trips, start: T0 })
  const spent = { sense_ms: 0, brain_ms: [] as number[], streets_ms: 0, veh: 0 }
  for (let s = 0; s < WARM_UP_S + MEASURED_S; s++) {
    const began = processor_ms()
    const { counts, now } = hour.sense()
    const sensed = processor_ms()
    const outcome = step(state, counts, now)
    state = outcome.state
    const decided = processor_ms()
    hour.drive(phaseRequests(outcome.commands))
    if (s < WARM_UP_S) continue
    spent.sense_ms += sensed - began
    spent.brain_ms.push(decided - sensed)
    spent.streets_ms += processor_ms() - decided
    spent.veh += hour.streets.released - hour.streets.waiting - hour.streets.finished
  }
  const perSecond = (ms: number): number => ms / MEASURED_S
  return [
    { name: 'junctions', value: city.junctions.length, unit: '' },
    { name: 'vehicles on the streets, mean', value: spent.veh / MEASURED_S, unit: 'veh', goal: '10,000' },
    { name: 'brain, processor time for one second of the city, median', value: quantile(spent.brain_ms, 0.5), unit: 'ms', goal: '≤ 500' },
    { name: 'brain, processor time for one second of the city, p99', value: quantile(spent.brain_ms, 0.99), unit: 'ms', goal: '≤ 500' },
    { name: 'streets with signals and travel times, times real time', value: 1000 / perSecond(spent.streets_ms), unit: '×', goal: '≥ 20' },
    {
      name: 'streets with detectors too, times real time',
      value: 1000 / perSecond(spent.streets_ms + spent.sense_ms),
      unit: '×',
      goal: '≥ 20',
    },
  ]
}
