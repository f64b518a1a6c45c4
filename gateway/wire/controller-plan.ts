/** What a junction's controller says it runs, beside what it was told. */
import { type Static, Type } from 'typebox'
import { Nullable, Time } from './api.ts'

export const ControllerPlan = Type.Object(
  {
    ts: Time,
    plan: Nullable(Type.Integer({ description: 'As the controller numbers its plans' })),
    cycle_s: Nullable(Type.Number()),
    offset_s: Nullable(Type.Number()),
    splits: Type.Array(Type.Object({ phase: Type.Integer(), green_s: Type.Number() })),
    manual: Type.Boolean({ description: 'By hand at the cabinet' }),
    flash: Type.Boolean(),
    differences: Type.Array(
      Type.Object({
        what: Type.Union([
          Type.Literal('cycle'),
          Type.Literal('offset'),
          Type.Literal('green'),
          Type.Literal('manual'),
          Type.Literal('flash'),
        ]),
        phase: Nullable(Type.Integer()),
        commanded_s: Nullable(Type.Number()),
        observed_s: Nullable(Type.Number()),
      }),
    ),
    since: Nullable(Time),
  },
  { description: 'Known state, never a command' },
)
export type ControllerPlan = Static<typeof ControllerPlan>
