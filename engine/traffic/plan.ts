/** What is asked of the beam search (beam.ts), and its answer. */

/** Arrivals of all lanes one after the other; lane l has `first[l]` … `first[l + 1]`, ascending, seconds from now. */
export interface Arrivals {
  readonly first: Int32Array
  readonly at_s: Float64Array
  /** Vehicles: 1 for one that was seen, a probability for one that is foreseen. */
  readonly weight_veh: Float64Array
}

/** A lane and a share of its vehicles. */
export interface LaneShare {
  readonly lane: number
  readonly share: number
}

/** Of a lane, those who turn and give way, and of others those who go first. */
export interface GivesWay extends LaneShare {
  readonly to: readonly LaneShare[]
}

export interface PlanProblem {
  readonly arrivals: Arrivals
  /** Lanes by phase. */
  readonly phases: readonly (readonly number[])[]
  /** Lanes of every phase whose turns give way in it. */
  readonly yielding: readonly (readonly GivesWay[])[]
  /** Per lane: while the running phase is green, the first vehicle is seen to wait for a gap. */
  readonly held: readonly boolean[]
  readonly phase: number
  /** Seconds from now at which the running green may end, ascending; empty while clearing. */
  readonly holds_s: readonly number[]
  /** Seconds of clearance left; 0 when green. */
  readonly clearing_s: number
  /** The usual clearance, and that between two phases, `[from][to]`. */
  readonly clearance_s: number
  readonly intergreen_s: readonly (readonly number[])[]
  /** Green times tried for later stages, ascending; the shortest of each phase. */
  readonly greens_s: readonly number[]
  readonly green_min_s: readonly number[]
  readonly horizon_s: number
  /** Per lane of the running phase: when the next vehicle may follow the last one over the stop line. */
  readonly follow_s: Float64Array
  /** Per lane: as many vehicles fit into the road behind the junction. */
  readonly room_veh: Float64Array
  /** Per lane: between two vehicles over the stop line. */
  readonly headway_s: Float64Array
}

export interface Stage {
  readonly phase: number
  readonly start_s: number
  readonly end_s: number
}

export interface Plan {
  /** The first is the running one, unless clearing. */
  readonly stages: readonly Stage[]
  /** Cost of the best plan by what it does first: the running phase for keeping it, else the phase that comes next. */
  readonly costs: readonly number[]
  /** Per lane: planned departures, seconds from now, and their weights. */
  readonly departures: readonly { readonly at_s: readonly number[]; readonly weight_veh: readonly number[] }[]
}
