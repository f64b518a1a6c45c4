/** What each principal may do at the embedded broker (contract section 1a). Each answer is null for yes, or the reason for no. */
import type { Principal } from '../parts.ts'
import { clockAckTopic, clockTopic, type DeviceTopic, parseDeviceTopic, worldRoot } from '../wire/topics.ts'

const isUplink = (topic: DeviceTopic): boolean => topic.channel !== 'command'

/** The clock topics of any world; messages of other worlds than the started one are ignored and counted further in. */
const CLOCK = /^(city|world\/[^/]+)\/v1\/clock$/

/** What somebody may be subscribed to, and what is the broker's own. */
const DOWNLINK = /\/(command|clock\/ack)$|^\$/

export function refusePublish(principal: Principal, topic: string, retain: boolean): string | null {
  if (principal.role === 'bridge') return refuseForeign(principal, topic)
  const parsed = parseDeviceTopic(topic)
  if (retain && parsed?.channel !== 'state') return 'only state may be retained'
  if (principal.role === 'simulator') {
    if (principal.world === null ? CLOCK.test(topic) : topic === clockTopic(principal.world)) return null
    if (DOWNLINK.test(topic)) return 'a simulator may publish clock, reading, event, state and ack'
    // A topic that means nothing goes on to the quarantine: ending the connection would end the run for every device on it.
    if (parsed === null) return principal.world === null ? null : 'not a topic of this world'
    return principal.world === null || parsed.world === principal.world ? null : `a simulator of ${principal.world} stays in its world`
  }
  if (parsed !== null && parsed.world === null && isUplink(parsed) && parsed.device === principal.key) return null
  return `${principal.key} may publish its own reading, event, state and ack`
}

type Bridge = Extract<Principal, { role: 'bridge' }>

/** The contract's own topics and the broker's are no bridge's, whatever it was given. */
const OWN = /^(city\/|world\/|\$)/

const refuseForeign = ({ key, topics }: Bridge, topic: string): string | null =>
  !OWN.test(topic) && topics.some((start) => topic.startsWith(start)) ? null : `${key} may publish on ${topics.join(', ')}`

/** What is said back to foreign devices: the commands of Sparkplug, and where Frigate's cameras are to turn. */
const SAID_BACK = /\/(NCMD|DCMD)\/|\/ptz$/

/** The last will of a device can only be its own `state`; of a bridge, what it may publish (Sparkplug's NDEATH is one). */
export function refuseWill(principal: Principal, topic: string, retain: boolean): string | null {
  const refused = refusePublish(principal, topic, retain)
  if (refused !== null || principal.role === 'bridge') return refused
  return parseDeviceTopic(topic)?.channel === 'state' ? null : 'a last will may only be a state'
}

export function refuseSubscribe(principal: Principal, filter: string): string | null {
  if (principal.role === 'bridge') {
    return refuseForeign(principal, filter) === null && SAID_BACK.test(filter)
      ? null
      : `${principal.key} may subscribe to what is said back to it`
  }
  if (principal.role === 'device') {
    return filter === `${worldRoot(null)}/${principal.key}/command` ? null : `${principal.key} may subscribe to its own command`
  }
  if (filter === clockAckTopic(principal.world)) return null
  return COMMANDS.test(filter) && filter.startsWith(`${worldRoot(principal.world)}/`)
    ? null
    : 'a simulator may subscribe to command and clock/ack'
}

/** A filter that can only match command topics: each level an id or `+`, the last one `command`. */
const COMMANDS = /^(city|world\/[A-Za-z0-9_.:-]+)\/v1(\/(\+|[A-Za-z0-9_.:-]+)){3}\/command$/
