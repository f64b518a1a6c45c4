/**
 * What the HTTP API takes and answers (contract section 7): one schema per shape gives the validator, the TypeScript type and the OpenAPI
 * document. Times are epoch milliseconds, coordinates WGS84 `[lon, lat]`, every text is given in Chinese and English.
 */

import { type Static, type TSchema, Type } from 'typebox'
import { DATUMS } from '../../engine/base/datum.ts'
import { DOMAINS } from '../../engine/base/domain.ts'

export const Id = Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' })
export const Time = Type.Integer({ description: 'Epoch milliseconds' })
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
export const Text = Type.Object({ zh: Type.String(), en: Type.String() })
export const LonLat = Type.Array(Type.Number(), { minItems: 2, maxItems: 2, description: '[longitude, latitude], WGS84 degrees' })
export const SeverityName = Type.Union([Type.Literal('watch'), Type.Literal('warning'), Type.Literal('critical')])
export const StateName = Type.Union([
  Type.Literal('normal'),
  Type.Literal('watch'),
  Type.Literal('warning'),
  Type.Literal('critical'),
  Type.Literal('offline'),
])
export const DomainName = Type.Union(DOMAINS.map((domain) => Type.Literal(domain)))

export const Reason = Type.Object({
  rule: Type.Optional(Type.String()),
  policy: Type.Optional(Type.String()),
  text: Type.String({ description: 'English' }),
  text_zh: Type.String({ description: 'Chinese' }),
  evidence: Type.Array(Type.String()),
})

