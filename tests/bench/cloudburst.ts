/**
 * A cloudburst over one district, played three times with each seed: without any act (pumps on their float switch, nobody drives), by
 * reaction only, and by forecasts. What floods, and when, is the world's truth of the first; who was there in time is the world's truth of
 * the others: a crew's pump and the point's own pumps have to run before the second in which it passed its threshold without acts.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateCity } from '../../config/cities/generate.ts'
import { writeCity } from '../../config/city.ts'
import { loadSettings } from '../../config/load.ts'
import { loadScenario, type Scenario } from '../../config/scenario.ts'
import { formatProblem } from '../../engine/base/errors.ts'
import { distance_m } from '../../engine/base/geo.ts'
import type { City, LowPoint } from '../../engine/model/city.ts'
import type { Fact } from '../../engine/model/fact.ts'
import type { Task } from '../../engine/model/incident.ts'
import { FLOOD_ACTS, type FloodActs } from '../../engine/model/storm.ts'
import { playDrill } from '../../gateway/cli/drill.ts'
import type { Metrics } from '../../simulators/score.ts'
import type { Bench, Figure } from './report.ts'

const SCENARIO = 'cloudburst'
const SEEDS = [7, 8, 9]
/** A task so near to a low point is for it. */
const AT_M = 250

/** The demo city with its streets, water and crews with pumps. Without signals, bins and cameras the same storm takes a tenth of the time. */
function waterCity(seed: number): City {
  const city = generateCity(seed)
  const crews = city.crews.filter(({ skills }) => skills.includes('pump'))
  const phones = new Set(crews.map(({ id }) => id))
  const devices = city.devices.filter(({ domain, id }) =>
    domain === 'crew' ? phones.has(id) : domain === 'flood' || domain === 'drain' || domain === 'weather',
  )
  return { ...city, crews, devices, junctions: [], arterials: [], walk_hours: [] }
}

interface Run {
  /** The world's truth. */
  readonly metrics: Metrics
  readonly trips: readonly Trip[]
}

/** A crew that has set out to a low point. */
interface Trip {
  readonly point: string
  readonly from: number
  until: number
}

function followTrips(points: readonly LowPoint[]): { take(facts: readonly Fact[]): void; readonly trips: Trip[] } {
  const trips: Trip[] = []
  const running = new Map<string, Trip>()
  const pointOf = ({ at }: Task): string | undefined => points.find((point) => distance_m(point.at, at) <= AT_M)?.id
  return {
    trips,
    take(facts) {
      for (const fact of facts) {
        if (fact.kind !== 'task' || fact.task.skill !== 'pump') continue
        const { task, ts } = fact
        const point = pointOf(task)
        if (task.status === 'enroute' && !running.has(task.id) && point !== undefined) {
          const trip = { point, from: ts, until: ts }
          running.set(task.id, trip)
          trips.push(trip)
        }
        const trip = running.get(task.id)
        if (trip === undefined) continue
        trip.until = ts
        if (task.status !== 'enroute') running.delete(task.id)
      }
    },
  }
}

