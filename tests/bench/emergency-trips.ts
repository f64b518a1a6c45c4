/** Emergency trips for a bench: vehicles among the others, each with a crew that the brain sends out by an urgent task and hears once a second. */
import { type LonLat, pointAlong } from '../../engine/base/geo.ts'
import type { Random } from '../../engine/base/random.ts'
import type { StepOutcome } from '../../engine/brain.ts'
import type { City, CityCrew, CityDevice } from '../../engine/model/city.ts'
import type { CrewPress, Observation } from '../../engine/model/observation.ts'
import type { SolverRequest } from '../../engine/model/solve.ts'
import { solveAssign } from '../../engine/solve/assign.ts'
import { buildRoadGraph, type RoadGraph } from '../../engine/solve/network.ts'
import { routeOf, travelTree } from '../../engine/solve/route.ts'
import type { Trip, VehicleKind } from '../../simulators/traffic/demand.ts'
import { NONE } from '../../simulators/traffic/lists.ts'
import { readStreets, type StreetNetwork } from '../../simulators/traffic/roadnet.ts'
import { createStreets, type Streets } from '../../simulators/traffic/streets.ts'
import { HOUR_S, type Scene, T0 } from './signals-drive.ts'

export interface Emergency {
  readonly id: string
  readonly trip: Trip
  readonly from: LonLat
  readonly to: LonLat
  /** Signalised junctions on the way. */
  readonly junctions: readonly string[]
  /** Alone on the streets, all signals open. */
  readonly free_s: number
}

const SIGNALS_MIN = 3
const FIRST_S = 300
/** The last one should have arrived by the end of the hour. */
const LAST_S = HOUR_S - 900

/** `count` trips between random street corners, `signals` of them at least on the way, evenly over the hour and a little shuffled. */
export function drawEmergencies(scene: Scene, city: City, count: number, random: Random): Emergency[] {
  const graph = buildRoadGraph(city)
  const signals = new Set(city.junctions.flatMap(({ node }) => node ?? []))
  const kind = scene.trips[0].kind
  const gap_s = (LAST_S - FIRST_S) / count
  const drawn: Emergency[] = []
  while (drawn.length < count) {
    const [from, to] = [random.integer(0, graph.nodes - 1), random.integer(0, graph.nodes - 1)]
    const way = from === to ? null : routeOf(graph, travelTree(graph, from, 'from', undefined, [to]), to)
    if (way === null) continue
    const junctions = way.arcs.slice(0, -1).flatMap((arc) => {
      const { id } = city.nodes[graph.to[arc]]
      return signals.has(id) ? [id] : []
    })
    if (junctions.length < SIGNALS_MIN) continue
    const start_s = Math.round(FIRST_S + gap_s * (drawn.length + random.uniform(0, 0.5)))
    const trip = { start_s, route: way.arcs.map((arc) => roadNumber(scene.network, city, graph, arc)), kind }
    const free_s = runAlone_s(scene, trip, kind)
    drawn.push({ id: `E${drawn.length}`, trip, from: city.nodes[from].at, to: city.nodes[to].at, junctions, free_s })
  }
  return drawn
}

function roadNumber(network: StreetNetwork, city: City, graph: RoadGraph, arc: number): number {
  const { id } = city.roads[graph.road[arc]]
  const road = network.road_of.get(id)
  if (road === undefined) throw new Error(`no road ${id}`)
  return road
}

function runAlone_s(scene: Scene, trip: Trip, kind: VehicleKind): number {
  const streets = createStreets(readStreets(scene.net), [{ ...trip, kind, start_s: 0 }])
  while (streets.finished === 0 && streets.now_s < HOUR_S) streets.step()
  return streets.now_s
}

/** The city with a crew for each trip. */
export function withCrews(city: City, emergencies: readonly Emergency[]): City {
  const depot = { id: 'depot', district: 'd0', name: { zh: '驻点', en: 'Depot' }, at: city.nodes[0].at }
  const crews = emergencies.map(
    ({ id }): CityCrew => ({
      id,
      district: 'd0',
      name: { zh: `急救 ${id}`, en: `Ambulance ${id}` },
      depot: depot.id,
      skills: ['patrol'],
      kit: [],
      // Off duty in the hour that is driven: each begins its shift when its trip begins.
      shift: { from_h: 20, until_h: 22 },
      speed_factor: 1,
    }),
  )
  const phones = emergencies.map(
    ({ id, from }): CityDevice => ({
      district: 'd0',
      domain: 'crew',
      id,
      kind: 'phone',
      at: from,
      name: { zh: id, en: id },
      grid: null,
      metrics: ['lon', 'lat', 'speed_mps'],
      interval_s: 1,
      place: null,
      params: {},
    }),
  )
  return { ...city, crews, devices: [...city.devices, ...phones], depots: [depot] }
}

