import { Type } from 'typebox'
import type { FloodModel, ModelHeads } from '../../engine/flood/forecast/model.ts'
import { forecasts } from '../../engine/view.ts'
import { type FloodModelDocument, ForecastsAnswer } from '../wire/forecast.ts'
import { ID_PATTERN } from '../wire/topics.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

const PointQuery = Type.Object({ point: Type.Optional(Type.String({ pattern: ID_PATTERN.source, description: 'Id of one low point' })) })

const scoreOf = ({ score }: ModelHeads): FloodModelDocument['gauges'] => ({ ...score, leads: [...score.leads] })

/** What a model says of itself. */
function modelDocument(model: FloodModel): FloodModelDocument {
  return {
    version: model.version,
    trained: model.trained,
    points: model.points.length,
    nowcast: model.nowcast === null ? null : scoreOf(model.nowcast),
    gauges: scoreOf(model.gauges),
  }
}

export function forecastRoutes(app: App, parts: HttpParts): void {
  const model = parts.flood_model === null ? null : modelDocument(parts.flood_model)

  app.get(
    '/api/v1/forecasts',
    {
      schema: {
        tags: ['flood'],
        summary: 'Newest forecast of every low point, 5 to 120 minutes ahead',
        querystring: PointQuery,
        response: { 200: ForecastsAnswer },
      },
    },
    async ({ query: { point } }) => {
      if (point !== undefined && !parts.city.low_points.some(({ id }) => id === point))
        throw new HttpProblem(404, 'low_point', `no low point ${point} in this city`)
      const asked = [...forecasts(parts.state())].filter((forecast) => point === undefined || forecast.point === point)
      return { forecasts: asked.map((forecast) => ({ ...forecast, leads: [...forecast.leads] })), model }
    },
  )
}
