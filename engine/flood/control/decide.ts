/**
 * Pumps and gates of a drain network: estimate, plan, order. Where the gauge that an actuator lives by is silent, a rule takes the plan's place;
 * where all are silent nothing is ordered, the commands end and the pump house goes by its own floats.
 */
import { type EpochMs, MINUTE_MS } from '../../base/time.ts'
import { deviceKey, splitKey } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { Drainage, DrainLink } from '../../model/drainage.ts'
import type { Reason } from '../../model/incident.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { FloodState } from '../state.ts'
import { type DrainState, estimate, filling, fillingSd, nextStorage, type RainNow, rainLeft } from './estimate.ts'
import { type DrainModel, drainModel } from './hydraulics.ts'
import { type Plan, planSettings } from './plan.ts'

/** The plan is made anew this often at the most. */
const PLAN_MS = MINUTE_MS
/** Three missed plans of five minutes: then the pump house is on its own. */
const EXPIRES_S = 900
/** Finer than any gate stands. */
const ROUNDING = 1000
/** A wet well below this is left to fill: a pump that draws air is a pump to repair. */
const DRY_M = 0.05

/** Orders for the network's actuators, when a plan is due. */
export function decideDrain(flood: FloodState, context: Context, taken: ReadonlySet<string>, now: EpochMs, out: Outcome): void {
  const { drainage } = context.city
  const state = flood.drain
  if (drainage === undefined || state === null || drainage.actuators.length === 0) return
  if (state.at !== 0 && now - state.at < PLAN_MS) return
  const model = drainModel(drainage)
  readSettings(flood, drainage, model, now)
  const rain = rainNow(flood, drainage, now)
  const hour = context.localHour(now)
  estimate(state, drainage, rain ?? DRY, hour, now)
  if (![...state.gauges.values()].some(({ until }) => until >= now)) return
  const ruled = new Map<string, number>()
  for (const id of drainage.actuators) {
    const link = linkOf(drainage, model, id)
    if (link !== undefined && isBlind(state, link, now)) ruled.set(id, ruleFor(state, model, link))
  }
  for (const [id, setting] of ruled) state.settings[model.link_of.get(id) ?? 0] = setting
  const plan = planSettings(state, drainage, rain ?? DRY, hour, new Set(ruled.keys()))
  for (const [i, id] of drainage.actuators.entries()) {
    const l = model.link_of.get(id)
    if (l === undefined) continue
    const link = drainage.links[l]
    const wanted = ruled.get(id) ?? plan.first[i]
    const dry = link.kind === 'pump' && wanted > 0 && isDry(state, model, link)
    const setting = dry ? 0 : Math.round(Math.min(1, Math.max(0, wanted)) * ROUNDING) / ROUNDING
    state.later[l] = plan.later[i]
    const device = deviceKey(drainage.district, 'drain', id)
    const slot = `${device} setting`
    if (taken.has(slot)) continue
    state.settings[l] = setting
    const reason = reasonFor(state, model, link, setting, { plan, dry, ruled: ruled.has(id), rain }, now)
    out.proposals.push({ kind: 'command', slot, device, body: { kind: 'drain.setting', setting }, expires_s: EXPIRES_S, reason })
  }
}

const DRY: RainNow = { by_id: new Map(), mean_mm_h: 0 }

const linkOf = (drainage: Drainage, model: DrainModel, id: string): DrainLink | undefined => drainage.links[model.link_of.get(id) ?? -1]

/** What actuators report goes before what was ordered: somebody may have set them by hand. */
function readSettings(flood: FloodState, drainage: Drainage, model: DrainModel, now: EpochMs): void {
  for (const id of drainage.actuators) {
    const l = model.link_of.get(id)
    const told = flood.settings.get(deviceKey(drainage.district, 'drain', id))
    if (flood.drain !== null && l !== undefined && told !== undefined && told.until >= now)
      flood.drain.settings[l] = Math.min(1, Math.max(0, told.value))
  }
}

/** Rain that has died away to this says nothing more. */
const RAIN_LEFT_MIN = 0.02

/** What the gauges say; where all are silent the rain does not stop at once, it dies away as it does in the plan. */
function rainNow({ rain_mm_h }: FloodState, { district }: Drainage, now: EpochMs): RainNow | null {
  const here = [...rain_mm_h].filter(([device]) => splitKey(device).district === district)
  const live = here.filter(([, { until }]) => until >= now)
  const by_id = new Map<string, number>()
  for (const [device, { value, ts, until }] of live.length > 0 ? live : here) {
    const left = until >= now ? 1 : rainLeft(now - ts)
    if (left >= RAIN_LEFT_MIN) by_id.set(splitKey(device).id, left * value)
  }
  const sum = [...by_id.values()].reduce((total, value) => total + value, 0)
  return by_id.size === 0 ? null : { by_id, mean_mm_h: sum / by_id.size }
}

