/** What the HTTP API answers about signals (contract section 7), beside api.ts. */
import { type TProperties, type TSchema, Type } from 'typebox'
import { Reason, Text } from './api.ts'
import { ControllerPlan } from './controller-plan.ts'

const Time = Type.Integer({ description: 'Epoch milliseconds' })
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Figure = Nullable(Type.Number({ description: 'null where there is not enough data' }))

/** Ids, units and formulas come with the answer of `effect`. */
export const EffectFigures = Type.Object({
  travel_time_s: Figure,
  delay_s: Figure,
  stopped_s: Figure,
  stops: Figure,
  queue_p95_veh: Figure,
  split_failure_share: Figure,
  tti: Figure,
  delay_index: Figure,
  throughput_veh_h: Figure,
  coverage: Figure,
})
const EffectPoint = Type.Object({ since: Time, until: Time, figures: EffectFigures })
const Band = Nullable(Text)

export const SignalDocument = Type.Object({
  id: Type.String(),
  district: Type.String(),
  name: Text,
  control: Type.Object({
    controller: Type.String(),
    decision_s: Type.Number(),
    plan: Nullable(
      Type.Object({
        cycle_s: Type.Number(),
        offset_s: Type.Number(),
        splits: Type.Array(Type.Object({ phase: Type.Integer(), green_s: Type.Number() })),
      }),
    ),
    area: Nullable(Type.String()),
    from: Type.String({ description: 'experiment, programme, area or settings: what named the controller' }),
  }),
  mode: Type.String({ description: 'auto; suggest: left to people; hand: held by a person; local: no data, runs its local plan' }),
  hand: Nullable(Type.Object({ by: Type.String(), since: Time, until: Time })),
  suggestion: Nullable(Type.Object({ id: Type.String(), phase: Type.Integer(), since: Time, updated: Time, reason: Reason })),
  faults: Type.Array(
    Type.Object({
      lane: Type.String(),
      cause: Type.String({ description: 'silent, stuck or overcount' }),
      since: Time,
      evidence: Type.Array(Type.String()),
    }),
  ),
  believed: Nullable(Time),
  effect: Nullable(
    Type.Object({ since: Time, until: Time, figures: EffectFigures, band: Band }, { description: 'The newest whole 5 min' }),
  ),
  controller: Nullable(ControllerPlan),
  shadow: Nullable(
    Type.Object({
      since: Time,
      asked: Type.Integer(),
      agreed: Type.Integer(),
      saving_veh_s: Type.Number({ description: 'Planned delay that the shadow would have saved, summed over `compared` disagreements' }),
      compared: Type.Integer(),
      last: Nullable(
        Type.Object({
          ts: Time,
          acting: Type.String(),
          acting_phase: Type.Integer(),
          shadow_phase: Type.Integer(),
          saving_veh_s: Nullable(Type.Number()),
          reason: Reason,
        }),
      ),
    }),
  ),
})

export const SignalsAnswer = Type.Object({
  now: Time,
  shadow: Nullable(Type.String()),
  shadow_agreement: Nullable(Type.Number({ description: 'Share of decisions on which the shadow agrees' })),
  human_share: Nullable(Type.Number({ description: 'Share of the junctions that people control: suggest and hand' })),
  signals: Type.Array(SignalDocument),
})

export const EffectAnswer = Type.Object({
  by: Type.String(),
  from: Time,
  to: Time,
  formulas: Type.Array(Type.Object({ id: Type.String(), name: Text, unit: Type.String(), formula: Text })),
  bands: Type.Array(Type.Object({ from: Type.Number(), name: Text })),
  rows: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Text,
      junctions: Type.Array(Type.String()),
      total: EffectFigures,
      band: Band,
      slots: Type.Array(EffectPoint),
    }),
  ),
})

export const ExperimentsAnswer = Type.Object({
  method: Text,
  experiments: Type.Array(
    Type.Object({
      id: Type.String(),
      a: Type.String(),
      b: Type.String(),
      area: Nullable(Type.String()),
      slot_min: Type.Number(),
      washout_min: Type.Number(),
      seed: Type.Integer(),
      junctions: Type.Array(Type.String()),
      by: Type.String(),
      ordered: Time,
      begins: Time,
      stopped: Nullable(Type.Object({ at: Time, by: Type.String() })),
      slot: Nullable(Type.Object({ index: Type.Integer(), arm: Type.String(), since: Time, counts: Type.Boolean() })),
      comparisons: Type.Array(
        Type.Object({
          outcome: Type.String(),
          pairs: Type.Integer(),
          a: Figure,
          b: Figure,
          difference: Nullable(Type.Number({ description: 'b − a' })),
          standard_error: Figure,
          low_95: Figure,
          high_95: Figure,
        }),
      ),
    }),
  ),
})

const strict = { additionalProperties: false }
const HoldSeconds = Type.Number({ minimum: 1, maximum: 86400, description: 'How long the phase stands against the automation' })
export const ApproveBody = Type.Object({ suggestion: Type.String({ minLength: 1, maxLength: 64 }), hold_s: HoldSeconds }, strict)

/** `controller` is the schema of the controllers' names, which the engine lists. */
export const experimentBody = <T extends TSchema>(controller: T) =>
  Type.Object(
    {
      id: Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' }),
      a: controller,
      b: controller,
      area: Type.Optional(Nullable(Type.String({ maxLength: 64, description: 'An area of signals.json; without it every junction' }))),
      slot_min: Type.Integer({ minimum: 5, maximum: 1440 }),
      washout_min: Type.Integer({ minimum: 0, maximum: 1439 }),
      seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 4294967295 })),
    } satisfies TProperties,
    strict,
  )
