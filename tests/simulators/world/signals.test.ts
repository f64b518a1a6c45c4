/** The cabinets of the simulated city: whatever they are told and however their clock jumps, no lamp is unlawful. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSignals, type SignalOrder, type Signals } from '../../../simulators/world/signals.ts'
import { CONFLICTING, strictCity } from '../../fixtures/strict-junction.ts'
import { T0 } from '../../support/brain.ts'
import { watchSignals } from '../../support/signal-watch.ts'

const { junctions } = strictCity()
const [junction] = junctions
const phases = junction.phases.map(({ index }) => index)

const anyPhase = fc.oneof(fc.constantFrom(...phases), fc.constantFrom(-1, 5, 99))
const until_s = fc.constantFrom(-5, 0, 4, 30, 4000)
const order: fc.Arbitrary<(now: number) => SignalOrder> = fc.oneof(
  fc.record({ phase: anyPhase, until_s }).map(
    (asked) =>
      (now: number): SignalOrder => ({ kind: 'phase', phase: asked.phase, until: now + asked.until_s * 1000 }),
  ),
  fc
    .record({
      cycle_s: fc.constantFrom(1, 40, 90),
      offset_s: fc.integer({ min: -20, max: 100 }),
      splits: fc.array(fc.record({ phase: anyPhase, green_s: fc.constantFrom(-4, 0, 7, 14, 30, Number.NaN) }), { maxLength: 4 }),
      until_s,
    })
    .map(
      ({ until_s: left_s, ...plan }) =>
        (now: number): SignalOrder => ({ kind: 'plan', ...plan, until: now + left_s * 1000 }),
    ),
)

function greenOf(signals: Signals): ReadonlySet<string> {
  const controlled = new Set(junction.phases.flatMap(({ lanes }) => lanes))
  return new Set([...controlled].filter((lane) => signals.lampOf(junction.id, lane)()))
}

describe('the cabinets of the simulated city', () => {
  it('show no conflicting, short or unannounced green', () => {
    const moment = fc.record({
      passed_s: fc.constantFrom(1, 1, 1, 1, 1, 2, 10, 900, 0, -1, -300),
      orders: fc.array(order, { maxLength: 2 }),
    })
    let changes = 0
    fc.assert(
      fc.property(fc.array(moment, { minLength: 60, maxLength: 250 }), (moments) => {
        const signals = createSignals(junctions, T0)
        const watch = watchSignals(junction)
        let now = T0
        let shown = ''
        for (const { passed_s, orders } of moments) {
          now += passed_s * 1000
          signals.step(now)
          for (const make of orders) signals.order(junction.id, make(now))
          const green = greenOf(signals)
          watch(green, Math.max(0, passed_s))
          const text = [...green].join()
          if (text !== shown) changes++
          shown = text
        }
      }),
      { numRuns: 300 },
    )
    expect(changes).toBeGreaterThan(0)
  })

  it('refuse what the description forbids', () => {
    const signals = createSignals(junctions, T0)
    const plan = (splits: { phase: number; green_s: number }[]): SignalOrder => ({
      kind: 'plan',
      cycle_s: 60,
      offset_s: 0,
      splits,
      until: T0,
    })
    expect(signals.order(junction.id, { kind: 'phase', phase: CONFLICTING, until: T0 })).toMatch(/conflict/)
    expect(signals.order(junction.id, plan([{ phase: CONFLICTING, green_s: 20 }]))).toMatch(/conflict/)
    expect(signals.order(junction.id, plan([{ phase: 1, green_s: 13 }]))).toBe('green of phase 1 is below the minimum of 14 s')
    expect(signals.order(junction.id, plan([{ phase: 1, green_s: Number.NaN }]))).toMatch(/below the minimum/)
    expect(signals.order(junction.id, { kind: 'phase', phase: 77, until: T0 })).toBe('junction has no phase 77')
  })
})
