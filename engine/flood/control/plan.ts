/**
 * The plan: settings of pumps and gates over a rolling horizon, found by trying them on the model (model-predictive control; coordinate descent
 * over a few settings for each actuator and stage, always in the same order, so the same water gives the same plan).
 */
import { SECOND_MS } from '../../base/time.ts'
import type { Drainage } from '../../model/drainage.ts'
import { type DrainState, fading, filling, nextStorage, type RainNow, rainLeft, rainOf, waterOf } from './estimate.ts'
import { type DrainModel, drainModel, stepWater } from './hydraulics.ts'
import { marginsOf } from './margin.ts'
import { energyCost, flowCost, pricesOf, SPARE_PRICE, switchCost } from './price.ts'
import { inflows } from './runoff.ts'
import { stagesAhead } from './tide.ts'

/** As long as a cloudburst's water needs through a district's storages. */
const HORIZON_S = 2 * 3600
/** Steps of the trials: as fine as the network's size leaves enough of them. */
const STEPS_S = [60, 150, 300]
const TRIES_WANTED = 300
/** The first stage is ordered; the second only says what the first may count on. */
const FIRST_S = 15 * 60
/** Closer together near shut: a wide gate does its work there. */
const SETTINGS = [0, 0.03, 0.06, 0.12, 0.25, 0.5, 0.75, 1]
const FINER = [1.2, 1.2, 1.1, 1.05]
/** Openings of the fullest storage's gate when all are to fill alike: a tenth of a decade apart. */
const SHARES = Array.from({ length: 16 }, (_, i) => 10 ** (-i / 10))
/** By how much one gate is opened while another is closed: heads differ, so equal flows are unequal settings. */
const EXCHANGES = [1.2, 1.5, 2].flatMap((up) => [1.2, 1.5, 2, 3].map((down) => ({ up, down })))
/** Pairs are tried up to so many actuators: they grow with the square. */
const EXCHANGED_MAX = 8
/** Flows of single links that one plan may compute: a second on one slow core. */
const WORK = 400_000
/**
 * Flows of single links that one plan may find, iterations counted: a second on one slow core. Where that leaves fewer than so many trials, only the
 * neighbours of what stands are tried, and the plan goes on from there next time (real-time iteration; Diehl et al. 2005).
 */
const FLOWS = 1_500_000
const THOROUGH = 20
/** Two runs of the same model share most of its error; what is left of it is taken to be this share of the losses. */
const DOUBT_SHARE = 0.02
/**
 * A gate that moves has to gain what it changes its flow by over this time: so long the pipes below need to settle, and meanwhile one gate's water
 * meets the other's. And a cubic metre for its whole way, so that it does not move in dry weather.
 */
const SETTLING_S = 60
const SWITCH_M3 = 1

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
  /** What the solver may have wrong about the losses. */
  readonly unsettled_m3: number
}

/** Settings under trial: the first stage of all actuators, then the second. */
type Settings = readonly number[]

interface Search {
  readonly count: number
  /** Actuators that the plan may set. */
  readonly free: readonly number[]
  price(settings: Settings): Price
  /** Takes the settings if they are better than the best so far and there is work left; whether it did. */
  consider(settings: Settings): boolean
  best(): Settings
  /** By what the first trial cost there is work for many. */
  readonly thorough: boolean
}

/** @param fixed actuators that stand as they are set, whatever the plan would like */
export function planSettings(state: DrainState, drainage: Drainage, rain: RainNow, localHour: number, fixed: ReadonlySet<string>): Plan {
  const { actuators } = drainage
  const links = actuators.map((id) => drainModel(drainage).link_of.get(id) ?? 0)
  const now = links.map((l) => state.settings[l])
  const free = actuators.flatMap((id, i) => (fixed.has(id) ? [] : [i]))
  const search = createSearch(prepare(state, drainModel(drainage), rain, localHour), links, now, free)
  const at_rest = search.price([...now, ...now])
  const open = now.map((setting, i) => (free.includes(i) ? 1 : setting))
  if (!search.thorough) {
    if (Math.abs(at_rest.cost) >= SWITCH_M3) nearby(search)
    search.consider([...open, ...open])
    return planOf(search, at_rest)
  }
  search.consider([...now, ...now.map((setting, i) => (free.includes(i) ? state.later[links[i]] : setting))])
  search.consider([...open, ...open])
  const surplus = surplusOf(state, drainModel(drainage), links)
  for (const share of SHARES) {
    const alike = now.map((setting, i) => (free.includes(i) ? share * surplus[i] : setting))
    search.consider([...alike, ...alike])
  }
  // Where nothing is at stake nothing is searched.
  if (Math.abs(at_rest.cost) >= SWITCH_M3) improve(search)
  return planOf(search, at_rest)
}

