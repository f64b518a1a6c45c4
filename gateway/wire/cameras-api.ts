/** What people judge of cameras' events, over HTTP. */
import { type Static, type TSchema, Type } from 'typebox'

const Time = Type.Number({ description: 'Epoch milliseconds' })
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

export const DoubtDocument = Type.Object({
  key: Type.String({ description: 'Device and id of the event' }),
  device: Type.String(),
  type: Type.String(),
  title: Type.Object({ zh: Type.String(), en: Type.String() }),
  opened: Time,
  ts: Time,
  at: Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }),
  score: Type.Number({ description: 'Of the detector' }),
  threshold: Type.Number({ description: 'Score with which this camera’s word alone suffices' }),
  precision: Type.Number({ description: 'Share of its detections of this type that people found true' }),
  probability: Type.Number({ description: 'Of all evidence together' }),
  evidence: Type.Array(
    Type.Object({
      from: Type.String(),
      source: Type.String(),
      said: Type.String(),
      log_odds: Type.Number({ description: 'Below zero: against' }),
    }),
  ),
  still: Type.Boolean({ description: 'There is a picture to look at' }),
  raised: Type.Boolean({ description: 'It was sure enough without a person' }),
  labels: Type.Integer({ description: 'Volunteers who have labelled it' }),
  verdict: Nullable(Type.Boolean()),
})
export type DoubtDocument = Static<typeof DoubtDocument>

export const DoubtList = Type.Object({ doubts: Type.Array(DoubtDocument) })
export type DoubtList = Static<typeof DoubtList>

export const VerdictBody = Type.Object(
  { event: Type.String({ minLength: 3, maxLength: 400 }), verdict: Type.Boolean() },
  { additionalProperties: false },
)

export const LabelAnswer = Type.Object({
  done: Nullable(Type.Boolean({ description: 'null: taken in, and counted with the next step of a simulated time' })),
  why: Nullable(Type.String()),
})

export const STILL_BYTES_MAX = 4_000_000
export const StillQuery = Type.Object({
  event: Type.String({ minLength: 3, maxLength: 400 }),
  reason: Type.String({ minLength: 3, maxLength: 200, description: 'Why it is looked at; in the audit trail with the name and the time' }),
})
export const StillUpload = Type.Object({ event: Type.String({ minLength: 3, maxLength: 400 }), ts: Type.Integer() })
