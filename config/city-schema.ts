/** The files of a city directory (docs/city-format.md), one schema for each kind of entry. */
import { type Static, type TProperties, type TSchema, Type } from 'typebox'
import { DATUMS } from '../engine/base/datum.ts'
import { DOMAINS } from '../engine/base/domain.ts'
import { ROAD_CLASSES, TURNS } from '../engine/model/city.ts'
import { BIN_SENSORS, WASTE_KINDS } from '../engine/model/collection.ts'
import { CameraTermsEntry } from './camera-schema.ts'

export const CITY_FORMAT = 1

const strict = { additionalProperties: false }
const Id = Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' })
const Text = Type.String({ minLength: 1 })
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Bilingual = Type.Object({ zh: Text, en: Text }, strict)
const Positive = Type.Number({ minimum: 0.001 })

/** Longitude, latitude and perhaps a height, which is passed over. */
const Position = Type.Array(Type.Number({ minimum: -180, maximum: 180 }), { minItems: 2, maxItems: 3 })
export const Geometry = {
  Point: Type.Object({ type: Type.Literal('Point'), coordinates: Position }),
  LineString: Type.Object({ type: Type.Literal('LineString'), coordinates: Type.Array(Position, { minItems: 2 }) }),
  /** One ring: a hole would have to be drawn as a patch of its own. */
  Polygon: Type.Object({
    type: Type.Literal('Polygon'),
    coordinates: Type.Array(Type.Array(Position, { minItems: 4 }), { minItems: 1, maxItems: 1 }),
  }),
}

const Feature = <G extends TSchema, P extends TProperties>(geometry: G, properties: P) =>
  // GIS programs add members of their own (fid, layer): those may stay.
  Type.Object({ type: Type.Literal('Feature'), geometry, properties: Type.Object(properties) })

const Named = { name_zh: Text, name_en: Text }
const MaybeNamed = { name_zh: Nullable(Text), name_en: Nullable(Text) }
const literals = <const T extends string[]>(list: readonly [...T]) => Type.Enum([...list])

const Hour = Type.Number({ minimum: 0, maximum: 24 })
/** Local; `until_h` below `from_h` crosses midnight. */
const Hours = Type.Object({ from_h: Hour, until_h: Hour }, strict)
const WasteKinds = Type.Array(literals(WASTE_KINDS), { minItems: 1 })

export const Meta = Type.Object(
  {
    format: Type.Literal(CITY_FORMAT),
    id: Id,
    name: Bilingual,
    timezone: Text,
    source: Text,
    bounds: Type.Array(Type.Number({ minimum: -180, maximum: 180 }), { minItems: 4, maxItems: 4 }),
    plan_rounds_at_h: Type.Optional(Type.Array(Hour, { maxItems: 24 })),
  },
  strict,
)
export const DistrictFeature = Feature(Geometry.Polygon, { id: Id, ...Named })
export const GridFeature = Feature(Geometry.Polygon, {
  code: Type.String({ pattern: '^[0-9]{15}$' }),
  district: Id,
  ...Named,
  officer_id: Id,
  officer_zh: Text,
  officer_en: Text,
})
export const NodeFeature = Feature(Geometry.Point, { id: Id })
const VehicleLimits = Type.Object(
  {
    height_m: Type.Optional(Type.Number({ minimum: 1, maximum: 10 })),
    weight_t: Type.Optional(Type.Number({ minimum: 0.5, maximum: 200 })),
  },
  { additionalProperties: false },
)
export const RoadFeature = Feature(Geometry.LineString, {
  id: Id,
  from: Id,
  to: Id,
  class: literals(ROAD_CLASSES),
  ...MaybeNamed,
  length_m: Positive,
  speed_kmh: Type.Number({ minimum: 1, maximum: 200 }),
  lanes: Type.Integer({ minimum: 1, maximum: 20 }),
  oneway: Type.Boolean(),
  limits: Type.Optional(VehicleLimits),
})
export const BinTermsEntry = Type.Object(
  {
    sensor: Type.Optional(literals(BIN_SENSORS)),
    waste: Type.Optional(literals(WASTE_KINDS)),
    windows: Type.Optional(Type.Array(Hours, { maxItems: 8 })),
  },
  strict,
)

