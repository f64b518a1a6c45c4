/**
 * Classical coordination: one cycle for all, under which everybody together waits least, greens in proportion to the flows (Webster 1958), and offsets so
 * that the greens of neighbours meet. The measure is the green that a platoon finds at the next signal, link by link and weighted by its
 * flow, as the link bands of MULTIBAND (Gartner, Assmann, Lasaga & Hou, "A multi-band approach to arterial traffic signal optimization",
 * Transp. Res. B 25, 1991; after MAXBAND, Little, Kelson & Gartner 1981); found not by integer programming but by changing one offset
 * at a time while that helps, as TRANSYT does (Robertson 1969), from a good start along each arterial.
 */
import type { EpochMs } from '../../base/time.ts'
import type { Context } from '../../model/context.ts'
import type { SignalJunction } from '../../model/signal-network.ts'
import { cycleOf } from '../controllers/controller.ts'
import type { TrafficState } from '../state.ts'
import { arterialsOf, DIRECTIONS } from './arterial.ts'
import { type Coordination, modulo, type Slot } from './coordination-plan.ts'

interface Link {
  readonly from: string
  readonly to: string
  readonly travel_s: number
  readonly weight: number
  /** Green of the direction within the cycle, from the start of the plan: begin and length. */
  readonly green_from: readonly Span[]
  readonly green_to: readonly Span[]
}

type Span = readonly [begin_s: number, length_s: number]

const LOST_S = 2
const CYCLE_S = { min: 40, max: 120 } as const
const CYCLE_STEP_S = 10
const STEP_S = 2
const ROUNDS_MAX = 12
const FLOW_VEH_S_MIN = 0.01

export function coordinate(state: TrafficState, context: Context, now: EpochMs): Coordination {
  const junctions = [...context.signal_network.values()].filter(({ phases }) => phases.length > 0)
  const cycle_s = commonCycle_s(state, junctions)
  const slots = new Map(junctions.map((junction) => [junction.id, slotsOf(state, junction, cycle_s)]))
  const links = linksOf(state, context, slots)
  const order = [...new Set(links.flatMap(({ from, to }) => [from, to]))]
  const offsets = new Map(order.map((id) => [id, 0]))
  startAlong(links, offsets, cycle_s)
  improve(links, order, offsets, cycle_s)
  const most = links.reduce((sum, { weight, green_from, green_to }) => sum + weight * Math.min(length_s(green_from), length_s(green_to)), 0)
  const found = links.reduce((sum, link) => sum + link.weight * metBy(link, offsets, cycle_s), 0)
  const plans = new Map([...slots].map(([id, own]) => [id, { offset_s: offsets.get(id) ?? 0, slots: own }]))
  return { made: now, cycle_s, plans, progression: most === 0 ? 0 : found / most }
}

function loadsOf(state: TrafficState, { id, phases, lanes: described }: SignalJunction, cycle: readonly number[]): number[] {
  const lanes = state.junctions.get(id)?.lanes
  const load = (lane: number): number => Math.max(FLOW_VEH_S_MIN, lanes?.[lane].flow_veh_s ?? 0) / described[lane].saturation_veh_s
  return cycle.map((phase) => Math.max(...phases[phase].map(load)))
}

/** The cycle under which everybody together waits least, among those in which every junction has room for all its least greens. */
function commonCycle_s(state: TrafficState, junctions: readonly SignalJunction[]): number {
  const least_s = junctions.map((junction) => cycleOf(junction).reduce((sum, phase) => sum + leastSlot_s(junction, phase), 0))
  const from_s = Math.ceil(Math.max(CYCLE_S.min, ...least_s) / CYCLE_STEP_S) * CYCLE_STEP_S
  let best_s = from_s
  let least = Number.POSITIVE_INFINITY
  for (let cycle_s = from_s; cycle_s <= Math.max(from_s, CYCLE_S.max); cycle_s += CYCLE_STEP_S) {
    const total = junctions.reduce((sum, junction) => sum + delayOf(state, junction, cycle_s), 0)
    if (total < least) [best_s, least] = [cycle_s, total]
  }
  return best_s
}

/** Quarter of an hour, hours; and HCM's factor for signals that do not adapt. */
const ANALYSIS_H = 0.25
const INCREMENTAL = 0.5

/** Vehicle seconds a second: uniform and incremental delay of every lane (HCM 2010, equations 18-20 and 18-45, without a queue at first). */
function delayOf(state: TrafficState, junction: SignalJunction, cycle_s: number): number {
  const lanes = state.junctions.get(junction.id)?.lanes ?? []
  const green_s = new Map<number, number>()
  for (const { phase, slot_s } of slotsOf(state, junction, cycle_s)) {
    for (const lane of junction.phases[phase]) green_s.set(lane, (green_s.get(lane) ?? 0) + slot_s - junction.clearance_s - LOST_S)
  }
  let total = 0
  for (const [lane, own_s] of green_s) {
    const share = Math.max(0.01, own_s / cycle_s)
    const flow_veh_s = lanes[lane]?.flow_veh_s ?? 0
    const capacity_veh_h = share * junction.lanes[lane].saturation_veh_s * 3600
    const x = (flow_veh_s * 3600) / capacity_veh_h
    const uniform_s = (0.5 * cycle_s * (1 - share) ** 2) / (1 - Math.min(1, x) * share)
    const over = x - 1
    const incremental_s = 900 * ANALYSIS_H * (over + Math.sqrt(over * over + (8 * INCREMENTAL * x) / (capacity_veh_h * ANALYSIS_H)))
    total += flow_veh_s * (uniform_s + incremental_s)
  }
  return total
}

