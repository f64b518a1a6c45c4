/**
 * From forecast to act at one low point: the warning stage, the incident with its crew, the road, word to those near it, pumps ahead.
 * By reaction only, stages are followed and storms logged all the same, and nothing is asked for.
 */
import { distance_m } from '../../base/geo.ts'
import type { EpochMs } from '../../base/time.ts'
import { deviceKey, type LowPoint } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { Reason } from '../../model/incident.ts'
import type { Outcome } from '../../model/outcome.ts'
import { type FloodStage, isAtLeast, STAGE_NAMES } from '../../model/storm.ts'
import type { PumpMode } from '../pumps.ts'
import { moveClosure } from './closure.ts'
import { foresee } from './incident.ts'
import { moveStage } from './stage.ts'
import type { PointActs } from './state.ts'
import type { Moment } from './storm.ts'
import { chanceWithin, waveOf } from './threat.ts'

/** Cameras with a loudspeaker so near to a low point are heard by those who drive there. */
const HEARD_M = 300
const NOTICE_S = 600

/** What is known of the point in this step. */
export interface PointNow extends Omit<Moment, 'acts' | 'ahead'> {
  /** A crew with a pump is free that nobody else may need. */
  readonly spare: boolean
  /** Crews with a pump to ask for where any is sent. */
  readonly pumps: number
}

/** Stage, incident and road. */
export function followPoint(acts: PointActs, point: LowPoint, known: PointNow, context: Context, now: EpochMs, out: Outcome): void {
  const { forecast, seen } = known
  const before = acts.warning.stage
  const share = seen === null ? null : { share: seen.level_m / point.threshold_m, ts: seen.ts }
  if (moveStage(acts.warning, forecast, share, known.spare, now)) {
    acts.reason = stageReason(point, before, acts.warning.stage, known, now)
    out.facts.push({ kind: 'flood_stage', ts: now, point: point.id, stage: acts.warning.stage, before, reason: acts.reason })
  }
  if (context.flood_acts !== 'forecast') return
  foresee(acts, point, known, context, now, out)
  if (moveClosure(acts.closure, point, forecast, seen, now)) tellPeople(acts, point, known, context, now, out)
}

/** Pumps run at full speed for water that is likely to come, and as soon as there is any for water that may; until then at half speed. */
export function pumpAhead({ warning }: PointActs, wet: boolean, context: Context): PumpMode {
  if (context.flood_acts !== 'forecast' || !isAtLeast(warning.stage, 'prepare')) return 'off'
  return wet || isAtLeast(warning.stage, 'act') ? 'full' : 'half'
}

function stageReason(point: LowPoint, before: FloodStage, stage: FloodStage, { forecast, seen }: PointNow, now: EpochMs): Reason {
  const en: string[] = []
  const zh: string[] = []
  if (forecast !== null) {
    const share = Math.round(100 * chanceWithin(forecast, 120, now))
    const { peak_m } = waveOf(forecast)
    en.push(`chance ${share} % of passing ${point.threshold_m} m within two hours, up to ${peak_m.toFixed(2)} m`)
    zh.push(`两小时内超过 ${point.threshold_m} 米的概率 ${share}%，最深 ${peak_m.toFixed(2)} 米`)
    if (forecast.crossing !== null && forecast.crossing > now) {
      const min = Math.round((forecast.crossing - now) / 60_000)
      en.push(`in ${min} min`)
      zh.push(`约 ${min} 分钟后`)
    }
  }
  if (seen !== null) {
    en.push(`water ${seen.level_m.toFixed(2)} m now`)
    zh.push(`当前水深 ${seen.level_m.toFixed(2)} 米`)
  }
  const change = isAtLeast(stage, before) ? { en: 'up to', zh: '升至' } : { en: 'down to', zh: '降至' }
  return {
    policy: 'flood.stage',
    text: `${point.name.en} ${change.en} ${STAGE_NAMES[stage].en}: ${en.join(', ')}`,
    text_zh: `${point.name.zh}${change.zh}${STAGE_NAMES[stage].zh}：${zh.join('，')}`,
    evidence: [
      ...(forecast === null ? [] : [`forecast ${point.id} ${forecast.basis} issued ${forecast.issued}`]),
      ...(seen === null ? [] : [`level_m=${seen.level_m} at ${seen.ts}`]),
    ],
  }
}

/** The road was closed or opened: cameras with a loudspeaker say so, and the crews at the point set out or take in their barriers. */
function tellPeople(acts: PointActs, point: LowPoint, { crews }: PointNow, context: Context, now: EpochMs, out: Outcome): void {
  const { closed } = acts.closure
  const why = closed?.why ?? { zh: `${point.name.zh}积水已退`, en: `the water at ${point.name.en} has gone` }
  const said =
    closed === null ? { zh: '恢复通行', en: 'The road is open again' } : { zh: '前方道路封闭，请绕行', en: 'Road closed, turn around' }
  const asked = closed === null ? { zh: '请撤除路障', en: 'Take in the barriers' } : { zh: '请设置路障', en: 'Set out the barriers' }
  const reason: Reason = { policy: 'flood.closure', text: why.en, text_zh: why.zh, evidence: [`low point ${point.id}`] }
  const tell = (device: string, to: string, text: { zh: string; en: string }): void => {
    out.proposals.push({
      kind: 'command',
      slot: `${device} notice flood.closure ${point.id} ${now}`,
      device,
      body: { kind: 'notice', to, text: `${text.en}: ${why.en}`, text_zh: `${text.zh}：${why.zh}` },
      expires_s: NOTICE_S,
      reason,
    })
  }
  for (const { domain, district, id, at } of context.city.devices) {
    if (domain === 'camera' && distance_m(at, point.at) <= HEARD_M) tell(deviceKey(district, domain, id), 'drivers', said)
  }
  for (const { crew } of crews) tell(crew, 'crew', asked)
}
