/**
 * Permissive turns: who gives way goes through the gaps of those that go first (Highway Capacity Manual 2010, chapter 31). While a queue
 * discharges against it there are none; behind it a turn needs the critical headway before the next vehicle, and turns follow each other
 * at the saturation headway of their lane. Vehicles that are foreseen with a probability close the road with it, so that many unlikely ones
 * leave gaps as a Poisson stream does: exp(−v t_c).
 */

/** Critical headway of a permitted left turn, HCM 2010, chapter 31. */
const CRITICAL_S = 4.5
/** Of it so much lies behind who goes first: the road is free once they are past. */
const PAST_S = 1
/** A gap is seen when it has lasted so long. */
const SEEN_S = 0.5
/** Who waits inside the junction when green ends goes then, two seconds later (HCM 2010: a sneaker). */
const SNEAK_S = 2

/** Time in which the road is free for who gives way, second by second from now on: its sum before each second. */
export interface Gaps {
  readonly open_s: Float64Array
}

export const createGaps = (seconds: number): Gaps => ({ open_s: new Float64Array(seconds + 1) })

/** Every second is free. */
export function clearRoad({ open_s }: Gaps): void {
  open_s.fill(1)
}

/** Somebody who goes first crosses then, with this probability. Between `clearRoad` and `sumGaps`. */
export function closeRoad({ open_s }: Gaps, crosses_s: number, probability: number): void {
  const from_s = Math.max(0, crosses_s + PAST_S - CRITICAL_S)
  const until_s = Math.min(open_s.length - 1, crosses_s + PAST_S)
  for (let t = Math.floor(from_s); t < until_s; t++) {
    const closed_s = Math.min(t + 1, until_s) - Math.max(t, from_s)
    open_s[t] *= 1 - Math.min(1, probability) * closed_s
  }
}

export function sumGaps({ open_s }: Gaps): void {
  let sum_s = 0
  for (let t = 0; t < open_s.length; t++) {
    const free_s = open_s[t]
    open_s[t] = sum_s
    sum_s += free_s
  }
}

/** When the road will have been free for `need_s` since `from_s`; infinity beyond what is foreseen. */
function freeFor_s({ open_s }: Gaps, from_s: number, need_s: number): number {
  let t = Math.floor(from_s)
  if (t + 1 >= open_s.length) return Number.POSITIVE_INFINITY
  const wanted_s = open_s[t] + (from_s - t) * (open_s[t + 1] - open_s[t]) + need_s
  while (t + 1 < open_s.length && open_s[t + 1] < wanted_s) t++
  return t + 1 >= open_s.length ? Number.POSITIVE_INFINITY : Math.max(from_s, t + (wanted_s - open_s[t]) / (open_s[t + 1] - open_s[t]))
}

/** The turns of one lane in one green, in order. */
export interface Turns {
  /** Of those on the lane, who turn and give way: every so many-th, for nobody knows which. */
  readonly share: number
  /** Vehicles that will have turned, less those that have. */
  due_veh: number
  /** The last one waits inside the junction since then and crosses then. */
  enters_s: number
  crosses_s: number
  weight_veh: number
}

/** @param held the first on the lane turns, and another waits inside the junction already. */
export function beginTurns(gaps: Gaps, share: number, held: boolean): Turns {
  const crosses_s = held ? freeFor_s(gaps, 0, SEEN_S) : Number.NEGATIVE_INFINITY
  return { share, due_veh: held ? 1 - share : 0.5, enters_s: 0, crosses_s, weight_veh: 0 }
}

/** Whether the next vehicle of the lane gives way. */
export const isTurn = ({ due_veh, share }: Turns, weight_veh: number): boolean => due_veh + share * weight_veh >= 1 - 1e-9

/** The next vehicle has passed the stop line; what the one inside the junction before it has waited there, if another turn took its place. */
export function takeTurn(gaps: Gaps, turns: Turns, leaves_s: number, weight_veh: number, headway_s: number): number {
  turns.due_veh += turns.share * weight_veh
  if (turns.due_veh < 1 - 1e-9) return 0
  turns.due_veh -= 1
  const waited_veh_s = turns.weight_veh * Math.max(0, turns.crosses_s - turns.enters_s)
  const after_s = turns.crosses_s > 0 ? freeFor_s(gaps, turns.crosses_s, headway_s) : 0
  turns.crosses_s = Math.max(freeFor_s(gaps, leaves_s, SEEN_S), after_s)
  turns.enters_s = leaves_s
  turns.weight_veh = weight_veh
  return waited_veh_s
}

/** What who is inside the junction has waited there when green ends. */
export function insideAtEnd_veh_s({ weight_veh, enters_s, crosses_s }: Turns, end_s: number): number {
  return weight_veh * Math.max(0, Math.min(crosses_s, end_s + SNEAK_S) - enters_s)
}
