import { Type } from 'typebox'
import { binScore, binSigns } from '../../engine/bin-view.ts'
import { todaysRound } from '../../engine/round-input.ts'
import { bins } from '../../engine/view.ts'
import { BinsAnswer, RoundAnswerDocument } from '../wire/bins.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

const BinQuery = Type.Object({
  within_h: Type.Optional(Type.Number({ minimum: 0, maximum: 1440, description: 'Only bins that are full within so many hours' })),
})

export function binRoutes(app: App, parts: HttpParts): void {
  const { waste_model } = parts
  const model = waste_model === null ? null : { version: waste_model.version, trained: waste_model.trained, score: waste_model.score }

  app.get(
    '/api/v1/bins',
    {
      schema: {
        tags: ['waste'],
        summary: 'Every bin that has reported: its level, the time until it is 80 % full, and the chance that it overflows',
        querystring: BinQuery,
        response: { 200: BinsAnswer },
      },
    },
    ({ query: { within_h } }) => {
      const state = parts.state()
      const asked = [...bins(state)].filter(({ forecast }) => within_h === undefined || (forecast !== null && forecast.ttf_h <= within_h))
      const time = ({ forecast }: (typeof asked)[number]): number => forecast?.ttf_h ?? Number.POSITIVE_INFINITY
      // Infinity minus Infinity is no number: bins without a forecast keep their order.
      const sorted = asked.sort((a, b) => time(a) - time(b) || 0)
      const told = sorted.map((bin) => {
        const { alarms, ...signs } = binSigns(state, bin.bin)
        return { ...bin, ...signs, alarms: [...alarms] }
      })
      return { bins: told, score: binScore(state, null), model }
    },
  )

  app.get(
    '/api/v1/bins/round',
    {
      schema: {
        tags: ['waste'],
        summary:
          "Today's round of the bin lorries on the streets as they are: which bins are worth it, in which order, or that it is better to wait",
        response: { 200: RoundAnswerDocument },
      },
    },
    async () => {
      const state = parts.state()
      const { problem, skipped } = todaysRound(state)
      const answer = await parts.solve(problem)
      if (answer.type !== 'round')
        throw new HttpProblem(503, 'solver', `the solver could not say: ${answer.type === 'failed' ? answer.why : answer.type}`)
      return {
        now: state.now,
        drive: answer.drive,
        lorries: problem.lorries.length,
        routes: answer.routes.map(({ lorry, drive_s, end_s, visits }) => ({
          lorry,
          drive_min: minutes(drive_s),
          end_min: minutes(end_s),
          stops: visits.flatMap(({ kind, id, arrive_s }) => (kind === 'stop' ? [{ bin: id, arrive_min: minutes(arrive_s) }] : [])),
        })),
        spared_min: minutes(answer.spared_s),
        cost_min: minutes(answer.cost_s),
        skipped: [...skipped],
      }
    },
  )
}

const minutes = (seconds: number): number => Math.round(seconds / 6) / 10
