import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importSwmm } from '../../../../config/import/swmm.ts'
import { createDrain, type DrainState, estimate, type RainNow, takeLevel, waterOf } from '../../../../engine/flood/control/estimate.ts'
import { noiseAt, volumeSd_m3 } from '../../../../engine/flood/control/filter.ts'
import { drainModel, stepWater } from '../../../../engine/flood/control/hydraulics.ts'
import { planSettings } from '../../../../engine/flood/control/plan.ts'
import { depthAt, fullVolume_m3, volumeAt } from '../../../../engine/flood/control/shape.ts'
import type { Drainage } from '../../../../engine/model/drainage.ts'
import { createBrain, reading } from '../../../support/brain.ts'

const FIXTURE = join(import.meta.dirname, '../../../fixtures/swmm/two-tanks.inp')
const imported = await importSwmm(FIXTURE, { district: 'd0' })
const whole = imported.city.drainage
if (whole === undefined) throw new Error('the fixture has no network')
/** The tanks alone: what runs in is what the test says. */
const drainage: Drainage = { ...whole, catchments: [], base_flows: [] }
const model = drainModel(drainage)
const TA = model.node_of.get('TA') ?? -1
const tank = model.nodes[TA]
const DRY: RainNow = { by_id: new Map(), mean_mm_h: 0 }
const STEP_MS = 300_000
const T0 = 1_767_225_600_000

/** Gaussian numbers (Box and Muller 1958) from a linear congruence: the same for the same seed. */
function gaussians(seed: number): () => number {
  let state = seed
  const uniform = (): number => {
    state = (1_103_515_245 * state + 12_345) % 2_147_483_648
    return (state + 0.5) / 2_147_483_648
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

/** A tank with its gates shut whose true depth is `depthOf(step)`; a reading is null when it was dropped. What is believed after each step. */
function watch(steps: number, depthOf: (step: number) => number, readOf: (depth_m: number, step: number) => number | null) {
  const state = createDrain(drainage)
  state.settings = state.settings.map((setting, l) => (drainage.actuators.includes(drainage.links[l].id) ? 0 : setting))
  const depths: number[] = []
  for (let step = 0; step < steps; step++) {
    const now = T0 + step * STEP_MS
    const level_m = readOf(depthOf(step), step)
    if (level_m !== null) takeLevel(state, drainage, 'TA', { value: level_m, ts: now, until: now + 3 * STEP_MS })
    estimate(state, drainage, DRY, 0, now)
    depths.push(depthAt(tank, state.volume_m3[TA]).depth_m)
  }
  return { state, depths }
}

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length
const seeds = fc.integer({ min: 1, max: 1_000_000 })

describe('the estimate from a gauge with noise', () => {
  it('is unbiased and quieter than the gauge, and learns how noisy that is', () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 0.8, max: 2, noNaN: true }), (seed, depth_m) => {
        const gaussian = gaussians(seed)
        const { state, depths } = watch(
          300,
          () => depth_m,
          (depth) => depth * (1 + 0.05 * gaussian()),
        )
        const late = depths.slice(100)
        expect(Math.abs(mean(late) / depth_m - 1)).toBeLessThan(0.01)
        expect(Math.sqrt(mean(late.map((one) => (one / depth_m - 1) ** 2)))).toBeLessThan(0.02)
        expect(noiseAt(state.beliefs[TA], depth_m, tank.top_m) / depth_m).toBeGreaterThan(0.03)
        expect(noiseAt(state.beliefs[TA], depth_m, tank.top_m) / depth_m).toBeLessThan(0.07)
      }),
      { numRuns: 25, seed: 5 },
    )
  })

  it('follows water that no rain explains within nine readings', () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 0.02, max: 0.05, noNaN: true }), (seed, rise_m) => {
        const gaussian = gaussians(seed)
        const depthOf = (step: number): number => 0.8 + rise_m * Math.max(0, step - 60)
        const { depths } = watch(85, depthOf, (depth) => depth * (1 + 0.05 * gaussian()))
        // Never further off than three standard deviations of the gauge itself.
        for (let step = 69; step < 85; step++) expect(Math.abs(depths[step] - depthOf(step))).toBeLessThan(0.15 * depthOf(step))
        expect(mean(depths.slice(69).map((one, i) => one - depthOf(69 + i)))).toBeGreaterThan(-2 * rise_m)
      }),
      { numRuns: 25, seed: 6 },
    )
  })

  it('takes a quiet gauge at its word', () => {
    const depthOf = (step: number): number => 0.5 + 0.02 * step
    const { depths } = watch(60, depthOf, (depth) => depth)
    for (let step = 5; step < 60; step++) expect(Math.abs(depths[step] - depthOf(step))).toBeLessThan(0.015)
  })

  it('goes on by the water balance while readings are dropped, and says that it knows less', () => {
    const gaussian = gaussians(3)
    const heard = watch(
      40,
      () => 1.5,
      (depth) => depth * (1 + 0.05 * gaussian()),
    )
    const again = gaussians(3)
    const dropped = watch(
      44,
      () => 1.5,
      (depth, step) => (step < 40 ? depth * (1 + 0.05 * again()) : null),
    )
    expect(Math.abs(dropped.depths[43] - heard.depths[39])).toBeLessThan(0.02)
    expect(volumeSd_m3(dropped.state.beliefs[TA], 0)).toBeGreaterThan(volumeSd_m3(heard.state.beliefs[TA], 0))
  })

  it('is not moved by a single reading 3 m off', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 50, max: 70 }), (seed, at) => {
        const [plain, hit] = [gaussians(seed), gaussians(seed)]
        const without = watch(
          at + 1,
          () => 1.2,
          (depth) => depth * (1 + 0.05 * plain()),
        )
        const jumped = watch(
          at + 1,
          () => 1.2,
          (depth, step) => depth * (1 + 0.05 * hit()) + (step === at ? 3 : 0),
        )
        expect(Math.abs(jumped.depths[at] - without.depths[at])).toBeLessThan(0.1)
      }),
      { numRuns: 25, seed: 7 },
    )
  })

  it('does not take noise at the rim for room in the tank', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const gaussian = gaussians(seed)
        const { depths } = watch(
          200,
          () => tank.top_m,
          (depth) => depth * (1 + 0.05 * gaussian()),
        )
        expect(mean(depths.slice(50)) / tank.top_m).toBeGreaterThan(0.99)
      }),
      { numRuns: 25, seed: 9 },
    )
  })
})