function planOf(search: Search, at_rest: Price): Plan {
  const best = search.best()
  const { count } = search
  return { first: best.slice(0, count), later: best.slice(count), lost_m3: search.price(best).lost_m3, lost_as_is_m3: at_rest.lost_m3 }
}

/**
 * The published rule, as a place to start from: each gate opens by how much fuller its storage is than the next one below, so that all fill
 * alike (filling degree; Borsányi et al. 2008). As shares of the largest.
 */
function surplusOf(state: DrainState, model: DrainModel, links: readonly number[]): number[] {
  const surplus = links.map((l) => {
    const [from, to] = model.ends[l]
    const below = nextStorage(model, to)
    return Math.max(0, filling(state, model, from) - (below === null ? 0 : filling(state, model, below)))
  })
  const most = Math.max(1e-6, ...surplus)
  return surplus.map((one) => one / most)
}

function createSearch(trial: Trial, links: readonly number[], now: readonly number[], free: readonly number[]): Search {
  const count = links.length
  const tried = new Map<string, Price>()
  const price = (settings: Settings): Price => {
    const key = settings.join()
    const known = tried.get(key) ?? trial.price(links, settings.slice(0, count), settings.slice(count))
    tried.set(key, known)
    return known
  }
  let best: Settings = [...now, ...now]
  const moves = trial.moves(links)
  const moved = (settings: Settings): number =>
    settings.reduce((sum, setting, i) => sum + moves[i % count] * Math.abs(setting - (i < count ? now[i] : settings[i - count])), 0)
  const value = (settings: Settings): number => price(settings).cost + moved(settings)
  let least = value(best)
  const thorough = FLOWS / trial.flows() >= THOROUGH
  // A few trials may find only what the model has wrong: then a gain has to stand clear of that.
  const doubt_m3 = thorough ? 0 : DOUBT_SHARE * price(best).lost_m3
  const consider = (settings: Settings): boolean => {
    if (tried.size >= trial.tries || trial.flows() >= FLOWS) return false
    const cost = value(settings)
    const doubt = doubt_m3 + price(settings).unsettled_m3 + price(best).unsettled_m3
    if (cost >= least - doubt - 1e-9) return false
    best = settings
    least = cost
    return true
  }
  return { count, free, price, consider, thorough, best: () => best }
}

/** Each actuator one step of the scale lower or higher, in both stages, and on in that direction while it gets better. */
function nearby({ count, free, consider, best }: Search): void {
  const lower = (from: number): number | undefined => SETTINGS.findLast((setting) => setting < from - 1e-9)
  const higher = (from: number): number | undefined => SETTINGS.find((setting) => setting > from + 1e-9)
  for (const i of free)
    for (const next of [lower, higher]) {
      let better = true
      while (better) {
        const setting = next(best()[i])
        better = setting !== undefined && consider(best().map((old, k) => (k % count === i ? setting : old)))
      }
    }
}

function improve({ count, free, consider, best }: Search): void {
  // One actuator in one stage, or in both.
  const set = (i: number, setting: number, both: boolean): boolean =>
    setting >= 0 && setting <= 1 && consider(best().map((old, k) => (k === i || (both && k === i + count) ? setting : old)))
  for (const [sweep, finer] of FINER.entries()) {
    let better = false
    for (const i of free)
      for (const k of [i, i + count])
        for (const setting of sweep === 0 ? SETTINGS : [...SETTINGS, best()[k] / finer, best()[k] * finer]) {
          better = set(k, setting, false) || better
          if (k === i) better = set(i, setting, true) || better
        }
    // Where flows share a limit, one gate can only open by as much as another closes.
    for (const up of free)
      for (const down of free)
        if (up !== down && free.length <= EXCHANGED_MAX)
          for (const by of EXCHANGES)
            for (const stages of [2 * count, count]) better = consider(exchanged(best(), up, down, { count, stages, by })) || better
    if (!better && sweep > 1) break
  }
}

