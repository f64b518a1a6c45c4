/** An arterial as its signals see it: where each junction lies along it, and which lanes and phases carry each direction. */
import { distance_m } from '../../base/geo.ts'
import type { Arterial, City } from '../../model/city.ts'
import type { SignalJunction, SignalNetwork } from '../../model/signal-network.ts'

export const DIRECTIONS = ['along', 'against'] as const
export type Direction = (typeof DIRECTIONS)[number]

export interface Stop {
  readonly junction: SignalJunction
  /** Metres from the first junction, from middle to middle. */
  readonly along_m: number
  /** Entering lanes of each direction that go on along the arterial, by position. */
  readonly lanes: Readonly<Record<Direction, readonly number[]>>
  /** Phases that give green to one of them, by position. */
  readonly phases: Readonly<Record<Direction, readonly number[]>>
}

export interface ArterialStops {
  readonly arterial: Arterial
  readonly stops: readonly Stop[]
  readonly speed_mps: number
}

/** Derived from the city alone and made once for it. */
const made = new WeakMap<City, readonly ArterialStops[]>()

export function arterialsOf(city: City, network: SignalNetwork): readonly ArterialStops[] {
  const known = made.get(city)
  if (known !== undefined) return known
  const all = city.arterials.map((arterial) => ({ arterial, stops: stopsOf(arterial, network), speed_mps: arterial.speed_kmh / 3.6 }))
  made.set(city, all)
  return all
}

const weighed = new WeakMap<City, ReadonlyMap<string, ReadonlyMap<number, number>>>()

/** What each lane of an arterial counts for its green wave, by junction and position: the weight of its direction. */
export function waveWeights(city: City, network: SignalNetwork): ReadonlyMap<string, ReadonlyMap<number, number>> {
  const known = weighed.get(city)
  if (known !== undefined) return known
  const weights = new Map<string, Map<number, number>>()
  for (const { arterial, stops } of arterialsOf(city, network)) {
    for (const { junction, lanes } of stops) {
      const own = weights.get(junction.id) ?? new Map<number, number>()
      for (const direction of DIRECTIONS) for (const lane of lanes[direction]) own.set(lane, arterial.weights[direction])
      weights.set(junction.id, own)
    }
  }
  weighed.set(city, weights)
  return weights
}

/** Whether the junction belongs to an arterial. */
export const isOnArterial = ({ city }: { readonly city: City }, id: string): boolean =>
  city.arterials.some(({ junctions }) => junctions.includes(id))

function stopsOf({ junctions }: Arterial, network: SignalNetwork): Stop[] {
  const row = junctions.flatMap((id) => network.get(id) ?? [])
  let along_m = 0
  return row.map((junction, i): Stop => {
    const [before, after] = [row[i - 1], row[i + 1]]
    if (before !== undefined) along_m += gap_m(before, junction)
    const lanes = { along: lanesBetween(before, junction, after), against: lanesBetween(after, junction, before) }
    const serving = (own: readonly number[]): number[] =>
      [...new Set(own.flatMap((lane) => junction.phases_of[lane]))].sort((a, b) => a - b)
    return { junction, along_m, lanes, phases: { along: serving(lanes.along), against: serving(lanes.against) } }
  })
}

/** Straight from middle to middle, or the length of the lane that joins them where that is longer. */
function gap_m(a: SignalJunction, b: SignalJunction): number {
  const joining = (from: SignalJunction, to: SignalJunction): number[] =>
    to.lanes.flatMap(({ feeders, length_m }) => (feeders.some(({ junction }) => junction === from.id) ? [length_m] : []))
  return Math.max(distance_m(a.described.at, b.described.at), ...joining(a, b), ...joining(b, a))
}

/** Lanes that come from one neighbour and lead to the other; at an end of the arterial, those that go straight on. */
function lanesBetween(from: SignalJunction | undefined, at: SignalJunction, to: SignalJunction | undefined): number[] {
  if (from === undefined && to === undefined) return []
  const { entering } = at.described
  const straight = (lane: number): boolean => entering[lane].turns.includes('through')
  const comes = (lane: number): boolean =>
    from === undefined ? straight(lane) : at.lanes[lane].feeders.some(({ junction }) => junction === from.id)
  const leads = (lane: number): boolean =>
    to === undefined
      ? straight(lane)
      : to.lanes.some(({ feeders }) => feeders.some((feeder) => feeder.junction === at.id && feeder.lane === lane))
  const all = [...entering.keys()]
  const both = all.filter((lane) => comes(lane) && leads(lane))
  const onward = both.filter(straight)
  return onward.length > 0 ? onward : both
}
