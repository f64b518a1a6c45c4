/** What a crew phone reads out of `crew.task` (contract section 4): checked, because it comes over the wire. */
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { LonLat } from '../engine/base/geo.ts'
import type { Payload } from './device.ts'

const Place = Type.Tuple([Type.Number(), Type.Number()])
const Stop = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  kind: Type.Union([Type.Literal('bin'), Type.Literal('tip')]),
  ref: Type.String({ maxLength: 256 }),
  at: Place,
  service_s: Type.Number({ minimum: 0 }),
  route: Type.Array(Place),
})
const Order = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 128 }),
  kind: Type.String(),
  where: Type.Object({ at: Place }),
  service_s: Type.Number({ minimum: 0 }),
  route: Type.Optional(Type.Array(Place)),
  stops: Type.Optional(Type.Array(Stop)),
})
const checker = Compile(Order)
const isOrder = (value: unknown): value is Static<typeof Order> => checker.Check(value)

export interface CrewOrder {
  readonly task: string
  readonly kind: string
  readonly at: LonLat
  readonly service_s: number
  /** Empty when the engine gave none. */
  readonly route: readonly LonLat[]
  /** Of a round, in driving order; empty of any other task. */
  readonly stops: readonly OrderStop[]
}

export type OrderStop = Readonly<Static<typeof Stop>>

/** The order in a `crew.task` command, or null when it is none. */
export function findOrder(fields: Payload): CrewOrder | null {
  const { task } = fields
  if (!isOrder(task)) return null
  return { task: task.id, kind: task.kind, at: task.where.at, service_s: task.service_s, route: task.route ?? [], stops: task.stops ?? [] }
}
