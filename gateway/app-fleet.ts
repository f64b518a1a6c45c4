/** Whether simulated devices play the city, and how they reach the broker. */
import { randomBytes } from 'node:crypto'
import type { Settings } from '../config/settings.ts'
import type { Connect } from '../simulators/connection.ts'
import type { EmbeddedBroker } from './mqtt/embedded-broker.ts'

/** What the fleet shows at the broker inside, made anew with each process; null when no fleet is wanted. */
export function fleetPassword({ fleet, city, clock }: Settings): string | null {
  const wanted = fleet === 'demo' || (fleet === 'auto' && city === 'demo' && clock !== 'mqtt')
  return wanted ? randomBytes(24).toString('base64url') : null
}

/** To be asked when the broker has started: it may have taken a free port. */
export function fleetConnection(settings: Settings, tls: boolean, embedded: EmbeddedBroker | null, password: string): Connect {
  if (embedded?.address) {
    const { host, port } = embedded.address
    return { url: `${tls ? 'mqtts' : 'mqtt'}://${host}:${port}`, username: 'fleet', password, trusted: true }
  }
  return { url: settings.broker, username: settings.broker_username, password: settings.broker_password }
}
