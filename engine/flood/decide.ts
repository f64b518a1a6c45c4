/**
 * Pumps by level with hysteresis, and at half speed before the water comes when it rains hard; where a forecast says so, ahead of both:
 * a sump that is empty when the flood wave arrives holds the most. A rule that a person wrote outranks this policy; gates and everything
 * else are left alone. Stages, crews and closures that follow from forecasts are in `acts/`.
 */
import type { EpochMs } from '../base/time.ts'
import { SECOND_MS } from '../base/time.ts'
import type { LowPoint } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Reason } from '../model/incident.ts'
import type { Outcome } from '../model/outcome.ts'
import type { CrewAtPoint, PumpCrews } from '../model/storm.ts'
import { callIn } from './acts/call-in.ts'
import { followPoint, type PointNow, pumpAhead } from './acts/decide.ts'
import { sharePumps } from './acts/pumps-needed.ts'
import { sparedPoints } from './acts/spare.ts'
import { endStorms, logPoint } from './acts/storm.ts'
import { freshForecast } from './acts/threat.ts'
import { DRY_M } from './acts/without.ts'
import { decideDrain } from './control/decide.ts'
import { highest, type Observed } from './observed.ts'
import { modeFor, type PumpMode, SETTING } from './pumps.ts'
import type { FloodState, PointState } from './state.ts'

/** Time in which a pump that was not reached is on its own again. */
const EXPIRES_S = 600
/** A pump that reports less than this is off. */
const OFF_SETTING = 0.05
const SWEEP_MS = SECOND_MS
/** From here on the rain runs off instead of wetting the ground. */
const WET_MM_H = 5

type Known = (Observed & { readonly device: string }) | null

function reasonOf(point: LowPoint, mode: PumpMode, level: Known, rain: Known, ahead: Reason | null): Reason {
  const parts: string[] = []
  const parts_zh: string[] = []
  if (level !== null) {
    parts.push(`water ${level.value.toFixed(2)} m of ${point.threshold_m.toFixed(2)} m`)
    parts_zh.push(`水位 ${level.value.toFixed(2)} 米（警戒 ${point.threshold_m.toFixed(2)} 米）`)
  }
  if (rain !== null) {
    parts.push(`rain ${rain.value.toFixed(1)} mm/h`)
    parts_zh.push(`雨强 ${rain.value.toFixed(1)} 毫米/小时`)
  }
  if (ahead !== null) {
    parts.push(`ahead of the water: ${ahead.text}`)
    parts_zh.push(`提前排空：${ahead.text_zh}`)
  }
  const act = { off: 'Pumps stop', half: 'Pumps run at half speed', full: 'Pumps run at full speed' }[mode]
  const act_zh = { off: '水泵停止', half: '水泵半速运行', full: '水泵全速运行' }[mode]
  return {
    policy: 'flood.pumps',
    text: `${act} at ${point.name.en}: ${parts.join(', ')}`,
    text_zh: `${point.name.zh}${act_zh}：${parts_zh.join('，')}`,
    evidence: [
      ...(level === null ? [] : [`${level.device} level_m=${level.value} at ${level.ts}`]),
      ...(rain === null ? [] : [`${rain.device} rain_mm_h=${rain.value} at ${rain.ts}`]),
      ...(ahead?.evidence ?? []),
    ],
  }
}

/** One point in one step. */
interface Turn {
  readonly state: FloodState
  readonly context: Context
  readonly point: LowPoint
  readonly known: PointState
  readonly level: Known
  readonly rain: Known
  readonly crews: readonly CrewAtPoint[]
  readonly spare: boolean
  readonly pumps: number
  readonly taken: ReadonlySet<string>
  readonly now: EpochMs
  readonly out: Outcome
}

function decidePoint(turn: Turn): void {
  const { state, context, point, level, rain, now, out } = turn
  const acts = state.acts.points.get(point.id)
  if (acts === undefined || context.flood_acts === 'none') return
  const seen = nowAt(turn)
  followPoint(acts, point, seen, context, now, out)
  if (level === null && rain === null && seen.forecast === null) return
  const wet = (level?.value ?? 0) > DRY_M || (rain?.value ?? 0) >= WET_MM_H
  const ahead = pumpAhead(acts, wet, context)
  const reacting = modeFor(turn.known.mode, level === null ? null : level.value / point.threshold_m, rain?.value ?? null)
  const isAhead = SETTING[ahead] > SETTING[reacting]
  runPumps(turn, isAhead ? ahead : reacting, isAhead ? acts.reason : null)
  logPoint(state.acts, context, point, { ...seen, acts, ahead: isAhead }, now, out)
}

