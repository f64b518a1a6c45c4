/**
 * Wire payloads of contract sections 1 to 6: one schema per message gives the validator, the TypeScript type and the document.
 * Unknown keys are allowed on the wire (a device may say more than we know); decode drops them.
 */
import { type Static, Type } from 'typebox'

const Id = Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' })
const Key = Type.String({ minLength: 1, maxLength: 128 })
/** Epoch milliseconds of the measurement; whether it is plausible is judged against the clock, in decode. */
const Time = Type.Integer({ minimum: 0, maximum: 9007199254740991 })
const MetricName = '^[A-Za-z][A-Za-z0-9_]{0,63}$'
const LaneId = '^[A-Za-z0-9_.:#-]{1,96}$'
const Count = Type.Number({ minimum: 0, maximum: 10000 })

export const ReadingPayload = Type.Object({
  ts: Time,
  seq: Type.Optional(Type.Integer({ minimum: 0 })),
  v: Type.Record(Type.String({ pattern: MetricName }), Type.Union([Type.Number(), Type.Array(Type.Number(), { maxItems: 512 })]), {
    additionalProperties: false,
    maxProperties: 64,
  }),
})
export type ReadingPayload = Static<typeof ReadingPayload>

export const TrafficPayload = Type.Object({
  ts: Time,
  seq: Type.Optional(Type.Integer({ minimum: 0 })),
  phase: Type.Integer({ minimum: 0, maximum: 255 }),
  target: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
  clearing: Type.Optional(Type.Boolean()),
  age_s: Type.Optional(Type.Number({ minimum: 0 })),
  in: Type.Record(Type.String({ pattern: LaneId }), Type.Array(Count, { minItems: 2, maxItems: 3 }), { additionalProperties: false }),
  out: Type.Optional(
    Type.Record(Type.String({ pattern: LaneId }), Type.Array(Count, { minItems: 2, maxItems: 3 }), { additionalProperties: false }),
  ),
})
export type TrafficPayload = Static<typeof TrafficPayload>

/** Store and forward after an outage; `batch` holds readings or traffic counts, checked one by one. */
export const BatchPayload = Type.Object({ batch: Type.Array(Type.Unknown(), { minItems: 1, maxItems: 5000 }) })
export type BatchPayload = Static<typeof BatchPayload>

export const EventPayload = Type.Object({
  ts: Time,
  id: Key,
  type: Type.String({ pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)+$', maxLength: 64 }),
  score: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  stage: Type.Optional(Type.Union([Type.Literal('new'), Type.Literal('update'), Type.Literal('end')])),
  lon: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
  lat: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
  /** Personal data: pseudonymised before the first write, never logged. */
  subject: Type.Optional(Type.String({ maxLength: 256 })),
  media: Type.Optional(Type.String({ maxLength: 1024 })),
  /** Where in the picture, left, top, right and bottom from 0 to 1. */
  box: Type.Optional(Type.Array(Type.Number({ minimum: 0, maximum: 1 }), { minItems: 4, maxItems: 4 })),
})
export type EventPayload = Static<typeof EventPayload>

export const CrewEventPayload = Type.Object({
  ts: Time,
  id: Key,
  type: Type.Union([
    Type.Literal('task.accepted'),
    Type.Literal('task.refused'),
    Type.Literal('task.enroute'),
    Type.Literal('task.onsite'),
    Type.Literal('task.done'),
    Type.Literal('task.failed'),
    Type.Literal('task.corrected'),
    Type.Literal('task.help'),
    Type.Literal('task.delay'),
    Type.Literal('stop.emptied'),
    Type.Literal('stop.failed'),
    Type.Literal('stop.tipped'),
    Type.Literal('shift.start'),
    Type.Literal('shift.end'),
  ]),
  task: Type.Optional(Type.Union([Key, Type.Null()])),
  note: Type.Optional(Type.String({ maxLength: 2000 })),
  photo: Type.Optional(Type.String({ maxLength: 1024 })),
  /** `task.help`: skill and kit of the crew that is asked for; without them another one like the first. */
  need: Type.Optional(Type.Object({ skill: Type.Optional(Id), kit: Type.Optional(Type.Array(Id, { maxItems: 16 })) })),
  /** `task.delay`: so much later on site, or once there so much longer at work. */
  delay_min: Type.Optional(Type.Integer({ minimum: 1, maximum: 720 })),
  /** `stop.*`, of a round: which stop; of a bin how full it was found, and why it could not be emptied. */
  stop: Type.Optional(
    Type.Object({
      id: Id,
      found_pct: Type.Optional(Type.Number({ minimum: 0, maximum: 150 })),
      why: Type.Optional(Type.Union([Type.Literal('blocked'), Type.Literal('no_access')])),
    }),
  ),
})
export type CrewEventPayload = Static<typeof CrewEventPayload>

export const StatePayload = Type.Object({
  ts: Type.Optional(Time),
  online: Type.Boolean(),
  fw: Type.Optional(Type.String({ maxLength: 64 })),
  battery_pct: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
  rssi_dbm: Type.Optional(Type.Number({ minimum: -200, maximum: 50 })),
})
export type StatePayload = Static<typeof StatePayload>

export const AckPayload = Type.Object({
  ts: Time,
  command: Key,
  status: Type.Union([Type.Literal('accepted'), Type.Literal('done'), Type.Literal('rejected'), Type.Literal('expired')]),
  reason: Type.Optional(Type.String({ maxLength: 500 })),
})
export type AckPayload = Static<typeof AckPayload>

/** Contract section 6. `end` closes the run; otherwise `step` and `now` are required, which decode checks. */
export const ClockPayload = Type.Object({
  world: Id,
  step: Type.Optional(Type.Integer({ minimum: 0 })),
  now: Type.Optional(Time),
  end: Type.Optional(Type.Boolean()),
  metrics: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})
export type ClockPayload = Static<typeof ClockPayload>

/** What a device receives on `command`: the members every kind has. Further members depend on `kind` (contract section 4). */
export const CommandPayload = Type.Object({
  id: Key,
  ts: Time,
  expires: Time,
  kind: Type.String(),
  reason: Type.Object({
    rule: Type.Optional(Type.String()),
    policy: Type.Optional(Type.String()),
    text: Type.String(),
    text_zh: Type.Optional(Type.String()),
    evidence: Type.Array(Type.String()),
  }),
})
export type CommandPayload = Static<typeof CommandPayload>
