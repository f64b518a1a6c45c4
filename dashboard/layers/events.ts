/** Layer 8: open incidents as their severity's shape within a halo ring; those that would lie on each other become one with a number. */
import type { LonLat } from '../../engine/base/geo.ts'
import type { IncidentRow } from '../../gateway/wire/frames.ts'
import type { LiveTables } from '../data/tables.ts'
import { type Drawing, NO_TURN, type Scene, symbolScale } from './drawing.ts'
import { STATE_RANK } from './glyphs.ts'

export const ENDED = new Set(['closed', 'dismissed'])
export const isOpen = (incident: IncidentRow): boolean => !ENDED.has(incident.status)
/** Somebody still has to look at it: neither ended nor resolved. */
export const isPending = (incident: IncidentRow): boolean => isOpen(incident) && incident.status !== 'resolved'
/** A resolved incident keeps its check on the map for this long. */
const RESOLVED_MS = 10 * 60_000

export interface Cluster {
  readonly worst: string
  readonly incident: IncidentRow
  readonly at: LonLat
  readonly size: number
}

const CLUSTER_PX = 26
const WORLD_PX = 512

/** Worst first; an incident joins the first cluster within 26 px. Zoom is taken in half steps, so that clusters hold still while zooming. */
export function clusterIncidents(incidents: ReadonlyMap<string, IncidentRow>, zoom: number): Cluster[] {
  const px_per_deg = (WORLD_PX * 2 ** (Math.floor(zoom * 2) / 2)) / 360
  const open = [...incidents].filter(([, incident]) => isPending(incident))
  open.sort(([a, x], [b, y]) => STATE_RANK[y.severity] - STATE_RANK[x.severity] || y.opened - x.opened || (a < b ? -1 : 1))
  const clusters: { worst: string; incident: IncidentRow; at: LonLat; size: number }[] = []
  for (const [id, incident] of open) {
    const near = clusters.find(
      ({ at }) =>
        Math.abs(at[0] - incident.at[0]) * px_per_deg < CLUSTER_PX && Math.abs(at[1] - incident.at[1]) * px_per_deg * 1.15 < CLUSTER_PX,
    )
    if (near === undefined) clusters.push({ worst: id, incident, at: incident.at, size: 1 })
    else near.size++
  }
  return clusters
}

let cache: { tables: LiveTables | null; version: string; clusters: readonly Cluster[] } = { tables: null, version: '', clusters: [] }

export function clustersOf({ tables, versions, zoom }: Scene): readonly Cluster[] {
  const version = `${versions.incidents} ${Math.floor(zoom * 2)}`
  if (cache.tables !== tables || cache.version !== version) cache = { tables, version, clusters: clusterIncidents(tables.incidents, zoom) }
  return cache.clusters
}

function resolvedOf({ tables }: Scene): { id: string; at: LonLat }[] {
  let newest = 0
  for (const { updated } of tables.incidents.values()) newest = Math.max(newest, updated)
  return [...tables.incidents]
    .filter(([, { status, updated }]) => status === 'resolved' && newest - updated < RESOLVED_MS)
    .map(([id, { at }]) => ({ id, at }))
}

export function events(scene: Scene): Drawing[] {
  // Reversed: the worst is drawn last, on top.
  const clusters = [...clustersOf(scene)].reverse()
  const done = resolvedOf(scene)
  const common = {
    type: 'points' as const,
    count: clusters.length,
    version: cache.version,
    style: 0,
    scale: symbolScale(scene.zoom),
    at: (i: number) => clusters[i].at,
    turn_deg: NO_TURN,
  }
  return [
    {
      ...common,
      id: 'events-done',
      count: done.length,
      version: scene.versions.incidents,
      choose: (i) => ({ kind: 'incident', id: done[i].id }),
      at: (i) => done[i].at,
      symbol: () => 'state:done',
      size_px: () => 20,
    },
    {
      ...common,
      id: 'event-halos',
      choose: null,
      symbol: (i) => `halo:${clusters[i].incident.severity}`,
      size_px: (i) => (clusters[i].incident.severity === 'critical' ? 62 : 48),
    },
    {
      ...common,
      id: 'events',
      choose: (i) => ({ kind: 'incident', id: clusters[i].worst }),
      symbol: (i) => `state:${clusters[i].incident.severity}`,
      size_px: (i) => (clusters[i].incident.severity === 'critical' ? 30 : 26),
    },
  ]
}
