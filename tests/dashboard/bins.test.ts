/** What the page of bins makes of the answers: which bins, in which order, curves and ways. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ALL_BINS,
  aheadOf_h,
  BIN_COLUMNS,
  BIN_STATES,
  type BinFilter,
  binRows,
  choicesOf,
  courseLines,
  fittingBins,
  roundPicture,
  runsOf,
  sortBins,
} from '../../dashboard/data/bins.ts'
import { indexCity } from '../../dashboard/data/city.ts'
import { cityDocument } from '../../gateway/http/city.ts'
import { createBins } from '../browser/bins-scene.ts'
import { smallCity } from '../fixtures/small-city.ts'

const city = smallCity()
const rows = binRows(createBins(city, 1_767_225_600_000), indexCity(cityDocument(city)).places)
const fitting = (part: Partial<BinFilter>): number => fittingBins(rows, { ...ALL_BINS, ...part }, (code) => code).length

describe('the list', () => {
  it('knows every bin that reports, also one that the city does not list', () => {
    expect(rows.filter(({ place }) => place === null).map(({ bin }) => bin.bin)).toContain('d0/waste/B16')
    expect(fitting({})).toBe(rows.length)
  })

  it('leaves out what does not fit: grid, waste, state and text', () => {
    const { grids, wastes } = choicesOf(rows)
    expect(wastes).toEqual(['food', 'residual'])
    expect(wastes.reduce((sum, waste) => sum + fitting({ waste }), 0)).toBe(rows.length)
    expect(grids.reduce((sum, grid) => sum + fitting({ grid }), 0)).toBe(rows.filter(({ grid }) => grid !== null).length)
    for (const state of BIN_STATES) expect(fitting({ state }), state).toBeGreaterThan(0)
    expect(fitting({ text: ' B16 ' })).toBe(1)
    expect(fitting({ text: 'b1', state: 'blocked' })).toBeLessThan(fitting({ text: 'b1' }))
  })

  it('is sorted by any column, and what nothing is known of is last both ways', () => {
    for (const column of BIN_COLUMNS) {
      const [up, down] = [sortBins(rows, column, false), sortBins(rows, column, true)]
      expect(up).toHaveLength(rows.length)
      const unknown = rows.filter(({ bin }) => (column === 'emptied' ? bin.emptied : column === 'fill' ? 0 : bin.forecast) === null)
      for (const sorted of [up, down]) expect(new Set(unknown.length === 0 ? [] : sorted.slice(-unknown.length))).toEqual(new Set(unknown))
    }
    const hours = sortBins(rows, 'full', false).flatMap(({ bin }) => bin.forecast?.ttf_h ?? [])
    expect(hours).toEqual(hours.toSorted((a, b) => a - b))
  })
})

describe('the curve of a bin', () => {
  const course = fc
    .tuple(
      fc.integer({ min: 0, max: 99 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 40 })), { maxLength: 10 }),
    )
    .map(([level_pct, steps]) => {
      let [pct, said_h] = [level_pct, 0]
      const levels = steps.map(([hours, spread]) => {
        pct += 5
        said_h += hours
        return { level_pct: pct, low_h: said_h * (1 - spread / 100), said_h, high_h: said_h * (1 + spread / 100) }
      })
      return { level_pct, levels }
    })

  it('never leaves the time that is drawn, never falls, and lies within its band', () => {
    fc.assert(
      fc.property(course, fc.integer({ min: 1, max: 168 }), (given, end_h) => {
        const { said, band } = courseLines(given, end_h)
        for (const [h] of [...said, ...band]) {
          expect(h).toBeGreaterThanOrEqual(0)
          expect(h).toBeLessThanOrEqual(end_h + 1e-9)
        }
        for (let i = 1; i < said.length; i++) expect(said[i][1]).toBeGreaterThanOrEqual(said[i - 1][1])
        expect(said[0]).toEqual([0, given.level_pct])
        expect(Math.max(...band.map(([, pct]) => pct))).toBeGreaterThanOrEqual(Math.max(...said.map(([, pct]) => pct)) - 1e-9)
      }),
    )
  })

  it('is drawn for a day at least and a week at most', () => {
    const full = (high_h: number) => ({ level_pct: 0, levels: [{ level_pct: 80, low_h: 1, said_h: 2, high_h }] })
    expect([null, full(2), full(50), full(5000)].map((given) => aheadOf_h(given, 80))).toEqual([24, 24, 56, 168])
  })

  it('is not drawn over a hole', () => {
    const at = (...hours: number[]) => hours.map((hour) => ({ ts: hour * 3_600_000, mean: hour }))
    expect(runsOf(at(0, 1, 2, 20, 21), 9 * 3_600_000).map((run) => run.length)).toEqual([3, 2])
    expect(runsOf([], 1)).toEqual([])
  })
})

it('draws a round within its picture, north up, with the roads around it alone', () => {
  const size = { width: 400, height: 200 }
  const stops = [
    [120.15, 30.27],
    [120.16, 30.28],
  ] as const
  const far = [
    [121, 31],
    [121.1, 31],
  ] as const
  const { roads, ways, stops: drawn } = roundPicture([{ line: stops }, { line: far }], stops, [stops, []], size)
  for (const { x, y } of drawn) {
    expect(x).toBeGreaterThan(0)
    expect(x).toBeLessThan(size.width)
    expect(y).toBeGreaterThan(0)
    expect(y).toBeLessThan(size.height)
  }
  expect(drawn[1].y).toBeLessThan(drawn[0].y)
  expect(drawn[1].x).toBeGreaterThan(drawn[0].x)
  expect(roads.match(/M/g)).toHaveLength(1)
  expect(ways).toEqual([roads, ''])
  // One stop alone is still a place on a street.
  expect(roundPicture([], stops.slice(0, 1), [], size).stops).toEqual([{ x: 200, y: 100 }])
})
