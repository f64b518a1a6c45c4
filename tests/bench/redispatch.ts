/**
 * One more job in a running day: 200 crews with skills, shifts and breaks, each under way to a promised job, 1,000 open jobs with priorities and deadlines that
 * are priced. How soon the first answer is there, and what a search of less than a second makes of it.
 */
import { createRandom, type Random } from '../../engine/base/random.ts'
import { checkPlan } from '../../engine/solve/vrp/check.ts'
import { insertJob } from '../../engine/solve/vrp/insert.ts'
import type { Job, Vehicle, VrpPlan, VrpProblem } from '../../engine/solve/vrp/problem.ts'
import { solveVrp } from '../../engine/solve/vrp/search.ts'
import { afterTime } from '../../engine/solve/vrp/stop.ts'
import type { Bench, Figure } from './report.ts'
import { bench as travel } from './travel.ts'

const CREWS = 200
const JOBS = 1000
const ARRIVALS = 300
const WARM_UP = 100
const IMPROVED = 10
/** Of the second that is allowed: what remains is building the search and the plan. */
const SEARCH_MS = 700
const STANDING_MS = 5000
const SIDE_M = 15_000
const SPEED_MPS = 8
const SKILLS = ['pump', 'collect', 'patrol', 'repair', 'traffic']
const HOUR_S = 3600

interface Day {
  readonly problem: VrpProblem
  readonly at: [number, number][]
}

/** Place 0 is the newcomer's, then jobs, then crews. Times in seconds from now; a unit of cost is a second of driving. */
function makeDay(random: Random): Day {
  const places = 1 + JOBS + CREWS
  const at = Array.from({ length: places }, (): [number, number] => [random.uniform(0, SIDE_M), random.uniform(0, SIDE_M)])
  const cost = new Int32Array(places * places)
  for (let i = 0; i < places; i++) for (let j = 0; j < places; j++) cost[i * places + j] = drive_s(at[i], at[j])
  const jobs = Array.from({ length: JOBS }, (_, i) => makeJob(`J${i}`, i + 1, random))
  const vehicles = Array.from({ length: CREWS }, (_, r): Vehicle => {
    const skills = [random.pick(SKILLS), random.pick(SKILLS)]
    return {
      id: `C${r}`,
      start: 1 + JOBS + r,
      end: null,
      shift: { from: random.integer(0, HOUR_S / 4), to: random.integer(4, 8) * HOUR_S },
      capacity: 100,
      skills,
      breaks: [{ window: { from: HOUR_S, to: 4 * HOUR_S }, duration: HOUR_S / 2 }],
      fixed_cost: 0,
      promised: jobs
        .filter((job, i) => i % CREWS === r && skills.includes(job.skills[0]))
        .slice(0, 1)
        .map(({ id }) => id),
      ends_empty: false,
    }
  })
  return { problem: { travel: { places, cost, time: cost }, vehicles, jobs, tips: [] }, at }
}

function drive_s(a: readonly [number, number], b: readonly [number, number]): number {
  return Math.ceil((1.3 * Math.hypot(a[0] - b[0], a[1] - b[1])) / SPEED_MPS)
}

function makeJob(id: string, place: number, random: Random): Job {
  const priority = random.pick([1, 2, 2, 3, 3, 3] as const)
  const due = [0.5, 2, 6][priority - 1] * HOUR_S
  return {
    id,
    stop: { place, service: random.integer(10, 40) * 60, window: { from: 0, to: 8 * HOUR_S }, due, late_price: [8, 3, 1][priority - 1] },
    demand: 1,
    skills: [random.pick(SKILLS)],
    price: [200_000, 60_000, 20_000][priority - 1],
  }
}

/** The newcomer's ways, as the road graph would hand them over. */
function arrive({ problem, at }: Day, number: number, random: Random): VrpProblem {
  const { travel, jobs } = problem
  at[0] = [random.uniform(0, SIDE_M), random.uniform(0, SIDE_M)]
  for (let j = 1; j < travel.places; j++) travel.cost[j] = travel.cost[j * travel.places] = drive_s(at[0], at[j])
  return { ...problem, jobs: [...jobs, makeJob(`N${number}`, 0, random)] }
}

function check(problem: VrpProblem, plan: VrpPlan): VrpPlan {
  const faults = checkPlan(problem, plan)
  if (faults.length > 0) throw new Error(faults.slice(0, 5).join('; '))
  return plan
}

const cpu_ms = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const quantile = (values: readonly number[], q: number): number => [...values].sort((a, b) => a - b)[Math.ceil(q * values.length) - 1]

interface Improved {
  readonly ms: number
  readonly gain_pct: number
}

/** Goes on from a first answer. */
function improve(problem: VrpProblem, first: VrpPlan, seed: number): Improved {
  const from = cpu_ms()
  const better = solveVrp(problem, { seed, stop: afterTime(SEARCH_MS, cpu_ms), start: first })
  const ms = cpu_ms() - from
  check(problem, better)
  return { ms, gain_pct: (100 * (first.cost - better.cost)) / first.cost }
}

export const bench: Bench = async (flags) => {
  const random = createRandom('redispatch')
  const day = makeDay(random)
  const standing = check(day.problem, solveVrp(day.problem, { seed: 1, stop: afterTime(STANDING_MS, cpu_ms) }))
  const wall: number[] = []
  const cpu: number[] = []
  for (let n = 0; n < WARM_UP + ARRIVALS; n++) {
    const problem = arrive(day, n, random)
    const start = performance.now()
    const start_cpu = cpu_ms()
    const first = insertJob(problem, standing, `N${n}`)
    if (n >= WARM_UP) {
      wall.push(performance.now() - start)
      cpu.push(cpu_ms() - start_cpu)
    }
    check(problem, first)
  }
  const improved = Array.from({ length: IMPROVED }, (_, n) => {
    const problem = arrive(day, n, random)
    return improve(problem, insertJob(problem, standing, `N${n}`), n)
  })
  const gains = improved.map(({ gain_pct }) => gain_pct)
  const figures: Figure[] = [
    { name: `jobs in the standing plan of ${CREWS} crews, ${JOBS} open`, value: JOBS - standing.left.length, unit: '' },
    { name: 'first answer, median', value: quantile(wall, 0.5), unit: 'ms' },
    { name: `first answer, p99 of ${ARRIVALS}`, value: quantile(wall, 0.99), unit: 'ms', goal: '≤ 10' },
    { name: 'first answer, p99 of processor time, all threads', value: quantile(cpu, 0.99), unit: 'ms', goal: '≤ 10' },
    { name: 'improved plan, longest (processor time)', value: Math.max(...improved.map(({ ms }) => ms)), unit: 'ms', goal: '≤ 1,000' },
    { name: 'improved plan, mean gain', value: gains.reduce((sum, gain) => sum + gain, 0) / gains.length, unit: '%' },
    {
      name: `improved plans worse than the first answer, of ${IMPROVED}`,
      value: gains.filter((gain) => gain < 0).length,
      unit: '',
      goal: '0',
    },
  ]
  return [...figures, ...(await travel(flags))]
}
