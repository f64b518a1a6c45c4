/**
 * The files of a city directory against the model: one line of text for each entry, members always in the same order, so that the same
 * city gives the same bytes and a change shows as the lines that changed.
 */
import type { Static, TSchema } from 'typebox'
import type { LonLat } from '../engine/base/geo.ts'
import type {
  Arterial,
  Bilingual,
  City,
  CityCrew,
  CityDevice,
  Depot,
  District,
  Grid,
  Junction,
  Land,
  LowPoint,
  Road,
  RoadNode,
  VehicleLimits,
  WalkHours,
} from '../engine/model/city.ts'
import { type BinTerms, COMMON_BIN, type WasteTip } from '../engine/model/collection.ts'
import { completeJunction } from '../engine/model/junction-defaults.ts'
import { AssessmentEntry } from './camera-schema.ts'
import { assessmentOfEntry, assessmentText, cameraProperties, cameraTerms } from './city-cameras.ts'
import * as schema from './city-schema.ts'

/** One file of entries: how an entry is checked, read and written. */
export interface CityFile<S extends TSchema, T> {
  readonly name: string
  /** Where the entries are: `features` of a feature collection, or the whole list. */
  readonly container: 'features' | 'list'
  readonly schema: S
  read(entry: Static<S>): T
  write(item: T): Static<S>
}

const file = <S extends TSchema, T>(description: CityFile<S, T>): CityFile<S, T> => description

export const DISTRICTS = file({
  name: 'districts.geojson',
  container: 'features',
  schema: schema.DistrictFeature,
  read: ({ geometry, properties: { id, ...names } }): District => ({ id, name: named(names), outline: ringOf(geometry) }),
  write: ({ id, name, outline }: District) => feature(polygon(outline), { id, ...names(name) }),
})

export const GRIDS = file({
  name: 'grids.geojson',
  container: 'features',
  schema: schema.GridFeature,
  read: ({ geometry, properties: p }): Grid => ({
    code: p.code,
    district: p.district,
    name: named(p),
    outline: ringOf(geometry),
    officer: { id: p.officer_id, name: { zh: p.officer_zh, en: p.officer_en } },
  }),
  write: ({ code, district, name, outline, officer }: Grid) =>
    feature(polygon(outline), {
      code,
      district,
      ...names(name),
      officer_id: officer.id,
      officer_zh: officer.name.zh,
      officer_en: officer.name.en,
    }),
})

export const NODES = file({
  name: 'nodes.geojson',
  container: 'features',
  schema: schema.NodeFeature,
  read: ({ geometry, properties: { id } }): RoadNode => ({ id, at: lonLat(geometry.coordinates) }),
  write: ({ id, at }: RoadNode) => feature(point(at), { id }),
})

export const ROADS = file({
  name: 'roads.geojson',
  container: 'features',
  schema: schema.RoadFeature,
  read: ({ geometry, properties: p }): Road => ({
    id: p.id,
    from: p.from,
    to: p.to,
    class: p.class,
    name: maybeNamed(p),
    length_m: p.length_m,
    speed_kmh: p.speed_kmh,
    lanes: p.lanes,
    oneway: p.oneway,
    ...(p.limits === undefined ? {} : { limits: p.limits }),
    line: geometry.coordinates.map(lonLat),
  }),
  write: ({ id, from, to, name, line, class: roadClass, length_m, speed_kmh, lanes, oneway, limits }: Road) =>
    feature(
      { type: 'LineString' as const, coordinates: line.map(pair) },
      { id, from, to, class: roadClass, ...maybeNames(name), length_m, speed_kmh, lanes, oneway, ...maybeLimits('limits', limits) },
    ),
})

export const JUNCTIONS = file({
  name: 'junctions.json',
  container: 'list',
  schema: schema.JunctionEntry,
  read: ({ at, ...rest }): Junction => completeJunction({ ...rest, at: lonLat(at) }),
  write: junctionEntry,
})

function junctionEntry(junction: Junction): schema.JunctionEntry {
  const { id, district, node, at, name, entering, leaving, movements, conflicts, phases, intergreens } = junction
  const { yellow_s, all_red_s, green_s_min, green_s_max, detection_m } = junction
  return {
    id,
    district,
    node,
    at: pair(at),
    name: bilingual(name),
    entering: entering.map(laneEntry),
    leaving: leaving.map(laneEntry),
    movements: movements.map((one) => ({ id: one.id, from: one.from, to: one.to, turn: one.turn, lanes: [...one.lanes] })),
    conflicts: conflicts.map(({ first, second, yields }) => ({ first, second, yields })),
    phases: phases.map((one) => ({
      index: one.index,
      lanes: [...one.lanes],
      movements: [...one.movements],
      green_s_min: one.green_s_min,
      green_s_max: one.green_s_max,
      walk_s: one.walk_s,
    })),
    intergreens: intergreens.map((one) => ({ from: one.from, to: one.to, yellow_s: one.yellow_s, all_red_s: one.all_red_s })),
    yellow_s,
    all_red_s,
    green_s_min,
    green_s_max,
    detection_m,
  }
}

