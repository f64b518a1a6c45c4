/** Why a camera should look somewhere now: doubts that wait for evidence, open incidents, what is forecast, rain, and how long nobody has looked. */
import { distance_m, type LonLat } from '../../base/geo.ts'
import { type EpochMs, MINUTE_MS } from '../../base/time.ts'
import type { Bilingual } from '../../model/bilingual.ts'
import { seesPlace } from '../../model/cameras.ts'
import type { DeviceKey } from '../../model/city.ts'
import type { FillForecast } from '../../model/fill.ts'
import type { LowPointForecast } from '../../model/forecast.ts'
import type { Incident } from '../../model/incident.ts'
import type { Severity } from '../../model/severity.ts'
import { isWet } from '../../sense/rain.ts'
import type { SenseState } from '../../sense/state.ts'
import type { Doubt } from '../event.ts'
import { eventKind, WATERLOGGING } from '../kinds.ts'
import type { PresetPlaces, Target, TurningPlaces } from './places.ts'
import { lastSeen, type PatrolState, rateOf } from './state.ts'
import type { Need } from './worth.ts'

/** What others know, gathered by the brain. */
export interface Concerns {
  readonly sense: SenseState
  /** Events that wait for a person and are still going on. */
  readonly doubts: readonly Doubt[]
  readonly incidents: readonly { readonly incident: Incident; readonly place: string | null }[]
  /** By low point. */
  readonly floods: ReadonlyMap<string, LowPointForecast>
  /** By bin. */
  readonly fills: ReadonlyMap<DeviceKey, FillForecast>
}

export interface Wish extends Need {
  readonly what: Bilingual
  /** Key of the doubt that it looks at. */
  readonly doubt: string | null
}

/** How bad it is that nobody sees it, relative to what is only watched. */
const WEIGHT: Readonly<Record<Severity, number>> = { watch: 1, warning: 3, critical: 9 }

interface Prior {
  /** Happenings at one place, and how much more often in rain. */
  readonly per_h: number
  readonly wet: number
  /** How long one stays to be seen. */
  readonly stays_min: number
}

/** What is assumed before anybody has looked; how often something happens is soon known better. */
const PRIOR: Readonly<Record<string, Prior>> = {
  'road.flooded': { per_h: 0.005, wet: 40, stays_min: 60 },
  'road.accident': { per_h: 0.02, wet: 2, stays_min: 25 },
  'road.illegal_parking': { per_h: 0.2, wet: 1, stays_min: 15 },
  'road.debris': { per_h: 0.02, wet: 1, stays_min: 30 },
  'street.stall': { per_h: 0.1, wet: 0.3, stays_min: 30 },
  'waste.overflow': { per_h: 0.02, wet: 1, stays_min: 90 },
  'waste.mis_sorted': { per_h: 0.05, wet: 1, stays_min: 3 },
  'fire.smoke': { per_h: 0.003, wet: 1, stays_min: 12 },
}
const OTHER: Prior = { per_h: 0.02, wet: 1, stays_min: 15 }
const priorOf = (kind: string) => (Object.hasOwn(PRIOR, kind) ? PRIOR[kind] : OTHER)

/** An incident is looked at again after this long, a doubt after that. */
const INCIDENT_S = 600
const DOUBT_S = 300
/** Somebody is told of an incident already: to look again is worth less than to find one. */
const KNOWN_SHARE = 0.5

interface Expected {
  readonly per_h: number
  readonly what: Bilingual
}

const percent = (share: number): string => `${Math.round(share * 100)}`

function floodExpected(forecast: LowPointForecast | undefined, { name }: Target, now: EpochMs): Expected | null {
  if (forecast === undefined) return null
  const left = forecast.leads
    .map(({ lead_min, p_exceed }) => ({ in_ms: forecast.issued + lead_min * MINUTE_MS - now, p: Math.min(0.99, p_exceed) }))
    .filter(({ in_ms }) => in_ms > 0)
  if (left.length === 0) return null
  const worst = left.reduce((best, one) => (one.p > best.p ? one : best))
  const minutes = Math.max(5, Math.round(worst.in_ms / MINUTE_MS))
  return {
    per_h: (-Math.log(1 - worst.p) * 60) / minutes,
    what: {
      en: `water expected at ${name.en} (${percent(worst.p)} % in ${minutes} min)`,
      zh: `${name.zh}可能积水（${minutes} 分钟后 ${percent(worst.p)}%）`,
    },
  }
}

const OVERFLOW_H = 12

function overflowExpected(forecast: FillForecast | undefined, { name }: Target): Expected | null {
  if (forecast === undefined) return null
  const p = Math.min(0.99, forecast.p_overflow_12h)
  return {
    per_h: -Math.log(1 - p) / OVERFLOW_H,
    what: {
      en: `${name.en} may overflow (${percent(p)} % in ${OVERFLOW_H} h)`,
      zh: `${name.zh}可能满溢（${OVERFLOW_H} 小时内 ${percent(p)}%）`,
    },
  }
}

