import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importSwmm } from '../../../../config/import/swmm.ts'
import { createWater, drainModel, stepWater } from '../../../../engine/flood/control/hydraulics.ts'
import { dryCatchment, inflows } from '../../../../engine/flood/control/runoff.ts'
import { lookUp, SLICES, sectionTable } from '../../../../engine/flood/control/section.ts'
import { fullVolume_m3 } from '../../../../engine/flood/control/shape.ts'
import { structureFlows } from '../../../../engine/flood/control/structures.ts'
import type { City } from '../../../../engine/model/city.ts'
import type { Drainage } from '../../../../engine/model/drainage.ts'
import type { Observation } from '../../../../engine/model/observation.ts'
import { createBrain, reading } from '../../../support/brain.ts'

const FIXTURE = join(import.meta.dirname, '../../../fixtures/swmm/two-tanks.inp')
const imported = await importSwmm(FIXTURE, { district: 'd0' })
const whole = imported.city.drainage
if (whole === undefined) throw new Error('the fixture has no network')
const drainage: Drainage = whole
const cityOf = (change: Partial<Drainage>): City => ({ ...imported.city, drainage: { ...drainage, ...change } })

type Brain = ReturnType<typeof createBrain>
const settings = (outcome: ReturnType<Brain['at']>): Record<string, number> =>
  Object.fromEntries(outcome.commands.flatMap((one) => (one.kind === 'drain.setting' ? [[one.device.split('/')[2], one.setting]] : [])))
const levels = (seconds: number, values: Readonly<Record<string, number>>): Observation[] =>
  Object.entries(values).map(([id, level_m]) => reading(`d0/flood/${id}`, seconds, { level_m }))
const rain = (seconds: number, rain_mm_h: number) => reading('d0/weather/SA', seconds, { rain_mm_h })

describe('the hydraulic model', () => {
  const model = drainModel(drainage)

  it('gives a full circular pipe the flow of its formula', () => {
    // Manning with n = 0.013, D = 0.8 m: A·(D/4)^(2/3)/n.
    const table = sectionTable({ shape: 'circular', height_m: 0.8, width_m: 0.8, side_slopes: 0 }, 0.013, 1)
    const exact = ((Math.PI / 4) * 0.8 ** 2 * 0.2 ** (2 / 3)) / 0.013
    expect(table.area_m2[SLICES]).toBeCloseTo((Math.PI / 4) * 0.64, 2)
    // A circle carries most a little below its crown: the table stays there.
    expect(lookUp(table.conveyance_m3_s, 0.8, 1).value / exact).toBeGreaterThan(1.06)
    expect(lookUp(table.conveyance_m3_s, 0.8, 1).value / exact).toBeLessThan(1.09)
    expect(lookUp(table.conveyance_m3_s, 0.8, 0.4).value / exact).toBeCloseTo(0.5, 1)
  })

  it('makes and loses no water, at any settings', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        (set, flow) => {
          const water = createWater(model)
          const inflow = drainage.nodes.map(({ kind }) => (kind === 'storage' ? flow : 0))
          let [given, lost, out] = [0, 0, 0]
          const outlet = model.link_of.get('CX') ?? 0
          for (let i = 0; i < 120; i++) {
            stepWater(model, water, inflow, set, 60)
            given += 2 * flow * 60
            out += water.flow_m3_s[outlet] * 60
            for (const [n, volume] of water.volume_m3.entries()) {
              expect(volume).toBeGreaterThanOrEqual(0)
              expect(volume).toBeLessThanOrEqual(fullVolume_m3(model.nodes[n]) + 1e-6)
              lost += water.lost_m3[n]
            }
          }
          const kept = water.volume_m3.reduce((sum, volume) => sum + volume, 0)
          expect(kept + lost + out).toBeCloseTo(given, 3)
        },
      ),
      { numRuns: 30, seed: 1 },
    )
  })

  it('lets shallow water over the edge of a hole in the floor as over a weir', () => {
    const section = { shape: 'rectangular', height_m: 1, width_m: 1, side_slopes: 0 } as const
    const hole = {
      id: 'H',
      from: 'TA',
      to: 'TB',
      kind: 'orifice',
      place: 'bottom',
      from_m: 0,
      coefficient: 1,
      section,
      flap: false,
    } as const
    const flow = (depth_m: number): number => {
      const flows = { now_m3_s: new Float64Array(1), by_from: new Float64Array(1), by_to: new Float64Array(1) }
      structureFlows(hole, 0, 0, depth_m, -5, 0.2, flows)
      return flows.now_m3_s[0]
    }
    // Opening 0.2 × 1 m: area over edge 0.2 / 2.4, so the weir ends at 0.0833 / 0.414 = 0.201 m.
    expect(flow(0.1) / flow(0.05)).toBeCloseTo(2 ** 1.5, 6)
    expect(flow(0.2014) / flow(0.2011)).toBeCloseTo(1, 2)
    expect(flow(1.6) / flow(0.4)).toBeCloseTo(2, 1)
  })

  it('turns all rain on a sealed catchment into flow in the end', () => {
    const [one] = drainage.catchments
    const sealed = { ...drainage, catchments: [{ ...one, impervious: 1, bare: 1 }], base_flows: [] }
    const wet = [dryCatchment()]
    let volume = 0
    for (let i = 0; i < 900; i++)
      volume += inflows(sealed, model.node_of, wet, () => (i < 60 ? 20 : 0), 0, 60).reduce((sum, flow) => sum + flow * 60, 0)
    expect(volume / (one.area_m2 * 0.02)).toBeGreaterThan(0.98)
    expect(volume / (one.area_m2 * 0.02)).toBeLessThanOrEqual(1)
  })
})

