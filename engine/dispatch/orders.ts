/** What goes to a crew's phone: the task with its reason, the recall, the answer to an impossible press. */
import { type EpochMs, MINUTE_MS } from '../base/time.ts'
import type { Bilingual, DeviceKey } from '../model/city.ts'
import type { TaskStop } from '../model/command.ts'
import type { Context } from '../model/context.ts'
import type { Reason, Task } from '../model/incident.ts'
import type { CrewEvent } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'
import { siteFormOf } from '../model/run-cards.ts'
import type { AssignAnswer, Unserved } from '../model/solve.ts'
import type { CrewRecord, DispatchState } from './record.ts'

/** A crew has so long to accept. */
export const OFFER_MS = 2 * MINUTE_MS
/** For recalls and notices: whoever is under way hears them within minutes or has no use for them. */
const RECALL_S = 600
const CONFLICT_S = 300

const crewSlot = (crew: DeviceKey): string => `${crew} task`

/** The order of a task that has just been offered to its crew. @param stops of a round */
export function sendTask(
  context: Context,
  task: Task,
  crew: DeviceKey,
  eta: EpochMs,
  reason: Reason,
  now: EpochMs,
  out: Outcome,
  stops?: readonly TaskStop[],
): void {
  out.proposals.push({
    kind: 'command',
    slot: crewSlot(crew),
    device: crew,
    body: {
      kind: 'crew.task',
      task: {
        id: task.id,
        kind: task.kind,
        title: task.title,
        where: { at: task.at, text: task.where },
        window: { from: now, until: task.due },
        steps: siteFormOf(context.dispatch.run_cards, task.kind).steps,
        kit: task.kit,
        priority: task.priority,
        service_s: task.service_s,
        eta,
        route: task.route,
        ...(stops !== undefined && { stops }),
      },
    },
    expires_s: OFFER_MS / 1000,
    reason,
  })
}

export function sendRecall(task: Task, crew: DeviceKey, why: Bilingual, out: Outcome): void {
  out.proposals.push({
    kind: 'command',
    slot: crewSlot(crew),
    device: crew,
    body: { kind: 'crew.recall', task: task.id, text: why.en, text_zh: why.zh },
    expires_s: RECALL_S,
    reason: { policy: 'dispatch', text: why.en, text_zh: why.zh, evidence: [`task ${task.id} ${task.status}`] },
  })
}

/** Word of something that changes the way there. */
export function sendNotice(task: Task, crew: DeviceKey, text: Bilingual, out: Outcome): void {
  out.proposals.push({
    kind: 'command',
    slot: `${crew} notice ${task.id}`,
    device: crew,
    body: { kind: 'notice', to: 'crew', text: text.en, text_zh: text.zh },
    expires_s: RECALL_S,
    reason: { policy: 'dispatch', text: text.en, text_zh: text.zh, evidence: [`task ${task.id} ${task.status}`] },
  })
}

export function sendConflict(obs: CrewEvent, why: Bilingual, out: Outcome): void {
  out.proposals.push({
    kind: 'command',
    slot: `${obs.device} conflict ${obs.id}`,
    device: obs.device,
    body: { kind: 'task.conflict', task: obs.task, press: obs.id, text: why.en, text_zh: why.zh },
    expires_s: CONFLICT_S,
    reason: { policy: 'dispatch', text: why.en, text_zh: why.zh, evidence: [`press ${obs.id} ${obs.type} at ${obs.ts}`] },
  })
}

/** Why this crew, in minutes, beside the next best one. */
export function assignReason(
  state: DispatchState,
  task: Task,
  assignment: AssignAnswer['assignments'][number],
  chosen_by: string | null,
): Reason {
  const { travel_s, distance_m, runner_up } = assignment
  const name = nameOf(state, assignment.crew)
  const km = (distance_m / 1000).toFixed(1)
  const arrives = {
    zh: `${name.zh} ${minutes(travel_s)} 分钟可到（${km} 公里）`,
    en: `${name.en} is there in ${minutes(travel_s)} min (${km} km)`,
  }
  const beside =
    runner_up === null ? noRunnerUp(task) : besideRunnerUp(nameOf(state, runner_up.crew), runner_up.wait_s, runner_up.travel_s, travel_s)
  const sent = chosen_by === null ? null : { zh: `由 ${chosen_by} 指定。`, en: `Chosen by ${chosen_by}. ` }
  return {
    policy: chosen_by === null ? 'assign' : 'operator',
    text: `${sent?.en ?? ''}${arrives.en}; ${beside.en}.`,
    text_zh: `${sent?.zh ?? ''}${arrives.zh}；${beside.zh}。`,
    evidence: [
      `incident ${task.incident}`,
      `${assignment.crew} travel_s=${travel_s}`,
      ...(runner_up === null ? [] : [`${runner_up.crew} wait_s=${runner_up.wait_s} travel_s=${runner_up.travel_s}`]),
    ],
  }
}

