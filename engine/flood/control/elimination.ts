/**
 * Sparse elimination for equations on a network: the order and the places of the non-zeros are found once, a solution is then a few additions
 * for each pipe. Minimum degree (Tinney and Walker 1967, scheme 2). The matrices here are diagonally dominant, so no pivoting is needed.
 */

export interface Elimination {
  readonly size: number
  /** Row that is eliminated k-th. */
  readonly order: readonly number[]
  /** For the k-th row: the later rows it touches, and where the two coefficients stand. */
  readonly touched: readonly (readonly { readonly row: number; readonly lower: number; readonly upper: number }[])[]
  /** For the k-th row: `target -= lower · upper / pivot` by place. */
  readonly updates: readonly (readonly { readonly target: number; readonly lower: number; readonly upper: number }[])[]
  /** Number of off-diagonal places. */
  readonly places: number
  /** Place of the coefficient (row, column); the diagonal is kept apart. */
  readonly placeOf: (row: number, column: number) => number
}

export function planElimination(size: number, edges: readonly (readonly [number, number])[]): Elimination {
  const neighbours = Array.from({ length: size }, () => new Set<number>())
  for (const [a, b] of edges) {
    if (a === b) continue
    neighbours[a].add(b)
    neighbours[b].add(a)
  }
  const place = new Map<number, number>()
  const key = (row: number, column: number): number => row * size + column
  const open = (row: number, column: number): void => {
    if (!place.has(key(row, column))) place.set(key(row, column), place.size)
  }
  for (const [row, set] of neighbours.entries()) for (const column of set) open(row, column)
  const placeOf = (row: number, column: number): number => place.get(key(row, column)) ?? -1
  const left = new Set(Array.from({ length: size }, (_, i) => i))
  const order: number[] = []
  const touched: { row: number; lower: number; upper: number }[][] = []
  const updates: { target: number; lower: number; upper: number }[][] = []
  while (left.size > 0) {
    let pivot = -1
    for (const row of left) if (pivot < 0 || neighbours[row].size < neighbours[pivot].size) pivot = row
    left.delete(pivot)
    const around = [...neighbours[pivot]].sort((a, b) => a - b)
    const made: { target: number; lower: number; upper: number }[] = []
    for (const row of around) {
      neighbours[row].delete(pivot)
      for (const column of around) {
        if (row !== column) {
          neighbours[row].add(column)
          open(row, column)
        }
        // A negative target is a diagonal: −1 − row.
        made.push({ target: row === column ? -1 - row : placeOf(row, column), lower: placeOf(row, pivot), upper: placeOf(pivot, column) })
      }
    }
    order.push(pivot)
    touched.push(around.map((row) => ({ row, lower: placeOf(row, pivot), upper: placeOf(pivot, row) })))
    updates.push(made)
  }
  return { size, order, touched, updates, places: place.size, placeOf }
}

/** Solves in place: `right` becomes the solution; `diagonal` and `off` are used up. */
export function solve(plan: Elimination, diagonal: Float64Array, off: Float64Array, right: Float64Array): void {
  const { order, touched, updates } = plan
  for (let k = 0; k < order.length; k++) {
    const pivot = order[k]
    const inverse = 1 / diagonal[pivot]
    for (const { target, lower, upper } of updates[k]) {
      const change = off[lower] * off[upper] * inverse
      if (target < 0) diagonal[-1 - target] -= change
      else off[target] -= change
    }
    for (const { row, lower } of touched[k]) right[row] -= off[lower] * inverse * right[pivot]
  }
  for (let k = order.length - 1; k >= 0; k--) {
    const pivot = order[k]
    let sum = right[pivot]
    for (const { row, upper } of touched[k]) sum -= off[upper] * right[row]
    right[pivot] = sum / diagonal[pivot]
  }
}
