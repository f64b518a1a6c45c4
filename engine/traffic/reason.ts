/** Why a phase has green, in one sentence for the wall: its queues, what comes, and the next best phase with what speaks for it. */
import { deviceKey } from '../model/city.ts'
import type { Reason } from '../model/incident.ts'
import { type Choice, type Controller, countOf, type Site } from './controllers/controller.ts'

interface Load {
  readonly queued: number
  readonly approaching: number
}

function loadOf(site: Site, phase: number): Load {
  let queued = 0
  let approaching = 0
  for (const lane of site.junction.phases[phase]) {
    const counted = countOf(site, lane)
    queued += counted.queued
    approaching += counted.approaching
  }
  return { queued: Math.round(queued), approaching }
}

/** The best phase besides the chosen one: by score, else by queue. */
function runnerUp({ phase, scores }: Choice, loads: readonly Load[]): number | null {
  let best: number | null = null
  const merit = (one: number): number => (scores.length > 0 ? (scores[one] ?? Number.NEGATIVE_INFINITY) : loads[one].queued)
  for (const one of loads.keys()) {
    if (one === phase || merit(one) === Number.NEGATIVE_INFINITY) continue
    if (best === null || merit(one) > merit(best)) best = one
  }
  return best
}

/** `duty` says why the controller was overruled, or null. */
export function reasonOf(
  site: Site,
  controller: Controller,
  choice: Choice,
  duty: { readonly en: string; readonly zh: string } | null,
): Reason {
  const { junction, memory } = site
  const loads = junction.phases.map((_, phase) => loadOf(site, phase))
  const other = runnerUp(choice, loads)
  const index = (phase: number): number => junction.described.phases[phase].index
  /** After a comma: ` pressure 9.0`, ` planned delay 212.4 veh·s`. */
  const score = (phase: number, language: 'zh' | 'en', comma: string): string => {
    const value = choice.scores[phase]
    if (value === null || value === undefined || controller.score[language] === '') return ''
    const unit = controller.unit === undefined ? '' : ` ${controller.unit[language]}`
    return `${comma}${controller.score[language]} ${Math.abs(value).toFixed(1)}${unit}`
  }
  const en = (phase: number): string => {
    const { queued, approaching } = loads[phase]
    return `${queued} queued, ${approaching} approaching${score(phase, 'en', ', ')}`
  }
  const zh = (phase: number): string => {
    const { queued, approaching } = loads[phase]
    return `排队 ${queued} 辆、驶近 ${approaching} 辆${score(phase, 'zh', '、')}`
  }
  const { phase } = choice
  const kept = phase === site.phase
  const source = deviceKey(junction.described.district, 'traffic', junction.id)
  return {
    policy: `traffic.${controller.name}`,
    text: `Phase ${index(phase)} ${kept ? 'keeps' : 'gets'} green${duty === null ? '' : ` ${duty.en}`}: ${en(phase)}${
      other === null ? '' : `; next best phase ${index(other)}: ${en(other)}`
    }`,
    text_zh: `相位 ${index(phase)} ${kept ? '保持绿灯' : '放行'}${duty === null ? '' : `（${duty.zh}）`}：${zh(phase)}${
      other === null ? '' : `；其次相位 ${index(other)}：${zh(other)}`
    }`,
    evidence: [phase, ...(other === null ? [] : [other])].map(
      (one) => `${source} queued_veh[phase ${index(one)}]=${loads[one].queued} at ${memory.count.ts}`,
    ),
  }
}
