/**
 * What crew phones, and those who look after them, take and answer: sign-in, the crew's own view, photos. The view is the same over HTTP and
 * `/live`, where it is sent whole whenever it changes: it is small, and a phone in a tunnel needs no patching up.
 */
import { type Static, Type } from 'typebox'
import { LonLat, Nullable, Text, Time } from './api.ts'

const CrewKey = Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}/crew/[A-Za-z0-9_.:-]{1,64}$', description: '{district}/crew/{id}' })

export const InviteBody = Type.Object({ crew: CrewKey }, { additionalProperties: false })
export const Invitation = Type.Object({
  crew: CrewKey,
  code: Type.String({ description: 'Six digits to be typed in; for one phone, once' }),
  ticket: Type.String({ description: 'The same invitation for a QR code: too long to be guessed' }),
  path: Type.String({
    description: "Page with the ticket, below the server's address; the ticket is in the fragment, which is never sent",
  }),
  base: Nullable(Type.String({ description: 'Address at which phones reach this server (setting public_url)' })),
  expires: Time,
})
export type Invitation = Static<typeof Invitation>

export const SignInBody = Type.Union([
  Type.Object({ code: Type.String({ pattern: '^[0-9]{6}$' }) }, { additionalProperties: false }),
  Type.Object({ ticket: Type.String({ minLength: 20, maxLength: 64 }) }, { additionalProperties: false }),
])
export type SignInBody = Static<typeof SignInBody>
export const SignInAnswer = Type.Object({
  id: Type.String(),
  token: Type.String({ description: 'Bearer token of this phone, told once' }),
  crew: CrewKey,
  expires: Time,
})
export type SignInAnswer = Static<typeof SignInAnswer>

export const PhoneDocument = Type.Object({
  id: Type.String(),
  crew: CrewKey,
  signed_in: Time,
  invited_by: Type.String({ description: 'Name of the token that made its code' }),
  expires: Time,
  synced: Time,
  waiting: Nullable(Type.Integer({ description: 'Presses and photos that it holds back, as it said last' })),
  push: Type.Boolean({ description: 'It takes Web Push messages' }),
})
export type PhoneDocument = Static<typeof PhoneDocument>
export const PhoneList = Type.Object({ phones: Type.Array(PhoneDocument) })

const ReadingField = Type.Object({
  id: Type.String({ description: 'Metric with its unit as suffix (contract section 2)' }),
  name: Text,
  min: Type.Number(),
  max: Type.Number(),
})
const PhotoStage = Type.Union([Type.Literal('before'), Type.Literal('after'), Type.Literal('other')])
export type PhotoStage = Static<typeof PhotoStage>

export const CrewStop = Type.Object({
  stop: Type.String({ description: 'Within its round' }),
  kind: Type.Union([Type.Literal('bin'), Type.Literal('tip')]),
  name: Text,
  at: LonLat,
  state: Type.Union([Type.Literal('left'), Type.Literal('emptied'), Type.Literal('failed'), Type.Literal('skipped')]),
  eta: Nullable(Time),
  expected_pct: Nullable(Type.Number()),
  found_pct: Nullable(Type.Number()),
  why: Nullable(Type.String({ description: 'Why it was not emptied (GET /api/v1/bins/round)' })),
})
export type CrewStop = Static<typeof CrewStop>

export const CrewRound = Type.Object({
  waste: Type.String(),
  load_l: Type.Number({ description: 'On the lorry now' }),
  capacity_l: Type.Number(),
  stops: Type.Array(CrewStop, { description: 'Those done first, then those left in driving order' }),
})
export type CrewRound = Static<typeof CrewRound>