const leastSlot_s = ({ green_min_s, clearance_s }: SignalJunction, phase: number): number => green_min_s[phase] + clearance_s

/** Every phase its least green, the rest in proportion to its load. */
function slotsOf(state: TrafficState, junction: SignalJunction, cycle_s: number): Slot[] {
  const cycle = cycleOf(junction)
  const loads = loadsOf(state, junction, cycle)
  const total = loads.reduce((sum, y) => sum + y, 0)
  const least_s = cycle.map((phase) => leastSlot_s(junction, phase))
  const spare_s = Math.max(0, cycle_s - least_s.reduce((sum, s) => sum + s, 0))
  return cycle.map((phase, i) => ({ phase, slot_s: least_s[i] + (spare_s * loads[i]) / total }))
}

function linksOf(state: TrafficState, context: Context, slots: ReadonlyMap<string, readonly Slot[]>): Link[] {
  const links: Link[] = []
  for (const { arterial, stops, speed_mps } of arterialsOf(context.city, context.signal_network)) {
    for (const direction of DIRECTIONS) {
      const row = direction === 'along' ? stops : [...stops].reverse()
      for (let i = 1; i < row.length; i++) {
        const [from, to] = [row[i - 1], row[i]]
        const flow_veh_s = to.lanes[direction].reduce(
          (sum, lane) => sum + (state.junctions.get(to.junction.id)?.lanes[lane].flow_veh_s ?? 0),
          0,
        )
        links.push({
          from: from.junction.id,
          to: to.junction.id,
          travel_s: Math.abs(to.along_m - from.along_m) / speed_mps,
          weight: arterial.weights[direction] * Math.max(FLOW_VEH_S_MIN, flow_veh_s),
          green_from: greensOf(from.junction, slots.get(from.junction.id) ?? [], from.phases[direction]),
          green_to: greensOf(to.junction, slots.get(to.junction.id) ?? [], to.phases[direction]),
        })
      }
    }
  }
  return links
}

function greensOf({ clearance_s }: SignalJunction, slots: readonly Slot[], phases: readonly number[]): Span[] {
  const spans: Span[] = []
  let at_s = 0
  for (const { phase, slot_s } of slots) {
    if (phases.includes(phase)) spans.push([at_s + clearance_s, slot_s - clearance_s])
    at_s += slot_s
  }
  return spans
}

const length_s = (spans: readonly Span[]): number => spans.reduce((sum, [, length]) => sum + length, 0)

/** Seconds of a cycle in which what leaves at green arrives at green. */
function metBy({ from, to, travel_s, green_from, green_to }: Link, offsets: ReadonlyMap<string, number>, cycle_s: number): number {
  const shift_s = (offsets.get(from) ?? 0) + travel_s - (offsets.get(to) ?? 0)
  let met_s = 0
  for (const [a, a_length] of green_from) {
    for (const [b, b_length] of green_to) {
      const begin = modulo(a + shift_s - b, cycle_s)
      met_s += Math.max(0, Math.min(begin + a_length, b_length) - begin)
      met_s += Math.max(0, Math.min(begin + a_length - cycle_s, b_length))
    }
  }
  return met_s
}

/** Down each arterial in its first direction: every green begins when the platoon of the one before arrives. */
function startAlong(links: readonly Link[], offsets: Map<string, number>, cycle_s: number): void {
  const placed = new Set<string>()
  for (const { from, to, travel_s, green_from, green_to } of links) {
    if (placed.has(to) || green_from.length === 0 || green_to.length === 0) continue
    placed.add(from).add(to)
    offsets.set(
      to,
      modulo(Math.round(((offsets.get(from) ?? 0) + green_from[0][0] + travel_s - green_to[0][0]) / STEP_S) * STEP_S, cycle_s),
    )
  }
}

function improve(links: readonly Link[], order: readonly string[], offsets: Map<string, number>, cycle_s: number): void {
  const of = new Map(order.map((id) => [id, links.filter(({ from, to }) => from === id || to === id)]))
  for (let round = 0; round < ROUNDS_MAX; round++) {
    let better = false
    for (const id of order) {
      const own = of.get(id) ?? []
      const worth = (): number => own.reduce((sum, link) => sum + link.weight * metBy(link, offsets, cycle_s), 0)
      let best_s = offsets.get(id) ?? 0
      let most = worth()
      for (let offset_s = 0; offset_s < cycle_s; offset_s += STEP_S) {
        offsets.set(id, offset_s)
        const now = worth()
        if (now <= most + 1e-9) continue
        most = now
        best_s = offset_s
        better = true
      }
      offsets.set(id, best_s)
    }
    if (!better) return
  }
}
