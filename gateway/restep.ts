/** The log of a data directory stepped again from its beginning, beside whatever state the directory has. */
import { loadCalendar } from '../config/calendar.ts'
import { loadRunCards } from '../config/run-cards.ts'
import { dispatchPolicy, type Settings, signalPolicy, signalSettings, wastePolicy } from '../config/settings.ts'
import type { City } from '../engine/model/city.ts'
import { dataPaths } from './data-directory.ts'
import { createIntake } from './mqtt/intake.ts'
import type { Logger } from './parts.ts'
import { createPlaces } from './places.ts'
import { replayLog } from './restart.ts'
import { createStepper, type Stepped, type Stepper } from './stepper.ts'
import { openLog } from './store/log.ts'

export interface ResteppedOptions {
  readonly settings: Settings
  readonly city: City
  readonly logger: Logger
  /** Whether an outside clock made the steps. */
  readonly simulated: boolean
  readonly onStepped: (stepped: Stepped, stepper: Stepper) => void
}

export interface Restepped {
  readonly steps: number
  readonly records: number
  readonly stepper: Stepper
}

/** @throws UrbanError input `data_in_use` while a gateway runs on the directory */
export async function restep({ settings, city, logger, simulated, onStepped }: ResteppedOptions): Promise<Restepped> {
  const log = openLog({
    directory: dataPaths(settings.data).log,
    sync_ms: settings.log_sync_ms,
    strict: false,
    segment_bytes: settings.log_segment_bytes,
    log: logger,
  })
  const calendar = await loadCalendar(settings.city === 'demo' ? null : settings.city)
  const run_cards = await loadRunCards(settings['dispatch.run_cards'], settings.city === 'demo' ? null : settings.city)
  const stepper = createStepper({
    city,
    world: settings.world,
    seed: settings.seed,
    lockstep: simulated,
    limits: settings,
    signals: signalSettings(settings),
    signal_policy: signalPolicy(settings),
    flood_acts: settings['flood.acts'],
    dispatch: dispatchPolicy(settings, run_cards),
    waste: wastePolicy(settings),
    calendar,
    hash: true,
  })
  const intake = createIntake({
    log,
    // The log holds pseudonyms already, and nothing new is taken in.
    pseudonym: (subject) => subject,
    limits: settings,
    quarantine_max: 0,
    places: createPlaces(city),
    onTaken: () => {},
    ...(simulated ? { onClock: () => {} } : {}),
  })
  await log.start()
  try {
    const { steps, records } = await replayLog({
      log,
      from: 0,
      stepper,
      observe: (record) => intake.observe(record),
      onStepped: (stepped) => onStepped(stepped, stepper),
    })
    return { steps, records, stepper }
  } finally {
    await log.stop()
  }
}
