/**
 * A claim becomes a command. With the wall clock that is `signal.preempt`, which goes before everything else at the cabinet and ends by
 * itself within seconds; an outside simulator that owns time need only know `signal.phase` (contract, sections 4 and 6).
 */
import type { EpochMs } from '../../base/time.ts'
import { SECOND_MS } from '../../base/time.ts'
import { deviceKey } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { Reason } from '../../model/incident.ts'
import type { Outcome } from '../../model/outcome.ts'
import { countOf, type Site } from '../controllers/controller.ts'
import { retargets } from '../state.ts'
import type { Claim } from './claims.ts'
import { borrow } from './compensation.ts'
import type { PriorityState } from './state.ts'
import { leastGreen_s } from './walks.ts'

/** A preemption is renewed in time and dies soon after the crew has passed or we are gone. */
const PREEMPT_S = 6
const RENEW_S = 3
/** However rarely we are asked, nobody is stopped for longer by a word that was given once. */
const PREEMPT_S_MAX = 60
const PHASE_HOLD_S = 20

/** Whether the junction does what the claim wants, or will be asked to; false leaves it to its controller for now. */
export function obeyClaim(priority: PriorityState, context: Context, claim: Claim, site: Site | null, now: EpochMs, out: Outcome): boolean {
  const { corridor, junction, phase } = claim
  if (site !== null) {
    borrow(priority.owed, site, phase)
    if (!mayAsk(site, phase)) return false
    if (site.green_s === null && site.phase !== phase) site.memory.retargeted = true
    site.memory.asked = phase
  }
  const held = corridor.holds.get(junction.id)
  const until = standing(held?.phase === phase ? held.until : now, priority.stepped.interval_s, now)
  corridor.holds.set(junction.id, { since: held?.since ?? now, phase, until })
  const device = deviceKey(junction.described.district, 'signal', junction.id)
  const { index } = junction.described.phases[phase]
  out.proposals.push({
    kind: 'command',
    slot: `${device} phase`,
    device,
    body: context.lockstep ? { kind: 'signal.phase', phase: index, hold_s: PHASE_HOLD_S } : { kind: 'signal.preempt', phase: index, until },
    expires_s: context.lockstep ? PHASE_HOLD_S : (until - now) / SECOND_MS,
    reason: reasonOf(claim, site, now),
  })
  return true
}

/** The minimum green of who runs now is kept, and a cabinet that does not take another target while clearing is not asked for one. */
function mayAsk({ context, junction, memory, green_s, now, phase: running }: Site, phase: number): boolean {
  if (running === phase) return true
  return green_s === null ? retargets(memory) : green_s >= leastGreen_s(context, junction, running, now)
}

function standing(until: EpochMs, interval_s: number, now: EpochMs): EpochMs {
  return until - now > Math.max(RENEW_S, interval_s) * SECOND_MS
    ? until
    : now + Math.min(PREEMPT_S_MAX, Math.max(PREEMPT_S, 2 * interval_s)) * SECOND_MS
}

function reasonOf({ corridor, junction, phase, arrive_s, ahead_veh, before }: Claim, site: Site | null, now: EpochMs): Reason {
  const { name, where, task, crew, along_m, seen, speed_mps } = corridor
  const { index } = junction.described.phases[phase]
  const others = junction.lanes.flatMap((_, lane) => (junction.phases[phase].includes(lane) ? [] : [lane]))
  const waiting = site === null ? null : Math.round(others.reduce((sum, lane) => sum + countOf(site, lane).queued, 0))
  const who = {
    en: `${name.en} to ${where.en} is here in ${Math.round(arrive_s)} s`,
    zh: `${name.zh}前往${where.zh}，约 ${Math.round(arrive_s)} 秒后到达`,
  }
  const ahead =
    ahead_veh === null || waiting === null
      ? { en: '; the queue is not known', zh: '；排队未知' }
      : {
          en: `; ${Math.round(ahead_veh)} vehicles before it go first, ${waiting} wait on other lanes`,
          zh: `；前方 ${Math.round(ahead_veh)} 辆先行放空，其他车道 ${waiting} 辆等待`,
        }
  const second =
    before === null
      ? null
      : { en: `; ${before.name.en} to ${before.where.en} waits for it`, zh: `；${before.name.zh}（前往${before.where.zh}）随后` }
  return {
    policy: 'traffic.corridor',
    text: `Corridor, phase ${index}: ${who.en}${ahead.en}${second?.en ?? ''}`,
    text_zh: `应急走廊，相位 ${index}：${who.zh}${ahead.zh}${second?.zh ?? ''}`,
    evidence: [
      `task ${task}`,
      `${crew} along_m=${Math.round(along_m)} speed_mps=${speed_mps} at ${seen}`,
      `${junction.id} at ${site?.memory.count.ts ?? now}`,
    ],
  }
}
