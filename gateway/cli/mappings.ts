/** Mappings before they are in force: are they well written, and do they make of their own samples what they say. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { loadDialects } from '../../config/dialects.ts'
import { EXIT_CODE, formatProblem, UrbanError } from '../../engine/base/errors.ts'
import { deviceKey } from '../../engine/model/city.ts'
import { dataPaths } from '../data-directory.ts'
import { createSparkplugMemory } from '../dialects/sparkplug-memory.ts'
import { loadMappings } from '../mappings/load.ts'
import { type Command, say } from './command.ts'
import { getCity } from './replay.ts'
import { getSettings, settingOptions } from './settings.ts'

export const mappingsCheck: Command = {
  positionals: ['[<file>]'],
  options: settingOptions('data', 'city', 'seed'),
  async run(args) {
    const { settings } = getSettings(args)
    const file = args.positionals[0] ?? dataPaths(settings.data).mappings
    if (!existsSync(file)) throw new UrbanError('input', 'file', `no file ${file}`, { place: { file } })
    const city = await getCity(settings.city, settings.seed)
    const devices = city.devices.map(({ district, domain, id }) => deviceKey(district, domain, id))
    // Times without a zone are read as where the file will be used.
    const dialects = await loadDialects([dirname(file)], devices)
    if (dialects.problems.length > 0) throw new UrbanError('input', 'dialects', dialects.problems.map(formatProblem).join('\n'))
    const { zone_min, frigate_prefixes } = dialects.settings
    const [west, south, east, north] = city.bounds
    const { written, problems } = await loadMappings(file, {
      pseudonym: () => 'p:…',
      zone_min,
      box: [west, south, east, north],
      frigate_prefixes,
      sparkplug: createSparkplugMemory(),
      simulated: false,
    })
    for (const problem of problems) process.stderr.write(`urban-brain: ${formatProblem(problem)}\n`)
    if (problems.length > 0) return EXIT_CODE.input
    say(`${file}: ${written.length} mappings, no mistakes, ${written.reduce((sum, { tests }) => sum + tests.length, 0)} tests passed`)
    return 0
  },
}
