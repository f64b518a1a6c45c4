/** Districts and their grids: cells in a plane in which the river is straight, bent back so that borders follow the water. */
import type { Random } from '../../engine/base/random.ts'
import type { Bilingual } from '../../engine/model/city.ts'
import { bendRing, evenCells, voronoi } from './cells.ts'
import type { Ground } from './generate-ground.ts'
import { clip, type XY } from './plane.ts'

export interface DistrictPlan {
  readonly id: string
  readonly name: Bilingual
  readonly ring: readonly XY[]
  readonly grids: readonly (readonly XY[])[]
}

interface Site {
  readonly id: string
  readonly name: Bilingual
  /** Along the river, and above it (north) or below. */
  readonly at: XY
  readonly grids: number
}

export function divide(ground: Ground, random: Random): DistrictPlan[] {
  const west = ground.lake.centre[0] < 0
  const sites = SITES.map((site) => {
    // The lake and the hill lie on one side or the other; the districts named after them go along.
    const [x, v] = site.at
    return { ...site, at: [(west ? x : -x) + random.uniform(-220, 220), v + random.uniform(-160, 160)] as const }
  })
  const middle = ground.riverY(0)
  const whole = Array.from({ length: 72 }, (_, i): XY => {
    const angle = (2 * Math.PI * i) / 72
    const [c, s] = [Math.cos(angle), Math.sin(angle)]
    const [x, y] = [Math.sign(c) * Math.abs(c) ** 0.8, Math.sign(s) * Math.abs(s) ** 0.8]
    return [x * (ground.half_width_m + 320), y * (ground.half_height_m + 320) - middle]
  })
  const waves = { x: random.uniform(0, 7), y: random.uniform(0, 7) }
  // Near the river borders follow it; towards the edge of the city they no longer do.
  const bend = ([x, v]: XY): XY => {
    const calm = Math.min(1, Math.abs(v) / 500)
    const bentX = x + calm * 55 * Math.sin(v / 330 + waves.x)
    const along = 1 - 0.85 * Math.min(1, Math.abs(v) / 3400)
    return [bentX, v + middle + (ground.riverY(bentX) - middle) * along + calm * 55 * Math.sin(x / 290 + waves.y)]
  }
  const bank = (north: boolean): { site: Site; cell: XY[] }[] => {
    const half = clip(whole, ([, v]) => (north ? v : -v))
    const here = sites.filter(({ at }) => at[1] > 0 === north)
    return voronoi(half, here.map(({ at }) => at)).map((cell, i) => ({ site: here[i], cell }))
  }
  return [...bank(true), ...bank(false)].map(({ site, cell }) => ({
    id: site.id,
    name: site.name,
    ring: bendRing(cell, 90, bend),
    grids: evenCells(cell, site.grids, random.fork(site.id)).map((grid) => bendRing(grid, 90, bend)),
  }))
}

const SITES: readonly Site[] = [
  { id: 'gulou', name: { zh: '鼓楼区', en: 'Gulou District' }, at: [-100, 950], grids: 24 },
  { id: 'hubin', name: { zh: '湖滨区', en: 'Hubin District' }, at: [-3100, 1500], grids: 18 },
  { id: 'beixin', name: { zh: '北新区', en: 'Beixin District' }, at: [300, 3250], grids: 15 },
  { id: 'donggang', name: { zh: '东港区', en: 'Donggang District' }, at: [3300, 1500], grids: 18 },
  { id: 'xipu', name: { zh: '西浦区', en: 'Xipu District' }, at: [-3000, -1500], grids: 15 },
  { id: 'jiangnan', name: { zh: '江南区', en: 'Jiangnan District' }, at: [-100, -1250], grids: 16 },
  { id: 'qingshan', name: { zh: '青山区', en: 'Qingshan District' }, at: [3000, -1500], grids: 14 },
]
