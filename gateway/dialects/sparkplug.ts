/**
 * Sparkplug B: `spBv1.0/{group}/{type}/{edge node}[/{device}]`. Births say what each alias is called; data names aliases only. What cannot
 * be resolved (an unknown alias, a gap in the sequence, a node that was never born here) is refused, and the node asked to be born again.
 */
import type { EpochMs } from '../../engine/base/time.ts'
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type DialectContext, type Envelope, type Heard, heard, type Refused, type Reply } from './dialect.ts'
import { entityOf } from './ids.ts'
import { deviceClass, metricName } from './naming.ts'
import { type DevicePresence, type Measurement, measurement, type NormalForm } from './normal-form.ts'
import { follow, learn, mayAsk, nodeOf, type SparkplugMetric, type SparkplugNode } from './sparkplug-memory.ts'
import { type Payload, type PayloadMetric, readPayload, rebirthCommand } from './sparkplug-payload.ts'
import { toContract } from './units.ts'

const TOPIC = /^spBv1\.0\/([^/]+)\/(NBIRTH|NDATA|NDEATH|DBIRTH|DDATA|DDEATH)\/([^/]+)(?:\/([^/]+))?$/
const OTHERS = /^spBv1\.0\/(?:STATE\/[^/]+|[^/]+\/(?:NCMD|DCMD)\/.+)$/

interface Message {
  readonly group: string
  readonly type: string
  readonly edge: string
  /** Null: of the node itself. */
  readonly device: string | null
  readonly node: SparkplugNode
  readonly payload: Payload
  readonly received: EpochMs
}

export const sparkplugB: Dialect = {
  id: 'sparkplug_b',
  title: { zh: 'Sparkplug B', en: 'Sparkplug B' },
  recognise: ({ topic }) => topic?.startsWith('spBv1.0/') === true && (TOPIC.test(topic) || OTHERS.test(topic)),
  decode(envelope, context) {
    const message = messageOf(envelope, context)
    if (message === null) return heard([])
    if ('kind' in message) return message
    if (message.type === 'NDEATH') return nodeDeath(message)
    const missing = inOrder(message)
    if (missing === 'repeated') return heard([])
    const asked = missing === null ? [] : rebirth(message)
    if (message.type === 'DDEATH') return heard(presence(message, false), [], asked)
    const birth = message.type.endsWith('BIRTH')
    if (missing !== null && !birth) return { ...refusal('dialect', `sparkplug: ${missing}; a rebirth was asked for`), replies: asked }
    return birth ? born(message, asked) : data(message)
  },
}

/** Null: nothing of a device's. */
function messageOf({ topic, payload, received }: Envelope, { sparkplug }: DialectContext): Message | Refused | null {
  const [, group, type, edge, device] = TOPIC.exec(topic ?? '') ?? []
  if (group === undefined) return null
  if (type.startsWith('D') !== (device !== undefined)) return refusal('schema', 'topic: a device belongs to D… messages, and only there')
  const read = readPayload(payload)
  if (read === null) return refusal('schema', 'payload: expected a protobuf of Sparkplug B')
  return { group, type, edge, device: device ?? null, node: nodeOf(sparkplug, `${group}/${edge}`), payload: read, received }
}

/** Why the order is broken, or null. The birth of a node starts a new one. */
function inOrder({ type, node, payload }: Message): 'repeated' | string | null {
  if (type === 'NBIRTH') {
    const bd_seq = payload.metrics.find(({ name }) => name === 'bdSeq')?.value
    node.bd_seq = typeof bd_seq === 'number' ? bd_seq : null
    node.aliases.clear()
    node.seq = payload.seq ?? 0
    return null
  }
  if (payload.seq === null || payload.seq < 0 || payload.seq > 255) return 'no sequence number'
  const heard_before = node.seq !== null
  const sequence = follow(node, payload.seq)
  if (sequence === 'repeated') return 'repeated'
  if (sequence === 'next') return null
  // A device that is born tells its own aliases: from there on its node can be followed, though others are still unknown.
  if (type === 'DBIRTH' && !heard_before) node.seq = payload.seq
  return heard_before ? 'a gap in the sequence' : 'no birth of this node was heard'
}

