/** Signals: who controls them, what they achieve, experiments with them, and what people may take into their own hands. */
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { HOUR_MS } from '../../engine/base/time.ts'
import { EFFECT_FORMULAS } from '../../engine/kpi/signal-figures.ts'
import { deviceKey, type Junction } from '../../engine/model/city.ts'
import { SIGNAL_CONTROLLERS } from '../../engine/model/signals.ts'
import { effectRows, experimentViews, type SignalState, signalStates } from '../../engine/signal-view.ts'
import { OrderAnswer } from '../wire/api.ts'
import { ApproveBody, EffectAnswer, ExperimentsAnswer, experimentBody, SignalsAnswer } from '../wire/signals-api.ts'
import { giveOrder } from './incidents.ts'
import { Moment, momentOf } from './moment.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import type { App } from './schema.ts'

const IdParam = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) })
const SECURED = [{ bearer: [] }]
const EffectQuery = Type.Object({
  by: Type.Union([Type.Literal('junction'), Type.Literal('district'), Type.Literal('area')], { default: 'junction' }),
  from: Type.Optional(Moment),
  to: Type.Optional(Moment),
})
const METHOD = {
  zh: '相邻两个时段为一对，先后随机；差值为各对 B − A 的均值（Bojinov, Simchi-Levi & Zhao 2023），方差取配对保守估计（Imai 2008），95 % 区间用 t 分布；每个时段开头的过渡时间不计。',
  en: 'Two slots that follow each other are a pair in random order; the difference is the mean of B − A over pairs (Bojinov, Simchi-Levi & Zhao 2023) with the conservative variance of matched pairs (Imai 2008) and a 95 % interval by Student’s t; the first minutes of every slot are left out.',
}

const share = (states: readonly SignalState[], of: (state: SignalState) => boolean): number | null =>
  states.length === 0 ? null : states.filter(of).length / states.length

function agreement(states: readonly SignalState[]): number | null {
  const asked = states.reduce((sum, { shadow }) => sum + (shadow?.asked ?? 0), 0)
  return asked === 0 ? null : states.reduce((sum, { shadow }) => sum + (shadow?.agreed ?? 0), 0) / asked
}

export function signalRoutes(app: App, parts: HttpParts): void {
  app.get(
    '/api/v1/signals',
    {
      schema: {
        tags: ['signals'],
        summary: 'All junctions: who controls them, what is wrong, newest figures',
        response: { 200: SignalsAnswer },
      },
    },
    async () => {
      const state = parts.state()
      const signals = signalStates(state)
      return {
        now: state.now,
        shadow: state.context.signal_policy.shadow,
        shadow_agreement: agreement(signals),
        human_share: share(signals, ({ mode }) => mode === 'suggest' || mode === 'hand'),
        signals,
      }
    },
  )
  app.get(
    '/api/v1/signals/effect',
    {
      schema: {
        tags: ['signals'],
        summary: 'What signals achieve in slots of 5 min, with the formula of every figure; a day is kept, the last hour unless asked',
        querystring: EffectQuery,
        response: { 200: EffectAnswer },
      },
    },
    async ({ query }) => {
      const state = parts.state()
      const to = momentOf(query.to, 'to', parts.now())
      const from = momentOf(query.from, 'from', to - HOUR_MS)
      if (from >= to) throw new HttpProblem(400, 'validation', `from (${from}) is not before to (${to})`)
      const { bands } = state.context.signal_areas
      return { by: query.by, from, to, formulas: EFFECT_FORMULAS, bands, rows: effectRows(state, query.by, from, to) }
    },
  )
  experimentRoutes(app, parts)
  handRoutes(app, parts)
}

function experimentRoutes(app: App, parts: HttpParts): void {
  app.get(
    '/api/v1/signals/experiments',
    {
      schema: {
        tags: ['signals'],
        summary: 'Switchback experiments with their results, newest first',
        response: { 200: ExperimentsAnswer },
      },
    },
    async () => ({ method: METHOD, experiments: experimentViews(parts.state()) }),
  )
  app.post(
    '/api/v1/signals/experiments',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['signals'],
        summary: 'Start a switchback experiment: two controllers take turns from the next whole slot on',
        body: experimentBody(Type.Enum([...SIGNAL_CONTROLLERS])),
        response: { 200: OrderAnswer },
        security: SECURED,
      },
    },
    async (request) => {
      const { area = null, seed = 1, ...plan } = request.body
      return giveOrder(parts, request, { type: 'experiment.start', ...plan, area, seed })
    },
  )
  app.post(
    '/api/v1/signals/experiments/:id/stop',
    {
      config: { role: 'operator' },
      schema: { tags: ['signals'], summary: 'End an experiment', params: IdParam, response: { 200: OrderAnswer }, security: SECURED },
    },
    async (request) => giveOrder(parts, request, { type: 'experiment.stop', experiment: request.params.id }),
  )
}

function handRoutes(app: App, parts: HttpParts): void {
  const junctionOf = (request: FastifyRequest<{ Params: { id: string } }>): Junction => {
    const junction = parts.state().context.junctions.get(request.params.id)
    if (junction === undefined) throw new HttpProblem(404, 'signal', `no junction ${request.params.id}`)
    return junction
  }
  app.post(
    '/api/v1/signals/:id/release',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['signals'],
        summary: 'Give a junction in hand control back before its time',
        params: IdParam,
        response: { 200: OrderAnswer },
        security: SECURED,
      },
    },
    async (request) => {
      const { district, id } = junctionOf(request)
      return giveOrder(parts, request, { type: 'command.release', device: deviceKey(district, 'signal', id) })
    },
  )
  app.post(
    '/api/v1/signals/:id/approve',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['signals'],
        summary: 'Approve the proposal at a junction that is left to people',
        params: IdParam,
        body: ApproveBody,
        response: { 200: OrderAnswer },
        security: SECURED,
      },
    },
    async (request) => {
      const { id } = junctionOf(request)
      return giveOrder(parts, request, { type: 'signal.approve', junction: id, ...request.body })
    },
  )
}
