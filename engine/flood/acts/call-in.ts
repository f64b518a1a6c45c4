/**
 * Crews that are off duty and asked to come in, when more low points are warned of than crews with a pump are on duty (三级响应:
 * 抢险队伍集结待命). Nobody is ordered: whoever comes presses the shift button, and only then is sent anywhere.
 */
import { distance_m, type LonLat } from '../../base/geo.ts'
import type { EpochMs } from '../../base/time.ts'
import { HOUR_MS } from '../../base/time.ts'
import type { DeviceKey, LowPoint } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { Reason } from '../../model/incident.ts'
import type { Outcome } from '../../model/outcome.ts'
import { isAtLeast, type PumpCrews } from '../../model/storm.ts'
import type { ActsState } from './state.ts'

/** Nobody is asked again sooner; who has not come by then is not counted on. */
const AGAIN_MS = 3 * HOUR_MS
const NOTICE_S = 1800
/** A storm that has reached so many points reaches more than those that a nowcast of one hour shows: so large a reserve is called. */
const RESERVE = { from_points: 3, share: 0.5 }

/** By forecast for every point that is prepared for; by reaction for every point under water. */
export function callIn(state: ActsState, context: Context, crews: PumpCrews, now: EpochMs, out: Outcome): void {
  const least = context.flood_acts === 'forecast' ? 'prepare' : 'flooded'
  const points = context.city.low_points.filter(({ id }) => isAtLeast(state.points.get(id)?.warning.stage ?? 'none', least))
  for (const [crew, at] of state.called) if (now - at >= AGAIN_MS) state.called.delete(crew)
  const coming = crews.off.filter(({ crew }) => state.called.has(crew)).length
  const reserve = points.length >= RESERVE.from_points ? Math.ceil(RESERVE.share * points.length) : 0
  const missing = points.length + reserve - crews.on_duty - coming
  if (missing <= 0) return
  const asked = crews.off.filter(({ crew }) => !state.called.has(crew)).sort((a, b) => near_m(a.at, points) - near_m(b.at, points))
  const reason = reasonOf(points, crews.on_duty)
  for (const { crew } of asked.slice(0, missing)) {
    state.called.set(crew, now)
    ask(crew, reason, now, out)
  }
}

const near_m = (at: LonLat, points: readonly LowPoint[]): number => Math.min(...points.map((point) => distance_m(point.at, at)))

function ask(crew: DeviceKey, reason: Reason, now: EpochMs, out: Outcome): void {
  out.proposals.push({
    kind: 'command',
    slot: `${crew} notice flood.call_in ${now}`,
    device: crew,
    body: { kind: 'notice', to: 'call_in', text: `Please come in: ${reason.text}`, text_zh: `请到岗备勤：${reason.text_zh}` },
    expires_s: NOTICE_S,
    reason,
  })
}

function reasonOf(points: readonly LowPoint[], on_duty: number): Reason {
  return {
    policy: 'flood.call_in',
    text: `${points.length} low points are warned of, ${on_duty} crews with a pump are on duty`,
    text_zh: `${points.length} 处低洼点预警，在岗排水班组 ${on_duty} 个`,
    evidence: points.map(({ id }) => `low point ${id}`),
  }
}
