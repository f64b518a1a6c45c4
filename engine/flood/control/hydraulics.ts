/**
 * The drain network in motion: water volumes at the nodes, flows between them with Manning's friction and local inertia (pipe.ts). A pipe's water lies
 * half at either end, which gives it its travel time. Implicit steps by Newton keep it stable at minutes, and volumes are moved, not heads, so no
 * water is made or lost.
 */
import type { Drainage, DrainLink, Pump } from '../../model/drainage.ts'
import { type Elimination, planElimination, solve } from './elimination.ts'
import { type Pipe, pipeFlow } from './pipe.ts'
import { sectionTable } from './section.ts'
import { depthAt, fullVolume_m3, type NodeShape, nodeShape, waterAt } from './shape.ts'
import { pumpFlow, structureFlows } from './structures.ts'

const ITERATIONS = 8
/** Where Newton's method does not come to an end the step is taken in parts, and these grow again as they succeed without effort. */
const PARTS_MAX = 32
const GROWS = 1.5
const EASY_ITERATIONS = 5
/** Heads are found when no node has more water coming or going than this beyond what it takes up, or than this share of what comes into the network. */
const CLOSE_M3_S = 0.005
const CLOSE_SHARE = 0.001
const REACH_M = 1
const LIMIT_PASSES = 20
/** Less water than a gauge can see. */
const LIMIT_M3 = 1e-4

export interface DrainModel {
  readonly drainage: Drainage
  /** As in the description, the flap of an outfall moved to the links that end there. */
  readonly links: readonly DrainLink[]
  readonly node_of: ReadonlyMap<string, number>
  readonly link_of: ReadonlyMap<string, number>
  readonly ends: readonly (readonly [number, number])[]
  readonly nodes: readonly NodeShape[]
  /** By link; null for what is no conduit. */
  readonly pipes: readonly (Pipe | null)[]
  readonly plan: Elimination
  /** Places of the coefficients (from, to) and (to, from) of a link. */
  readonly coefficients: readonly (readonly [number, number])[]
}

const made = new WeakMap<Drainage, DrainModel>()

export function drainModel(drainage: Drainage): DrainModel {
  const known = made.get(drainage)
  if (known !== undefined) return known
  const node_of = new Map(drainage.nodes.map(({ id }, i) => [id, i]))
  const link_of = new Map(drainage.links.map(({ id }, i) => [id, i]))
  const ends = drainage.links.map(({ from, to }): [number, number] => [node_of.get(from) ?? 0, node_of.get(to) ?? 0])
  const invert = (i: number): number => drainage.nodes[i].invert_m
  const links = drainage.links.map((link) => withFlap(drainage, link))
  const pipes = links.map((link, l): Pipe | null =>
    link.kind !== 'conduit'
      ? null
      : {
          link,
          table: sectionTable(link.section, link.roughness, link.barrels),
          from_m: invert(ends[l][0]) + link.from_m,
          to_m: invert(ends[l][1]) + link.to_m,
        },
  )
  const plan = planElimination(drainage.nodes.length, ends)
  const model: DrainModel = {
    drainage,
    links,
    node_of,
    link_of,
    ends,
    nodes: drainage.nodes.map((_, n) => nodeShape(drainage, n, ends, pipes)),
    pipes,
    plan,
    coefficients: ends.map(([a, b]) => [plan.placeOf(a, b), plan.placeOf(b, a)]),
  }
  made.set(drainage, model)
  return model
}

function withFlap({ nodes }: Drainage, link: DrainLink): DrainLink {
  const gated = nodes.some(({ id, kind, flap }) => id === link.to && kind === 'outfall' && flap)
  return gated && link.kind !== 'pump' ? { ...link, flap: true } : link
}

