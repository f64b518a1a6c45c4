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

export const ForecastsAnswer = Type.Object({
  forecasts: Type.Array(ForecastDocument),
  model: Nullable(FloodModelDocument),
})
