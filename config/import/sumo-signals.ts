/** A junction from the links and the program of a SUMO signal. */
import type { Intergreen, JunctionLane, Movement, MovementConflict, SignalPhase, Turn } from '../../engine/model/city.ts'
import { type JunctionSketch, movementId } from '../../engine/model/junction-defaults.ts'
import { CLEARANCE, DETECTION_M } from '../city-junctions.ts'
import { areFoes, type CarLink, givesWay, groupBy, type SignalLinks } from './sumo-links.ts'
import { type Green, isGreen, isProtected, readProgram } from './sumo-program.ts'
import type { SumoLane, SumoPhase, SumoProgram } from './sumo-read.ts'

/** Names as the city knows them, and what the network says of lanes around the signal. */
export interface SumoNaming {
  road(edge: string): string
  lane(edge: string, index: number): string
  /** How far upstream a lane goes on without a choice. */
  reach_m(lane: SumoLane, edge: string): number
  /** All lanes for cars of an edge. */
  lanes(edge: string): readonly SumoLane[]
}

export type DescribedSignal = Pick<
  JunctionSketch,
  | 'entering'
  | 'leaving'
  | 'movements'
  | 'conflicts'
  | 'phases'
  | 'intergreens'
  | 'yellow_s'
  | 'all_red_s'
  | 'green_s_min'
  | 'green_s_max'
  | 'detection_m'
>

interface Notes {
  readonly fault: (line: number, message: string) => void
  readonly note: (line: number, message: string) => void
}

const TURNS: Readonly<Record<string, Turn>> = { s: 'through', l: 'left', L: 'left', r: 'right', R: 'right', t: 'uturn' }
const turnOf = ({ connection }: CarLink): Turn => TURNS[connection.dir] ?? 'through'
/** SUMO's cars in lanes of mixed turns: the best of a few rates tried on the eight junctions of Cologne; headways there were 2.3 s, gaps included. */
const SATURATION_VEH_H = 1600
/** Of lanes that only turn: Highway Capacity Manual 2010, section 18. */
const LEFT_FACTOR = 1 / 1.05
const RIGHT_FACTOR = 1 / 1.18
/** Manual on Uniform Traffic Control Devices 2009, section 4E.06: least walk interval, and speed on the crossing. */
const WALK_S = 4
const WALK_MPS = 1.07
const CLEARANCE_S_MAX = 30

/** Null, with a note or a fault, where there is nothing to steer. */
export function describeSignal(links: SignalLinks, program: SumoProgram, naming: SumoNaming, notes: Notes): DescribedSignal | null {
  const controlled = links.cars.filter(({ signal }) => signal !== null)
  if (!statesFit(links, program, notes)) return null
  const { greens, between } = readProgram(
    program,
    controlled.flatMap(({ signal }) => signal ?? []),
  )
  if (greens.length === 0) {
    notes.fault(program.line, `signal ${program.id} has no phase that gives green to a movement`)
    return null
  }
  for (const green of greens) reportConflicts(green, links, program, notes)
  const movements = movementsOf(links.cars, naming)
  const opened = greens.map((green) => openedBy(green, links.cars, greens, naming))
  const kept = keptGreens(opened, movements)
  if (kept.length < greens.length) {
    const left = greens.flatMap(({ index }) => (kept.some((one) => one.index === index) ? [] : [index]))
    notes.note(program.line, `${program.id}: phases ${left.join(', ')} open part of a lane only and are left out`)
  }
  const served = movements.filter(({ id }) => kept.some((one) => one.movements.includes(id)) || isUncontrolled(id, links.cars, naming))
  const names = new Set(served.map(({ id }) => id))
  const phases = kept.map((one) => phaseOf(one, names, links, greens))
  const clearance = clearancesOf(between, phases, program, notes)
  return {
    entering: enteringLanes(links.cars, naming),
    leaving: leavingLanes(links.cars, naming),
    movements: served,
    conflicts: conflictsOf(links.cars, greens, opened, naming).filter(({ first, second }) => names.has(first) && names.has(second)),
    phases,
    ...clearance,
    green_s_min: Math.min(...phases.map(({ green_s_min }) => green_s_min)),
    green_s_max: Math.max(...phases.map(({ green_s_max }) => green_s_max)),
    detection_m: DETECTION_M,
  }
}

/** Every link has its letter, and every phase with green opens a link that is there. */
function statesFit({ used }: SignalLinks, { id, phases }: SumoProgram, { fault }: Notes): boolean {
  const last = Math.max(...used)
  let fits = true
  for (const [i, phase] of phases.entries()) {
    const wrong =
      phase.state.length <= last
        ? `has ${phase.state.length} letters, expected one for each of ${last + 1} links`
        : /[Gg]/.test(phase.state) && ![...used].some((link) => isGreen(phase, link))
          ? 'gives green to no movement'
          : null
    if (wrong === null) continue
    fault(phase.line, `phase ${i} of ${id} ${wrong}`)
    fits = false
  }
  return fits
}

