/**
 * Waste bins: each fills at its own pace along the day, is emptied on its routine round once a day unless rounds are left to whoever plans them, has a busy hour now and
 * then, and may catch fire. Integrated only when somebody looks.
 */

import { atHour, type LocalHour } from '../../config/local-time.ts'
import { distance_m, type LonLat } from '../../engine/base/geo.ts'
import type { Random } from '../../engine/base/random.ts'
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../engine/base/time.ts'
import { type CityDevice, type DeviceKey, deviceKey } from '../../engine/model/city.ts'

/** Share of a day's filling by local hour; morning and evening, mean 1. */
const FILL_BY_HOUR = [0.2, 0.1, 0.1, 0.1, 0.2, 0.6, 1.4, 2, 1.8, 1.2, 1, 1.1, 1.4, 1.2, 0.9, 0.9, 1, 1.3, 1.8, 2, 1.6, 1.1, 0.6, 0.4]
/** A busy bin (a market, a match) fills this fast for one hour. */
const BUSY_PCT_H = 60
/** Longest step of the integration. */
const STEP_MS = 5 * MINUTE_MS
const FIRE_MINUTES = 40
const FIRE_C = 220
/** Household waste, loose, in kg per litre. */
const DENSITY_KG_L = 0.12

export interface BinState {
  /** Above 100 it lies beside the bin. */
  fill_pct: number
  /** Up to when it has been integrated. */
  at: EpochMs
  burning_since: EpochMs | null
  overflow_since: EpochMs | null
  overflow_ms: number
  emptied: number
}

export interface Bin {
  readonly key: DeviceKey
  readonly device: CityDevice
  readonly state: Readonly<BinState>
}

export interface Bins {
  /** The bin as of `now`. */
  look(key: DeviceKey, now: EpochMs): { fill_pct: number; temperature_c: number; weight_kg: number }
  findBin(key: DeviceKey): Bin | null
  /** Empties the bins that a collection crew finds within `within_m`, at least the nearest within three times that; returns them. */
  collect(at: LonLat, within_m: number, now: EpochMs): readonly Bin[]
  /** Empties one bin. @returns how full it was found; null where there is none */
  empty(key: DeviceKey, now: EpochMs): number | null
  /** Puts out fires near a place. */
  extinguish(at: LonLat, within_m: number): void
  /** Brings every bin up to `now`. */
  settle(now: EpochMs): void
  readonly all: readonly Bin[]
  readonly states: Record<DeviceKey, BinState>
}

interface Options {
  readonly devices: readonly CityDevice[]
  readonly waste: {
    readonly fill_factor: number
    readonly busy_share: number
    readonly fires_per_bin_day: number
    readonly routine: boolean
  }
  readonly random: Random
  readonly localHour: LocalHour
  readonly start: EpochMs
}

interface Profile extends Bin {
  readonly state: BinState
  readonly random: Random
  readonly fill_pct_day: number
  /** Local hour of its routine round. */
  readonly round_h: number
  /** What was decided for the hour in which it was last integrated; derived, so not part of the state. */
  hour: { start: EpochMs; busy: boolean; fire: EpochMs | null }
}

const weight_kg = (device: CityDevice, fill_pct: number): number =>
  Math.round(Math.min(fill_pct, 100) * 0.01 * (device.params.volume_l ?? 240) * DENSITY_KG_L * 10) / 10

