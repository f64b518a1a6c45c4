/**
 * Lanes and phases of a signalised junction where nobody has described them: from the roads that meet, their headings and lane counts.
 * The result has the shape of an imported description: lane 0 lies at the middle of the road, turning lanes are separate where there is
 * room, lanes that only turn right are in no phase and always run, and no two movements of one phase cross.
 */
import type { LonLat } from '../engine/base/geo.ts'
import type { Bilingual, Junction, Movement, Road, Turn } from '../engine/model/city.ts'
import { completeJunction, type LaneSketch, movementId, type PhaseSketch } from '../engine/model/junction-defaults.ts'
import { crossingConflicts, type MovementPath, pathsCross, wrap } from './junction-conflicts.ts'

/** One direction of a road at a junction. */
export interface Arm {
  readonly road: Road
  /** Travelled against the road's own direction. */
  readonly reversed: boolean
  /** Direction of travel at the junction, radians counter-clockwise from east. */
  readonly heading: number
}

export interface JunctionSite {
  readonly id: string
  readonly district: string
  readonly node: string
  readonly at: LonLat
  readonly arriving: readonly Arm[]
  readonly departing: readonly Arm[]
  /** Whether a vehicle can get from one arm to the other inside the junction; U-turns are left out anyway. */
  readonly allows?: (from: Arm, to: Arm) => boolean
  /** Turns of each lane from the middle outwards, where they are marked on the road. */
  readonly marked?: (arm: Arm) => readonly (readonly Turn[])[] | null
}

/** How far from the stop line moving vehicles are counted as approaching, as in the signal benchmarks. */
export const DETECTION_M = 167
export const CLEARANCE = { yellow_s: 3, all_red_s: 2, green_s_min: 10, green_s_max: 60 } as const

/** Turn bays: at a signal every direction is described with at least two lanes. */
const LANES_MIN = 2

/** Lanes of one direction; `lanes` of a two-way road counts both. */
export function lanesOneWay(road: Road): number {
  return Math.max(LANES_MIN, road.oneway ? road.lanes : Math.floor(road.lanes / 2))
}

/** `<road>_<lane>`, and `-<road>_<lane>` against the road's direction, as SUMO names them. */
export function laneId({ road, reversed }: Pick<Arm, 'road' | 'reversed'>, lane: number): string {
  return `${reversed ? '-' : ''}${road.id}_${lane}`
}

/** The described junction, or null when its traffic never conflicts (fewer than two phases): no signal is needed there. */
export function describeJunction(site: JunctionSite): Junction | null {
  const approaches = site.arriving.map((arm) => approachOf(arm, site)).filter(({ lanes }) => lanes.length > 0)
  const phases = phasesOf(approaches)
  if (phases.length < 2) return null
  const whole = completeJunction({
    id: site.id,
    district: site.district,
    node: site.node,
    at: site.at,
    name: junctionName(
      [...site.arriving, ...site.departing].map(({ road }) => road),
      site.id,
    ),
    entering: approaches.flatMap(({ lanes }) => lanes.map(({ lane }) => lane)),
    leaving: site.departing.flatMap((arm) =>
      Array.from({ length: lanesOneWay(arm.road) }, (_, i) => ({
        id: laneId(arm, i),
        road: arm.road.id,
        length_m: arm.road.length_m,
        turns: [],
        into: [],
      })),
    ),
    movements: movementsOf(approaches),
    phases,
    ...CLEARANCE,
    detection_m: DETECTION_M,
  })
  return { ...whole, conflicts: crossingConflicts(whole, pathsOf(approaches)) }
}

interface Exit {
  readonly road: string
  readonly heading: number
  readonly turn: Turn
}

interface Approach {
  readonly road: string
  readonly heading: number
  readonly lanes: readonly { readonly lane: LaneSketch; readonly exits: readonly Exit[] }[]
}

function approachOf(arm: Arm, { departing, allows, marked }: JunctionSite): Approach {
  const exits = departing.flatMap((to) => {
    const turn = turnOf(arm.heading, to.heading)
    const back = to.road.id === arm.road.id
    return turn === null || back || allows?.(arm, to) === false ? [] : [{ to, turn }]
  })
  const possible = new Set(exits.map(({ turn }) => turn))
  const turns = markedTurns(marked?.(arm) ?? [], possible) ?? laneTurns(lanesOneWay(arm.road), possible)
  const lanes = turns.map((list, i) => {
    const taken = exits.filter(({ turn }) => list.includes(turn))
    const into = taken.flatMap(({ to }) => Array.from({ length: lanesOneWay(to.road) }, (_, k) => laneId(to, k)))
    return {
      lane: { id: laneId(arm, i), road: arm.road.id, length_m: arm.road.length_m, turns: list, into },
      exits: taken.map(({ to, turn }): Exit => ({ road: to.road.id, heading: to.heading, turn })),
    }
  })
  return { road: arm.road.id, heading: arm.heading, lanes: turns.every((list) => list.length > 0) ? lanes : [] }
}

/** Marked turns as far as they lead anywhere; null where a lane would lead nowhere or a way out is not marked at all. */
function markedTurns(marked: readonly (readonly Turn[])[], possible: ReadonlySet<Turn>): Turn[][] | null {
  const turns = marked.map((list) => list.filter((turn) => possible.has(turn)))
  const reached = new Set(turns.flat())
  return turns.length > 0 && turns.every((list) => list.length > 0) && reached.size === possible.size ? turns : null
}

