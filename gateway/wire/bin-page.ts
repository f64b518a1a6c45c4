/** What a desk reads of bins beside the list: how one fills, how good forecasts were, people who sort wrongly. */
import { type Static, Type } from 'typebox'
import { LonLat, Nullable, SeverityName, Text, Time } from './api.ts'

const Share = Type.Number({ minimum: 0, maximum: 1 })

/** As engine/waste/verify.ts counts. */
export const BinScore = Type.Object(
  {
    issues: Type.Integer({ description: 'Forecasts whose truth has come' }),
    mae_24_h: Nullable(Type.Number({ description: 'Mean absolute error, hours, of bins that were full within a day' })),
    mae_48_h: Nullable(Type.Number({ description: 'The same of those that were full in the second day' })),
    csi_24: Nullable(Share),
    csi_48: Nullable(Share),
  },
  { description: 'Of the forecasts of the last 30 to 60 days in this city' },
)
export type BinScore = Static<typeof BinScore>

export const BinAlarm = Type.Object({ class: Nullable(Type.String()), title: Text, severity: SeverityName })

export const BinCourseAnswer = Type.Object({
  bin: Type.String(),
  now: Time,
  course: Nullable(
    Type.Object({
      basis: Type.Union([Type.Literal('model'), Type.Literal('habit')]),
      level_pct: Type.Number({ description: 'As of now' }),
      levels: Type.Array(
        Type.Object({
          level_pct: Type.Number(),
          low_h: Type.Number({ description: 'One in ten is there before' }),
          said_h: Type.Number({ description: 'Hours from now until it is reached' }),
          high_h: Type.Number({ description: 'One in ten is there later' }),
        }),
      ),
    }),
  ),
  score: BinScore,
  score_all: BinScore,
})
export type BinCourseAnswer = Static<typeof BinCourseAnswer>

export const RoundWaysAnswer = Type.Object({
  round: Type.String(),
  ways: Type.Array(Type.Object({ stop: Type.String(), way: Type.Array(LonLat) }), { description: 'To each stop from the one before' }),
})
export type RoundWaysAnswer = Static<typeof RoundWaysAnswer>

export const SortingAnswer = Type.Object({
  reminders: Type.Integer(),
  handed_over: Type.Integer({ description: 'To the officer of the grid' }),
  subjects: Type.Array(
    Type.Object({
      subject: Type.String({ description: 'Pseudonym' }),
      sightings: Type.Integer({ description: 'In two weeks' }),
      last: Time,
      device: Type.String({ description: 'Camera that saw it last' }),
      grid: Nullable(Type.String()),
      waits: Type.Boolean({ description: 'A reminder waits for the end of the quiet hours or of the day since the last one' }),
      reminded: Nullable(Time),
      told_officer: Nullable(Time),
    }),
    { description: 'Seen last first' },
  ),
  places: Type.Array(
    Type.Object({
      device: Type.String(),
      grid: Nullable(Type.String()),
      sightings: Type.Integer(),
      subjects: Type.Integer(),
    }),
    { description: 'Three sightings or more in two weeks, most first' },
  ),
  volunteers: Type.Array(
    Type.Object({
      crew: Type.String(),
      name: Text,
      points: Type.Integer(),
      since: Nullable(Type.Integer({ description: 'Start of the duty that lasts, epoch milliseconds' })),
    }),
  ),
})
export type SortingAnswer = Static<typeof SortingAnswer>
