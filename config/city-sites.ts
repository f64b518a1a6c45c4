/** The roads that meet at a node, as a junction sees them. */
import { type LonLat, localFrame, pointAlong } from '../engine/base/geo.ts'
import type { Road, RoadNode } from '../engine/model/city.ts'
import type { Arm, JunctionSite } from './city-junctions.ts'

export type RoadsAt = ReadonlyMap<string, readonly Road[]>

export function roadsAt(roads: readonly Road[]): RoadsAt {
  const at = new Map<string, Road[]>()
  for (const road of roads) {
    for (const node of new Set([road.from, road.to])) {
      const list = at.get(node)
      if (list === undefined) at.set(node, [road])
      else list.push(road)
    }
  }
  return at
}

/** A heading is taken over this length, so that a kink at the stop line does not count. */
const HEADING_M = 30

/** Direction of travel where the arm ends (`arriving`) or begins, radians counter-clockwise from east. */
export function headingOf(road: Road, reversed: boolean, arriving: boolean): number {
  const line = reversed ? [...road.line].reverse() : road.line
  const [from, to] = arriving ? tail(line) : [line[0], pointAlong(line, HEADING_M)]
  const [x, y] = localFrame(from).toXY(to)
  return Math.atan2(y, x)
}

function tail(line: readonly LonLat[]): [LonLat, LonLat] {
  const back = [...line].reverse()
  return [pointAlong(back, HEADING_M), back[0]]
}

export function armsAt(node: string, roads: readonly Road[]): { arriving: Arm[]; departing: Arm[] } {
  const arriving: Arm[] = []
  const departing: Arm[] = []
  for (const road of roads) {
    if (road.to === node) arriving.push({ road, reversed: false, heading: headingOf(road, false, true) })
    if (road.from === node) departing.push({ road, reversed: false, heading: headingOf(road, false, false) })
    if (road.oneway) continue
    if (road.from === node) arriving.push({ road, reversed: true, heading: headingOf(road, true, true) })
    if (road.to === node) departing.push({ road, reversed: true, heading: headingOf(road, true, false) })
  }
  return { arriving, departing }
}

/** A site of one node, named after it. */
export function junctionSite(node: RoadNode, at: RoadsAt, district: string): JunctionSite {
  return { id: node.id, district, node: node.id, at: node.at, ...armsAt(node.id, at.get(node.id) ?? []) }
}
