/** One hour of streets, signals and detectors under somebody's control, second by second: a drill, a bench, a test. */
import { createRandom } from '../../engine/base/random.ts'
import { type EpochMs, SECOND_MS } from '../../engine/base/time.ts'
import { type Junction, splitKey } from '../../engine/model/city.ts'
import type { Command } from '../../engine/model/command.ts'
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

/** What the commands of a step ask of the signals. */
export const phaseRequests = (commands: readonly Command[]): PhaseRequest[] =>
  commands.flatMap((command) =>
    command.kind === 'signal.phase' ? [{ junction: splitKey(command.device).id, phase: command.phase, hold_s: command.hold_s }] : [],
  )

/** Everything heard in one second, answered by what is asked of the signals. */
export type Control = (counts: readonly TrafficCount[], now: EpochMs) => readonly PhaseRequest[]

export interface HourOptions {
  readonly network: StreetNetwork
  /** As the city describes them; ids and lanes are those of the network. */
  readonly junctions: readonly Junction[]
  readonly trips: readonly Trip[]
  readonly start: EpochMs
  readonly faults?: Faults
  readonly seed?: number
  /** Whether a request holds until the next one, as in lockstep runs (contract section 6), and not for its `hold_s` only. */
  readonly forever?: boolean
}

export interface DrivenOptions extends HourOptions {
  readonly control: Control
  readonly duration_s?: number
  /** Called at the end of every second. */
  readonly watch?: (streets: Streets, plant: SignalPlant) => void
}

export interface HourResult extends TravelTimes {
  readonly finished: number
  /** Requests that the cabinets refused. */
  readonly refused: number
}

/** Second by second: `sense`, then `drive` with what is asked of the signals. */
export interface Hour {
  readonly streets: Streets
  readonly plant: SignalPlant
  /** A second begins: what the detectors count, as of when. */
  sense(): { readonly counts: readonly TrafficCount[]; readonly now: EpochMs }
  /** The rest of the second. */
  drive(requests: readonly PhaseRequest[]): void
  result(): HourResult
}

export function createHour(options: HourOptions): Hour {
  const { network, junctions, trips, start, faults = NO_FAULTS, seed = 0, forever = false } = options
  const streets = createStreets(network, trips)
  const plant = createSignalPlant(junctions, { forever })
  const detectors = createLaneDetectors(streets, faults, createRandom(seed))
  const stopwatch = createStopwatch(streets, trips)
  const switches = junctions.map((junction) => createSwitch(network, junction, streets, plant))
  return {
    streets,
    plant,
    sense() {
      const now = start + streets.now_s * SECOND_MS
      plant.tick()
      return { counts: junctions.flatMap((junction) => detectors.read(junction, plant.head(junction.id), now) ?? []), now }
    },
    drive(requests) {
      for (const { junction, phase, hold_s } of requests) plant.request(junction, phase, hold_s)
      for (const apply of switches) apply()
      streets.step()
      stopwatch.look()
    },
    result() {
      let refused = 0
      for (const times of plant.refused.values()) refused += times
      return { ...stopwatch.read(), finished: streets.finished, refused }
    },
  }
}

export function driveHour({ control, duration_s = 3600, watch, ...options }: DrivenOptions): HourResult {
  const hour = createHour(options)
  for (let s = 0; s < duration_s; s++) {
    const { counts, now } = hour.sense()
    hour.drive(control(counts, now))
    watch?.(hour.streets, hour.plant)
  }
  return hour.result()
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
