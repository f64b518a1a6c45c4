import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Lap, solveLap } from '../../../engine/solve/lap.ts'

const NONE = Number.POSITIVE_INFINITY

/** Every row has one column of its own besides, as the assignment of crews has, so that all rows can be served. */
const arbitraryLap: fc.Arbitrary<Lap> = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 5 }))
  .chain(([rows, shared]) =>
    fc.tuple(
      fc.constant({ rows, shared }),
      fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(NONE)), { minLength: rows * shared, maxLength: rows * shared }),
      fc.array(fc.integer({ min: 0, max: 30 }), { minLength: rows, maxLength: rows }),
    ),
  )
  .map(([{ rows, shared }, cells, own]) => {
    const columns = shared + rows
    const cost = new Float64Array(rows * columns).fill(NONE)
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < shared; j++) cost[i * columns + j] = cells[i * shared + j]
      cost[i * columns + shared + i] = own[i]
    }
    return { rows, columns, cost }
  })

function leastByTrying({ rows, columns, cost }: Lap, row = 0, used = 0): number {
  if (row === rows) return 0
  let least = NONE
  for (let j = 0; j < columns; j++) {
    if ((used & (1 << j)) === 0)
      least = Math.min(least, cost[row * columns + j] + leastByTrying({ rows, columns, cost }, row + 1, used | (1 << j)))
  }
  return least
}

it('costs as little as the best of all possibilities, and uses no column twice', () => {
  fc.assert(
    fc.property(arbitraryLap, (lap) => {
      const chosen = [...solveLap(lap)]
      expect(new Set(chosen).size).toBe(lap.rows)
      expect(chosen.reduce((sum, column, row) => sum + lap.cost[row * lap.columns + column], 0)).toBe(leastByTrying(lap))
    }),
    { numRuns: 500 },
  )
})

it('leaves a row out that cannot be served beside those before it', () => {
  expect([...solveLap({ rows: 2, columns: 1, cost: Float64Array.of(5, 1) })]).toEqual([0, -1])
  expect([...solveLap({ rows: 1, columns: 2, cost: Float64Array.of(NONE, NONE) })]).toEqual([-1])
})
