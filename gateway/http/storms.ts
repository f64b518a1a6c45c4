import { Type } from 'typebox'
import type { Storm } from '../../engine/model/storm.ts'
import { type FloodStageView, floodStages, storms } from '../../engine/view.ts'
import { FloodStagesAnswer, StormDocument, StormsAnswer } from '../wire/storms-api.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

const document = ({ points, ...storm }: Storm): StormDocument => ({
  ...storm,
  points: points.map((point) => ({
    ...point,
    stages: [...point.stages],
    crews: [...point.crews],
    closures: [...point.closures],
  })),
})

const stageDocument = ({ reason, ...stage }: FloodStageView): FloodStagesAnswer['stages'][number] => ({
  ...stage,
  reason: reason === null ? null : { ...reason, evidence: [...reason.evidence] },
})

export function stormRoutes(app: App, parts: HttpParts): void {
  app.get(
    '/api/v1/flood-stages',
    { schema: { tags: ['flood'], summary: 'Warning stage of every low point, with its reason', response: { 200: FloodStagesAnswer } } },
    async () => ({ stages: [...floodStages(parts.state())].map(stageDocument) }),
  )
  app.get(
    '/api/v1/storms',
    {
      schema: {
        tags: ['flood'],
        summary:
          'Storms that last, then the newest that are over: what was forecast, done, seen and, as an estimate, spared at each low point',
        querystring: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }) }),
        response: { 200: StormsAnswer },
      },
    },
    async ({ query }) => ({ storms: [...storms(parts.state())].slice(0, query.limit).map(document) }),
  )
  app.get(
    '/api/v1/storms/:id',
    {
      schema: {
        tags: ['flood'],
        summary: 'One storm',
        params: Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,128}$' }) }),
        response: { 200: StormDocument },
      },
    },
    async ({ params }) => {
      for (const storm of storms(parts.state())) if (storm.id === params.id) return document(storm)
      throw new HttpProblem(404, 'storm', `no storm ${params.id} among those that last and the newest that are over`)
    },
  )
}
