import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../engine/base/random.ts'
import { bandOf, chanceOf, fitBands, fitChance } from '../../../../engine/flood/forecast/calibrate.ts'

describe('chances', () => {
  it('that were too sure are taken back', () => {
    const random = createRandom(1)
    const logits = Float64Array.from({ length: 20_000 }, () => random.uniform(-6, 6))
    const came = logits.map((logit) => (random.chance(chanceOf(logit, { offset: 0, slope: 0.5 })) ? 1 : 0))
    const { offset, slope } = fitChance(logits, came)
    expect(offset).toBeCloseTo(0, 1)
    expect(slope).toBeCloseTo(0.5, 1)
  })

  it('keep their order, whatever came', () => {
    const pair = fc.tuple(fc.double({ min: -8, max: 8, noNaN: true }), fc.integer({ min: 0, max: 1 }))
    fc.assert(
      fc.property(
        fc.array(pair, { maxLength: 60 }),
        fc.double({ min: -8, max: 8, noNaN: true }),
        fc.double({ min: 0, max: 4, noNaN: true }),
        (seen, x, more) => {
          const scale = fitChance(
            Float64Array.from(seen, ([logit]) => logit),
            Float64Array.from(seen, ([, came]) => came),
          )
          expect(chanceOf(x + more, scale)).toBeGreaterThanOrEqual(chanceOf(x, scale))
        },
      ),
    )
  })
})

describe('bands', () => {
  it('hold four of five errors in every class of spread', () => {
    const random = createRandom(2)
    const spread = Float64Array.from({ length: 8000 }, () => random.next())
    const bands = fitBands(
      spread,
      spread.map((width) => random.normal(0, width)),
    )
    const seen = Array.from({ length: 8000 }, () => random.next())
    for (const [low, high] of [
      [0, 0.3],
      [0.7, 1],
    ]) {
      const own = seen.filter((width) => width >= low && width < high)
      const inside = own.filter((width) => {
        const error = random.normal(0, width)
        const band = bandOf(bands, width)
        return band !== null && error >= band.low && error <= band.high
      })
      expect(inside.length / own.length).toBeGreaterThan(0.76)
      expect(inside.length / own.length).toBeLessThan(0.84)
    }
  })

  it('are nothing without a history', () => {
    expect(bandOf(fitBands(new Float64Array(0), new Float64Array(0)), 1)).toBeNull()
  })
})
