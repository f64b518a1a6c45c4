/**
 * The plan: settings of pumps and gates over a rolling horizon, found by trying them on the model (model-predictive control; coordinate descent
 * over a few settings for each actuator and stage, always in the same order, so the same water gives the same plan).
 */
import { SECOND_MS } from '../../base/time.ts'
import type { Drainage } from '../../model/drainage.ts'
import { type DrainState, fading, type RainNow, rainOf, waterOf } from './estimate.ts'
import { type DrainModel, drainModel, fullVolume_m3, stepWater } from './hydraulics.ts'
import { inflows } from './runoff.ts'

/** As long as a cloudburst's water needs through a district's storages. */
const HORIZON_S = 2 * 3600
/** Coarser than the estimate's: the plan compares, it does not measure. */
const STEP_S = 300
/** The first stage is ordered; the second only says what the first may count on. */
const FIRST_S = 15 * 60
/** Closer together near shut: a wide gate does its work there. */
const SETTINGS = [0, 0.03, 0.06, 0.12, 0.25, 0.5, 0.75, 1]
const FINER = 1.2
const SWEEPS = 3
const EXCHANGES = [1.2, 2]
/** Pairs are tried up to so many actuators: they grow with the square. */
const EXCHANGED_MAX = 8
/** Flows of single links that one plan may compute: a second on one slow core. */
const WORK = 400_000
/** Without a nowcast rain stays for as long as a shower's core needs to pass, then dies away. */
const RAIN_STAYS_S = 15 * 60
const RAIN_FADES_S = 30 * 60
/** A flow limit is kept with this to spare, at a quarter of its price: the model is not exact. */
const LIMIT_SHARE = 0.9
const SPARE_PRICE = 0.25
/**
 * What a full storage costs of what its overflow would: rain that nobody has forecast. Being quadratic it is least, for the same water,
 * where all storages are filled alike (equal filling degree; Borsányi et al. 2008).
 */
const RISK = 0.1
/** A change of a setting by 1 has to be worth this share of the cost, or as many m³ of flooding. */
const SWITCH_SHARE = 0.0005
const SWITCH_M3 = 0.2

export interface Plan {
  /** By actuator, in the order of `drainage.actuators`. */
  readonly first: readonly number[]
  readonly later: readonly number[]
  /** Water lost over the rims as planned, and as it stands, m³. */
  readonly lost_m3: number
  readonly lost_as_is_m3: number
}

interface Price {
  readonly cost: number
  readonly lost_m3: number
}

export function planSettings(state: DrainState, drainage: Drainage, rain: RainNow, localHour: number, fixed: ReadonlySet<string>): Plan {
  const model = drainModel(drainage)
  const trial = prepare(state, model, rain, localHour)
  const links = drainage.actuators.map((id) => model.link_of.get(id) ?? 0)
  const count = links.length
  const now = links.map((l) => state.settings[l])
  // A vector holds the first stage of all actuators, then the second.
  const tried = new Map<string, Price>()
  const price = (vector: readonly number[]): Price => {
    const key = vector.join()
    const known = tried.get(key) ?? trial.price(links, vector.slice(0, count), vector.slice(count))
    tried.set(key, known)
    return known
  }
  const switching = (vector: readonly number[], scale: number): number =>
    vector.reduce((sum, setting, i) => sum + Math.abs(setting - (i < count ? now[i] : vector[i - count])) * scale, 0)
  const as_is = [...now, ...now]
  const at_rest = price(as_is)
  const open = links.flatMap((_, i) => (fixed.has(drainage.actuators[i]) ? [now[i]] : [1]))
  const scale = SWITCH_M3 + SWITCH_SHARE * Math.abs(at_rest.cost)
  const value = (vector: readonly number[]): number => price(vector).cost + switching(vector, scale)
  const carried = [...now, ...links.map((l, i) => (fixed.has(drainage.actuators[i]) ? now[i] : state.later[l]))]
  let best = as_is
  let least = value(as_is)
  const tries = Math.max(count, Math.floor(WORK / (drainage.links.length * (HORIZON_S / STEP_S))))
  const consider = (vector: readonly number[]): boolean => {
    if (tried.size >= tries) return false
    const cost = value(vector)
    if (cost >= least - 1e-9) return false
    best = [...vector]
    least = cost
    return true
  }
  consider(carried)
  consider([...open, ...open])
  const free = links.map((_, i) => i).filter((i) => !fixed.has(drainage.actuators[i]))
  // One actuator in one stage, or in both.
  const set = (i: number, setting: number, both: boolean): boolean =>
    setting >= 0 && setting <= 1 && consider(best.map((old, k) => (k === i || (both && k === i + count) ? setting : old)))
  // Where nothing is at stake nothing is searched.
  const sweeps = Math.abs(at_rest.cost) < SWITCH_M3 ? 0 : SWEEPS
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let better = false
    for (const i of free)
      for (const k of [i, i + count])
        for (const setting of sweep === 0 ? SETTINGS : [...SETTINGS, best[k] / FINER, best[k] * FINER]) {
          better = set(k, setting, false) || better
          if (k === i) better = set(i, setting, true) || better
        }
    // Where flows share a limit, one gate can only open by as much as another closes.
    for (const up of free)
      for (const down of free)
        if (up !== down && free.length <= EXCHANGED_MAX)
          for (const factor of EXCHANGES) better = consider(exchanged(best, up, down, count, factor)) || better
    if (!better && sweep > 0) break
  }
  const planned = price(best)
  return {
    first: best.slice(0, count),
    later: best.slice(count),
    lost_m3: planned.lost_m3,
    lost_as_is_m3: at_rest.lost_m3,
  }
}

