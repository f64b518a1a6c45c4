/** What a person is asked: events that neither the camera alone nor all that is known around decides, and what people said of them. */
import type { EpochMs } from '../base/time.ts'
import { DAY_MS } from '../base/time.ts'
import type { Context } from '../model/context.ts'
import type { OperatorAct } from '../model/observation.ts'
import { answerOperator, type Outcome } from '../model/outcome.ts'
import type { Doubt, SeenEvent } from './event.ts'
import type { CameraState } from './state.ts'
import { noteVerdict } from './trust.ts'

const DOUBTS_MAX = 500
/** An event that nobody could look at in a day teaches nothing any more. */
const KEPT_MS = DAY_MS
/** So many volunteers who agree are a person at a desk. */
const AGREEING = 2

export function openDoubt(
  state: CameraState,
  key: string,
  event: SeenEvent,
  found: Pick<Doubt, 'at' | 'probability' | 'evidence' | 'raised'>,
  now: EpochMs,
): void {
  const known = state.doubts.get(key)
  const { ts, score, media } = event
  if (known !== undefined) {
    Object.assign(known, { ts, score, media, ...found })
    return
  }
  const { device, type } = event
  state.doubts.set(key, { key, device, type, opened: now, ts, score, media, ...found, verdict: null, labels: new Map() })
  if (state.doubts.size <= DOUBTS_MAX) return
  for (const oldest of state.doubts.keys()) {
    state.doubts.delete(oldest)
    break
  }
}

export function forgetDoubts(state: CameraState, now: EpochMs): void {
  for (const [key, { opened }] of state.doubts) {
    if (now - opened < KEPT_MS) break
    state.doubts.delete(key)
  }
}

/** The verdict teaches the camera, and makes the incident or takes it back while the event goes on. */
function settle(state: CameraState, doubt: Doubt, verdict: boolean): void {
  doubt.verdict = verdict
  noteVerdict(state.trust, doubt.device, doubt.type, verdict)
  const event = state.events.get(doubt.key)
  if (event === undefined) return
  event.verdict = verdict
  state.touched.add(doubt.key)
}

/** Takes the order when it judges or labels an event; false leaves it to others. */
export function observeCameraOrder(state: CameraState, _context: Context, order: OperatorAct, now: EpochMs, out: Outcome): boolean {
  const { act, by } = order
  if (act.type === 'incident.report') {
    state.reports.push({ type: act.class, at: act.at, ts: now })
    if (state.reports.length > REPORTS_MAX) state.reports.shift()
    return false
  }
  if (act.type !== 'camera.judge' && act.type !== 'camera.label') return false
  const doubt = state.doubts.get(act.event)
  if (doubt === undefined) answerOperator(out, order, `no event ${act.event} waits for a verdict / 没有待判定的事件`, now)
  else if (doubt.verdict !== null) answerOperator(out, order, 'already judged / 已判定', now)
  else {
    if (act.type === 'camera.judge') settle(state, doubt, act.verdict)
    else {
      doubt.labels.set(by, act.verdict)
      if ([...doubt.labels.values()].filter((label) => label === act.verdict).length >= AGREEING) settle(state, doubt, act.verdict)
    }
    answerOperator(out, order, null, now)
  }
  return true
}

const REPORTS_MAX = 500