/** RFC 9457. */
export const ProblemDocument = Type.Object(
  {
    type: Type.String({ description: 'urn:urban-brain:problem:<code>' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    instance: Type.Optional(Type.String()),
    code: Type.String({ description: 'Stable; branch on this' }),
    text: Type.Optional(
      Type.Object({ zh: Type.String(), en: Type.String() }, { description: 'The detail for people, where a crew reads it' }),
    ),
    errors: Type.Optional(Type.Array(Type.Object({ where: Type.String(), message: Type.String() }))),
  },
  { title: 'Problem' },
)
export type ProblemDocument = Static<typeof ProblemDocument>

export const Estimate = Type.Object(
  {
    value: Type.Number(),
    method: Type.Union([Type.Literal('twin'), Type.Literal('offset'), Type.Literal('recession'), Type.Literal('last')]),
    age_s: Type.Number({ description: 'Age of the reading that it rests on' }),
  },
  { description: 'What is assumed now, because the device is silent or not believed; never stored, never judged' },
)

const MetricNumbers = Type.Union([Type.Number(), Type.Array(Type.Number())])
const QualityName = Type.Union([Type.Literal('good'), Type.Literal('suspect'), Type.Literal('stale')], {
  description: 'suspect: not believed. stale: the device no longer speaks, or its values cannot be dated',
})

export const Device = Type.Object({
  key: Type.String({ description: '{district}/{domain}/{id}' }),
  district: Type.String(),
  domain: Type.String(),
  id: Type.String(),
  kind: Nullable(Type.String({ description: 'null for a device that is not in the city description' })),
  name: Nullable(Text),
  at: Nullable(LonLat),
  grid: Nullable(Type.String()),
  place: Nullable(Type.String()),
  interval_s: Nullable(Type.Number()),
  params: Type.Record(Type.String(), Type.Number()),
  values: Type.Record(Type.String(), MetricNumbers, { description: 'Newest value per metric' }),
  ts: Nullable(Time),
  online: Type.Boolean(),
  quality: QualityName,
  readings: Type.Record(
    Type.String(),
    Type.Object({
      value: MetricNumbers,
      ts: Time,
      age_s: Type.Integer({ description: 'Seconds since it was measured' }),
      quality: QualityName,
      cause: Nullable(Type.String()),
    }),
    { description: 'Value, age and quality per metric' },
  ),
  clock_skew_s: Nullable(
    Type.Number({ description: 'Device time less ours, where its clock is known to be off; its times are corrected by it' }),
  ),
  causes: Type.Record(Type.String(), Type.String(), { description: 'Why a metric is suspect' }),
  state: StateName,
  battery_pct: Nullable(Type.Number()),
  estimated: Type.Record(Type.String(), Estimate, { description: 'By metric' }),
})
export type Device = Static<typeof Device>

export const DevicePage = Type.Object({
  items: Type.Array(Device),
  next: Nullable(Type.String({ description: 'Pass as `after` for the next page; null on the last' })),
})
export type DevicePage = Static<typeof DevicePage>

export const HistoryAnswer = Type.Object({
  device: Type.String(),
  metric: Type.String(),
  from: Time,
  to: Time,
  step_s: Type.Number({ description: 'Width of a bucket; 0 for the values as measured' }),
  points: Type.Array(
    Type.Object({
      ts: Time,
      mean: Type.Number(),
      min: Type.Number(),
      max: Type.Number(),
      count: Type.Integer(),
      known: Type.Optional(Type.Number({ description: 'When a late value became known, for step 0' })),
    }),
  ),
  as_known_at: Nullable(Time),
  quality: Type.Array(Type.Object({ from: Time, to: Time, cause: Nullable(Type.String()) }), {
    description: 'What the values were worth, as far back as that is remembered; cause null: believed',
  }),
  estimated: Nullable(Estimate),
})
export type HistoryAnswer = Static<typeof HistoryAnswer>

export const TimelineEntry = Type.Object({ ts: Time, status: Type.String(), by: Type.String(), text: Text })

export const IncidentDocument = Type.Object({
  id: Type.String(),
  class: Type.String(),
  title: Text,
  severity: SeverityName,
  status: Type.String(),
  alarm: Type.Integer({ description: 'Alarm of its run card' }),
  at: LonLat,
  district: Type.String(),
  grid: Nullable(Type.String()),
  road: Nullable(Text),
  opened: Time,
  updated: Time,
  due: Time,
  devices: Type.Array(Type.String()),
  signals: Type.Integer(),
  active: Type.Boolean(),
  tasks: Type.Array(Type.String(), { description: 'Since it was opened or reopened, oldest first' }),
  crews: Type.Array(Type.String(), { description: 'Keys of the crews that have one of them now' }),
  reason: Reason,
  timeline: Type.Array(TimelineEntry),
})

export const TaskDocument = Type.Object({
  id: Type.String(),
  incident: Nullable(Type.String({ description: 'Null of a round of a bin lorry' })),
  kind: Type.String(),
  title: Text,
  at: LonLat,
  district: Type.String(),
  where: Text,
  skill: Type.String(),
  kit: Type.Array(Type.String()),
  priority: Type.Integer({ minimum: 1, maximum: 3 }),
  service_s: Type.Number(),
  due: Time,
  status: Type.String(),
  created: Time,
  updated: Time,
  crew: Nullable(Type.String()),
  eta: Nullable(Time),
  route: Type.Array(LonLat),
  reason: Nullable(Reason),
  refused_by: Type.Array(Type.String()),
  times: Type.Record(Type.String(), Time, { description: 'When it last came into each status' }),
})

export const CrewDocument = Type.Object({
  id: Type.String({ description: 'Device key' }),
  name: Text,
  district: Type.String(),
  status: Type.String(),
  at: LonLat,
  seen: Nullable(Time),
  task: Nullable(Type.String()),
  skills: Type.Array(Type.String()),
  kit: Type.Array(Type.String()),
})

export const KpiDocument = Type.Object({
  id: Type.String(),
  name: Text,
  unit: Type.String(),
  value: Nullable(Type.Number()),
  formula: Text,
  detail: Nullable(Text),
  ts: Time,
  trend: Type.Array(Nullable(Type.Number()), { description: 'One value a minute, oldest first, at most 60' }),
  reference: Nullable(Type.Number()),
  amended: Nullable(Type.Object({ from: Time, to: Time, at: Time }, { description: 'Late values have moved minutes of this time' })),
})

export const KpiHistory = Type.Object({
  id: Type.String(),
  from: Time,
  to: Time,
  as_known_at: Nullable(Time),
  points: Type.Array(
    Type.Object({
      ts: Time,
      value: Nullable(Type.Number()),
      amended: Nullable(Type.Number({ description: 'When late values moved it last; null where it stands as it was' })),
    }),
  ),
})
export type KpiHistory = Static<typeof KpiHistory>

export const ClosureDocument = Type.Object({
  road: Type.String(),
  since: Time,
  by: Type.String({ description: 'operator:<name>, incident:<id>, or policy:flood.closure where deep water is expected' }),
  why: Text,
  shut: Type.Array(Type.String(), { description: 'Junctions that release nobody into it' }),
  diversion: Nullable(Type.Array(Type.String(), { description: 'Roads of the way around; null where there is none' })),
})
export type ClosureDocument = Static<typeof ClosureDocument>

const WarningLevelName = Type.Union([Type.Literal('blue'), Type.Literal('yellow'), Type.Literal('orange'), Type.Literal('red')])

export const WarningDocument = Type.Object({
  id: Type.String({ description: 'The same over all messages of one warning' }),
  origin: Type.Union([Type.Literal('own'), Type.Literal('outside')]),
  issued: Time,
  districts: Type.Array(Type.String()),
  reason: Nullable(Reason),
  message: Type.Object(
    {
      identifier: Type.String(),
      sender: Type.String(),
      sent: Time,
      status: Type.String(),
      type: Type.String(),
      scope: Type.String(),
      restriction: Nullable(Type.String()),
      references: Type.Array(Type.Object({ sender: Type.String(), identifier: Type.String(), sent: Time })),
      hazard: Type.Union([Type.Literal('rain'), Type.Literal('flood'), Type.Literal('other')]),
      event: Text,
      level: WarningLevelName,
      urgency: Type.String(),
      severity: Type.String(),
      certainty: Type.String(),
      effective: Time,
      expires: Time,
      assumed: Type.Optional(Text),
      sender_name: Text,
      headline: Text,
      description: Text,
      instruction: Text,
      areas: Type.Array(
        Type.Object({
          name: Text,
          polygons: Type.Array(Type.Array(LonLat)),
          circles: Type.Array(Type.Object({ at: LonLat, radius_km: Type.Number() })),
          geocodes: Type.Array(Type.Object({ name: Type.String(), value: Type.String() })),
        }),
      ),
    },
    { description: 'The newest message, in the terms of CAP 1.2' },
  ),
})

export const CommandDocument = Type.Object({
  id: Type.String(),
  device: Type.String(),
  kind: Type.String(),
  ts: Time,
  expires: Time,
  status: Type.String(),
  auto: Type.Boolean({ description: 'false when a person gave it' }),
  tries: Type.Integer(),
  updated: Time,
  reason: Reason,
  fields: Type.Record(Type.String(), Type.Unknown(), { description: 'Members of the command kind (contract section 4)' }),
})
export type CommandDocument = Static<typeof CommandDocument>

export const OrderAnswer = Type.Object({
  id: Type.String(),
  done: Nullable(Type.Boolean({ description: 'null while an outside clock has not stepped yet' })),
})
export type OrderAnswer = Static<typeof OrderAnswer>

export const WhyBody = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }) }, { additionalProperties: false })
export const AlarmBody = Type.Object(
  { note: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })) },
  { additionalProperties: false },
)
export const DispatchBody = Type.Object(
  {
    crew: Type.Optional(Nullable(Type.String({ maxLength: 200, description: 'Crew key; without it the nearest suitable one' }))),
    more: Type.Optional(Type.Boolean({ description: 'One more crew beside those who are at it, not instead of one' })),
    note: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'Why, for the file' })),
  },
  { additionalProperties: false },
)
export const ReportBody = Type.Object(
  {
    crs: Type.Optional(
      Type.Union(
        DATUMS.map((datum) => Type.Literal(datum)),
        { description: 'Datum of lon and lat; wgs84 when left out' },
      ),
    ),
    class: Type.String({ pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)+$', maxLength: 64 }),
    severity: SeverityName,
    lon: Type.Number({ minimum: -180, maximum: 180 }),
    lat: Type.Number({ minimum: -90, maximum: 90 }),
    text: Type.String({ minLength: 1, maxLength: 2000 }),
  },
  { additionalProperties: false },
)
export const OverrideBody = Type.Object(
  {
    device: Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}/[a-z]+/[A-Za-z0-9_.:-]{1,64}$' }),
    kind: Type.String({ description: 'Command kind of contract section 4' }),
    fields: Type.Record(Type.String(), Type.Unknown()),
    hold_s: Type.Number({ minimum: 1, maximum: 86400, description: 'How long it stands against the automation' }),
  },
  { additionalProperties: false },
)

