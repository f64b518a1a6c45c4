/** Rounds of the bin lorries, gathered from what others know: forecasts, crews on duty, streets, tips. */
import { type LonLat, placeOn } from './base/geo.ts'
import { type HourRange, withinHours } from './base/hours.ts'
import { type EpochMs, HOUR_MS, SECOND_MS } from './base/time.ts'
import type { CityState } from './city-state.ts'
import { shiftEnd } from './dispatch/crews.ts'
import type { CrewRecord } from './dispatch/record.ts'
import type { RoundGround } from './dispatch/rounds/review.ts'
import { busyLorries, load_l, type RoundRecord, volume_l } from './dispatch/rounds/work.ts'
import type { CityCrew, DeviceKey } from './model/city.ts'
import { COMMON_BIN, COMMON_LORRY } from './model/collection.ts'
import type { SkippedBin } from './model/round.ts'
import type { RoundProblem } from './model/solve.ts'
import { streetsNow } from './road-input.ts'
import type { RoundInput } from './waste/rounds/decide.ts'

const SKILL = 'collect'
/** Of a crew that is always on duty. */
const SHIFT_S = 8 * 3600
/** Nobody begins a round so shortly before going home. */
const SHIFT_S_MIN = 1800
/** No round lasts longer. */
const LONGEST_S = 2 * SHIFT_S
const SERVICE_S = 120
/** An older forecast says nothing of today. */
const FRESH_MS = 6 * HOUR_MS
/** A crew that has not taken a round is not planned with for so long. */
const DECLINED_MS = 2 * HOUR_MS
/** A bin stands so near to its street. */
const AT_STREET_M = 40
/** A second or so of the solver. */
const STEPS = 10_000
/** No bin is left out because the round ends some minutes later than planned. */
const SLACK_S = 1800
/** Whatever a round has begun with is to be finished: more than any way through a city, seconds. */
const KEPT_S = 36_000

/** What a planning can choose from. */
export function roundInput(state: CityState): RoundInput {
  const { context, waste, now } = state
  const planned = new Set(
    [...state.dispatch.open.values()].flatMap(
      ({ round }) => round?.stops.flatMap(({ state: is, ref }) => (is === 'left' ? [ref] : [])) ?? [],
    ),
  )
  const skipped: SkippedBin[] = []
  const fresh = [...waste.forecasts.values()].filter(({ bin, issued }) => now - issued <= FRESH_MS && !waste.rounds.avoid.has(bin))
  const worth = fresh.filter(({ bin, urgent_s, ride_s }) => urgent_s + ride_s > 0 && !planned.has(bin))
  const closed = closedBins(
    state,
    worth.map(({ bin }) => bin),
  )
  const bins = worth.flatMap((forecast): RoundInput['bins'][number][] => {
    const { bin, level_pct, urgent_s, ride_s } = forecast
    const device = context.devices.get(bin)
    if (device === undefined) return []
    const terms = device.bin ?? COMMON_BIN
    const window = windowOf(state, terms.windows, LONGEST_S)
    if (closed.has(bin) || window === null) {
      skipped.push({ bin, why: closed.has(bin) ? 'closed' : 'window' })
      return []
    }
    const load_l = (Math.min(100, level_pct) / 100) * volume_l(device.params)
    const problem = { id: bin, at: device.at, load_l, service_s: SERVICE_S, urgent_s, ride_s, ...(window && { window_s: window }) }
    return [{ ...problem, waste: terms.waste, forecast }]
  })
  return {
    roads: streetsNow(state).state(),
    lorries: freeLorries(state),
    tips: openTips(state, LONGEST_S),
    bins,
    known: fresh.length,
    skipped,
  }
}

/** Collecting crews on duty that have no round, and have not left one lately. */
function freeLorries(state: CityState): RoundInput['lorries'] {
  const { context, dispatch, now } = state
  const busy = busyLorries(dispatch)
  for (const { round, task } of dispatch.ended.values())
    if (round !== null && task.status === 'failed' && now - task.updated < DECLINED_MS) busy.add(round.lorry)
  return [...dispatch.crews.values()].flatMap((record): RoundInput['lorries'][number][] => {
    const listed = context.crews.get(record.crew.id)
    if (!record.on_duty || !record.reachable || listed === undefined || busy.has(record.crew.id)) return []
    if (!listed.skills.includes(SKILL) || listed.volunteer !== undefined) return []
    const shift_s = shiftLeft_s(state, record)
    if (shift_s < SHIFT_S_MIN) return []
    const { wastes } = listed.lorry ?? COMMON_LORRY
    return [{ ...lorryOf(state, record, listed), shift_s, ...(wastes !== undefined && { wastes }) }]
  })
}

const shiftLeft_s = ({ context, now }: CityState, record: CrewRecord): number => {
  const end = shiftEnd(context, record, now)
  return end === null ? SHIFT_S : Math.round((end - now) / SECOND_MS)
}

