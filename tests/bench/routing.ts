/**
 * Routes for the instances of ../shared/data/dispatch, three seeds each, against the best that is known, and against PyVRP on the same instances in the same run
 * where a Python has it (ROUTING_PYTHON, or a virtual environment in ~/.cache/urban-brain/routing/venv). Limits are processor time of one process, theirs and
 * ours, because machines are shared. Every plan is checked by our checker and by score_routes.py.
 *
 * All of it takes hours: `--sizes 100,200`, `--limits 1,5`, `--seeds 1,2` and `--instances R201,R2_2_4` choose.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import { checkPlan } from '../../engine/solve/vrp/check.ts'
import type { VrpProblem } from '../../engine/solve/vrp/problem.ts'
import { customersOf, distanceOf, vrptwProblem } from '../../gateway/cli/vrptw.ts'
import { readVrptw, type VrptwInstance } from '../../gateway/cli/vrptw-text.ts'
import type { Bench, BenchFlags, Figure } from './report.ts'
import type { RoutingDone, RoutingTask } from './routing-thread.ts'

const ROOT = join(import.meta.dirname, '../../..')
const SHARED = join(ROOT, '../shared')
const DATA = join(SHARED, 'data/dispatch')
const SCORER = join(SHARED, 'bench/score_routes.py')
const PYVRP = join(ROOT, 'tests/bench/routing_pyvrp.py')
const LIMITS_S = [1, 5, 30]
const SEEDS = [1, 2, 3]
const SIZES = [100, 200, 1000]
/** By size and limit, as issue and other_targets.md name them. */
const GOAL: Readonly<Record<string, string>> = {
  '100/1': '≤ 0.5',
  '100/5': '≤ 0.1',
  '100/30': '≤ 0.0',
  '200/1': '≤ 1.0',
  '200/5': '≤ 0.34',
  '200/30': '≤ 0.2',
  '1000/1': '≤ 6',
  '1000/5': '≤ 2.8',
  '1000/30': '≤ 1.9',
}
const WARM_UP_MS = 2000

interface Case {
  readonly name: string
  readonly file: string
  readonly size: number
  readonly best: number
  readonly instance: VrptwInstance
  readonly problem: VrpProblem
}
interface Run {
  readonly one: Case
  readonly limit_s: number
  readonly seed: number
}
interface Outcome extends Run {
  readonly by: 'ours' | 'PyVRP'
  /** Null where no plan was found. */
  readonly routes: readonly (readonly number[])[] | null
  readonly gap_pct: number
}

function numbers(text: string | undefined, otherwise: readonly number[]): readonly number[] {
  return text === undefined ? otherwise : text.split(',').map(Number)
}

async function readCases(flags: BenchFlags): Promise<Case[]> {
  const known: Record<string, { bks: number }> = JSON.parse(await readFile(join(DATA, 'bks.json'), 'utf8'))
  const sizes = numbers(flags.sizes, SIZES)
  const cases: Case[] = []
  for (const folder of ['solomon', 'homberger']) {
    for (const entry of (await readdir(join(DATA, folder))).sort()) {
      const name = basename(entry, '.txt')
      if (known[name] === undefined || (flags.instances !== undefined && !flags.instances.split(',').includes(name))) continue
      const file = join(DATA, folder, entry)
      const instance = readVrptw(await readFile(file, 'utf8'), file)
      const size = instance.stops.length - 1
      if (sizes.includes(size)) cases.push({ name, file, size, best: known[name].bks, instance, problem: vrptwProblem(instance) })
    }
  }
  return cases
}

/** The sum of the ways as the DIMACS challenge counts them, whoever made the routes. */
function distance({ stops }: VrptwInstance, routes: readonly (readonly number[])[]): number {
  const way = (a: number, b: number): number => Math.floor(10 * Math.hypot(stops[a].x - stops[b].x, stops[a].y - stops[b].y) + 1e-9)
  return (
    routes.reduce((sum, route) => sum + [...route, 0].reduce((part, node, i) => part + way(i === 0 ? 0 : route[i - 1], node), 0), 0) / 10
  )
}

const gapOf = (one: Case, cost: number): number => 100 * (cost / one.best - 1)

async function ours(runs: readonly Run[], told: (outcome: Outcome) => void): Promise<number[]> {
  const worker = new Worker(new URL('./routing-thread.js', import.meta.url))
  const ask = (task: RoutingTask): Promise<RoutingDone> =>
    new Promise((resolve, reject) => {
      worker.once('error', reject)
      worker.once('message', (done: RoutingDone) => {
        worker.off('error', reject)
        resolve(done)
      })
      worker.postMessage(task)
    })
  const first_ms: number[] = []
  try {
    if (runs.length > 0) await ask({ problem: runs[0].one.problem, limit_ms: WARM_UP_MS, seed: 99 })
    for (const run of runs) {
      const { plan, first_ms: first } = await ask({ problem: run.one.problem, limit_ms: run.limit_s * 1000, seed: run.seed })
      const faults = checkPlan(run.one.problem, plan)
      if (faults.length > 0) throw new Error(`${run.one.name}: ${faults.join('; ')}`)
      first_ms.push(first)
      told({ ...run, by: 'ours', routes: customersOf(plan), gap_pct: gapOf(run.one, distanceOf(plan, run.one.instance)) })
    }
  } finally {
    await worker.terminate()
  }
  return first_ms
}

function findPyvrp(): string | null {
  const candidates = [process.env.ROUTING_PYTHON, join(homedir(), '.cache/urban-brain/routing/venv/bin/python')]
  return candidates.find((path) => path !== undefined && spawnSync(path, ['-c', 'import pyvrp']).status === 0) ?? null
}

