/**
 * Closed roads and how traffic is led around them: no green for lanes that only lead into the closed road, and more weight for the lanes
 * of the shortest way around it. A road is closed by a flooded low point or by a person, and the plan ends with the closure. A person
 * may open what water has closed, and answers for it: it stays open until that cause has passed.
 */
import type { LonLat } from '../../base/geo.ts'
import type { EpochMs } from '../../base/time.ts'
import type { Bilingual, Road } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { OperatorAct } from '../../model/observation.ts'
import { answerOperator, type Outcome } from '../../model/outcome.ts'
import type { ClosedRoad } from '../../model/priority.ts'
import { buildRoadGraph } from '../../solve/network.ts'
import { routeOf, travelTree } from '../../solve/route.ts'
import { legsOf } from '../priority/legs.ts'

export interface Closure {
  readonly road: string
  readonly since: EpochMs
  /** `operator:<name>`, `incident:<id>` or `policy:<id>`. */
  readonly by: string
  readonly why: Bilingual
  /** Lanes that get no green any more, by junction and position. */
  readonly shut: ReadonlyMap<string, readonly number[]>
  /** Lanes of the way around. */
  readonly around: ReadonlyMap<string, readonly number[]>
  /** Roads of the way around, in order; null where there is none. */
  readonly diversion: readonly string[] | null
}

export type Closures = Map<string, Closure>

/** What of closures is remembered, by road. */
export interface ClosuresState {
  readonly closures: Closures
  /** Opened by a person, `operator:<name>`, although the cause of its closure still stands. */
  readonly kept_open: Map<string, string>
}

/** A person closes or opens a road; other orders are left alone. */
export function observeRoadOrder(state: ClosuresState, context: Context, obs: OperatorAct, now: EpochMs, out: Outcome): boolean {
  const { closures, kept_open } = state
  const { act, by } = obs
  if (act.type !== 'road.close' && act.type !== 'road.open') return false
  const road = context.city.roads.find(({ id }) => id === act.road)
  const standing = closures.get(act.road)
  const why =
    road === undefined
      ? `no road ${act.road} / 没有路段 ${act.road}`
      : act.type === 'road.close' && standing?.by.startsWith('operator:')
        ? `already closed by ${standing.by} / 已由${standing.by}封闭`
        : act.type === 'road.open' && standing === undefined
          ? 'it is not closed / 该路段未封闭'
          : null
  answerOperator(out, obs, why, now)
  if (why !== null || road === undefined) return true
  const text = { en: act.reason, zh: act.reason }
  const person = `operator:${by}`
  if (act.type === 'road.close') {
    kept_open.delete(road.id)
    close(closures, context, { road: road.id, by: person, why: text }, now, out)
  } else {
    // Also where a person has closed it: whoever opens a road opens it whatever else would close it now.
    kept_open.set(road.id, person)
    open(closures, context, road.id, text, now, out)
  }
  return true
}

/** Brings closures in line with what is flooded; those that a person made stay. */
export function followClosures(
  { closures, kept_open }: ClosuresState,
  context: Context,
  closed: readonly ClosedRoad[],
  now: EpochMs,
  out: Outcome,
): void {
  const called = new Set(closed.map(({ road }) => road))
  for (const road of kept_open.keys()) if (!called.has(road)) kept_open.delete(road)
  for (const [road, { by }] of closures) {
    if (!by.startsWith('operator:') && !called.has(road)) open(closures, context, road, PASSED, now, out)
  }
  for (const one of closed) if (!closures.has(one.road) && !kept_open.has(one.road)) close(closures, context, one, now, out)
}

const PASSED = { en: 'the cause has passed', zh: '原因已解除' }

function close(closures: Closures, context: Context, closed: ClosedRoad, now: EpochMs, out: Outcome): void {
  const road = context.city.roads.find(({ id }) => id === closed.road)
  if (road === undefined) return
  const shut_roads = new Set([...closures.keys(), road.id])
  const closure = { ...closed, since: now, ...planAround(context, road, shut_roads) }
  closures.set(road.id, closure)
  say(context, road, 'closes', closure, closed.why, now, out)
}

function open(closures: Closures, context: Context, id: string, why: Bilingual, now: EpochMs, out: Outcome): void {
  const closure = closures.get(id)
  const road = context.city.roads.find((one) => one.id === id)
  closures.delete(id)
  if (closure !== undefined && road !== undefined) say(context, road, 'opens', closure, why, now, out)
}

