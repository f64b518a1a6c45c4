/** What the HTTP API tells of flood forecasts: depths in metres above the road, chances of standing above the threshold. */
import { type Static, Type } from 'typebox'
import { Nullable, Time } from './api.ts'

const Chance = Type.Number({ minimum: 0, maximum: 1 })

const Lead = Type.Object({
  lead_min: Type.Integer({ description: 'Minutes after the issue' }),
  depth_m: Type.Number(),
  low_m: Type.Number({ description: 'One in ten depths is below' }),
  high_m: Type.Number({ description: 'One in ten depths is above' }),
  p_exceed: Chance,
})

export const ForecastDocument = Type.Object({
  point: Type.String({ description: 'Id of the low point' }),
  issued: Time,
  basis: Type.Union([Type.Literal('nowcast'), Type.Literal('gauges'), Type.Literal('physical')], {
    description: 'A trained model with nowcast, a trained model with gauges alone, or assumed physics before any training',
  }),
  level_m: Nullable(Type.Number({ description: 'When it was issued; null where no gauge is believed' })),
  leads: Type.Array(Lead),
  crossing: Nullable(Time),
})

const TrainingScore = Type.Object({
  leads: Type.Array(Type.Object({ lead_min: Type.Integer(), nse: Type.Number(), csi_onset: Type.Number(), brier: Type.Number() })),
  episodes: Type.Integer(),
  warned_30_min: Nullable(Chance),
  false_run_share: Chance,
})

export const FloodModelDocument = Type.Object({
  version: Type.Integer(),
  trained: Type.Object({ storms: Type.Integer(), steps: Type.Integer() }),
  points: Type.Integer({ description: 'Low points that it was trained for; others are forecast by assumed physics' }),
  nowcast: Nullable(TrainingScore),
  gauges: TrainingScore,
})
export type FloodModelDocument = Static<typeof FloodModelDocument>

const Counts = Type.Object({
  hits: Type.Integer(),
  misses: Type.Integer(),
  false_alarms: Type.Integer(),
  csi: Chance,
  pod: Chance,
  far: Chance,
})
const Bin = Type.Object({ n: Type.Integer(), said: Chance, came: Chance })

/** How good forecasts were once the gauges had spoken (docs/flood.md). */
export const ForecastScoreDocument = Type.Object({
  since: Time,
  leads: Type.Array(
    Type.Object({
      lead_min: Type.Integer(),
      n: Type.Integer({ description: 'Forecasts that could be judged, by point and time of issue' }),
      coverage: Chance,
      rmse_m: Type.Number(),
      nse: Nullable(Type.Number({ description: 'Median over the points where water stood' })),
      brier: Chance,
      all: Counts,
      onset: Type.Object(Counts.properties, { description: 'Of the times of issue at which the street was still dry' }),
      reliability: Type.Array(Bin, { description: 'By tenths of the chance: how many, what was said on average, how often it came' }),
    }),
  ),
  episodes: Type.Object({
    n: Type.Integer({ description: 'Floods that are over' }),
    warned_before: Nullable(Chance),
    ge15: Nullable(Chance),
    ge30: Nullable(Chance),
    ge60: Nullable(Chance),
    median_lead_min: Nullable(Type.Number()),
    warning_runs: Type.Integer(),
    false_runs: Type.Integer({ description: 'Runs of warnings that no flood followed' }),
    false_run_share: Chance,
  }),
})
export type ForecastScoreDocument = Static<typeof ForecastScoreDocument>

export const ForecastsAnswer = Type.Object({
  forecasts: Type.Array(ForecastDocument),
  model: Nullable(FloodModelDocument),
  scores: Type.Object({
    lately: Nullable(Type.Object(ForecastScoreDocument.properties, { description: 'Of the last 15 to 30 days' })),
    storm: Nullable(Type.Object(ForecastScoreDocument.properties, { description: 'Of this storm, or the last one' })),
  }),
})
