/** Alerts of other services, handed in by a person or a neighbour system as an order: shown with their sender until they expire, replaced or cancelled by their own sender. They switch nothing. */
import { distance_m, insideRing, type LonLat, localFrame } from '../base/geo.ts'
import type { EpochMs } from '../base/time.ts'
import { DAY_MS, MINUTE_MS } from '../base/time.ts'
import type { City, District } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { OperatorAct } from '../model/observation.ts'
import { answerOperator, type Outcome } from '../model/outcome.ts'
import { messageName, type Warning, type WarningArea, type WarningMessage } from '../model/warning.ts'
import { senderOf } from './rain-message.ts'
import { putWarning, type WarningsState } from './state.ts'

/** An alert from further ahead has a wrong clock. */
const AHEAD_MS_MAX = 15 * MINUTE_MS
/** An alert for longer is a mistake. */
const VALID_MS_MAX = 14 * DAY_MS
const OUTSIDE_MAX = 200

const isOurs = (context: Context, { sender }: WarningMessage): boolean => sender === senderOf(context)

/** Why the message is not taken (English / Chinese); null when it is. */
function refusal(
  state: WarningsState,
  context: Context,
  message: WarningMessage,
  replaced: readonly Warning[],
  now: EpochMs,
): string | null {
  const { status, type, scope, sent, expires, sender } = message
  const live = context.world === 'live'
  if (status === 'System' || status === 'Draft') return `status ${status} is not for people / ${status} 消息不对外展示`
  if (live !== (status === 'Actual'))
    return live
      ? `status ${status} belongs to a drill world / ${status} 消息只用于演练`
      : 'an Actual alert does not enter a drill / 真实预警不进入演练'
  if (scope === 'Private') return 'a Private alert is for its addressees only / 私有预警只发给指定对象'
  if (type === 'Ack' || type === 'Error') return `nothing waits for an ${type} message / 没有等待 ${type} 消息的预警`
  if (isOurs(context, message)) return 'the sender is this program, which did not send it / 发布者为本系统，但本系统未发布'
  if (sent > now + AHEAD_MS_MAX) return 'sent lies in the future / 发布时间在未来'
  if (type === 'Cancel')
    return replaced.length === 0 ? 'no alert of this sender is standing under these references / 没有可解除的预警' : null
  if (expires <= now) return 'it has expired / 预警已过期'
  if (expires - now > VALID_MS_MAX) return 'it would stand for more than 14 days / 有效期超过 14 天'
  if (replaced.some(({ message: one }) => one.sender !== sender)) return 'it refers to an alert of another sender / 引用了其他发布者的预警'
  const outside = [...state.current.values()].filter(({ origin }) => origin === 'outside').length
  return outside - replaced.length >= OUTSIDE_MAX ? `more than ${OUTSIDE_MAX} alerts stand / 有效预警超过 ${OUTSIDE_MAX} 条` : null
}

/** The same message again, or one that a later message has replaced already: nothing changes. Some systems keep one name and send it anew. */
export function isKnownWarning(state: WarningsState, message: WarningMessage): boolean {
  const name = messageName(message)
  const before = [...state.current.values()].find(({ message: one }) => messageName(one) === name)
  return message.sent <= (before?.message.sent ?? state.seen.get(name) ?? 0)
}

/** @returns false when the order is not for us */
export function observeWarningOrder(state: WarningsState, context: Context, order: OperatorAct, now: EpochMs, out: Outcome): boolean {
  if (order.act.type !== 'warning.receive') return false
  const { message } = order.act
  const name = messageName(message)
  if (isKnownWarning(state, message)) {
    answerOperator(out, order, null, now)
    return true
  }
  const names = new Set([name, ...message.references.map(messageName)])
  const referred = [...state.current.values()].filter(({ message: one }) => names.has(messageName(one)))
  const replaced = message.type === 'Cancel' ? referred.filter(({ message: one }) => one.sender === message.sender) : referred
  const why = refusal(state, context, message, replaced, now)
  answerOperator(out, order, why, now)
  if (why !== null) return true
  for (const one of [message, ...message.references]) state.seen.set(messageName(one), Math.max(now, one.sent))
  take(state, context, message, replaced, now, out)
  return true
}

function take(
  state: WarningsState,
  context: Context,
  message: WarningMessage,
  replaced: readonly Warning[],
  now: EpochMs,
  out: Outcome,
): void {
  if (message.type === 'Cancel') {
    for (const warning of replaced) putWarning(state, { ...warning, message }, 'cancelled', now, out)
    return
  }
  const [first, ...others] = replaced
  // One message may take the place of several.
  for (const warning of others) putWarning(state, { ...warning, message }, 'cancelled', now, out)
  const districts = districtsIn(context.city, message.areas)
  const warning: Warning = {
    id: first?.id ?? messageName(message),
    origin: 'outside',
    issued: first?.issued ?? now,
    message,
    districts,
    reason: null,
  }
  putWarning(state, warning, first === undefined ? 'issued' : 'updated', now, out)
}

/** Districts that an area touches; none where it gives codes only, which we cannot place. */
export function districtsIn(city: City, areas: readonly WarningArea[]): string[] {
  return city.districts.filter((district) => areas.some((area) => touches(area, district))).map(({ id }) => id)
}

function touches({ polygons, circles }: WarningArea, { outline }: District): boolean {
  const reaches = ({ at, radius_km }: WarningArea['circles'][number]): boolean =>
    insideRing(at, outline) || outline.some((corner, i) => distanceTo_m(at, corner, outline[(i + 1) % outline.length]) <= radius_km * 1_000)
  return polygons.some((ring) => ringsMeet(ring, outline)) || circles.some(reaches)
}

function distanceTo_m(at: LonLat, a: LonLat, b: LonLat): number {
  const { toXY, toLonLat } = localFrame(a)
  const [x, y] = toXY(b)
  const [px, py] = toXY(at)
  const along = Math.min(1, Math.max(0, (px * x + py * y) / (x * x + y * y || 1)))
  return distance_m(at, toLonLat(along * x, along * y))
}

function ringsMeet(a: readonly LonLat[], b: readonly LonLat[]): boolean {
  if (a.some((p) => insideRing(p, b)) || b.some((p) => insideRing(p, a))) return true
  return a.some((p, i) => b.some((q, j) => crosses(p, a[(i + 1) % a.length], q, b[(j + 1) % b.length])))
}

/** The stretches cross, each with its ends on both sides of the other. */
function crosses(a: LonLat, b: LonLat, c: LonLat, d: LonLat): boolean {
  const side = (p: LonLat, q: LonLat, r: LonLat): number => Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
}
