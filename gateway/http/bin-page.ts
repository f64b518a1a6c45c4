import { Type } from 'typebox'
import { binScore, courseProblem, roundWays, sortingView } from '../../engine/bin-view.ts'
import { deviceKey } from '../../engine/model/city.ts'
import { BinCourseAnswer, RoundWaysAnswer, SortingAnswer } from '../wire/bin-page.ts'
import { ID_PATTERN } from '../wire/topics.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

const Id = Type.String({ pattern: ID_PATTERN.source })

export function binPageRoutes(app: App, parts: HttpParts): void {
  app.get(
    '/api/v1/bins/:district/:id/course',
    {
      schema: {
        tags: ['waste'],
        summary: 'By when a bin reaches which level if nobody empties it, and how good its forecasts and those of all bins were lately',
        params: Type.Object({ district: Id, id: Id }),
        response: { 200: BinCourseAnswer },
      },
    },
    async ({ params }) => {
      const bin = deviceKey(params.district, 'waste', params.id)
      const state = parts.state()
      if (!state.waste.bins.has(bin) && !state.context.devices.has(bin)) throw new HttpProblem(404, 'device', `no bin ${bin}`)
      const scores = { score: binScore(state, bin), score_all: binScore(state, null) }
      const { now } = state
      const problem = courseProblem(state, bin)
      if (problem === null) return { bin, now, course: null, ...scores }
      const answer = await parts.solve(problem)
      if (answer.type !== 'fill_course')
        throw new HttpProblem(503, 'solver', `the solver could not say: ${answer.type === 'failed' ? answer.why : answer.type}`)
      const { basis, level_pct, levels } = answer
      return { bin, now, course: { basis, level_pct, levels: [...levels] }, ...scores }
    },
  )

  app.get(
    '/api/v1/bins/round/:id/ways',
    {
      schema: {
        tags: ['waste'],
        summary: 'The streets that a round drives, stop by stop',
        params: Type.Object({ id: Id }),
        response: { 200: RoundWaysAnswer },
      },
    },
    async ({ params: { id } }) => {
      const ways = roundWays(parts.state(), id)
      if (ways === null) throw new HttpProblem(404, 'round', `no round ${id} that is open or ended within the last day`)
      return { round: id, ways: ways.map(({ stop, way }) => ({ stop, way: way.map(([lon, lat]): [number, number] => [lon, lat]) })) }
    },
  )

  app.get(
    '/api/v1/bins/sorting',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['waste'],
        summary: 'Reminders about mis-sorted waste by pseudonym, places where it is repeated, and duty points of volunteers',
        response: { 200: SortingAnswer },
        security: [{ bearer: [] }],
      },
    },
    async () => {
      const { subjects, places, volunteers, ...counts } = sortingView(parts.state())
      return { ...counts, subjects: [...subjects], places: [...places], volunteers: [...volunteers] }
    },
  )
}
