import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importSwmm } from '../../../../config/import/swmm.ts'
import { createWater, drainModel, stepWater } from '../../../../engine/flood/control/hydraulics.ts'
import { dryCatchment, inflows } from '../../../../engine/flood/control/runoff.ts'
import { depthAt } from '../../../../engine/flood/control/shape.ts'
import type { Drainage } from '../../../../engine/model/drainage.ts'

const { city } = await importSwmm(join(import.meta.dirname, '../../../fixtures/swmm/flat-tide.inp'), { district: 'd0' })
const whole = city.drainage
if (whole === undefined) throw new Error('the fixture has no network')
const flat: Drainage = whole
/** The same behind a higher tide, above the lowest rim. */
const locked: Drainage = { ...flat, nodes: flat.nodes.map((node) => (node.id === 'SEA' ? { ...node, stage_m: 1.4 } : node)) }

/** Depths by node at the end, flows by link, and what left each node. */
function run(drainage: Drainage, hours: number, dt_s: number) {
  const model = drainModel(drainage)
  const water = createWater(model)
  const settings = drainage.links.map(() => 1)
  const lost_m3 = new Map(drainage.nodes.map(({ id }) => [id, 0]))
  for (let i = 0; i < (hours * 3600) / dt_s; i++) {
    const inflow = inflows(drainage, model.node_of, drainage.catchments.map(dryCatchment), () => 0, 0, dt_s)
    stepWater(model, water, inflow, settings, dt_s)
    for (const [n, { id }] of drainage.nodes.entries()) lost_m3.set(id, (lost_m3.get(id) ?? 0) + water.lost_m3[n])
  }
  const depth = (id: string): number => {
    const n = model.node_of.get(id) ?? 0
    return depthAt(model.nodes[n], water.volume_m3[n]).depth_m
  }
  const flow = (id: string): number => water.flow_m3_s[model.link_of.get(id) ?? 0]
  return { depth, flow, lost_m3, unsettled_m3: water.unsettled_m3 }
}

/** Depths that EPA SWMM itself has for the fixture after one and three hours (swmm-toolkit 0.17, dynamic wave at its own steps). */
const SWMM = {
  hour: { TANK: 1.176, B: 1.243, C: 1.326, D: 1.419, E: 1.264, F: 1.312 },
  three_hours: { TANK: 1.603, B: 1.616, C: 1.676, D: 1.762, E: 1.278, F: 1.322 },
}
/** And with the outfall's stage set to 1.4 m, after three hours: depths, and what left F. */
const SWMM_LOCKED = { TANK: 1.873, B: 1.887, C: 1.948, D: 2.033, E: 1.556, F: 1.6 }
const SWMM_LOCKED_F_M3 = 2028.8

describe('a flat sewer that runs full behind a tide flap', () => {
  for (const dt_s of [60, 300])
    it(`stands as it does in EPA SWMM, by steps of ${dt_s} s`, () => {
      for (const [hours, depths] of [
        [1, SWMM.hour],
        [3, SWMM.three_hours],
      ] as const) {
        const { depth, unsettled_m3 } = run(flat, hours, dt_s)
        for (const [id, depth_m] of Object.entries(depths))
          expect(Math.abs(depth(id) - depth_m), `${id} after ${hours} h`).toBeLessThan(0.1)
        expect(unsettled_m3).toBeLessThan(1)
      }
    })

  it('loses what EPA SWMM loses, where it does, while the tide locks it', () => {
    const { depth, flow, lost_m3, unsettled_m3 } = run(locked, 3, 60)
    for (const [id, depth_m] of Object.entries(SWMM_LOCKED)) expect(Math.abs(depth(id) - depth_m), id).toBeLessThan(0.1)
    expect(flow('P4')).toBe(0)
    expect((lost_m3.get('F') ?? 0) / SWMM_LOCKED_F_M3).toBeGreaterThan(0.9)
    expect((lost_m3.get('F') ?? 0) / SWMM_LOCKED_F_M3).toBeLessThan(1.1)
    for (const [id, lost] of lost_m3) if (id !== 'F') expect(lost, id).toBeLessThan(1)
    expect(unsettled_m3).toBeLessThan(1)
  })
})
