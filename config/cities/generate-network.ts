/** Drawn streets become a planar network: cut where they cross, loose ends trimmed, near crossings joined, one connected whole. */
import type { RoadClass } from '../../engine/model/city.ts'
import type { Street } from './generate-streets.ts'
import { between, crossing, gap_m, path_m, simplify, type XY } from './plane.ts'

export interface Edge {
  from: number
  to: number
  readonly street: number
  readonly class: RoadClass
  line: XY[]
}

export interface Network {
  readonly nodes: readonly XY[]
  readonly edges: readonly Edge[]
}

const CELL_M = 120
/** Crossings nearer than this are one crossing. */
const JOIN_M = 38
const LOOSE_END_M_MAX = 60

export function buildNetwork(streets: readonly Street[]): Network {
  const { nodes, cuts } = cutAll(streets)
  const edges = streets.flatMap((street, index) => edgesOf(street, index, cuts[index], nodes))
  return tidy(nodes, trim(joinNear(nodes, edges), nodes.length))
}

interface Cut {
  /** Piece index plus share of it. */
  readonly along: number
  readonly node: number
}

function cutAll(streets: readonly Street[]): { nodes: XY[]; cuts: Cut[][] } {
  const nodes: XY[] = []
  const cuts: Cut[][] = streets.map(() => [])
  const cells = new Map<number, { street: number; piece: number }[]>()
  for (const [street, { line }] of streets.entries()) {
    const seen = new Set<string>()
    for (let piece = 1; piece < line.length; piece++) {
      for (const cell of cellsOf(line[piece - 1], line[piece])) {
        for (const other of cells.get(cell) ?? []) {
          const otherLine = streets[other.street].line
          if (other.street === street) continue
          const hit = crossing(line[piece - 1], line[piece], otherLine[other.piece - 1], otherLine[other.piece])
          // Two pieces may share several cells.
          const pair = hit === null ? '' : `${piece} ${other.street} ${other.piece}`
          if (hit === null || seen.has(pair)) continue
          seen.add(pair)
          nodes.push(between(line[piece - 1], line[piece], hit[0]))
          cuts[street].push({ along: piece - 1 + hit[0], node: nodes.length - 1 })
          cuts[other.street].push({ along: other.piece - 1 + hit[1], node: nodes.length - 1 })
        }
      }
    }
    for (let piece = 1; piece < line.length; piece++) {
      for (const cell of cellsOf(line[piece - 1], line[piece])) {
        const list = cells.get(cell)
        if (list === undefined) cells.set(cell, [{ street, piece }])
        else list.push({ street, piece })
      }
    }
  }
  return { nodes, cuts }
}

function cellsOf(a: XY, b: XY): number[] {
  const cells: number[] = []
  for (let cx = Math.floor(Math.min(a[0], b[0]) / CELL_M); cx <= Math.floor(Math.max(a[0], b[0]) / CELL_M); cx++) {
    for (let cy = Math.floor(Math.min(a[1], b[1]) / CELL_M); cy <= Math.floor(Math.max(a[1], b[1]) / CELL_M); cy++) cells.push(cx * 65536 + cy)
  }
  return cells
}

function edgesOf(street: Street, index: number, cuts: readonly Cut[], nodes: XY[]): Edge[] {
  const { line } = street
  const sorted = [...cuts].sort((a, b) => a.along - b.along)
  if (sorted.length === 0) return []
  const isClosed = gap_m(line[0], line[line.length - 1]) < 1
  if (isClosed) sorted.push({ along: sorted[0].along + line.length - 1, node: sorted[0].node })
  else keepLooseEnds(street, sorted, nodes)
  const pointAt = (i: number): XY => line[isClosed ? i % (line.length - 1) : i]
  const edges: Edge[] = []
  for (let i = 1; i < sorted.length; i++) {
    const [a, b] = [sorted[i - 1], sorted[i]]
    const inner: XY[] = []
    for (let k = Math.floor(a.along) + 1; k < b.along; k++) inner.push(pointAt(k))
    edges.push({ from: a.node, to: b.node, street: index, class: street.class, line: [nodes[a.node], ...inner, nodes[b.node]] })
  }
  return edges
}

/** Roads out of town go on beyond their last crossing; of the others a long end stays as a cul-de-sac. */
function keepLooseEnds(street: Street, sorted: Cut[], nodes: XY[]): void {
  const { line } = street
  const last = line.length - 1
  const keep = (length_m: number): boolean => street.role === 'exit' || (street.class === 'residential' && length_m > LOOSE_END_M_MAX * 2)
  if (keep((last - sorted[sorted.length - 1].along) * 25)) {
    nodes.push(line[last])
    sorted.push({ along: last, node: nodes.length - 1 })
  }
  if (street.role !== 'exit' && keep(sorted[0].along * 25)) {
    nodes.push(line[0])
    sorted.unshift({ along: 0, node: nodes.length - 1 })
  }
}

