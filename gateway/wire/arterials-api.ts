/** What the HTTP API answers about arterials (contract section 7), beside api.ts. */
import { type Static, type TSchema, Type } from 'typebox'
import { Id, Nullable, Text, Time } from './api.ts'

export const ArterialDocument = Type.Object({
  id: Id,
  name: Text,
  speed_kmh: Type.Number({ description: 'Speed for which green waves are made' }),
  weights: Type.Object({ along: Type.Number(), against: Type.Number() }),
  junctions: Type.Array(Type.Object({ id: Id, name: Text, along_m: Type.Number({ description: 'From the first junction' }) })),
  coordination: Nullable(
    Type.Object({
      made: Time,
      cycle_s: Type.Number(),
      offsets_s: Type.Array(Type.Number(), { description: 'By junction' }),
      progression: Type.Number({ description: 'Share of the green of its arterials that platoons find at the next signal' }),
    }),
  ),
})
export type ArterialDocument = Static<typeof ArterialDocument>

const GreenSpan = Type.Object({ from: Time, until: Time, planned: Type.Boolean({ description: 'Not seen yet' }) })
const Band = Type.Object({
  from: Time,
  until: Time,
  travel_s: Type.Array(Type.Number(), { description: 'From the first junction driven to each, in the order of the arterial' }),
})
const byDirection = <T extends TSchema>(schema: T) => Type.Object({ along: Type.Array(schema), against: Type.Array(schema) })

export const TimeSpaceAnswer = Type.Object({
  id: Id,
  now: Time,
  from: Time,
  until: Time,
  speed_kmh: Type.Number(),
  stops: Type.Array(
    Type.Object({ junction: Id, name: Text, along_m: Type.Number(), greens: byDirection(GreenSpan), departures: byDirection(Time) }),
  ),
  bands: byDirection(Band),
})
export type TimeSpaceAnswer = Static<typeof TimeSpaceAnswer>