function pairs<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b): [T, T] => [a, b]))
}

const green = (phase: SumoPhase, link: CarLink): boolean => link.signal === null || isGreen(phase, link.signal)
const hasPriority = (phase: SumoPhase, link: CarLink): boolean => link.signal !== null && isProtected(phase, link.signal)

/** Two links that cross with priority both: neither would give way. */
function reportConflicts({ index, phase }: Green, { cars }: SignalLinks, { id }: SumoProgram, { fault }: Notes): void {
  for (const [a, b] of pairs(cars.filter((link) => hasPriority(phase, link)))) {
    if (!areFoes(a, b)) continue
    const way = ({ from, to }: CarLink): string => `${from.id} to ${to.id}`
    fault(phase.line, `phase ${index} of ${id} opens ${way(a)} and ${way(b)} with priority, which conflict`)
  }
}

const keyOf = ({ connection }: CarLink, naming: SumoNaming): string => movementId(naming.road(connection.from), naming.road(connection.to))
const fromLane = ({ connection }: CarLink, naming: SumoNaming): string => naming.lane(connection.from, connection.from_lane)

function movementsOf(cars: readonly CarLink[], naming: SumoNaming): Movement[] {
  const movements = new Map<string, Movement>()
  for (const link of cars) {
    const id = keyOf(link, naming)
    const lanes = new Set([...(movements.get(id)?.lanes ?? []), fromLane(link, naming)])
    const { from, to } = link.connection
    movements.set(id, { id, from: naming.road(from), to: naming.road(to), turn: turnOf(link), lanes: [...lanes] })
  }
  return [...movements.values()]
}

interface Opened {
  readonly index: number
  readonly phase: SumoPhase
  /** Lanes that are green for all their traffic; those that never are, for some of it. */
  readonly lanes: readonly string[]
  /** Lanes that are green for some of their traffic. */
  readonly partly: readonly string[]
  readonly movements: readonly string[]
}

/** Who turns round waits for nobody's sake but his own: he does not decide whether a lane has green. */
function deciding(links: readonly CarLink[]): readonly CarLink[] {
  const onward = links.filter((link) => turnOf(link) !== 'uturn')
  return onward.length > 0 ? onward : links
}

function openedBy({ index, phase }: Green, cars: readonly CarLink[], greens: readonly Green[], naming: SumoNaming): Opened {
  const byLane = groupBy(cars, (link) => fromLane(link, naming))
  const lanes: string[] = []
  const partly: string[] = []
  for (const [lane, all] of byLane) {
    const links = deciding(all)
    if (links.every(({ signal }) => signal === null)) continue
    const whole = (one: SumoPhase): boolean => links.every((link) => green(one, link))
    const part = links.some((link) => link.signal !== null && isGreen(phase, link.signal))
    if (part) partly.push(lane)
    if (whole(phase) || (part && !greens.some((other) => whole(other.phase)))) lanes.push(lane)
  }
  const open = cars.filter(({ signal }) => signal !== null && isGreen(phase, signal))
  return { index, phase, lanes, partly, movements: [...new Set(open.map((link) => keyOf(link, naming)))] }
}

/** Phases that open whole lanes; others only where some movement would get no green at all without them. */
function keptGreens(opened: readonly Opened[], movements: readonly Movement[]): Opened[] {
  const served = new Set(opened.flatMap(({ lanes, movements: open }) => (lanes.length > 0 ? open : [])))
  const onward = new Set(movements.flatMap(({ id, turn }) => (turn === 'uturn' ? [] : [id])))
  return opened.flatMap((one) => {
    if (one.lanes.length > 0) return [one]
    return one.movements.some((id) => onward.has(id) && !served.has(id)) ? [{ ...one, lanes: one.partly }] : []
  })
}

function isUncontrolled(id: string, cars: readonly CarLink[], naming: SumoNaming): boolean {
  return cars.every((link) => keyOf(link, naming) !== id || link.signal === null)
}

function phaseOf(
  { index, phase, lanes, movements }: Opened,
  names: ReadonlySet<string>,
  { walks }: SignalLinks,
  greens: readonly Green[],
): SignalPhase {
  const { min_s, max_s, duration_s } = phase
  const green_s_min = Math.max(1, min_s ?? (greens.length < 2 ? 1 : Math.min(CLEARANCE.green_s_min, duration_s)))
  const crossed_m = Math.max(0, ...walks.flatMap(({ signal, length_m }) => (isGreen(phase, signal) ? [length_m] : [])))
  const walk_s = crossed_m > 0 ? Math.ceil(WALK_S + crossed_m / WALK_MPS) : null
  return {
    index,
    lanes,
    movements: movements.filter((id) => names.has(id)),
    green_s_min,
    green_s_max: Math.min(600, Math.max(green_s_min, walk_s ?? 0, max_s ?? Math.max(CLEARANCE.green_s_max, duration_s))),
    walk_s,
  }
}