export const CrewEventAnswer = Type.Object({
  id: Type.String(),
  crew: Type.String(),
  accepted: Type.Boolean(),
  now: Type.Integer({ description: "The brain's clock: what a crew's view says from then on has this press in it" }),
})

export const RulesAnswer = Type.Object({
  version: Nullable(Type.Integer({ description: 'Version in force' })),
  rules: Type.Array(
    Type.Object({
      id: Type.String(),
      title: Text,
      scope: Type.Object({ domain: Type.String(), kind: Nullable(Type.String()), device: Nullable(Type.String()) }),
      when: Type.String(),
      for_s: Type.Number(),
      clear: Type.String(),
      clear_for_s: Type.Number(),
      severity: SeverityName,
      incident: Nullable(Type.Unknown()),
      actions: Type.Array(Type.Unknown()),
      sentence: Nullable(Text),
    }),
  ),
  problems: Type.Array(Type.String({ description: 'file:line:column: message of files that were refused; the rules above stay in force' })),
})

export const AuditAnswer = Type.Object({
  lines: Type.Array(Type.Object({ seq: Type.Integer(), prev: Type.String(), sha: Type.String(), fact: Type.Unknown() })),
  next: Nullable(Type.Integer({ description: 'Pass as `before` for older lines; a search that takes long stops here with what it found' })),
})

export const QuarantineAnswer = Type.Object({
  counters: Type.Record(Type.String(), Type.Number()),
  samples: Type.Array(
    Type.Object({
      at: Time,
      topic: Type.String(),
      from: Type.String(),
      reason: Type.String(),
      sample: Type.String(),
      bytes: Type.Integer(),
    }),
  ),
})

export const HealthAnswer = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('degraded')]),
  version: Type.String(),
  world: Type.String(),
  mode: Type.Union([Type.Literal('live'), Type.Literal('drill')]),
  city: Type.String(),
  started: Time,
  now: Time,
  devices_reporting: Type.Integer({ description: 'Devices heard in the last 60 s' }),
  parts: Type.Array(
    Type.Object({ name: Type.String(), ok: Type.Boolean(), detail: Type.String({ description: 'What it is doing, or what is wrong' }) }),
  ),
})
export type HealthAnswer = Static<typeof HealthAnswer>

export const DrillList = Type.Object({
  drills: Type.Array(Type.Object({ id: Id, world: Type.String(), steps: Type.Integer(), from: Time, to: Time, digest: Type.String() })),
})
export type DrillList = Static<typeof DrillList>
