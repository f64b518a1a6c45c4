/** `solve vrptw`: an instance of the literature to routes, within a time limit. */
import { readFile, writeFile } from 'node:fs/promises'
import { UrbanError } from '../../engine/base/errors.ts'
import type { LeftWhy } from '../../engine/solve/vrp/problem.ts'
import { solveVrp } from '../../engine/solve/vrp/search.ts'
import { afterTime } from '../../engine/solve/vrp/stop.ts'
import { type Command, say, seedOf, usageError } from './command.ts'
import { customersOf, distanceOf, vrptwProblem } from './vrptw.ts'
import { readVrptw } from './vrptw-text.ts'

const TIME_LIMIT_MAX_S = 86_400

const WHY: Readonly<Record<LeftWhy, string>> = {
  skill: 'there is no vehicle',
  size: 'its demand is above the capacity',
  window: 'no vehicle can be there within its time window and back before the depot closes',
  room: 'the fleet had no room for it',
}

function timeLimit_s(text: string | undefined): number {
  if (text === undefined) throw usageError('--time-limit S is missing: how many seconds the search may take')
  const limit_s = Number(text)
  if (!(limit_s > 0 && limit_s <= TIME_LIMIT_MAX_S))
    throw usageError(`--time-limit takes seconds above 0 and up to ${TIME_LIMIT_MAX_S}, not ${text}`)
  return limit_s
}

export const solveVrptwCommand: Command = {
  positionals: ['<instance>'],
  options: {
    'time-limit': { type: 'string', value: 'S', help: 'seconds until the best plan so far is written (required)' },
    seed: { type: 'string', value: 'N', help: 'seed of the draws (1)' },
    out: { type: 'string', value: 'FILE', help: 'plan to write: {"routes":[[customer,…],…],"cost":…,"seconds":…} (required)' },
  },
  async run(args) {
    const limit_s = timeLimit_s(args.text('time-limit'))
    const out = args.text('out')
    if (out === undefined) throw usageError('--out FILE is missing: where the plan is to be written')
    const seed = seedOf(args, 'seed') ?? 1
    const [file] = args.positionals
    const start = performance.now()
    const stop = afterTime(limit_s * 1000, () => performance.now())
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new UrbanError('input', 'vrptw.text', `${file}: cannot be read (${error instanceof Error ? error.message : String(error)})`)
    })
    const instance = readVrptw(text, file)
    const plan = solveVrp(vrptwProblem(instance), { seed, stop })
    const seconds = Math.round(performance.now() - start) / 1000
    const left = plan.left.map(({ job, why }) => ({ customer: Number(job), why }))
    const cost = distanceOf(plan, instance)
    const answer = { routes: customersOf(plan), cost, seconds, ...(left.length > 0 ? { left } : {}) }
    await writeFile(out, `${JSON.stringify(answer)}\n`).catch((error: unknown) => {
      throw new UrbanError('input', 'vrptw.out', `${out}: cannot be written (${error instanceof Error ? error.message : String(error)})`)
    })
    for (const { customer, why } of left) process.stderr.write(`note: customer ${customer} is in no route: ${WHY[why]}\n`)
    say(`${out}: ${answer.routes.length} routes, distance ${cost}, after ${seconds} s`)
    return 0
  },
}
