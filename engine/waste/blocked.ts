/**
 * Bins whose level stays high although it must have moved: the lid is blocked, the sensor is covered, or the bin was not emptied although somebody was there. Somebody has to look;
 * until the level moves, nothing is learned from it and nothing forecast.
 */
import { distance_m } from '../base/geo.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import { placeOfDevice } from '../model/context.ts'
import type { Reason } from '../model/incident.ts'
import type { Outcome } from '../model/outcome.ts'
import type { IncidentTemplate } from '../model/rule.ts'
import { clockAt } from './clock.ts'
import { expectedGain, gainChance, habitOf, UNTRAINED } from './forecast/habit.ts'
import { forgetSince } from './forecast/track.ts'
import { type BinState, type Blockage, EMPTIED_PCT, type WasteState } from './state.ts'
import type { UnsensedBin } from './unsensed.ts'
import { forgetAsked } from './verify.ts'

/** A crew has reported that it has done its work at a bin. */
export interface Collection {
  readonly device: DeviceKey
  /** When the crew came; a level that has fallen since then has been seen to fall. */
  readonly onsite: EpochMs
  readonly done: EpochMs
}

/** A lower level may be what a collection left. */
const HIGH_PCT = 50
/** So long, and so many readings, a sensor has to see what a crew did. */
const AFTER_CREW_MS = 30 * MINUTE_MS
/** A round comes by neighbours one after the other. */
const AFTER_ROUND_MS = 2 * HOUR_MS
const READINGS_MIN = 2
/** A round that empties so many bins so near does not drive by a bin so full on purpose. */
const NEIGHBOURS_MIN = 2
const NEIGHBOUR_M = 300
const ROUND_PCT = 80
/** Below, a bin that stands still is a quiet one; above, it is full and cannot rise. */
const STILL_FROM_PCT = 60
const STILL_TO_PCT = 90
const STILL_MS = 6 * HOUR_MS
/** The habit has to be the bin's own. */
const HABIT_DAYS = 7
/** The habit must have brought more than noise with this chance: one false word in a thousand fillings. */
const MOVED_CHANCE = 0.999
const MOVED_PCT = 5

const BLOCKED: IncidentTemplate = {
  class: 'waste.blocked',
  title: { en: 'Bin blocked, covered or not emptied', zh: '垃圾桶受阻、遮挡或未清空' },
  deadline_min: 240,
  crew: { skill: 'collect', kit: [], service_min: 10 },
}

/** @param collections reported in this step */
export function decideBlocked(state: WasteState, context: Context, collections: readonly Collection[], now: EpochMs, out: Outcome): void {
  for (const { device, onsite, done } of collections) {
    const bin = state.bins.get(device)
    const first = bin?.samples.at(0)
    // Nothing can be said where it fell while the crew was there, or was not heard before.
    if (bin === undefined || first === undefined || first.ts >= onsite || bin.fill_pct < HIGH_PCT) continue
    bin.visit = { why: 'collected', ts: done, level_pct: bin.fill_pct, readings: 0 }
  }
  for (const device of state.touched) {
    const bin = state.bins.get(device)
    if (bin === undefined) continue
    if (bin.blocked !== null) release(device, bin, context, out)
    else raise(state, device, bin, context, now, out)
  }
}

function raise(state: WasteState, device: DeviceKey, bin: BinState, context: Context, now: EpochMs, out: Outcome): void {
  bin.visit ??= passedBy(state, device, bin, context, now)
  const blocked = unmoved(bin) ?? still(bin, context)
  if (blocked === null) return
  bin.blocked = blocked
  bin.visit = null
  forgetSince(bin.track, clockAt(context, blocked.since))
  state.forecasts.delete(device)
  forgetAsked(state.verification, device)
  tell(device, bin, blocked, true, context, out)
}

/** Taken back when the level falls as by an emptying; one that only stood still, when it moves at all. */
function release(device: DeviceKey, bin: BinState, context: Context, out: Outcome): void {
  const { blocked } = bin
  if (blocked === null) return
  const fallen = blocked.level_pct - bin.fill_pct
  const moves = blocked.why === 'still' ? Math.abs(fallen) >= MOVED_PCT : fallen >= EMPTIED_PCT
  if (!moves) return
  bin.blocked = null
  tell(device, bin, blocked, false, context, out)
}

/** A full bin in the middle of a round that has emptied its neighbours. */
function passedBy({ emptyings }: WasteState, device: DeviceKey, bin: BinState, context: Context, now: EpochMs): BinState['visit'] {
  const listed = context.devices.get(device)
  if (listed === undefined || bin.fill_pct < ROUND_PCT || emptyings.length < NEIGHBOURS_MIN) return null
  const near = new Set<DeviceKey>()
  let newest = 0
  for (const { device: other, ts } of emptyings) {
    const at = context.devices.get(other)?.at
    // An emptying of its own in that time: the round has been there.
    if (ts <= bin.emptied + AFTER_ROUND_MS || now - ts > AFTER_ROUND_MS || other === device) continue
    if (at === undefined || distance_m(at, listed.at) > NEIGHBOUR_M) continue
    near.add(other)
    newest = Math.max(newest, ts)
  }
  if (near.size < NEIGHBOURS_MIN) return null
  // One that has become full after the round was left out by choice.
  const then_pct = bin.samples.findLast(({ ts }) => ts <= newest)?.fill_pct ?? 0
  return then_pct < ROUND_PCT ? null : { why: 'round', ts: newest, level_pct: then_pct, readings: 0 }
}

