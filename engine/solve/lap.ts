/**
 * Linear sum assignment by shortest augmenting paths: R. Jonker and A. Volgenant, Computing 38 (1987) 325–340, in the rectangular
 * form without initialisation of D. F. Crouse, IEEE Trans. Aerospace and Electronic Systems 52 (2016) 1679–1696, algorithm 3.
 */
import { invariant } from '../base/errors.ts'

export interface Lap {
  readonly rows: number
  readonly columns: number
  /** Row by row; Infinity where a row may not take a column. Whole numbers keep comparisons exact. */
  readonly cost: Float64Array
}

/**
 * The column of each row such that the sum of costs is least; −1 for a row that cannot be served together with the rows before it.
 * Among equal sums the scan order decides (smaller column first), so equal input gives equal output. O(rows² · columns).
 */
export function solveLap({ rows, columns, cost }: Lap): Int32Array {
  invariant(cost.length === rows * columns, 'a cost for every row and column')
  const price_row = new Float64Array(rows)
  const price_column = new Float64Array(columns)
  const row_of = new Int32Array(columns).fill(-1)
  const column_of = new Int32Array(rows).fill(-1)
  const path = new Int32Array(columns)
  const distance = new Float64Array(columns)
  const scanned_row = new Uint8Array(rows)
  const scanned_column = new Uint8Array(columns)

  for (let root = 0; root < rows; root++) {
    distance.fill(Number.POSITIVE_INFINITY)
    scanned_row.fill(0)
    scanned_column.fill(0)
    let least = 0
    let sink = -1
    for (let row = root; sink < 0; ) {
      scanned_row[row] = 1
      let nearest = -1
      for (let column = 0; column < columns; column++) {
        if (scanned_column[column]) continue
        const through = least + cost[row * columns + column] - price_row[row] - price_column[column]
        if (through < distance[column]) {
          distance[column] = through
          path[column] = row
        }
        if (nearest < 0 || distance[column] < distance[nearest]) nearest = column
      }
      if (nearest < 0 || distance[nearest] === Number.POSITIVE_INFINITY) break
      least = distance[nearest]
      scanned_column[nearest] = 1
      if (row_of[nearest] < 0) sink = nearest
      else row = row_of[nearest]
    }
    if (sink < 0) continue
    price_row[root] += least
    for (let row = 0; row < rows; row++) {
      if (scanned_row[row] && row !== root) price_row[row] += least - distance[column_of[row]]
    }
    for (let column = 0; column < columns; column++) {
      if (scanned_column[column]) price_column[column] -= least - distance[column]
    }
    for (let column = sink; ; ) {
      const row = path[column]
      row_of[column] = row
      const before = column_of[row]
      column_of[row] = column
      if (row === root) break
      column = before
    }
  }
  return column_of
}
