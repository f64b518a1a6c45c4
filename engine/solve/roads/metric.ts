/** Travel times put on a hierarchy: each edge gets the fastest way over nodes of lower rank, in both directions (basic customization of Dibbelt, Strasser and Wagner 2016). */
import type { RoadHierarchy } from './hierarchy.ts'

export interface RoadMetric {
  /** Seconds from the lower to the higher end, and back; Infinity where there is no way. */
  readonly up_s: Float64Array
  readonly down_s: Float64Array
  /** Where the way goes: the lower node it passes, or −1 − arc where it is an arc of the graph. */
  readonly up_by: Int32Array
  readonly down_by: Int32Array
}

/** @param arc_s seconds of each arc of the graph, above 0; Infinity where it is closed */
export function customize(hierarchy: RoadHierarchy, arc_s: Float64Array): RoadMetric {
  const { up_first, up, down_first, down, down_edge, arc_edge, arc_up } = hierarchy
  const up_s = new Float64Array(up.length).fill(Number.POSITIVE_INFINITY)
  const down_s = new Float64Array(up.length).fill(Number.POSITIVE_INFINITY)
  const up_by = new Int32Array(up.length)
  const down_by = new Int32Array(up.length)
  for (let arc = 0; arc < arc_s.length; arc++) {
    const e = arc_edge[arc]
    if (e < 0) continue
    const [times, by] = arc_up[arc] === 1 ? [up_s, up_by] : [down_s, down_by]
    if (arc_s[arc] >= times[e]) continue
    times[e] = arc_s[arc]
    by[e] = -1 - arc
  }
  const nodes = up_first.length - 1
  const edgeTo = new Int32Array(nodes)
  for (let low = 0; low < nodes; low++) {
    for (let e = up_first[low]; e < up_first[low + 1]; e++) edgeTo[up[e]] = e
    // Triangles below: a node `under` both ends of an edge. Its own edges are final, for it is lower than both.
    for (let k = down_first[low]; k < down_first[low + 1]; k++) {
      const under = down[k]
      const side = down_edge[k]
      const out_s = down_s[side]
      const in_s = up_s[side]
      for (let other = side + 1; other < up_first[under + 1]; other++) {
        const e = edgeTo[up[other]]
        const there_s = out_s + up_s[other]
        // `down_s` of the side leads from `low` down to `under`, and on up to the other end.
        if (there_s < up_s[e]) {
          up_s[e] = there_s
          up_by[e] = under
        }
        const back_s = down_s[other] + in_s
        if (back_s < down_s[e]) {
          down_s[e] = back_s
          down_by[e] = under
        }
      }
    }
  }
  return { up_s, down_s, up_by, down_by }
}
