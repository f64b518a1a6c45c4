/** What a city directory says of cameras: the entry `camera` of a device, and the entries of assessments.json (docs/cameras.md). */
import { Type } from 'typebox'

const strict = { additionalProperties: false }
const Id = Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' })
const AssessmentId = Type.String({ minLength: 1, maxLength: 128 })
const Text = Type.String({ minLength: 1 })
const Ring = Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }), { minItems: 3, maxItems: 64 })
const Kinds = Type.Array(Type.String({ pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)+$', maxLength: 64 }), { maxItems: 64 })
const Hour = Type.Number({ minimum: 0, maximum: 24 })

const Masks = Type.Array(Type.Object({ on: Type.Enum(['picture', 'ground']), ring: Ring }, strict), { maxItems: 64 })

const View = Type.Union([
  Type.Object({ ring: Ring }, strict),
  Type.Object(
    {
      bearing_deg: Type.Number({ minimum: 0, maximum: 360 }),
      width_deg: Type.Number({ exclusiveMinimum: 0, maximum: 360 }),
      range_m: Type.Number({ minimum: 1, maximum: 2000 }),
    },
    strict,
  ),
])

export const PresetEntry = Type.Object(
  {
    id: Id,
    name_zh: Type.Optional(Text),
    name_en: Type.Optional(Text),
    lon: Type.Number({ minimum: -180, maximum: 180 }),
    lat: Type.Number({ minimum: -90, maximum: 90 }),
    view: Type.Optional(View),
    places: Type.Optional(Type.Array(Text, { maxItems: 256 })),
    kinds: Type.Optional(Kinds),
    masks: Type.Optional(Masks),
  },
  strict,
)

const PatrolEntry = Type.Object(
  {
    home: Type.Optional(Id),
    move_s: Type.Optional(Type.Number({ minimum: 0, maximum: 120 })),
    dwell_s: Type.Optional(Type.Number({ minimum: 5, maximum: 3600 })),
    revisit_min: Type.Optional(Type.Number({ minimum: 1, maximum: 1440 })),
  },
  strict,
)

/** What a camera may do needs the id of the assessment that says so: without one the whole entry is refused. */
export const CameraTermsEntry = Type.Object(
  {
    impact_assessment: AssessmentId,
    retention_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
    masks: Type.Optional(Masks),
    presets: Type.Optional(Type.Array(PresetEntry, { maxItems: 64 })),
    patrol: Type.Optional(PatrolEntry),
  },
  strict,
)

export const AssessmentEntry = Type.Object(
  {
    id: AssessmentId,
    kinds: Type.Optional(Kinds),
    hours: Type.Optional(Type.Array(Type.Object({ from_h: Hour, until_h: Hour }, strict), { minItems: 1, maxItems: 24 })),
    cameras: Type.Optional(Type.Array(Text, { maxItems: 100_000 })),
    districts: Type.Optional(Type.Array(Id, { maxItems: 1000 })),
  },
  strict,
)
