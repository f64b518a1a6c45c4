/** Today's round of the bin lorries, gathered from what others know: forecasts, crews on duty, streets. */
import { type LonLat, placeOn } from './base/geo.ts'
import { HOUR_MS } from './base/time.ts'
import type { CityState } from './city-state.ts'
import type { RoundProblem } from './model/solve.ts'
import { streetsNow } from './road-input.ts'
import { WAIT_SHARE } from './waste/rounds/plan-round.ts'

export interface TodaysRound {
  readonly problem: RoundProblem
  /** Bins at streets that nobody can drive: they wait until these are open. */
  readonly skipped: readonly string[]
}

const SKILL = 'collect'
const SHIFT_S = 8 * 3600
/** Loose waste that a common lorry takes, 15 m³ pressed to a third; a bin that tells no volume is a common one. */
const CAPACITY_L = 45_000
const VOLUME_L = 240
const SERVICE_S = 120
/** A second or so of the solver. */
const STEPS = 10_000
/** An older forecast says nothing of today. */
const FRESH_MS = 6 * HOUR_MS
/** A bin stands so near to its street. */
const AT_STREET_M = 40

export function todaysRound(state: CityState): TodaysRound {
  const { context, dispatch, waste, now } = state
  const streets = streetsNow(state)
  const closed = shutLines(state, streets.shut)
  const depots = new Map(context.city.depots.map(({ id, at }) => [id, at]))
  const lorries = [...dispatch.crews.values()].flatMap(({ crew, on_duty }): RoundProblem['lorries'] => {
    const listed = context.crews.get(crew.id)
    if (!on_duty || listed === undefined || !listed.skills.includes(SKILL) || listed.volunteer !== undefined) return []
    const { depot, speed_factor, vehicle } = listed
    return [
      {
        id: crew.id,
        at: depots.get(depot) ?? crew.at,
        shift_s: SHIFT_S,
        capacity_l: CAPACITY_L,
        speed_factor,
        ...(vehicle && { vehicle }),
      },
    ]
  })
  const skipped: string[] = []
  const bins = [...waste.forecasts.values()].flatMap(({ bin, issued, level_pct, urgent_s, ride_s }): RoundProblem['bins'] => {
    const device = context.devices.get(bin)
    if (device === undefined || now - issued > FRESH_MS || urgent_s + ride_s <= 0) return []
    if (closed.some((line) => isAt(line, device.at))) {
      skipped.push(bin)
      return []
    }
    const load_l = (Math.min(100, level_pct) / 100) * (device.params.volume_l ?? VOLUME_L)
    return [{ id: bin, at: device.at, load_l, service_s: SERVICE_S, urgent_s, ride_s }]
  })
  const problem: RoundProblem = {
    type: 'round',
    roads: streets.state(),
    seed: context.seed,
    steps: STEPS,
    wait_share: WAIT_SHARE,
    lorries,
    tips: [],
    bins,
  }
  return { problem, skipped }
}

function shutLines({ context }: CityState, shut: readonly string[]): (readonly LonLat[])[] {
  const ids = new Set(shut)
  return ids.size === 0 ? [] : context.city.roads.flatMap(({ id, line }) => (ids.has(id) ? [line] : []))
}

const isAt = (line: readonly LonLat[], at: LonLat): boolean => placeOn(line, at, 0).off_m <= AT_STREET_M
