/**
 * The demo city 澜江 Lanjiang, made from a seed: a river with two ring roads over four bridges, an old town, a lake, a wooded hill, streets
 * grown through a smooth field, districts and grids along the water, signals where main roads cross, and everything that reports.
 * It lies in the open sea, so that nobody takes it for a real place.
 */
import { type LonLat, localFrame } from '../../engine/base/geo.ts'
import { createRandom, type Random } from '../../engine/base/random.ts'
import type { Bilingual, City, Junction, Land, Road, RoadClass, RoadNode } from '../../engine/model/city.ts'
import { largestStrongPart } from '../city-graph.ts'
import { describeJunction } from '../city-junctions.ts'
import { CLASS_LANES, CLASS_SPEED_KMH } from '../city-roads.ts'
import { boundsOf, createNearestFinder, roundDegrees } from '../city-places.ts'
import { EMPTY_CITY } from '../../engine/model/empty-city.ts'
import { nameArterials } from './generate-arterials.ts'
import { junctionSite, type RoadsAt, roadsAt } from '../city-sites.ts'
import { gridsOf } from '../import/populate-grids.ts'
import { populate } from '../import/populate.ts'
import { divide } from './generate-districts.ts'
import { layGround, type Patchwork } from './generate-blocks.ts'
import { createField } from './generate-field.ts'
import { createGround } from './generate-ground.ts'
import { buildNetwork, type Network } from './generate-network.ts'
import { drawStreets, type Street, type StreetRole } from './generate-streets.ts'
import { createStreetNames } from './names.ts'
import { path_m, type XY } from './plane.ts'

/** Open water of the East China Sea. */
const CENTRE: LonLat = [123.5, 31.2]

const SIGNALS_MAX = 76
const SIGNAL_SPACING_M = 290
const ONE_WAY_STREETS = 14

/** The demo: a river city, the same for the same seed. */
export function generateCity(seed: number): City {
  const random = createRandom(`city/${seed}`)
  const ground = createGround(random.fork('ground'))
  const streets = drawStreets(ground, createField(ground, random.fork('field')), random.fork('streets'))
  const network = buildNetwork(streets)
  const toLonLat = placing(random.fork('turn'))
  const ringToLonLat = (ring: readonly XY[]): LonLat[] => closedRing(ring.map(toLonLat))

  const plans = divide(ground, random.fork('districts')).map((plan) => ({
    ...plan,
    outline: ringToLonLat(plan.ring),
    cells: plan.grids.map(ringToLonLat),
  }))
  const nodes = network.nodes.map((p, i): RoadNode => ({ id: `n${i + 1}`, at: toLonLat(p) }))
  const roads = makeOneWays(roadsOf(network, streets, nodes, toLonLat, random.fork('names')), nodes, network, random.fork('oneway'))
  const districts = plans.map(({ id, name, outline }) => ({ id, name, outline }))
  const land = layGround(ground, network, random.fork('land')).map((patch) => landOf(patch, ringToLonLat))
  const bare: City = {
    ...EMPTY_CITY,
    id: 'lanjiang',
    name: { zh: '澜江市', en: 'Lanjiang' },
    timezone: 'Asia/Shanghai',
    source: `generated, seed ${seed}`,
    bounds: boundsOf([...districts.flatMap(({ outline }) => outline), ...nodes.map(({ at }) => at)]),
    districts,
    grids: gridsOf(plans, random.fork('officers')),
    nodes,
    roads,
    land,
  }
  const junctions = junctionsOf(bare)
  return populate({ ...bare, junctions, arterials: nameArterials({ ...bare, junctions }) }, seed)
}

/** The plane turned a little, as no city lies square to the meridian, and put down on the globe. */
function placing(random: Random): (p: XY) => LonLat {
  const angle = random.uniform(0.06, 0.16) * (random.chance(0.5) ? 1 : -1)
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  const frame = localFrame(CENTRE)
  return ([x, y]) => roundDegrees(frame.toLonLat(c * x - s * y, s * x + c * y))
}

const closedRing = (ring: LonLat[]): LonLat[] => [...ring, ring[0]]

const ROLE_NAMES: Readonly<Partial<Record<StreetRole, Bilingual>>> = {
  outer_ring: { zh: '环城大道', en: 'Huancheng Avenue' },
  inner_ring: { zh: '内环路', en: 'Neihuan Road' },
  north_embankment: { zh: '滨江大道', en: 'Binjiang Avenue' },
  south_embankment: { zh: '沿江路', en: 'Yanjiang Road' },
  lakeside: { zh: '环湖路', en: 'Huanhu Road' },
}