/** Water in the network while it is computed; made once and used for every step. */
export interface Water {
  readonly volume_m3: Float64Array
  /** Water level at an outfall as a depth; ignored elsewhere. */
  readonly stage_m: Float64Array
  /** Mean flow of the last step by link, m³/s, and the flow at its end, which goes on by its inertia. */
  readonly flow_m3_s: Float64Array
  readonly now_m3_s: Float64Array
  /** Water that left a node over its rim in the last step, m³. */
  readonly lost_m3: Float64Array
  /** Pumps whose float switch has them running. */
  readonly running: Uint8Array
  /** Length of the last part of a step, and how many flows of single links were found: what computing cost. */
  part_s: number
  work: number
  /** Water that the steps so far have left without a place, m³: what their losses may be wrong by. */
  unsettled_m3: number
  /** Flow before the step. */
  readonly before_m3_s: Float64Array
  readonly head_m: Float64Array
  readonly area_m2: Float64Array
  readonly off: Float64Array
  readonly right: Float64Array
  readonly by_from: Float64Array
  readonly by_to: Float64Array
  readonly leaving_m3: Float64Array
  readonly entering_m3: Float64Array
}

export function createWater({ drainage: { nodes, links }, plan }: DrainModel): Water {
  const perNode = (): Float64Array => new Float64Array(nodes.length)
  const perLink = (): Float64Array => new Float64Array(links.length)
  return {
    volume_m3: perNode(),
    stage_m: Float64Array.from(nodes, ({ stage_m, invert_m }) => (stage_m === null ? 0 : Math.max(0, stage_m - invert_m))),
    flow_m3_s: perLink(),
    now_m3_s: perLink(),
    lost_m3: perNode(),
    running: new Uint8Array(links.length),
    part_s: Number.POSITIVE_INFINITY,
    work: 0,
    unsettled_m3: 0,
    before_m3_s: perLink(),
    head_m: perNode(),
    area_m2: perNode(),
    off: new Float64Array(plan.places),
    right: perNode(),
    by_from: perLink(),
    by_to: perLink(),
    leaving_m3: perNode(),
    entering_m3: perNode(),
  }
}

/**
 * @param inflow_m3_s by node
 * @param settings by link, 0…1; 1 for what cannot be set
 */
export function stepWater(
  model: DrainModel,
  water: Water,
  inflow_m3_s: ArrayLike<number>,
  settings: ArrayLike<number>,
  dt_s: number,
): void {
  const { flow_m3_s, now_m3_s, lost_m3 } = water
  flow_m3_s.fill(0)
  lost_m3.fill(0)
  const finest_s = dt_s / PARTS_MAX
  let coming_m3_s = 0
  for (let n = 0; n < lost_m3.length; n++) coming_m3_s += inflow_m3_s[n]
  const close_m3_s = Math.max(CLOSE_M3_S, CLOSE_SHARE * coming_m3_s)
  let left_s = dt_s
  while (left_s > dt_s * 1e-6) {
    const part_s = Math.min(left_s, Math.max(finest_s, water.part_s))
    const { residual_m3, iterations } = findHeads(model, water, inflow_m3_s, settings, part_s, close_m3_s)
    if (residual_m3 >= close_m3_s * part_s) {
      if (part_s > finest_s) {
        now_m3_s.set(water.before_m3_s)
        water.part_s = part_s / 2
        continue
      }
      water.unsettled_m3 += residual_m3
    }
    moveVolumes(model, water, inflow_m3_s, part_s)
    for (let l = 0; l < flow_m3_s.length; l++) flow_m3_s[l] += (now_m3_s[l] * part_s) / dt_s
    left_s -= part_s
    water.part_s = Math.min(dt_s, (iterations <= EASY_ITERATIONS ? GROWS : 1) * part_s)
  }
}

interface Found {
  /** The most water that a node has too much or too little, m³. */
  readonly residual_m3: number
  readonly iterations: number
}

