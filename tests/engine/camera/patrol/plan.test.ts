import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CameraPlan, planCamera, planTogether, type TurningCamera } from '../../../../engine/camera/patrol/plan.ts'
import { discounted_s, gain, type Need, type Span } from '../../../../engine/camera/patrol/worth.ts'
import { T0 } from '../../../support/brain.ts'

const MINUTE = 60_000
const need = (key: string, per_h: number, seen_min: number, memory_min = 30): Need => {
  const per_s = per_h / 3600
  return { key, per_s, amount: per_s * memory_min * 60, memory_s: memory_min * 60, seen: T0 - seen_min * MINUTE }
}
const camera = (key: string, presets: Readonly<Record<string, readonly Need[]>>, more: Partial<TurningCamera> = {}): TurningCamera => ({
  key,
  at: null,
  presets: Object.entries(presets).map(([id, needs]) => ({ id, needs, until: Number.POSITIVE_INFINITY })),
  move_ms: 6000,
  dwell_ms: 24_000,
  first: null,
  ...more,
})
const places = (plan: CameraPlan | null): string[] => (plan?.looks ?? []).map(({ preset }) => preset)

describe('the worth of looks', () => {
  const spans = fc
    .uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 6 })
    .map((minutes) => minutes.sort((a, b) => a - b).map((m): Span => ({ from: T0 + m * MINUTE, until: T0 + m * MINUTE + 30_000 })))

  it('never falls with one look more, and one look more adds less the more there are (submodular)', () => {
    fc.assert(
      fc.property(spans, fc.integer({ min: 0, max: 60 }), fc.double({ min: 0.1, max: 20, noNaN: true }), (planned, at, per_h) => {
        const look = { from: T0 + at * MINUTE + 40_000, until: T0 + at * MINUTE + 59_000 }
        const wish = need('n', per_h, 30)
        const added = gain(wish, wish.seen, look, planned, T0)
        const fewer = gain(wish, wish.seen, look, planned.slice(1), T0)
        expect(added).toBeGreaterThanOrEqual(-1e-12)
        expect(fewer).toBeGreaterThanOrEqual(added - 1e-12)
      }),
    )
  })
})

describe('a plan', () => {
  it('goes where most is to be found, comes back when it is worth it, and tells where it would go otherwise', () => {
    const plan = planCamera(
      camera('c', { busy: [need('a', 6, 5)], quiet: [need('b', 0.1, 5)], never: [need('c', 0.1, 600)] }),
      new Map(),
      T0,
    )
    expect(places(plan)[0]).toBe('busy')
    expect(places(plan)).toContain('never')
    expect(plan?.runner_up?.preset).toBeDefined()
    expect(plan?.rate).toBeGreaterThanOrEqual(plan?.runner_up?.rate ?? 0)
  })

  it('loses the time that turning takes, and stays within what the assessment allows', () => {
    const plan = planCamera(camera('c', { a: [need('a', 1, 60)], b: [need('b', 1, 60)] }, { at: 'b' }), new Map(), T0)
    for (const [i, look] of (plan?.looks ?? []).entries()) {
      const before = plan?.looks[i - 1]?.preset ?? 'b'
      expect(look.settled - look.from).toBe(before === look.preset ? 0 : 6000)
      expect(look.until - look.settled).toBe(24_000)
    }
    const closing = camera('c', { a: [need('a', 1, 60)] })
    expect(planCamera({ ...closing, presets: [{ ...closing.presets[0], until: T0 + 29_000 }] }, new Map(), T0)).toBeNull()
  })

  it('begins where nobody has looked for too long', () => {
    expect(places(planCamera(camera('c', { a: [need('a', 9, 60)], b: [need('b', 0.01, 1)] }, { first: 'b' }), new Map(), T0))[0]).toBe('b')
  })

  it('of two cameras that see the same sends only one there', () => {
    const shared = [need('shared', 6, 60)]
    const one = camera('one', { shared, own: [need('x', 1, 60)] })
    const two = camera('two', { shared, own: [need('y', 1, 60)] })
    const plans = planTogether([one, two], new Map(), T0)
    const first = ['one', 'two'].map((key) => places(plans.get(key) ?? null)[0])
    expect(first.sort()).toEqual(['own', 'shared'])
  })

  it('is the same for the same input', () => {
    const cameras = ['one', 'two', 'three'].map((key) => camera(key, { a: [need('s', 2, 20)], b: [need(`${key} b`, 1, 40)] }))
    expect(planTogether(cameras, new Map(), T0)).toEqual(planTogether(cameras, new Map(), T0))
  })

  it('is worth at least half of the best joint one, held against every way that there is', () => {
    const rates = fc.array(fc.tuple(fc.double({ min: 0.05, max: 10, noNaN: true }), fc.integer({ min: 0, max: 90 })), {
      minLength: 5,
      maxLength: 5,
    })
    fc.assert(
      fc.property(rates, (drawn) => {
        const [s, a, b, c, d] = drawn.map(([per_h, seen_min], i) => need(`n${i}`, per_h, seen_min))
        // Dwelling for two minutes, three looks fill the horizon.
        const long = { move_ms: 10_000, dwell_ms: 120_000 }
        const one = camera('one', { s: [s], ab: [a, b] }, long)
        const two = camera('two', { s: [s], cd: [c, d] }, long)
        const plans = planTogether([one, two], new Map(), T0)
        const ours = worthOf([
          [one, places(plans.get('one') ?? null)],
          [two, places(plans.get('two') ?? null)],
        ])
        expect(ours).toBeGreaterThanOrEqual(0.5 * best(one, two) - 1e-12)
      }),
      { numRuns: 40 },
    )
  })
})

/** Worth a discounted second of ways taken together, computed look by look in the order of time. */
function worthOf(ways: readonly (readonly [TurningCamera, readonly string[]])[]): number {
  const planned = new Map<string, readonly Span[]>()
  let sum = 0
  let end = T0
  for (const [one, way] of ways) {
    let at = one.at
    let from = T0
    for (const id of way) {
      const settled = at === id ? from : from + one.move_ms
      const until = settled + one.dwell_ms
      for (const wish of one.presets.find((preset) => preset.id === id)?.needs ?? []) {
        const before = planned.get(wish.key) ?? []
        sum += gain(wish, wish.seen, { from: settled, until }, before, T0)
        planned.set(
          wish.key,
          [...before, { from: settled, until }].sort((x, y) => x.from - y.from),
        )
      }
      at = id
      from = until
    }
    end = Math.max(end, from)
  }
  return sum / discounted_s(end - T0)
}

function best(one: TurningCamera, two: TurningCamera): number {
  const ways = (camera: TurningCamera): string[][] => {
    const ids = camera.presets.map(({ id }) => id)
    return ids.flatMap((a) => ids.flatMap((b) => ids.map((c) => [a, b, c])))
  }
  let top = 0
  for (const w of ways(one))
    for (const v of ways(two))
      top = Math.max(
        top,
        worthOf([
          [one, w],
          [two, v],
        ]),
      )
  return top
}
