/**
 * How the vehicles of a lane divide among the roads that it leads to. Counts name no turns; but who enters a road behind a junction came
 * from one of the lanes that lead there and have just sent somebody. Each arrival is divided among these by what is believed of them so
 * far, step by step (expectation and maximisation, Dempster, Laird & Rubin 1977); older ones count less.
 */
import type { EpochMs } from '../base/time.ts'
import { SECOND_MS } from '../base/time.ts'
import type { LaneWays, SignalJunction } from '../model/signal-network.ts'
import { ENTRIES_FADE_PER_S, type LaneMemory } from './lane-memory.ts'

/** From the stop line over the junction, from a standing start. */
const CROSSING_MS = 6 * SECOND_MS
/** Until vehicles are seen the exits are alike: as if so many had been. */
const PRIOR_VEH = 3

/** Share of a lane's vehicles that take one of these exits. */
export function shareOfWays({ turned_veh }: LaneMemory, { exits, of }: Omit<LaneWays, 'lane'>): number {
  if (exits.length >= of) return 1
  let all_veh = PRIOR_VEH
  for (const veh of turned_veh) all_veh += veh
  return exits.reduce((sum, exit) => sum + (turned_veh[exit] ?? 0) + PRIOR_VEH / of, 0) / all_veh
}

/** @param risen_veh vehicles that have entered each leaving lane since the last count, `dt_s` ago. */
export function learnTurns(
  { lanes, described }: SignalJunction,
  memories: readonly LaneMemory[],
  risen_veh: ReadonlyMap<string, number>,
  ts: EpochMs,
  dt_s: number,
): void {
  if (lanes.every(({ exits }) => exits.length < 2)) return
  const fade = ENTRIES_FADE_PER_S ** dt_s
  for (const { turned_veh } of memories) for (const exit of turned_veh.keys()) turned_veh[exit] *= fade
  const entered_veh = new Map<string, number>()
  for (const { id, road } of described.leaving) entered_veh.set(road, (entered_veh.get(road) ?? 0) + (risen_veh.get(id) ?? 0))
  for (const [road, veh] of entered_veh) {
    if (veh <= 0) continue
    const senders = lanes.flatMap(({ exits }, lane) => {
      const { left } = memories[lane]
      const exit = exits.indexOf(road)
      if (exit < 0 || left === null || ts - left > CROSSING_MS) return []
      return [{ lane, exit, share: shareOfWays(memories[lane], { exits: [exit], of: exits.length }) }]
    })
    const shares = senders.reduce((sum, { share }) => sum + share, 0)
    for (const { lane, exit, share } of senders) {
      const { turned_veh } = memories[lane]
      while (turned_veh.length < lanes[lane].exits.length) turned_veh.push(0)
      turned_veh[exit] += (veh * share) / shares
    }
  }
}