/** Heads and flows at the end of a step, by Newton's method. */
function findHeads(
  model: DrainModel,
  water: Water,
  inflow_m3_s: ArrayLike<number>,
  settings: ArrayLike<number>,
  dt_s: number,
  close_m3_s: number,
): Found {
  const { links, ends, nodes } = model
  const { volume_m3, stage_m, head_m, right, now_m3_s, before_m3_s, by_from, by_to } = water
  for (let n = 0; n < nodes.length; n++)
    head_m[n] = nodes[n].invert_m + (nodes[n].outfall ? stage_m[n] : depthAt(nodes[n], volume_m3[n]).depth_m)
  for (let l = 0; l < links.length; l++) {
    const link = links[l]
    before_m3_s[l] = link.kind === 'pump' ? settings[l] * pumpNow(model, water, link, l, inflow_m3_s, dt_s) : now_m3_s[l]
  }
  let residual_m3 = 0
  for (let k = 1; k <= ITERATIONS; k++) {
    residual_m3 = improve(model, water, inflow_m3_s, settings, dt_s)
    for (let l = 0; l < ends.length; l++) {
      now_m3_s[l] += by_from[l] * right[ends[l][0]] + by_to[l] * right[ends[l][1]]
      if (oneWay(links[l])) now_m3_s[l] = Math.max(0, now_m3_s[l])
    }
    if (residual_m3 < close_m3_s * dt_s) return { residual_m3, iterations: k }
    for (let n = 0; n < nodes.length; n++) if (!nodes[n].outfall) head_m[n] = headAfter(nodes[n], head_m[n], right[n])
  }
  return { residual_m3, iterations: ITERATIONS }
}

/** A head that rises to its rim stops there for once: beyond it the water spreads, and of that the last step knew nothing. */
function headAfter({ invert_m, top_m }: NodeShape, head_m: number, step_m: number): number {
  const rim_m = invert_m + top_m
  const next_m = head_m + Math.max(-REACH_M, Math.min(REACH_M, step_m))
  return head_m < rim_m ? Math.min(rim_m, next_m) : next_m
}

/** One step of Newton's method: `right` becomes the change of the heads, the answer is the most water that a node has too much or too little, m³. */
function improve(model: DrainModel, water: Water, inflow_m3_s: ArrayLike<number>, settings: ArrayLike<number>, dt_s: number): number {
  const { ends, nodes, plan, coefficients } = model
  const { volume_m3, head_m, area_m2, off, right, now_m3_s, by_from, by_to } = water
  for (let n = 0; n < nodes.length; n++) {
    const { volume, area } = nodes[n].outfall ? OUTSIDE : waterAt(nodes[n], head_m[n] - nodes[n].invert_m)
    area_m2[n] = area
    right[n] = nodes[n].outfall ? 0 : volume_m3[n] - volume + inflow_m3_s[n] * dt_s
  }
  off.fill(0)
  water.work += ends.length
  for (let l = 0; l < ends.length; l++) {
    flowAndSlopes(model, water, l, settings[l], dt_s)
    const [from, to] = ends[l]
    const [upper, lower] = coefficients[l]
    const moved = now_m3_s[l] * dt_s
    if (!nodes[from].outfall) right[from] -= moved
    if (!nodes[to].outfall) right[to] += moved
    area_m2[from] += by_from[l] * dt_s
    area_m2[to] -= by_to[l] * dt_s
    off[upper] += by_to[l] * dt_s
    off[lower] -= by_from[l] * dt_s
  }
  let largest = 0
  for (let n = 0; n < nodes.length; n++) largest = Math.max(largest, Math.abs(right[n]))
  solve(plan, area_m2, off, right)
  return largest
}

const OUTSIDE = { volume: 0, area: 1e9 }

const oneWay = (link: DrainLink): boolean => link.kind === 'pump' || link.flap

