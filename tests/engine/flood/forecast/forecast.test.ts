/** Training on storms whose water follows a reservoir, and what is forecast of others. */
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../engine/base/random.ts'
import { createForecaster, type Forecaster, forecastAt, forecastNow, forecastStorm } from '../../../../engine/flood/forecast/forecast.ts'
import type { FloodModel } from '../../../../engine/flood/forecast/model.ts'
import { scoreForecasts } from '../../../../engine/flood/forecast/score.ts'
import { type Storm, upTo } from '../../../../engine/flood/forecast/storm.ts'
import { trainFlood } from '../../../../engine/flood/forecast/train.ts'
import { watch } from '../../../../engine/flood/forecast/watch.ts'
import { makeStorm, makeStorms, SITES } from '../../../fixtures/storms.ts'

const train = (): FloodModel => trainFlood(makeStorms(12), SITES, { random: createRandom(1), effort: 0.2 })
const model = train()

function forecaster(nowcast: boolean, sites = SITES, of: FloodModel | null = model): Forecaster {
  const made = createForecaster(of, sites, nowcast)
  if (made === null) throw new Error('the model cannot be read')
  return made
}

const blind = (storm: Storm): Storm => ({ ...storm, nowcast_mm: null })

describe('a trained forecast', () => {
  it('is the same for the same storms and seed', () => {
    expect(train()).toEqual(model)
  })

  it.each([
    ['with a nowcast', true],
    ['from gauges only', false],
  ])('of storms it has not seen is good %s', (_, nowcast) => {
    const made = forecaster(nowcast)
    const storms = [101, 102, 103, 104, 105].map((seed) => makeStorm(seed))
    const scored = storms.map((storm) => ({ truth_m: storm.truth_m, forecast: forecastStorm(made, nowcast ? storm : blind(storm)) }))
    const { leads } = scoreForecasts(
      scored,
      SITES.map(({ threshold_m }) => threshold_m),
    )
    expect(leads[0].coverage).toBe(1)
    expect(leads[0].nse).toBeGreaterThan(0.8)
    if (nowcast) expect(leads[2].nse).toBeGreaterThan(0.7)
  })

  it.each([
    ['with a nowcast', true],
    ['from gauges only', false],
  ])('knows at each time of issue only what was known then, %s', (_, nowcast) => {
    const made = forecaster(nowcast)
    const storm = nowcast ? makeStorm(201) : blind(makeStorm(201))
    const all = forecastStorm(made, storm, [15, 60, 120])
    for (let t = 0; t < storm.steps; t += 7) {
      const then = forecastNow(made, upTo(storm, t), [15, 60, 120])
      expect(then.map((leads) => leads.map(({ depth_m, p_exceed }) => [depth_m, p_exceed]))).toEqual(
        SITES.map((__, site) => [0, 1, 2].map((lead) => [all.depth_m[lead][site][t], all.p_exceed[lead][site][t]])),
      )
    }
  })

  it('is whole at every lead, in order: low, depth, high', () => {
    const made = forecaster(true)
    const storm = makeStorm(202)
    const leads = Array.from({ length: 24 }, (_, i) => 5 * (i + 1))
    for (const t of [0, 1, 20, 40]) {
      for (const points of forecastAt(made, watch(storm, made.core), t, leads)) {
        expect(points.map(({ lead_min }) => lead_min)).toEqual(leads)
        for (const { depth_m, low_m, high_m, p_exceed } of points) {
          expect(low_m).toBeGreaterThanOrEqual(0)
          expect(depth_m).toBeGreaterThanOrEqual(low_m)
          expect(high_m).toBeGreaterThanOrEqual(depth_m)
          expect(p_exceed).toBeGreaterThanOrEqual(0)
          expect(p_exceed).toBeLessThanOrEqual(1)
        }
      }
    }
  })

  it('goes on while the gauges are silent, from the rain', () => {
    const storm = makeStorm(203)
    const silent = { ...storm, levels_m: storm.levels_m.map((own) => own.map(() => Number.NaN)) }
    const { depth_m } = forecastStorm(forecaster(true), silent)
    expect(depth_m.flat().every((own) => own.every((depth) => Number.isFinite(depth)))).toBe(true)
    expect(Math.max(...depth_m[0][0])).toBeGreaterThan(0.3 * Math.max(...storm.truth_m[0]))
  })

  it('is hardly moved by a gauge that jumps 3 m once', () => {
    const made = forecaster(true)
    const storm = blind({ ...makeStorm(204), rain_mm: new Float64Array(60) })
    const levels_m = storm.levels_m.map(() => new Float64Array(60).fill(0.05))
    levels_m[0][30] = 3.05
    for (const { p_exceed } of forecastNow(made, upTo({ ...storm, levels_m }, 30))[0]) expect(p_exceed).toBeLessThan(0.2)
  })

  it('takes a point that it does not know for a typical one', () => {
    const sites = [...SITES, { node: 'new', rim_m: 1, threshold_m: 1.15 }]
    const made = forecaster(true, sites)
    expect(made.unknown).toEqual(['new'])
    const storm = makeStorm(205)
    const { depth_m } = forecastStorm(made, { ...storm, levels_m: [...storm.levels_m, new Float64Array(60).fill(Number.NaN)] })
    expect(Math.max(...depth_m[0][2])).toBeGreaterThan(0.1)
  })

  it('says what it is made from', () => {
    expect(forecaster(true).basis).toBe('nowcast')
    expect(forecaster(false).basis).toBe('gauges')
    expect(forecaster(true, SITES, { ...model, nowcast: null }).basis).toBe('gauges')
  })

  it('is refused when its trees are damaged', () => {
    const { gauges } = model
    const damaged = {
      ...model,
      gauges: { ...gauges, leads: gauges.leads.map((lead) => ({ ...lead, depth: { ...lead.depth, left: '' } })) },
    }
    expect(createForecaster(damaged, SITES, false)).toBeNull()
  })
})

describe('without a model', () => {
  const made = forecaster(true, SITES, null)

  it('the physical core forecasts alone and says so', () => {
    expect(made.basis).toBe('physical')
    const storm = makeStorm(206)
    const { depth_m } = forecastStorm(made, storm)
    expect(Math.max(...depth_m[0][0])).toBeGreaterThan(0.1)
  })

  it('its band is wide, and dry streets are not said to flood', () => {
    const storm = makeStorm(207)
    const [[first]] = forecastNow(made, upTo(storm, 0))
    expect(first.high_m - first.low_m).toBeGreaterThan(0.3)
    expect(first.p_exceed).toBeLessThan(0.5)
  })
})
