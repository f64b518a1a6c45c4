/** The physical core keeps to what water does, whatever its parameters. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../engine/base/random.ts'
import { fitCatchment, fitRating } from '../../../../engine/flood/forecast/fit-hydrology.ts'
import { type Catchment, depthOf, dryWater, flow, motionOf, seen, storeOf } from '../../../../engine/flood/forecast/hydrology.ts'
import { makeStorms } from '../../../fixtures/storms.ts'

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const catchments: fc.Arbitrary<Catchment> = fc.record({
  surface_min: between(2, 120),
  store_min: between(5, 240),
  outlet_mm: between(0.05, 20),
  tide_outlet: between(0, 1),
  tide_mm: between(0, 30),
  loss_mm: between(0, 15),
  slow_min: between(60, 720),
  slow_share: between(0, 1),
})
const rains = fc.array(between(0, 15), { minLength: 1, maxLength: 40 })

function seenAfter(catchment: Catchment, rain_mm: readonly number[], tide_m: number): number {
  const motion = motionOf(catchment)
  const water = dryWater()
  for (const rain of rain_mm) flow(motion, water, rain, tide_m)
  return seen(motion, water, tide_m)
}

describe('a catchment', () => {
  it('stays dry without rain', () => {
    fc.assert(
      fc.property(catchments, (catchment) => {
        expect(seenAfter(catchment, [0, 0, 0], 0)).toBe(0)
      }),
    )
  })

  it('holds no less when it rains more', () => {
    fc.assert(
      fc.property(catchments, rains, between(1, 3), (catchment, rain, times) => {
        expect(
          seenAfter(
            catchment,
            rain.map((mm) => mm * times),
            0,
          ),
        ).toBeGreaterThanOrEqual(seenAfter(catchment, rain, 0) - 1e-9)
      }),
    )
  })

  it('holds no less when the tide is higher', () => {
    fc.assert(
      fc.property(catchments, rains, between(0, 1), between(0, 1), (catchment, rain, tide, more) => {
        expect(seenAfter(catchment, rain, tide + more)).toBeGreaterThanOrEqual(seenAfter(catchment, rain, tide) - 1e-9)
      }),
    )
  })

  it('keeps in its store no more than has rained', () => {
    fc.assert(
      fc.property(catchments, rains, (catchment, rain) => {
        const motion = motionOf(catchment)
        const water = dryWater()
        for (const mm of rain) flow(motion, water, mm, 0)
        expect(water.store).toBeLessThanOrEqual(rain.reduce((sum, mm) => sum + mm, 0) + 1e-9)
      }),
    )
  })
})

describe('the rating', () => {
  it('rises, and goes back from depth to store', () => {
    const x = Float64Array.from({ length: 200 }, (_, i) => i / 10)
    const { rating } = fitRating(
      x,
      x.map((store, i) => store * 0.1 + (i % 3) * 0.02),
    )
    for (let i = 1; i < rating.store_mm.length; i++) expect(rating.depth_m[i]).toBeGreaterThan(rating.depth_m[i - 1])
    for (const store of [1, 7.5, 15]) expect(storeOf(rating, depthOf(rating, store))).toBeCloseTo(store, 6)
  })

  it('stands for a point that was always dry', () => {
    const { rating } = fitRating(new Float64Array(10), new Float64Array(10))
    expect(depthOf(rating, 0)).toBe(0)
  })
})

it('a fit finds a reservoir again that the water was made with', () => {
  const storms = makeStorms(10)
  const depths = storms.map(({ truth_m }) => truth_m[0])
  const { catchment, rating } = fitCatchment(storms, depths, createRandom(1))
  let error = 0
  let spread = 0
  const all = depths.flatMap((own) => [...own])
  const mean = all.reduce((sum, depth) => sum + depth, 0) / all.length
  storms.forEach((storm, s) => {
    const motion = motionOf(catchment)
    const water = dryWater()
    storm.rain_mm.forEach((rain, t) => {
      flow(motion, water, rain, 0)
      error += (depthOf(rating, seen(motion, water, 0)) - depths[s][t]) ** 2
      spread += (depths[s][t] - mean) ** 2
    })
  })
  expect(1 - error / spread).toBeGreaterThan(0.95)
})
