/**
 * Pumps by level with hysteresis, and at half speed before the water comes when it rains hard: a sump that is empty when the flood
 * wave arrives holds the most. A rule that a person wrote outranks this policy; gates and everything else are left alone.
 */
import type { EpochMs } from '../base/time.ts'
import { SECOND_MS } from '../base/time.ts'
import type { LowPoint } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Reason } from '../model/incident.ts'
import type { Outcome } from '../model/outcome.ts'
import { decideDrain } from './control/decide.ts'
import { highest, type Observed } from './observed.ts'
import { modeFor, type PumpMode, SETTING } from './pumps.ts'
import type { FloodState, PointState } from './state.ts'

/** Time in which a pump that was not reached is on its own again. */
const EXPIRES_S = 600
/** A pump that reports less than this is off. */
const OFF_SETTING = 0.05
const SWEEP_MS = SECOND_MS

type Known = (Observed & { readonly device: string }) | null

function reasonOf(point: LowPoint, mode: PumpMode, level: Known, rain: Known): Reason {
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
  const act = { off: 'Pumps stop', half: 'Pumps run at half speed', full: 'Pumps run at full speed' }[mode]
  const act_zh = { off: '水泵停止', half: '水泵半速运行', full: '水泵全速运行' }[mode]
  return {
    policy: 'flood.pumps',
    text: `${act} at ${point.name.en}: ${parts.join(', ')}`,
    text_zh: `${point.name.zh}${act_zh}：${parts_zh.join('，')}`,
    evidence: [
      ...(level === null ? [] : [`${level.device} level_m=${level.value} at ${level.ts}`]),
      ...(rain === null ? [] : [`${rain.device} rain_mm_h=${rain.value} at ${rain.ts}`]),
    ],
  }
}

function decidePoint(
  state: FloodState,
  point: LowPoint,
  known: PointState,
  rain: Known,
  taken: ReadonlySet<string>,
  now: EpochMs,
  out: Outcome,
): void {
  const level = highest(known.levels_m, now)
  if (level === null && rain === null) return
  const mode = modeFor(known.mode, level === null ? null : level.value / point.threshold_m, rain?.value ?? null)
  if (mode !== known.mode || known.reason === null) {
    known.mode = mode
    known.reason = reasonOf(point, mode, level, rain)
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

export function decideFlood(state: FloodState, context: Context, now: EpochMs, out: Outcome): void {
  const points = pointsToDecide(state, now)
  if (points.size === 0 && state.drain === null) return
  const taken = new Set<string>()
  for (const proposal of out.proposals) if (proposal.kind === 'command') taken.add(proposal.slot)
  decideDrain(state, context, taken, now, out)
  const rain = new Map<string, Known>()
  for (const id of points.keys()) {
    const known = state.points.get(id)
    const point = context.low_points.get(id)
    if (known === undefined || point === undefined) continue
    const { district } = point
    if (!rain.has(district)) rain.set(district, highest(state.rain_mm_h, now, district))
    decidePoint(state, point, known, rain.get(district) ?? null, taken, now, out)
  }
  state.touched.clear()
}
