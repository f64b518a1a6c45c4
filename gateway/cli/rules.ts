/** Rules before they go live: are they well written, and do they pass their own tests. */
import { loadCalendar } from '../../config/calendar.ts'
import { loadRules, type ReadRules, ruleNames } from '../../config/rules.ts'
import type { Settings } from '../../config/settings.ts'
import type { Calendar } from '../../engine/base/calendar.ts'
import { EXIT_CODE, formatProblem } from '../../engine/base/errors.ts'
import type { City } from '../../engine/model/city.ts'
import { rulesDirectory } from '../rules/rule-book.ts'
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
