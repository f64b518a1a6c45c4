/** One hour of streets, signals and detectors under somebody's control, second by second: a drill, a bench, a test. */
import { createRandom } from '../../engine/base/random.ts'
import { type EpochMs, SECOND_MS } from '../../engine/base/time.ts'
import type { Junction } from '../../engine/model/city.ts'
import type { TrafficCount } from '../../engine/model/observation.ts'
import type { Trip } from './demand.ts'
import { createLaneDetectors, type Faults, NO_FAULTS } from './lane-detectors.ts'
import type { StreetNetwork } from './roadnet.ts'
import { createSignalPlant, type SignalPlant } from './signal-plant.ts'
import { createStreets, type Streets } from './streets.ts'
import { createStopwatch, type TravelTimes } from './travel-times.ts'

export interface PhaseRequest {
  readonly junction: string
  readonly phase: number
  readonly hold_s: number
}

/** Everything heard in one second, answered by what is asked of the signals. */
export type Control = (counts: readonly TrafficCount[], now: EpochMs) => readonly PhaseRequest[]

export interface HourOptions {
  readonly network: StreetNetwork
  /** As the city describes them; ids and lanes are those of the network. */
  readonly junctions: readonly Junction[]
  readonly trips: readonly Trip[]
  readonly control: Control
  readonly start: EpochMs
  readonly duration_s?: number
  readonly faults?: Faults
  readonly seed?: number
  /** Called at the end of every second. */
  readonly watch?: (streets: Streets, plant: SignalPlant) => void
}

export interface HourResult extends TravelTimes {
  readonly finished: number
  /** Requests that the cabinets refused. */
  readonly refused: number
}

export function driveHour(options: HourOptions): HourResult {
  const { network, junctions, trips, control, start, duration_s = 3600, faults = NO_FAULTS, seed = 0, watch } = options
  const streets = createStreets(network, trips)
  const plant = createSignalPlant(junctions, { forever: false })
  const detectors = createLaneDetectors(streets, faults, createRandom(seed))
  const stopwatch = createStopwatch(streets, trips)
  const switches = junctions.map((junction) => createSwitch(network, junction, streets, plant))
  for (let s = 0; s < duration_s; s++) {
    const now = start + s * SECOND_MS
    plant.tick()
    const counts = junctions.flatMap((junction) => detectors.read(junction, plant.head(junction.id), now) ?? [])
    for (const { junction, phase, hold_s } of control(counts, now)) plant.request(junction, phase, hold_s)
    for (const apply of switches) apply()
    streets.step()
    stopwatch.look()
    watch?.(streets, plant)
  }
  let refused = 0
  for (const times of plant.refused.values()) refused += times
  return { ...stopwatch.read(), finished: streets.finished, refused }
}

/** Opens the links of the lanes that have green; links of lanes in no phase stay open. */
function createSwitch({ lanes }: StreetNetwork, junction: Junction, streets: Streets, plant: SignalPlant): () => void {
  const controlled = new Set(junction.phases.flatMap((phase) => phase.lanes))
  const linksOf = new Map(lanes.flatMap(({ id, links }) => (controlled.has(id) ? [[id, links] as const] : [])))
  let shown: ReadonlySet<string> | null = null
  return () => {
    const green = plant.green(junction.id)
    if (green === shown) return
    shown = green
    for (const [id, links] of linksOf) streets.setOpen(links, green.has(id))
  }
}
