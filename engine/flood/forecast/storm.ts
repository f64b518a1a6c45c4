/**
 * What a forecast is made from: one storm (or the last hours of the live city) on a grid of five minutes, the same for learning and for forecasting. Index `t` of
 * every series is a time of issue; whatever is computed for `t` reads index `t` and before only.
 */
export const STEP_MIN = 5
/** Leads with heads of their own; any other multiple of STEP_MIN up to the last is interpolated between them. */
export const LEADS_MIN = [15, 30, 60, 120] as const
export const HORIZON_STEPS = 24

/** Windows of a nowcast, in steps after the time of issue: its columns are the sums over these. */
export const NOWCAST_WINDOWS = [
  { from: 0, to: 3 },
  { from: 3, to: 6 },
  { from: 6, to: 12 },
  { from: 12, to: 24 },
] as const

export interface Site {
  readonly node: string
  readonly rim_m: number
  /** Depth at which the street floods. */
  readonly threshold_m: number
}

export interface StormRain {
  /** Rain of the step that ends at `t`, mm. */
  readonly rain_mm: Float64Array
  /** By window of NOWCAST_WINDOWS: mm as issued at `t`; null where there is no nowcast. */
  readonly nowcast_mm: readonly Float64Array[] | null
}

export interface Storm extends StormRain {
  readonly steps: number
  /** By site, where it does not rain the same on all. */
  readonly local?: readonly StormRain[]
  /** Level at the outfall, m above its datum. */
  readonly tide_m: Float64Array
  /** By site: what the gauge said, NaN where it said nothing. */
  readonly levels_m: readonly Float64Array[]
}

/** A storm of which the depths are known, for learning and scoring. */
export interface KnownStorm extends Storm {
  /** By site, NaN where not known. */
  readonly truth_m: readonly Float64Array[]
}

/** The rain on one site. */
export const rainOn = (storm: Storm, site: number): StormRain => storm.local?.[site] ?? storm

/** As gauges alone tell of it. */
export function withoutNowcast<S extends Storm>(storm: S): S {
  const local = storm.local?.map(({ rain_mm }) => ({ rain_mm, nowcast_mm: null }))
  return { ...storm, nowcast_mm: null, ...(local === undefined ? {} : { local }) }
}

/** The storm as it was known at `t`. */
export function upTo(storm: Storm, t: number): Storm {
  const cut = (series: Float64Array): Float64Array => series.slice(0, t + 1)
  const rain = ({ rain_mm, nowcast_mm }: StormRain): StormRain => ({ rain_mm: cut(rain_mm), nowcast_mm: nowcast_mm?.map(cut) ?? null })
  return {
    steps: t + 1,
    ...rain(storm),
    ...(storm.local === undefined ? {} : { local: storm.local.map(rain) }),
    tide_m: cut(storm.tide_m),
    levels_m: storm.levels_m.map(cut),
  }
}