describe('the plan', () => {
  it('keeps a flow limit by storing what does not fit, in both tanks alike', () => {
    const limited = cityOf({ actuators: ['GA', 'GB'], terms: [{ on: 'flow_over', link: 'CX', limit_m3_s: 0.4, weight: 1 }] })
    const brain = createBrain([], limited)
    const set = settings(brain.at(0, ...levels(0, { TA: 2, TB: 2 }), rain(0, 5)))
    // Both gates wide open would give 0.65 · 0.25 m² · √(2g · 2 m) each: twice 1.0 m³/s.
    expect(set.GA ?? 1).toBeLessThan(0.4)
    expect(set.GB ?? 1).toBeLessThan(0.4)
    expect((set.GA ?? 1) + (set.GB ?? 1)).toBeGreaterThan(0.1)
  })

  it('lets the fuller tank out first', () => {
    const limited = cityOf({ actuators: ['GA', 'GB'], terms: [{ on: 'flow_over', link: 'CX', limit_m3_s: 0.4, weight: 1 }] })
    const set = settings(createBrain([], limited).at(0, ...levels(0, { TA: 2.6, TB: 0.6 }), rain(0, 5)))
    expect(set.GA ?? 1).toBeGreaterThan(set.GB ?? 1)
  })

  it('weighs the energy of a pump against the water over the rim', () => {
    const pump = (weight: number, efficiency?: number) => {
      const energy = { on: 'energy', link: 'PW', weight, ...(efficiency === undefined ? {} : { efficiency }) } as const
      const priced = cityOf({ actuators: ['PW'], terms: [...drainage.terms, energy] })
      return settings(createBrain([], priced).at(0, ...levels(0, { WELL: 3 }), rain(0, 20))).PW ?? 1
    }
    // A cubic metre is lifted by some 4 m: 0.02 kWh at 60 %, 1.1 at 1 %.
    expect(pump(1)).toBe(1)
    expect(pump(200)).toBeLessThan(0.1)
    expect(pump(2, 0.01)).toBeLessThan(pump(2))
  })

  it('leaves gates alone that are dear to move', () => {
    const terms = [{ on: 'flow_over', link: 'CX', limit_m3_s: 0.4, weight: 1 } as const]
    const dear = ['GA', 'GB'].map((link) => ({ on: 'switches', link, weight: 1e6 }) as const)
    const orders = (of: Drainage['terms']) =>
      settings(createBrain([], cityOf({ actuators: ['GA', 'GB'], terms: of })).at(0, ...levels(0, { TA: 2, TB: 2 }), rain(0, 5)))
    expect(orders(terms).GA ?? 1).toBeLessThan(0.4)
    expect([orders([...terms, ...dear]).GA ?? 1, orders([...terms, ...dear]).GB ?? 1]).toEqual([1, 1])
  })

  it('is the same for the same water', () => {
    const run = () => {
      const brain = createBrain([], cityOf({}))
      return [0, 300, 600].map((s) => brain.at(s, ...levels(s, { TA: 1 + s / 600, TB: 1, WELL: 1 }), rain(s, 30)).commands)
    }
    expect(run()).toEqual(run())
  })

  it('stays within 0…1, gives its reason in two languages and ends, whatever the gauges say', () => {
    const gauge = fc.option(fc.double({ min: -1, max: 8, noNaN: true }), { nil: undefined })
    const moment = fc.record({
      TA: gauge,
      TB: gauge,
      WELL: gauge,
      mm_h: fc.option(fc.double({ min: 0, max: 150, noNaN: true }), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(moment, { minLength: 1, maxLength: 4 }), (moments) => {
        const brain = createBrain([], cityOf({}))
        for (const [i, { mm_h, ...said }] of moments.entries()) {
          const seconds = i * 300
          const heard = Object.fromEntries(Object.entries(said).filter((one): one is [string, number] => one[1] !== undefined))
          const { commands, facts } = brain.at(seconds, ...levels(seconds, heard), ...(mm_h === undefined ? [] : [rain(seconds, mm_h)]))
          expect(facts.filter(({ kind }) => kind === 'fault')).toEqual([])
          for (const command of commands) {
            if (command.kind !== 'drain.setting') continue
            expect(command.setting).toBeGreaterThanOrEqual(0)
            expect(command.setting).toBeLessThanOrEqual(1)
            expect(command.expires).toBeGreaterThan(command.ts)
            expect(command.reason.text).not.toBe('')
            expect(command.reason.text_zh).toMatch(/[一-龥]/)
            const believed = brain.state.flood.drain?.gauges.get('WELL')
            if (command.device === 'd0/drain/PW' && believed?.ts === command.ts && believed.level_m <= 0.05) expect(command.setting).toBe(0)
          }
        }
      }),
      { numRuns: 15, seed: 7 },
    )
  }, 60_000)
})

describe('what is not known', () => {
  it('orders nothing while no gauge has spoken: the pump house goes by its own floats', () => {
    expect(createBrain([], cityOf({})).at(0, rain(0, 80)).commands).toEqual([])
  })

  it('goes by a rule at an actuator whose gauge has fallen silent', () => {
    const brain = createBrain([], cityOf({ actuators: ['GA', 'GB'] }))
    brain.at(0, ...levels(0, { TA: 2, TB: 1 }), rain(0, 20))
    for (let s = 300; s <= 3900; s += 300) brain.at(s, ...levels(s, { TB: 1 }), rain(s, 20))
    const { commands } = brain.at(4200, ...levels(4200, { TB: 1.1 }), rain(4200, 20))
    const policies = [...commands, ...[...brain.state.act.issued.values()].map(({ command }) => command)]
      .filter(({ device }) => device === 'd0/drain/GA')
      .map(({ reason }) => reason.policy)
    expect(policies).toContain('flood.drain.rule')
  })

  it('does not believe a gauge that jumps by 3 m', () => {
    const brain = createBrain([], cityOf({}))
    brain.at(0, ...levels(0, { TA: 0.2, TB: 0.2, WELL: 0.3 }), rain(0, 0))
    const { facts } = brain.at(300, ...levels(300, { TA: 3.2, TB: 0.2, WELL: 0.3 }), rain(300, 0))
    expect(facts).toContainEqual(expect.objectContaining({ kind: 'quality', device: 'd0/flood/TA', quality: 'suspect', cause: 'spike' }))
    expect(brain.state.flood.drain?.gauges.get('TA')?.level_m).toBe(0.2)
    expect(facts.filter(({ kind }) => kind === 'incident')).toEqual([])
  })

  it('believes a gauge at the rim of a tank that runs over for as long as it does', () => {
    const brain = createBrain([], cityOf({}))
    let suspect = 0
    for (let s = 0; s <= 7200; s += 300) {
      const { facts } = brain.at(s, ...levels(s, { TA: 3, TB: 1 + s / 10_000, WELL: 0.3 }), rain(s, 30 + s / 1000))
      suspect += facts.filter((fact) => fact.kind === 'quality' && fact.device === 'd0/flood/TA').length
    }
    expect(suspect).toBe(0)
  })
})