/** Somebody was there, and the sensor has had the time to see it. */
function unmoved(bin: BinState): Blockage | null {
  const { visit } = bin
  if (visit === null || bin.ts <= visit.ts) return null
  if (visit.level_pct - bin.fill_pct >= EMPTIED_PCT) {
    bin.visit = null
    return null
  }
  visit.readings++
  const wait_ms = visit.why === 'collected' ? AFTER_CREW_MS : AFTER_ROUND_MS
  if (visit.readings < READINGS_MIN || bin.ts - visit.ts < wait_ms) return null
  return { why: visit.why, since: visit.ts, level_pct: visit.level_pct }
}

/** By its own habit it must have risen long ago. */
function still({ still: { since, fill_pct }, ts, track }: BinState, context: Context): Blockage | null {
  if (fill_pct < STILL_FROM_PCT || fill_pct >= STILL_TO_PCT || ts - since < STILL_MS) return null
  const habit = habitOf(track, UNTRAINED)
  if (habit.days < HABIT_DAYS) return null
  const expected_pct = expectedGain(habit, clockAt(context, since), (ts - since) / HOUR_MS)
  if (gainChance(expected_pct, habit.dispersion_pct, MOVED_PCT) < MOVED_CHANCE) return null
  return { why: 'still', since, level_pct: fill_pct, expected_pct }
}

/** A crew has stood before it and could not empty it. */
export function blockByCrew(state: WasteState, context: Context, device: DeviceKey, now: EpochMs, out: Outcome): void {
  const [bin, unsensed] = [state.bins.get(device), state.unsensed.get(device)]
  if (bin !== undefined && bin.blocked === null) {
    bin.blocked = { why: 'crew', since: now, level_pct: bin.fill_pct }
    bin.visit = null
    tell(device, bin, bin.blocked, true, context, out)
  } else if (bin === undefined && unsensed !== undefined && unsensed.blocked === null) {
    unsensed.blocked = now
    const level_pct = state.forecasts.get(device)?.level_pct ?? 0
    tell(device, { fill_pct: level_pct, ts: now }, { why: 'crew', since: now, level_pct }, true, context, out)
  }
  state.forecasts.delete(device)
}

/** A crew has emptied one without a sensor: nothing else could say so. */
export function freeUnsensed({ forecasts }: WasteState, context: Context, device: DeviceKey, bin: UnsensedBin, out: Outcome): void {
  if (bin.blocked === null) return
  const level_pct = forecasts.get(device)?.level_pct ?? 0
  tell(device, { fill_pct: 0, ts: bin.blocked }, { why: 'crew', since: bin.blocked, level_pct }, false, context, out)
  bin.blocked = null
}

type Level = Pick<BinState, 'fill_pct' | 'ts'>

function tell(device: DeviceKey, bin: Level, blocked: Blockage, active: boolean, context: Context, out: Outcome): void {
  out.proposals.push({
    kind: 'signal',
    key: `waste.blocked ${device}`,
    active,
    template: BLOCKED,
    severity: 'watch',
    at: placeOfDevice(context, device),
    device,
    place: context.devices.get(device)?.place ?? null,
    reason: reasonOf(device, bin, blocked, active),
  })
}

function reasonOf(device: DeviceKey, bin: Level, { why, since, level_pct, expected_pct }: Blockage, active: boolean): Reason {
  const fill = bin.fill_pct.toFixed(0)
  const hours = ((bin.ts - since) / HOUR_MS).toFixed(1)
  const said = {
    collected: {
      en: `Fill ${fill} % still ${hours} h after a crew reported it done: lid blocked, sensor covered or not emptied`,
      zh: `班组报告完成 ${hours} 小时后满溢度仍为 ${fill}%：桶盖受阻、传感器被遮挡或未清空`,
    },
    round: {
      en: `Fill ${fill} % still ${hours} h after bins around it were emptied: lid blocked, sensor covered or not emptied`,
      zh: `周围垃圾桶清空 ${hours} 小时后满溢度仍为 ${fill}%：桶盖受阻、传感器被遮挡或未清空`,
    },
    still: {
      en: `Fill has stood at ${fill} % for ${hours} h in which its habit brings ${(expected_pct ?? 0).toFixed(0)} %: lid blocked or sensor covered`,
      zh: `满溢度 ${fill}% 已 ${hours} 小时不变，按其规律应增加 ${(expected_pct ?? 0).toFixed(0)}%：桶盖受阻或传感器被遮挡`,
    },
    crew: {
      en: `A crew could not empty it at ${fill} %: lid or place blocked`,
      zh: `满溢度 ${fill}%，班组到场未能清空：桶盖或位置受阻`,
    },
  }[why]
  return {
    policy: 'waste.blocked',
    text: active ? said.en : `Fill ${fill} %: the level moves again`,
    text_zh: active ? said.zh : `满溢度 ${fill}%：读数已恢复变化`,
    evidence: [`${device} fill_pct=${level_pct} at ${since}`, `${device} fill_pct=${bin.fill_pct} at ${bin.ts}`],
  }
}
