/**
 * A day of calls for 40 and 200 crews, calm and in a storm, ten seeds: the engine's choice of crews against nearest-first, best-pair greedy
 * and plain assignment in the world of ../shared/bench/dispatch_world.mjs; then with every duration other than believed.
 */
import { createRandom } from '../../engine/base/random.ts'
import { engine, nearestFirst, pairGreedy, plainAssignment } from './dispatch-policies.ts'
import { type Lap, loadWorld, type Outcome, type Policy, play, type World } from './dispatch-world.ts'
import type { Bench, Figure } from './report.ts'

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
const HOURS = 10
const DAYS = [
  { name: '40 crews, calm', crews: 40, rate_h: 20, storm: false },
  { name: '40 crews, storm', crews: 40, rate_h: 35, storm: true },
  { name: '200 crews, calm', crews: 200, rate_h: 100, storm: false },
  { name: '200 crews, storm', crews: 200, rate_h: 180, storm: true },
] as const
const GREEDY = 'best-pair greedy'
const ENGINE = 'engine'
const policiesWith = (lap: Lap): Readonly<Record<string, () => Policy>> => ({
  'nearest-first': nearestFirst,
  [GREEDY]: pairGreedy,
  assignment: plainAssignment(lap, 0),
  'assignment, look-ahead': plainAssignment(lap, 900),
  [ENGINE]: engine(true),
  'engine, no crew turned': engine(false),
})
/** Names of the same in the world's own file. */
const THEIRS: Readonly<Record<string, string>> = {
  'nearest-first': 'fifo-nearest',
  [GREEDY]: 'pair-greedy',
  assignment: 'assign',
  'assignment, look-ahead': 'assign+look',
}

/** The opponents here are those of the world's file: on one day each gives the same to the second. */
function checkOpponents(policies: ReturnType<typeof policiesWith>, world: World, run: (world: World, policy: string) => Outcome): void {
  for (const [ours, theirs] of Object.entries(THEIRS)) {
    const [a, b] = [play(world, policies[ours](), null), run(world, theirs)]
    for (const name of ['p1late', 'wmean', 'mean'] as const) {
      if (Math.abs(a[name] - b[name]) > 1e-6 * Math.abs(b[name]) + 1e-9)
        throw new Error(`${ours} is not ${theirs}: ${name} ${a[name]} instead of ${b[name]}`)
    }
  }
}

function mean(outcomes: readonly Outcome[], name: keyof Outcome): number {
  return outcomes.reduce((sum, outcome) => sum + outcome[name], 0) / outcomes.length
}

function figuresOf(label: string, storm: boolean, results: ReadonlyMap<string, readonly Outcome[]>): Figure[] {
  const greedy = mean(results.get(GREEDY) ?? [], 'p1late')
  return [...results].flatMap(([policy, outcomes]): Figure[] => {
    const figure = (name: string, value: number, unit: string): Figure => ({ name: `${label}, ${policy}: ${name}`, value, unit })
    const late = figure('late calls of priority 1', mean(outcomes, 'p1late'), '%')
    const goal = policy === ENGINE ? { goal: storm ? '≤ 0.5 × greedy' : '≤ greedy', against: { name: GREEDY, value: greedy } } : {}
    return [
      { ...late, ...goal },
      figure('response, weighted', mean(outcomes, 'wmean') / 60, 'min'),
      figure('response, all', mean(outcomes, 'mean') / 60, 'min'),
    ]
  })
}

export const bench: Bench = async () => {
  const world = await loadWorld()
  if (world === null) throw new Error('../shared/bench/dispatch_world.mjs is missing')
  const policies = policiesWith(world.lap)
  checkOpponents(policies, world.scenario(1, 40, 35, HOURS), world.run)
  const figures: Figure[] = []
  for (const noisy of [false, true]) {
    for (const { name, crews, rate_h, storm } of DAYS) {
      const results = new Map<string, Outcome[]>(Object.keys(policies).map((policy) => [policy, []]))
      for (const seed of SEEDS) {
        const day = world.scenario(seed, crews, rate_h, HOURS)
        for (const [policy, outcomes] of results)
          outcomes.push(play(day, policies[policy](), noisy ? createRandom(`dispatch/${seed}`) : null))
      }
      figures.push(...figuresOf(noisy ? `${name}, uncertain` : name, storm, results))
    }
  }
  return figures
}
