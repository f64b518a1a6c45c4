/**
 * Topic names of contract section 1. The started world lives under `city/v1`, every other world under `world/{world}/v1`.
 */
import { type Domain, isDomain } from '../../engine/base/domain.ts'

export const ID_PATTERN = /^[A-Za-z0-9_.:-]{1,64}$/

export const UPLINK_CHANNELS = ['reading', 'event', 'state', 'ack'] as const
export const CHANNELS = [...UPLINK_CHANNELS, 'command'] as const
export type Channel = (typeof CHANNELS)[number]

export interface DeviceTopic {
  /** null: the world the engine was started for. */
  readonly world: string | null
  readonly district: string
  readonly domain: Domain
  readonly id: string
  readonly channel: Channel
}

/** A topic that was read. Every message of a topic that is remembered names its device by one and the same string, whose hash is known. */
export interface HeardTopic extends DeviceTopic {
  /** `{district}/{domain}/{device}`: MQTT username and device key. */
  readonly device: string
}

export const HOME_ROOT = 'city/v1'

/** The topic root of a world; null is the world the engine was started for. */
export function worldRoot(world: string | null): string {
  return world === null ? HOME_ROOT : `world/${world}/v1`
}

export function deviceTopic(topic: DeviceTopic): string {
  return `${worldRoot(topic.world)}/${topic.district}/${topic.domain}/${topic.id}/${topic.channel}`
}

/** `{root}/clock`, where an outside simulator tells the time (section 6). */
export function clockTopic(world: string | null): string {
  return `${worldRoot(world)}/clock`
}

export function clockAckTopic(world: string | null): string {
  return `${worldRoot(world)}/clock/ack`
}

const isChannel = (text: string): text is Channel => (CHANNELS as readonly string[]).includes(text)

/** The parts of a device topic, or null when it is none. Never throws. */
export function parseDeviceTopic(topic: string): HeardTopic | null {
  const parts = topic.split('/')
  let world: string | null = null
  let at = 2
  if (parts[0] === 'world') {
    if (parts.length !== 7 || parts[2] !== 'v1' || !ID_PATTERN.test(parts[1])) return null
    world = parts[1]
    at = 3
  } else if (parts.length !== 6 || parts[0] !== 'city' || parts[1] !== 'v1') return null
  const [district, domain, id, channel] = parts.slice(at)
  if (!ID_PATTERN.test(district) || !ID_PATTERN.test(id) || !isDomain(domain) || !isChannel(channel)) return null
  return { world, district, domain, id, channel, device: `${district}/${domain}/${id}` }
}

/** `{district}/{domain}/{device}` as a username, or null. */
export function parseDeviceKey(key: string): { district: string; domain: Domain; id: string } | null {
  const [district, domain, id, ...rest] = key.split('/')
  if (rest.length > 0 || domain === undefined || id === undefined) return null
  return ID_PATTERN.test(district) && ID_PATTERN.test(id) && isDomain(domain) ? { district, domain, id } : null
}