const laneEntry = ({ id, road, length_m, turns, into, saturation_veh_h, detectors }: Junction['entering'][number]) => ({
  id,
  road,
  length_m,
  turns: [...turns],
  into: [...into],
  saturation_veh_h,
  detectors: detectors.map((one) => ({ at_m: one.at_m, length_m: one.length_m })),
})

export const ARTERIALS = file({
  name: 'arterials.json',
  container: 'list',
  schema: schema.ArterialEntry,
  read: (entry): Arterial => entry,
  write: ({ id, name, junctions, weights: { along, against }, speed_kmh }: Arterial) => ({
    id,
    name: bilingual(name),
    junctions: [...junctions],
    weights: { along, against },
    speed_kmh,
  }),
})

export const WALK_HOURS = file({
  name: 'walk_hours.json',
  container: 'list',
  schema: schema.WalkHoursEntry,
  read: (entry): WalkHours => entry,
  write: ({ junction, phase, hours }: WalkHours) => ({
    junction,
    phase,
    hours: hours.map(({ from_h, until_h, walk_s }) => ({ from_h, until_h, walk_s })),
  }),
})

export const LOW_POINTS = file({
  name: 'low_points.geojson',
  container: 'features',
  schema: schema.LowPointFeature,
  read: ({ geometry, properties: { name_zh, name_en, lon, lat, ...p } }): LowPoint => ({
    id: p.id,
    district: p.district,
    name: { zh: name_zh, en: name_en },
    at: [lon, lat],
    grid: p.grid,
    outline: ringOf(geometry),
    threshold_m: p.threshold_m,
    catchment_m2: p.catchment_m2,
    storage_m2: p.storage_m2,
    gauges: p.gauges,
    pumps: p.pumps,
  }),
  write: ({ id, district, name, at, grid, outline, threshold_m, catchment_m2, storage_m2, gauges, pumps }: LowPoint) =>
    feature(polygon(outline), {
      id,
      district,
      ...names(name),
      lon: at[0],
      lat: at[1],
      grid,
      threshold_m,
      catchment_m2,
      storage_m2,
      gauges: [...gauges],
      pumps: [...pumps],
    }),
})

/** What a common bin says too is left out. */
const binProperties = ({ sensor, waste, windows }: BinTerms): Static<typeof schema.BinTermsEntry> => ({
  ...(sensor !== COMMON_BIN.sensor && { sensor }),
  ...(waste !== COMMON_BIN.waste && { waste }),
  ...(windows.length > 0 && { windows: windows.map(({ from_h, until_h }) => ({ from_h, until_h })) }),
})

export const DEVICES = file({
  name: 'devices.geojson',
  container: 'features',
  schema: schema.DeviceFeature,
  read: ({ geometry, properties: p }): CityDevice => ({
    district: p.district,
    domain: p.domain,
    id: p.id,
    kind: p.kind,
    at: lonLat(geometry.coordinates),
    name: named(p),
    grid: p.grid,
    metrics: p.metrics,
    interval_s: p.interval_s,
    place: p.place,
    params: p.params,
    ...(p.crs !== undefined && { crs: p.crs }),
    ...(p.camera !== undefined && { camera: cameraTerms(p.camera) }),
    ...(p.bin !== undefined && { bin: { ...COMMON_BIN, ...p.bin } }),
  }),
  write: ({ district, domain, id, kind, at, name, grid, metrics, interval_s, place, params, crs, camera, bin }: CityDevice) =>
    feature(point(at), {
      district,
      domain,
      id,
      kind,
      ...names(name),
      grid,
      metrics: [...metrics],
      interval_s,
      place,
      params: sorted(params),
      ...(crs !== undefined && { crs }),
      ...(camera !== undefined && { camera: cameraProperties(camera) }),
      ...(bin !== undefined && { bin: binProperties(bin) }),
    }),
})

export const DEPOTS = file({
  name: 'depots.geojson',
  container: 'features',
  schema: schema.DepotFeature,
  read: ({ geometry, properties: { id, district, ...names } }): Depot => ({
    id,
    district,
    name: named(names),
    at: lonLat(geometry.coordinates),
  }),
  write: ({ id, district, name, at }: Depot) => feature(point(at), { id, district, ...names(name) }),
})

export const CREWS = file({
  name: 'crews.json',
  container: 'list',
  schema: schema.CrewEntry,
  read: (entry): CityCrew => entry,
  write: ({ id, district, name, depot, skills, kit, shift, speed_factor, vehicle, volunteer, lorry }: CityCrew) => ({
    id,
    district,
    name: bilingual(name),
    depot,
    skills: [...skills],
    kit: [...kit],
    shift: { from_h: shift.from_h, until_h: shift.until_h },
    speed_factor,
    ...maybeLimits('vehicle', vehicle),
    ...(volunteer === undefined ? {} : { volunteer }),
    ...(lorry === undefined
      ? {}
      : { lorry: { capacity_l: lorry.capacity_l, ...(lorry.wastes !== undefined && { wastes: [...lorry.wastes] }) } }),
  }),
})

