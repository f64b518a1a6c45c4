/** Parts that come in two kinds: which broker, which store, with or without TLS. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Settings } from '../config/settings.ts'
import { UrbanError } from '../engine/base/errors.ts'
import type { ReadingStore } from '../engine/ports.ts'
import type { DataPaths } from './data-directory.ts'
import { createEmbeddedBroker, type EmbeddedBroker } from './mqtt/embedded-broker.ts'
import { createOutsideBroker } from './mqtt/outside-broker.ts'
import type { Quarantine } from './mqtt/quarantine.ts'
import type { Accept, Broker, Logger } from './parts.ts'
import { createEmbeddedStore } from './store/embedded.ts'
import { createInfluxStore } from './store/influx.ts'
import { clockAckTopic } from './wire/topics.ts'

export interface Tls {
  readonly cert: string
  readonly key: string
  readonly ca: string | null
}

function readPem(file: string, setting: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UrbanError('input', 'tls_file', `${file} cannot be read (setting ${setting}): ${String(error)}`, { place: { file } })
  }
}

/** Files that can be read and are no certificates or keys, or do not belong together. A list of authorities without one trusts nobody. */
function checkPem(what: string, expected: string, check: () => unknown): void {
  try {
    check()
  } catch (cause) {
    throw new UrbanError('input', 'tls_file', `${what}: expected ${expected}: ${messageOf(cause)}`, { cause })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** @throws UrbanError input `tls_file` */
export function readTls({ tls_cert, tls_key, tls_ca }: Settings): Tls | null {
  if (tls_cert === '') return null
  const cert = readPem(tls_cert, 'tls_cert')
  const key = readPem(tls_key, 'tls_key')
  const ca = tls_ca === '' ? null : readPem(tls_ca, 'tls_ca')
  checkPem(`${tls_cert} (setting tls_cert)`, 'a certificate in PEM form', () => new X509Certificate(cert))
  checkPem(`${tls_key} (setting tls_key)`, `the private key of ${tls_cert} in PEM form`, () => createSecureContext({ cert, key }))
  if (ca !== null) checkPem(`${tls_ca} (setting tls_ca)`, 'certificates in PEM form', () => new X509Certificate(ca))
  return { cert, key, ca }
}

export interface BrokerParts {
  readonly settings: Settings
  readonly tls: Tls | null
  readonly accept: Accept
  readonly verifyDevice: (key: string, password: string) => boolean
  readonly bridgeTopics: (key: string) => readonly string[] | null
  /** Filters of foreign topics at an outside broker. */
  readonly foreign: readonly string[]
  readonly fleet_password: string | null
  readonly quarantine: Quarantine
  readonly logger: Logger
}

/** `embedded` is the same broker when it is the one inside: it has an address, and takes WebSockets. */
export function buildBroker(parts: BrokerParts): { readonly broker: Broker; readonly embedded: EmbeddedBroker | null } {
  const { settings, tls, accept, verifyDevice, bridgeTopics, foreign, fleet_password, quarantine, logger } = parts
  if (settings.broker !== '') {
    const broker = createOutsideBroker({
      url: settings.broker,
      username: settings.broker_username,
      password: settings.broker_password,
      client_id: `urban-brain-${settings.world}`,
      foreign,
      accept,
      now: Date.now,
      log: logger,
    })
    return { broker, embedded: null }
  }
  const embedded = createEmbeddedBroker({
    host: settings.mqtt_host,
    port: settings.mqtt_port,
    tls,
    accept,
    verifyDevice,
    bridgeTopics,
    fleet_password,
    simulator: settings.clock === 'mqtt',
    limits: settings,
    quarantine,
    now: Date.now,
    log: logger,
  })
  return { broker: embedded, embedded }
}

/** Answers a clock message; an outside broker keeps order and delivery with QoS 1 (why not the one inside: mqtt/pubacks.ts). */
export function createClockAck(broker: Broker, inside: boolean): (payload: string) => Promise<void> {
  const topic = clockAckTopic(null)
  return (payload) => broker.publish(topic, payload, { qos: inside ? 0 : 1, retain: false })
}

/** As long as the settings allow. */
const FOREVER = { raw_days: 36_500, minute_days: 36_500, quarter_days: 36_500, retention: {} }

/** A simulator's clock may show any year: by the wall's clock its readings would be too old to keep before they are written. */
export function buildStore(settings: Settings, paths: DataPaths, warn: (message: string) => void): ReadingStore {
  const retention = settings.clock === 'mqtt' ? FOREVER : settings
  if (settings.store === 'embedded') return createEmbeddedStore({ directory: paths.history, retention, warn })
  return createInfluxStore({
    url: settings.influx_url,
    token: settings.influx_token,
    org: settings.influx_org,
    bucket: settings.influx_bucket,
    retention,
    warn,
  })
}
