/** The first part to start and the last to stop: the data directory, which is not ours before, and the keys that lie in it. */
import type { Settings } from '../config/settings.ts'
import { UrbanError } from '../engine/base/errors.ts'
import type { City } from '../engine/model/city.ts'
import type { Access } from './access.ts'
import { claimDirectory, type DataPaths, takeDirectory } from './data-directory.ts'
import type { Logger, Part } from './parts.ts'
import { createPseudonym, type Pseudonym } from './privacy.ts'

export interface DirectoryOptions {
  readonly paths: DataPaths
  readonly settings: Settings
  readonly city: City
  /** Null lets the first clock message name it. */
  readonly world: string | null
  readonly access: Access
  readonly logger: Logger
}

export interface DataDirectory extends Part {
  readonly pseudonym: Pseudonym
}

export function createDataDirectory({ paths, settings, city, world, access, logger }: DirectoryOptions): DataDirectory {
  const simulated = settings.clock === 'mqtt'
  let release: (() => void) | null = null
  let pseudonym: Pseudonym = () => {
    throw new UrbanError('ours', 'not_started', 'messages came before the start')
  }
  return {
    pseudonym: (subject) => pseudonym(subject),
    async start() {
      release = takeDirectory(paths)
      pseudonym = createPseudonym(simulated ? { seed: settings.seed } : { directory: paths.directory })
      claimDirectory(paths, {
        city: city.id,
        source: city.source,
        clock: settings.clock,
        world: simulated && world === null ? '(named by its clock)' : settings.world,
        seed: settings.seed,
      })
      const token = access.ensureAdminToken()
      if (token.created) logger.info({ file: token.file }, 'first start: a token for the role admin was written')
    },
    async stop() {
      release?.()
    },
  }
}
