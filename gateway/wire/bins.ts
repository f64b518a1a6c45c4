/** What the HTTP API tells of bins: how full, when full, and how likely they overflow. */
import { type Static, Type } from 'typebox'
import { Nullable, Time } from './api.ts'
import { BinAlarm, BinScore } from './bin-page.ts'

const Chance = Type.Number({ minimum: 0, maximum: 1 })

export const BinDocument = Type.Object({
  bin: Type.String({ description: 'Device key' }),
  fill_pct: Type.Number(),
  ts: Type.Integer({ description: 'Of the reading, milliseconds since 1970' }),
  quality: Type.Union([Type.Literal('good'), Type.Literal('suspect'), Type.Literal('stale'), Type.Literal('estimated')], {
    description: 'What the level is worth now',
  }),
  emptied: Nullable(Type.Integer({ description: 'When it was last seen to have been emptied, milliseconds since 1970' })),
  alarms: Type.Array(BinAlarm, { description: 'Rules that are raised at it: full, fire, tilt' }),
  due: Type.Boolean({ description: 'Its collection has been asked for' }),
  blocked: Nullable(
    Type.Object({
      why: Type.Union([Type.Literal('collected'), Type.Literal('round'), Type.Literal('still')], {
        description: 'Unmoved after a crew was done there, after bins around it were emptied, or while its habit brings more',
      }),
      since: Time,
    }),
  ),
  tilted: Type.Boolean({ description: 'It lies on its side or its lid stands open: the level is the last one before' }),
  forecast: Nullable(
    Type.Object({
      issued: Time,
      basis: Type.Union([Type.Literal('model'), Type.Literal('habit')], {
        description: 'A trained model, or the habit of the bin alone before any training',
      }),
      ttf_h: Type.Number({ description: 'Hours until it is 80 % full if nobody empties it' }),
      low_h: Type.Number({ description: 'One in ten is full before' }),
      high_h: Type.Number({ description: 'One in ten is full later' }),
      p_overflow_12h: Chance,
      p_overflow_24h: Chance,
      p_overflow_48h: Chance,
    }),
  ),
})
export type BinDocument = Static<typeof BinDocument>

const Score = Type.Object({
  issues: Type.Integer(),
  mae_24_h: Nullable(Type.Number()),
  mae_48_h: Nullable(Type.Number()),
  csi_24: Nullable(Chance),
  csi_48: Nullable(Chance),
  brier_24: Chance,
})

export const BinsAnswer = Type.Object({
  bins: Type.Array(BinDocument, { description: 'Soonest full first; those without a forecast last' }),
  score: BinScore,
  model: Nullable(
    Type.Object({
      version: Type.Integer(),
      trained: Type.Object({ bins: Type.Integer(), readings: Type.Integer(), days: Type.Integer() }),
      score: Score,
    }),
  ),
})

export const RoundAnswerDocument = Type.Object({
  now: Time,
  drive: Type.Boolean({ description: 'False where it is better to wait: what the round would spare is worth less than its driving' }),
  lorries: Type.Integer({ description: 'Crews on duty that collect' }),
  routes: Type.Array(
    Type.Object({
      lorry: Type.String({ description: 'Device key of the crew' }),
      drive_min: Type.Number({ description: 'Driving alone' }),
      end_min: Type.Number({ description: 'Back at the depot, minutes after the start' }),
      stops: Type.Array(Type.Object({ bin: Type.String(), arrive_min: Type.Number() }), { description: 'In driving order' }),
    }),
  ),
  spared_min: Type.Number({ description: 'Worth of the overflow that the round spares, minutes of a lorry' }),
  cost_min: Type.Number({ description: 'Driving of the round, also of one that is not worth it' }),
  skipped: Type.Array(Type.String(), { description: 'Bins at closed streets: they wait until these are open' }),
})
