/**
 * Who goes first where two lane links cross: CityFlow's rules (`roadnet.cpp` Cross::canPass, `engine.cpp` notifyCross). The higher rank
 * goes before the lower, else who is there first; nobody waits for a vehicle that waits for him.
 */
import { brakeDistance_m, reachSteps, TURN_MPS, YIELD_M } from './car-following.ts'
import { type Lists, NONE } from './lists.ts'
import { RANK, type StreetNetwork } from './roadnet.ts'
import type { Vehicles } from './vehicles.ts'

export interface RightOfWay {
  /** Finds for every crossing the next vehicle on each side. */
  look(open: Uint8Array): void
  /** Whom the vehicle, `distance_m` before the crossing on this side of it, has to let pass; NONE when it may go. */
  foe(vehicle: number, link: number, cross: number, side: 0 | 1, distance_m: number): number
}

export function createRightOfWay({ lanes, links, crosses, length_m }: StreetNetwork, vehicles: Vehicles, lists: Lists): RightOfWay {
  const { kinds, where, previous, position_m, speed_mps, link_since_s, priority, yielded_to } = vehicles
  const { first, last, behind } = lists
  /** Per crossing and side: the next vehicle, and how far it has to the crossing. */
  const next = new Int32Array(crosses.length * 2)
  const next_m = new Float64Array(crosses.length * 2)
  const busy = links.flatMap((link, l) => (link.crosses.length > 0 ? [l] : []))

  function lookAlong(l: number, open: Uint8Array): void {
    const { from, to, crosses: points } = links[l]
    const here = lanes.length + l
    let c = points.length - 1
    const tell = (vehicle: number, to_m: number): void => {
      const at = points[c].cross * 2 + points[c].side
      next[at] = vehicle
      next_m[at] = to_m
    }
    // Just gone, its rear perhaps still on the crossing.
    const beyond = last[to]
    if (beyond !== NONE && previous[beyond] === here) {
      const rear_m = position_m[beyond] - kinds[beyond].length_m
      for (; c >= 0; c--) {
        const rest_m = length_m[here] - points[c].at_m
        if (rest_m + rear_m >= 0) break
        tell(beyond, -(position_m[beyond] + rest_m))
      }
    }
    for (let vehicle = first[here]; vehicle !== NONE && c >= 0; vehicle = behind[vehicle]) {
      for (; c >= 0; c--) {
        const to_m = points[c].at_m - position_m[vehicle]
        if (to_m < 0 && -to_m - kinds[vehicle].length_m > 0) break
        tell(vehicle, to_m)
      }
    }
    const comes = first[from]
    if (c < 0 || open[l] === 0 || comes === NONE || vehicles.ahead(comes) !== here) return
    const rest_m = length_m[from] - position_m[comes]
    for (; c >= 0; c--) tell(comes, rest_m + points[c].at_m)
  }

  /** Before the crossing with room to stop, or past it. */
  const canYield = (v: number, distance_m: number): boolean =>
    (distance_m > 0 && brakeDistance_m(speed_mps[v], kinds[v]) < distance_m - YIELD_M) ||
    (distance_m < 0 && distance_m + kinds[v].length_m < 0)

  const steps = (v: number, distance_m: number, rank: number): number =>
    reachSteps(speed_mps[v], kinds[v], distance_m, rank === RANK.go_straight ? kinds[v].speed_mps : TURN_MPS)

  function goesFirst(v: number, rank: number, distance_m: number, foe: number, foeRank: number, foe_m: number): boolean {
    if (!canYield(v, distance_m)) return true
    if (!canYield(foe, foe_m)) return false
    if (rank > foeRank) return true
    if (foe_m <= 0) return foe_m + kinds[foe].length_m < 0
    const ours = steps(v, distance_m, rank)
    const theirs = steps(foe, foe_m, foeRank)
    if (theirs > ours) return true
    if (rank < foeRank || theirs < ours) return false
    if (link_since_s[v] !== link_since_s[foe]) return link_since_s[v] < link_since_s[foe]
    return distance_m < foe_m || (distance_m === foe_m && priority[v] > priority[foe])
  }

  /** Whom it let pass in the last step, unless he has gone since. */
  const waitedFor = (v: number): number => (yielded_to[v] !== NONE && where[yielded_to[v]] !== NONE ? yielded_to[v] : NONE)

  /** Whether the chain of who waited for whom runs in a circle (Floyd's two pointers): then somebody has to go. */
  function waitsInCircle(vehicle: number): boolean {
    let slow = vehicle
    let fast = vehicle
    for (;;) {
      for (let hop = 0; hop < 2; hop++) {
        fast = waitedFor(fast)
        if (fast === NONE) return false
      }
      slow = waitedFor(slow)
      if (slow === fast) return true
    }
  }

  return {
    look(open) {
      next.fill(NONE)
      for (const l of busy) lookAlong(l, open)
    },
    foe(vehicle, link, cross, side, distance_m) {
      const at = cross * 2 + 1 - side
      const foe = next[at]
      if (foe === NONE) return NONE
      const foeRank = links[crosses[cross].links[1 - side]].rank
      if (goesFirst(vehicle, links[link].rank, distance_m, foe, foeRank, next_m[at]) || waitsInCircle(foe)) return NONE
      return foe
    },
  }
}