export const CrewJob = Type.Object({
  id: Type.String(),
  incident: Nullable(Type.String({ description: 'Null of a round of a bin lorry' })),
  kind: Type.String(),
  title: Text,
  where: Text,
  at: LonLat,
  kit: Type.Array(Type.String()),
  priority: Type.Integer({ minimum: 1, maximum: 3 }),
  status: Type.String(),
  created: Time,
  updated: Time,
  due: Time,
  eta: Nullable(Time),
  offer_until: Nullable(Time),
  service_s: Type.Number(),
  route: Type.Array(LonLat),
  why: Nullable(Text),
  steps: Type.Array(Text),
  others: Type.Array(Text, { description: 'Other crews that are at the same incident, or on their way' }),
  hazards: Type.Array(Text),
  readings: Type.Array(ReadingField, { description: 'Wanted before the job is done' }),
  photos: Type.Array(PhotoStage, { description: 'Wanted before the job is done' }),
  round: Nullable(CrewRound),
})
export type CrewJob = Static<typeof CrewJob>

export const CrewMessage = Type.Object({
  id: Type.String(),
  ts: Time,
  kind: Type.Union([Type.Literal('recall'), Type.Literal('conflict'), Type.Literal('notice')]),
  task: Nullable(Type.String()),
  press: Nullable(Type.String({ description: 'Of a conflict' })),
  text: Text,
})
export type CrewMessage = Static<typeof CrewMessage>

export const CrewView = Type.Object({
  crew: Type.Object({ id: CrewKey, name: Text, status: Type.String(), at: LonLat }),
  jobs: Type.Array(CrewJob, { description: 'Open ones, and those that ended within the last half hour; newest first' }),
  messages: Type.Array(CrewMessage, { description: 'Of the last hour, oldest first' }),
})
export type CrewView = Static<typeof CrewView>

export const CrewFrame = Type.Object({
  type: Type.Literal('crew'),
  now: Time,
  world: Type.String(),
  timezone: Type.String(),
  call_centre: Nullable(Type.String({ description: 'Telephone number' })),
  push_key: Nullable(Type.String({ description: 'Public key of this server for Web Push; null where it is not configured' })),
  view: CrewView,
})
export type CrewFrame = Static<typeof CrewFrame>

/** As browsers give it (W3C Push API), with the language in which the phone wants to be told. */
export const PushSubscription = Type.Object(
  {
    endpoint: Type.String({ maxLength: 2000, pattern: '^https?://' }),
    keys: Type.Object({
      p256dh: Type.String({ pattern: '^[A-Za-z0-9_-]{87}=?$' }),
      auth: Type.String({ pattern: '^[A-Za-z0-9_-]{22}(==)?$' }),
    }),
    language: Type.Union([Type.Literal('zh'), Type.Literal('en')]),
  },
  { additionalProperties: false },
)
export type PushSubscription = Static<typeof PushSubscription>

/** Where a phone is: its crew has chosen to share that while it is on duty. */
export const PhonePlace = Type.Object(
  {
    ts: Time,
    lon: Type.Number({ minimum: -180, maximum: 180, description: 'WGS84' }),
    lat: Type.Number({ minimum: -90, maximum: 90 }),
    speed_mps: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    heading_deg: Type.Optional(Type.Number({ minimum: 0, maximum: 360 })),
  },
  { additionalProperties: false },
)
export type PhonePlace = Static<typeof PhonePlace>

/** What a phone says on its socket. */
export const PhoneSays = Type.Object({ waiting: Type.Integer({ minimum: 0, maximum: 100_000 }) })

export const PHOTO_BYTES_MAX = 2 * 1024 * 1024
export const PhotoQuery = Type.Object({
  task: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$' }),
  stage: PhotoStage,
  ts: Type.Integer({ minimum: 0, description: 'When it was taken, epoch milliseconds' }),
  district: Type.Optional(Type.String({ maxLength: 64, description: 'Where two districts use the same crew id' })),
})
export const PhotoDocument = Type.Object({
  id: Type.String(),
  task: Type.String(),
  crew: CrewKey,
  stage: PhotoStage,
  ts: Time,
  received: Time,
  bytes: Type.Integer({ description: 'As kept, without metadata' }),
  sha256: Type.String(),
  width_px: Type.Integer(),
  height_px: Type.Integer(),
})
export type PhotoDocument = Static<typeof PhotoDocument>
