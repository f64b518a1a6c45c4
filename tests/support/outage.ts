/**
 * Two hours without a gateway: the devices behind it go on measuring and send everything afterwards, in any order and partly twice, while others stay live. The same two hours
 * without the outage say what the figures should have been.
 */
import type { City } from '../../engine/model/city.ts'
import { deviceKey } from '../../engine/model/city.ts'
import type { Fact } from '../../engine/model/fact.ts'
import type { Reading } from '../../engine/model/observation.ts'
import { kpiHistory } from '../../engine/view.ts'
import { createBrain, reading, rule, T0 } from './brain.ts'

export const CUT_FROM_S = 600
export const CUT_TO_S = CUT_FROM_S + 7200
/** Live again, and everything sent. */
export const END_S = CUT_TO_S + 1200

export interface Cut {
  readonly city: City
  /** Behind the gateway, and beside it. */
  readonly cut: readonly string[]
  readonly live: readonly string[]
  readonly every_s: number
}

/** @param devices copies of a bin of the city, half of them behind the gateway */
export function planCut(city: City, devices: number, every_s: number): Cut {
  const bin = city.devices.find(({ kind }) => kind === 'bin')
  if (bin === undefined) throw new Error('the city has no bin')
  const copies = Array.from({ length: devices }, (_, i) => ({ ...bin, id: `cut-${i}`, interval_s: 60 }))
  const keys = copies.map(({ district, domain, id }) => deviceKey(district, domain, id))
  const others = city.devices.filter(({ domain }) => domain !== 'waste')
  return { city: { ...city, devices: [...others, ...copies] }, cut: keys.slice(devices >> 1), live: keys.slice(0, devices >> 1), every_s }
}

/** Half of the bins overflow in the outage and are emptied before it ends. */
export const fillAt = (i: number, s: number): number =>
  i % 2 === 0 && s > CUT_FROM_S + 1200 + i && s < CUT_TO_S - 1800 ? 97 : 40 + ((i + s / 60) % 7)

const OVERFLOW = rule({
  id: 'overflow',
  scope: { domain: 'waste', kind: null, device: null },
  when: 'fill_pct > 90',
  clear: 'fill_pct < 80',
})

/** What the devices behind the gateway measured in the outage, as it is sent: newest first, the second half twice. */
export function* backlog({ cut, every_s }: Cut): Generator<Reading> {
  for (const pass of [0, 1])
    for (let s = CUT_TO_S - every_s; s > CUT_FROM_S; s -= every_s) {
      if (pass === 1 && s > (CUT_FROM_S + CUT_TO_S) / 2) continue
      for (const [i, key] of cut.entries()) yield reading(key, s, { fill_pct: fillAt(i, s) }, { backfill: true })
    }
}

export interface Lived {
  readonly figures: readonly (number | null)[]
  readonly known_then: readonly (number | null)[]
  /** Facts of devices behind the gateway while the backlog came. */
  readonly told: readonly Fact[]
  readonly late: number
  readonly step_ms_max: number
}

/** @param batch late values in one step; null: there was no outage */
export function live(plan: Cut, batch: number | null): Lived {
  const brain = createBrain([OVERFLOW], plan.city)
  const told: Fact[] = []
  const behind = new Set(plan.cut)
  const queue = batch === null ? null : backlog(plan)
  let [late, step_ms_max] = [0, 0]
  for (let s = 0; s <= END_S; s += plan.every_s) {
    const out = batch !== null && s > CUT_FROM_S && s < CUT_TO_S
    const said = [...plan.live, ...(out ? [] : plan.cut)].map((key) =>
      reading(key, s, { fill_pct: behind.has(key) ? fillAt(plan.cut.indexOf(key), s) : 30 }),
    )
    const stored: Reading[] = []
    if (s >= CUT_TO_S && queue !== null && batch !== null)
      for (let one = queue.next(); !one.done; one = queue.next()) {
        stored.push(one.value)
        if (stored.length === batch) break
      }
    late += stored.length
    const began = performance.now()
    const { facts } = brain.at(s, ...said, ...stored)
    if (s >= CUT_TO_S) step_ms_max = Math.max(step_ms_max, performance.now() - began)
    if (s >= CUT_TO_S) told.push(...facts.filter((fact) => 'device' in fact && behind.has(fact.device) && fact.kind !== 'measured'))
  }
  const figuresAt = (as_known_at: number) =>
    kpiHistory(brain.state, 'bins', T0, T0 + (CUT_TO_S - 60) * 1000, as_known_at).map(({ value }) => value)
  return { figures: figuresAt(Number.POSITIVE_INFINITY), known_then: figuresAt(T0 + CUT_TO_S * 1000), told, late, step_ms_max }
}
