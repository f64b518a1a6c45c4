/** The door for what does not speak the contract: dialects and mappings with their memories, joined. */
import { SECOND_MS } from '../engine/base/time.ts'
import { type City, deviceKey } from '../engine/model/city.ts'
import type { BridgeStill } from './bridge-stills.ts'
import type { DataPaths } from './data-directory.ts'
import { openDialectBook } from './dialect-book.ts'
import type { Reply } from './dialects/dialect.ts'
import { createRepeats } from './dialects/repeats.ts'
import { createForeign } from './foreign.ts'
import { createKeptFile } from './kept-file.ts'
import { createMappingDesk } from './mappings/desk.ts'
import { redact } from './mqtt/quarantine.ts'
import type { Broker, Logger, Part } from './parts.ts'
import type { Pseudonym } from './privacy.ts'

export interface DoorOptions {
  readonly city: City
  /** Null for the city that comes with the program. */
  readonly city_directory: string | null
  readonly paths: DataPaths
  /** Classes of incident that have a run card. */
  readonly classes: ReadonlySet<string>
  readonly simulated: boolean
  readonly pseudonym: Pseudonym
  readonly arrival: (received: number) => number
  /** Takes a picture that a bridge sends. */
  readonly still: (still: BridgeStill) => void
  readonly broker: () => Broker
  readonly logger: Logger
}

/** A process that is killed may hear again what it heard in the last seconds. */
const REPEATS_EVERY_MS = 5 * SECOND_MS

/** @throws UrbanError input `dialects` */
export async function openDoor(options: DoorOptions) {
  const { city, city_directory, paths, classes, simulated, pseudonym, arrival, still, broker, logger } = options
  const book = await openDialectBook({
    directories: [paths.directory, ...(city_directory === null ? [] : [city_directory])],
    devices: city.devices.map(({ district, domain, id }) => deviceKey(district, domain, id)),
    reload: !simulated,
    onChange: ({ subscribe }) => broker().subscribeForeign?.(subscribe),
    now: Date.now,
    logger,
  })
  const desk = createMappingDesk({
    file: paths.mappings,
    groups_file: paths.quarantine,
    context: () => foreign.context,
    reload: !simulated,
    redact,
    logger,
  })
  const repeats = createRepeats()
  const kept = createKeptFile({ file: paths.repeats, every_ms: REPEATS_EVERY_MS, take: repeats.save, restore: repeats.restore, logger })
  const foreign = createForeign({
    city,
    settings: () => book.settings,
    classes,
    pseudonym,
    simulated,
    arrival,
    mappings: () => desk.mappings,
    still,
    repeats: {
      ...repeats,
      note(form, now) {
        const names = repeats.note(form, now)
        if (names !== null && names.length > 0) kept.touch()
        return names
      },
    },
    reply: ({ topic, payload }: Reply) => {
      broker()
        .publish(topic, payload, { qos: 0, retain: false })
        .catch((error: unknown) => logger.warn({ error: String(error), topic }, 'reply'))
    },
  })
  const parts: readonly (readonly [string, Part])[] = [
    ['heard messages', kept],
    ['dialects', book],
    ['mappings', desk],
  ]
  return { book, desk, foreign, parts }
}
