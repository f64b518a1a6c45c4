/** Layers 6 and 7: where crews are going and came from, and the crews themselves, moving between their reports. */
import type { LonLat } from '../../engine/base/geo.ts'
import { distance_m } from '../../engine/base/geo.ts'
import { crewAt, trailOf } from '../data/motion.ts'
import { rgba } from '../tokens.ts'
import { type Drawing, NO_TURN, type Scene, symbolScale } from './drawing.ts'

const ACTIVE = new Set(['offered', 'accepted', 'enroute'])

/** A line cut into dashes of equal length on the ground. At most `dashes_max`, so that a very long route stays cheap. */
export function dash(line: readonly LonLat[], dash_m: number, gap_m: number, dashes_max = 400): LonLat[][] {
  const dashes: LonLat[][] = []
  let current: LonLat[] = line.length > 0 ? [line[0]] : []
  let drawing = true
  let left_m = dash_m
  for (let i = 1; i < line.length && dashes.length < dashes_max; i++) {
    let from = line[i - 1]
    let rest_m = distance_m(from, line[i])
    while (rest_m > left_m) {
      const share = left_m / rest_m
      from = [from[0] + (line[i][0] - from[0]) * share, from[1] + (line[i][1] - from[1]) * share]
      rest_m -= left_m
      if (drawing) dashes.push([...current, from])
      drawing = !drawing
      current = drawing ? [from] : []
      left_m = drawing ? dash_m : gap_m
    }
    left_m -= rest_m
    if (drawing) current.push(line[i])
  }
  if (drawing && current.length > 1) dashes.push(current)
  return dashes
}

const METRES_PER_PX_AT_ZOOM_0 = 78_271.5

interface RouteDash {
  readonly crew: string
  readonly line: readonly LonLat[]
}

let dashes_cache: { version: string; dashes: readonly RouteDash[] } = { version: '', dashes: [] }

function routeDashes(scene: Scene): readonly RouteDash[] {
  const step = Math.round(scene.zoom)
  const version = `${scene.city.stamp} ${scene.versions.tasks} ${scene.versions.crews} ${step}`
  if (dashes_cache.version === version) return dashes_cache.dashes
  const px_m = (METRES_PER_PX_AT_ZOOM_0 / 2 ** step) * 0.86
  const dashes: RouteDash[] = []
  for (const task of scene.tables.tasks.values()) {
    const crew = task.crew
    if (crew === null || !ACTIVE.has(task.status)) continue
    for (const line of dash(task.route, 7 * px_m, 5 * px_m)) dashes.push({ crew, line })
  }
  dashes_cache = { version, dashes }
  return dashes
}

export function routes(scene: Scene): Drawing[] {
  const dashes = routeDashes(scene)
  const colour = rgba('state-done', 0.9)
  const trails: { key: string; line: LonLat[] }[] = []
  for (const key of scene.tables.crews.keys()) {
    const line = trailOf(scene.motion, key, scene.local_ms)
    for (let i = 1; i < line.length; i++) trails.push({ key, line: [line[i - 1], line[i]] })
  }
  const trail = rgba('state-done', 0.4)
  return [
    {
      type: 'paths',
      id: 'trails',
      count: trails.length,
      version: scene.local_ms,
      style: 0,
      scale: 1,
      choose: null,
      path: (i) => trails[i].line,
      colour: () => trail,
      width_px: () => 4,
    },
    {
      type: 'paths',
      id: 'routes',
      count: dashes.length,
      version: dashes_cache.version,
      style: 0,
      scale: 1,
      choose: (i) => ({ kind: 'crew', id: dashes[i].crew }),
      path: (i) => dashes[i].line,
      colour: () => colour,
      width_px: () => 1.9,
    },
  ]
}

export function crews({ city, tables, versions, motion, local_ms, zoom }: Scene): Drawing[] {
  const rows = [...tables.crews].filter(([, crew]) => crew.status !== 'off')
  const depots = city.layers.depot
  const heading = (key: string): number => motion.tracks.get(key)?.heading_deg ?? 0
  return [
    {
      type: 'points',
      id: 'depots',
      count: depots.length,
      version: city.stamp,
      style: 0,
      scale: symbolScale(zoom),
      choose: (i) => ({ kind: 'depot', id: depots[i].properties.id }),
      at: (i) => depots[i].at,
      symbol: () => 'plain:depot',
      size_px: () => 24,
      turn_deg: NO_TURN,
    },
    {
      type: 'points',
      id: 'crews',
      count: rows.length,
      version: local_ms,
      style: versions.crews,
      scale: symbolScale(zoom),
      choose: (i) => ({ kind: 'crew', id: rows[i][0] }),
      at: (i) => crewAt(motion, rows[i][0], rows[i][1], local_ms),
      symbol: (i) => `crew:${rows[i][1].status}`,
      size_px: (i) => (rows[i][1].status === 'idle' ? 23 : 29),
      turn_deg: (i) => (rows[i][1].status === 'onsite' ? 0 : heading(rows[i][0])),
    },
  ]
}
