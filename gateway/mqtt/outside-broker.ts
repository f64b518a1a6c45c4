import { UrbanError } from '../../engine/base/errors.ts'
import type { EpochMs } from '../../engine/base/time.ts'
import type { Accept, Broker, Logger } from '../parts.ts'

export interface OutsideBrokerOptions {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  readonly url: string
  readonly username: string
  readonly password: string
  /** Names the session at the broker: the same after a restart, so that nothing published meanwhile is missed. */
  readonly client_id: string
  readonly accept: Accept
  readonly now: () => EpochMs
  readonly log: Logger
}

export function createOutsideBroker(_options: OutsideBrokerOptions): Broker {
  throw new UrbanError('ours', 'unfinished', 'the outside broker is being written')
}
