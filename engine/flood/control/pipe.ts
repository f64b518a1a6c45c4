/**
 * Flow of one pipe over a step, by the momentum equation without its convective terms (local inertia, pressure, gravity and Manning's friction,
 * all at the end of the step; de Almeida and Bates 2013). Inertia bounds how strongly a flow answers a head, so that long flat pipes whose water
 * stands level have a solution that Newton finds.
 */
import type { Conduit } from '../../model/drainage.ts'
import { lookUp, type SectionTable } from './section.ts'
import type { Flows } from './structures.ts'

const GRAVITY = 9.81
/** At a free end on a flat pipe the water stands this share of its depth above the bottom. */
const FREE = 0.6

export interface Pipe {
  readonly link: Conduit
  readonly table: SectionTable
  /** Levels of the bottom at either end. */
  readonly from_m: number
  readonly to_m: number
}

/** Writes the flow at the end of the step at these heads; `before_m3_s` is that of its beginning. */
export function pipeFlow(pipe: Pipe, l: number, from_m: number, to_m: number, before_m3_s: number, dt_s: number, flows: Flows): void {
  const { table, link } = pipe
  const back = Math.max(to_m, pipe.to_m) > Math.max(from_m, pipe.from_m)
  const { now_m3_s, by_from, by_to } = flows
  const up = back ? to_m : from_m
  const down = back ? from_m : to_m
  const sill = back ? pipe.to_m : pipe.from_m
  const out = back ? pipe.from_m : pipe.to_m
  const depth = up - sill
  by_from[l] = 0
  by_to[l] = 0
  if (depth <= 0 || (back && link.flap)) {
    now_m3_s[l] = 0
    return
  }
  const wet = Math.min(depth, table.height_m)
  // At a free end the water stands at its normal depth on a falling pipe, somewhat lower on a flat one.
  const share = sill > out ? 1 : FREE
  const free = out + wet * share
  const drowned = down >= free
  const drop = Math.max(0, up - (drowned ? down : free))
  // The mean of both ends: the same in either direction, so that nothing jumps where the flow turns.
  const beyond = drowned ? Math.min(down - out, table.height_m) : wet * share
  const mean = (wet + beyond) / 2
  const { value: carried, slope: carried_grows } = lookUp(table.conveyance_m3_s, table.height_m, mean)
  const { value: area, slope: area_grows } = lookUp(table.area_m2, table.height_m, mean)
  const push = (GRAVITY * dt_s) / link.length_m
  const friction = (GRAVITY * dt_s * area) / carried ** 2
  const gained = (back ? -before_m3_s : before_m3_s) + push * area * drop
  // q + friction·q·|q| = gained, linear about the flow of the last iteration: Newton for the flow, not for the head, never leaps over where the
  // flow turns (Todini and Pilati 1988, as for pressurised networks).
  const last = back ? -now_m3_s[l] : now_m3_s[l]
  const stiff = 1 + 2 * friction * Math.abs(last)
  const moving = (gained + friction * last * Math.abs(last)) / stiff
  const by_drop = (push * area) / stiff
  const by_depth =
    (push * drop * area_grows) / stiff +
    Math.max(0, ((friction * moving * Math.abs(moving)) / stiff) * ((2 * carried_grows) / carried - area_grows / area))
  const below_crown = depth < table.height_m
  const entering = below_crown && moving > 0 ? lookUp(table.critical_m3_s, table.height_m, depth) : null
  const held = entering !== null && moving > entering.value
  const flow = held ? entering.value : moving
  const grows = drowned || !below_crown ? 1 : 1 - share
  const mean_by_up = (below_crown ? 0.5 : 0) * (drowned ? 1 : 1 + share)
  const mean_by_down = drowned && down - out < table.height_m ? 0.5 : 0
  const by_up = held ? entering.slope : by_depth * mean_by_up + by_drop * grows
  const by_down = drowned && !held ? by_depth * mean_by_down - by_drop : 0
  if (link.flap && (back ? -flow : flow) < 0) {
    now_m3_s[l] = 0
    return
  }
  now_m3_s[l] = back ? -flow : flow
  by_from[l] = back ? -by_down : by_up
  by_to[l] = back ? -by_up : by_down
}
