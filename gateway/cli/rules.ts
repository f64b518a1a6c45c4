/** Rules before they go live: are they well written, and what would they have done. */
import { loadCalendar } from '../../config/calendar.ts'
import { loadRules, type ReadRules, ruleNames } from '../../config/rules.ts'
import type { Settings } from '../../config/settings.ts'
import type { Calendar } from '../../engine/base/calendar.ts'
import { EXIT_CODE, formatProblem } from '../../engine/base/errors.ts'
import type { City } from '../../engine/model/city.ts'
import type { Rule } from '../../engine/model/rule.ts'
import { dataPaths, readAbout } from '../data-directory.ts'
import { createLogger } from '../logger.ts'
import { restep } from '../restep.ts'
import { rulesDirectory } from '../rule-book.ts'
import { type Arguments, type Command, say } from './command.ts'
import { getCity } from './replay.ts'
import { getSettings, settingOptions } from './settings.ts'

function directoryOf(args: Arguments, settings: Settings): string {
  return args.positionals[0] ?? rulesDirectory(settings.rules, cityDirectory(settings))
}

/** Null when there are problems, which are then told. */
async function readSet(directory: string, city: City, calendar: Calendar): Promise<ReadRules | null> {
  const read = await loadRules(directory, { names: ruleNames(city), calendar })
  for (const problem of read.problems) process.stderr.write(`urban-brain: ${formatProblem(problem)}\n`)
  return read.problems.length > 0 ? null : read
}

const cityDirectory = ({ city }: Settings): string | null => (city === 'demo' ? null : city)

export const rulesCheck: Command = {
  positionals: ['[<directory>]'],
  options: settingOptions('city', 'seed'),
  async run(args) {
    const { settings } = getSettings(args)
    const directory = directoryOf(args, settings)
    const read = await readSet(directory, await getCity(settings.city, settings.seed), await loadCalendar(cityDirectory(settings)))
    if (read === null) return EXIT_CODE.input
    const tests = read.tests.reduce((sum, { results }) => sum + results.length, 0)
    say(`${directory}: ${read.rules.length} rules, no mistakes; ${tests} tests passed`)
    return 0
  },
}

/** How often each rule was raised and what came of it. */
interface Count {
  raised: number
  readonly devices: Set<string>
}

export const rulesDryRun: Command = {
  positionals: ['<directory>'],
  options: settingOptions('data', 'city', 'seed', 'world'),
  async run(args) {
    const { settings } = getSettings(args)
    const about = readAbout(dataPaths(settings.data))
    const city = await getCity(settings.city, about.seed)
    const read = await readSet(directoryOf(args, settings), city, await loadCalendar(cityDirectory(settings)))
    if (read === null) return EXIT_CODE.input
    const { rules } = read
    const then = await countRaised({ ...settings, seed: about.seed }, city, about.clock === 'mqtt', null)
    const tried = await countRaised({ ...settings, seed: about.seed }, city, about.clock === 'mqtt', rules)
    const ids = [...new Set([...then.keys(), ...tried.keys(), ...rules.map((rule) => rule.id)])].sort()
    const width = Math.max(4, ...ids.map((id) => id.length))
    say(`${'rule'.padEnd(width)}  raised then  raised now  devices now`)
    for (const id of ids) {
      const now = tried.get(id)
      say(
        `${id.padEnd(width)}  ${String(then.get(id)?.raised ?? 0).padStart(11)}  ${String(now?.raised ?? 0).padStart(10)}  ${String(now?.devices.size ?? 0).padStart(11)}`,
      )
    }
    return 0
  },
}

async function countRaised(settings: Settings, city: City, simulated: boolean, rules: readonly Rule[] | null): Promise<Map<string, Count>> {
  const counts = new Map<string, Count>()
  await restep({
    settings,
    city,
    logger: createLogger({ level: 'warn', format: settings.log_format, out: process.stderr }),
    simulated,
    rules,
    onStepped: ({ facts }) => {
      for (const fact of facts) {
        if (fact.kind !== 'rule' || !fact.raised) continue
        const count = counts.get(fact.rule) ?? { raised: 0, devices: new Set() }
        count.raised++
        count.devices.add(fact.device)
        counts.set(fact.rule, count)
      }
    },
  })
  return counts
}
