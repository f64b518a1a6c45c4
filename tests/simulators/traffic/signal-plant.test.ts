import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Junction } from '../../../engine/model/city.ts'
import { createSignalPlant } from '../../../simulators/traffic/signal-plant.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { watchSignals } from '../../support/signal-watch.ts'

const junctions: readonly Junction[] = smallCity().junctions
const [junction] = junctions
const phases = junction.phases.map(({ index }) => index)

const request = fc.record({
  junction: fc.constantFrom(junction.id, junction.id, 'nobody'),
  phase: fc.oneof(fc.constantFrom(...phases), fc.integer({ min: -2, max: 12 })),
  hold_s: fc.constantFrom(1, 5, 20, 60, 0, Number.NaN),
})

describe('the cabinet', () => {
  it('shows no conflicting, short or unannounced green, whatever it is asked', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(fc.array(request, { maxLength: 3 }), { minLength: 40, maxLength: 200 }), (forever, seconds) => {
        const plant = createSignalPlant(junctions, { forever })
        const watch = watchSignals(junction)
        for (const requests of seconds) {
          plant.tick()
          for (const { junction: id, phase, hold_s } of requests) plant.request(id, phase, hold_s)
          watch(plant.green(junction.id))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('obeys a preemption within its rules, and nothing else until that ends', () => {
    const plant = createSignalPlant(junctions, { forever: false })
    expect(plant.preempt(junction.id, phases[1], 3)).toBe('short_green')
    for (let s = 0; s < junction.green_s_min; s++) plant.tick()
    expect(plant.preempt(junction.id, phases[1], 8)).toBeNull()
    expect(plant.request(junction.id, phases[2], 20)).toBe('preempted')
    for (let s = 0; s < 8; s++) plant.tick()
    expect(plant.head(junction.id).phase).toBe(phases[1])
    for (let s = 0; s < junction.green_s_min; s++) plant.tick()
    expect(plant.request(junction.id, phases[2], 20)).toBeNull()
  })

  it('refuses and counts what would break its rules', () => {
    const plant = createSignalPlant(junctions, { forever: false })
    plant.tick()
    expect(plant.request(junction.id, phases[1], 20)).toBe('short_green')
    expect(plant.request(junction.id, 99, 20)).toBe('no_such_phase')
    expect(plant.request('nobody', phases[0], 20)).toBe('no_such_junction')
    expect(plant.request(junction.id, phases[0], 0)).toBe('bad_hold')
    expect([...plant.refused.values()]).toEqual([1, 1, 1, 1])
  })

  it('changes over five seconds of clearance, and takes a new target on the way', () => {
    const plant = createSignalPlant(junctions, { forever: false })
    for (let s = 0; s < 10; s++) plant.tick()
    expect(plant.request(junction.id, phases[1], 20)).toBeNull()
    expect(plant.head(junction.id)).toMatchObject({ phase: phases[0], target: phases[1], clearing: true, age_s: 0 })
    for (let s = 0; s < 4; s++) plant.tick()
    expect(plant.request(junction.id, phases[2], 20)).toBeNull()
    plant.tick()
    expect(plant.head(junction.id)).toMatchObject({ phase: phases[2], clearing: false, age_s: 0 })
  })

  it('runs its local plan when the last request has ended, and serves every lane in it', () => {
    const plant = createSignalPlant(junctions, { forever: false })
    for (let s = 0; s < 10; s++) plant.tick()
    plant.request(junction.id, phases[0], 20)
    const seen = new Set<string>()
    for (let s = 0; s < 200; s++) {
      plant.tick()
      if (s < 19) expect(plant.isLocal(junction.id)).toBe(false)
      for (const lane of plant.green(junction.id)) seen.add(lane)
    }
    expect(plant.isLocal(junction.id)).toBe(true)
    expect(seen).toEqual(new Set(junction.phases.flatMap(({ lanes }) => lanes)))
  })
})