export const DeviceFeature = Feature(Geometry.Point, {
  district: Id,
  domain: literals(DOMAINS),
  id: Id,
  kind: Id,
  ...Named,
  grid: Nullable(Text),
  metrics: Type.Array(Id),
  interval_s: Positive,
  place: Nullable(Id),
  params: Type.Record(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$' }), Type.Number(), strict),
  crs: Type.Optional(literals(DATUMS)),
  camera: Type.Optional(CameraTermsEntry),
  bin: Type.Optional(BinTermsEntry),
})
export const LowPointFeature = Feature(Geometry.Polygon, {
  id: Id,
  district: Id,
  ...Named,
  lon: Type.Number({ minimum: -180, maximum: 180 }),
  lat: Type.Number({ minimum: -90, maximum: 90 }),
  grid: Nullable(Text),
  threshold_m: Positive,
  catchment_m2: Positive,
  storage_m2: Positive,
  gauges: Type.Array(Text),
  pumps: Type.Array(Text),
})
export const DepotFeature = Feature(Geometry.Point, { id: Id, district: Id, ...Named })
export const TipFeature = Feature(Geometry.Point, {
  id: Id,
  ...Named,
  service_min: Type.Number({ minimum: 0, maximum: 240 }),
  open: Type.Optional(Hours),
  wastes: Type.Optional(WasteKinds),
})
export const LandFeature = Feature(Geometry.Polygon, { kind: literals(['water', 'green', 'built'] as const), ...MaybeNamed })

export const CrewEntry = Type.Object(
  {
    id: Id,
    district: Id,
    name: Bilingual,
    depot: Id,
    skills: Type.Array(Id),
    kit: Type.Array(Id),
    shift: Hours,
    speed_factor: Type.Number({ minimum: 0.05, maximum: 2 }),
    vehicle: Type.Optional(VehicleLimits),
    volunteer: Type.Optional(Type.Object({ within_m: Type.Number({ minimum: 50, maximum: 50_000 }) }, strict)),
    lorry: Type.Optional(
      Type.Object({ capacity_l: Type.Number({ minimum: 100, maximum: 200_000 }), wastes: Type.Optional(WasteKinds) }, strict),
    ),
  },
  strict,
)

const Weight = Type.Number({ minimum: 0, maximum: 100 })
export const ArterialEntry = Type.Object(
  {
    id: Id,
    name: Bilingual,
    junctions: Type.Array(Id, { minItems: 2 }),
    weights: Type.Object({ along: Weight, against: Weight }, strict),
    speed_kmh: Type.Number({ minimum: 5, maximum: 120 }),
  },
  strict,
)

const WalkTime = Type.Number({ minimum: 1, maximum: 120 })
export const WalkHoursEntry = Type.Object(
  {
    junction: Id,
    phase: Type.Integer({ minimum: 0, maximum: 255 }),
    hours: Type.Array(Type.Object({ from_h: Hour, until_h: Hour, walk_s: WalkTime }, strict)),
  },
  strict,
)

const Seconds = Type.Number({ minimum: 0, maximum: 30 })
const Green = Type.Number({ minimum: 1, maximum: 600 })
const MovementId = Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}>[A-Za-z0-9_.:-]{1,64}$' })
const Index = Type.Integer({ minimum: 0, maximum: 255 })

const Lane = Type.Object(
  {
    id: Id,
    road: Id,
    length_m: Positive,
    turns: Type.Array(literals(TURNS)),
    into: Type.Array(Id),
    saturation_veh_h: Type.Optional(Type.Number({ minimum: 1, maximum: 5000 })),
    detectors: Type.Optional(Type.Array(Type.Object({ at_m: Type.Number({ minimum: 0 }), length_m: Type.Number({ minimum: 0 }) }, strict))),
  },
  strict,
)
const Movement = Type.Object({ id: MovementId, from: Id, to: Id, turn: literals(TURNS), lanes: Type.Array(Id, { minItems: 1 }) }, strict)
const Conflict = Type.Object({ first: MovementId, second: MovementId, yields: Nullable(MovementId) }, strict)
const Phase = Type.Object(
  {
    index: Index,
    lanes: Type.Array(Id),
    movements: Type.Optional(Type.Array(MovementId)),
    green_s_min: Type.Optional(Green),
    green_s_max: Type.Optional(Green),
    walk_s: Type.Optional(Nullable(Green)),
  },
  strict,
)
/** What is optional follows from the rest (engine/model/junction-defaults.ts): directories of before it was written stay readable. */
export const JunctionEntry = Type.Object(
  {
    id: Id,
    district: Id,
    node: Nullable(Id),
    at: Position,
    name: Bilingual,
    entering: Type.Array(Lane),
    leaving: Type.Array(Lane),
    movements: Type.Optional(Type.Array(Movement)),
    conflicts: Type.Optional(Type.Array(Conflict)),
    phases: Type.Array(Phase),
    intergreens: Type.Optional(Type.Array(Type.Object({ from: Index, to: Index, yellow_s: Seconds, all_red_s: Seconds }, strict))),
    yellow_s: Seconds,
    all_red_s: Seconds,
    green_s_min: Type.Number({ minimum: 1, maximum: 300 }),
    green_s_max: Green,
    detection_m: Positive,
  },
  strict,
)

export type Meta = Static<typeof Meta>
export type JunctionEntry = Static<typeof JunctionEntry>
