/** What green from one start would do for each lane, by its end: the table from which the beam search (beam.ts) extends its states. */
import { BEAM } from './beam-states.ts'

/**
 * A lane is served the same whichever of its phases is green and whatever the other lanes have had, so that one row does for all phases
 * and for all states of a bucket that have served as many of the lane.
 */
export interface Service {
  /** Cells of one row, and of all rows of a lane. */
  row: number
  block: number
  /** By lane: rows in use; at `lane * BEAM + row` from when and after how many vehicles they serve. */
  rows: Int32Array
  row_start_s: Int32Array
  row_served: Int32Array
  /** By lane: first cell of the row for the stage at hand; -1 when nobody comes any more. */
  cell: Int32Array
  /** By lane: arrival of the first vehicle that has not been served. */
  next_s: Float64Array
  /** Such cells of the lanes of one phase. */
  own: Int32Array
  /** By cell: vehicles served by then, and their delay. */
  served: Int32Array
  delay_s: Float64Array
  /** Red: cost of those who wait. Green instead: delay of those served, less what they would have cost. */
  wait: Float64Array
  gain: Float64Array
  /** By end: the cost if no lane had green. */
  red: Float64Array
  /** By end, for the phase at hand. */
  cost: Float64Array
}

export const createService = (): Service => ({
  row: 0,
  block: 0,
  rows: new Int32Array(0),
  row_start_s: new Int32Array(0),
  row_served: new Int32Array(0),
  cell: new Int32Array(0),
  next_s: new Float64Array(0),
  own: new Int32Array(0),
  served: new Int32Array(0),
  delay_s: new Float64Array(0),
  wait: new Float64Array(0),
  gain: new Float64Array(0),
  red: new Float64Array(0),
  cost: new Float64Array(0),
})

/** `ends_first`, `ends`: how many the running green has, and any other at the most. */
export function resetService(service: Service, lanes: number, ends_first: number, ends: number): void {
  service.row = ends
  service.block = Math.max(ends_first, BEAM * ends)
  if (service.rows.length < lanes || service.served.length < lanes * service.block || service.red.length < service.block) {
    // Never shorter than before: junctions of all shapes take turns.
    const width = Math.max(lanes, service.rows.length)
    const cells = Math.max(lanes * service.block, service.served.length)
    const most = Math.max(service.block, service.red.length)
    service.rows = new Int32Array(width)
    service.row_start_s = new Int32Array(width * BEAM)
    service.row_served = new Int32Array(width * BEAM)
    service.cell = new Int32Array(width)
    service.next_s = new Float64Array(width)
    service.own = new Int32Array(width)
    service.served = new Int32Array(cells)
    service.delay_s = new Float64Array(cells)
    service.wait = new Float64Array(cells)
    service.gain = new Float64Array(cells)
    service.red = new Float64Array(most)
    service.cost = new Float64Array(most)
  }
  service.rows.fill(0)
}

/** Points `cell` at the row of a lane that is served from `start_s` after `served` vehicles; true when it has yet to be written. */
export function openRow(service: Service, lane: number, start_s: number, served: number): boolean {
  const { rows, row_start_s, row_served, row, block } = service
  const from = lane * BEAM
  for (let one = 0; one < rows[lane]; one++) {
    if (row_served[from + one] !== served || row_start_s[from + one] !== start_s) continue
    service.cell[lane] = lane * block + one * row
    return false
  }
  // Where phases differ in their clearance there may be more: the last row is written anew.
  const free = Math.min(rows[lane], BEAM - 1)
  rows[lane] = free + 1
  row_served[from + free] = served
  row_start_s[from + free] = start_s
  service.cell[lane] = lane * block + free * row
  return true
}
