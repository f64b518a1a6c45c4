/**
 * Emergency corridors (绿色通道): the signals on the way of a crew with an urgent task are green when it comes, early enough that who
 * stands there has gone. Each junction on the way is reckoned on its own: when the crew will be there, how many are ahead of it, how long
 * these need over the line, how long the signal needs to become green. What is asked of a junction is a `Claim`.
 */
import { type LonLat, placeOn } from '../../base/geo.ts'
import type { EpochMs } from '../../base/time.ts'
import { MINUTE_MS, SECOND_MS } from '../../base/time.ts'
import type { Bilingual, DeviceKey } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { UrgentTrip } from '../../model/priority.ts'
import type { SignalJunction } from '../../model/signal-network.ts'
import { buildRoadGraph, nearestNode } from '../../solve/network.ts'
import { appendPoint, routeOf, travelTree } from '../../solve/route.ts'
import { type Leg, legsOf } from './legs.ts'

export interface Hold {
  readonly since: EpochMs
  /** By position. */
  readonly phase: number
  /** End of the command that stands. */
  until: EpochMs
}

export interface Corridor {
  readonly task: string
  readonly crew: DeviceKey
  readonly name: Bilingual
  readonly where: Bilingual
  readonly priority: number
  readonly speed_factor: number
  /** As dispatch gave it; another one is another way. */
  readonly route: readonly LonLat[]
  line: readonly LonLat[]
  legs: readonly Leg[]
  /** Newest position: metres along the line, when, and how fast. */
  along_m: number
  seen: EpochMs
  speed_mps: number
  /** Positions one after the other that lie beside the line. */
  strayed: number
  /** First leg that has not been passed. */
  next: number
  /** By junction. */
  readonly holds: Map<string, Hold>
  /** Junctions that were held as long as they may be without the crew having come. */
  readonly given_up: Set<string>
}

/** A crew that says nothing for so long, or for three of its intervals, is no reason to stop a street. */
const SILENT_MS = MINUTE_MS
/** Positions are good to some 20 m; further from the way is another street. */
const STRAYED_M = 60
const STRAYED_TIMES = 2
/** So far beyond the stop line the crew has passed it: its own length. */
const PASSED_M = 8
/** Without a newer position it is thought to have passed so long after it should have. */
const GRACE_S = 20
/** Nobody believes a phone that reports more. */
const SPEED_MPS_MAX = 40

/** Brings the corridors in line with the crews that are under way; a corridor begins and ends here. */
export function followTrips(
  corridors: Map<string, Corridor>,
  context: Context,
  trips: readonly UrgentTrip[],
  now: EpochMs,
  out: Outcome,
): void {
  for (const [task, corridor] of corridors) {
    const trip = trips.find((one) => one.task === task && one.crew === corridor.crew)
    if (trip === undefined) end(corridors, corridor, NO_LONGER, now, out)
    else if (isSilent(context, trip, now)) end(corridors, corridor, SILENT, now, out)
  }
  for (const trip of trips) {
    if (isSilent(context, trip, now)) continue
    const known = corridors.get(trip.task)
    const corridor = known !== undefined && isSameWay(known.route, trip.route) ? known : begin(context, trip, now)
    if (corridor.legs.length === 0) continue
    if (known === undefined) say(corridor, 'begins', BEGINS, now, out)
    corridors.set(trip.task, corridor)
    if (trip.seen !== null && trip.seen > corridor.seen) takePosition(context, corridor, trip, trip.seen)
    corridor.next = firstAhead(corridor, now)
  }
}

const NO_LONGER = { zh: '任务已到场、收回或改派', en: 'it has arrived, was recalled or another crew goes' }
const SILENT = { zh: '班组失联', en: 'the crew is not heard any more' }
const BEGINS = { zh: '紧急任务在途', en: 'it is under way to an urgent task' }

const isSameWay = (a: readonly LonLat[], b: readonly LonLat[]): boolean =>
  a === b || (a.length === b.length && a.every((point, i) => point[0] === b[i][0] && point[1] === b[i][1]))

function isSilent(context: Context, { crew, heard }: UrgentTrip, now: EpochMs): boolean {
  const interval_s = context.devices.get(crew)?.interval_s ?? 0
  return heard === null || now - heard > Math.max(SILENT_MS, 3 * interval_s * SECOND_MS)
}

function begin(context: Context, trip: UrgentTrip, now: EpochMs): Corridor {
  const { task, crew, name, where, priority, route, speed_factor } = trip
  return {
    task,
    crew,
    name,
    where,
    priority,
    speed_factor,
    route,
    line: route,
    legs: legsOf(context.city, context.signal_network, route),
    along_m: placeOn(route, trip.at, 0).along_m,
    seen: trip.seen ?? now,
    speed_mps: trip.speed_mps ?? 0,
    strayed: 0,
    next: 0,
    holds: new Map(),
    given_up: new Set(),
  }
}

function end(corridors: Map<string, Corridor>, corridor: Corridor, why: Bilingual, now: EpochMs, out: Outcome): void {
  corridors.delete(corridor.task)
  say(corridor, 'ends', why, now, out)
}

