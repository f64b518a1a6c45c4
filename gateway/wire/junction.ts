/** What `GET /api/v1/signals/{id}` answers: one junction as a person who looks at it wants to see it. */
import { type Static, Type } from 'typebox'
import { CommandDocument, LonLat, Nullable, Text, Time } from './api.ts'
import { ControllerPlan } from './controller-plan.ts'

const PhaseIndex = Type.Integer({ description: 'As the controller numbers it: `index` of `phases`' })
const Bearing = Type.Number({ description: 'Seen from the junction, degrees clockwise from north' })

export const LaneDocument = Type.Object({
  id: Type.String(),
  turns: Type.Array(Type.Union([Type.Literal('left'), Type.Literal('through'), Type.Literal('right'), Type.Literal('uturn')])),
  exits: Type.Array(Type.String(), { description: 'Roads that it leads to: `road` of `exits`' }),
  capacity_veh: Type.Integer({ description: 'Standing vehicles that fit, 7.5 m each' }),
  vehicles_veh: Nullable(Type.Number({ description: 'null while the lane is silent' })),
  queued_veh: Type.Number({ description: 'Standing; an estimate while the lane is silent' }),
  approaching_veh: Nullable(Type.Number({ description: 'Moving and near the stop line; null where the detectors do not tell' })),
  waited_s: Type.Number({ description: 'Since somebody stands there without green' }),
  flow_veh_h: Type.Number({ description: 'Mean over ten minutes' }),
  free: Type.Boolean({ description: 'In no phase: may always go' }),
  green: Type.Boolean({ description: 'May go now' }),
})
export type LaneDocument = Static<typeof LaneDocument>

export const JunctionDocument = Type.Object(
  {
    id: Type.String(),
    district: Type.String(),
    name: Text,
    at: LonLat,
    now: Time,
    controller: Type.String({ description: 'That steers it now' }),
    decision_s: Type.Number(),
    mode: Type.Union([Type.Literal('auto'), Type.Literal('suggest'), Type.Literal('hand'), Type.Literal('local')], {
      description:
        'auto: the brain acts. suggest: people act, the brain advises. hand: a person holds it. local: no data, it runs its own plan',
    }),
    hand: Nullable(Type.Object({ by: Type.String(), until: Time })),
    reason: Nullable(Type.Object({ text: Text, ts: Time }, { description: 'Of the command that stands, else of the suggestion' })),
    stage: Nullable(
      Type.Object(
        {
          phase: PhaseIndex,
          target: PhaseIndex,
          clearing: Type.Boolean(),
          age_s: Type.Number({ description: 'Of the green or the clearance, at `ts`' }),
          clearance_s: Type.Number({ description: 'From `phase` to `target`' }),
          ts: Time,
        },
        { description: 'As last heard; null before the first count' },
      ),
    ),
    yellow_s: Type.Number(),
    all_red_s: Type.Number(),
    phases: Type.Array(
      Type.Object({ index: PhaseIndex, lanes: Type.Array(Type.String()), green_s_min: Type.Number(), green_s_max: Type.Number() }),
    ),
    approaches: Type.Array(
      Type.Object({ road: Type.String(), name: Nullable(Text), bearing_deg: Bearing, lanes: Type.Array(LaneDocument) }),
    ),
    exits: Type.Array(Type.Object({ road: Type.String(), name: Nullable(Text), bearing_deg: Bearing })),
    plan: Nullable(
      Type.Object(
        { made: Time, stages: Type.Array(Type.Object({ phase: PhaseIndex, from: Time, until: Time })) },
        { description: 'Greens of the next minute, the running one first; null for a controller that makes no plan' },
      ),
    ),
    observed: Nullable(ControllerPlan),
    next_best: Nullable(
      Type.Object(
        { phase: PhaseIndex, behind: Type.Number(), unit: Text },
        { description: 'The runner-up of the newest comparison; null for a controller that compares nothing' },
      ),
    ),
    neighbours: Type.Array(
      Type.Object({
        id: Type.String(),
        name: Text,
        bearing_deg: Bearing,
        expected_veh: Nullable(Type.Number({ description: 'Planned to arrive from there within a minute; null when it tells no plan' })),
        first: Nullable(Time),
      }),
    ),
    commands: Type.Array(CommandDocument, { description: 'Newest first' }),
  },
  { title: 'Junction' },
)
export type JunctionDocument = Static<typeof JunctionDocument>
