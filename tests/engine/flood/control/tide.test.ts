import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importSwmm } from '../../../../config/import/swmm.ts'
import { createDrain, estimate, type RainNow, takeLevel } from '../../../../engine/flood/control/estimate.ts'
import { drainModel } from '../../../../engine/flood/control/hydraulics.ts'
import { planSettings } from '../../../../engine/flood/control/plan.ts'
import { stagesAhead, tideAt } from '../../../../engine/flood/control/tide.ts'
import type { Drainage, Tide } from '../../../../engine/model/drainage.ts'

const { city } = await importSwmm(join(import.meta.dirname, '../../../fixtures/swmm/flat-tide.inp'), { district: 'd0' })
const whole = city.drainage
if (whole === undefined) throw new Error('the fixture has no network')
const T0 = 1_767_225_600_000
const HOUR_MS = 3_600_000
const DRY: RainNow = { by_id: new Map(), mean_mm_h: 0 }
/** Sea level 0 m now, 1.4 m in an hour and for two hours more. */
const rising: Tide = { by: 'date', points: [0, 1, 3].map((h) => ({ ts: T0 + h * HOUR_MS, level_m: h === 0 ? 0 : 1.4 })) }
const behind = (tide?: Tide): Drainage => ({
  ...whole,
  nodes: whole.nodes.map((node) => (node.id === 'SEA' ? { ...node, stage_m: 0, ...(tide === undefined ? {} : { tide }) } : node)),
})

describe('the level outside', () => {
  it('by the hour goes round midnight', () => {
    const tide: Tide = { by: 'hour', points: [3, 9, 15, 21].map((hour, i) => ({ hour, level_m: 1 + (i % 2) })) }
    expect([3, 6, 9, 21, 24, 0, 27, -3].map((hour) => tideAt(tide, T0, hour))).toEqual([1, 1.5, 2, 2, 1.5, 1.5, 1, 2])
    const once: Tide = {
      by: 'hour',
      points: [
        { hour: 0, level_m: 1 },
        { hour: 12, level_m: 2 },
        { hour: 24, level_m: 1 },
      ],
    }
    expect([0, 6, 18, 24].map((hour) => tideAt(once, T0, hour))).toEqual([1, 1.5, 1.5, 1])
  })

  it('by the date is known on its days only', () => {
    expect(tideAt(rising, T0 + HOUR_MS / 2, 0)).toBeCloseTo(0.7, 9)
    expect([T0 - 1, T0 + 3 * HOUR_MS + 1].map((ts) => tideAt(rising, ts, 0))).toEqual([null, null])
  })

  it('keeps what a gauge shows above the table, and stays where nobody foresees it', () => {
    const model = drainModel(behind(rising))
    const sea = model.node_of.get('SEA') ?? -1
    const seen = model.nodes.map((_, n) => (n === sea ? 0.9 : 0))
    const [ahead] = stagesAhead(model, seen, T0, 0, { steps: 8, step_ms: HOUR_MS / 2 })
    expect(ahead.n).toBe(sea)
    // Foreseen 0.6 m above the bottom, seen 0.9 m: 0.3 m of surge. After three hours the table ends.
    expect(ahead.stage_m.map((stage) => Number(stage.toFixed(6)))).toEqual([1.6, 2.3, 2.3, 2.3, 2.3, 2.3, 0.9, 0.9])
    expect(stagesAhead(drainModel(behind()), seen, T0, 0, { steps: 8, step_ms: HOUR_MS / 2 })).toEqual([])
  })
})

describe('with a tide that rises', () => {
  it('the estimate follows it between the readings of its gauge', () => {
    const drainage = behind(rising)
    const sea = drainModel(drainage).node_of.get('SEA') ?? -1
    const state = createDrain(drainage)
    estimate(state, drainage, DRY, 0, T0)
    expect(state.stage_m[sea]).toBeCloseTo(0.6, 9)
    takeLevel(state, drainage, 'SEA', { value: 0.8, ts: T0, until: T0 + HOUR_MS })
    estimate(state, drainage, DRY, 0.25, T0 + HOUR_MS / 4)
    expect(state.stage_m[sea]).toBeCloseTo(0.8, 9)
    estimate(state, drainage, DRY, 0.5, T0 + HOUR_MS / 2)
    expect(state.stage_m[sea]).toBeCloseTo(0.8 + 0.35, 9)
  })

  it('the plan sees the water that the sea will hold back', () => {
    const expected = [behind(), behind(rising)].map((drainage) => {
      const state = createDrain(drainage)
      estimate(state, drainage, DRY, 0, T0)
      const tank = drainModel(drainage).node_of.get('TANK') ?? -1
      state.volume_m3[tank] = 700
      return planSettings(state, drainage, DRY, 0, new Set()).lost_as_is_m3
    })
    expect(expected[0]).toBeLessThan(1)
    expect(expected[1]).toBeGreaterThan(100)
  })
})
