/** Travel times between 200 and 200 places: on Shanghai's streets, and in a made-up city of 100,000 nodes; the hierarchy once, then the times of a state of the streets and the matrix. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { importOsm } from '../../config/import/osm.ts'
import { type LonLat, localFrame } from '../../engine/base/geo.ts'
import { createRandom } from '../../engine/base/random.ts'
import type { City } from '../../engine/model/city.ts'
import { buildRoadGraph, nearestNode, type RoadGraph } from '../../engine/solve/network.ts'
import { FREE_ROADS, travelOn } from '../../engine/solve/roads/travel.ts'
import { createSearchSpace, travelTree } from '../../engine/solve/route.ts'
import type { Bench, Figure } from './report.ts'

const SHANGHAI = join(process.cwd(), '../shared/data/geo/shanghai_center.osm')
const PLACES = 200
const ROUNDS = 9
const SIDE = 316
const BLOCK_M = 150

/** A grid with holes, bent streets, main roads every tenth, a third one-way. */
function wideCity(): Pick<City, 'nodes' | 'roads'> {
  const random = createRandom('travel-bench')
  const frame = localFrame([121, 31])
  const nodes = Array.from({ length: SIDE * SIDE }, (_, i) => {
    const at = frame.toLonLat((i % SIDE) * BLOCK_M + random.uniform(-40, 40), Math.floor(i / SIDE) * BLOCK_M + random.uniform(-40, 40))
    return { id: `n${i}`, at }
  })
  const roads: City['roads'][number][] = []
  const add = (a: number, b: number, main: boolean): void => {
    if (random.chance(0.12)) return
    const line: readonly LonLat[] = [nodes[a].at, nodes[b].at]
    const length_m = BLOCK_M * random.uniform(1, 1.3)
    const speed_kmh = main ? 50 : random.pick([20, 30])
    const road = { id: `r${roads.length}`, from: nodes[a].id, to: nodes[b].id, name: null, length_m, speed_kmh, lanes: 2, line }
    roads.push({ ...road, class: main ? 'primary' : 'residential', oneway: random.chance(0.3) })
  }
  for (let i = 0; i < nodes.length; i++) {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)]
    if (x + 1 < SIDE) add(i, i + 1, y % 10 === 0)
    if (y + 1 < SIDE) add(i, i + SIDE, x % 10 === 0)
  }
  return { nodes, roads }
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]

function timed<T>(run: () => T): { readonly ms: number; readonly made: T } {
  const start = performance.now()
  const made = run()
  return { ms: performance.now() - start, made }
}

function measure(what: string, graph: RoadGraph, goal_ms: number): Figure[] {
  const random = createRandom('travel-bench/places')
  const place = (): number => {
    const node = random.integer(0, graph.nodes - 1)
    return nearestNode(graph, [graph.lon[node], graph.lat[node]]) ?? 0
  }
  const sources = Array.from({ length: PLACES }, place)
  const targets = Array.from({ length: PLACES }, place)
  const hierarchy_ms = timed(() => travelOn(graph)).ms
  const customized: number[] = []
  const known: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    // Another state each round, so that nothing is known of it.
    const state = { ...FREE_ROADS, shut: [graph.ids[round]] }
    customized.push(timed(() => travelOn(graph, state).times_s(sources, targets)).ms)
    known.push(timed(() => travelOn(graph, state).times_s(sources, targets)).ms)
  }
  const space = createSearchSpace(graph)
  const dijkstra = timed(() => sources.slice(0, PLACES / 10).map((source) => travelTree(graph, source, 'from', space, targets)))
  return [
    { name: `${what}: nodes`, value: graph.nodes, unit: '' },
    { name: `${what}: hierarchy, once`, value: hierarchy_ms, unit: 'ms' },
    {
      name: `${what}: ${PLACES} × ${PLACES}, streets changed since`,
      value: median(customized),
      unit: 'ms',
      goal: `≤ ${goal_ms.toLocaleString('en')}`,
      against: { name: "Dijkstra's search, a tenth of it measured", value: 10 * dijkstra.ms },
    },
    { name: `${what}: ${PLACES} × ${PLACES}, streets as before`, value: median(known), unit: 'ms' },
  ]
}

export const bench: Bench = async () => {
  const figures: Figure[] = []
  if (existsSync(SHANGHAI)) {
    const { city } = await importOsm(SHANGHAI, { district: 'd0' })
    figures.push(...measure('Shanghai', buildRoadGraph(city), 300))
  } else console.error(`${SHANGHAI} is not there: Shanghai's streets are not measured`)
  figures.push(...measure('made-up city', buildRoadGraph(wideCity()), 2000))
  return figures
}
