/** The dispatch board: crews against time, response times, and who could be where how soon. */
import { Type } from 'typebox'
import { type LonLat, meanPlace } from '../../engine/base/geo.ts'
import { MINUTE_MS } from '../../engine/base/time.ts'
import { RESPONSE_CLASSES_MIN } from '../../engine/kpi/response.ts'
import type { Grid } from '../../engine/model/city.ts'
import type { Task } from '../../engine/model/incident.ts'
import { crews, freeCrews, responses, streets, tasks } from '../../engine/view.ts'
import { Coverage, DispatchBoard } from '../wire/dispatch-api.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

const COVERED_MIN = [5, 10, 15] as const

const jobOf = ({ id, incident, title, priority, status, times, eta, due, updated }: Task, offered: number): Job => ({
  task: id,
  incident,
  title,
  priority,
  status,
  offered,
  onsite: times.onsite ?? null,
  eta,
  ended: status === 'done' || status === 'failed' || status === 'recalled' ? updated : null,
  due,
})
type Job = DispatchBoard['crews'][number]['jobs'][number]

function board(parts: HttpParts): DispatchBoard {
  const state = parts.state()
  const jobs = new Map<string, Job[]>()
  const waiting: Task[] = []
  for (const task of tasks(state)) {
    if (task.status === 'waiting') waiting.push(task)
    if (task.crew === null || task.times.offered === undefined) continue
    const own = jobs.get(task.crew) ?? []
    jobs.set(task.crew, own)
    own.push(jobOf(task, task.times.offered))
  }
  return {
    now: state.now,
    crews: [...crews(state)].map(({ id, name, district, status, skills }) => ({
      id,
      name,
      district,
      status,
      skills: [...skills],
      jobs: (jobs.get(id) ?? []).sort((a, b) => a.offered - b.offered),
    })),
    waiting: waiting
      .sort((a, b) => a.priority - b.priority || a.created - b.created)
      .map(({ id, incident, title, where, priority, created, due, reason }) => ({
        task: id,
        incident,
        title,
        where,
        priority,
        created,
        due,
        why: reason === null ? null : { zh: reason.text_zh, en: reason.text },
      })),
    response: responses(state).map((row) => ({ ...row, counts: [...row.counts] })),
    response_classes_min: [...RESPONSE_CLASSES_MIN],
  }
}

const middleOf = ({ outline }: Grid): LonLat => meanPlace(outline.slice(1))

async function coverage(parts: HttpParts, skill: string | null): Promise<Coverage> {
  const { grids, crews: known } = parts.city
  const skills = [...new Set(known.flatMap((crew) => crew.skills))].sort()
  if (skill !== null && !skills.includes(skill))
    throw new HttpProblem(400, 'validation', `no crew has the skill ${skill}; there are ${skills.join(', ')}`)
  const state = parts.state()
  const free = freeCrews(state, skill)
  const answer = await parts.solve({ type: 'reach', roads: streets(state), crews: free, places: grids.map(middleOf) })
  if (answer.type !== 'reach') {
    throw new HttpProblem(503, 'solver', `the solver could not say: ${answer.type === 'failed' ? answer.why : answer.type}`)
  }
  const minutes = answer.nearest.map((one) => (one === null ? null : Math.round((one.travel_s * 10_000) / MINUTE_MS) / 10))
  return {
    now: state.now,
    skill,
    skills,
    crews: free.length,
    grids: grids.map(({ code }, i) => ({ code, minutes: minutes[i], crew: answer.nearest[i]?.crew ?? null })),
    within: COVERED_MIN.map((min) => ({
      min,
      share: grids.length === 0 ? 0 : minutes.filter((value) => value !== null && value <= min).length / grids.length,
    })),
  }
}

export function dispatchRoutes(app: App, parts: HttpParts): void {
  app.get(
    '/api/v1/dispatch',
    {
      schema: {
        tags: ['operations'],
        summary: 'The dispatch board: jobs of the last 24 hours by crew, tasks without a crew, response times by priority',
        response: { 200: DispatchBoard },
      },
    },
    async () => board(parts),
  )
  app.get(
    '/api/v1/coverage',
    {
      schema: {
        tags: ['operations'],
        summary: 'How soon the nearest free crew is in each grid, on the streets as they are now',
        querystring: Type.Object({ skill: Type.Optional(Type.String({ maxLength: 64, description: 'Only crews with it' })) }),
        response: { 200: Coverage },
      },
    },
    ({ query }) => coverage(parts, query.skill ?? null),
  )
}