function expected(target: Target, { floods, fills }: Concerns, now: EpochMs): Expected | null {
  if (target.kind === 'road.flooded') return floodExpected(floods.get(target.place), target, now)
  return target.kind === 'waste.overflow' ? overflowExpected(fills.get(target.place), target) : null
}

/** A place and kind as a need: what happens there at the rate that is known of it, or sooner where it is forecast. */
function standing(state: PatrolState, target: Target, concerns: Concerns, wet: boolean, now: EpochMs): Wish {
  const { key, kind, name } = target
  const prior = priorOf(kind)
  const { severity, template } = eventKind(kind)
  const usual = rateOf(state, key, prior.per_h) * (wet ? prior.wet : 1)
  const forecast = expected(target, concerns, now)
  const sooner = forecast !== null && forecast.per_h > usual
  const per_s = (WEIGHT[severity] * (sooner ? forecast.per_h : usual)) / 3600
  const memory_s = prior.stays_min * 60
  const about = { en: `${name.en}: ${template.title.en.toLowerCase()}`, zh: `${name.zh}：${template.title.zh}` }
  const rain = wet && prior.wet > 1 ? { en: `${about.en} in the rain`, zh: `${about.zh}（降雨中）` } : about
  return {
    key,
    per_s,
    amount: per_s * memory_s,
    memory_s,
    seen: lastSeen(state, key, now),
    what: sooner ? forecast.what : rain,
    doubt: null,
  }
}

const once = (
  state: PatrolState,
  key: string,
  amount: number,
  memory_s: number,
  now: EpochMs,
  what: Bilingual,
  doubt: string | null,
): Wish => ({
  key,
  amount,
  memory_s,
  per_s: 0,
  seen: lastSeen(state, key, now),
  what,
  doubt,
})

/** Most is learned where it is as likely as not: 4·p·(1 − p) of how bad it would be. */
function doubtful(state: PatrolState, doubt: Doubt, now: EpochMs): Wish {
  const { key, type, probability } = doubt
  const { severity, template } = eventKind(type)
  const p = percent(probability)
  const what = { en: `doubtful (${p} %): ${template.title.en.toLowerCase()}`, zh: `待核实（${p}%）：${template.title.zh}` }
  return once(state, doubtKey(doubt), WEIGHT[severity] * 4 * probability * (1 - probability), DOUBT_S, now, what, key)
}

function reported(state: PatrolState, incident: Incident, now: EpochMs): Wish {
  const { title, severity } = incident
  const what = { en: `open incident: ${title.en.toLowerCase()}`, zh: `未结事件：${title.zh}` }
  return once(state, incidentKey(incident), WEIGHT[severity] * KNOWN_SHARE, INCIDENT_S, now, what, null)
}

/** What an incident looks like to a camera. */
const kindOf = ({ class: name }: Incident): string => (name === WATERLOGGING ? 'road.flooded' : name === 'waste.fire' ? 'fire.smoke' : name)

/** What of the doubts and incidents lies in the view. */
function inView(camera: TurningPlaces, view: PresetPlaces, { doubts, incidents }: Concerns) {
  const sees = (at: LonLat, place: string | null): boolean =>
    (place !== null && view.places.has(place)) ||
    (distance_m(at, camera.device.at) <= camera.reach_m && seesPlace(view.preset, camera.device.at, at))
  return {
    doubts: doubts.filter(({ at }) => sees(at, null)),
    incidents: incidents.filter(({ incident, place }) => sees(incident.at, place)).map(({ incident }) => incident),
  }
}

const doubtKey = ({ key }: Doubt): string => `doubt ${key}`
const incidentKey = ({ id }: Incident): string => `incident ${id}`

/** Keys of all that a look at the preset sees. */
export function keysIn(camera: TurningPlaces, view: PresetPlaces, concerns: Concerns): string[] {
  const { doubts, incidents } = inView(camera, view, concerns)
  return [...view.targets.map(({ key }) => key), ...doubts.map(doubtKey), ...incidents.map(incidentKey)]
}

/** What speaks for looking at the preset now. @param kinds that are allowed there; null for all */
export function needsAt(
  state: PatrolState,
  camera: TurningPlaces,
  view: PresetPlaces,
  kinds: readonly string[] | null,
  concerns: Concerns,
  now: EpochMs,
): Wish[] {
  const tells = (kind: string): boolean => kinds === null || kinds.includes(kind)
  const { doubts, incidents } = inView(camera, view, concerns)
  const wet = isWet(concerns.sense.rain.get(camera.device.district), now, 0)
  return [
    ...doubts.filter(({ type }) => tells(type)).map((doubt) => doubtful(state, doubt, now)),
    ...incidents.filter((incident) => tells(kindOf(incident))).map((incident) => reported(state, incident, now)),
    ...view.targets.filter(({ kind }) => tells(kind)).map((target) => standing(state, target, concerns, wet, now)),
  ]
}