/** The longest clearance of the program holds for pairs that it does not tell; one that it does not tell at all is taken as usual. */
function clearancesOf(
  between: readonly Intergreen[],
  phases: readonly SignalPhase[],
  { id, line }: SumoProgram,
  { note }: Notes,
): Pick<DescribedSignal, 'intergreens' | 'yellow_s' | 'all_red_s'> {
  const movements = new Map(phases.map((phase) => [phase.index, phase.movements]))
  const losesGreen = ({ from, to }: Intergreen): boolean =>
    (movements.get(from) ?? []).some((one) => !(movements.get(to) ?? []).includes(one))
  const told = between.filter(({ yellow_s, all_red_s }) => yellow_s + all_red_s > 0)
  const bare = between.filter((one) => one.yellow_s + one.all_red_s === 0 && movements.has(one.from) && movements.has(one.to))
  if (told.length === 0 || bare.some(losesGreen)) {
    if (phases.length > 1)
      note(line, `${id} changes phases without yellow: ${CLEARANCE.yellow_s} s of yellow and ${CLEARANCE.all_red_s} s of red are taken`)
  }
  const longest = (member: 'yellow_s' | 'all_red_s'): number =>
    Math.min(CLEARANCE_S_MAX, told.length === 0 ? CLEARANCE[member] : Math.max(...told.map((one) => one[member])))
  const [yellow_s, all_red_s] = [longest('yellow_s'), longest('all_red_s')]
  const own = between.filter(
    (one) =>
      movements.has(one.from) &&
      movements.has(one.to) &&
      (one.yellow_s !== yellow_s || one.all_red_s !== all_red_s) &&
      (one.yellow_s + one.all_red_s > 0 || !losesGreen(one)),
  )
  return { yellow_s, all_red_s, intergreens: own }
}

function enteringLanes(cars: readonly CarLink[], naming: SumoNaming): JunctionLane[] {
  return [...groupBy(cars, (link) => fromLane(link, naming))].map(([id, links]) => {
    const { from, connection } = links[0]
    const turns = [...new Set(links.map(turnOf))]
    const length_m = naming.reach_m(from, connection.from)
    const onward = new Set(deciding(links).map(turnOf))
    const factor = onward.size > 1 ? 1 : onward.has('left') ? LEFT_FACTOR : onward.has('right') ? RIGHT_FACTOR : 1
    return {
      id,
      road: naming.road(connection.from),
      length_m,
      turns,
      into: [...new Set(links.map((link) => naming.lane(link.connection.to, link.connection.to_lane)))],
      saturation_veh_h: Math.round(SATURATION_VEH_H * factor),
      detectors: [{ at_m: 0, length_m: Math.min(length_m, DETECTION_M) }],
    }
  })
}

function leavingLanes(cars: readonly CarLink[], naming: SumoNaming): JunctionSketch['leaving'] {
  const edges = [...new Set(cars.map(({ connection }) => connection.to))]
  return edges.flatMap((edge) =>
    naming
      .lanes(edge)
      .map(({ index, length_m }) => ({ id: naming.lane(edge, index), road: naming.road(edge), length_m, turns: [], into: [] })),
  )
}

/** Movements of which two links cross; the one that a phase lets through without priority beside the other gives way. */
function conflictsOf(
  cars: readonly CarLink[],
  greens: readonly Green[],
  opened: readonly Opened[],
  naming: SumoNaming,
): MovementConflict[] {
  const conflicts = new Map<string, MovementConflict>()
  for (const [a, b] of pairs(cars)) {
    const [first, second] = [keyOf(a, naming), keyOf(b, naming)]
    if (first === second || !areFoes(a, b)) continue
    const key = [first, second].sort().join(' ')
    // Two movements may be open together on lanes that do not cross, while these two never are.
    const beside = opened.some(({ movements }) => movements.includes(first) && movements.includes(second))
    const yielding = yields(a, b, greens) ?? (beside ? whoGivesWay(a, b) : null)
    const yielder = yielding === null ? null : keyOf(yielding, naming)
    const known = conflicts.get(key)
    if (known === undefined) conflicts.set(key, { first, second, yields: yielder })
    else if (known.yields === null) conflicts.set(key, { ...known, yields: yielder })
  }
  return [...conflicts.values()]
}

const whoGivesWay = (a: CarLink, b: CarLink): CarLink => (givesWay(a, b) ? a : b)

function yields(a: CarLink, b: CarLink, greens: readonly Green[]): CarLink | null {
  if (a.signal === null || b.signal === null) return a.signal === null && (b.signal !== null || givesWay(a, b)) ? a : b
  const together = greens.filter(({ phase }) => green(phase, a) && green(phase, b))
  for (const { phase } of together) {
    if (hasPriority(phase, a) !== hasPriority(phase, b)) return hasPriority(phase, a) ? b : a
  }
  return together.length === 0 ? null : whoGivesWay(a, b)
}