function roadsOf(network: Network, streets: readonly Street[], nodes: readonly RoadNode[], toLonLat: (p: XY) => LonLat, random: Random): Road[] {
  const nameOf = createStreetNames(random)
  const names = streets.map((street) => ROLE_NAMES[street.role] ?? nameOf(street.class))
  return network.edges.map((edge, i) => ({
    id: `r${i + 1}`,
    from: nodes[edge.from].id,
    to: nodes[edge.to].id,
    class: edge.class,
    name: names[edge.street],
    length_m: Math.round(path_m(edge.line) * 10) / 10,
    speed_kmh: CLASS_SPEED_KMH[edge.class],
    lanes: CLASS_LANES[edge.class],
    oneway: false,
    line: [nodes[edge.from].at, ...edge.line.slice(1, -1).map(toLonLat), nodes[edge.to].at],
  }))
}

/** Some residential streets become one-way, whole streets at a time, as long as every place can still be reached from every other. */
function makeOneWays(roads: Road[], nodes: readonly RoadNode[], network: Network, random: Random): Road[] {
  const streets = new Map<number, number[]>()
  for (const [i, { street, class: roadClass }] of network.edges.entries()) {
    if (roadClass === 'residential') streets.set(street, [...(streets.get(street) ?? []), i])
  }
  const long = [...streets.values()].filter((list) => list.length >= 5)
  let result = roads
  for (let tried = 0; tried < ONE_WAY_STREETS && long.length > 0; tried++) {
    const chosen = new Set(long.splice(random.integer(0, long.length - 1), 1)[0])
    const next = result.map((road, i) => (chosen.has(i) ? { ...road, oneway: true, lanes: 1 } : road))
    if (largestStrongPart(nodes, next).size === nodes.length) result = next
  }
  return result
}

const RANK: Readonly<Record<RoadClass, number>> = { motorway: 5, trunk: 5, primary: 4, secondary: 3, tertiary: 2, residential: 1, service: 0 }

/** Signals where the most traffic crosses, not too near to each other. */
function junctionsOf(city: City): Junction[] {
  const at = roadsAt(city.roads)
  const districtOf = createNearestFinder(city.districts)
  const frame = localFrame(CENTRE)
  const candidates = city.nodes
    .map((node) => ({ node, weight: weightOf(node, at) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
  const junctions: Junction[] = []
  const taken: (readonly [number, number])[] = []
  for (const { node } of candidates) {
    const p = frame.toXY(node.at)
    if (junctions.length >= SIGNALS_MAX || taken.some((q) => Math.hypot(p[0] - q[0], p[1] - q[1]) < SIGNAL_SPACING_M)) continue
    const junction = describeJunction({ ...junctionSite(node, at, districtOf(node.at)?.id ?? city.districts[0].id), id: `J${junctions.length + 1}` })
    if (junction === null) continue
    junctions.push(junction)
    taken.push(p)
  }
  return junctions
}

/** Two main roads that cross weigh most; 0 where no main road is crossed by another road worth a signal. */
function weightOf(node: RoadNode, at: RoadsAt): number {
  const roads = at.get(node.id) ?? []
  const ranks = roads.map(({ class: roadClass }) => RANK[roadClass])
  const names = new Map(roads.map((road, i) => [road.name?.zh, ranks[i]]))
  const [first = 0, second = 0] = [...names.values()].sort((a, b) => b - a)
  return roads.length >= 3 && first >= 3 && second >= 2 ? first + second * 2 + roads.length : 0
}

const PATCH_NAMES: Readonly<Partial<Record<Patchwork['of'], Bilingual>>> = {
  river: { zh: '澜江', en: 'Lan River' },
  lake: { zh: '镜湖', en: 'Jing Lake' },
  lakeside: { zh: '镜湖公园', en: 'Jing Lake Park' },
  hill: { zh: '青山森林公园', en: 'Qingshan Forest Park' },
}

const landOf = (patch: Patchwork, place: (ring: readonly XY[]) => LonLat[]): Land => ({
  kind: patch.kind,
  outline: place(patch.ring),
  name: PATCH_NAMES[patch.of] ?? null,
})