/** Joins the ends of very short edges into one crossing. */
function joinNear(nodes: XY[], edges: Edge[]): Edge[] {
  const group = nodes.map((_, i) => i)
  const root = (i: number): number => {
    let r = i
    while (group[r] !== r) r = group[r]
    return r
  }
  const short = edges.map((edge) => ({ edge, length_m: path_m(edge.line) })).filter(({ length_m }) => length_m < JOIN_M)
  for (const { edge } of short.sort((a, b) => a.length_m - b.length_m)) {
    const [a, b] = [root(edge.from), root(edge.to)]
    if (a === b) continue
    group[b] = a
    if (gap_m(nodes[a], nodes[b]) < JOIN_M) nodes[a] = between(nodes[a], nodes[b], 0.5)
  }
  const seen = new Set<string>()
  return edges.flatMap((edge) => {
    const [from, to] = [root(edge.from), root(edge.to)]
    const pair = from < to ? `${from} ${to}` : `${to} ${from}`
    if (from === to || seen.has(pair)) return []
    seen.add(pair)
    return [{ ...edge, from, to, line: bent(edge.line, nodes[from], nodes[to]) }]
  })
}

/** The line with its ends moved; inner points too near the new ends are dropped so that it does not double back. */
function bent(line: readonly XY[], from: XY, to: XY): XY[] {
  const inner = line.slice(1, -1).filter((p) => gap_m(p, from) > JOIN_M && gap_m(p, to) > JOIN_M)
  return simplify([from, ...inner, to], 1.2)
}

/** Drops short loose ends again and again, and all but the largest connected part. */
function trim(edges: readonly Edge[], nodeCount: number): Edge[] {
  let kept = [...edges]
  for (;;) {
    const degree = new Int32Array(nodeCount)
    for (const { from, to } of kept) {
      degree[from]++
      degree[to]++
    }
    const next = kept.filter((edge) => (degree[edge.from] > 1 && degree[edge.to] > 1) || path_m(edge.line) > LOOSE_END_M_MAX * 1.5)
    if (next.length === kept.length) break
    kept = next
  }
  return largestPart(kept, nodeCount)
}

function largestPart(edges: readonly Edge[], nodeCount: number): Edge[] {
  const part = new Int32Array(nodeCount).fill(-1)
  const around: number[][] = Array.from({ length: nodeCount }, () => [])
  for (const { from, to } of edges) {
    around[from].push(to)
    around[to].push(from)
  }
  const sizes: number[] = []
  for (let start = 0; start < nodeCount; start++) {
    if (part[start] >= 0) continue
    const stack = [start]
    part[start] = sizes.length
    let size = 0
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      size++
      for (const next of around[at]) {
        if (part[next] >= 0) continue
        part[next] = sizes.length
        stack.push(next)
      }
    }
    sizes.push(size)
  }
  const largest = sizes.indexOf(Math.max(...sizes))
  return edges.filter(({ from }) => part[from] === largest)
}

/** Joins edges that meet where nothing else does, and numbers the nodes that are left. */
function tidy(nodes: readonly XY[], edges: Edge[]): Network {
  const at = new Map<number, Set<Edge>>()
  const note = (edge: Edge): void => {
    for (const node of [edge.from, edge.to]) at.set(node, (at.get(node) ?? new Set()).add(edge))
  }
  for (const edge of edges) note(edge)
  for (const [node, meeting] of at) {
    if (meeting.size !== 2) continue
    const [a, b] = meeting
    if (a.street !== b.street) continue
    const first = a.to === node ? a : { ...a, from: a.to, to: a.from, line: [...a.line].reverse() }
    const second = b.from === node ? b : { ...b, from: b.to, to: b.from, line: [...b.line].reverse() }
    if (first.from === second.to) continue
    for (const edge of [a, b]) for (const end of [edge.from, edge.to]) at.get(end)?.delete(edge)
    note({ ...first, to: second.to, line: [...first.line, ...second.line.slice(1)] })
  }
  const kept = new Set([...at.values()].flatMap((meeting) => [...meeting]))
  const number = new Map<number, number>()
  const placed: XY[] = []
  for (const { from, to } of kept) {
    for (const node of [from, to]) {
      if (number.has(node)) continue
      number.set(node, placed.length)
      placed.push(nodes[node])
    }
  }
  return {
    nodes: placed,
    edges: [...kept].map((edge) => ({ ...edge, from: number.get(edge.from) ?? -1, to: number.get(edge.to) ?? -1 })),
  }
}
