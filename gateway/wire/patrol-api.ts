/** Cameras that go round, over HTTP. */
import { type Static, type TSchema, Type } from 'typebox'

const Time = Type.Number({ description: 'Epoch milliseconds' })
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Bilingual = Type.Object({ zh: Type.String(), en: Type.String() })
const Preset = Type.Object({ id: Type.String(), name: Bilingual })

export const PatrolDocument = Type.Object({
  device: Type.String(),
  name: Bilingual,
  preset: Nullable(Preset),
  turning: Type.Boolean({ description: 'It has not arrived at its preset, or has not said so' }),
  until: Time,
  by: Nullable(Type.String({ description: 'Who has taken it over; null while it goes round by itself' })),
  reason: Nullable(Bilingual),
  next: Type.Array(Type.Object({ preset: Preset, from: Time, until: Time, why: Type.Array(Bilingual) }), {
    description: 'The looks after this one as they are planned now',
  }),
  presets: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Bilingual,
      why: Nullable(Bilingual),
      seen: Nullable(Time),
    }),
    { description: '`why`: why automation may not look there now; `seen`: end of the last look' },
  ),
  doubts: Type.Array(Type.String(), { description: 'Events that wait for a verdict and that it sees now' }),
})
export type PatrolDocument = Static<typeof PatrolDocument>

export const PatrolList = Type.Object({ now: Time, cameras: Type.Array(PatrolDocument) })
export type PatrolList = Static<typeof PatrolList>

export const ReleaseBody = Type.Object(
  { device: Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}/camera/[A-Za-z0-9_.:-]{1,64}$' }) },
  { additionalProperties: false },
)