export const TIPS = file({
  name: 'tips.geojson',
  container: 'features',
  schema: schema.TipFeature,
  read: ({ geometry, properties: { id, service_min, open, wastes, ...names } }): WasteTip => ({
    id,
    name: named(names),
    at: lonLat(geometry.coordinates),
    service_s: Math.round(service_min * 60),
    ...(open !== undefined && { open }),
    ...(wastes !== undefined && { wastes }),
  }),
  write: ({ id, name, at, service_s, open, wastes }: WasteTip) =>
    feature(point(at), {
      id,
      ...names(name),
      service_min: service_s / 60,
      ...(open !== undefined && { open: { from_h: open.from_h, until_h: open.until_h } }),
      ...(wastes !== undefined && { wastes: [...wastes] }),
    }),
})

export const ASSESSMENTS = file({
  name: 'assessments.json',
  container: 'list',
  schema: AssessmentEntry,
  read: assessmentOfEntry,
  write: assessmentText,
})

export const LAND = file({
  name: 'land.geojson',
  container: 'features',
  schema: schema.LandFeature,
  read: ({ geometry, properties: p }): Land => ({ kind: p.kind, outline: ringOf(geometry), name: maybeNamed(p) }),
  write: ({ kind, outline, name }: Land) => feature(polygon(outline), { kind, ...maybeNames(name) }),
})

export const META_FILE = 'city.json'

/** Every file of the directory as text, by name. */
export function cityTexts(city: City): Map<string, string> {
  const meta: schema.Meta = {
    format: schema.CITY_FORMAT,
    id: city.id,
    name: bilingual(city.name),
    timezone: city.timezone,
    source: city.source,
    bounds: [...city.bounds],
    ...(city.plan_rounds_at_h.length > 0 && { plan_rounds_at_h: [...city.plan_rounds_at_h] }),
  }
  return new Map([
    [META_FILE, `${JSON.stringify(meta, null, 2)}\n`],
    textOf(DISTRICTS, city.districts),
    textOf(GRIDS, city.grids),
    textOf(NODES, city.nodes),
    textOf(ROADS, city.roads),
    textOf(JUNCTIONS, city.junctions),
    textOf(ARTERIALS, city.arterials),
    textOf(WALK_HOURS, city.walk_hours),
    textOf(LOW_POINTS, city.low_points),
    textOf(DEVICES, city.devices),
    textOf(DEPOTS, city.depots),
    textOf(CREWS, city.crews),
    textOf(ASSESSMENTS, city.assessments),
    textOf(LAND, city.land),
    textOf(TIPS, city.tips),
  ])
}

function textOf<S extends TSchema, T>({ name, container, write }: CityFile<S, T>, items: readonly T[]): [name: string, text: string] {
  const lines = items.map((item) => JSON.stringify(write(item))).join(',\n')
  const list = lines === '' ? '[]' : `[\n${lines}\n]`
  return [name, container === 'list' ? `${list}\n` : `{"type":"FeatureCollection","features":${list}}\n`]
}

const feature = <G, P>(geometry: G, properties: P) => ({ type: 'Feature' as const, properties, geometry })
const pair = ([lon, lat]: LonLat): number[] => [lon, lat]
const lonLat = (position: readonly number[]): LonLat => [position[0], position[1]]
const point = (at: LonLat) => ({ type: 'Point' as const, coordinates: pair(at) })
const polygon = (outline: readonly LonLat[]) => ({ type: 'Polygon' as const, coordinates: [outline.map(pair)] })
const ringOf = ({ coordinates }: { readonly coordinates: readonly (readonly (readonly number[])[])[] }): LonLat[] =>
  coordinates[0].map(lonLat)

const bilingual = ({ zh, en }: Bilingual) => ({ zh, en })
const names = ({ zh, en }: Bilingual) => ({ name_zh: zh, name_en: en })
const named = ({ name_zh, name_en }: { readonly name_zh: string; readonly name_en: string }): Bilingual => ({ zh: name_zh, en: name_en })
const maybeLimits = (key: 'limits' | 'vehicle', limits: VehicleLimits | undefined): Readonly<Record<string, VehicleLimits>> =>
  limits === undefined ? {} : { [key]: { ...limits } }

const maybeNames = (name: Bilingual | null) => ({ name_zh: name?.zh ?? null, name_en: name?.en ?? null })

/** A thing named in one language has that name in both. */
function maybeNamed({ name_zh, name_en }: { readonly name_zh: string | null; readonly name_en: string | null }): Bilingual | null {
  const [zh, en] = [name_zh ?? name_en, name_en ?? name_zh]
  return zh === null || en === null ? null : { zh, en }
}

const sorted = (params: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)))