/** The same vector with one actuator opened and another closed by a factor, in both stages. */
function exchanged(vector: readonly number[], up: number, down: number, count: number, factor: number): number[] {
  return vector.map((old, k) => {
    if (k % count === up) return Math.min(1, Math.max(old, SETTINGS[1] / factor) * factor)
    return k % count === down ? old / factor : old
  })
}

interface Trial {
  price(links: readonly number[], first: readonly number[], later: readonly number[]): Price
}

/** The inflows of the horizon do not depend on the settings: they are found once. */
function prepare(state: DrainState, model: DrainModel, rain: RainNow, localHour: number): Trial {
  const { drainage } = model
  const wetness = state.wetness.map((one) => ({ ...one }))
  const steps = HORIZON_S / STEP_S
  const coming = Array.from({ length: steps }, (_, i) => {
    const ahead_s = i * STEP_S
    const share = ahead_s < RAIN_STAYS_S ? 1 : Math.exp(-(ahead_s - RAIN_STAYS_S) / RAIN_FADES_S)
    const rate = rainOf(rain)
    const flows = inflows(
      drainage,
      model.node_of,
      wetness,
      (gauge, catchment) => share * rate(gauge, catchment),
      localHour + ahead_s / 3600,
      STEP_S,
    )
    const faded = fading(ahead_s * SECOND_MS)
    return flows.map((flow, n) => Math.max(0, flow + state.unexplained_m3_s[n] * faded))
  })
  const start = waterOf(state, model)
  const water = waterOf(state, model)
  const pricing = pricesOf(model)
  const settings = Float64Array.from(state.settings)
  return {
    price(links, first, later) {
      water.volume_m3.set(start.volume_m3)
      water.running.set(start.running)
      let [cost, lost_m3] = [0, 0]
      const before = new Float64Array(drainage.links.length)
      for (let i = 0; i < steps; i++) {
        const stage = i * STEP_S < FIRST_S ? first : later
        for (let k = 0; k < links.length; k++) settings[links[k]] = stage[k]
        stepWater(model, water, coming[i], settings, STEP_S)
        for (let n = 0; n < model.nodes.length; n++) {
          lost_m3 += water.lost_m3[n]
          cost += pricing.lost[n] * water.lost_m3[n]
        }
        for (const { n, risk, full_m3 } of pricing.storages) cost += (risk * water.volume_m3[n] ** 2) / full_m3 / steps
        for (const { l, on, weight, limit_m3_s } of pricing.flows) {
          const flow = Math.abs(water.flow_m3_s[l])
          if (on === 'flow') cost += weight * flow * STEP_S
          else if (on === 'flow_change') cost += i === 0 ? 0 : weight * Math.abs(flow - Math.abs(before[l])) * STEP_S
          else cost += weight * STEP_S * (Math.max(0, flow - limit_m3_s) + SPARE_PRICE * Math.max(0, flow - LIMIT_SHARE * limit_m3_s))
        }
        before.set(water.flow_m3_s)
      }
      for (const { n, risk, full_m3 } of pricing.storages) cost += (risk * water.volume_m3[n] ** 2) / full_m3
      return { cost, lost_m3 }
    },
  }
}

/** Water lost where nobody has put a price is lost to the people there all the same: it may not be what pays for the rest. */
const UNLISTED_SHARE = 0.8

interface Prices {
  readonly lost: Float64Array
  readonly storages: readonly { readonly n: number; readonly risk: number; readonly full_m3: number }[]
  readonly flows: readonly {
    readonly l: number
    readonly on: 'flow' | 'flow_change' | 'flow_over'
    readonly weight: number
    readonly limit_m3_s: number
  }[]
}

function pricesOf({ drainage, node_of, link_of, nodes }: DrainModel): Prices {
  // What a cubic metre of harm costs at the least; benefits (negative weights) are no harm.
  const harms = drainage.terms.filter(({ on, weight }) => (on === 'flooding' || on === 'flow_over') && weight > 0)
  const floor = harms.length === 0 ? 1 : Math.min(...harms.map(({ weight }) => weight))
  const lost = new Float64Array(nodes.length).fill(floor * UNLISTED_SHARE)
  for (const term of drainage.terms) {
    const n = term.on === 'flooding' ? node_of.get(term.node) : undefined
    if (n !== undefined && term.on === 'flooding') lost[n] = term.weight
  }
  return {
    lost,
    storages: drainage.nodes.flatMap(({ kind }, n) =>
      kind === 'storage' ? [{ n, risk: RISK * floor, full_m3: fullVolume_m3(nodes[n]) }] : [],
    ),
    flows: drainage.terms.flatMap((term) => {
      if (term.on === 'flooding') return []
      const l = link_of.get(term.link)
      const limit_m3_s = term.on === 'flow_over' ? term.limit_m3_s : 0
      return l === undefined ? [] : [{ l, on: term.on, weight: term.weight, limit_m3_s }]
    }),
  }
}
