import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pumpsNeeded, sharePumps } from '../../../../engine/flood/acts/pumps-needed.ts'
import { createActs } from '../../../../engine/flood/acts/state.ts'
import { createContext } from '../../../../engine/model/context.ts'
import { DEFAULT_DISPATCH } from '../../../../engine/model/dispatch-policy.ts'
import { smallCity } from '../../../fixtures/small-city.ts'
import { T0 } from '../../../support/brain.ts'
import { forecastOf } from './forecasts.ts'

const base = smallCity()
const [point, other] = base.low_points
const context = createContext(base, 'test', 1, { dispatch: { ...DEFAULT_DISPATCH, pumps_max: 4 } })
/** Water that stands `over` times as much above the threshold as one mobile pump takes in the quarter of an hour before it comes. */
const wave = (peak_m: number, from_min = 20) => ({ p: 0.9, from_min, until_min: 60, peak_m, band_m: 0.02 })

describe('pumps for a low point', () => {
  it('asks for one where one is enough, and for as many as are allowed where none are', () => {
    expect(pumpsNeeded(point, forecastOf(T0, wave(point.threshold_m)), 0, 4, T0)).toBe(1)
    expect(pumpsNeeded(point, forecastOf(T0, wave(9)), 0, 4, T0)).toBe(4)
  })

  it('never asks for fewer when more water is foreseen', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 3, noNaN: true }), fc.double({ min: 0, max: 3, noNaN: true }), (a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((peak_m) => pumpsNeeded(point, forecastOf(T0, wave(peak_m)), 0, 6, T0))
        expect(less).toBeLessThanOrEqual(more)
      }),
    )
  })

  it('shares out only what is left over when every other point in danger has its first', () => {
    const acts = createActs(context)
    const stand = (id: string, stage: 'prepare' | 'act', severity: 'watch' | 'warning') => {
      const known = acts.points.get(id)
      if (known === undefined) throw new Error(`no point ${id}`)
      known.warning.stage = stage
      known.foreseen = { severity, due: T0, pumps: 1 }
    }
    stand(point.id, 'act', 'warning')
    const forecasts = new Map([[point.id, forecastOf(T0, wave(9))]])
    const share = (spare: number) => sharePumps(acts, context, forecasts, { at_points: [], on_duty: 6, spare, off: [] }, T0).get(point.id)
    expect([0, 1, 2, 5].map(share)).toEqual([1, 2, 3, 4])
    stand(other.id, 'prepare', 'watch')
    expect([0, 1, 2, 5].map(share)).toEqual([1, 1, 2, 4])
    // Far off, others may still need them.
    forecasts.set(point.id, forecastOf(T0, wave(9, 60)))
    expect(share(5)).toBe(1)
  })
})