/** The instance as VRPLIB, which PyVRP reads. */
function vrplib({ stops, fleet, capacity }: VrptwInstance, name: string): string {
  const section = (title: string, row: (i: number) => readonly number[]): string =>
    [title, ...stops.map((_, i) => [i + 1, ...row(i)].join(' '))].join('\n')
  return [
    `NAME : ${name}\nTYPE : VRPTW\nDIMENSION : ${stops.length}\nVEHICLES : ${fleet}\nCAPACITY : ${capacity}\nEDGE_WEIGHT_TYPE : EUC_2D`,
    section('NODE_COORD_SECTION', (i) => [stops[i].x, stops[i].y]),
    section('DEMAND_SECTION', (i) => [stops[i].demand]),
    section('SERVICE_TIME_SECTION', (i) => [stops[i].service]),
    section('TIME_WINDOW_SECTION', (i) => [stops[i].from, stops[i].to]),
    'DEPOT_SECTION\n1\n-1\nEOF\n',
  ].join('\n')
}

async function theirs(python: string, runs: readonly Run[], directory: string, told: (outcome: Outcome) => void): Promise<void> {
  const child: ChildProcessWithoutNullStreams = spawn(python, [PYVRP])
  child.stderr.pipe(process.stderr)
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  try {
    for (const run of runs) {
      const file = join(directory, `${run.one.name}.vrp`)
      await writeFile(file, vrplib(run.one.instance, run.one.name))
      child.stdin.write(`${JSON.stringify({ file, limit_s: run.limit_s, seed: run.seed })}\n`)
      const answer = await answers.next()
      if (answer.done) throw new Error('PyVRP ended without an answer')
      const { routes }: { routes: number[][] | null } = JSON.parse(answer.value)
      const gap_pct = routes === null ? Number.NaN : gapOf(run.one, distance(run.one.instance, routes))
      told({ ...run, by: 'PyVRP', routes, gap_pct })
    }
  } finally {
    child.stdin.end()
  }
}

/** @returns how many plans the scorer of the bench folder finds feasible; null where it cannot be asked */
async function scored(outcomes: readonly Outcome[], directory: string): Promise<number | null> {
  if (!existsSync(SCORER) || spawnSync('python3', ['--version']).status !== 0) return null
  const lines: string[] = []
  for (const [i, { one, routes }] of outcomes.entries()) {
    if (routes === null) continue
    const file = join(directory, `${i}.json`)
    await writeFile(file, JSON.stringify({ routes }))
    lines.push(`${one.file}\t${file}`)
  }
  await writeFile(join(directory, 'pairs.tsv'), `${lines.join('\n')}\n`)
  const { stdout } = spawnSync('python3', [SCORER, '--batch', join(directory, 'pairs.tsv')], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  const results = stdout.split('\n').filter((line) => line !== '')
  return results.filter((line) => JSON.parse(line).feasible === true).length
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

function figuresOf(outcomes: readonly Outcome[], sizes: readonly number[], limits: readonly number[]): Figure[] {
  return sizes.flatMap((size) =>
    limits.flatMap((limit_s): Figure[] => {
      const gaps = (by: Outcome['by']): number[] =>
        outcomes.filter((run) => run.by === by && run.one.size === size && run.limit_s === limit_s).map(({ gap_pct }) => gap_pct)
      const own = gaps('ours')
      const other = gaps('PyVRP')
      if (own.length === 0) return []
      const name = `n=${size}, ${limit_s} s, mean of ${own.length} runs above best known`
      const figure: Figure = { name, value: mean(own), unit: '%', goal: GOAL[`${size}/${limit_s}`] }
      return other.length === 0 ? [figure] : [figure, { name: `n=${size}, ${limit_s} s, PyVRP`, value: mean(other), unit: '%' }]
    }),
  )
}

export const bench: Bench = async (flags) => {
  if (!existsSync(DATA)) throw new Error(`${DATA} is not there: routes cannot be measured`)
  const cases = await readCases(flags)
  const limits = numbers(flags.limits, LIMITS_S)
  const seeds = numbers(flags.seeds, SEEDS)
  const runs = cases.flatMap((one) => limits.flatMap((limit_s) => seeds.map((seed): Run => ({ one, limit_s, seed }))))
  const outcomes: Outcome[] = []
  const told = (outcome: Outcome): void => {
    outcomes.push(outcome)
    const { by, one, limit_s, seed, gap_pct } = outcome
    console.error(`${by} ${one.name} ${limit_s} s of processor time, seed ${seed}: ${gap_pct.toFixed(2)} % above best known`)
  }
  const directory = await mkdtemp(join(tmpdir(), 'routing-'))
  try {
    const first_ms = await ours(runs, told)
    const python = findPyvrp()
    if (python === null) console.error('PyVRP is not beside it: no Python that has it (ROUTING_PYTHON)')
    else await theirs(python, runs, directory, told)
    const feasible = await scored(outcomes, directory)
    if (feasible === null) console.error('the plans were not scored outside: no python3, or no ../shared/bench/score_routes.py')
    return [
      ...figuresOf(
        outcomes,
        [...new Set(cases.map(({ size }) => size))].sort((a, b) => a - b),
        limits,
      ),
      { name: 'first plan, worst (processor time)', value: Math.max(...first_ms), unit: 'ms' },
      { name: 'plans that our checker finds good', value: runs.length, unit: `of ${runs.length}` },
      ...(feasible === null
        ? []
        : [{ name: 'plans that score_routes.py finds feasible, PyVRP’s included', value: feasible, unit: `of ${outcomes.length}` }]),
    ]
  } finally {
    await rm(directory, { recursive: true })
  }
}
