/** Divides an area into cells of about equal size, as districts are divided into grids. */
import type { Random } from '../../engine/base/random.ts'
import { centroid, clip, gap_m, type XY } from './plane.ts'

/** The Voronoi cells of the sites inside a convex ring; the plane is halved between each pair of sites. */
export function voronoi(ring: readonly XY[], sites: readonly XY[]): XY[][] {
  return sites.map((site) => {
    const others = sites.filter((other) => other !== site).sort((a, b) => gap_m(a, site) - gap_m(b, site))
    let cell = [...ring]
    for (const other of others) {
      // A site twice as far as the farthest corner cannot touch the cell any more.
      const reach = Math.max(...cell.map((corner) => gap_m(corner, site)))
      if (gap_m(other, site) > 2 * reach) break
      const middle: XY = [(site[0] + other[0]) / 2, (site[1] + other[1]) / 2]
      cell = clip(cell, (p) => (p[0] - middle[0]) * (site[0] - other[0]) + (p[1] - middle[1]) * (site[1] - other[1]))
    }
    return cell
  })
}

/** Cells of about equal size and round shape (Lloyd 1982), west to east in columns. */
export function evenCells(ring: readonly XY[], count: number, random: Random): XY[][] {
  const [west, east] = [Math.min(...ring.map(([x]) => x)), Math.max(...ring.map(([x]) => x))]
  const [south, north] = [Math.min(...ring.map(([, y]) => y)), Math.max(...ring.map(([, y]) => y))]
  const middle = centroid(ring)
  let sites = Array.from({ length: count }, (): XY => {
    const p: XY = [random.uniform(west, east), random.uniform(south, north)]
    // Pulled towards the middle, a point of the bounding box falls into a convex ring sooner or later; Lloyd evens the rest out.
    return [middle[0] + (p[0] - middle[0]) * 0.6, middle[1] + (p[1] - middle[1]) * 0.6]
  })
  let cells = voronoi(ring, sites)
  for (let round = 0; round < 14; round++) {
    sites = cells.map((cell, i) => (cell.length < 3 ? sites[i] : centroid(cell)))
    cells = voronoi(ring, sites)
  }
  const column_m = Math.sqrt(((east - west) * (north - south)) / count) * 1.5
  const order = (cell: XY[]): number => {
    const [x, y] = centroid(cell)
    const column = Math.floor((x - west) / column_m)
    return column * 1e6 + (column % 2 === 0 ? y : -y)
  }
  return cells.filter((cell) => cell.length >= 3).sort((a, b) => order(a) - order(b))
}

/** The ring with a point about every `step_m`, each moved by `bend`: straight borders become natural ones, and neighbours still fit. */
export function bendRing(ring: readonly XY[], step_m: number, bend: (p: XY) => XY): XY[] {
  return ring.flatMap((a, i) => {
    const b = ring[(i + 1) % ring.length]
    const parts = Math.max(1, Math.ceil(gap_m(a, b) / step_m))
    return Array.from({ length: parts }, (_, k) => bend([a[0] + ((b[0] - a[0]) * k) / parts, a[1] + ((b[1] - a[1]) * k) / parts]))
  })
}
