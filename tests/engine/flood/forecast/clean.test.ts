/** What is believed of gauges that spike, jump and fall silent. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanLevels } from '../../../../engine/flood/forecast/clean.ts'

const series = (...values: number[]): Float64Array => Float64Array.from(values)
const calm = (n: number): Float64Array => new Float64Array(n).fill(0.1)

describe('cleaning of levels', () => {
  it('passes over a lone spike', () => {
    const [cleaned] = cleanLevels([series(0.1, 0.12, 3.1, 0.13, 0.14), calm(5), calm(5)], 5)
    expect([...cleaned.level_m]).toEqual([0.1, 0.12, 0.12, 0.13, 0.14])
    expect([...cleaned.age]).toEqual([0, 0, 1, 0, 0])
  })

  it('believes a rise at one gauge once the next reading agrees', () => {
    const [cleaned] = cleanLevels([series(0.1, 0.1, 0.8, 0.9), calm(4), calm(4)], 4)
    expect([...cleaned.level_m]).toEqual([0.1, 0.1, 0.1, 0.9])
  })

  it('believes a rise at many gauges at once', () => {
    const rise = series(0.1, 0.7)
    expect(cleanLevels([rise, rise, rise, rise], 2).map(({ level_m }) => level_m[1])).toEqual([0.7, 0.7, 0.7, 0.7])
  })

  it('goes back at once after a spike that was believed', () => {
    const spiky = series(0.1, 0.7, 0.1)
    const [cleaned] = cleanLevels([spiky, series(0.1, 0.7, 0.75), series(0.1, 0.7, 0.8)], 3)
    expect(cleaned.level_m[2]).toBeCloseTo(0.1)
  })

  it('keeps the last level over a gap and tells its age', () => {
    const [cleaned] = cleanLevels([series(Number.NaN, 0.2, Number.NaN, Number.NaN)], 4)
    expect([...cleaned.level_m]).toEqual([Number.NaN, 0.2, 0.2, 0.2])
    expect([...cleaned.age].slice(1)).toEqual([0, 1, 2])
  })

  it('believes no level that no street can have', () => {
    const [cleaned] = cleanLevels([series(0.1, 800, 800, 0.1)], 4)
    expect([...cleaned.level_m]).toEqual([0.1, 0.1, 0.1, 0.1])
  })

  it('never looks ahead', () => {
    const reading = fc.oneof(fc.double({ min: 0, max: 4, noNaN: true }), fc.constant(Number.NaN))
    const three = fc.array(fc.tuple(reading, reading, reading), { minLength: 2, maxLength: 30 })
    fc.assert(
      fc.property(three, fc.nat(), (rows, n) => {
        const all = [0, 1, 2].map((site) => Float64Array.from(rows, (row) => row[site]))
        const cut = 1 + (n % rows.length)
        const then = cleanLevels(
          all.map((own) => own.slice(0, cut)),
          cut,
        )
        cleanLevels(all, rows.length).forEach(({ level_m, age }, site) => {
          expect(level_m.slice(0, cut)).toEqual(then[site].level_m)
          expect(age.slice(0, cut)).toEqual(then[site].age)
        })
      }),
    )
  })
})
