import { Type } from 'typebox'
import { binScore, binSigns } from '../../engine/bin-view.ts'
import { bins, planning, rounds, roundView } from '../../engine/round-view.ts'
import { OrderAnswer, WhyBody } from '../wire/api.ts'
import { BinsAnswer, PlanRoundBody, RoundsAnswer } from '../wire/bins.ts'
import { giveOrder } from './incidents.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

const BinQuery = Type.Object({
  within_h: Type.Optional(Type.Number({ minimum: 0, maximum: 1440, description: 'Only bins that are full within so many hours' })),
})
const RoundParam = Type.Object({ round: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$' }) })
const SECURED = [{ bearer: [] }]

export function binRoutes(app: App, parts: HttpParts): void {
  const { waste_model } = parts
  const model = waste_model === null ? null : { version: waste_model.version, trained: waste_model.trained, score: waste_model.score }

  app.get(
    '/api/v1/bins',
    {
      schema: {
        tags: ['waste'],
        summary: 'Every bin that has reported or is estimated: its level, the time until it is 80 % full, and the chance that it overflows',
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
          'Rounds of the bin lorries: when the next is planned, what the last planning came to and why, and each round with its stops',
        response: { 200: RoundsAnswer },
      },
    },
    async () => {
      const state = parts.state()
      const { plan_at_h, next, asking, decision } = planning(state)
      return {
        now: state.now,
        plan_at: plan_at_h.map(clockText),
        next,
        asking,
        decision: decision === null ? null : decisionDocument(decision),
        rounds: rounds(state),
      }
    },
  )

  app.post(
    '/api/v1/bins/round',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['waste'],
        summary: 'Plan a round now, for the lorries that have none; what it comes to is the decision of the GET',
        body: PlanRoundBody,
        response: { 200: OrderAnswer },
        security: SECURED,
      },
    },
    async (request) => giveOrder(parts, request, { type: 'round.plan', ...request.body }),
  )

  app.post(
    '/api/v1/bins/round/:round/withdraw',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['waste'],
        summary: 'Take a round back, with the reason: its crew is free, and bins that are left may be planned again',
        params: RoundParam,
        body: WhyBody,
        response: { 200: OrderAnswer },
        security: SECURED,
      },
    },
    async (request) => {
      const { round } = request.params
      if (roundView(parts.state(), round) === null) throw new HttpProblem(404, 'round', `no round ${round} in the last 24 h`)
      return giveOrder(parts, request, { type: 'round.withdraw', round, reason: request.body.reason })
    },
  )
}

type Decision = NonNullable<ReturnType<typeof planning>['decision']>

const decisionDocument = ({
  ts,
  by,
  outcome,
  lorries,
  bins: considered,
  chosen,
  spared_s,
  cost_s,
  overflows,
  km,
  reason,
  skipped,
}: Decision) => ({
  ts,
  by,
  outcome,
  lorries,
  bins: considered,
  chosen,
  spared_min: minutes(spared_s),
  cost_min: minutes(cost_s),
  overflow: Math.round(overflows * 100) / 100,
  km: Math.round(km * 10) / 10,
  reason,
  skipped: [...skipped],
})

const minutes = (seconds: number): number => Math.round(seconds / 6) / 10

function clockText(hour: number): string {
  const min = Math.round(hour * 60) % 1440
  return `${String(Math.floor(min / 60)).padStart(2, '0')}:${String(min % 60).padStart(2, '0')}`
}
