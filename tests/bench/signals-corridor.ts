/**
 * Emergency corridors in the peak hour of Hangzhou, on our own streets: 200 trips of ambulances that obey the same model as everybody,
 * forty an hour so that few are under way at a time, five differently shuffled hours. Every hour is driven with and without the
 * corridor, under the planner and under max pressure; and some of the corridors once more with only that one left out (its twin), to see
 * how long the others feel it.
 */
import { createRandom } from '../../engine/base/random.ts'
import type { City } from '../../engine/model/city.ts'
import type { SignalControllerName } from '../../engine/model/signals.ts'
import { type Trip, varyDemand } from '../../simulators/traffic/demand.ts'
import type { Streets } from '../../simulators/traffic/streets.ts'
import { createStopwatch, type Stopwatch } from '../../simulators/traffic/travel-times.ts'
import { createCrewDesk, drawEmergencies, type Emergency, withCrews } from './emergency-trips.ts'
import type { Bench, Figure } from './report.ts'
import { drive, HOUR_S, loadHour, PHASES_8, type Scene } from './signals-drive.ts'

const HOURS = Number(process.env.CORRIDOR_HOURS ?? 5)
const TRIPS_PER_HOUR = 40
/** Corridors whose twin is driven, in every hour. */
const TWINS_PER_HOUR = 3
const SHIFT_S = 60
const WITHIN = 1.15
/** Normal again: stopped vehicles at the touched junctions, mean over two minutes, at most so much above the twin run. */
const NORMAL = 1.1
const WINDOW_S = 120
const GOAL_MIN = 10

interface Hour {
  readonly trips: readonly Trip[]
  readonly emergencies: readonly Emergency[]
  readonly city: City
}

interface Driven {
  /** Travel time over free flow, by emergency trip. */
  readonly ratio: readonly number[]
  readonly att_paper_s: number
  /** When each trip ended, s. */
  readonly end_s: readonly number[]
  /** Stopped vehicles on the entering lanes, by junction and second. */
  readonly stopped: ReadonlyMap<string, Uint16Array>
}

export async function prepare(scene: Scene, hour: number): Promise<Hour> {
  const random = createRandom(`corridor/${hour}`)
  const city = await scene.city(PHASES_8)
  const emergencies = drawEmergencies(scene, city, TRIPS_PER_HOUR, random.fork('trips'))
  const trips = hour === 0 ? scene.trips : varyDemand(scene.trips, 1, SHIFT_S, random.fork('demand'))
  return { trips, emergencies, city: withCrews(city, emergencies) }
}

const STOPPED_MPS = 0.1

export function run(
  scene: Scene,
  { trips, emergencies, city }: Hour,
  controller: SignalControllerName,
  served: (e: number) => boolean,
): Driven {
  const all = [...trips, ...emergencies.map(({ trip }) => trip)]
  const desk = createCrewDesk(scene, city, emergencies, trips.length, served)
  const { junctions } = scene.network
  const counted = junctions.filter(({ virtual }) => !virtual)
  const stopped = new Map(counted.map(({ id }) => [id, new Uint16Array(HOUR_S)]))
  let stopwatch: Stopwatch | null = null
  let last: Streets | null = null
  const watch = (streets: Streets): void => {
    last = streets
    desk.watch(streets)
    stopwatch ??= createStopwatch(streets, all, (v) => v < trips.length)
    stopwatch.look()
    for (const { id, entering } of counted) {
      let standing = 0
      for (const lane of entering) {
        for (const v of streets.lists.members(lane))
          if (v < streets.vehicles.count && streets.vehicles.speed_mps[v] < STOPPED_MPS) standing++
      }
      const row = stopped.get(id)
      if (row !== undefined) row[streets.now_s - 1] = standing
    }
  }
  drive({ scene, city, signals: { controller, decision_s: 1 }, trips: all, also: desk.also, told: desk.told, watch })
  const finish_s = (last as Streets | null)?.vehicles.finish_s
  const end_s = emergencies.map((_, e) => {
    const at = finish_s?.[trips.length + e] ?? Number.NaN
    return Number.isNaN(at) ? HOUR_S : at
  })
  const ratio = emergencies.map(({ trip, free_s }, e) => (end_s[e] - trip.start_s) / free_s)
  return { ratio, end_s, stopped, att_paper_s: (stopwatch as Stopwatch | null)?.read().att_paper_s ?? Number.NaN }
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]
}

