/** Passes on the events that are sure enough, and takes them back when they end or nobody sees them any more. */
import type { LonLat } from '../base/geo.ts'
import { insideRing } from '../base/geo.ts'
import type { EpochMs } from '../base/time.ts'
import { MINUTE_MS } from '../base/time.ts'
import type { LowPoint } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import { placeOfDevice } from '../model/context.ts'
import type { Reason } from '../model/incident.ts'
import type { Outcome } from '../model/outcome.ts'
import type { SenseState } from '../sense/state.ts'
import { forgetDoubts, openDoubt } from './doubts.ts'
import type { SeenEvent } from './event.ts'
import { evidenceOf, probability } from './fusion.ts'
import { type EventKind, eventKind, WATERLOGGING } from './kinds.ts'
import { countEvent } from './patrol/found.ts'
import { type CameraState, expireEvents } from './state.ts'
import { thresholdOf } from './trust.ts'

const findLowPoint = (context: Context, at: LonLat): LowPoint | null =>
  context.city.low_points.find(({ outline }) => insideRing(at, outline)) ?? null

function reasonOf(event: SeenEvent, { template, score_min, expires_ms }: EventKind, name: { en: string; zh: string }): Reason {
  const { title } = template
  const score = event.score.toFixed(2)
  const said = {
    none: {
      en: `${title.en} reported by ${name.en}, score ${score} (at least ${score_min})`,
      zh: `${name.zh}发现${title.zh}，置信度 ${score}（阈值 ${score_min}）`,
    },
    ended: { en: `${name.en} reports the end: ${title.en}`, zh: `${name.zh}报告结束：${title.zh}` },
    expired: {
      en: `${title.en} not seen by ${name.en} for ${expires_ms / MINUTE_MS} min`,
      zh: `${name.zh}已 ${expires_ms / MINUTE_MS} 分钟未再发现${title.zh}`,
    },
  }[event.over ?? 'none']
  const media = event.media === null ? [] : [`media ${event.media}`]
  const evidence = [`${event.device} event ${event.id} ${event.type} score=${event.score} at ${event.ts}`, ...media]
  return { policy: 'camera.events', text: said.en, text_zh: said.zh, evidence }
}

function signal(context: Context, key: string, event: SeenEvent, kind: EventKind, out: Outcome): void {
  const at = event.at ?? placeOfDevice(context, event.device)
  const low_point = event.type === 'road.flooded' ? findLowPoint(context, at) : null
  const name = context.devices.get(event.device)?.name ?? { en: event.device, zh: event.device }
  out.proposals.push({
    kind: 'signal',
    key: `event ${key}`,
    active: event.over === null,
    template: low_point === null ? kind.template : { ...kind.template, class: WATERLOGGING },
    severity: kind.severity,
    at,
    device: event.device,
    place: low_point?.id ?? null,
    reason: reasonOf(event, kind, name),
  })
}

/** Two sources or more that together are this sure need no person. */
const SURE = 0.85
/** Below this nobody is asked. */
const DOUBTFUL = 0.35

/** Whether the event is to be passed on. Either way a person may judge it; one that is not, and may well be true, is put to them first. */
function isSure(state: CameraState, context: Context, key: string, event: SeenEvent, sense: SenseState, now: EpochMs): boolean {
  if (event.verdict !== null) return event.verdict
  const placeOf = ({ at, device }: SeenEvent): LonLat => at ?? placeOfDevice(context, device)
  const around = { trust: state.trust, events: state.events.values(), reports: state.reports, sense, placeOf }
  const evidence = evidenceOf(event, around, context, now)
  const chance = probability(evidence)
  const alone = event.score >= thresholdOf(state.trust, event.device, event.type)
  const against = evidence.some(({ from, log_odds }) => from === 'sensor' && log_odds < 0)
  const raised = (alone && !against) || (chance >= SURE && evidence.length > 1)
  if (alone || chance >= DOUBTFUL) openDoubt(state, key, event, { at: placeOf(event), probability: chance, evidence, raised }, now)
  return raised
}

export function decideCamera(state: CameraState, context: Context, sense: SenseState, now: EpochMs, out: Outcome): void {
  expireEvents(state, now)
  forgetDoubts(state, now)
  const count = (event: SeenEvent, change: 1 | -1): void =>
    countEvent(state.patrol, context.city, event, event.at ?? placeOfDevice(context, event.device), change, now)
  for (const key of state.touched) {
    const event = state.events.get(key)
    if (event === undefined) continue
    const kind = eventKind(event.type)
    if (event.over === null && !event.signalled) {
      if (!isSure(state, context, key, event, sense, now)) continue
      event.signalled = true
      count(event, 1)
      signal(context, key, event, kind, out)
    } else if (event.over !== null || event.verdict === false) {
      if (event.signalled && event.verdict === false) count(event, -1)
      if (event.signalled) signal(context, key, event.over === null ? { ...event, over: 'ended' } : event, kind, out)
      event.signalled = false
      if (event.over !== null) state.events.delete(key)
    }
  }
  state.touched.clear()
}
