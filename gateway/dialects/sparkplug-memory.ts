/**
 * What the edge nodes of Sparkplug B said at birth (Sparkplug 3.0, sections 4 and 5): DDATA names its metrics by alias only, and a gap in
 * the sequence means that a birth may have been missed. Plain data, bounded in nodes and in aliases of a node.
 */
import { type EpochMs, SECOND_MS } from '../../engine/base/time.ts'

export interface SparkplugMetric {
  readonly name: string
  readonly unit: string | null
}

export interface SparkplugNode {
  /** Of the last message, 0 to 255; null before the first, and after a gap until the next birth. */
  seq: number | null
  /** Of the birth: the NDEATH of an older session means nothing. */
  bd_seq: number | null
  /** Aliases are unique within an edge node, its devices included (6.4.6). */
  readonly aliases: Map<number, SparkplugMetric>
  /** When it was last asked to be born again. */
  asked: EpochMs | null
}

/** By `{group}/{edge node}`, the one heard longest ago first. */
export type SparkplugMemory = Map<string, SparkplugNode>

export const createSparkplugMemory = (): SparkplugMemory => new Map()

const NODES_MAX = 1_000
const ALIASES_MAX = 2_000
/** A node that is busy being born is not asked again meanwhile. */
const ASK_AGAIN_MS = 30 * SECOND_MS

/** The node, now the one heard last. */
export function nodeOf(memory: SparkplugMemory, key: string): SparkplugNode {
  const node = memory.get(key) ?? { seq: null, bd_seq: null, aliases: new Map(), asked: null }
  memory.delete(key)
  memory.set(key, node)
  if (memory.size > NODES_MAX) for (const oldest of [...memory.keys()].slice(0, memory.size - NODES_MAX)) memory.delete(oldest)
  return node
}

/** @returns whether there was room for it */
export function learn(node: SparkplugNode, alias: number, metric: SparkplugMetric): boolean {
  if (node.aliases.size >= ALIASES_MAX && !node.aliases.has(alias)) return false
  node.aliases.set(alias, metric)
  return true
}

export type Sequence = 'next' | 'repeated' | 'gap'

/** Every message of a node and its devices counts one up, from 255 to 0. */
export function follow(node: SparkplugNode, seq: number): Sequence {
  if (node.seq === seq) return 'repeated'
  const next = node.seq !== null && seq === (node.seq + 1) % 256
  node.seq = next ? seq : null
  return next ? 'next' : 'gap'
}

/** Whether to ask it now; then it counts as asked. */
export function mayAsk(node: SparkplugNode, now: EpochMs): boolean {
  if (node.asked !== null && now - node.asked < ASK_AGAIN_MS && now >= node.asked) return false
  node.asked = now
  return true
}
