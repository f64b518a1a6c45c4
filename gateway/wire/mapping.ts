/** What a mapping is, as people write it in `mappings.yaml` and as the API carries it: which messages, whose, when, and what they measure. */
import { type Static, type TSchema, Type } from 'typebox'

const closed = { additionalProperties: false } as const
const PathText = Type.String({ maxLength: 256 })

/** How a time is written. Without zone it is the city's local time. */
export const TIME_FORMS = ['ms', 's', 'iso'] as const

export const MappedMetric = Type.Object(
  {
    path: PathText,
    metric: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$', description: 'Contract name; its suffix is the unit it is kept in' }),
    unit: Type.Optional(Type.String({ minLength: 1, maxLength: 16, description: 'Unit in the message, where the value itself says none' })),
  },
  closed,
)
export type MappedMetric = Static<typeof MappedMetric>

export const MappingTest = Type.Object(
  {
    topic: Type.String({ minLength: 1, maxLength: 512 }),
    payload: Type.Unknown({ description: 'The message: any JSON value, or its text where it is no JSON' }),
    expect: Type.Array(Type.Record(Type.String(), Type.Unknown()), {
      minItems: 1,
      maxItems: 64,
      description: 'Normal forms, in order; each must contain at least these members',
    }),
  },
  closed,
)
export type MappingTest = Static<typeof MappingTest>

/** All of a mapping but its tests. */
const fields = {
  id: Type.String({ pattern: '^[a-z0-9][a-z0-9_.-]{0,62}$' }),
  note: Type.Optional(Type.String({ maxLength: 500 })),
  topic: Type.String({ minLength: 1, maxLength: 256, description: 'MQTT topic filter' }),
  entity: Type.Optional(
    Type.String({ minLength: 1, maxLength: 256, description: 'Whose it is: a text with places in braces, as acme:{d.id} or {topic.2}' }),
  ),
  time: Type.Optional(
    Type.Object(
      { path: PathText, form: Type.Optional(Type.Unsafe<(typeof TIME_FORMS)[number]>({ type: 'string', enum: [...TIME_FORMS] })) },
      closed,
    ),
  ),
  metrics: Type.Optional(Type.Array(MappedMetric, { minItems: 1, maxItems: 64 })),
  jsonata: Type.Optional(
    Type.String({ minLength: 1, maxLength: 8000, description: 'An expression that gives {entity, ts, metrics}, or a list of them' }),
  ),
}

export const Mapping = Type.Object({ ...fields, tests: Type.Array(MappingTest, { minItems: 1, maxItems: 16 }) }, closed)
export type Mapping = Static<typeof Mapping>

/** Topics that nobody wants to see in the list of unknown messages. */
export const Ignored = Type.Object(
  { topic: Type.String({ minLength: 1, maxLength: 256 }), note: Type.String({ minLength: 1, maxLength: 500 }) },
  closed,
)
export type Ignored = Static<typeof Ignored>

export const MappingsFile = Type.Object(
  { mappings: Type.Optional(Type.Array(Mapping, { maxItems: 500 })), ignored: Type.Optional(Type.Array(Ignored, { maxItems: 500 })) },
  closed,
)
export type MappingsFile = Static<typeof MappingsFile>

/** A mapping on the desk: its test is made of the sample when it is accepted. */
export const MappingDraft = Type.Object(fields, closed)
export type MappingDraft = Static<typeof MappingDraft>

const Time = Type.Integer({ description: 'Epoch milliseconds' })
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** How sure a row is: name and unit are said, the unit is the likeliest, or the name is kept as it is. */
export const BASES = ['name', 'range', 'suffix'] as const

export const Suggestion = Type.Object({
  mapping: MappingDraft,
  basis: Type.Array(Type.Unsafe<(typeof BASES)[number]>({ type: 'string', enum: [...BASES] }), { description: 'Of each row' }),
  unexplained: Type.Array(Type.String({ description: 'Paths of numbers that no rule explains' })),
})
export type Suggestion = Static<typeof Suggestion>

export const QuarantineGroup = Type.Object(
  {
    id: Type.String(),
    topic: Type.String({ description: 'As a filter: + for levels that name one of many' }),
    kind: Type.String(),
    reason: Type.String({ description: 'Of the newest' }),
    count: Type.Integer(),
    first: Time,
    last: Time,
    sample: Type.Object({
      topic: Type.String(),
      at: Time,
      from: Type.String(),
      payload: Type.Unknown({ description: 'As it may be kept: texts that may be personal are their length' }),
      bytes: Type.Integer(),
    }),
    suggestion: Nullable(Suggestion),
    ignored: Nullable(Type.String({ description: 'Why nobody wants it' })),
  },
  { description: 'Refused messages of one topic shape and one kind of reason' },
)
export type QuarantineGroup = Static<typeof QuarantineGroup>

export const MappingsAnswer = Type.Object({
  mappings: Type.Array(Mapping),
  ignored: Type.Array(Ignored),
  problems: Type.Array(Type.String({ description: 'file:line:column: message of what is refused' })),
})
export type MappingsAnswer = Static<typeof MappingsAnswer>

export const MappingBody = Type.Object({ group: Type.String({ pattern: '^[0-9a-f]{12}$' }), mapping: MappingDraft }, closed)

export const TrialAnswer = Type.Object({
  forms: Type.Array(Type.Record(Type.String(), Type.Unknown()), { description: 'Normal forms that the sample becomes' }),
  faults: Type.Array(Type.String()),
})
export type TrialAnswer = Static<typeof TrialAnswer>

export const GroupsAnswer = Type.Object({ groups: Type.Array(QuarantineGroup, { description: 'The newest first' }) })
export type GroupsAnswer = Static<typeof GroupsAnswer>