/** Minutes from the end of a corridor until its junctions stand no worse than in the twin; null when that is beyond the hour. */
function minutesToNormal(own: Driven, twin: Driven, { junctions }: Emergency, end_s: number): number | null {
  const sum = (driven: Driven, from_s: number): number =>
    junctions.reduce(
      (total, id) =>
        total +
        (driven.stopped
          .get(id)
          ?.subarray(from_s, from_s + WINDOW_S)
          .reduce((a, b) => a + b, 0) ?? 0),
      0,
    )
  for (let from_s = end_s; from_s + WINDOW_S <= HOUR_S; from_s += 10) {
    if (sum(own, from_s) <= NORMAL * sum(twin, from_s)) return (from_s - end_s) / 60
  }
  return null
}

async function benchController(scene: Scene, controller: SignalControllerName): Promise<Figure[]> {
  const withIt: Driven[] = []
  const without: Driven[] = []
  const minutes: (number | null)[] = []
  for (let h = 0; h < HOURS; h++) {
    const hour = await prepare(scene, h)
    const own = run(scene, hour, controller, () => true)
    withIt.push(own)
    without.push(run(scene, hour, controller, () => false))
    for (let i = 0; i < TWINS_PER_HOUR; i++) {
      const left = Math.floor(((i + 0.5) * TRIPS_PER_HOUR) / TWINS_PER_HOUR)
      const twin = run(scene, hour, controller, (e) => e !== left)
      minutes.push(minutesToNormal(own, twin, hour.emergencies[left], own.end_s[left]))
    }
  }
  const ratios = (driven: readonly Driven[]): number[] => driven.flatMap(({ ratio }) => ratio)
  const [own, other] = [ratios(withIt), ratios(without)]
  const share = (values: readonly number[]): number => (100 * values.filter((ratio) => ratio <= WITHIN).length) / values.length
  const known = minutes.map((value) => value ?? Number.POSITIVE_INFINITY)
  const att = (driven: readonly Driven[]): number => mean(driven.map(({ att_paper_s }) => att_paper_s))
  const name = `Hangzhou, ${controller}`
  return [
    { name: `${name}: emergency trips`, value: own.length, unit: '' },
    { name: `${name}: trips within 15 % of free flow`, value: share(own), unit: '%', goal: '≥ 90' },
    { name: `${name}: the same without corridor`, value: share(other), unit: '%' },
    { name: `${name}: travel time / free flow, mean`, value: mean(own), unit: '×' },
    { name: `${name}: the same without corridor`, value: mean(other), unit: '×' },
    { name: `${name}: travel time / free flow, P90`, value: quantile(own, 0.9), unit: '×' },
    { name: `${name}: the same without corridor`, value: quantile(other, 0.9), unit: '×' },
    { name: `${name}: other traffic, att_paper`, value: att(withIt), unit: 's' },
    { name: `${name}: the same without corridor`, value: att(without), unit: 's' },
    {
      name: `${name}: others back to normal, median of ${known.length} twins`,
      value: quantile(known, 0.5),
      unit: 'min',
      goal: `≤ ${GOAL_MIN}`,
    },
    { name: `${name}: others back to normal, P90`, value: quantile(known, 0.9), unit: 'min' },
    {
      name: `${name}: twins back to normal within ${GOAL_MIN} min`,
      value: (100 * known.filter((value) => value <= GOAL_MIN).length) / Math.max(1, known.length),
      unit: '%',
    },
  ]
}

export const bench: Bench = async () => {
  const scene = await loadHour('Hangzhou')
  if (scene === null) return []
  return [...(await benchController(scene, 'planner')), ...(await benchController(scene, 'max_pressure'))]
}
