/** What a mapping is, as people write it in `mappings.yaml` and as the API carries it: which messages, whose, when, and what they measure. */
import { type Static, Type } from 'typebox'

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

export const Mapping = Type.Object(
  {
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
    tests: Type.Array(MappingTest, { minItems: 1, maxItems: 16 }),
  },
  closed,
)
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
