/** A fleet as it is written between two runs of the demo. */
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { UrbanError } from '../engine/base/errors.ts'
import type { EpochMs } from '../engine/base/time.ts'
import type { DeviceKey } from '../engine/model/city.ts'
import type { DeviceState } from './device.ts'
import type { LinkState } from './link.ts'
import type { WorldState } from './world/world.ts'

export interface SavedFleet {
  /** Raised whenever an older save could no longer be read. */
  readonly version: 1
  readonly city: string
  readonly scenario: string
  readonly seed: number
  readonly from: EpochMs
  readonly now: EpochMs
  readonly world: WorldState
  readonly link: LinkState
  readonly devices: Readonly<Record<DeviceKey, DeviceState>>
}

/** Deep enough to tell a save from another file or a torn one; within a version the rest is what `save` wrote. */
const Shape = Type.Object({
  version: Type.Literal(1),
  city: Type.String(),
  scenario: Type.String(),
  seed: Type.Number(),
  from: Type.Number(),
  now: Type.Number(),
  world: Type.Object({
    water: Type.Object({ points: Type.Object({}), pumps: Type.Object({}), gates: Type.Object({}) }),
    signals: Type.Object({}),
    streets: Type.Object({ lanes: Type.Object({}), totals: Type.Object({}) }),
    bins: Type.Object({}),
    streetEvents: Type.Object({}),
    residents: Type.Object({ seen: Type.Object({}), pending: Type.Object({}), totals: Type.Object({}) }),
    responses: Type.Object({ response_min: Type.Array(Type.Number()), totals: Type.Object({}) }),
    moments: Type.Object({}),
  }),
  link: Type.Object({ pending: Type.Array(Type.Object({})), frozen: Type.Object({}), repaired: Type.Object({}) }),
  devices: Type.Record(Type.String(), Type.Object({ due: Type.Number(), seq: Type.Number() })),
})
const checker = Compile(Shape)
const isSaved = (value: unknown): value is Static<typeof Shape> & SavedFleet => checker.Check(value)

export function parseSavedFleet(
  value: unknown,
  of: { readonly city: string; readonly scenario: string; readonly seed: number },
): SavedFleet {
  if (!isSaved(value)) throw new UrbanError('input', 'fleet_saved', 'not a saved fleet of this version')
  if (value.city !== of.city || value.scenario !== of.scenario || value.seed !== of.seed) {
    const found = `city ${value.city}, scenario ${value.scenario}, seed ${value.seed}`
    throw new UrbanError('input', 'fleet_saved', `saved for another fleet (${found})`)
  }
  return value
}
