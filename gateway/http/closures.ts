import { Type } from 'typebox'
import { closures } from '../../engine/view.ts'
import { ClosureDocument, OrderAnswer, WhyBody } from '../wire/api.ts'
import { giveOrder } from './incidents.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

const RoadParam = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' }) })

export function closureRoutes(app: App, parts: HttpParts): void {
  app.get(
    '/api/v1/closures',
    {
      schema: {
        tags: ['signals'],
        summary: 'Closed roads and the ways around them',
        response: { 200: Type.Object({ closures: Type.Array(ClosureDocument) }) },
      },
    },
    async () => ({
      closures: [...closures(parts.state())].map(({ road, since, by, why, shut, diversion }) => ({
        road,
        since,
        by,
        why,
        shut: [...shut.keys()],
        diversion: diversion === null ? null : [...diversion],
      })),
    }),
  )

  for (const [verb, type, summary] of [
    ['close', 'road.close', 'Close a road, with the reason: signals release nobody into it and favour the way around'],
    ['open', 'road.open', 'Open a closed road; where water has closed it, it stays open until that cause has passed'],
  ] as const) {
    app.post(
      `/api/v1/roads/:id/${verb}`,
      {
        config: { role: 'operator' },
        schema: {
          tags: ['signals'],
          summary,
          params: RoadParam,
          body: WhyBody,
          response: { 200: OrderAnswer },
          security: [{ bearer: [] }],
        },
      },
      async (request) => {
        const { id } = request.params
        if (!parts.city.roads.some((road) => road.id === id)) throw new HttpProblem(404, 'road', `no road ${id} in this city`)
        return giveOrder(parts, request, { type, road: id, reason: request.body.reason })
      },
    )
  }
}
