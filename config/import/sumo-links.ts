/** The links of a SUMO signal: which lane leads where under which letter of its states, and which of them cross. */
import type { SumoConnection, SumoLane, SumoNet, SumoRequest } from './sumo-read.ts'

export interface CarLink {
  readonly connection: SumoConnection
  readonly from: SumoLane
  readonly to: SumoLane
  /** Position in the states of the signal; null where no signal stops it. */
  readonly signal: number | null
  readonly node: string
  /** Position among the links of its node. */
  readonly position: number
  readonly request: SumoRequest
}

export interface WalkLink {
  readonly signal: number
  readonly length_m: number
}

export interface SignalLinks {
  readonly id: string
  readonly cars: readonly CarLink[]
  readonly walks: readonly WalkLink[]
  /** Every position that some connection uses, also of vehicles other than cars. */
  readonly used: ReadonlySet<number>
  /** Junctions of the network that the signal serves; several where signals were joined. */
  readonly nodes: readonly string[]
}

const laneOf = (net: SumoNet, edge: string, index: number): SumoLane | undefined =>
  net.edges.get(edge)?.lanes.find((lane) => lane.index === index)

/** Links without requests are told: nothing would be known of what they cross. */
export function linksOf(net: SumoNet, say: (line: number, message: string) => void): SignalLinks[] {
  const positions = positionsOf(net)
  const byEdge = groupBy(net.connections, ({ from }) => from)
  const bySignal = groupBy(
    net.connections.filter(({ signal }) => signal !== null),
    ({ signal }) => signal?.id ?? '',
  )
  const carLink = (connection: SumoConnection, id: string): CarLink[] => {
    const [from, to] = [laneOf(net, connection.from, connection.from_lane), laneOf(net, connection.to, connection.to_lane)]
    const node = net.edges.get(connection.from)?.to
    if (from?.drivable !== true || to?.drivable !== true || node === undefined) return []
    const position = positions.get(connection) ?? -1
    const request = net.nodes.get(node)?.requests.get(position)
    if (request === undefined) {
      say(connection.line, `junction ${node} has no request for the link from ${from.id} to ${to.id}: what it crosses is not known`)
      return []
    }
    const signal = connection.signal?.id === id ? connection.signal.link : null
    return [{ connection, from, to, signal, node, position, request }]
  }
  return [...bySignal].map(([id, controlled]) => {
    const edges = new Set(controlled.flatMap(({ from }) => (net.edges.has(from) ? [from] : [])))
    const cars = [...edges].flatMap((edge) => (byEdge.get(edge) ?? []).flatMap((connection) => carLink(connection, id)))
    return {
      id,
      cars,
      walks: controlled.flatMap(({ to, signal }) => {
        const length_m = net.crossings_m.get(to)
        return length_m === undefined || signal === null ? [] : [{ signal: signal.link, length_m }]
      }),
      used: new Set(controlled.flatMap(({ signal }) => signal?.link ?? [])),
      nodes: [...new Set(cars.map(({ node }) => node))],
    }
  })
}

export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

/** Requests are numbered along the incoming lanes of a node, and along the connections of each; people on foot have theirs to crossings. */
function positionsOf(net: SumoNet): ReadonlyMap<SumoConnection, number> {
  const ways = net.connections.filter(({ to }) => net.edges.has(to) || net.crossings_m.has(to))
  const byLane = groupBy(ways, ({ from, from_lane }) => `${from}_${from_lane}`)
  const positions = new Map<SumoConnection, number>()
  for (const { incoming } of net.nodes.values()) {
    let position = 0
    for (const lane of incoming) {
      for (const connection of byLane.get(lane) ?? []) {
        // From where people wait only ways over the road are links.
        if (lane.startsWith(':') && !net.crossings_m.has(connection.to)) continue
        positions.set(connection, position++)
      }
    }
  }
  return positions
}

const bit = (row: string, position: number): boolean => row[row.length - 1 - position] === '1'

export const areFoes = (a: CarLink, b: CarLink): boolean =>
  a.node === b.node && (bit(a.request.foes, b.position) || bit(b.request.foes, a.position))

/** Whether `a` gives way to `b` where no signal says otherwise. */
export const givesWay = (a: CarLink, b: CarLink): boolean => bit(a.request.response, b.position)
