/** What the dispatch board shows: what crews did and do, how soon they were there, and how soon they could be anywhere. */
import { type Static, Type } from 'typebox'
import { Nullable, Text, Time } from './api.ts'

export const DispatchBoard = Type.Object({
  now: Time,
  crews: Type.Array(
    Type.Object({
      id: Type.String({ description: 'Device key' }),
      name: Text,
      district: Type.String(),
      status: Type.String(),
      skills: Type.Array(Type.String()),
      jobs: Type.Array(
        Type.Object({
          task: Type.String(),
          incident: Nullable(Type.String({ description: 'Null of a round of a bin lorry' })),
          title: Text,
          priority: Type.Integer({ minimum: 1, maximum: 3 }),
          status: Type.String(),
          offered: Time,
          onsite: Nullable(Time),
          eta: Nullable(Time),
          ended: Nullable(Time),
          due: Time,
        }),
        { description: 'Oldest first' },
      ),
    }),
  ),
  waiting: Type.Array(
    Type.Object({
      task: Type.String(),
      incident: Nullable(Type.String({ description: 'Null of a round of a bin lorry' })),
      title: Text,
      where: Text,
      priority: Type.Integer(),
      created: Time,
      due: Time,
      why: Nullable(Text),
    }),
    { description: 'Tasks without a crew, the most urgent and then the oldest first' },
  ),
  response: Type.Array(
    Type.Object({
      priority: Type.Integer({ minimum: 1, maximum: 3 }),
      arrived: Type.Integer(),
      median_min: Nullable(Type.Number()),
      p90_min: Nullable(Type.Number()),
      in_time: Nullable(Type.Number()),
      counts: Type.Array(Type.Integer()),
      open: Type.Integer(),
      oldest_min: Nullable(Type.Number()),
    }),
  ),
  response_classes_min: Type.Array(Type.Number()),
})
export type DispatchBoard = Static<typeof DispatchBoard>

export const Coverage = Type.Object({
  now: Time,
  skill: Nullable(Type.String()),
  skills: Type.Array(Type.String(), { description: 'That any crew of the city has' }),
  crews: Type.Integer({ description: 'Free crews that were counted on' }),
  grids: Type.Array(
    Type.Object({
      code: Type.String(),
      minutes: Nullable(Type.Number({ description: 'Until the nearest of them is in the middle of the grid' })),
      crew: Nullable(Type.String()),
    }),
  ),
  within: Type.Array(Type.Object({ min: Type.Number(), share: Type.Number({ description: 'Of the grids' }) })),
})
export type Coverage = Static<typeof Coverage>
