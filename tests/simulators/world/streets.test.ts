import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../engine/base/random.ts'
import { SECOND_MS } from '../../../engine/base/time.ts'
import { createSignals, type SignalOrder, type Signals } from '../../../simulators/world/signals.ts'
import { createStreets, type Streets } from '../../../simulators/world/streets.ts'
import { smallCity } from '../../fixtures/small-city.ts'

const START = Date.parse('2026-06-18T00:00:00Z')
const city = smallCity()
const [junction] = city.junctions
/** As in the max-pressure literature: deciding every second would spend the green on clearances. */
const DECISION_MS = 20_000

function createTown(demandFactor: number): { signals: Signals; streets: Streets } {
  const signals = createSignals(city.junctions, START)
  const options = { city, demandFactor, random: createRandom(1), signals, localHour: () => 8, start: START }
  return { signals, streets: createStreets(options) }
}

function run({ signals, streets }: { signals: Signals; streets: Streets }, seconds: number, control?: (now: number) => void): void {
  for (let second = 1; second <= seconds; second++) {
    const now = START + second * SECOND_MS
    control?.(now)
    signals.step(now)
    streets.step(now)
  }
}

describe('streets', () => {
  it.each([0, 0.5, 1, 5])('lose no vehicle at %f times the demand', (demand) => {
    const town = createTown(demand)
    run(town, 1800)
    const { arrived, waiting, inside, left } = town.streets.balance()
    expect(waiting + inside + left).toBe(arrived)
    if (demand > 0) expect(left).toBeGreaterThan(100)
  })

  it('never hold more vehicles on a lane than fit', () => {
    const town = createTown(10)
    run(town, 1800)
    const counts = junction.entering.map(({ id }) => town.streets.findCounts(id, START + 1_800_000)?.vehicles ?? -1)
    expect(Math.max(...counts)).toBeLessThanOrEqual(Math.floor(400 / 7.5))
    expect(town.streets.balance().waiting).toBeGreaterThan(0)
  })

  it('count queued and approaching vehicles among all', () => {
    const town = createTown(1)
    run(town, 600, (now) => {
      for (const { entering } of city.junctions) {
        for (const { id } of entering) {
          const counts = town.streets.findCounts(id, now)
          if (counts === null) throw new Error(id)
          expect(counts.queued + counts.approaching).toBeLessThanOrEqual(counts.vehicles)
        }
      }
    })
  })

  it('reward whoever serves the longer queue (max pressure) over the local plan', () => {
    const fixed = createTown(1)
    run(fixed, 3600)
    const actuated = createTown(1)
    run(actuated, 3600, (now) => {
      if (now % DECISION_MS !== 0) return
      for (const { id, phases } of city.junctions) {
        const queue = (lanes: readonly string[]): number =>
          lanes.reduce((sum, lane) => sum + (actuated.streets.findCounts(lane, now)?.queued ?? 0), 0)
        const longest = phases.reduce((a, b) => (queue(b.lanes) > queue(a.lanes) ? b : a))
        actuated.signals.order(id, { kind: 'phase', phase: longest.index, until: now + 2 * DECISION_MS })
      }
    })
    expect(actuated.streets.state.totals.queued_veh_s).toBeLessThan(0.9 * fixed.streets.state.totals.queued_veh_s)
  })
})

describe('signals', () => {
  const order = fc.oneof(
    fc.record({ kind: fc.constant('phase' as const), phase: fc.integer({ min: -1, max: 5 }), life_s: fc.integer({ min: 1, max: 90 }) }),
    fc.record({
      kind: fc.constant('plan' as const),
      cycle_s: fc.integer({ min: 1, max: 120 }),
      offset_s: fc.integer({ min: -50, max: 50 }),
      splits: fc.array(fc.record({ phase: fc.integer({ min: 0, max: 4 }), green_s: fc.integer({ min: 0, max: 40 }) }), { maxLength: 5 }),
      life_s: fc.integer({ min: 1, max: 90 }),
    }),
  )

  it('keep minimum green and clearance whatever is asked', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), order), { maxLength: 25 }), (asks) => {
        const signals = createSignals(city.junctions, START)
        let now = START
        let before = { ...(signals.findState(junction.id) ?? fail()) }
        const tick = (): void => {
          now += SECOND_MS
          signals.step(now)
          const state = signals.findState(junction.id) ?? fail()
          const since_s = (now - before.since) / SECOND_MS
          if (state.clearing && !before.clearing) expect(since_s).toBeGreaterThanOrEqual(junction.green_s_min)
          if (!state.clearing && before.clearing) expect(since_s).toBeGreaterThanOrEqual(junction.yellow_s + junction.all_red_s)
          if (state.phase !== before.phase) expect(before.clearing).toBe(true)
          before = { ...state }
        }
        for (const [pause_s, { life_s, ...ask }] of asks) {
          for (let i = 0; i < pause_s; i++) tick()
          signals.order(junction.id, { ...ask, until: now + life_s * SECOND_MS } as SignalOrder)
        }
        for (let i = 0; i < 150; i++) tick()
      }),
      { numRuns: 60 },
    )
  })

  it('go back to the local plan when the order expires', () => {
    const signals = createSignals(city.junctions, START)
    const seen = new Set<number>()
    expect(signals.order(junction.id, { kind: 'phase', phase: 2, until: START + 200_000 })).toBeNull()
    for (let second = 1; second <= 400; second++) {
      signals.step(START + second * SECOND_MS)
      const { phase } = signals.findState(junction.id) ?? fail()
      if (second > 20 && second < 200) expect(phase).toBe(2)
      if (second > 200) seen.add(phase)
    }
    expect(seen).toEqual(new Set([0, 1, 2, 3]))
  })
})

function fail(): never {
  throw new Error('no such junction')
}