function rebirth({ group, edge, node, received }: Message): Reply[] {
  if (!mayAsk(node, received)) return []
  return [{ topic: `spBv1.0/${group}/NCMD/${edge}`, payload: rebirthCommand(received) }]
}

function nodeDeath(message: Message): Heard {
  const { node, payload } = message
  const bd_seq = payload.metrics.find(({ name }) => name === 'bdSeq')?.value
  if (node.bd_seq !== null && typeof bd_seq === 'number' && bd_seq !== node.bd_seq) return heard([])
  node.seq = null
  node.aliases.clear()
  return heard(presence(message, false))
}

function presence({ group, edge, device, payload, received }: Message, online: boolean): DevicePresence[] {
  const entity = entityOf(device === null ? 'node' : deviceClass(device, []), device ?? `${group}/${edge}`)
  if (entity === null) return []
  // The will of a node was written when it connected: its time says nothing.
  const ts = online ? (payload.ts ?? received) : received
  const clock = online && payload.ts !== null ? 'device' : 'arrival'
  return [{ kind: 'device.presence', entity, ts, clock, heard: null, dedupeKey: null, online, battery_pct: null }]
}

function born(message: Message, asked: readonly Reply[]): Heard {
  const named: Resolved[] = []
  for (const metric of message.payload.metrics) {
    if (metric.name === null) continue
    const known = { name: metric.name, unit: metric.unit }
    if (metric.alias !== null) learn(message.node, metric.alias, known)
    named.push({ metric, known })
  }
  return heard([...measurements(message, named), ...presence(message, true)], [], asked)
}

function data(message: Message): Heard | Refused {
  const { node, payload } = message
  const resolved: Resolved[] = []
  let unknown = 0
  for (const metric of payload.metrics) {
    const known = metric.name !== null ? { name: metric.name, unit: metric.unit } : node.aliases.get(metric.alias ?? -1)
    if (known === undefined) unknown++
    else resolved.push({ metric, known })
  }
  const replies = unknown > 0 ? rebirth(message) : []
  if (unknown > 0 && resolved.length === 0) return { ...refusal('dialect', 'sparkplug: unknown aliases; a rebirth was asked for'), replies }
  return heard(measurements(message, resolved), unknown > 0 ? [{ field: 'metrics.alias', what: 'key' }] : [], replies)
}

interface Resolved {
  readonly metric: PayloadMetric
  readonly known: SparkplugMetric
}

/** What controls a node measures nothing. */
const CONTROL = /^(?:Node Control|Device Control|Properties|Node Info)\/|^bdSeq$/

/** One for each time; what the node stored while it was away is late. */
function measurements({ group, edge, device, payload, received }: Message, resolved: readonly Resolved[]): NormalForm[] {
  const groups = new Map<string, { ts: EpochMs | null; late: boolean; metrics: Record<string, number | boolean> }>()
  for (const { metric, known } of resolved) {
    const { value } = metric
    if (CONTROL.test(known.name) || (typeof value !== 'number' && typeof value !== 'boolean')) continue
    const named = typeof value === 'number' ? withUnit(known, value) : { name: metricName(known.name), value }
    if (named.name === null) continue
    const ts = metric.ts ?? payload.ts
    const key = `${ts} ${metric.historical}`
    const group = groups.get(key) ?? { ts, late: metric.historical, metrics: {} }
    groups.set(key, group)
    group.metrics[named.name] = named.value
  }
  const names = [...groups.values()].flatMap(({ metrics }) => Object.keys(metrics))
  const entity = entityOf(device === null ? 'node' : deviceClass(device, names), device ?? `${group}/${edge}`)
  if (entity === null) return []
  return [...groups.values()].map(
    ({ ts, late, metrics }): Measurement =>
      measurement({ entity, ts: ts ?? received, clock: ts === null ? 'arrival' : 'device', metrics, late }),
  )
}

/** `veh/5min`: a count of vehicles, whose interval the name of the metric knows. */
function withUnit({ name, unit }: SparkplugMetric, value: number): { name: string | null; value: number } {
  const base = metricName(name)
  const contract = unit === null ? null : toContract({ value, unit: unit.startsWith('veh/') ? 'veh' : unit })
  if (base === null || contract === null) return { name: base, value }
  return { name: base.endsWith(`_${contract.suffix}`) ? base : `${base}_${contract.suffix}`, value: contract.value }
}
