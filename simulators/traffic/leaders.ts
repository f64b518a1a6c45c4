/** Who drives ahead of whom, and how far (CityFlow `Vehicle::updateLeaderAndGap`). */
import { sight_m } from './car-following.ts'
import { type Lists, NONE } from './lists.ts'
import type { StreetNetwork } from './roadnet.ts'
import type { Vehicles } from './vehicles.ts'

export interface Leaders {
  /** Finds the leader of a vehicle behind `ahead` on the same drivable, NONE when it is the first there. */
  follow(vehicle: number, ahead: number): void
  /** Finds everybody's. */
  followAll(): void
}

export function createLeaders({ lanes, links, length_m }: StreetNetwork, vehicles: Vehicles, { first, last, behind }: Lists): Leaders {
  const { kinds, routes, route, place, where, position_m, leader, gap_m } = vehicles
  const on_links = lanes.length
  const siblings = links.map(({ from }) => Int32Array.from(lanes[from].links))

  const lead = (v: number, ahead: number, gap: number): void => {
    leader[v] = ahead
    gap_m[v] = gap
  }

  /** The nearest on any link out of the same lane: all of them overlap where they begin. */
  function followOnto(v: number, link: number, distance_m: number): void {
    for (const one of siblings[link]) {
      const tail = last[on_links + one]
      if (tail === NONE) continue
      const gap = distance_m + position_m[tail] - kinds[tail].length_m
      if (leader[v] === NONE || gap < gap_m[v]) lead(v, tail, gap)
    }
  }

  /** On the further way, as far as it sees; always onto the next drivable. */
  function lookAhead(v: number): void {
    const sight = sight_m(kinds[v])
    let distance_m = length_m[where[v]] - position_m[v]
    let at_place = place[v]
    for (let here = where[v]; distance_m <= sight || here === where[v]; ) {
      if (here < on_links) {
        const link = routes.link(route[v], at_place, here)
        if (link === NONE) return
        followOnto(v, link, distance_m)
        here = on_links + link
      } else {
        here = links[here - on_links].to
        at_place++
        const tail = last[here]
        if (tail !== NONE) lead(v, tail, distance_m + position_m[tail] - kinds[tail].length_m)
      }
      if (leader[v] !== NONE) return
      distance_m += length_m[here]
    }
  }

  function follow(v: number, ahead: number): void {
    leader[v] = NONE
    if (ahead === NONE) lookAhead(v)
    else lead(v, ahead, position_m[ahead] - kinds[ahead].length_m - position_m[v])
  }

  return {
    follow,
    followAll() {
      for (let drivable = 0; drivable < first.length; drivable++) {
        let ahead = NONE
        for (let v = first[drivable]; v !== NONE; v = behind[v]) {
          follow(v, ahead)
          ahead = v
        }
      }
    },
  }
}
