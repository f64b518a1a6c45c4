/**
 * What aedes keeps for its clients between connections (its persistence interface), in memory and bounded: a device that is away keeps
 * its newest commands that have not expired, and a login keeps its newest few sessions. The stock one keeps everything for ever, which
 * devices that never come back, or come with a new client id each time, would make grow without end.
 */
import { Readable } from 'node:stream'
import type { AedesPublishPacket, Subscription } from 'aedes'

export interface SessionsOptions {
  readonly isExpired: (packet: AedesPublishPacket) => boolean
  /** Whose session it is, of its client id. */
  readonly loginOf: (client_id: string) => string
  readonly onDropped: () => void
}

/** For each session. */
export const QUEUE_MAX = 100
/** For each login. */
export const SESSIONS_MAX = 8

interface ClientRef {
  readonly id: string
}
type Packet = AedesPublishPacket & { brokerId: string; brokerCounter: number; messageId?: number }
type Kept = Pick<Subscription, 'qos' | 'rh' | 'rap' | 'nl'>
interface Session {
  readonly subscriptions: Map<string, Kept>
  queue: Packet[]
}

/** The methods that aedes 1.2 calls; each answers with a promise, the streams excepted. */
export interface Sessions {
  setup(): Promise<void>
  storeRetained(packet: Packet): Promise<void>
  createRetainedStreamCombi(filters: readonly string[]): Readable
  addSubscriptions(client: ClientRef, subscriptions: readonly Subscription[]): Promise<void>
  removeSubscriptions(client: ClientRef, topics: readonly string[]): Promise<void>
  subscriptionsByClient(client: ClientRef): Promise<(Kept & { topic: string })[]>
  subscriptionsByTopic(topic: string): Promise<(Kept & { clientId: string; topic: string })[]>
  cleanSubscriptions(client: ClientRef): Promise<void>
  outgoingEnqueue(to: { readonly clientId: string }, packet: Packet): Promise<void>
  outgoingEnqueueCombi(to: readonly { readonly clientId: string }[], packet: Packet): Promise<void>
  outgoingUpdate(client: ClientRef, packet: Packet): Promise<void>
  outgoingClearMessageId(client: ClientRef, packet: Packet): Promise<Packet | undefined>
  outgoingStream(client: ClientRef): Readable
  incomingStorePacket(client: ClientRef, packet: Packet): Promise<void>
  incomingGetPacket(client: ClientRef, packet: Packet): Promise<Packet>
  incomingDelPacket(client: ClientRef, packet: Packet): Promise<void>
  cleanIncoming(client: ClientRef): Promise<void>
  putWill(client: ClientRef, packet: Packet): Promise<void>
  delWill(client: ClientRef): Promise<void>
  streamWill(): Readable
}

