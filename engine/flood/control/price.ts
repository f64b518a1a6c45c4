/**
 * What the water and the settings of a trial cost, in the units of the objectives: a cubic metre where it does harm of weight 1.
 */
import type { DrainLink } from '../../model/drainage.ts'
import type { DrainModel, Water } from './hydraulics.ts'
import type { Margins } from './margin.ts'
import { fullVolume_m3 } from './shape.ts'

/** A flow limit is kept with this to spare, at half its price: the model is not exact. */
const LIMIT_SHARE = 0.82
export const SPARE_PRICE = 0.5
/**
 * What a full storage costs of what its overflow would: rain that nobody has forecast. Being quadratic it is least, for the same water,
 * where all storages are filled alike (equal filling degree; Borsányi et al. 2008).
 */
const RISK = 0.1
/** Water lost where nobody has put a price is lost to the people there all the same: it may not be what pays for the rest. */
const UNLISTED_SHARE = 0.8
/** Weight of a cubic metre of water, kN. */
const WATER_KN_M3 = 9.81
const KJ_PER_KWH = 3600
/** From the socket to the water, pump and motor together, where nobody says it: a usual value for sewage pumps. */
const EFFICIENCY = 0.6
/** Finer than any gate stands. */
const MOVED = 0.001

export interface Prices {
  /** The least price of harm. */
  readonly floor: number
  readonly lost: Float64Array
  readonly storages: readonly { readonly n: number; readonly risk: number; readonly full_m3: number; readonly spare_m3: number }[]
  readonly flows: readonly {
    readonly l: number
    readonly on: 'flow' | 'flow_change' | 'flow_over'
    readonly weight: number
    readonly limit_m3_s: number
  }[]
  /** By pump, of a kilowatt-hour that the water takes up. */
  readonly energy: readonly { readonly l: number; readonly price: number }[]
  readonly switches: readonly { readonly l: number; readonly weight: number }[]
}

export function pricesOf({ drainage, node_of, link_of, nodes }: DrainModel, { spare_m3, more }: Margins): Prices {
  // What a cubic metre of harm costs at the least; benefits (negative weights) are no harm.
  const harms = drainage.terms.filter(({ on, weight }) => (on === 'flooding' || on === 'flow_over') && weight > 0)
  const floor = harms.length === 0 ? 1 : Math.min(...harms.map(({ weight }) => weight))
  const lost = new Float64Array(nodes.length).fill(floor * UNLISTED_SHARE)
  for (const term of drainage.terms) {
    const n = term.on === 'flooding' ? node_of.get(term.node) : undefined
    if (n !== undefined && term.on === 'flooding') lost[n] = term.weight
  }
  const linked = drainage.terms.flatMap((term) => {
    const l = term.on === 'flooding' ? undefined : link_of.get(term.link)
    return l === undefined || term.on === 'flooding' ? [] : [{ term, l }]
  })
  return {
    floor,
    lost,
    storages: drainage.nodes.flatMap(({ kind }, n) =>
      kind === 'storage' ? [{ n, risk: RISK * floor, full_m3: fullVolume_m3(nodes[n]), spare_m3: spare_m3[n] }] : [],
    ),
    flows: linked.flatMap(({ term, l }) =>
      term.on === 'energy' || term.on === 'switches'
        ? []
        : [{ l, on: term.on, weight: term.weight, limit_m3_s: term.on === 'flow_over' ? term.limit_m3_s / more[l] : 0 }],
    ),
    energy: linked.flatMap(({ term, l }) => (term.on === 'energy' ? [{ l, price: term.weight / (term.efficiency ?? EFFICIENCY) }] : [])),
    switches: linked.flatMap(({ term, l }) => (term.on === 'switches' ? [{ l, weight: term.weight }] : [])),
  }
}

/** Limits, benefits and changes of flows within a step. */
export function flowCost({ flows }: Prices, water: Water, before_m3_s: Float64Array | null, step_s: number): number {
  let cost = 0
  for (const { l, on, weight, limit_m3_s } of flows) {
    const flow = Math.abs(water.flow_m3_s[l])
    if (on === 'flow') cost += weight * flow * step_s
    else if (on === 'flow_change') cost += before_m3_s === null ? 0 : weight * Math.abs(flow - Math.abs(before_m3_s[l])) * step_s
    else cost += weight * step_s * (Math.max(0, flow - limit_m3_s) + SPARE_PRICE * Math.max(0, flow - LIMIT_SHARE * limit_m3_s))
  }
  return cost
}

/** Of lifting water within a step: weight × head × volume. */
export function energyCost({ energy }: Prices, { ends }: DrainModel, water: Water, step_s: number): number {
  let cost = 0
  for (const { l, price } of energy) {
    const [from, to] = ends[l]
    const lift_m = Math.max(0, water.head_m[to] - water.head_m[from])
    cost += (price * WATER_KN_M3 * lift_m * water.flow_m3_s[l] * step_s) / KJ_PER_KWH
  }
  return cost
}

/** A pump is switched where it starts or stops, a gate wherever it moves. */
const isSwitch = ({ kind }: DrainLink, from: number, to: number): boolean =>
  kind === 'pump' ? from > 0 !== to > 0 : Math.abs(to - from) >= MOVED

/** @param stages settings of `links` one after another, that which stands first */
export function switchCost(
  { switches }: Prices,
  { links: all }: DrainModel,
  links: readonly number[],
  stages: readonly (readonly number[])[],
): number {
  let cost = 0
  for (const { l, weight } of switches) {
    const i = links.indexOf(l)
    if (i < 0) continue
    for (let s = 1; s < stages.length; s++) if (isSwitch(all[l], stages[s - 1][i], stages[s][i])) cost += weight
  }
  return cost
}
