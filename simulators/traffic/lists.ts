/** Where there is no vehicle, or a vehicle is nowhere. */
export const NONE = -1

/** The vehicles of every drivable in order, front first: linked lists in typed arrays, so that a step allocates nothing. */
export interface Lists {
  /** By drivable. */
  readonly first: Int32Array
  readonly last: Int32Array
  readonly count: Int32Array
  /** By vehicle: its neighbours on the same drivable. */
  readonly ahead: Int32Array
  readonly behind: Int32Array
  /** Puts a vehicle right behind another one of the list, NONE at its front. */
  insert(list: number, vehicle: number, ahead: number): void
  remove(list: number, vehicle: number): void
  /** In order, front first; a new array. */
  members(list: number): number[]
}

export function createLists(lists: number, vehicles: number): Lists {
  const first = new Int32Array(lists).fill(NONE)
  const last = new Int32Array(lists).fill(NONE)
  const count = new Int32Array(lists)
  const ahead = new Int32Array(vehicles).fill(NONE)
  const behind = new Int32Array(vehicles).fill(NONE)
  return {
    first,
    last,
    count,
    ahead,
    behind,
    insert(list, vehicle, before) {
      const after = before === NONE ? first[list] : behind[before]
      ahead[vehicle] = before
      behind[vehicle] = after
      if (before === NONE) first[list] = vehicle
      else behind[before] = vehicle
      if (after === NONE) last[list] = vehicle
      else ahead[after] = vehicle
      count[list]++
    },
    remove(list, vehicle) {
      const before = ahead[vehicle]
      const after = behind[vehicle]
      if (before === NONE) first[list] = after
      else behind[before] = after
      if (after === NONE) last[list] = before
      else ahead[after] = before
      count[list]--
    },
    members(list) {
      const members: number[] = []
      for (let v = first[list]; v !== NONE; v = behind[v]) members.push(v)
      return members
    },
  }
}
