import { Type } from 'typebox'
import { arterials, timeSpace } from '../../engine/view.ts'
import { ArterialDocument, TimeSpaceAnswer } from '../wire/arterials-api.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

const ArterialParam = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' }) })
const SpanQuery = Type.Object({
  past_s: Type.Integer({ minimum: 0, maximum: 900, default: 300, description: 'Seconds of greens that were seen' }),
  ahead_s: Type.Integer({ minimum: 0, maximum: 300, default: 120, description: 'Seconds of greens that are planned' }),
})

export function arterialRoutes(app: App, parts: HttpParts): void {
  app.get(
    '/api/v1/arterials',
    {
      schema: {
        tags: ['signals'],
        summary: 'Arterials: streets whose signals work together',
        response: { 200: Type.Object({ arterials: Type.Array(ArterialDocument) }) },
      },
    },
    async () => ({ arterials: arterials(parts.state()) }),
  )

  app.get(
    '/api/v1/arterials/:id/time-space',
    {
      schema: {
        tags: ['signals'],
        summary: 'Time–space diagram: greens by junction and direction, and the bands of green at design speed',
        params: ArterialParam,
        querystring: SpanQuery,
        response: { 200: TimeSpaceAnswer },
      },
    },
    async ({ params, query }) => {
      const answer = timeSpace(parts.state(), params.id, query.past_s, query.ahead_s)
      if (answer === null) throw new HttpProblem(404, 'arterial', `no arterial ${params.id} in this city`)
      return answer
    },
  )
}
