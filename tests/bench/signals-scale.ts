/** Signals for a thousand junctions, and streets with ten thousand vehicles, on one core. */

import { CLEARANCE, DETECTION_M } from '../../config/city-junctions.ts'
import { emptyCity } from '../../config/import/street-city.ts'
import { createRandom } from '../../engine/base/random.ts'
import { createState, step } from '../../engine/brain.ts'
import type { City, Junction } from '../../engine/model/city.ts'
import { createContext } from '../../engine/model/context.ts'
import { completeJunction } from '../../engine/model/junction-defaults.ts'
import type { TrafficCount } from '../../engine/model/observation.ts'
import { createGrid, randomTrips } from '../../simulators/traffic/grid.ts'
import { driveHour } from '../../simulators/traffic/hour.ts'
import { readStreets, type StreetNetwork } from '../../simulators/traffic/roadnet.ts'
import type { Bench } from './report.ts'
import { T0 } from './signals-drive.ts'

const SIDE = 32
const ENTRANCE_VEH_H = 700
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

export const bench: Bench = async () => {
  const network = readStreets(createGrid({ columns: SIDE, rows: SIDE, east_m: 400, north_m: 400 }))
  const city = gridCity(network)
  const trips = randomTrips(network, ENTRANCE_VEH_H, WARM_UP_S + MEASURED_S, createRandom('scale'))
  let state = createState(createContext(city, 'bench', 0, { lockstep: true }))
  const brain_ms: number[] = []
  const control = (counts: readonly TrafficCount[], now: number) => {
    const begun = performance.now()
    const outcome = step(state, counts, now)
    state = outcome.state
    brain_ms.push(performance.now() - begun)
    return outcome.commands.flatMap((command) =>
      command.kind === 'signal.phase' ? [{ junction: command.device.split('/')[2], phase: command.phase, hold_s: command.hold_s }] : [],
    )
  }
  let driving = 0
  const street_ms: number[] = []
  const watch = (streets: { readonly on: readonly (readonly number[])[] }): void => {
    driving = streets.on.reduce((sum, list) => sum + list.length, 0)
  }
  const begun = performance.now()
  driveHour({ network, junctions: city.junctions, trips, control, start: T0, duration_s: WARM_UP_S + MEASURED_S, watch })
  const all_ms = performance.now() - begun
  street_ms.push((all_ms - brain_ms.reduce((sum, ms) => sum + ms, 0)) / (WARM_UP_S + MEASURED_S))
  const measured = brain_ms.slice(WARM_UP_S)
  return [
    { name: 'junctions', value: city.junctions.length, unit: '' },
    { name: 'vehicles at the end', value: driving, unit: 'veh' },
    { name: 'brain, one second of the city, median', value: quantile(measured, 0.5), unit: 'ms', goal: '≤ 500' },
    { name: 'brain, one second of the city, p99', value: quantile(measured, 0.99), unit: 'ms', goal: '≤ 500' },
    { name: 'streets and detectors, times real time', value: 1000 / street_ms[0], unit: '×', goal: '≥ 20' },
  ]
}
