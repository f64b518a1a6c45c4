/** What the HTTP API tells of bins: how full, when full, and how likely they overflow. */
import { type Static, Type } from 'typebox'
import { LonLat, Nullable, Text, Time } from './api.ts'
import { BinAlarm, BinScore } from './bin-page.ts'

const Chance = Type.Number({ minimum: 0, maximum: 1 })

const Waste = Type.Union([Type.Literal('residual'), Type.Literal('food'), Type.Literal('recyclable'), Type.Literal('hazardous')], {
  description: 'Kind of waste, GB/T 19095-2019',
})
const State = Type.Union([Type.Literal('left'), Type.Literal('emptied'), Type.Literal('failed'), Type.Literal('skipped')], {
  description: 'emptied: also of a tip that was used. failed: the crew could not. skipped: nobody will go there in this round',
})

export const BinDocument = Type.Object({
  bin: Type.String({ description: 'Device key' }),
  fill_pct: Type.Number({ description: 'Newest believed level; of a bin without a sensor the estimate of its newest forecast' }),
  ts: Type.Integer({
    description: 'Of the reading; of a bin without a sensor when its level was last known, or since when it is looked after',
  }),
  quality: Type.Union([Type.Literal('good'), Type.Literal('suspect'), Type.Literal('stale'), Type.Literal('estimated')], {
    description: 'What the level is worth now',
  }),
  emptied: Nullable(Type.Integer({ description: 'When it was last seen to have been emptied, milliseconds since 1970' })),
  alarms: Type.Array(BinAlarm, { description: 'Rules that are raised at it: full, fire, tilt' }),
  due: Type.Boolean({ description: 'Its collection has been asked for' }),
  blocked: Nullable(
    Type.Object({
      why: Type.Union([Type.Literal('collected'), Type.Literal('round'), Type.Literal('still'), Type.Literal('crew')], {
        description:
          'Unmoved after a crew was done there, after bins around it were emptied, or while its habit brings more; or a crew could not empty it',
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
  sensor: Type.Union([Type.Literal('level'), Type.Literal('none')]),
  estimate: Nullable(
    Type.Object(
      {
        low_pct: Type.Number({ description: 'Nine in ten that it is between' }),
        high_pct: Type.Number(),
        collections: Type.Integer({ description: 'That it rests on' }),
      },
      { description: 'Of a bin without a sensor' },
    ),
  ),
  volume_l: Type.Number(),
  waste: Waste,
  round: Nullable(
    Type.Object(
      { round: Type.String(), stop: Type.String(), state: State, eta: Nullable(Time) },
      { description: 'Its stop in a round that is not over' },
    ),
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
export type BinsAnswer = Static<typeof BinsAnswer>

const ReasonDocument = Type.Object({ text: Type.String(), text_zh: Type.String(), evidence: Type.Array(Type.String()) })
const By = Type.String({ description: 'policy:rounds, or operator:<name>' })

export const StopDocument = Type.Object({
  stop: Type.String({ description: 'Within its round' }),
  kind: Type.Union([Type.Literal('bin'), Type.Literal('tip')]),
  id: Type.String({ description: 'Device key of the bin, id of the tip' }),
  name: Text,
  at: LonLat,
  state: State,
  eta: Nullable(Type.Integer({ description: 'While it is left' })),
  ts: Nullable(Type.Integer({ description: 'When it was done or given up' })),
  expected_pct: Nullable(Type.Number({ description: 'Level that was planned with' })),
  found_pct: Nullable(Type.Number({ description: 'Level that the crew found' })),
  why: Nullable(
    Type.Union(
      [
        Type.Literal('blocked'),
        Type.Literal('no_access'),
        Type.Literal('closed'),
        Type.Literal('emptied_before'),
        Type.Literal('full'),
        Type.Literal('no_way'),
      ],
      { description: 'failed: the first two; skipped: its street is closed, somebody else was there, no room or time, no way' },
    ),
  ),
})

export const RoundDocument = Type.Object({
  round: Type.String({ description: "Id of the crew's task" }),
  crew: Type.String({ description: 'Device key' }),
  name: Text,
  waste: Waste,
  state: Type.Union(
    [
      Type.Literal('planned'),
      Type.Literal('offered'),
      Type.Literal('accepted'),
      Type.Literal('under_way'),
      Type.Literal('interrupted'),
      Type.Literal('done'),
      Type.Literal('withdrawn'),
      Type.Literal('failed'),
    ],
    {
      description:
        'planned: its crew is not free yet. interrupted: its crew is at something urgent. failed: its crew did not take it, or gave it back',
    },
  ),
  by: By,
  planned: Time,
  started: Nullable(Time),
  ended: Nullable(Time),
  end: Nullable(Type.Integer({ description: 'Expected while it is open' })),
  drive_min: Type.Number({ description: 'Driving alone' }),
  load_l: Type.Number({ description: 'On the lorry now, loose waste' }),
  capacity_l: Type.Number(),
  left: Type.Integer({ description: 'Bins' }),
  emptied: Type.Integer(),
  failed: Type.Integer(),
  skipped: Type.Integer(),
  reason: ReasonDocument,
  stops: Type.Array(StopDocument, { description: 'Those done first, then those left in driving order' }),
})
export type RoundDocument = Static<typeof RoundDocument>

export const RoundsAnswer = Type.Object({
  now: Time,
  plan_at: Type.Array(Type.String({ description: 'HH:MM, local' })),
  next: Nullable(Time),
  asking: Nullable(Type.Object({ since: Time, by: By }, { description: 'A plan is being computed, or waits for a lorry' })),
  decision: Nullable(
    Type.Object(
      {
        ts: Time,
        by: By,
        outcome: Type.Union([
          Type.Literal('drive'),
          Type.Literal('wait'),
          Type.Literal('nothing'),
          Type.Literal('no_lorry'),
          Type.Literal('failed'),
        ]),
        lorries: Type.Integer(),
        bins: Type.Integer({ description: 'That were worth a visit and could be chosen' }),
        chosen: Type.Integer(),
        spared_min: Type.Number({ description: 'Worth of the overflow that is spared, minutes of a lorry' }),
        cost_min: Type.Number({ description: 'Driving, also of a round that is not worth it' }),
        overflow: Type.Number({ description: 'Expected overflows that are spared' }),
        km: Type.Number(),
        reason: ReasonDocument,
        skipped: Type.Array(
          Type.Object({
            bin: Type.String(),
            why: Type.Union([Type.Literal('closed'), Type.Literal('window'), Type.Literal('no_way'), Type.Literal('full')], {
              description: 'At a closed street, out of its hours, unreachable, or lorries and shifts are full',
            }),
          }),
        ),
      },
      { description: 'What the last planning came to' },
    ),
  ),
  rounds: Type.Array(RoundDocument, { description: 'Open ones, oldest first, then those of the last 24 h, newest first' }),
})
export type RoundsAnswer = Static<typeof RoundsAnswer>

export const PlanRoundBody = Type.Object({ note: Type.Optional(Type.String({ maxLength: 500 })) }, { additionalProperties: false })