async function play(scenario: Scenario, city: City, seed: number, acts: FloodActs): Promise<Run> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-cloudburst-'))
  try {
    const rules = join(directory, 'rules')
    await mkdir(rules)
    await writeCity(city, join(directory, 'city'))
    const none = acts === 'none' ? [`rules=${rules}`] : []
    const sets = [
      `data=${join(directory, 'data')}`,
      `seed=${seed}`,
      `flood.acts=${acts}`,
      'clock=mqtt',
      'port=0',
      'mqtt_port=0',
      'fleet=none',
    ]
    const { settings, problems } = loadSettings({ sets: [...sets, `city=${join(directory, 'city')}`, 'log_level=warn', ...none] })
    if (problems.length > 0) throw new Error(problems.map(formatProblem).join('\n'))
    const nobody = { crews: { ...scenario.crews, ignore_share: 1, refuse_share: 0 }, residents: { report_share: 0 } }
    const { trips, take } = followTrips(city.low_points)
    const { score } = await playDrill(settings, acts === 'none' ? { ...scenario, ...nobody } : scenario, Number.POSITIVE_INFINITY, take)
    return { metrics: score.metrics, trips }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** What one run is counted for, given what floods without acts. */
interface Count {
  flooding: number
  in_time: number
  /** Points that flood by reaction only, and those of them with a crew and pumps there before they do. */
  needing: number
  needing_in_time: number
  points_flooded: number
  flooded_min: number
  depth_m_max: number
  crew_min: number
  trips: number
  false_trips: number
}

const NOTHING: Count = {
  flooding: 0,
  in_time: 0,
  needing: 0,
  needing_in_time: 0,
  points_flooded: 0,
  flooded_min: 0,
  depth_m_max: 0,
  crew_min: 0,
  trips: 0,
  false_trips: 0,
}

const FLOODED_FROM = 'flood.flooded_from_min.'

const floodingIn = (metrics: Metrics): string[] =>
  Object.keys(metrics).flatMap((name) => (name.startsWith(FLOODED_FROM) ? [name.slice(FLOODED_FROM.length)] : []))

/** Whether a crew's pump and the point's own had begun before the minute, and the crew's had not gone. */
function isReady(metrics: Metrics, id: string, minute: number): boolean {
  const from = (name: string): number => metrics[`${name}.${id}`] ?? Number.POSITIVE_INFINITY
  return (
    from('crews.pumping_from_min') < minute && from('flood.pumps_from_min') < minute && metrics[`crews.pumping_until_min.${id}`] >= minute
  )
}

function count({ metrics, trips }: Run, without: Metrics, reaction: Metrics): Count {
  const flooding = floodingIn(without)
  const needing = floodingIn(reaction)
  return {
    flooding: flooding.length,
    in_time: flooding.filter((id) => isReady(metrics, id, without[FLOODED_FROM + id])).length,
    needing: needing.length,
    needing_in_time: needing.filter((id) => isReady(metrics, id, reaction[FLOODED_FROM + id])).length,
    points_flooded: metrics['flood.points_flooded'],
    flooded_min: metrics['flood.flooded_minutes'],
    depth_m_max: metrics['flood.depth_m_max'],
    crew_min: trips.reduce((sum, { from, until }) => sum + (until - from) / 60_000, 0),
    trips: trips.length,
    false_trips: trips.filter(({ point }) => !flooding.includes(point)).length,
  }
}

function add(a: Count, b: Count): Count {
  const sum = Object.fromEntries(Object.entries(a).map(([name, value]) => [name, value + b[name as keyof Count]])) as unknown as Count
  return { ...sum, depth_m_max: Math.max(a.depth_m_max, b.depth_m_max) }
}

const NAMES: Readonly<Record<FloodActs, string>> = { none: 'no act', reaction: 'reaction only', forecast: 'by forecast' }

function figuresOf(label: string, counts: Readonly<Record<FloodActs, Count>>, goals: boolean): Figure[] {
  return FLOOD_ACTS.flatMap((acts): Figure[] => {
    const { flooding, in_time, needing, needing_in_time, points_flooded, flooded_min, depth_m_max, crew_min, trips, false_trips } =
      counts[acts]
    const figure = (name: string, value: number, unit: string): Figure => ({ name: `${label}, ${NAMES[acts]}: ${name}`, value, unit })
    const share = (part: number, of: number): number => (of === 0 ? 0 : (100 * part) / of)
    const goal = goals && acts === 'forecast'
    const reaction = { name: 'reaction only', value: counts.reaction.flooded_min }
    return [
      figure('points that flood', points_flooded, ''),
      { ...figure('flooded', flooded_min, 'point-min'), ...(goal ? { goal: '≤ 0.5 × reaction only', against: reaction } : {}) },
      figure('deepest', depth_m_max, 'm'),
      ...(acts === 'none'
        ? []
        : [
            { ...figure('crew and pumps there before the threshold', share(in_time, flooding), '%'), ...(goal ? { goal: '≥ 90' } : {}) },
            figure('the same, of points that reaction cannot keep dry', share(needing_in_time, needing), '%'),
            figure('trips', trips, ''),
            figure('trips to points that do not flood', false_trips, ''),
            figure('crews on the road', crew_min, 'crew-min'),
          ]),
    ]
  })
}

export const bench: Bench = async () => {
  const { scenario, problems } = await loadScenario(SCENARIO)
  if (scenario === null) throw new Error(problems.map(formatProblem).join('\n'))
  let sum: Record<FloodActs, Count> = { none: NOTHING, reaction: NOTHING, forecast: NOTHING }
  const figures: Figure[] = []
  for (const seed of SEEDS) {
    const city = waterCity(seed)
    const none = await play(scenario, city, seed, 'none')
    const reaction = await play(scenario, city, seed, 'reaction')
    const forecast = await play(scenario, city, seed, 'forecast')
    const counts = {
      none: count(none, none.metrics, reaction.metrics),
      reaction: count(reaction, none.metrics, reaction.metrics),
      forecast: count(forecast, none.metrics, reaction.metrics),
    }
    figures.push(...figuresOf(`seed ${seed}`, counts, false))
    sum = { none: add(sum.none, counts.none), reaction: add(sum.reaction, counts.reaction), forecast: add(sum.forecast, counts.forecast) }
  }
  return [...figures, ...figuresOf('all', sum, true)]
}