describe('the plan with what it does not know', () => {
  const limited: Drainage = {
    ...drainage,
    actuators: ['GA', 'GB'],
    terms: [
      { on: 'flow_over', link: 'CX', limit_m3_s: 0.4, weight: 1 },
      { on: 'flooding', node: 'TA', weight: 1000 },
      { on: 'flooding', node: 'TB', weight: 1000 },
    ],
  }
  const shape = drainModel(limited)
  const tanks = ['TA', 'TB'].map((id) => shape.node_of.get(id) ?? -1)

  function known(depth_m: number, sd_share: number): DrainState {
    const state = createDrain(limited)
    state.settings = limited.links.map(({ id }) => (limited.actuators.includes(id) ? 0.1 : 1))
    for (const n of tanks) {
      state.volume_m3[n] = volumeAt(shape.nodes[n], depth_m)
      state.beliefs[n].residual_m = 0
      state.beliefs[n].volume = (sd_share * state.volume_m3[n]) ** 2
    }
    return state
  }

  /** The highest flow on the limited pipe in the first quarter of an hour if the tanks hold more than was thought by `share`. */
  function flowIf(state: DrainState, first: readonly number[], share: number): number {
    const water = waterOf(state, shape)
    for (const n of tanks) water.volume_m3[n] = Math.min(fullVolume_m3(shape.nodes[n]), water.volume_m3[n] * (1 + share))
    const settings = [...state.settings]
    for (const [i, id] of limited.actuators.entries()) settings[shape.link_of.get(id) ?? -1] = first[i]
    let most = 0
    for (let i = 0; i < 15; i++) {
      stepWater(shape, water, new Array<number>(shape.nodes.length).fill(0), settings, 60)
      most = Math.max(most, water.flow_m3_s[shape.link_of.get('CX') ?? -1])
    }
    return most
  }

  it('keeps a flow limit even if the tanks hold two standard deviations more', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.8, max: 2, noNaN: true }), fc.double({ min: 0, max: 0.1, noNaN: true }), (depth_m, sd_share) => {
        const state = known(depth_m, sd_share)
        const { first } = planSettings(state, limited, DRY, 0, new Set())
        expect(flowIf(state, first, 2 * sd_share)).toBeLessThanOrEqual(0.4)
      }),
      { numRuns: 15, seed: 8 },
    )
  }, 60_000)

  it('lets more out when it is less sure that the tanks have room', () => {
    const INFLOW_M3_S = 0.3
    const out = (sd_share: number): number => {
      const state = known(2.8, sd_share)
      state.unexplained_m3_s = state.unexplained_m3_s.map((_, n) => (tanks.includes(n) ? INFLOW_M3_S : 0))
      return planSettings(state, limited, DRY, 0, new Set()).first.reduce((sum, one) => sum + one, 0)
    }
    expect(out(0.06)).toBeGreaterThan(out(0))
  })
})

describe('rain that is not heard', () => {
  it('dies away and does not stop at once', () => {
    const level = (s: number) => ['TA', 'TB', 'WELL'].map((id) => reading(`d0/flood/${id}`, s, { level_m: 1 }))
    const brain = createBrain([], imported.city)
    brain.at(0, ...level(0), reading('d0/weather/SA', 0, { rain_mm_h: 40 }))
    const said = (s: number): string =>
      brain
        .at(s, ...level(s))
        .commands.flatMap(({ reason }) => reason.evidence)
        .join()
    const evidence: string[] = []
    for (let s = 300; s <= 4 * 3600; s += 300) evidence.push(said(s))
    const rains = evidence.flatMap((text) => [...text.matchAll(/rain ([0-9.]+) mm/g)].map(([, mm_h]) => Number(mm_h)))
    expect(rains.some((mm_h) => mm_h > 0 && mm_h < 40)).toBe(true)
    expect(evidence.at(-1)).not.toContain('rain')
  })
})
