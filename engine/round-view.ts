/** Bins and rounds as HTTP and `/live` show them. */
import type { EpochMs } from './base/time.ts'
import type { CityState } from './city-state.ts'
import { binsIn, isRound, load_l, type RoundRecord, volume_l } from './dispatch/rounds/work.ts'
import type { Bilingual, DeviceKey } from './model/city.ts'
import { COMMON_BIN, type WasteKind } from './model/collection.ts'
import type { FillForecast } from './model/fill.ts'
import type { Reason } from './model/incident.ts'
import type { RoundDecision, RoundStop, StopState } from './model/round.ts'
import { nextPlanning } from './waste/rounds/decide.ts'
import type { Blockage } from './waste/state.ts'

/** The stop of a bin in a round that is not over. */
export interface BinStopView {
  readonly round: string
  readonly stop: string
  readonly state: StopState
  readonly eta: EpochMs | null
}

export interface BinView {
  readonly bin: DeviceKey
  readonly fill_pct: number
  /** Of the reading; of a bin without a sensor when its level was last known. */
  readonly ts: EpochMs
  readonly due: boolean
  readonly blocked: Pick<Blockage, 'why' | 'since'> | null
  /** It lies on its side: the level is the last one before. */
  readonly tilted: boolean
  readonly forecast: FillForecast | null
  readonly sensor: 'level' | 'none'
  readonly estimate: { readonly low_pct: number; readonly high_pct: number; readonly collections: number } | null
  readonly volume_l: number
  readonly waste: WasteKind
  readonly round: BinStopView | null
}

/** Bins that have reported, and those without a sensor that have been estimated; each with its newest forecast. */
export function* bins(state: CityState): Iterable<BinView> {
  const { context, waste, sense } = state
  const stops = stopsOfBins(state)
  const common = (bin: DeviceKey) => {
    const device = context.devices.get(bin)
    const { waste: kind } = device?.bin ?? COMMON_BIN
    return { volume_l: volume_l(device?.params), waste: kind, round: stops.get(bin) ?? null, forecast: waste.forecasts.get(bin) ?? null }
  }
  for (const [bin, { fill_pct, ts, due, blocked }] of waste.bins) {
    const tilted = sense.devices.get(bin)?.metrics.get('fill_pct')?.cause === 'tilt'
    yield { bin, fill_pct, ts, due, blocked, tilted, sensor: 'level', estimate: null, ...common(bin) }
  }
  for (const [bin, { ts, collections, blocked }] of waste.unsensed) {
    const own = common(bin)
    if (own.forecast === null && blocked === null) continue
    const { level_pct = 0, level_low_pct = 0, level_high_pct = 100 } = own.forecast ?? {}
    yield {
      bin,
      fill_pct: level_pct,
      ts,
      due: false,
      blocked: blocked === null ? null : { why: 'crew', since: blocked },
      tilted: false,
      sensor: 'none',
      estimate: { low_pct: level_low_pct, high_pct: level_high_pct, collections },
      ...own,
    }
  }
}

function stopsOfBins({ dispatch }: CityState): Map<DeviceKey, BinStopView> {
  const stops = new Map<DeviceKey, BinStopView>()
  for (const { task, round } of dispatch.open.values())
    for (const { kind, ref, id, state, eta } of round?.stops ?? [])
      if (kind === 'bin') stops.set(ref, { round: task.id, stop: id, state, eta })
  return stops
}

/** `stop` is its number in the round, `id` the bin or tip. */
export type StopView = Omit<RoundStop, 'id' | 'ref' | 'service_s' | 'way'> & { readonly stop: string; readonly id: string }

export type RoundState = 'planned' | 'offered' | 'accepted' | 'under_way' | 'interrupted' | 'done' | 'withdrawn' | 'failed'

export interface RoundView {
  readonly round: string
  readonly crew: DeviceKey
  readonly name: Bilingual
  readonly waste: WasteKind
  readonly state: RoundState
  readonly by: string
  readonly planned: EpochMs
  readonly started: EpochMs | null
  readonly ended: EpochMs | null
  /** Expected while it is open. */
  readonly end: EpochMs | null
  readonly drive_min: number
  readonly load_l: number
  readonly capacity_l: number
  readonly left: number
  readonly emptied: number
  readonly failed: number
  readonly skipped: number
  readonly reason: Reason
  readonly stops: readonly StopView[]
}

/** Those that are open, oldest first, then those that have ended within the last 24 h, newest first. */
export function rounds(state: CityState): RoundView[] {
  const { open, ended } = state.dispatch
  const of = (records: Iterable<Parameters<typeof isRound>[0]>): RoundView[] =>
    [...records].flatMap((record) => (isRound(record) ? [viewOf(state, record)] : []))
  return [...of(open.values()), ...of(ended.values()).reverse()]
}

/** Null for a task that is no round, or is over for more than 24 h. */
export function roundView(state: CityState, id: string): RoundView | null {
  const record = state.dispatch.open.get(id) ?? state.dispatch.ended.get(id)
  return record !== undefined && isRound(record) ? viewOf(state, record) : null
}

function viewOf({ dispatch, context }: CityState, record: RoundRecord): RoundView {
  const { task, round } = record
  const { lorry, plan, stops, started, end, drive_s } = round
  const over = dispatch.ended.has(task.id)
  const count = (state: StopState): number => binsIn(round, state).length
  return {
    round: task.id,
    crew: lorry,
    name: dispatch.crews.get(lorry)?.crew.name ?? { zh: lorry, en: lorry },
    waste: plan.waste,
    state: stateOf(record),
    by: plan.by,
    planned: task.created,
    started,
    ended: over ? task.updated : null,
    end: over ? null : end,
    drive_min: Math.round(drive_s / 6) / 10,
    load_l: load_l(round, context),
    capacity_l: plan.capacity_l,
    left: count('left'),
    emptied: count('emptied'),
    failed: count('failed'),
    skipped: count('skipped'),
    reason: plan.reason,
    stops: stops.map(({ id, ref, service_s: _service_s, way: _way, ...stop }) => ({ stop: id, id: ref, ...stop })),
  }
}

function stateOf({ task, round }: RoundRecord): RoundState {
  switch (task.status) {
    case 'waiting':
      return round.interrupted ? 'interrupted' : 'planned'
    case 'enroute':
    case 'onsite':
      return 'under_way'
    case 'recalled':
      return 'withdrawn'
    default:
      return task.status
  }
}

export interface PlanningView {
  /** Local hours. */
  readonly plan_at_h: readonly number[]
  readonly next: EpochMs | null
  readonly asking: { readonly since: EpochMs; readonly by: string } | null
  readonly decision: RoundDecision | null
}

export function planning({ context, waste, now }: CityState): PlanningView {
  const { planning: current, decision } = waste.rounds
  return {
    plan_at_h: context.city.plan_rounds_at_h,
    next: nextPlanning(context, now),
    asking: current === null ? null : { since: current.since, by: current.by },
    decision,
  }
}
