/** What speaks for a phase beyond the vehicles that are counted, on top of what its controller found; and in a word what it was. */
import type { Bilingual } from '../../model/city.ts'
import { prioritySettings } from '../../model/signals.ts'
import { waveWeights } from '../area/arterial.ts'
import { divertedBy, isShut } from '../area/closures.ts'
import { isMetered } from '../area/perimeter.ts'
import { type Choice, type Controller, countOf, type Site } from '../controllers/controller.ts'
import { busCalls } from './bus.ts'
import { owed_veh } from './compensation.ts'

interface Extra {
  readonly lane: number
  /** Vehicles that the lane counts for beyond those that are there. */
  readonly veh: number
  readonly why: Bilingual
}

/** A way around has to carry its own traffic and that of the closed road. */
const DIVERTED_SHARE = 0.5
/** A lane at the border of a full district counts for a fifth of what stands there; nobody waits for ever all the same. */
const METERED_SHARE = -0.8
const GIVEN_BACK = { en: 'to give time back after a corridor', zh: '补偿应急走廊期间的等待' }
const WAVE = { en: 'for the green wave', zh: '绿波' }
const METERED = { en: 'as others enter a full district', zh: '区域饱和，边界限流' }
const SHUT = { en: 'as the road behind others is closed', zh: '其他方向道路封闭' }

function* extrasOf(site: Site): Iterable<Extra> {
  const { context, traffic, junction } = site
  const { area, priority } = traffic
  const { id, described } = junction
  const wave = prioritySettings(context.signals).wave_weight
  const waves = wave > 0 ? waveWeights(context.city, context.signal_network).get(id) : undefined
  const quiet = !priority.owed.has(id) && waves === undefined && area.closures.size === 0 && area.diagrams.size === 0
  for (const lane of quiet ? [] : junction.lanes.keys()) {
    const { queued, approaching } = countOf(site, lane)
    const owed = owed_veh(priority.owed, site, lane)
    if (owed > 0) yield { lane, veh: owed, why: GIVEN_BACK }
    const weight = waves?.get(lane) ?? 0
    if (weight > 0) yield { lane, veh: wave * weight * approaching, why: WAVE }
    const closure = divertedBy(area.closures, id, lane)
    if (closure !== null) yield { lane, veh: DIVERTED_SHARE * (queued + approaching), why: diversionOf(site, closure.road) }
    if (isShut(area.closures, id, lane)) yield { lane, veh: -(queued + approaching), why: SHUT }
    if (isMetered(area.diagrams, context, described.district, id, lane)) yield { lane, veh: METERED_SHARE * queued, why: METERED }
  }
  for (const { bus, lateness_s, lanes, worth_veh } of busCalls(site)) {
    const name = context.devices.get(bus)?.name ?? { en: bus, zh: bus }
    const min = (lateness_s / 60).toFixed(1)
    const why = { en: `for ${name.en}, ${min} min late`, zh: `${name.zh}晚点 ${min} 分钟` }
    for (const lane of lanes) yield { lane, veh: worth_veh / lanes.length, why }
  }
}

function diversionOf({ context }: Site, road: string): Bilingual {
  const name = context.city.roads.find(({ id }) => id === road)?.name ?? { en: road, zh: road }
  return { en: `for the way around ${name.en}`, zh: `${name.zh}封闭绕行` }
}

export interface Preferred {
  readonly choice: Choice
  /** What weighed most, when it weighed for the phase that was chosen or changed the choice. */
  readonly why: Bilingual | null
}

/** The choice with the extra vehicles' worth added to the score of every phase that serves them; the chosen phase wins ties. */
export function preferUrgent(site: Site, { vehicle_score }: Controller, choice: Choice): Preferred {
  if (vehicle_score === undefined || choice.scores.length === 0) return { choice, why: null }
  const extras = [...extrasOf(site)].filter(({ veh }) => veh !== 0)
  if (extras.length === 0) return { choice, why: null }
  const { phases } = site.junction
  const added = phases.map((lanes) => extras.reduce((sum, { lane, veh }) => (lanes.includes(lane) ? sum + veh : sum), 0))
  const scores = choice.scores.map((score, phase) => (score === null ? null : score + vehicle_score * added[phase]))
  const worth = (phase: number): number => scores[phase] ?? Number.NEGATIVE_INFINITY
  const phase = scores.reduce<number>((best, _, one) => (worth(one) > worth(best) + 1e-9 ? one : best), choice.phase)
  const speaking = extras.filter(({ lane, veh }) => (phases[phase].includes(lane) ? veh > 0 : phase !== choice.phase && veh < 0))
  const most = speaking.reduce<Extra | null>((top, extra) => (top === null || Math.abs(extra.veh) > Math.abs(top.veh) ? extra : top), null)
  return { choice: { phase, scores }, why: most?.why ?? null }
}