export function createBins({ devices, waste, random, localHour, start }: Options): Bins {
  const states: Record<DeviceKey, BinState> = {}

  const chancesOf = (own: Random, hour_start: EpochMs): Profile['hour'] => {
    const draw = own.fork(`hour/${hour_start}`)
    const busy = draw.chance(waste.busy_share)
    const fire = draw.chance(waste.fires_per_bin_day / 24) ? hour_start + draw.uniform(0, HOUR_MS) : null
    return { start: hour_start, busy, fire }
  }

  const createProfile = (device: CityDevice): Profile => {
    const key = deviceKey(device.district, device.domain, device.id)
    const own = random.fork(key)
    // Most bins need two days or more, one in fifty overflows before its round.
    const fill_pct_day = Math.min(115, Math.exp(own.normal(Math.log(42), 0.4))) * waste.fill_factor
    const round_h = own.uniform(3, 6)
    const since_round_h = (localHour(start) - round_h + 24) % 24
    const hour = chancesOf(own, Math.floor(start / HOUR_MS) * HOUR_MS)
    // Where nobody comes every morning, bins are at all levels.
    const usual = waste.routine ? Math.min(70, (fill_pct_day * since_round_h) / 24) : own.fork('level').uniform(2, 80)
    const state: BinState = {
      fill_pct: hour.busy ? own.uniform(72, 93) : usual,
      at: start,
      burning_since: null,
      overflow_since: null,
      overflow_ms: 0,
      emptied: 0,
    }
    states[key] = state
    return { key, device, state, random: own, fill_pct_day, round_h, hour }
  }

  const all = devices.filter(({ domain }) => domain === 'waste').map(createProfile)
  const byKey = new Map(all.map((bin) => [bin.key, bin]))

  const empty = ({ state }: Profile): void => {
    state.fill_pct = 2
    state.overflow_since = null
    state.burning_since = null
    state.emptied++
  }

  const burn = ({ state, hour }: Profile, until: EpochMs): void => {
    if (hour.fire !== null && state.burning_since === null && hour.fire >= state.at && hour.fire < until) state.burning_since = hour.fire
    if (state.burning_since !== null && until - state.burning_since > FIRE_MINUTES * MINUTE_MS) state.burning_since = null
  }

  const integrate = (bin: Profile, until: EpochMs): void => {
    const { state } = bin
    const hour_start = Math.floor(state.at / HOUR_MS) * HOUR_MS
    if (bin.hour.start !== hour_start) bin.hour = chancesOf(bin.random, hour_start)
    burn(bin, until)
    const local = localHour(state.at)
    const hours = (until - state.at) / HOUR_MS
    if (waste.routine && (bin.round_h - local + 24) % 24 < hours) empty(bin)
    const pace = (bin.fill_pct_day / 24) * atHour(FILL_BY_HOUR, local) + (bin.hour.busy ? BUSY_PCT_H : 0)
    state.fill_pct = Math.min(160, state.fill_pct + pace * hours)
    if (state.fill_pct > 100) {
      state.overflow_since ??= until
      state.overflow_ms += until - state.at
    }
    state.at = until
  }

  const advance = (bin: Profile, now: EpochMs): void => {
    // After a long absence only the last day matters: the routine round has been.
    if (waste.routine && now - bin.state.at > 2 * DAY_MS) bin.state.at = now - DAY_MS
    while (bin.state.at < now) {
      const hour_end = (Math.floor(bin.state.at / HOUR_MS) + 1) * HOUR_MS
      integrate(bin, Math.min(now, hour_end, bin.state.at + STEP_MS))
    }
  }

  return {
    all,
    states,
    findBin: (key) => byKey.get(key) ?? null,
    look(key, now) {
      const bin = byKey.get(key)
      if (bin === undefined) return { fill_pct: 0, temperature_c: 20, weight_kg: 0 }
      advance(bin, now)
      const { state } = bin
      const air_c = 18 + 7 * Math.sin(((localHour(now) - 9) / 24) * 2 * Math.PI)
      const heat_c = state.burning_since === null ? 0 : Math.min(FIRE_C, ((now - state.burning_since) / MINUTE_MS) * 40)
      return {
        fill_pct: Math.min(100, state.fill_pct),
        temperature_c: air_c + heat_c,
        weight_kg: weight_kg(bin.device, state.fill_pct),
      }
    },
    collect(at, within_m, now) {
      const near = all
        .map((bin) => ({ bin, away_m: distance_m(at, bin.device.at) }))
        .filter(({ away_m }) => away_m <= 3 * within_m)
        .sort((a, b) => a.away_m - b.away_m)
      const taken = near.filter(({ away_m }, i) => i === 0 || away_m <= within_m).map(({ bin }) => bin)
      for (const bin of taken) {
        advance(bin, now)
        empty(bin)
      }
      return taken
    },
    empty(key, now) {
      const bin = byKey.get(key)
      if (bin === undefined) return null
      advance(bin, now)
      const { fill_pct } = bin.state
      empty(bin)
      return fill_pct
    },
    extinguish(at, within_m) {
      for (const bin of all) if (distance_m(at, bin.device.at) <= within_m) bin.state.burning_since = null
    },
    settle(now) {
      for (const bin of all) advance(bin, now)
    },
  }
}
