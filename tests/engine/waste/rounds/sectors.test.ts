import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SECTOR_BINS, sectorsOf } from '../../../../engine/waste/rounds/sectors.ts'

const place = fc.tuple(fc.double({ min: 120, max: 120.2, noNaN: true }), fc.double({ min: 30, max: 30.2, noNaN: true }))
const placed = (prefix: string, max: number) =>
  fc
    .array(place, { minLength: 1, maxLength: max })
    .map((all) => all.map((at, i) => ({ id: `${prefix}${i}`, at: [at[0], at[1]] as const, worth_s: i })))

describe('sectors of a city', () => {
  it('have every lorry once, and every bin once as far as problems and lorries go', () => {
    fc.assert(
      fc.property(placed('L', 8), placed('B', 700), (lorries, bins) => {
        const sectors = sectorsOf(lorries, bins)
        const drivers = sectors.flatMap((sector) => sector.lorries)
        const chosen = sectors.flatMap((sector) => sector.bins)
        expect([...drivers].sort()).toEqual(lorries.map(({ id }) => id).sort())
        expect(new Set(chosen).size).toBe(chosen.length)
        expect(chosen.length).toBe(Math.min(bins.length, sectors.length * SECTOR_BINS))
        for (const sector of sectors) {
          expect(sector.lorries.length).toBeGreaterThan(0)
          expect(sector.bins.length).toBeLessThanOrEqual(SECTOR_BINS)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('leave what is worth least where lorries are too few, and are none without a lorry', () => {
    const bins = Array.from({ length: SECTOR_BINS + 5 }, (_, i) => ({ id: `B${i}`, at: [120 + i / 1000, 30] as const, worth_s: i }))
    const [one, ...others] = sectorsOf([{ id: 'L', at: [120, 30] }], bins)
    expect(others).toEqual([])
    expect(one.bins).not.toContain('B4')
    expect(one.bins).toContain('B5')
    expect(sectorsOf([], bins)).toEqual([])
  })
})