function say({ task, crew, name, where, legs }: Corridor, change: 'begins' | 'ends', why: Bilingual, now: EpochMs, out: Outcome): void {
  out.facts.push({
    kind: 'corridor',
    ts: now,
    task,
    crew,
    change,
    junctions: legs.map(({ junction }) => junction),
    text: {
      zh: `${name.zh}前往${where.zh}的应急走廊${change === 'begins' ? '开启' : '结束'}：${why.zh}`,
      en: `The corridor of ${name.en} to ${where.en} ${change}: ${why.en}`,
    },
  })
}

/** How far back a newer position may lie: positions scatter, and who turns around is on another way. */
const BACK_M = 100

function takePosition(context: Context, corridor: Corridor, trip: UrgentTrip, seen: EpochMs): void {
  const { along_m, off_m } = placeOn(corridor.line, trip.at, Math.max(0, corridor.along_m - BACK_M))
  corridor.seen = seen
  corridor.speed_mps = Math.min(SPEED_MPS_MAX, Math.max(0, trip.speed_mps ?? 0))
  if (off_m <= STRAYED_M) {
    corridor.along_m = along_m
    corridor.strayed = 0
    return
  }
  corridor.strayed++
  if (corridor.strayed < STRAYED_TIMES) return
  corridor.strayed = 0
  takeOtherWay(context, corridor, trip)
}

/** It drives another way than it was told: the fastest one from here is the likeliest. */
function takeOtherWay({ city, signal_network }: Context, corridor: Corridor, { at, route }: UrgentTrip): void {
  const graph = buildRoadGraph(city)
  const from = nearestNode(graph, at)
  const to = nearestNode(graph, route[route.length - 1])
  const way = from === null || to === null ? null : routeOf(graph, travelTree(graph, from, 'from', undefined, [to]), to)
  const line: LonLat[] = []
  for (const point of [at, ...(way?.line ?? []), route[route.length - 1]]) appendPoint(line, point)
  if (line.length < 2) return
  corridor.line = line
  corridor.legs = legsOf(city, signal_network, line)
  corridor.along_m = 0
}

/** Where it probably is by now, at most at the next stop line: passing it has to be seen. */
function probable_m(corridor: Corridor, now: EpochMs): number {
  const { along_m, seen, speed_mps, legs, next } = corridor
  const stop_m = legs[next]?.stop_m ?? Number.POSITIVE_INFINITY
  return Math.max(along_m, Math.min(stop_m, along_m + speed_mps * Math.max(0, (now - seen) / SECOND_MS)))
}

function firstAhead(corridor: Corridor, now: EpochMs): number {
  const { along_m, seen, legs } = corridor
  const driven_s = Math.max(0, (now - seen) / SECOND_MS)
  const ahead = legs.findIndex((leg) => {
    const cruise_mps = cruiseOf(corridor, leg)
    return along_m <= leg.stop_m + PASSED_M && along_m + cruise_mps * (driven_s - GRACE_S) <= leg.stop_m
  })
  return ahead < 0 ? legs.length : ahead
}

/** The speed it will drive where nothing is in the way; a siren may be faster than the road. */
const cruiseOf = ({ speed_factor, speed_mps }: Corridor, leg: Leg): number => Math.max(1, leg.speed_mps * speed_factor, speed_mps)

export interface Approach {
  readonly leg: Leg
  /** Earliest arrival at the stop line with nothing in the way, from now. */
  readonly arrive_s: number
  /** Metres between crew and stop line while it is on the road to it; else null. */
  readonly gap_m: number | null
}

/** The legs ahead with the crew's arrival; `delayAt_s` says how much later than that it will pass each of them. */
export function* approachesOf(corridor: Corridor, now: EpochMs, delayAt_s: (approach: Approach) => number): Iterable<Approach> {
  let here_m = probable_m(corridor, now)
  let arrive_s = 0
  for (let k = corridor.next; k < corridor.legs.length; k++) {
    const leg = corridor.legs[k]
    arrive_s += Math.max(0, leg.stop_m - here_m) / cruiseOf(corridor, leg)
    const gap_m = here_m >= leg.from_m && k === corridor.next ? Math.max(0, leg.stop_m - here_m) : null
    const approach = { leg, arrive_s, gap_m }
    yield approach
    arrive_s += delayAt_s(approach)
    here_m = leg.stop_m
  }
}

/**
 * The phase to be asked for: one that serves most of the lanes; among these the one that runs already, then the one that also serves
 * most of `others`, then the first.
 */
export function phaseFor(
  { phases }: SignalJunction,
  lanes: readonly number[],
  others: readonly number[],
  running: number,
  worth: (phase: number) => number,
): number | null {
  const served = (phase: number, wanted: readonly number[]): number => wanted.filter((lane) => phases[phase].includes(lane)).length
  let best: number | null = null
  const better = (a: number, b: number): boolean => {
    const by = [
      served(a, lanes) - served(b, lanes),
      served(a, others) - served(b, others),
      Number(a === running) - Number(b === running),
      worth(a) - worth(b),
    ]
    return (by.find((difference) => Math.abs(difference) > 1e-9) ?? 0) > 0
  }
  for (let phase = 0; phase < phases.length; phase++) {
    if (served(phase, lanes) > 0 && (best === null || better(phase, best))) best = phase
  }
  return best
}
