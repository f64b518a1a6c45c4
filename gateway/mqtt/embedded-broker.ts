import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { UrbanError } from '../../engine/base/errors.ts'
import type { EpochMs } from '../../engine/base/time.ts'
import type { Accept, Broker, Logger } from '../parts.ts'
import type { Quarantine } from './quarantine.ts'

export interface BrokerLimits {
  readonly packet_bytes_max: number
  readonly client_msg_s_max: number
  readonly connections_max: number
}

export interface EmbeddedBrokerOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** PEM texts; `ca` signs device certificates, whose common name is the device key. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string | null } | null
  readonly accept: Accept
  readonly verifyDevice: (key: string, password: string) => boolean
  /** Password of the user `fleet`, the simulated devices of this process; null when there is none. */
  readonly fleet_password: string | null
  /** `--clock mqtt`: a loopback connection without credentials is the simulator. */
  readonly simulator: boolean
  readonly limits: BrokerLimits
  readonly quarantine: Quarantine
  readonly now: () => EpochMs
  readonly log: Logger
}

export interface EmbeddedBroker extends Broker {
  /** Where it listens; null before `start`. */
  readonly address: { readonly host: string; readonly port: number } | null
  /** A WebSocket upgrade of the HTTP server at `/mqtt`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

export function createEmbeddedBroker(_options: EmbeddedBrokerOptions): EmbeddedBroker {
  throw new UrbanError('ours', 'unfinished', 'the embedded broker is being written')
}
