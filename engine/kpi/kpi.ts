/** The wall's six figures (screen design, section 3), each with the formula a person can read. */
import type { EpochMs } from '../base/time.ts'
import type { Bilingual } from '../model/city.ts'
import type { Fact } from '../model/fact.ts'

/** What the other parts know at the end of a step, as plain numbers; null where nothing has been heard yet. */
export interface KpiInput {
  /** Mean over the junctions heard of vehicles' delay, s per vehicle. */
  readonly delay_s_veh: number | null
  readonly queued_veh: number | null
  readonly points_flooded: number | null
  readonly bins_full: number | null
  readonly incidents_open: number | null
  /** Opened to dispatched, seconds, of the incidents dispatched in this step (`dispatchTimes_s`). */
  readonly dispatch_s: readonly number[]
  /** Share of devices heard in the last 60 s, or within their own reporting interval where that is longer; 0…1. */
  readonly reporting_share: number | null
}

export interface Kpi {
  readonly id: string
  readonly name: Bilingual
  readonly unit: string
  /** null until there is data; never a made-up 0. */
  readonly value: number | null
  readonly formula: Bilingual
  /** A second figure in words (the median time to dispatch beside the open incidents). */
  readonly detail: Bilingual | null
  readonly ts: EpochMs
  /** 60 one-minute values, oldest first. */
  readonly trend: (number | null)[]
  /** Mean of the same hour a week ago. */
  readonly reference: number | null
}

export interface KpiState {
  ts: EpochMs
}

export function createKpi(): KpiState {
  return { ts: 0 }
}

export function updateKpi(_kpi: KpiState, _input: KpiInput, _now: EpochMs): void {}

export function kpis(_kpi: KpiState): Kpi[] {
  return []
}

/** Seconds from opened to dispatched of every incident that these facts say was dispatched. */
export function dispatchTimes_s(facts: readonly Fact[]): number[] {
  return facts.flatMap((fact) =>
    fact.kind === 'incident' && fact.change === 'dispatched' ? [(fact.ts - fact.incident.opened) / 1000] : [],
  )
}
