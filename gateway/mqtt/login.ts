/** Who a connection is, decided once at CONNECT (contract section 1a). */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Principal } from '../parts.ts'
import { parseDeviceKey } from '../wire/topics.ts'

/** What is known of a connection before its first packet. */
export interface Origin {
  readonly address: string
  /** From this machine, and not a web page of another site in its browser. */
  readonly local: boolean
  /** Common name of the client's certificate, `invalid` when it has one that our authority did not sign. */
  readonly certificate: { readonly name: string } | 'invalid' | null
}

export interface LoginOptions {
  readonly verifyDevice: (key: string, password: string) => boolean
  /** Beginnings of the topics that a bridge may publish on; null for what is no bridge. */
  readonly bridgeTopics: (key: string) => readonly string[] | null
  readonly fleet_password: string | null
  readonly simulator: boolean
}

/** MQTT 3.1.1 table 3.1. */
export const CONNACK_BAD_CREDENTIALS = 4
export const CONNACK_NOT_AUTHORIZED = 5

export type Login = { readonly principal: Principal } | { readonly code: 4 | 5; readonly reason: string }

const SIMULATOR: Principal = { role: 'simulator', world: null }
/** The simulated devices of this very process. */
export const FLEET = 'fleet'

export function login(origin: Origin, username: string | undefined, password: string | undefined, options: LoginOptions): Login {
  if (origin.certificate !== null) return certified(origin.certificate, username)
  if (username === undefined && password === undefined) {
    if (options.simulator && origin.local) return { principal: SIMULATOR }
    return refused(CONNACK_NOT_AUTHORIZED, 'no credentials')
  }
  if (username === FLEET && options.fleet_password !== null && equal(password ?? '', options.fleet_password))
    return { principal: SIMULATOR }
  if (username !== undefined && options.verifyDevice(username, password ?? '')) return { principal: named(username, options) }
  return refused(CONNACK_BAD_CREDENTIALS, 'unknown device or wrong password')
}

function named(key: string, { bridgeTopics }: LoginOptions): Principal {
  const topics = bridgeTopics(key)
  return topics === null ? { role: 'device', key } : { role: 'bridge', key, topics }
}

function certified(certificate: { readonly name: string } | 'invalid', username: string | undefined): Login {
  if (certificate === 'invalid') return refused(CONNACK_NOT_AUTHORIZED, 'the client certificate is not signed by tls_ca')
  const { name } = certificate
  if (parseDeviceKey(name) === null) return refused(CONNACK_NOT_AUTHORIZED, 'the common name of the client certificate is no device key')
  if (username !== undefined && username !== name) return refused(CONNACK_NOT_AUTHORIZED, 'username and client certificate differ')
  return { principal: { role: 'device', key: name } }
}

const refused = (code: 4 | 5, reason: string): Login => ({ code, reason })

/** Compares in a time that does not depend on where they differ. */
function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

/** 127.0.0.0/8 and ::1, also as IPv4 in IPv6. */
export const isLoopback = (address: string): boolean => /^(::ffff:)?127\./.test(address) || address === '::1'
