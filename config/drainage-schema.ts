/** `drainage.json` of a city directory: the drain network with what its control is to avoid (docs/drainage.md). */
import { type Static, Type } from 'typebox'
import { SECTION_SHAPES } from '../engine/model/drainage.ts'

const strict = { additionalProperties: false }
const Id = Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' })
const Length = Type.Number({ minimum: 0 })
const Positive = Type.Number({ exclusiveMinimum: 0 })
const Share = Type.Number({ minimum: 0, maximum: 1 })
const Height = Type.Number({ minimum: -500, maximum: 9000 })

const Tide = Type.Union([
  Type.Object(
    {
      by: Type.Literal('hour'),
      points: Type.Array(Type.Object({ hour: Type.Number({ minimum: 0, maximum: 24 }), level_m: Height }, strict), { minItems: 1 }),
    },
    strict,
  ),
  Type.Object(
    {
      by: Type.Literal('date'),
      points: Type.Array(Type.Object({ ts: Type.Integer(), level_m: Height }, strict), { minItems: 1 }),
    },
    strict,
  ),
])

const Node = Type.Object(
  {
    id: Id,
    kind: Type.Enum(['junction', 'storage', 'outfall']),
    invert_m: Height,
    depth_m: Length,
    surcharge_m: Length,
    ponded_m2: Length,
    areas: Type.Array(Type.Object({ depth_m: Length, area_m2: Length }, strict)),
    stage_m: Type.Union([Height, Type.Null()]),
    tide: Type.Optional(Tide),
    flap: Type.Boolean(),
  },
  strict,
)

const Section = Type.Object({ shape: Type.Enum([...SECTION_SHAPES]), height_m: Positive, width_m: Length, side_slopes: Length }, strict)
const ends = { id: Id, from: Id, to: Id }
const Conduit = Type.Object(
  {
    ...ends,
    kind: Type.Literal('conduit'),
    length_m: Positive,
    roughness: Positive,
    from_m: Length,
    to_m: Length,
    section: Section,
    barrels: Type.Integer({ minimum: 1 }),
    flap: Type.Boolean(),
  },
  strict,
)
const Pump = Type.Object(
  {
    ...ends,
    kind: Type.Literal('pump'),
    by: Type.Union([Type.Literal('volume_m3'), Type.Literal('depth_m'), Type.Literal('head_m'), Type.Null()]),
    curve: Type.Array(Type.Object({ x: Length, flow_m3_s: Length }, strict)),
    stepwise: Type.Boolean(),
    start_m: Length,
    stop_m: Length,
  },
  strict,
)
const Orifice = Type.Object(
  {
    ...ends,
    kind: Type.Literal('orifice'),
    place: Type.Enum(['side', 'bottom']),
    from_m: Length,
    coefficient: Positive,
    section: Section,
    flap: Type.Boolean(),
  },
  strict,
)
const Weir = Type.Object(
  {
    ...ends,
    kind: Type.Literal('weir'),
    from_m: Length,
    height_m: Positive,
    width_m: Length,
    coefficient: Positive,
    flap: Type.Boolean(),
  },
  strict,
)
const Outlet = Type.Object(
  {
    ...ends,
    kind: Type.Literal('outlet'),
    from_m: Length,
    rating: Type.Array(Type.Object({ depth_m: Length, flow_m3_s: Length }, strict), { minItems: 1 }),
    flap: Type.Boolean(),
  },
  strict,
)

const Parts = Type.Object({ impervious: Length, pervious: Length }, strict)
const Catchment = Type.Object(
  {
    id: Id,
    gauge: Type.String(),
    to: Id,
    area_m2: Positive,
    impervious: Share,
    width_m: Length,
    slope: Length,
    roughness: Type.Object({ impervious: Positive, pervious: Positive }, strict),
    depression_m: Parts,
    bare: Share,
    infiltration: Type.Object({ max_mm_h: Length, min_mm_h: Length, decay_1_h: Length }, strict),
  },
  strict,
)

const BaseFlow = Type.Object({ node: Id, flow_m3_s: Type.Number(), hourly: Type.Array(Length, { maxItems: 24 }) }, strict)

const Weight = Type.Number()
const Term = Type.Union([
  Type.Object({ on: Type.Literal('flooding'), node: Id, weight: Weight }, strict),
  Type.Object({ on: Type.Literal('flow'), link: Id, weight: Weight }, strict),
  Type.Object({ on: Type.Literal('flow_change'), link: Id, weight: Weight }, strict),
  Type.Object(
    {
      on: Type.Literal('energy'),
      link: Id,
      weight: Weight,
      efficiency: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 })),
    },
    strict,
  ),
  Type.Object({ on: Type.Literal('switches'), link: Id, weight: Weight }, strict),
  Type.Object({ on: Type.Literal('flow_over'), link: Id, limit_m3_s: Length, weight: Weight }, strict),
])

export const DrainageFile = Type.Object(
  {
    district: Id,
    nodes: Type.Array(Node),
    links: Type.Array(Type.Union([Conduit, Pump, Orifice, Weir, Outlet])),
    catchments: Type.Array(Catchment),
    base_flows: Type.Array(BaseFlow),
    actuators: Type.Array(Id),
    terms: Type.Array(Term),
  },
  strict,
)
export type DrainageFile = Static<typeof DrainageFile>

/** What `import swmm --objectives` reads: which actuators and gauges there are and what is to be small (contract section 8). */
export const ObjectivesFile = Type.Object(
  {
    actuators: Type.Optional(Type.Array(Type.String())),
    sensors: Type.Optional(Type.Array(Type.Object({ node: Type.String() }, strict))),
    terms: Type.Optional(Type.Array(Term)),
  },
  strict,
)
export type ObjectivesFile = Static<typeof ObjectivesFile>
