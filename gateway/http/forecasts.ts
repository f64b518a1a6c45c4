import { Type } from 'typebox'
import type { FloodModel, ModelHeads } from '../../engine/flood/forecast/model.ts'
import type { VerifiedScore } from '../../engine/flood/verify.ts'
import type { LowPointForecast } from '../../engine/model/forecast.ts'
import { forecastScores, forecasts } from '../../engine/view.ts'
import { type FloodModelDocument, type ForecastScoreDocument, ForecastsAnswer } from '../wire/forecast.ts'
import { ID_PATTERN } from '../wire/topics.ts'
import { Moment, momentOf } from './moment.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

const ForecastQuery = Type.Object({
  point: Type.Optional(Type.String({ pattern: ID_PATTERN.source, description: 'Id of one low point' })),
  at: Type.Optional({
    ...Moment,
    description:
      'The forecasts that stood at that time, from the journal: leads of 15, 30, 60 and 120 minutes, without points that were dry',
  }),
})

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

const scoreDocument = (score: VerifiedScore | null): ForecastScoreDocument | null =>
  score === null ? null : { ...score, leads: score.leads.map((lead) => ({ ...lead, reliability: [...lead.reliability] })) }

/** What was last issued by then; none when the journal does not reach so far back. */
async function forecastsAt({ journal }: HttpParts, at: number): Promise<LowPointForecast[]> {
  const { lines } = await journal.recent({ limit: 1, before: null, accept: (fact) => fact.kind === 'forecast' && fact.ts <= at })
  return lines.flatMap(({ fact }) => (fact.kind === 'forecast' ? fact.points.map((note) => ({ ...note, issued: fact.issued })) : []))
}

export function forecastRoutes(app: App, parts: HttpParts): void {
  const model = parts.flood_model === null ? null : modelDocument(parts.flood_model)

  app.get(
    '/api/v1/forecasts',
    {
      schema: {
        tags: ['flood'],
        summary: 'Forecast of every low point, 5 to 120 minutes ahead, and how good forecasts have been',
        querystring: ForecastQuery,
        response: { 200: ForecastsAnswer },
      },
    },
    async ({ query: { point, at } }) => {
      if (point !== undefined && !parts.city.low_points.some(({ id }) => id === point))
        throw new HttpProblem(404, 'low_point', `no low point ${point} in this city`)
      const issued = at === undefined ? [...forecasts(parts.state())] : await forecastsAt(parts, momentOf(at, 'at', parts.now()))
      const asked = issued.filter((forecast) => point === undefined || forecast.point === point)
      const { lately, storm } = forecastScores(parts.state())
      return {
        forecasts: asked.map((forecast) => ({ ...forecast, leads: [...forecast.leads] })),
        model,
        scores: { lately: scoreDocument(lately), storm: scoreDocument(storm) },
      }
    },
  )
}
