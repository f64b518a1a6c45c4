/**
 * The time–space diagram of an arterial (时空图): the greens of each direction at every junction, seen and planned, and the bands in
 * which a vehicle at design speed meets nothing but green.
 */
import type { EpochMs } from '../../base/time.ts'
import { SECOND_MS } from '../../base/time.ts'
import type { Bilingual } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { TrafficState } from '../state.ts'
import { type ArterialStops, arterialsOf, DIRECTIONS, type Direction, type Stop } from './arterial.ts'
import { turnOf } from './coordination-plan.ts'

export interface GreenSpan {
  readonly from: EpochMs
  readonly until: EpochMs
  /** Not seen yet. */
  readonly planned: boolean
}

/** Vehicles that start within it pass every junction at green. */
export interface Band {
  readonly from: EpochMs
  readonly until: EpochMs
  /** Seconds from the first junction driven to each, in the order of the arterial. */
  readonly travel_s: readonly number[]
}

export interface TimeSpace {
  readonly id: string
  readonly now: EpochMs
  readonly from: EpochMs
  readonly until: EpochMs
  readonly speed_kmh: number
  readonly stops: readonly {
    readonly junction: string
    readonly name: Bilingual
    readonly along_m: number
    readonly greens: Readonly<Record<Direction, readonly GreenSpan[]>>
    /** When vehicles are planned to leave over the stop line, more likely than not; empty without a planner. */
    readonly departures: Readonly<Record<Direction, readonly EpochMs[]>>
  }[]
  readonly bands: Readonly<Record<Direction, readonly Band[]>>
}

/** Null for an arterial that the city does not have. */
export function timeSpaceOf(
  state: TrafficState,
  context: Context,
  id: string,
  past_s: number,
  ahead_s: number,
  now: EpochMs,
): TimeSpace | null {
  const found = arterialsOf(context.city, context.signal_network).find(({ arterial }) => arterial.id === id)
  if (found === undefined) return null
  const from = now - past_s * SECOND_MS
  const until = now + ahead_s * SECOND_MS
  const stops = found.stops.map((stop) => ({
    junction: stop.junction.id,
    name: stop.junction.described.name,
    along_m: Math.round(stop.along_m),
    greens: { along: greensOf(state, stop, 'along', from, until, now), against: greensOf(state, stop, 'against', from, until, now) },
    departures: { along: departuresOf(state, stop, 'along', until, now), against: departuresOf(state, stop, 'against', until, now) },
  }))
  const [along, against] = DIRECTIONS.map((direction) =>
    bandsOf(
      found,
      stops.map(({ greens }) => greens[direction]),
      direction,
    ),
  )
  return { id, now, from, until, speed_kmh: found.arterial.speed_kmh, stops, bands: { along, against } }
}

function greensOf(
  state: TrafficState,
  { junction, phases }: Stop,
  direction: Direction,
  from: EpochMs,
  until: EpochMs,
  now: EpochMs,
): GreenSpan[] {
  const seen = (state.area.greens.get(junction.id) ?? []).map(({ phase, from: begin, until: end }) => ({
    phase,
    from: begin,
    until: end,
    planned: false,
  }))
  const all = [...seen, ...plannedOf(state, junction.id, junction.clearance_s, until, now)]
  return joined(all.filter(({ phase, from: begin, until: end }) => phases[direction].includes(phase) && end > from && begin < until))
}

/** A foreseen vehicle that is less likely than this is none. */
const LIKELY = 0.5

function departuresOf(state: TrafficState, { junction, lanes }: Stop, direction: Direction, until: EpochMs, now: EpochMs): EpochMs[] {
  const planned = state.junctions.get(junction.id)?.plan
  if (planned === undefined || planned === null) return []
  const { made, plan } = planned
  const times = lanes[direction].flatMap((lane) => {
    const { at_s, weight_veh } = plan.departures[lane]
    return at_s.filter((_, k) => weight_veh[k] >= LIKELY).map((s) => made + Math.round(s * SECOND_MS))
  })
  return times.filter((at) => at >= now && at < until).sort((a, b) => a - b)
}

type PhaseSpan = GreenSpan & { readonly phase: number }

/** From the planner's stages, else from the coordinated plan; other controllers do not know before. */
function plannedOf(state: TrafficState, id: string, clearance_s: number, until: EpochMs, now: EpochMs): PhaseSpan[] {
  const plan = state.junctions.get(id)?.plan
  if (plan !== undefined && plan !== null) {
    return plan.plan.stages
      .map(({ phase, start_s, end_s }) => ({
        phase,
        from: plan.made + start_s * SECOND_MS,
        until: plan.made + end_s * SECOND_MS,
        planned: true,
      }))
      .filter((span) => span.until > now)
      .map((span) => ({ ...span, from: Math.max(now, span.from) }))
  }
  const { coordination } = state.area
  const spans: PhaseSpan[] = []
  if (coordination === null) return spans
  for (let at = now; at < until; ) {
    const turn = turnOf(coordination, id, at)
    if (turn === null) return spans
    const end = at + turn.left_s * SECOND_MS
    const begin = at === now ? at : at + clearance_s * SECOND_MS
    if (begin < end) spans.push({ phase: turn.phase, from: begin, until: end, planned: true })
    at = end + 1
  }
  return spans
}

/** Greens that touch are one, however many phases they are made of. */
function joined(spans: readonly PhaseSpan[]): GreenSpan[] {
  const out: GreenSpan[] = []
  for (const { from, until, planned } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = out[out.length - 1]
    if (last !== undefined && last.planned === planned && from <= last.until + SECOND_MS)
      out[out.length - 1] = { ...last, until: Math.max(last.until, until) }
    else out.push({ from, until, planned })
  }
  return out
}

const BAND_S_MIN = 3

/** The greens of the first junction driven, cut at each further one to what arrives at green there. */
function bandsOf({ stops, speed_mps }: ArterialStops, greens: readonly (readonly GreenSpan[])[], direction: Direction): Band[] {
  const length_m = stops[stops.length - 1]?.along_m ?? 0
  const travel_s = stops.map(({ along_m }) => (direction === 'along' ? along_m : length_m - along_m) / speed_mps)
  const order = direction === 'along' ? [...stops.keys()] : [...stops.keys()].reverse()
  let bands: readonly { readonly from: EpochMs; readonly until: EpochMs }[] | null = null
  for (const i of order) {
    const shift_ms = travel_s[i] * SECOND_MS
    const here = merged(greens[i]).map(({ from, until }) => ({ from: from - shift_ms, until: until - shift_ms }))
    bands =
      bands === null
        ? here
        : bands.flatMap((band) =>
            here.map((green) => ({ from: Math.max(band.from, green.from), until: Math.min(band.until, green.until) })),
          )
    bands = bands.filter(({ from, until }) => until - from >= BAND_S_MIN * SECOND_MS)
  }
  return (bands ?? []).map((band) => ({ ...band, travel_s: travel_s.map((s) => Math.round(s * 10) / 10) }))
}

/** A green that is seen and goes on as planned is one green for a vehicle. */
function merged(spans: readonly GreenSpan[]): { readonly from: EpochMs; readonly until: EpochMs }[] {
  const out: { from: EpochMs; until: EpochMs }[] = []
  for (const { from, until } of spans) {
    const last = out[out.length - 1]
    if (last !== undefined && from <= last.until + SECOND_MS) last.until = Math.max(last.until, until)
    else out.push({ from, until })
  }
  return out
}
