/**
 * Signals by max pressure (Varaiya 2013, "Max pressure control of a network of signalized intersections", Transp. Res. C 36):
 * green to the phase whose queues upstream exceed those downstream by most. Decentralised, and it keeps every network stable that
 * any controller could keep stable. Departure from the paper: turning shares are not known, so a lane's downstream queue is the mean
 * over the lanes it leads into; and a green keeps running until another phase is better, because each change costs yellow and all-red.
 */
import type { EpochMs } from '../base/time.ts'
import { SECOND_MS } from '../base/time.ts'
import type { Junction, SignalPhase } from '../model/city.ts'
import { deviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Reason } from '../model/incident.ts'
import type { Outcome } from '../model/outcome.ts'
import type { QualifiedCount } from '../sense/state.ts'
import type { JunctionState, TrafficState } from './state.ts'

/** The published anchors decide every 1 to 15 s; below 5 s the plain rule flutters. */
const DECISION_MS = 5 * SECOND_MS
/** A count older than this says nothing of the queue; the controller's local plan takes over when the last command expires. */
const COUNT_MS = 30 * SECOND_MS
/** Long enough to bridge two lost messages, short enough that a junction without us is on its local plan within half a minute. */
const HOLD_S = 20

interface Demand {
  readonly phase: number
  readonly queued_veh: number
  readonly pressure_veh: number
}

/** Queue and pressure of a phase; null when one of its lanes is silent, because a silent lane is not an empty one. */
function demandOf(junction: Junction, phase: SignalPhase, count: QualifiedCount): Demand | null {
  let queued_veh = 0
  let pressure_veh = 0
  for (const id of phase.lanes) {
    const lane = count.in[id]
    if (lane === undefined) return null
    const into = junction.entering.find((entering) => entering.id === id)?.into ?? []
    const heard = into.flatMap((next) => (count.out[next] === undefined ? [] : [count.out[next].queued]))
    const downstream = heard.length === 0 ? 0 : heard.reduce((sum, queued) => sum + queued, 0) / heard.length
    queued_veh += lane.queued
    pressure_veh += lane.queued - downstream
  }
  return { phase: phase.index, queued_veh, pressure_veh }
}

function reasonOf(id: string, count: QualifiedCount, current: Demand, best: Demand, forced: boolean): Reason {
  const tell = ({ queued_veh, pressure_veh }: Demand): string => `${queued_veh} queued, pressure ${pressure_veh.toFixed(1)}`
  const tell_zh = ({ queued_veh, pressure_veh }: Demand): string => `排队 ${queued_veh} 辆、压力 ${pressure_veh.toFixed(1)}`
  const source = deviceKey(count.device.split('/')[0], 'traffic', id)
  const evidence = [...new Set([current, best])].map(
    ({ phase, queued_veh }) => `${source} queued_veh[phase ${phase}]=${queued_veh} at ${count.ts}`,
  )
  if (best.phase === current.phase)
    return {
      policy: 'traffic.max_pressure',
      text: `Phase ${current.phase} keeps green: ${tell(current)}, no other phase has more`,
      text_zh: `相位 ${current.phase} 保持绿灯：${tell_zh(current)}，其他相位不高于它`,
      evidence,
    }
  const why = forced ? ' after its longest green' : ''
  return {
    policy: 'traffic.max_pressure',
    text: `Phase ${best.phase} gets green: ${tell(best)}, against phase ${current.phase}${why}: ${tell(current)}`,
    text_zh: `相位 ${best.phase} 放行：${tell_zh(best)}；相位 ${current.phase}${forced ? '已达最长绿灯' : ''}：${tell_zh(current)}`,
    evidence,
  }
}

/** Largest pressure; the running phase wins ties, then the lowest index. */
function choose(demands: readonly Demand[], current: Demand, forced: boolean): Demand {
  const others = demands.filter(({ phase, queued_veh }) => phase !== current.phase && (!forced || queued_veh > 0))
  const first: Demand | undefined = forced && others.length > 0 ? others[0] : current
  return others.reduce((best, demand) => (demand.pressure_veh > best.pressure_veh ? demand : best), first)
}

function decideJunction(junction: Junction, { count }: JunctionState, now: EpochMs, out: Outcome): void {
  if (count.clearing || now - count.ts > COUNT_MS) return
  const age_s = count.age_s + Math.max(0, now - count.ts) / SECOND_MS
  if (age_s < junction.green_s_min) return
  const demands = junction.phases.map((phase) => demandOf(junction, phase, count))
  const known = demands.flatMap((demand) => (demand === null ? [] : [demand]))
  const current = known.find(({ phase }) => phase === count.phase)
  if (current === undefined || known.length < demands.length) return
  const forced = age_s >= junction.green_s_max
  const best = choose(known, current, forced)
  const device = deviceKey(junction.district, 'signal', junction.id)
  out.proposals.push({
    kind: 'command',
    slot: `${device} phase`,
    device,
    body: { kind: 'signal.phase', phase: best.phase, hold_s: HOLD_S },
    expires_s: HOLD_S,
    reason: reasonOf(junction.id, count, current, best, forced && best !== current),
  })
}

/** Proposals for the junctions that were heard and whose last decision is old enough. */
export function decideTraffic(state: TrafficState, context: Context, now: EpochMs, out: Outcome): void {
  for (const id of state.waiting) {
    const junction = context.junctions.get(id)
    const known = state.junctions.get(id)
    if (junction === undefined || known === undefined) continue
    if (known.decided !== null && now - known.decided < DECISION_MS) continue
    state.waiting.delete(id)
    known.decided = now
    decideJunction(junction, known, now, out)
  }
}
