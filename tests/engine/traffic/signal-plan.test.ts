import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Junction } from '../../../engine/model/city.ts'
import { createContext } from '../../../engine/model/context.ts'
import type { SignalJunction } from '../../../engine/model/signal-network.ts'
import { checkSignal, phaseFaults, planFaults, sequenceFaults } from '../../../engine/traffic/signal-plan.ts'
import { smallCity } from '../../fixtures/small-city.ts'

const city = smallCity()

function junctionWith(change: (junction: Junction) => Junction = (junction) => junction): SignalJunction {
  const [first, ...others] = city.junctions
  const found = createContext({ ...city, junctions: [change(first), ...others] }, 'test', 1).signal_network.get(first.id)
  if (found === undefined) throw new Error('no junction')
  return found
}

const junction = junctionWith()
const codes = (faults: readonly { readonly code: string; readonly place: string }[]) =>
  faults.map(({ code, place }) => `${code} at ${place}`)
const splits = (...greens: readonly (readonly [phase: number, green_s: number])[]) => greens.map(([phase, green_s]) => ({ phase, green_s }))
const GOOD = { cycle_s: 100, offset_s: 40, splits: splits([0, 30], [1, 15], [2, 25], [3, 10]) }

describe('a plan', () => {
  it('that is in order has no fault and becomes lawful', () => {
    expect(planFaults(junction, GOOD)).toEqual([])
    expect(checkSignal(junction, { kind: 'signal.plan', ...GOOD })).toMatchObject({ lawful: { cycle_s: 100 } })
  })

  it.each([
    ['a green below the minimum', { cycle_s: 94, splits: splits([0, 30], [1, 9], [2, 25], [3, 10]) }, ['green_short at splits[1].green_s']],
    [
      'a green above the maximum',
      { cycle_s: 131, splits: splits([0, 61], [1, 15], [2, 25], [3, 10]) },
      ['green_long at splits[0].green_s'],
    ],
    [
      'a green that is no number',
      { splits: splits([0, Number.NaN], [1, 15], [2, 25], [3, 10]) },
      ['green_short at splits[0].green_s', 'cycle at cycle_s'],
    ],
    ['a cycle that does not add up', { cycle_s: 90 }, ['cycle at cycle_s']],
    ['an offset outside the cycle', { offset_s: 100 }, ['offset at offset_s']],
    ['a phase that is not there', { splits: splits([0, 30], [7, 15]) }, ['unknown_phase at splits[1]']],
    ['no phase at all', { splits: [] }, ['empty at splits']],
    [
      'a movement that is left out',
      { cycle_s: 85, splits: splits([0, 30], [1, 15], [2, 25]) },
      ['not_served at splits', 'not_served at splits'],
    ],
  ])('%s', (_, change, expected) => {
    expect(codes(planFaults(junction, { ...GOOD, ...change }))).toEqual(expected)
  })

  it('leaves people on foot their time', () => {
    const slow = junctionWith((one) => ({ ...one, phases: one.phases.map((phase) => ({ ...phase, walk_s: 26 })) }))
    expect(codes(planFaults(slow, GOOD))).toEqual([
      'walk_short at splits[1].green_s',
      'walk_short at splits[2].green_s',
      'walk_short at splits[3].green_s',
    ])
  })

  it('counts the clearance of each pair of phases', () => {
    const quick = junctionWith((one) => ({ ...one, intergreens: [{ from: 0, to: 1, yellow_s: 3, all_red_s: 0 }] }))
    expect(codes(planFaults(quick, GOOD))).toEqual(['cycle at cycle_s'])
    expect(planFaults(quick, { ...GOOD, cycle_s: 98 })).toEqual([])
    expect(quick.intergreen_s[0]).toEqual([5, 3, 5, 5])
  })

  it('says each fault in both languages', () => {
    for (const { why } of planFaults(junction, { cycle_s: 1, offset_s: -1, splits: splits([0, 1]) })) {
      expect(why.en).toMatch(/^[\x20-\x7e…]+$/)
      expect(why.zh).toMatch(/[\u4e00-\u9fff]/)
    }
  })
})