function planAround(context: Context, road: Road, shut_roads: ReadonlySet<string>): Pick<Closure, 'shut' | 'around' | 'diversion'> {
  const { city, signal_network } = context
  const shut = new Map<string, number[]>()
  for (const { id, described } of signal_network.values()) {
    const leading = new Set(described.leaving.flatMap((lane) => (lane.road === road.id ? [lane.id] : [])))
    if (leading.size === 0) continue
    const lanes = described.entering.flatMap(({ into }, lane) => (into.length > 0 && into.every((next) => leading.has(next)) ? [lane] : []))
    if (lanes.length > 0) shut.set(id, lanes)
  }
  const around = new Map<string, number[]>()
  const graph = buildRoadGraph({ nodes: city.nodes, roads: city.roads.filter(({ id }) => !shut_roads.has(id)) })
  const roads = city.roads.filter(({ id }) => !shut_roads.has(id))
  const node = new Map(city.nodes.map(({ id }, i) => [id, i]))
  const [from, to] = [node.get(road.from), node.get(road.to)]
  const ways = road.oneway
    ? [[from, to]]
    : [
        [from, to],
        [to, from],
      ]
  let diversion: string[] | null = null
  for (const [a, b] of ways) {
    const way = a === undefined || b === undefined ? null : routeOf(graph, travelTree(graph, a, 'from', undefined, [b]), b)
    if (way === null) continue
    const ids = way.arcs.map((arc) => roads[graph.road[arc]].id)
    diversion = [...(diversion ?? []), ...ids]
    addLanes(around, context, city.nodes[a ?? 0].id, ids[0], way.line)
  }
  return { shut, around, diversion }
}

/** Lanes along the way, and at its beginning those that lead into its first road. */
function addLanes(
  around: Map<string, number[]>,
  { city, signal_network }: Context,
  node: string,
  first: string,
  line: readonly LonLat[],
): void {
  const add = (junction: string, lanes: readonly number[]): void => {
    around.set(junction, [...new Set([...(around.get(junction) ?? []), ...lanes])])
  }
  for (const { id, described } of signal_network.values()) {
    if (described.node !== node) continue
    const leading = new Set(described.leaving.flatMap((lane) => (lane.road === first ? [lane.id] : [])))
    add(
      id,
      described.entering.flatMap(({ into }, lane) => (into.some((next) => leading.has(next)) ? [lane] : [])),
    )
  }
  for (const { junction, lanes } of legsOf(city, signal_network, line)) add(junction, lanes)
}

function say(
  { city }: Context,
  road: Road,
  change: 'closes' | 'opens',
  closure: Closure,
  why: Bilingual,
  now: EpochMs,
  out: Outcome,
): void {
  const name = road.name ?? { zh: road.id, en: road.id }
  const names = new Map(city.roads.map(({ id, name: own }) => [id, own]))
  const streets = [
    ...new Map((closure.diversion ?? []).map((id) => [names.get(id)?.en ?? id, names.get(id) ?? { zh: id, en: id }])).values(),
  ]
  const over =
    change === 'opens'
      ? { en: '', zh: '' }
      : closure.diversion === null
        ? { en: '; there is no way around', zh: '；无绕行路线' }
        : { en: `; around it by ${streets.map(({ en }) => en).join(', ')}`, zh: `；绕行：${streets.map(({ zh }) => zh).join('、')}` }
  out.facts.push({
    kind: 'closure',
    ts: now,
    road: road.id,
    change,
    by: closure.by,
    shut: [...closure.shut.keys()],
    diversion: closure.diversion ?? [],
    text: {
      zh: `${name.zh}${change === 'closes' ? '封闭' : '恢复通行'}：${why.zh}${over.zh}`,
      en: `${name.en} ${change}: ${why.en}${over.en}`,
    },
  })
}

export const isShut = (closures: Closures, junction: string, lane: number): boolean => {
  for (const { shut } of closures.values()) if (shut.get(junction)?.includes(lane)) return true
  return false
}

/** The closure whose way around takes the lane; null when none does. */
export function divertedBy(closures: Closures, junction: string, lane: number): Closure | null {
  for (const closure of closures.values()) if (closure.around.get(junction)?.includes(lane)) return closure
  return null
}
