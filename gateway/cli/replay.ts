import { loadCityByName } from '../../config/city.ts'
import { formatProblem, UrbanError } from '../../engine/base/errors.ts'
import type { City } from '../../engine/model/city.ts'
import { dataPaths, readAbout } from '../data-directory.ts'
import { formatHash } from '../drill-hash.ts'
import { createLogger } from '../logger.ts'
import { restep } from '../restep.ts'
import { type Command, say } from './command.ts'
import { getSettings, settingOptions } from './settings.ts'

/** @throws UrbanError input `city` */
export async function getCity(name: string, seed: number): Promise<City> {
  const { city, problems } = await loadCityByName(name, seed)
  if (problems.length > 0) throw new UrbanError('input', 'city', problems.map(formatProblem).join('\n'))
  return city
}

export const replay: Command = {
  positionals: [],
  options: settingOptions('data', 'city', 'seed', 'world'),
  async run(args) {
    const { settings } = getSettings(args)
    const about = readAbout(dataPaths(settings.data))
    const seeded = args.text('seed') === undefined ? { ...settings, seed: about.seed } : settings
    const city = await getCity(seeded.city, seeded.seed)
    const logger = createLogger({ level: 'warn', format: seeded.log_format, out: process.stderr })
    const { steps, stepper } = await restep({
      settings: seeded,
      city,
      logger,
      simulated: about.clock === 'mqtt',
      onStepped: () => {},
    })
    say(`${steps} steps`)
    say(formatHash(stepper.memory.hash))
    return 0
  },
}