/** It ends at its depot, and begins where it is: at the depot most days. */
function lorryOf({ context }: CityState, { crew }: CrewRecord, { depot, speed_factor, vehicle, lorry }: CityCrew) {
  const home = context.city.depots.find(({ id }) => id === depot)?.at ?? crew.at
  const { capacity_l } = lorry ?? COMMON_LORRY
  return { id: crew.id, at: home, from: crew.at, capacity_l, speed_factor, ...(vehicle && { vehicle }) }
}

/** Tips that are open at some time of the round; where none is, lorries are emptied at their depots. */
function openTips(state: CityState, shift_s: number): RoundInput['tips'] {
  return state.context.city.tips.flatMap(({ id, at, service_s, open, wastes }) => {
    const window = open === undefined ? undefined : windowOf(state, [open], shift_s)
    if (window === null) return []
    return [{ id, at, service_s, ...(window !== undefined && { window_s: window }), ...(wastes !== undefined && { wastes }) }]
  })
}

/** The first of the hours that lies within the next `shift_s`, from now; null where none does, undefined where there is no limit. */
function windowOf(
  { context, now }: CityState,
  hours: readonly HourRange[],
  shift_s: number,
): { from: number; to: number } | null | undefined {
  if (hours.length === 0) return undefined
  const hour = context.localHour(now)
  const until = (end_h: number): number => ((((end_h - hour) % 24) + 24) % 24) * 3600
  const windows = hours.map((one) => {
    const from = withinHours(one, hour) ? 0 : until(one.from_h)
    return { from: Math.round(from), to: Math.round(from + lasts_s(one, from, hour)) }
  })
  const first = windows.sort((a, b) => a.from - b.from)[0]
  return first.from >= shift_s ? null : first
}

/** How long it lasts from when it can be used. */
function lasts_s({ from_h, until_h }: HourRange, from_s: number, hour: number): number {
  const start_h = from_s === 0 ? hour : from_h
  return ((((until_h - start_h) % 24) + 24) % 24 || 24) * 3600
}

/** What dispatch asks of bins and streets for the rounds that are driven. */
export const roundGround = (state: CityState): RoundGround => ({
  streets: streetsNow(state),
  closed: (bins) => closedBins(state, bins),
  emptied: (bin): EpochMs => state.waste.bins.get(bin)?.emptied ?? collectedAt(state, bin),
  reorder: (record) => reorderProblem(state, record),
})

const collectedAt = ({ waste }: CityState, bin: DeviceKey): EpochMs => {
  const unsensed = waste.unsensed.get(bin)
  return unsensed === undefined || unsensed.collections === 0 ? 0 : unsensed.ts
}

/** What is left of a round, from where its lorry is: all of it is to be done, as far as that is possible. */
function reorderProblem(state: CityState, { round, task }: RoundRecord): RoundProblem | null {
  const { context, dispatch } = state
  const [crew, listed] = [dispatch.crews.get(round.lorry), context.crews.get(round.lorry)]
  if (crew === undefined || listed === undefined || task.crew === null) return null
  const shift_s = Math.max(shiftLeft_s(state, crew), Math.round((round.end - state.now) / SECOND_MS) + SLACK_S)
  const lorry = lorryOf(state, crew, listed)
  const capacity_l = Math.max(1, lorry.capacity_l - load_l(round, context))
  const bins = round.stops.flatMap((stop): RoundProblem['bins'] => {
    if (stop.kind !== 'bin' || stop.state !== 'left') return []
    const device = context.devices.get(stop.ref)
    const window = windowOf(state, device?.bin?.windows ?? [], shift_s)
    const load = (Math.min(100, stop.expected_pct ?? 0) / 100) * volume_l(device?.params)
    const { ref: id, at, service_s } = stop
    return [{ id, at, load_l: load, service_s, urgent_s: KEPT_S, ride_s: 0, ...(window && { window_s: window }) }]
  })
  return {
    type: 'round',
    roads: streetsNow(state).state(),
    seed: context.seed,
    steps: STEPS,
    wait_share: 0,
    lorries: [{ ...lorry, capacity_l, shift_s }],
    tips: openTips(state, shift_s).flatMap(({ wastes, ...tip }) =>
      wastes === undefined || wastes.includes(round.plan.waste) ? [tip] : [],
    ),
    bins,
  }
}

function closedBins(state: CityState, bins: readonly DeviceKey[]): Set<DeviceKey> {
  const lines = shutLines(state, streetsNow(state).shut)
  if (lines.length === 0) return new Set()
  return new Set(
    bins.filter((bin) => {
      const device = state.context.devices.get(bin)
      return device !== undefined && lines.some((line) => isAt(line, device.at))
    }),
  )
}

function shutLines({ context }: CityState, shut: readonly string[]): (readonly LonLat[])[] {
  const ids = new Set(shut)
  return ids.size === 0 ? [] : context.city.roads.flatMap(({ id, line }) => (ids.has(id) ? [line] : []))
}

const isAt = (line: readonly LonLat[], at: LonLat): boolean => placeOn(line, at, 0).off_m <= AT_STREET_M
