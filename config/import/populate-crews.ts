/** Depots, and crews of every skill for every hour of the day. */
import { distance_m, type LonLat } from '../../engine/base/geo.ts'
import type { Random } from '../../engine/base/random.ts'
import type { Bilingual, City, CityCrew, Depot, RoadNode } from '../../engine/model/city.ts'
import type { LorryTerms, WasteTip } from '../../engine/model/collection.ts'
import { createNearestFinder } from '../city-places.ts'
import { roadsAt } from '../city-sites.ts'

interface Trade {
  readonly skills: readonly string[]
  readonly kit: readonly string[]
  readonly name: Bilingual
  /** In a city of 120 grids. */
  readonly crews: number
  readonly speed_factor: number
  /** Shifts of its crews in turn, as index into SHIFTS. */
  readonly rota: readonly number[]
  readonly lorry?: LorryTerms
}

/** Emergencies come at every hour. */
const AROUND_THE_CLOCK = [0, 1, 2]
/** Half of them in the morning, when the bins are full; one in six at night. */
const MOSTLY_BY_DAY = [0, 1, 2, 0, 1, 0]

const TRADES: Readonly<Record<string, Trade>> = {
  pump: {
    skills: ['pump'],
    kit: ['pump_truck', 'barrier'],
    name: { zh: '排水', en: 'Drainage' },
    crews: 12,
    speed_factor: 0.8,
    rota: AROUND_THE_CLOCK,
  },
  collect: {
    skills: ['collect'],
    kit: ['compactor'],
    name: { zh: '清运', en: 'Collection' },
    crews: 12,
    speed_factor: 0.75,
    rota: MOSTLY_BY_DAY,
    lorry: { capacity_l: 24_000 },
  },
  patrol: {
    skills: ['patrol'],
    kit: ['scooter'],
    name: { zh: '巡查', en: 'Patrol' },
    crews: 6,
    speed_factor: 0.85,
    rota: AROUND_THE_CLOCK,
  },
  repair: {
    skills: ['repair', 'patrol'],
    kit: ['toolbox', 'barrier'],
    name: { zh: '抢修', en: 'Repair' },
    crews: 6,
    speed_factor: 0.85,
    rota: AROUND_THE_CLOCK,
  },
  traffic: {
    skills: ['traffic', 'patrol'],
    kit: ['motorcycle', 'cones'],
    name: { zh: '交管', en: 'Traffic' },
    crews: 12,
    speed_factor: 0.95,
    rota: AROUND_THE_CLOCK,
  },
}
const SHIFTS = [
  { from_h: 6, until_h: 14 },
  { from_h: 14, until_h: 22 },
  { from_h: 22, until_h: 6 },
] as const

/** Before a shift's lorries leave. */
export const PLAN_ROUNDS_AT_H: readonly number[] = SHIFTS.map(({ from_h }) => from_h).filter((hour) => hour < 20)

/** At the edge of the city, on roads a lorry can use, far from each other. */
export function placeTips(city: City, count: number): WasteTip[] {
  const at = roadsAt(city.roads)
  const main = city.nodes.filter(({ id }) => (at.get(id) ?? []).some((road) => ['primary', 'secondary', 'tertiary'].includes(road.class)))
  const middle = middleOf(city.nodes)
  const edge = main.filter((_, i, all) => i % Math.ceil(all.length / 400) === 0)
  const chosen: RoadNode[] = edge.length > 0 ? [farthest(edge, [{ id: 'middle', at: middle }])] : []
  while (chosen.length < Math.min(count, edge.length)) chosen.push(farthest(edge, chosen))
  return chosen.map((node, i) => ({
    id: `tip-${i + 1}`,
    name: { zh: `第${i + 1}垃圾转运站`, en: `Transfer Station ${i + 1}` },
    at: node.at,
    service_s: 720,
    open: { from_h: 5, until_h: 23 },
  }))
}

/** Far from each other (Gonzalez 1985: each next one is the farthest from those before), on roads a truck can use. */
export function placeDepots(city: City, count: number, random: Random): Depot[] {
  const at = roadsAt(city.roads)
  const main = city.nodes.filter(({ id }) => (at.get(id) ?? []).some((road) => ['primary', 'secondary', 'tertiary'].includes(road.class)))
  const candidates = (main.length > 0 ? main : city.nodes).filter((_, i, all) => i % Math.ceil(all.length / 400) === 0)
  // The outermost places would be chosen first; the inner ones serve better.
  const middle = middleOf(city.nodes)
  const byReach = [...candidates].sort((a, b) => distance_m(a.at, middle) - distance_m(b.at, middle))
  const inner = byReach.slice(0, Math.max(count, Math.ceil(byReach.length * 0.75)))
  const chosen: RoadNode[] = inner.length > 0 ? [random.pick(inner)] : []
  while (chosen.length < Math.min(count, inner.length)) chosen.push(farthest(inner, chosen))
  return nameDepots(city, chosen)
}

function middleOf(nodes: readonly RoadNode[]): LonLat {
  const sum = nodes.reduce(([lon, lat], { at }) => [lon + at[0], lat + at[1]], [0, 0])
  return [sum[0] / nodes.length, sum[1] / nodes.length]
}

function farthest(nodes: readonly RoadNode[], from: readonly RoadNode[]): RoadNode {
  let best = nodes[0]
  let most_m = -1
  for (const node of nodes) {
    const d = Math.min(...from.map((one) => distance_m(one.at, node.at)))
    if (d <= most_m) continue
    most_m = d
    best = node
  }
  return best
}

function nameDepots(city: City, nodes: readonly RoadNode[]): Depot[] {
  const districtOf = createNearestFinder(city.districts)
  const used = new Map<string, number>()
  return nodes.map(({ at }, i) => {
    const district = districtOf(at)
    const id = district?.id ?? 'd0'
    const nth = (used.get(id) ?? 0) + 1
    used.set(id, nth)
    const { zh, en } = district?.name ?? city.name
    const name = { zh: `${zh}第${nth}应急养护站`, en: `${en} Depot ${nth}` }
    return { id: `depot-${i + 1}`, district: id, name, at }
  })
}

/** About 48 crews for a whole city. A trade with fewer than three crews works around the clock. */
export function formCrews(depots: readonly Depot[], scale: number): CityCrew[] {
  if (depots.length === 0) return []
  let next = 0
  return Object.entries(TRADES).flatMap(([trade, { skills, kit, name, crews, speed_factor, rota, lorry }]) => {
    const count = Math.max(1, Math.round(crews * scale))
    return Array.from({ length: count }, (_, i): CityCrew => {
      const depot = depots[next++ % depots.length]
      return {
        id: `${trade}-${i + 1}`,
        district: depot.district,
        name: { zh: `${name.zh}${i + 1}班`, en: `${name.en} Crew ${i + 1}` },
        depot: depot.id,
        skills,
        kit,
        shift: count < SHIFTS.length ? { from_h: 0, until_h: 24 } : SHIFTS[rota[i % rota.length]],
        speed_factor,
        ...(lorry !== undefined && { lorry }),
      }
    })
  })
}
