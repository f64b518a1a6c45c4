/** `signals.json` of a city directory (docs/signals.md): who controls which junctions when, and what people keep. */
import { type Static, Type } from 'typebox'
import { SIGNAL_CONTROLLERS, WEEKDAYS } from '../engine/model/signals.ts'

const strict = { additionalProperties: false }
const Id = Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' })
const Text = Type.String({ minLength: 1 })
const Bilingual = Type.Object({ zh: Text, en: Text }, strict)
const Hour = Type.Number({ minimum: 0, maximum: 24 })
const Share = Type.Number({ minimum: 0, maximum: 1 })
export const ControllerName = Type.Enum([...SIGNAL_CONTROLLERS])
export const DecisionSeconds = Type.Integer({ minimum: 1, maximum: 60 })

const ProgrammeEntry = Type.Object(
  {
    from_h: Hour,
    until_h: Hour,
    days: Type.Optional(Type.Array(Type.Enum([...WEEKDAYS]), { minItems: 1 })),
    controller: Type.Optional(ControllerName),
    plan: Type.Optional(Id),
  },
  strict,
)

const Area = Type.Object(
  {
    id: Id,
    name: Type.Optional(Bilingual),
    district: Type.Optional(Id),
    junctions: Type.Optional(Type.Array(Id, { minItems: 1 })),
    controller: Type.Optional(ControllerName),
    decision_s: Type.Optional(DecisionSeconds),
    programme: Type.Optional(Type.Array(ProgrammeEntry)),
    human: Type.Optional(Type.Object({ share: Share, junctions: Type.Optional(Type.Array(Id)) }, strict)),
  },
  strict,
)

const Plan = Type.Object(
  {
    cycle_s: Type.Number({ minimum: 1, maximum: 600 }),
    offset_s: Type.Number({ minimum: 0, maximum: 600 }),
    splits: Type.Array(Type.Object({ phase: Type.Integer({ minimum: 0, maximum: 255 }), green_s: Type.Number({ minimum: 1 }) }, strict), {
      minItems: 1,
    }),
  },
  strict,
)

export const SignalsFile = Type.Object(
  {
    areas: Type.Optional(Type.Array(Area)),
    plans: Type.Optional(Type.Array(Type.Object({ id: Id, junctions: Type.Record(Type.String(), Plan) }, strict))),
    bands: Type.Optional(Type.Array(Type.Object({ from: Type.Number({ minimum: 0 }), name: Bilingual }, strict), { minItems: 1 })),
  },
  strict,
)
export type SignalsFile = Static<typeof SignalsFile>