/** So long the estimate goes on by the rain and the other gauges; then its water is a guess. */
const BLIND_MS = 60 * MINUTE_MS

/** The storage or wet well that a link draws from has a gauge, and it is silent. */
function isBlind(state: DrainState, { from }: DrainLink, now: EpochMs): boolean {
  const gauge = state.gauges.get(from)
  return gauge !== undefined && now - gauge.ts > BLIND_MS
}

/**
 * Without its gauge: a gate opens by how much fuller the model has its storage than what lies below it, so that all fill alike; a pump runs
 * while its well holds water.
 */
function ruleFor(state: DrainState, model: DrainModel, link: DrainLink): number {
  const [from, to] = model.ends[model.link_of.get(link.id) ?? 0]
  if (link.kind === 'pump') return isDry(state, model, link) ? 0 : 1
  const below = nextStorage(model, to)
  const room = below === null ? 0 : filling(state, model, below)
  return Math.min(1, Math.max(0, filling(state, model, from) - room))
}

function isDry(state: DrainState, model: DrainModel, link: Extract<DrainLink, { kind: 'pump' }>): boolean {
  const [from] = model.ends[model.link_of.get(link.id) ?? 0]
  const { top_m } = model.nodes[from]
  const depth = filling(state, model, from) * top_m
  const gauge = state.gauges.get(link.from)
  // A gauge that is heard says it itself; the model's well may hold water that is not there.
  const seen = gauge === undefined ? depth : Math.min(depth, gauge.level_m)
  return seen <= Math.min(DRY_M, top_m / 10)
}

interface Why {
  readonly plan: Plan
  readonly dry: boolean
  readonly ruled: boolean
  readonly rain: RainNow | null
}

function reasonFor(state: DrainState, model: DrainModel, link: DrainLink, setting: number, why: Why, now: EpochMs): Reason {
  const [from, to] = model.ends[model.link_of.get(link.id) ?? 0]
  const below = nextStorage(model, to)
  // A gauge with noise leaves the filling open: that is said from a hundredth on.
  const pct = (n: number): string => {
    const sd = 100 * fillingSd(state, model, n)
    return `${(100 * filling(state, model, n)).toFixed(0)}${sd >= 1 ? ` ± ${sd.toFixed(0)}` : ''}`
  }
  const set = (100 * setting).toFixed(0)
  const pump = link.kind === 'pump'
  const act = pump ? `Pump ${link.id} to ${set} %` : `Gate ${link.id} to ${set} % open`
  const act_zh = pump ? `水泵 ${link.id} 调至 ${set} %` : `闸门 ${link.id} 开度 ${set} %`
  const there = `${link.from} ${pct(from)} % full${below === null ? '' : `, ${model.drainage.nodes[below].id} below it ${pct(below)} %`}`
  const there_zh = `${link.from} 充满度 ${pct(from)} %${below === null ? '' : `，下游 ${model.drainage.nodes[below].id} ${pct(below)} %`}`
  const { text, text_zh } = causeOf(why, link)
  const gauge = state.gauges.get(link.from)
  return {
    policy: why.ruled ? 'flood.drain.rule' : 'flood.drain.plan',
    text: `${act}: ${there}; ${text}`,
    text_zh: `${act_zh}：${there_zh}；${text_zh}`,
    evidence: [
      ...(gauge === undefined ? [] : [`${deviceKey(model.drainage.district, 'flood', link.from)} level_m=${gauge.level_m} at ${gauge.ts}`]),
      ...(why.rain === null ? [] : [`rain ${why.rain.mean_mm_h.toFixed(1)} mm/h at ${now}`]),
    ],
  }
}

function causeOf({ plan, dry, ruled }: Why, link: DrainLink): { readonly text: string; readonly text_zh: string } {
  if (dry) return { text: 'the wet well is empty, a dry pump breaks', text_zh: '集水井已空，防止水泵干转' }
  if (ruled)
    return { text: `gauge ${link.from} is silent, equal filling by the model`, text_zh: `水位计 ${link.from} 无数据，按模型均衡充满度` }
  const lost = plan.lost_m3.toFixed(0)
  const as_is = plan.lost_as_is_m3.toFixed(0)
  return {
    text: `planned two hours ahead: ${lost} m³ over the rims, ${as_is} m³ if nothing changed`,
    text_zh: `未来两小时预计溢流 ${lost} 立方米，保持现状则为 ${as_is} 立方米`,
  }
}
