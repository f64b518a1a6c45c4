/**
 * Perimeter control (边界控制): a district that holds more vehicles than it can move lets fewer in. The most it can move is seen in its
 * macroscopic fundamental diagram (Daganzo, "Urban gridlock: macroscopic modeling and mitigation approaches", Transp. Res. B 41, 2007;
 * Geroliminis & Daganzo, "Existence of urban-scale macroscopic fundamental diagrams", Transp. Res. B 42, 2008): production against
 * accumulation, gathered while the city runs. Metering (gating) weighs the entering lanes at the border down, with hysteresis.
 */
import type { EpochMs } from '../../base/time.ts'
import { MINUTE_MS, SECOND_MS } from '../../base/time.ts'
import type { Bilingual, City } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { SignalNetwork } from '../../model/signal-network.ts'
import { SPACING_M } from '../lane-track.ts'
import type { TrafficState } from '../state.ts'
import type { Diagram } from './state.ts'

/** Share of what the lanes could hold, in classes of 2.5 %. */
const CLASSES = 40
const MINUTES_MIN = 3
/** Production must have been seen to fall so far beyond its best before that best is believed to be the critical point. */
const FALLEN = 0.9
const OVER_MINUTES = 10
/** Metering begins above the critical accumulation and ends well below it. */
const UNTIL = 0.9

interface Region {
  readonly id: string
  readonly name: Bilingual
  readonly junctions: readonly string[]
  readonly capacity_veh: number
  /** Entering lanes at which vehicles come in from outside, by junction. */
  readonly border: ReadonlyMap<string, readonly number[]>
}

const made = new WeakMap<City, readonly Region[]>()

function regionsOf(city: City, network: SignalNetwork): readonly Region[] {
  const known = made.get(city)
  if (known !== undefined) return known
  const district = new Map([...network.values()].map(({ id, described }) => [id, described.district]))
  const all = city.districts.map(({ id, name }): Region => {
    const own = [...network.values()].filter(({ described }) => described.district === id)
    const outside = (feeders: readonly { readonly junction: string }[]): boolean =>
      feeders.every(({ junction }) => district.get(junction) !== id)
    return {
      id,
      name,
      junctions: own.map((junction) => junction.id),
      capacity_veh: own.reduce((sum, { lanes }) => sum + lanes.reduce((all_m, { length_m }) => all_m + length_m, 0) / SPACING_M, 0),
      border: new Map(
        own.map(({ id: junction, lanes }) => [junction, lanes.flatMap(({ feeders }, lane) => (outside(feeders) ? [lane] : []))]),
      ),
    }
  })
  made.set(city, all)
  return all
}

/** Gathers accumulation and production once a step, and switches metering on and off once a minute. */
export function followDiagrams(diagrams: Map<string, Diagram>, state: TrafficState, context: Context, now: EpochMs, out: Outcome): void {
  for (const region of regionsOf(context.city, context.signal_network)) {
    if (region.junctions.length === 0) continue
    const diagram = diagrams.get(region.id) ?? createDiagram(now)
    diagrams.set(region.id, diagram)
    const { vehicles_veh, moved_veh_m_s } = measure(state, context, region)
    const { minute } = diagram
    minute.sum_veh += vehicles_veh
    minute.sum_veh_m_s += moved_veh_m_s
    minute.steps++
    if (now - minute.from < MINUTE_MS) continue
    closeMinute(diagram, region, now, out)
  }
}

const createDiagram = (now: EpochMs): Diagram => ({
  classes: Array.from({ length: CLASSES }, () => ({ mean: 0, minutes: 0 })),
  minute: { from: now, sum_veh: 0, sum_veh_m_s: 0, steps: 0 },
  metered: false,
})

/** Moving vehicles at free speed, standing ones not at all: what loop counts can tell of production. */
function measure(
  state: TrafficState,
  { signal_network }: Context,
  { junctions }: Region,
): { readonly vehicles_veh: number; readonly moved_veh_m_s: number } {
  let vehicles_veh = 0
  let moved_veh_m_s = 0
  for (const id of junctions) {
    const memory = state.junctions.get(id)
    for (const [lane, { speed_mps }] of signal_network.get(id)?.lanes.entries() ?? []) {
      const track = memory?.lanes[lane].track
      if (track === undefined) continue
      vehicles_veh += track.x_m.length
      moved_veh_m_s += Math.max(0, track.x_m.length - track.queued) * speed_mps
    }
  }
  return { vehicles_veh, moved_veh_m_s }
}

function closeMinute(diagram: Diagram, region: Region, now: EpochMs, out: Outcome): void {
  const { minute, classes } = diagram
  const held_veh = minute.sum_veh / minute.steps
  const known = classes[Math.min(CLASSES - 1, Math.floor((held_veh / Math.max(1, region.capacity_veh)) * CLASSES))]
  known.minutes++
  known.mean += (minute.sum_veh_m_s / minute.steps - known.mean) / Math.min(known.minutes, OVER_MINUTES)
  diagram.minute = { from: now, sum_veh: 0, sum_veh_m_s: 0, steps: 0 }
  const critical = critical_veh(diagram, region.capacity_veh)
  const metered = critical !== null && held_veh > critical * (diagram.metered ? UNTIL : 1)
  if (metered === diagram.metered) return
  diagram.metered = metered
  const seconds = Math.round((now - minute.from) / SECOND_MS)
  const held = Math.round(held_veh)
  out.facts.push({
    kind: 'metering',
    ts: now,
    district: region.id,
    change: metered ? 'begins' : 'ends',
    vehicles_veh: held,
    critical_veh: critical === null ? null : Math.round(critical),
    text: {
      zh: `${region.name.zh}边界控制${metered ? '开启' : '结束'}：近 ${seconds} 秒平均 ${held} 辆，临界 ${critical === null ? '未知' : Math.round(critical)} 辆`,
      en: `Metering at the border of ${region.name.en} ${metered ? 'begins' : 'ends'}: ${held} vehicles in the last ${seconds} s, critical ${critical === null ? 'not known' : Math.round(critical)}`,
    },
  })
}

/** Upper end of the class with the highest production, once production has been seen to fall beyond it; null until then. */
export function critical_veh({ classes }: Diagram, capacity_veh: number): number | null {
  const seen = classes.map(({ mean, minutes }) => (minutes >= MINUTES_MIN ? mean : 0))
  const best = seen.reduce((top, mean, i) => (mean > seen[top] ? i : top), 0)
  const fallen = seen.some((mean, i) => i > best && mean > 0 && mean < FALLEN * seen[best])
  return fallen ? ((best + 1) / CLASSES) * capacity_veh : null
}

/** Whether a lane brings vehicles into a district that is full. */
export function isMetered(
  diagrams: ReadonlyMap<string, Diagram>,
  { city, signal_network }: Context,
  district: string,
  junction: string,
  lane: number,
): boolean {
  if (diagrams.get(district)?.metered !== true) return false
  return (
    regionsOf(city, signal_network)
      .find(({ id }) => id === district)
      ?.border.get(junction)
      ?.includes(lane) === true
  )
}
