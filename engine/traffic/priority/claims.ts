/** From corridors to what is asked of each junction now: which phase, for whom, who waits, and since when. */
import type { EpochMs } from '../../base/time.ts'
import { SECOND_MS } from '../../base/time.ts'
import type { Context } from '../../model/context.ts'
import type { SignalJunction } from '../../model/signal-network.ts'
import { countOf, type Site } from '../controllers/controller.ts'
import { type Approach, approachesOf, type Corridor, type Hold, phaseFor } from './corridor.ts'
import { leastGreen_s } from './walks.ts'

export interface Claim {
  readonly corridor: Corridor
  readonly junction: SignalJunction
  /** By position. */
  readonly phase: number
  readonly arrive_s: number
  /** Vehicles on the crew's lane before it; null when the junction is silent. */
  readonly ahead_veh: number | null
  /** The corridor that has to wait for this one. */
  readonly before: Corridor | null
}

/** From green to steady discharge, and between two vehicles after that: 0.4 vehicles a second, as the planner reckons. */
const START_S = 3.5
const HEADWAY_S = 2.5
/** The last one before the crew should be out of its sight when it comes. */
const MARGIN_S = 6
/** Queue thought to stand before a junction that says nothing. */
const UNKNOWN_VEH = 8
/** Nobody is stopped longer for one crew. */
const HOLD_S_MAX = 150
/** Nothing is done for a junction that is further away. */
const LOOK_S = 240

interface Need {
  readonly clear_s: number
  /** Until the crew's lanes would have green if it were asked for now. */
  readonly to_green_s: number
  readonly ahead_veh: number | null
}

export function claimsOf(
  corridors: ReadonlyMap<string, Corridor>,
  context: Context,
  siteOf: (junction: string) => Site | null,
  now: EpochMs,
): Map<string, Claim> {
  const claims = new Map<string, Claim>()
  for (const corridor of inOrder(corridors)) {
    const needs = new Map<string, Need>()
    const delayAt_s = ({ leg, arrive_s }: Approach): number => {
      const need = needs.get(leg.junction)
      return need === undefined ? 0 : Math.max(0, need.to_green_s + need.clear_s - arrive_s)
    }
    const wanted = new Set<string>()
    for (const approach of approachesOf(corridor, now, delayAt_s)) {
      const { leg, arrive_s } = approach
      if (arrive_s > LOOK_S) break
      const junction = context.signal_network.get(leg.junction)
      if (junction === undefined || wanted.has(leg.junction) || corridor.given_up.has(leg.junction)) continue
      if (leg.lanes.every((lane) => junction.phases_of[lane].length === 0)) continue
      const site = siteOf(leg.junction)
      const need = needOf(junction, site, approach)
      needs.set(leg.junction, need)
      const hold = corridor.holds.get(leg.junction)
      if (hold === undefined && arrive_s > need.to_green_s + need.clear_s + MARGIN_S) continue
      if (hold !== undefined && now - hold.since > HOLD_S_MAX * SECOND_MS) {
        corridor.given_up.add(leg.junction)
        continue
      }
      wanted.add(leg.junction)
      claim(claims, corridor, junction, site, approach, hold, need.ahead_veh)
    }
    for (const junction of corridor.holds.keys()) if (!wanted.has(junction)) corridor.holds.delete(junction)
  }
  return claims
}

/** The most urgent first; among equals the one that has less way before it, so that it is out of the way soonest. */
function inOrder(corridors: ReadonlyMap<string, Corridor>): Corridor[] {
  return [...corridors.values()].sort((a, b) => a.priority - b.priority || (a.task < b.task ? -1 : 1))
}

function needOf(junction: SignalJunction, site: Site | null, { leg, gap_m }: Approach): Need {
  if (site === null)
    return {
      clear_s: START_S + UNKNOWN_VEH * HEADWAY_S,
      to_green_s: Math.max(...junction.green_min_s) + junction.clearance_s,
      ahead_veh: null,
    }
  const ahead_veh = Math.max(...leg.lanes.map((lane) => aheadOn(site, lane, gap_m)))
  const serves = leg.lanes.some((lane) => junction.phases[site.phase].includes(lane))
  const waited_s = serves
    ? 0
    : junction.clearance_s + Math.max(0, leastGreen_s(site.context, junction, site.phase, site.now) - (site.green_s ?? 0))
  return {
    clear_s: ahead_veh === 0 ? 0 : START_S + ahead_veh * HEADWAY_S,
    to_green_s: waited_s + site.clearing_left_s,
    ahead_veh,
  }
}

/** Its own length and a gap: the crew's vehicle is among those that are counted. */
const OWN_M = 8

function aheadOn({ memory }: Site, lane: number, gap_m: number | null): number {
  const { heard, track, virtual_veh } = memory.lanes[lane]
  if (heard === null) return virtual_veh
  return gap_m === null ? track.x_m.length : track.x_m.filter((x_m) => x_m < gap_m - OWN_M).length
}

/** Who comes to a junction that another corridor has claimed: the more urgent one, then the earlier one, keeps it. */
function claim(
  claims: Map<string, Claim>,
  corridor: Corridor,
  junction: SignalJunction,
  site: Site | null,
  { leg, arrive_s }: Approach,
  hold: Hold | undefined,
  ahead_veh: number | null,
): void {
  const other = claims.get(junction.id)
  const first = other === undefined || isBefore(corridor, arrive_s, other)
  const winner = first ? leg.lanes : lanesAt(other.corridor, junction.id)
  const second = first ? (other === undefined ? [] : lanesAt(other.corridor, junction.id)) : leg.lanes
  const worth = (phase: number): number =>
    site === null ? 0 : junction.phases[phase].reduce((sum, lane) => sum + countOf(site, lane).queued + countOf(site, lane).approaching, 0)
  const held = (first ? hold : other.corridor.holds.get(junction.id))?.phase ?? site?.phase ?? -1
  const phase = phaseFor(junction, winner, second, held, worth)
  if (phase === null) return
  const both = second.length > 0 && second.some((lane) => junction.phases[phase].includes(lane))
  const before = other === undefined || both ? null : first ? other.corridor : corridor
  if (first) claims.set(junction.id, { corridor, junction, phase, arrive_s, ahead_veh, before })
  else claims.set(junction.id, { ...other, phase, before })
}

const isBefore = (corridor: Corridor, arrive_s: number, other: Claim): boolean =>
  corridor.priority < other.corridor.priority || (corridor.priority === other.corridor.priority && arrive_s < other.arrive_s)

const lanesAt = ({ legs, next }: Corridor, junction: string): readonly number[] =>
  legs.slice(next).find((leg) => leg.junction === junction)?.lanes ?? []