/** Why a crew leaves the task that it was on its way to. */
export function turnText(urgent: Task, travel_s: number, runner_up: AssignAnswer['assignments'][number]['runner_up']): Bilingual {
  const sooner_s = runner_up === null ? null : runner_up.wait_s + runner_up.travel_s - travel_s
  const gain =
    sooner_s === null
      ? { zh: '没有其他班组可派', en: 'nobody else can go' }
      : { zh: `比其他班组早 ${minutes(sooner_s)} 分钟`, en: `${minutes(sooner_s)} min before anybody else` }
  return {
    zh: `改派紧急任务“${urgent.title.zh}”（${urgent.where.zh}），${gain.zh}`,
    en: `Needed at once: ${urgent.title.en}, ${urgent.where.en}; ${gain.en}`,
  }
}

function besideRunnerUp(name: Bilingual, wait_s: number, travel_s: number, first_s: number): Bilingual {
  const second_s = wait_s + travel_s
  const more_s = second_s - first_s
  const busy = wait_s === 0 ? null : { zh: `（${minutes(wait_s)} 分钟后空闲）`, en: ` (free in ${minutes(wait_s)} min)` }
  return more_s >= 0
    ? {
        zh: `次选 ${name.zh}${busy?.zh ?? ''} 需 ${minutes(second_s)} 分钟，多 ${minutes(more_s)} 分钟`,
        en: `next ${name.en}${busy?.en ?? ''} with ${minutes(second_s)} min, ${minutes(more_s)} more`,
      }
    : {
        zh: `${name.zh}${busy?.zh ?? ''} 需 ${minutes(second_s)} 分钟，快 ${minutes(-more_s)} 分钟，但另有安排或宜留用`,
        en: `${name.en}${busy?.en ?? ''} with ${minutes(second_s)} min would be ${minutes(-more_s)} faster but is better used elsewhere`,
      }
}

const noRunnerUp = (task: Task): Bilingual => ({
  zh: `没有其他空闲班组具备“${task.skill}”技能与装备`,
  en: `no other free crew has skill "${task.skill}" and the kit`,
})

const UNSERVED: Readonly<Record<Unserved, Bilingual>> = {
  no_skill: { zh: '当班班组均无所需技能', en: 'no crew on duty has the skill' },
  no_kit: { zh: '具备技能的当班班组缺少装备', en: 'crews on duty with the skill lack the kit' },
  none_free: { zh: '合适的班组都在忙、已拒绝或不得派往', en: 'suitable crews are busy, have refused or may not go' },
  kept: { zh: '可派班组留守，以备附近紧急事件', en: 'crews that could go are kept for urgent calls to be expected near them' },
  unreachable: { zh: '路网上无法到达', en: 'no way there on the road graph' },
}

export function unservedReason(task: Task, why: Unserved): Reason {
  const { zh, en } = UNSERVED[why]
  return {
    policy: 'assign',
    text: `Waiting: ${en} (${task.skill}).`,
    text_zh: `等待中：${zh}（${task.skill}）。`,
    evidence: [`incident ${task.incident}`],
  }
}

export const nameOf = (state: DispatchState, crew: DeviceKey): Bilingual => state.crews.get(crew)?.crew.name ?? { zh: crew, en: crew }

/** What a crew did or said, with its own words, for the timeline. */
export function crewNote({ crew }: CrewRecord, text: Bilingual, remark: string | null): { by: string; text: Bilingual } {
  const said = remark === null || remark === '' ? '' : remark
  return {
    by: `crew:${crew.id}`,
    text: { zh: `${crew.name.zh}${text.zh}${said && `：${said}`}`, en: `${crew.name.en} ${text.en}${said && `: ${said}`}` },
  }
}

const minutes = (seconds: number): string => (seconds / 60).toFixed(1)
