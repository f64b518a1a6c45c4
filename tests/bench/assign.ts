/** How long one assignment of crews takes: directly, and through the worker thread with its two copies of the problem. */
import { type LonLat, localFrame } from '../../engine/base/geo.ts'
import { createRandom } from '../../engine/base/random.ts'
import type { City } from '../../engine/model/city.ts'
import type { AssignProblem } from '../../engine/model/solve.ts'
import { solveAssign } from '../../engine/solve/assign.ts'
import { buildRoadGraph } from '../../engine/solve/network.ts'
import { createSolver } from '../../gateway/solver-worker.ts'
import type { Bench, Figure } from './report.ts'

const SIDE = 71
const BLOCK_M = 200
const CREWS = 60
const TASKS = 40
const ROUNDS = 30
const WARM_UP = 10
const NOW = 1_767_225_600_000

const frame = localFrame([120, 30])
const corner = (x: number, y: number): LonLat => frame.toLonLat(x * BLOCK_M, y * BLOCK_M)

/** 71 × 71 corners; a third of the streets are one-way. */
function streets(): Pick<City, 'nodes' | 'roads'> {
  const random = createRandom('assign-bench')
  const at = [...Array(SIDE * SIDE).keys()].map((i) => ({ x: i % SIDE, y: Math.floor(i / SIDE) }))
  const roads: City['roads'][number][] = []
  for (const { x, y } of at) {
    for (const [nx, ny] of [
      [x + 1, y],
      [x, y + 1],
    ]) {
      if (nx >= SIDE || ny >= SIDE) continue
      roads.push({
        id: `r${roads.length}`,
        from: `n${x}-${y}`,
        to: `n${nx}-${ny}`,
        class: 'secondary',
        name: null,
        length_m: BLOCK_M,
        speed_kmh: random.pick([20, 30, 40, 50]),
        lanes: 2,
        oneway: random.chance(1 / 3),
        line: [corner(x, y), corner(nx, ny)],
      })
    }
  }
  return { nodes: at.map(({ x, y }) => ({ id: `n${x}-${y}`, at: corner(x, y) })), roads }
}

function problem(round: number): AssignProblem {
  const random = createRandom(`assign-bench/${round}`)
  const place = (): LonLat => frame.toLonLat(random.uniform(0, SIDE * BLOCK_M), random.uniform(0, SIDE * BLOCK_M))
  const skills = ['pump', 'collect', 'patrol', 'repair', 'traffic']
  return {
    type: 'assign',
    now: NOW,
    tasks: [...Array(TASKS).keys()].map((i) => ({
      id: `T${i}`,
      at: place(),
      skill: random.pick(skills),
      kit: [],
      priority: random.pick([1, 2, 3] as const),
      created: NOW,
      due: NOW + 3_600_000,
      refused_by: [],
    })),
    crews: [...Array(CREWS).keys()].map((i) => ({
      id: `c${i}`,
      at: place(),
      skills: [random.pick(skills), random.pick(skills)],
      kit: [],
      speed_factor: 0.8,
      free: NOW,
    })),
  }
}

/** Beside the clock the processor time, which says the same on a busy machine. */
async function measure(
  run: (round: number) => Promise<unknown> | unknown,
): Promise<{ median_ms: number; worst_ms: number; cpu_ms: number }> {
  const times: number[] = []
  let cpu = process.cpuUsage()
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    if (round === WARM_UP) cpu = process.cpuUsage()
    const start = performance.now()
    await run(round)
    if (round >= WARM_UP) times.push(performance.now() - start)
  }
  const { user, system } = process.cpuUsage(cpu)
  times.sort((a, b) => a - b)
  return { median_ms: times[ROUNDS >> 1], worst_ms: times[ROUNDS - 1], cpu_ms: (user + system) / 1000 / ROUNDS }
}

export const bench: Bench = async () => {
  const city = streets()
  const built = performance.now()
  const graph = buildRoadGraph(city)
  const build_ms = performance.now() - built
  const direct = await measure((round) => solveAssign(graph, problem(round)))
  const solver = createSolver({ city: { ...city, low_points: [], devices: [] } })
  const through = await measure((round) => solver.solve({ id: `A-${round}`, problem: problem(round) }))
  await solver.stop()
  const figures: Figure[] = [
    { name: `build the graph of ${city.nodes.length} nodes, ${city.roads.length} roads`, value: build_ms, unit: 'ms' },
    { name: `assign ${CREWS} crews × ${TASKS} tasks, median`, value: direct.median_ms, unit: 'ms', goal: '< 50' },
    { name: `assign ${CREWS} crews × ${TASKS} tasks, processor time`, value: direct.cpu_ms, unit: 'ms', goal: '< 50' },
    { name: `assign ${CREWS} crews × ${TASKS} tasks, worst of ${ROUNDS}`, value: direct.worst_ms, unit: 'ms' },
    {
      name: 'the same through the worker thread, median',
      value: through.median_ms,
      unit: 'ms',
      against: { name: 'direct', value: direct.median_ms },
    },
  ]
  return figures
}