export interface CrewDesk {
  /** What is heard of crews and from the desk at this second. */
  also(now: number): readonly Observation[]
  /** Notes tasks and questions to the solver. */
  told(outcome: StepOutcome, now: number): void
  /** To be called at the end of every second. */
  watch(streets: Streets): void
  /** When each trip was under way, s; NaN until it was. */
  readonly begun_s: Float64Array
}

/**
 * Reports an incident at the end of each trip, and is the crew that is sent there: it says that it goes and where it is. Vehicles are the
 * last of the trips. Who is not `served` drives without a word to the brain.
 */
export function createCrewDesk(
  scene: Scene,
  city: City,
  emergencies: readonly Emergency[],
  first_vehicle: number,
  served: (e: number) => boolean,
): CrewDesk {
  const graph = buildRoadGraph(city)
  const roads = new Map(city.roads.map((road) => [road.id, road]))
  const junctions = new Map(city.nodes.map(({ id, at }) => [id, at]))
  const widths = new Map(scene.net.intersections.map(({ id, width, virtual }) => [id, virtual ? 0 : width]))
  const begun_s = new Float64Array(emergencies.length).fill(Number.NaN)
  const tasks = new Map<string, string>()
  const ended = new Set<number>()
  const questions: SolverRequest[] = []
  let streets: Streets | null = null

  const key = (e: number): string => `d0/crew/${emergencies[e].id}`
  const press = (e: number, type: CrewPress, now: number): Observation => {
    const task = tasks.get(key(e)) ?? null
    return { kind: 'crew', device: key(e), ts: now, id: `${key(e)} ${type}`, type, task, note: null, photo: null }
  }

  function placeOf(e: number): { at: LonLat; speed_mps: number } {
    const v = first_vehicle + e
    if (streets === null || streets.vehicles.where[v] === NONE) return { at: emergencies[e].from, speed_mps: 0 }
    const { lanes, links, roads: all } = scene.network
    const where = streets.vehicles.where[v]
    const speed_mps = streets.vehicles.speed_mps[v]
    if (where >= lanes.length) {
      const road = roads.get(all[lanes[links[where - lanes.length].from].road].id)
      return { at: junctions.get(road?.to ?? '') ?? emergencies[e].from, speed_mps }
    }
    const road = roads.get(all[lanes[where].road].id)
    if (road === undefined) return { at: emergencies[e].from, speed_mps }
    return { at: pointAlong(road.line, (widths.get(road.from) ?? 0) + streets.vehicles.position_m[v]), speed_mps }
  }

  function reading(e: number, now: number): Observation {
    const { at, speed_mps } = placeOf(e)
    return { kind: 'reading', device: key(e), ts: now, seq: null, values: { lon: at[0], lat: at[1], speed_mps }, backfill: false }
  }

  function speak(e: number, now: number): Observation[] {
    const { trip, to, id } = emergencies[e]
    const s = (now - T0) / 1000
    if (s < trip.start_s - 3 || ended.has(e)) return []
    const said: Observation[] = [reading(e, now)]
    if (s === trip.start_s - 3) {
      said.push(press(e, 'shift.start', now))
      const act = { type: 'incident.report', class: `bench.${id}`, severity: 'critical', at: to, text: id } as const
      said.push({ kind: 'operator', ts: now, id: `report ${id}`, by: 'bench', act })
    }
    if (tasks.has(key(e)) && Number.isNaN(begun_s[e])) {
      begun_s[e] = s
      said.push(press(e, 'task.accepted', now), press(e, 'task.enroute', now))
    }
    if (streets !== null && !Number.isNaN(streets.vehicles.finish_s[first_vehicle + e])) {
      ended.add(e)
      said.push(press(e, 'task.onsite', now), press(e, 'task.done', now), press(e, 'shift.end', now))
    }
    return said
  }

  return {
    begun_s,
    also(now) {
      const answers = questions
        .splice(0)
        .flatMap(({ id, problem }): Observation[] =>
          problem.type === 'assign' ? [{ kind: 'solution', ts: now, request: id, answer: solveAssign(graph, problem) }] : [],
        )
      return [...answers, ...emergencies.flatMap((_, e) => (served(e) ? speak(e, now) : []))]
    },
    told({ commands, requests }) {
      for (const command of commands) if (command.kind === 'crew.task') tasks.set(command.device, command.task.id)
      questions.push(...requests)
    },
    watch(now_streets) {
      streets = now_streets
    },
  }
}