function movementsOf(approaches: readonly Approach[]): Movement[] {
  const movements = new Map<string, Movement>()
  for (const { road, lanes } of approaches) {
    for (const { lane, exits } of lanes) {
      for (const { road: to, turn } of exits) {
        const id = movementId(road, to)
        movements.set(id, { id, from: road, to, turn, lanes: [...(movements.get(id)?.lanes ?? []), lane.id] })
      }
    }
  }
  return [...movements.values()]
}

function pathsOf(approaches: readonly Approach[]): ReadonlyMap<string, MovementPath> {
  const exits = (approach: Approach): readonly Exit[] => approach.lanes.flatMap((lane) => lane.exits)
  return new Map(approaches.flatMap((from) => exits(from).map((to) => [movementId(from.road, to.road), [from.heading, to.heading]])))
}

/** Which way a change of heading leads; null for a U-turn. */
export function turnOf(from: number, to: number): Turn | null {
  const change = wrap(to - from)
  if (Math.abs(change) < Math.PI / 4) return 'through'
  if (Math.abs(change) > (8 / 9) * Math.PI) return null
  return change > 0 ? 'left' : 'right'
}

/** Turns of each lane from the middle outwards. */
function laneTurns(count: number, turns: ReadonlySet<Turn>): Turn[][] {
  const [left, through, right] = (['left', 'through', 'right'] as const).map((turn) => turns.has(turn))
  const all = Array.from({ length: count }, (): Turn[] => [])
  const inner = left ? (through ? (count >= 5 ? 2 : 1) : right ? Math.max(1, count - 1) : count) : 0
  // A right turn gets its own lane from three lanes on, or where nothing goes straight on.
  const outer = right ? (through ? (count - inner >= 2 && count >= 3 ? 1 : 0) : count - inner) : 0
  for (let i = 0; i < count; i++) {
    if (i < inner) all[i].push('left')
    else if (i >= count - outer) all[i].push('right')
    else if (through) all[i].push('through')
  }
  if (right && outer === 0) all[count - 1].push('right')
  return all
}

/** A lane that only turns right yields and always runs. */
const isFree = ({ turns }: LaneSketch): boolean => turns.length === 1 && turns[0] === 'right'

/**
 * Opposite approaches share a phase for going straight on and one for turning left; an approach without an opposite, or one whose traffic
 * would cross the opposite's, gets a phase of its own. Numbered from 1, as CityFlow keeps 0 for the clearance.
 */
function phasesOf(approaches: readonly Approach[]): PhaseSketch[] {
  const groups: Approach['lanes'][number][][] = []
  const left = new Set(approaches)
  for (const approach of approaches) {
    if (!left.delete(approach)) continue
    const opposite = [...left].find((other) => Math.abs(Math.abs(wrap(other.heading - approach.heading)) - Math.PI) < Math.PI / 5)
    const shared = opposite === undefined ? null : sharedPhases(approach, opposite)
    if (opposite === undefined || shared === null) groups.push(controlled(approach))
    else {
      left.delete(opposite)
      groups.push(...shared)
    }
  }
  const used = groups.filter((group) => group.length > 0)
  return used.map((group, i) => ({ index: i + 1, lanes: group.map(({ lane }) => lane.id) }))
}

const controlled = ({ lanes }: Approach): Approach['lanes'][number][] => lanes.filter(({ lane }) => !isFree(lane))

function sharedPhases(a: Approach, b: Approach): Approach['lanes'][number][][] | null {
  const turning = (approach: Approach) => controlled(approach).filter(({ lane }) => lane.turns.every((turn) => turn === 'left'))
  const straight = (approach: Approach) => controlled(approach).filter(({ lane }) => !lane.turns.includes('left'))
  if ([a, b].some((one) => turning(one).length + straight(one).length < controlled(one).length)) return null
  const together = [...straight(a), ...straight(b)]
  // With one side only turning left, the other lanes of that side may run beside it.
  const [leftA, leftB] = [turning(a), turning(b)]
  const turns =
    leftA.length > 0 && leftB.length > 0 ? [...leftA, ...leftB] : leftA.length > 0 ? controlled(a) : leftB.length > 0 ? controlled(b) : []
  const safe = !crosses(a, straight(a), b, straight(b)) && (leftA.length === 0 || leftB.length === 0 || !crosses(a, leftA, b, leftB))
  return safe ? [together, turns] : null
}

type Lanes = readonly Approach['lanes'][number][]

function crosses(a: Approach, lanesA: Lanes, b: Approach, lanesB: Lanes): boolean {
  return lanesA.some(({ exits }) =>
    exits.some((exitA) =>
      lanesB.some((other) => other.exits.some((exitB) => pathsCross([a.heading, exitA.heading], [b.heading, exitB.heading]))),
    ),
  )
}

/** After its two most important roads. */
function junctionName(roads: readonly Road[], id: string): Bilingual {
  const names = new Map<string, Bilingual>()
  for (const { name } of [...roads].sort((a, b) => b.lanes - a.lanes)) if (name !== null && !names.has(name.zh)) names.set(name.zh, name)
  const [first, second] = names.values()
  if (first === undefined) return { zh: `路口 ${id}`, en: `Junction ${id}` }
  if (second === undefined) return { zh: `${first.zh}路口`, en: `${first.en} junction` }
  return { zh: `${first.zh}—${second.zh}路口`, en: `${first.en} at ${second.en}` }
}