/** The same settings with one actuator opened and another closed by a factor, in both stages or in the first. */
function exchanged(
  settings: Settings,
  up: number,
  down: number,
  { count, stages, by }: { readonly count: number; readonly stages: number; readonly by: { readonly up: number; readonly down: number } },
): number[] {
  return settings.map((old, k) => {
    if (k >= stages) return old
    if (k % count === up) return Math.min(1, Math.max(old * by.up, SETTINGS[1]))
    return k % count === down ? old / by.down : old
  })
}

interface Trial {
  /** Prices that may be asked for. */
  readonly tries: number
  /** Flows of single links found so far. */
  flows(): number
  /** What it costs to move each of these from shut to open. */
  moves(links: readonly number[]): readonly number[]
  price(links: readonly number[], first: readonly number[], later: readonly number[]): Price
}

/** The inflows of the horizon do not depend on the settings: they are found once. */
const triesAt = ({ links }: Drainage, step_s: number): number => Math.floor(WORK / Math.max(1, (links.length * HORIZON_S) / step_s))

function prepare(state: DrainState, model: DrainModel, rain: RainNow, localHour: number): Trial {
  const { drainage } = model
  const wetness = state.wetness.map((one) => ({ ...one }))
  const step_s = STEPS_S.find((one) => triesAt(drainage, one) >= TRIES_WANTED) ?? STEPS_S[STEPS_S.length - 1]
  const steps = HORIZON_S / step_s
  const coming = Array.from({ length: steps }, (_, i) => {
    const ahead_s = i * step_s
    const share = rainLeft(ahead_s * SECOND_MS)
    const rate = rainOf(rain)
    const flows = inflows(
      drainage,
      model.node_of,
      wetness,
      (gauge, catchment) => share * rate(gauge, catchment),
      localHour + ahead_s / 3600,
      step_s,
    )
    const faded = fading(ahead_s * SECOND_MS)
    return flows.map((flow, n) => Math.max(0, flow + state.unexplained_m3_s[n] * faded))
  })
  const start = waterOf(state, model)
  const water = waterOf(state, model)
  const pricing = pricesOf(model, marginsOf(state, model, coming, step_s, FIRST_S))
  const settings = Float64Array.from(state.settings)
  const outside = stagesAhead(model, state.stage_m, state.at, localHour, { steps, step_ms: step_s * SECOND_MS })
  const rewind = (): void => {
    water.volume_m3.set(start.volume_m3)
    water.stage_m.set(start.stage_m)
    water.running.set(start.running)
    water.now_m3_s.set(start.now_m3_s)
    water.part_s = start.part_s
    water.unsettled_m3 = 0
  }
  return {
    tries: triesAt(drainage, step_s),
    flows: () => water.work,
    moves(links) {
      rewind()
      const open = settings.map((setting, l) => (links.includes(l) ? 1 : setting))
      stepWater(model, water, coming[0], open, step_s)
      return links.map((l) => pricing.floor * (SWITCH_M3 + SETTLING_S * Math.abs(water.flow_m3_s[l])))
    },
    price(links, first, later) {
      rewind()
      let [cost, lost_m3] = [switchCost(pricing, model, links, [links.map((l) => state.settings[l]), first, later]), 0]
      const before = new Float64Array(drainage.links.length)
      const highest_m3 = Float64Array.from(start.volume_m3)
      for (let i = 0; i < steps; i++) {
        const stage = i * step_s < FIRST_S ? first : later
        for (let k = 0; k < links.length; k++) settings[links[k]] = stage[k]
        for (const { n, stage_m } of outside) water.stage_m[n] = stage_m[i]
        stepWater(model, water, coming[i], settings, step_s)
        for (let n = 0; n < model.nodes.length; n++) {
          lost_m3 += water.lost_m3[n]
          cost += pricing.lost[n] * water.lost_m3[n]
        }
        for (const { n, risk, full_m3 } of pricing.storages) {
          cost += (risk * water.volume_m3[n] ** 2) / full_m3 / steps
          highest_m3[n] = Math.max(highest_m3[n], water.volume_m3[n])
        }
        cost += flowCost(pricing, water, i === 0 ? null : before, step_s) + energyCost(pricing, model, water, step_s)
        before.set(water.flow_m3_s)
      }
      for (const { n, risk, full_m3, spare_m3 } of pricing.storages) {
        cost += (risk * water.volume_m3[n] ** 2) / full_m3
        cost += SPARE_PRICE * pricing.lost[n] * Math.max(0, highest_m3[n] - (full_m3 - spare_m3))
      }
      return { cost, lost_m3, unsettled_m3: water.unsettled_m3 }
    },
  }
}
