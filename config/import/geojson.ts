/**
 * Adds grids, devices, low points and depots from a GeoJSON file to a city. A feature says what it is with `kind`: `grid`, `low_point`,
 * `depot` or a kind of device; whatever else it leaves out is taken from where it lies and from what its kind is usually like.
 */
import { readFile } from 'node:fs/promises'
import type { TSchema } from 'typebox'
import { Type } from 'typebox'
import type { Problem } from '../../engine/base/errors.ts'
import { type LonLat, localFrame } from '../../engine/base/geo.ts'
import { type Bilingual, type City, type CityDevice, type Depot, deviceKey, type Grid, type LowPoint } from '../../engine/model/city.ts'
import { type Finding, type JsonSource, placed, readJson } from '../check-json.ts'
import { nearest } from '../check-names.ts'
import { createChecker, findingsOf } from '../check-schema.ts'
import { area_m2, centroid, type XY } from '../cities/plane.ts'
import { singlePolygon } from '../city.ts'
import { checkCity } from '../city-check.ts'
import { DEVICE_KINDS } from '../city-devices.ts'
import { createAreaFinder, createNearestFinder, roundDegrees } from '../city-places.ts'
import { Geometry } from '../city-schema.ts'
import type { Imported } from './imported.ts'

const OTHER_KINDS = ['grid', 'low_point', 'depot'] as const
const KINDS = [...OTHER_KINDS, ...Object.keys(DEVICE_KINDS)]
/** Where a low point says no more: depth at which it counts as flooded, and ground that drains to it. */
const LOW_POINT = { threshold_m: 0.2, catchment_m2: 25_000, radius_m: 20 } as const
/** Numbers of a feature that are not constants of a device. */
const NO_PARAMS: ReadonlySet<string> = new Set(['id', 'fid', 'interval_s', 'lon', 'lat'])

