/**
 * Sparse elimination for equations on a network: the order and the places of the non-zeros are found once, a solution is then a few additions
 * for each pipe. Minimum degree (Tinney and Walker 1967, scheme 2). The matrices here are diagonally dominant, so no pivoting is needed.
 */

export interface Elimination {
  readonly size: number
  /** Row that is eliminated k-th. */
  readonly order: Int32Array
  /** The later rows that the k-th row touches stand from `touched_at[k]` to `touched_at[k + 1]`, each as row, place of the lower and of the upper coefficient. */
  readonly touched_at: Int32Array
  readonly touched: Int32Array
  /** `target -= lower · upper / pivot` by place, from `updates_at[k]` on; a negative target is a diagonal: −1 − row. */
  readonly updates_at: Int32Array
  readonly updates: Int32Array
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
  const touched: number[] = []
  const touched_at = [0]
  const updates: number[] = []
  const updates_at = [0]
  while (left.size > 0) {
    let pivot = -1
    for (const row of left) if (pivot < 0 || neighbours[row].size < neighbours[pivot].size) pivot = row
    left.delete(pivot)
    const around = [...neighbours[pivot]].sort((a, b) => a - b)
    for (const row of around) {
      neighbours[row].delete(pivot)
      for (const column of around) {
        if (row !== column) {
          neighbours[row].add(column)
          open(row, column)
        }
        updates.push(row === column ? -1 - row : placeOf(row, column), placeOf(row, pivot), placeOf(pivot, column))
      }
    }
    order.push(pivot)
    for (const row of around) touched.push(row, placeOf(row, pivot), placeOf(pivot, row))
    touched_at.push(touched.length)
    updates_at.push(updates.length)
  }
  return {
    size,
    order: Int32Array.from(order),
    touched_at: Int32Array.from(touched_at),
    touched: Int32Array.from(touched),
    updates_at: Int32Array.from(updates_at),
    updates: Int32Array.from(updates),
    places: place.size,
    placeOf,
  }
}

/** Solves in place: `right` becomes the solution; `diagonal` and `off` are used up. */
export function solve(plan: Elimination, diagonal: Float64Array, off: Float64Array, right: Float64Array): void {
  const { order, touched_at, touched, updates_at, updates } = plan
  for (let k = 0; k < order.length; k++) {
    const pivot = order[k]
    const inverse = 1 / diagonal[pivot]
    for (let i = updates_at[k]; i < updates_at[k + 1]; i += 3) {
      const target = updates[i]
      const change = off[updates[i + 1]] * off[updates[i + 2]] * inverse
      if (target < 0) diagonal[-1 - target] -= change
      else off[target] -= change
    }
    for (let i = touched_at[k]; i < touched_at[k + 1]; i += 3) right[touched[i]] -= off[touched[i + 1]] * inverse * right[pivot]
  }
  for (let k = order.length - 1; k >= 0; k--) {
    const pivot = order[k]
    let sum = right[pivot]
    for (let i = touched_at[k]; i < touched_at[k + 1]; i += 3) sum -= off[touched[i + 2]] * right[touched[i]]
    right[pivot] = sum / diagonal[pivot]
  }
}
