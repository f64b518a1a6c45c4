/** What belongs to crews' phones, and who else outside is told of their jobs. */
import type { Settings } from '../config/settings.ts'
import type { CityState } from '../engine/city-state.ts'
import type { DataPaths } from './data-directory.ts'
import type { HttpParts } from './http/parts.ts'
import { type CrewHub, createCrewHub } from './live/crew-hub.ts'
import { readChannels } from './notify/channels-file.ts'
import { createNotifier, type Notifier } from './notify/notifier.ts'
import { createPush, readVapidKeys, type VapidKeys } from './notify/push.ts'
import type { Logger, Part } from './parts.ts'
import { createPhones, type Phones } from './phones.ts'
import { createPhotos } from './photos.ts'

export interface PhoneParts {
  readonly phones: Phones
  readonly photos: HttpParts['photos'] & Part
  readonly crewHub: CrewHub
  readonly notifier: Notifier
  readonly public_url: string | null
  readonly maySubscribe: HttpParts['maySubscribe']
}

export interface PhonePartsOptions {
  readonly settings: Settings
  readonly paths: DataPaths
  readonly state: () => CityState
  readonly logger: Logger
}

/** `https://*.example.org` stands for every host below it. */
function isOrigin(pattern: string, { origin, protocol, host }: URL): boolean {
  const [scheme, below] = pattern.split('://*.')
  return below === undefined ? pattern === origin : protocol === `${scheme}:` && host.endsWith(`.${below}`)
}

/** @throws UrbanError input for a file of channels that is wrong */
export function buildPhoneParts({ settings, paths, state, logger }: PhonePartsOptions): PhoneParts {
  const now = Date.now
  // People outside are real, and a simulator's city is not.
  const tells = settings.clock === 'wall'
  const pushes = tells && settings['push.contact'] !== ''
  const public_url = settings.public_url === '' ? null : `${settings.public_url.replace(/\/+$/, '')}/`
  const phones = createPhones({ file: paths.phones, now })
  let vapid: VapidKeys | null = null
  const keys = (): VapidKeys => {
    vapid ??= readVapidKeys(paths.push_keys)
    return vapid
  }
  const call_centre = settings['crew.call_centre']
  return {
    phones,
    photos: createPhotos({ directory: paths.photos, days: settings.photo_days, now, warn: (message) => logger.warn({}, message) }),
    crewHub: createCrewHub({
      state,
      phones,
      call_centre: call_centre === '' ? null : call_centre,
      push_key: () => (pushes ? keys().public_key : null),
    }),
    notifier: createNotifier({
      channels: tells ? readChannels(settings.notices) : [],
      push: pushes ? createPush({ phones, keys, contact: settings['push.contact'], now, logger }) : null,
      state,
      public_url,
      now,
      logger,
    }),
    public_url,
    maySubscribe: (endpoint) => pushes && settings['push.services'].some((pattern) => isOrigin(pattern, endpoint)),
  }
}