function moveVolumes(model: DrainModel, water: Water, inflow_m3_s: ArrayLike<number>, dt_s: number): void {
  const { ends, nodes } = model
  const { volume_m3, now_m3_s, lost_m3 } = water
  // What a node gives it has to have or to get: taken back where it has not, which those below it then lack as well.
  for (let pass = 0; pass < LIMIT_PASSES; pass++) if (!limitFlows(model, water, inflow_m3_s, dt_s)) break
  for (let n = 0; n < nodes.length; n++) volume_m3[n] += inflow_m3_s[n] * dt_s
  for (let l = 0; l < ends.length; l++) {
    volume_m3[ends[l][0]] -= now_m3_s[l] * dt_s
    volume_m3[ends[l][1]] += now_m3_s[l] * dt_s
  }
  for (let n = 0; n < nodes.length; n++) {
    const full = fullVolume_m3(nodes[n])
    if (nodes[n].outfall) volume_m3[n] = 0
    else if (volume_m3[n] > full && nodes[n].ponded_m2 === 0) {
      lost_m3[n] += volume_m3[n] - full
      volume_m3[n] = full
    }
  }
}

/** Scales down what leaves nodes that would be left with less than nothing; false when there are none. */
function limitFlows({ ends, nodes }: DrainModel, water: Water, inflow_m3_s: ArrayLike<number>, dt_s: number): boolean {
  const { volume_m3, now_m3_s, leaving_m3, entering_m3 } = water
  leaving_m3.fill(0)
  for (let n = 0; n < nodes.length; n++) entering_m3[n] = inflow_m3_s[n] * dt_s
  for (let l = 0; l < ends.length; l++) {
    const [from, to] = ends[l]
    const amount = now_m3_s[l] * dt_s
    const [giver, taker] = amount >= 0 ? [from, to] : [to, from]
    leaving_m3[giver] += Math.abs(amount)
    entering_m3[taker] += Math.abs(amount)
  }
  let limited = false
  for (let l = 0; l < ends.length; l++) {
    const [from, to] = ends[l]
    const giver = now_m3_s[l] >= 0 ? from : to
    if (nodes[giver].outfall) continue
    const there = volume_m3[giver] + entering_m3[giver]
    if (leaving_m3[giver] <= there + LIMIT_M3) continue
    now_m3_s[l] *= Math.max(0, there) / leaving_m3[giver]
    limited = true
  }
  return limited
}

/** Flow of one link at the present heads, and how it changes with the head at either end. */
function flowAndSlopes(model: DrainModel, water: Water, l: number, setting: number, dt_s: number): void {
  const link = model.links[l]
  const { now_m3_s, by_from, by_to, head_m } = water
  const [from, to] = model.ends[l]
  if (link.kind === 'conduit') {
    const pipe = model.pipes[l]
    if (pipe !== null) pipeFlow(pipe, l, head_m[from], head_m[to], water.before_m3_s[l], dt_s, water)
    return
  }
  by_from[l] = 0
  by_to[l] = 0
  // A pump's flow was found at the beginning of the step: its switches have no slope.
  if (link.kind === 'pump') {
    now_m3_s[l] = water.before_m3_s[l]
    return
  }
  structureFlows(link, model.nodes[from].invert_m, l, head_m[from], head_m[to], setting, water)
}

function pumpNow(model: DrainModel, water: Water, pump: Pump, l: number, inflow_m3_s: ArrayLike<number>, dt_s: number): number {
  const [from, to] = model.ends[l]
  const { invert_m, top_m } = model.nodes[from]
  const depth_m = water.head_m[from] - invert_m
  if (pump.stop_m > 0 || pump.start_m > 0) {
    if (depth_m <= pump.stop_m) water.running[l] = 0
    else if (depth_m >= pump.start_m) water.running[l] = 1
    if (water.running[l] === 0) return 0
  }
  const there_m3 = water.volume_m3[from]
  // A well that is no storage holds the largest volume of its pump's curve when it is full, and no water of its pipes (as SWMM has it).
  const storage = model.drainage.nodes[from].kind === 'storage'
  const volume_m3 = storage ? there_m3 : (largestVolume(pump) * depth_m) / top_m
  return pumpFlow(pump, { volume_m3, depth_m }, water.head_m[to] - water.head_m[from]) ?? inflow_m3_s[from] + there_m3 / dt_s
}

const largestVolume = ({ by, curve }: Pump): number => (by === 'volume_m3' && curve.length > 0 ? curve[curve.length - 1].x : 0)