export function createSessions({ isExpired, loginOf, onDropped }: SessionsOptions): Sessions {
  /** In the order of their last use. */
  const sessions = new Map<string, Session>()
  /** Client ids by login. */
  const logins = new Map<string, Set<string>>()
  const subscribers = createSubscribers()
  const retained = new Map<string, Packet>()
  /** QoS 2 messages between PUBLISH and PUBREL. */
  const incoming = new Map<string, Map<number, Packet>>()

  function open(id: string): Session {
    const session = sessions.get(id) ?? { subscriptions: new Map(), queue: [] }
    const own = logins.get(loginOf(id)) ?? new Set()
    own.delete(id)
    own.add(id)
    logins.set(loginOf(id), own)
    sessions.set(id, session)
    if (own.size > SESSIONS_MAX) {
      const [oldest] = own
      close(oldest)
    }
    return session
  }

  function close(id: string): void {
    const session = sessions.get(id)
    if (session === undefined) return
    for (const topic of session.subscriptions.keys()) subscribers.remove(topic, id)
    sessions.delete(id)
    const own = logins.get(loginOf(id))
    own?.delete(id)
    if (own?.size === 0) logins.delete(loginOf(id))
  }

  function enqueue(id: string, packet: Packet): void {
    const session = sessions.get(id)
    if (session === undefined) return
    if (session.queue.length >= QUEUE_MAX) session.queue = session.queue.filter((waiting) => !isExpired(waiting))
    if (session.queue.length >= QUEUE_MAX) {
      session.queue.shift()
      onDropped()
    }
    session.queue.push({ ...packet })
  }

  const found = (id: string, packet: Packet): Packet => {
    const known = packet.messageId === undefined ? undefined : incoming.get(id)?.get(packet.messageId)
    if (known === undefined) throw new Error('no such packet')
    return known
  }

  return {
    async setup() {},
    async storeRetained(packet) {
      if (packet.payload.length === 0) retained.delete(packet.topic)
      else retained.set(packet.topic, { ...packet })
    },
    createRetainedStreamCombi: (filters) =>
      Readable.from([...retained.values()].filter(({ topic }) => filters.some((filter) => matches(filter, topic)))),
    async addSubscriptions({ id }, subscriptions) {
      const session = open(id)
      for (const { topic, qos, rh, rap, nl } of subscriptions) {
        const kept: Kept = { qos, rh, rap, nl }
        session.subscriptions.set(topic, kept)
        if (qos > 0) subscribers.add(topic, id, kept)
        else subscribers.remove(topic, id)
      }
    },
    async removeSubscriptions({ id }, topics) {
      const session = sessions.get(id)
      for (const topic of topics) {
        session?.subscriptions.delete(topic)
        subscribers.remove(topic, id)
      }
      if (session?.subscriptions.size === 0) close(id)
    },
    async subscriptionsByClient({ id }) {
      if (!sessions.has(id)) return []
      return [...open(id).subscriptions].map(([topic, kept]) => ({ topic, ...kept }))
    },
    subscriptionsByTopic: async (topic) => subscribers.of(topic),
    cleanSubscriptions: async ({ id }) => close(id),
    outgoingEnqueue: async ({ clientId }, packet) => enqueue(clientId, packet),
    async outgoingEnqueueCombi(to, packet) {
      for (const { clientId } of to) enqueue(clientId, packet)
    },
    async outgoingUpdate({ id }, packet) {
      const queue = sessions.get(id)?.queue ?? []
      const at = queue.findIndex(
        (waiting) => isSame(waiting, packet) || (packet.cmd !== 'publish' && waiting.messageId === packet.messageId),
      )
      // Dropped meanwhile: it is sent, and not sent again.
      if (at < 0) return
      if (isSame(queue[at], packet)) queue[at].messageId = packet.messageId
      else queue[at] = packet
    },
    async outgoingClearMessageId({ id }, packet) {
      const queue = sessions.get(id)?.queue ?? []
      const at = queue.findIndex(({ messageId }) => messageId === packet.messageId)
      return at < 0 ? undefined : queue.splice(at, 1)[0]
    },
    outgoingStream: ({ id }) => Readable.from([...(sessions.get(id)?.queue ?? [])]),
    async incomingStorePacket({ id }, packet) {
      const own = incoming.get(id) ?? new Map<number, Packet>()
      if (packet.messageId !== undefined) own.set(packet.messageId, packet)
      incoming.set(id, own)
    },
    incomingGetPacket: async ({ id }, packet) => found(id, packet),
    async incomingDelPacket({ id }, packet) {
      incoming.get(id)?.delete(found(id, packet).messageId ?? 0)
    },
    cleanIncoming: async ({ id }) => void incoming.delete(id),
    // Wills are also kept by their connection, and one process serves them all: nothing to hand over.
    async putWill() {},
    async delWill() {},
    streamWill: () => Readable.from([]),
  }
}

/** Counters are given by the broker, one for each message. */
const isSame = (a: Packet, b: Packet): boolean => a.brokerId === b.brokerId && a.brokerCounter === b.brokerCounter

/** Who subscribes to what with QoS 1 and a session. Filters are exact, or have `+` for a level; `#` is never permitted. */
function createSubscribers() {
  const exact = new Map<string, Map<string, Kept>>()
  const patterns = new Map<string, Map<string, Kept>>()
  const tableOf = (filter: string): Map<string, Map<string, Kept>> => (filter.includes('+') ? patterns : exact)

  return {
    add(filter: string, id: string, kept: Kept): void {
      const table = tableOf(filter)
      const own = table.get(filter) ?? new Map<string, Kept>()
      own.set(id, kept)
      table.set(filter, own)
    },
    remove(filter: string, id: string): void {
      const own = tableOf(filter).get(filter)
      own?.delete(id)
      if (own?.size === 0) tableOf(filter).delete(filter)
    },
    /** Each client once, with the highest QoS it asked for. */
    of(topic: string): (Kept & { clientId: string; topic: string })[] {
      const best = new Map<string, Kept>(exact.get(topic))
      for (const [filter, own] of patterns) {
        if (!matches(filter, topic)) continue
        for (const [id, kept] of own) if ((best.get(id)?.qos ?? -1) < kept.qos) best.set(id, kept)
      }
      return [...best].map(([clientId, kept]) => ({ clientId, topic, ...kept }))
    },
  }
}

function matches(filter: string, topic: string): boolean {
  if (!filter.includes('+')) return filter === topic
  const wanted = filter.split('/')
  const levels = topic.split('/')
  return wanted.length === levels.length && wanted.every((level, i) => level === '+' || level === levels[i])
}