const Properties = Type.Object({
  kind: Type.Enum([...KINDS]),
  id: Type.Optional(Type.Union([Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' }), Type.Integer()])),
  metrics: Type.Optional(Type.Array(Type.String())),
  interval_s: Type.Optional(Type.Number({ minimum: 0.001 })),
  threshold_m: Type.Optional(Type.Number({ minimum: 0.001 })),
  catchment_m2: Type.Optional(Type.Number({ minimum: 1 })),
})
const checkers: Readonly<Record<'Point' | 'Polygon', (value: unknown) => ReturnType<ReturnType<typeof createChecker>>>> = {
  Point: createChecker(feature(Geometry.Point)),
  Polygon: createChecker(feature(Geometry.Polygon)),
}

function feature(geometry: TSchema): TSchema {
  return Type.Object({ type: Type.Literal('Feature'), geometry, properties: Properties })
}

/** A feature that fits its kind. */
interface Entry {
  readonly index: number
  readonly kind: string
  readonly id: string
  readonly at: LonLat
  /** Of polygons only; closed. */
  readonly outline: readonly LonLat[]
  readonly properties: Readonly<Record<string, unknown>>
}

/** The city with the features of the file; problems name the feature by its index and place. */
export async function importGeojson(file: string, city: City): Promise<Imported> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return { city, problems: [{ place: { file }, code: 'geojson.unreadable', message: `cannot be read: ${code}` }], notes: [] }
  }
  const { source, problem } = readJson(file, text)
  if (source === null) return { city, problems: [problem], notes: [] }
  const { entries, findings } = readEntries(source)
  const { grown, origin } = grow(city, entries)
  const before = new Set(checkCity(city).map(({ message }) => message))
  for (const { item, member, message } of checkCity(grown)) {
    const index = item === null ? undefined : origin.get(item)
    if (index !== undefined)
      findings.push({ path: ['features', index], code: 'geojson.reference', message: `features[${index}] ${member}: ${message}` })
    else if (!before.has(message)) findings.push({ path: [], code: 'geojson.reference', message: `${member}: ${message}` })
  }
  const problems = placed(source, findings)
  return { city: problems.length > 0 ? city : grown, problems, notes: notesOf(file, entries) }
}

function readEntries(source: JsonSource): { entries: Entry[]; findings: Finding[] } {
  const features = memberOf(source.value, 'features')
  if (!Array.isArray(features))
    return { entries: [], findings: [{ path: [], code: 'geojson.value', message: 'expected a GeoJSON FeatureCollection' }] }
  const findings: Finding[] = []
  const entries = features.flatMap((raw, index) => {
    const found = readEntry(singlePolygon(raw), index)
    if ('id' in found) return [found]
    findings.push(...found.findings)
    return []
  })
  return { entries, findings }
}

function readEntry(raw: unknown, index: number): Entry | { readonly findings: Finding[] } {
  const properties = memberOf(raw, 'properties')
  const kind = memberOf(properties, 'kind')
  const at = ['features', index]
  if (typeof kind !== 'string' || !KINDS.includes(kind)) {
    const hint = typeof kind === 'string' ? `; did you mean ${nearest(kind, KINDS)}?` : ''
    const message = `features[${index}] kind is ${JSON.stringify(kind) ?? 'missing'}, expected one of ${KINDS.join(', ')}${hint}`
    return { findings: [{ path: [...at, 'properties', 'kind'], code: 'geojson.kind', message }] }
  }
  const code = memberOf(properties, 'code')
  if (kind === 'grid' && !(typeof code === 'string' && /^\d{15}$/.test(code))) {
    const message = `features[${index}] code is ${JSON.stringify(code) ?? 'missing'}, expected a text of 15 digits`
    return { findings: [{ path: [...at, 'properties', 'code'], code: 'geojson.value', message }] }
  }
  const isPolygon = kind === 'grid' || (kind === 'low_point' && memberOf(memberOf(raw, 'geometry'), 'type') === 'Polygon')
  const findings = findingsOf(at, 'geojson.value', checkers[isPolygon ? 'Polygon' : 'Point'](raw))
  if (findings.length > 0) return { findings }
  // Checked just above.
  const { coordinates } = memberOf(raw, 'geometry') as {
    readonly coordinates: readonly number[] & readonly (readonly (readonly number[])[])[]
  }
  const outline = isPolygon ? coordinates[0].map(([lon, lat]) => roundDegrees([lon, lat])) : []
  const id = String(memberOf(properties, kind === 'grid' ? 'code' : 'id') ?? memberOf(raw, 'id') ?? `${kind}-${index + 1}`)
  return {
    index,
    kind,
    id,
    outline,
    at: isPolygon ? middleOf(outline) : roundDegrees([coordinates[0], coordinates[1]]),
    properties: recordOf(properties),
  }
}

/** The new entries beside the old, and which feature each came from. */
function grow(city: City, entries: readonly Entry[]): { grown: City; origin: ReadonlyMap<object, number> } {
  const origin = new Map<object, number>()
  const districtOf = createNearestFinder(city.districts)
  const homeOf = ({ properties, at }: Entry): string => textOf(properties.district) ?? districtOf(at)?.id ?? 'd0'
  const make = <T extends object>(kinds: readonly string[], build: (entry: Entry) => T): T[] =>
    entries
      .filter(({ kind }) => kinds.includes(kind))
      .map((entry) => {
        const item = build(entry)
        origin.set(item, entry.index)
        return item
      })
  const grids = [...city.grids, ...make(['grid'], (entry) => gridOf(entry, homeOf(entry)))]
  const inGrid = createAreaFinder(grids)
  const place = (entry: Entry) => ({ district: homeOf(entry), grid: textOf(entry.properties.grid) ?? inGrid(entry.at)?.code ?? null })
  const devices = [...city.devices, ...make(Object.keys(DEVICE_KINDS), (entry) => deviceOf(entry, place(entry)))]
  const low_points = [...city.low_points, ...make(['low_point'], (entry) => lowPointOf(entry, place(entry), devices))]
  const depots = [
    ...city.depots,
    ...make(['depot'], (entry): Depot => ({ id: entry.id, district: homeOf(entry), name: nameOf(entry), at: entry.at })),
  ]
  return { grown: { ...city, grids, devices, low_points, depots }, origin }
}

interface Place {
  readonly district: string
  readonly grid: string | null
}

function gridOf(entry: Entry, district: string): Grid {
  const { officer_id, officer_zh, officer_en, officer } = entry.properties
  const name = textOf(officer) ?? textOf(officer_zh) ?? textOf(officer_en) ?? '未定'
  return {
    code: entry.id,
    district,
    name: nameOf(entry),
    outline: entry.outline,
    officer: { id: textOf(officer_id) ?? `officer-${entry.id}`, name: { zh: textOf(officer_zh) ?? name, en: textOf(officer_en) ?? name } },
  }
}

function deviceOf(entry: Entry, { district, grid }: Place): CityDevice {
  const { domain, metrics, interval_s } = DEVICE_KINDS[entry.kind]
  const { properties } = entry
  const numbers = Object.entries({ ...properties, ...recordOf(properties.params) }).filter(
    (pair): pair is [string, number] => typeof pair[1] === 'number' && !NO_PARAMS.has(pair[0]),
  )
  return {
    district,
    domain,
    id: entry.id,
    kind: entry.kind,
    at: entry.at,
    name: nameOf(entry),
    grid,
    metrics: Array.isArray(properties.metrics) ? properties.metrics.map(String) : metrics,
    interval_s: typeof properties.interval_s === 'number' ? properties.interval_s : interval_s,
    place: textOf(properties.place),
    params: Object.fromEntries(numbers),
  }
}

/** Gauges and pumps that name the low point as their place belong to it. */
function lowPointOf(entry: Entry, { district, grid }: Place, devices: readonly CityDevice[]): LowPoint {
  const { threshold_m, catchment_m2 } = entry.properties
  const outline = entry.outline.length > 0 ? entry.outline : circleAround(entry.at)
  const frame = localFrame(entry.at)
  const own = (kind: string): string[] =>
    devices
      .filter((device) => device.place === entry.id && device.kind === kind)
      .map((device) => deviceKey(device.district, device.domain, device.id))
  return {
    id: entry.id,
    district,
    name: nameOf(entry),
    at: entry.at,
    grid,
    outline,
    threshold_m: typeof threshold_m === 'number' ? threshold_m : LOW_POINT.threshold_m,
    catchment_m2: typeof catchment_m2 === 'number' ? catchment_m2 : LOW_POINT.catchment_m2,
    storage_m2: Math.max(1, Math.round(area_m2(outline.slice(1).map((p): XY => frame.toXY(p))))),
    gauges: own('level_gauge'),
    pumps: own('pump'),
  }
}

function circleAround(at: LonLat): LonLat[] {
  const frame = localFrame(at)
  const ring = Array.from({ length: 16 }, (_, i) => {
    const angle = (2 * Math.PI * i) / 16
    return roundDegrees(frame.toLonLat(LOW_POINT.radius_m * Math.cos(angle), LOW_POINT.radius_m * Math.sin(angle)))
  })
  return [...ring, ring[0]]
}

function middleOf(outline: readonly LonLat[]): LonLat {
  const frame = localFrame(outline[0])
  const [x, y] = centroid(outline.slice(1).map((p): XY => frame.toXY(p)))
  return roundDegrees(frame.toLonLat(x, y))
}

function nameOf({ properties, id }: Entry): Bilingual {
  const zh = textOf(properties.name_zh) ?? textOf(properties['name:zh']) ?? textOf(properties.name)
  const en = textOf(properties.name_en) ?? textOf(properties['name:en']) ?? textOf(properties.name)
  return { zh: zh ?? en ?? id, en: en ?? zh ?? id }
}

/** How many of each kind were read. */
function notesOf(file: string, entries: readonly Entry[]): Problem[] {
  return KINDS.flatMap((kind) => {
    const count = entries.filter((entry) => entry.kind === kind).length
    return count === 0 ? [] : [{ place: { file }, code: 'geojson.read', message: `${count} of kind ${kind}` }]
  })
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}
