/**
 * Large cities are planned sector by sector, so that every problem is answered in a second or two: bins in the order of their bearing from the middle are cut into pieces, each with the
 * lorries whose depots lie that way (the sweep of Gillett and Miller 1974).
 */
import { type LonLat, localFrame, meanPlace } from '../../base/geo.ts'

/** So many are one problem. */
export const SECTOR_BINS = 200

interface Placed {
  readonly id: string
  readonly at: LonLat
}

export interface Sector {
  readonly lorries: readonly string[]
  readonly bins: readonly string[]
}

/** @param bins worth most first: where lorries are too few for all of them, the last are left */
export function sectorsOf(lorries: readonly Placed[], bins: readonly (Placed & { readonly worth_s: number })[]): Sector[] {
  const count = Math.min(lorries.length, Math.ceil(bins.length / SECTOR_BINS))
  if (count === 0) return []
  const chosen = [...bins].sort((a, b) => b.worth_s - a.worth_s || (a.id < b.id ? -1 : 1)).slice(0, count * SECTOR_BINS)
  const frame = localFrame(meanPlace(chosen.map(({ at }) => at)))
  const bearing = ({ at }: Placed): number => {
    const [x, y] = frame.toXY(at)
    return Math.atan2(y, x)
  }
  const crews = sorted(lorries, bearing)
  // The first lorry drives in the middle of the first sector.
  const start = bearing(crews[0]) - Math.PI / count
  const around = sorted(chosen, (bin) => turn(bearing(bin) - start))
  return Array.from({ length: count }, (_, s) => ({
    lorries: crews.filter((_lorry, l) => Math.floor((l * count) / crews.length) === s).map(({ id }) => id),
    bins: around.slice(Math.round((s * around.length) / count), Math.round(((s + 1) * around.length) / count)).map(({ id }) => id),
  }))
}

const turn = (angle: number): number => ((angle % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI)

const sorted = <T extends Placed>(items: readonly T[], by: (item: T) => number): T[] =>
  items
    .map((item) => ({ item, key: by(item) }))
    .sort((a, b) => a.key - b.key || (a.item.id < b.item.id ? -1 : 1))
    .map(({ item }) => item)
