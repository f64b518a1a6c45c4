/**
 * A binary min-heap of the whole numbers 0 … capacity − 1, each in it at most once, with decrease-key (Cormen et al., Introduction
 * to Algorithms, ch. 6). On typed arrays, so that a search over a city allocates nothing. Equal keys leave smallest number first.
 */
export interface IndexHeap {
  size: number
  /** Items in heap order. */
  readonly items: Int32Array
  /** Position of each item in `items`; −1 while it is out. */
  readonly place: Int32Array
  readonly keys: Float64Array
}

export function createIndexHeap(capacity: number): IndexHeap {
  return { size: 0, items: new Int32Array(capacity), place: new Int32Array(capacity).fill(-1), keys: new Float64Array(capacity) }
}

/** Takes the item in, or lowers its key when it is in already; a higher key is ignored. */
export function offer(heap: IndexHeap, item: number, key: number): void {
  const { items, place, keys } = heap
  let at = place[item]
  if (at < 0) at = heap.size++
  else if (key >= keys[item]) return
  keys[item] = key
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = items[parent]
    if (keys[above] < key || (keys[above] === key && above < item)) break
    items[at] = above
    place[above] = at
    at = parent
  }
  items[at] = item
  place[item] = at
}

/** Removes and returns the item with the least key; −1 when empty. Its key stays readable in `keys`. */
export function takeLeast(heap: IndexHeap): number {
  if (heap.size === 0) return -1
  const { items, place, keys } = heap
  const least = items[0]
  place[least] = -1
  const last = items[--heap.size]
  if (heap.size === 0) return least
  const key = keys[last]
  let at = 0
  for (let child = 1; child < heap.size; child = 2 * at + 1) {
    const right = child + 1
    if (right < heap.size && precedes(heap, items[right], items[child])) child = right
    const below = items[child]
    if (key < keys[below] || (key === keys[below] && last < below)) break
    items[at] = below
    place[below] = at
    at = child
  }
  items[at] = last
  place[last] = at
  return least
}

function precedes({ keys }: IndexHeap, a: number, b: number): boolean {
  return keys[a] < keys[b] || (keys[a] === keys[b] && a < b)
}

/** Takes everything out. */
export function clear(heap: IndexHeap): void {
  for (let i = 0; i < heap.size; i++) heap.place[heap.items[i]] = -1
  heap.size = 0
}