describe('a sequence', () => {
  it('needs a clearance wherever somebody loses green', () => {
    const bare = junctionWith((one) => ({ ...one, intergreens: [{ from: 3, to: 0, yellow_s: 0, all_red_s: 0 }] }))
    expect(codes(sequenceFaults(bare, [0, 1, 2, 3]))).toEqual(['no_clearance at sequence[3]'])
    expect(sequenceFaults(junction, [0, 1, 2, 3])).toEqual([])
  })
})

describe('a phase', () => {
  it('that opens what conflicts, or nothing, is not lawful', () => {
    const [first, second] = [junction.described.phases[0], junction.described.phases[2]]
    const mixed = junctionWith((one) => ({
      ...one,
      phases: [
        { ...first, movements: [...first.movements, second.movements[0]] },
        { ...first, index: 1, movements: [] },
        ...one.phases.slice(2),
      ],
    }))
    expect(new Set(codes(phaseFaults(mixed, 0)))).toEqual(new Set(['conflict at phase']))
    expect(codes(phaseFaults(mixed, 1))).toEqual(['nothing_green at phase'])
    expect(checkSignal(mixed, { kind: 'signal.preempt', phase: 0, until: 1 })).toHaveProperty('faults')
    expect(checkSignal(junction, { kind: 'signal.phase', phase: 0, hold_s: 0 })).toMatchObject({ faults: [{ code: 'hold' }] })
  })

  it('may hold a turn that gives way', () => {
    const [first, second] = [junction.described.phases[0], junction.described.phases[1]]
    const left = (id: string): boolean => second.movements.includes(id)
    const permissive = junctionWith((one) => ({
      ...one,
      conflicts: one.conflicts.map((pair) => ({ ...pair, yields: [pair.first, pair.second].find(left) ?? null })),
      phases: [
        { ...first, movements: [...first.movements, ...second.movements], lanes: [...first.lanes, ...second.lanes] },
        ...one.phases.slice(1),
      ],
    }))
    expect(phaseFaults(permissive, 0)).toEqual([])
    expect(permissive.yielding[0].map(({ lane }) => permissive.lanes[lane].id).sort()).toEqual([...second.lanes].sort())
    expect(permissive.yielding[1]).toEqual([])
  })
})

it('whatever is lawful keeps bounds, cycle and service', () => {
  const split = fc.record({
    phase: fc.integer({ min: -1, max: 4 }),
    green_s: fc.oneof(fc.integer({ min: 5, max: 70 }), fc.constant(Number.NaN)),
  })
  const plan = fc.record({
    splits: fc.array(split, { maxLength: 6 }),
    offset_s: fc.integer({ min: -5, max: 200 }),
    off_s: fc.constantFrom(0, 0, 1, -9),
  })
  let lawful = 0
  fc.assert(
    fc.property(plan, ({ splits: list, offset_s, off_s }) => {
      const changes = list.filter(({ phase }, i) => phase !== list[(i + 1) % list.length].phase).length
      const cycle_s = list.reduce((sum, { green_s }) => sum + green_s, 5 * changes) + off_s
      if (!('lawful' in checkSignal(junction, { kind: 'signal.plan', cycle_s, offset_s, splits: list }))) return
      lawful++
      expect(off_s).toBe(0)
      expect(new Set(list.map(({ phase }) => phase))).toEqual(new Set([0, 1, 2, 3]))
      for (const { green_s } of list) expect(green_s >= 10 && green_s <= 60).toBe(true)
      expect(offset_s >= 0 && offset_s < cycle_s).toBe(true)
    }),
    { numRuns: 20_000, seed: 3 },
  )
  expect(lawful).toBeGreaterThan(0)
})

describe('neighbours', () => {
  it('are known up and down the street', () => {
    expect(junction.upstream).toEqual(['J21'])
    expect(junction.downstream).toEqual(['J21'])
    expect(junction.lanes.every(({ saturation_veh_s, detection_m }) => saturation_veh_s === 0.5 && detection_m === 167)).toBe(true)
  })
})
