/** Warnings and storms over HTTP: what is forecast, done, seen and spared at low points. */
import { type Static, Type } from 'typebox'
import { Nullable, Reason, Text, Time } from './api.ts'

const Stage = Type.Union(
  [Type.Literal('none'), Type.Literal('watch'), Type.Literal('prepare'), Type.Literal('act'), Type.Literal('flooded')],
  { description: 'After the four levels of emergency response: none, blue, yellow, orange, red' },
)

const StormPoint = Type.Object({
  point: Type.String({ description: 'Id of the low point' }),
  name: Text,
  warned: Type.Integer({ description: 'When prepare or worse was first said, epoch milliseconds' }),
  warned_by: Type.Union([Type.Literal('forecast'), Type.Literal('level')]),
  said: Nullable(
    Type.Object(
      { crossing: Nullable(Time), peak_m: Type.Number() },
      { description: 'What the first warning said: when the threshold would be passed, how deep it would get' },
    ),
  ),
  peak_said_m: Nullable(Type.Number({ description: 'Deepest that any forecast of the storm said' })),
  stages: Type.Array(Type.Object({ stage: Stage, ts: Time })),
  flooded: Nullable(Type.Integer({ description: 'When gauges first showed it above its threshold' })),
  flooded_min: Type.Number(),
  peak_m: Nullable(Type.Number({ description: 'Deepest that a believed gauge showed' })),
  pumps: Nullable(Type.Integer({ description: 'When its own pumps were first started ahead of the water' })),
  crews: Type.Array(Type.Object({ crew: Type.String(), task: Type.String(), sent: Time, onsite: Nullable(Time), left: Nullable(Time) })),
  closures: Type.Array(Type.Object({ from: Time, until: Nullable(Time) })),
  without: Nullable(
    Type.Object(
      { flooded_min: Type.Number(), peak_m: Type.Number() },
      { description: 'An estimate: the same inflow with pumps that only react and a crew sent at the threshold' },
    ),
  ),
})

export const StormDocument = Type.Object({
  id: Type.String(),
  district: Type.String(),
  name: Text,
  began: Time,
  ended: Nullable(Type.Integer({ description: 'Null while it lasts' })),
  points: Type.Array(StormPoint),
})
export type StormDocument = Static<typeof StormDocument>

export const FloodStagesAnswer = Type.Object({
  stages: Type.Array(
    Type.Object({
      point: Type.String({ description: 'Id of the low point' }),
      stage: Stage,
      since: Time,
      reason: Nullable(Reason),
      closed: Nullable(
        Type.Object({ since: Time, why: Text }, { description: 'Why the road through it is closed; null where it is open' }),
      ),
    }),
  ),
})
export type FloodStagesAnswer = Static<typeof FloodStagesAnswer>

export const StormsAnswer = Type.Object({ storms: Type.Array(StormDocument) })
