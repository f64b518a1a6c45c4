/**
 * People on foot: beside some phases they walk across, which takes as long as it takes, and longer for children after school. Who has
 * pressed the button, or was seen waiting (`ped.call`), is served within a bounded time.
 */
import type { EpochMs } from '../../base/time.ts'
import { SECOND_MS } from '../../base/time.ts'
import { type City, splitKey, type WalkHours } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { DeviceEvent } from '../../model/observation.ts'
import type { SignalJunction } from '../../model/signal-network.ts'
import { prioritySettings } from '../../model/signals.ts'

const made = new WeakMap<City, ReadonlyMap<string, readonly WalkHours[]>>()

function walkHours(city: City): ReadonlyMap<string, readonly WalkHours[]> {
  const known = made.get(city)
  if (known !== undefined) return known
  const walks = new Map<string, WalkHours[]>()
  for (const walk of city.walk_hours) walks.set(walk.junction, [...(walks.get(walk.junction) ?? []), walk])
  made.set(city, walks)
  return walks
}

const within = (hour: number, from_h: number, until_h: number): boolean =>
  from_h <= until_h ? hour >= from_h && hour < until_h : hour >= from_h || hour < until_h

/** Green that a phase needs at least now: what its description says, or the time to walk in these hours. */
export function leastGreen_s(
  { city, localHour }: Context,
  { id, described, green_min_s }: SignalJunction,
  phase: number,
  now: EpochMs,
): number {
  const walk = walkHours(city)
    .get(id)
    ?.find((one) => one.phase === described.phases[phase]?.index)
  if (walk === undefined) return green_min_s[phase]
  const hour = localHour(now)
  const longer = walk.hours.flatMap(({ from_h, until_h, walk_s }) => (within(hour, from_h, until_h) ? [walk_s] : []))
  return Math.max(green_min_s[phase], ...longer)
}

/** By junction: since when somebody waits to cross beside each phase, by position. */
export type WalkCalls = Map<string, Map<number, EpochMs>>

/** The junction at which a camera or detector stands. */
function junctionOf(context: Context, device: string): SignalJunction | undefined {
  const { domain, id } = splitKey(device)
  const place = context.devices.get(device)?.place ?? (domain === 'traffic' ? id : null)
  return place === null ? undefined : context.signal_network.get(place)
}

/** Whoever calls may mean any crossing of the junction; a call that is taken back is over. False for any other event. */
export function observeCall(calls: WalkCalls, context: Context, { device, type, stage }: DeviceEvent, now: EpochMs): boolean {
  if (type !== 'ped.call') return false
  const junction = junctionOf(context, device)
  if (junction === undefined) return true
  if (stage === 'end') {
    calls.delete(junction.id)
    return true
  }
  const waiting = calls.get(junction.id) ?? new Map<number, EpochMs>()
  const hours = walkHours(context.city).get(junction.id) ?? []
  for (const [position, { index, walk_s }] of junction.described.phases.entries()) {
    const walked = walk_s !== null || hours.some(({ phase }) => phase === index)
    if (walked && !waiting.has(position)) waiting.set(position, now)
  }
  if (waiting.size > 0) calls.set(junction.id, waiting)
  return true
}

/** A green answers the calls beside it. */
export function answerCall(calls: WalkCalls, junction: string, green: number): void {
  const waiting = calls.get(junction)
  if (waiting?.delete(green) && waiting.size === 0) calls.delete(junction)
}

/** The phase beside which somebody has waited too long, and how long; null when nobody has. */
export function overdueCall(
  calls: WalkCalls,
  context: Context,
  junction: string,
  now: EpochMs,
): { readonly phase: number; readonly waited_s: number } | null {
  const waiting = calls.get(junction)
  if (waiting === undefined) return null
  const { ped_wait_s_max } = prioritySettings(context.signals)
  let longest: { phase: number; waited_s: number } | null = null
  for (const [phase, since] of waiting) {
    const waited_s = (now - since) / SECOND_MS
    if (waited_s >= ped_wait_s_max && (longest === null || waited_s > longest.waited_s)) longest = { phase, waited_s }
  }
  return longest
}