function nowAt({ state, context, point, known, level, rain, crews, spare, pumps, now }: Turn): PointNow {
  const capacity = (pump: string): number => context.devices.get(pump)?.params.capacity_m3_s ?? 0
  const holding = (value: Observed | undefined): number | null => (value === undefined || value.until < now ? null : value.value)
  /** As reported; else as it is set, while there is water to take. */
  const flow = (pump: string): number => {
    const setting = holding(state.settings.get(pump)) ?? SETTING[known.mode]
    return holding(state.flows_m3_s.get(pump)) ?? ((level?.value ?? 0) > DRY_M ? setting * capacity(pump) : 0)
  }
  return {
    forecast: freshForecast(state.forecasts.get(point.id), now),
    seen: level === null ? null : { level_m: level.value, ts: level.ts },
    crews: crews.filter((crew) => crew.point === point.id),
    spare,
    pumps,
    pumped: {
      own_m3_s: total(point.pumps, flow),
      reacting_m3_s: (share) => total(point.pumps, capacity) * SETTING[modeFor('off', share, rain?.value ?? null)],
    },
  }
}

const total = (pumps: LowPoint['pumps'], of: (pump: string) => number): number => pumps.reduce((sum, pump) => sum + of(pump), 0)

function runPumps({ state, point, known, level, rain, taken, now, out }: Turn, mode: PumpMode, ahead: Reason | null): void {
  if (mode !== known.mode || known.reason === null) {
    known.mode = mode
    known.reason = reasonOf(point, mode, level, rain, ahead)
  }
  for (const device of point.pumps) {
    const slot = `${device} setting`
    const setting = state.settings.get(device)
    // A pump that is off already needs no command; one that says nothing keeps its local float switch.
    if (taken.has(slot) || (mode === 'off' && !(setting !== undefined && setting.until >= now && setting.value > OFF_SETTING))) continue
    const body = { kind: 'drain.setting', setting: SETTING[mode] } as const
    out.proposals.push({ kind: 'command', slot, device, body, expires_s: EXPIRES_S, reason: known.reason })
  }
}

/** Low points with a new level at once; all of them once a second, for rain, silence and commands that have to be renewed. */
function pointsToDecide(state: FloodState, now: EpochMs): ReadonlySet<string> | ReadonlyMap<string, PointState> {
  if (now - state.swept < SWEEP_MS) return state.touched
  state.swept = now
  return state.points
}

/** @param crewsNow gathers the crews with a pump; asked in steps in which there is something to decide */
export function decideFlood(state: FloodState, context: Context, crewsNow: () => PumpCrews, now: EpochMs, out: Outcome): void {
  const points = pointsToDecide(state, now)
  if (points.size === 0 && state.drain === null) return
  const crews = crewsNow()
  const taken = new Set<string>()
  for (const proposal of out.proposals) if (proposal.kind === 'command') taken.add(proposal.slot)
  decideDrain(state, context, taken, now, out)
  const spared = sparedPoints(state.acts, state.forecasts, crews, now)
  const pumps = sharePumps(state.acts, context, state.forecasts, crews, now)
  const rain = new Map<string, Known>()
  for (const id of points.keys()) {
    const known = state.points.get(id)
    const point = context.low_points.get(id)
    if (known === undefined || point === undefined) continue
    const { district } = point
    if (!rain.has(district)) rain.set(district, highest(state.rain_mm_h, now, district))
    const level = highest(known.levels_m, now)
    decidePoint({
      state,
      context,
      point,
      known,
      level,
      rain: rain.get(district) ?? null,
      crews: crews.at_points,
      spare: spared.has(id),
      pumps: pumps.get(id) ?? 1,
      taken,
      now,
      out,
    })
  }
  if (context.flood_acts !== 'none') callIn(state.acts, context, crews, now, out)
  endStorms(state.acts, context, now, out)
  state.touched.clear()
}
