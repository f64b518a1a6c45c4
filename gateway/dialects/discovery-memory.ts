/** What devices announced of themselves: on which topic which value comes. Plain data, bounded; announced again after a restart. */

export interface Announced {
  /** Of the announcement: withdrawing it takes its values away. */
  readonly by: string
  readonly device: string
  /** With its unit as suffix where that is known. */
  readonly metric: string
  readonly unit: string | null
  /** Members to follow in a JSON payload; empty: the payload is the value. */
  readonly path: readonly string[]
}

/** By state topic, the one announced longest ago first. */
export type DiscoveryMemory = Map<string, readonly Announced[]>

export const createDiscoveryMemory = (): DiscoveryMemory => new Map()

const TOPICS_MAX = 10_000
const VALUES_MAX = 64

/** @param beside one of several values of its announcement, which has withdrawn what it said before; else it takes the place of that */
export function announce(memory: DiscoveryMemory, topic: string, one: Announced, beside = false): void {
  const known = memory.get(topic) ?? []
  const others = beside ? known : known.filter(({ by }) => by !== one.by)
  memory.delete(topic)
  memory.set(topic, [...others, one].slice(-VALUES_MAX))
  for (const oldest of memory.keys()) {
    if (memory.size <= TOPICS_MAX) break
    memory.delete(oldest)
  }
}

export function withdraw(memory: DiscoveryMemory, by: string): void {
  for (const [topic, values] of memory) {
    const left = values.filter((value) => value.by !== by)
    if (left.length === 0) memory.delete(topic)
    else if (left.length < values.length) memory.set(topic, left)
  }
}
