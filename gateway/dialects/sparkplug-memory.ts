/** What the edge nodes of Sparkplug B said at birth: DDATA names its metrics by alias only. Plain data, bounded in nodes and aliases. */

export interface SparkplugMetric {
  readonly name: string
  readonly unit: string | null
}

export interface SparkplugNode {
  /** Of the last message, 0 to 255; null before the first. */
  seq: number | null
  /** Of the birth: an NDEATH of an older session means nothing. */
  bd_seq: number | null
  /** Aliases are unique within an edge node, its devices included (Sparkplug 3.0, 6.4.6). */
  readonly aliases: Map<number, SparkplugMetric>
}

/** By `{group}/{edge node}`, least recently heard first. */
export type SparkplugMemory = Map<string, SparkplugNode>

export const createSparkplugMemory = (): SparkplugMemory => new Map()
