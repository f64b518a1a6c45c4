/** What signals show, from three worlds: SAE J2735 SPaT as JSON (USDOT ODE), Huawei's V2X upload, NTCIP 1202 objects polled over SNMP. */
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../engine/base/time.ts'
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type DialectContext, type Drift, type Envelope, heard } from './dialect.ts'
import { entityOf } from './ids.ts'
import { asArray, asObject, booleanAt, type Json, type JsonObject, jsonOf, member, numberAt, objectAt, stringAt } from './json.ts'
import type { SignalState } from './normal-form.ts'
import { fromIso } from './time.ts'

const ITEMS_MAX = 512

/** By name whatever its case and separators: `intersectionStateList` and `intersectionStatelist` stand in one message. */
function loose(object: JsonObject | null, name: string): Json | undefined {
  const folded = fold(name)
  const key = object === null ? undefined : Object.keys(object).find((one) => fold(one) === folded)
  return key === undefined ? undefined : member(object, key)
}
const fold = (name: string): string => name.toLowerCase().replace(/[_-]/g, '')
const looseObject = (object: JsonObject | null, name: string): JsonObject | null => asObject(loose(object, name))
const looseArray = (object: JsonObject | null, name: string): readonly Json[] => asArray(loose(object, name))?.slice(0, ITEMS_MAX) ?? []

const documentOf = (envelope: Envelope): JsonObject | null => {
  const json = jsonOf(envelope)
  return json.ok ? asObject(json.value) : null
}

type Colour = 'green' | 'yellow' | 'red'
/** J2735 MovementPhaseState, folded. */
const COLOURS: Readonly<Record<string, Colour | 'flash'>> = {
  protectedmovementallowed: 'green',
  permissivemovementallowed: 'green',
  protectedclearance: 'yellow',
  permissiveclearance: 'yellow',
  cautionconflictingtraffic: 'flash',
  stopthenproceed: 'flash',
  premovement: 'red',
  stopandremain: 'red',
}

/** 65535 is "unavailable". */
const STAMP_MAX = 60_999

/** Milliseconds in the minute; which minute, the receiver's clock tells: the nearest. */
function momentOf(stamp_ms: number | null, heard_at: EpochMs): EpochMs | null {
  if (stamp_ms === null || stamp_ms < 0 || stamp_ms > STAMP_MAX) return null
  const minute = Math.floor(heard_at / MINUTE_MS) * MINUTE_MS
  const choices = [-MINUTE_MS, 0, MINUTE_MS].map((shift) => minute + shift + stamp_ms)
  return choices.reduce((best, one) => (Math.abs(one - heard_at) < Math.abs(best - heard_at) ? one : best))
}

const MARK_MAX = 36_000

/** TimeMark: tenths of a second in the UTC hour; one that lies half an hour behind is of the next hour. */
export function timeMark(mark: number | null, now: EpochMs): EpochMs | null {
  // 36001 is "unknown".
  if (mark === null || mark < 0 || mark > MARK_MAX) return null
  const at = Math.floor(now / HOUR_MS) * HOUR_MS + (mark * SECOND_MS) / 10
  return at < now - HOUR_MS / 2 ? at + HOUR_MS : at > now + HOUR_MS / 2 ? at - HOUR_MS : at
}

interface Movement {
  readonly group: number
  readonly colour: Colour | 'flash' | null
  readonly min_end: EpochMs | null
  readonly max_end: EpochMs | null
}

function movementOf(value: Json, ts: EpochMs, drift: Drift[]): Movement | null {
  const movement = asObject(value)
  const group = numberAt(movement, 'signalGroup')
  if (group === null) return null
  // The first event is the present one.
  const list = looseArray(movement, 'state_time_speed')
  const event = asObject(list[0] ?? looseArray(looseObject(movement, 'state_time_speed'), 'movementEventList')[0])
  const state = stringAt(event, 'eventState')
  const folded = fold(state ?? '')
  if (state !== null && !Object.hasOwn(COLOURS, folded) && folded !== 'dark' && folded !== 'unavailable')
    drift.push({ field: 'eventState', what: 'range' })
  const timing = objectAt(event, 'timing')
  return {
    group,
    colour: Object.hasOwn(COLOURS, folded) ? COLOURS[folded] : null,
    min_end: timeMark(numberAt(timing, 'minEndTime'), ts),
    max_end: timeMark(numberAt(timing, 'maxEndTime'), ts),
  }
}

const groupsOf = (movements: readonly Movement[], colour: Colour): number[] =>
  movements.filter((one) => one.colour === colour).map(({ group }) => group)

/** A list, or (older) an object with the list in it. */
const statesOf = (intersection: JsonObject | null): readonly Json[] => {
  const list = looseArray(intersection, 'states')
  return list.length > 0 ? list : looseArray(looseObject(intersection, 'states'), 'movementList')
}

function intersectionOf(value: Json, received: EpochMs, gateway: EpochMs | null, drift: Drift[]): SignalState | null {
  const intersection = asObject(value)
  const id = numberAt(objectAt(intersection, 'id'), 'id') ?? numberAt(intersection, 'id')
  const entity = id === null ? null : entityOf('cross', id)
  if (entity === null) return null
  const moment = momentOf(numberAt(intersection, 'timeStamp'), gateway ?? received)
  const ts = moment ?? gateway ?? received
  const movements = statesOf(intersection)
    .map((one) => movementOf(one, ts, drift))
    .filter((one) => one !== null)
  const status = objectAt(intersection, 'status')
  return {
    kind: 'signal.state',
    entity,
    ts,
    clock: moment !== null ? 'device' : gateway !== null ? 'gateway' : 'arrival',
    heard: gateway,
    dedupeKey: null,
    green: groupsOf(movements, 'green'),
    yellow: groupsOf(movements, 'yellow'),
    red: groupsOf(movements, 'red'),
    manual: booleanAt(status, 'manualControlIsEnabled') ?? false,
    flash: (booleanAt(status, 'failureFlash') ?? false) || (movements.length > 0 && movements.every(({ colour }) => colour === 'flash')),
    ends: movements
      .filter((one) => one.min_end !== null || one.max_end !== null)
      .map(({ group, min_end, max_end }) => ({ group, min_end, max_end })),
  }
}

/** Where the ODE has put them over the years: its own list, the same in itself, and the message frame of J2735 as JSON. */
function intersectionsOf(data: JsonObject | null): readonly Json[] {
  const list = loose(data, 'intersectionStateList')
  const older = asArray(list) ?? looseArray(asObject(list), 'intersectionStateList')
  return older.length > 0 ? older : looseArray(looseObject(objectAt(data, 'value'), 'SPAT') ?? data, 'intersections')
}

export const spatOde: Dialect = {
  id: 'spat-ode',
  title: { zh: 'SPaT（SAE J2735，ODE JSON）', en: 'SPaT (SAE J2735, ODE JSON)' },
  recognise(envelope) {
    if (envelope.topic === 'topic.OdeSpatJson') return true
    const document = documentOf(envelope)
    const type = stringAt(objectAt(document, 'metadata'), 'payloadType') ?? ''
    if (type.endsWith('OdeSpatPayload')) return true
    return type.endsWith('OdeMessageFramePayload') && intersectionsOf(objectAt(objectAt(document, 'payload'), 'data')).length > 0
  },
  decode(envelope, context) {
    const json = jsonOf(envelope)
    if (!json.ok) return json
    const message = asObject(json.value)
    const data = objectAt(objectAt(message, 'payload'), 'data')
    const states = intersectionsOf(data)
    const heard_at = fromIso((stringAt(objectAt(message, 'metadata'), 'odeReceivedAt') ?? '').replace(/\[UTC\]$/, ''), context.zone_min)
    const drift: Drift[] = []
    const forms = states
      .slice(0, ITEMS_MAX)
      .map((one) => intersectionOf(one, envelope.received, heard_at?.ts ?? null, drift))
      .filter((form) => form !== null)
    return forms.length === 0 ? refusal('schema', 'intersectionStateList: expected intersections with an id') : heard(forms, drift)
  },
}

const HUAWEI = /^v2x\/v1\/signalcontroller\/[^/]+\/spat\/up$/

/** Phases carry members that no public page names: what they show stays untold. */
function huaweiOf(value: Json, sent: string | null, context: DialectContext, received: EpochMs): SignalState | null {
  const intersection = asObject(value)
  const id = numberAt(objectAt(intersection, 'intersection_id'), 'node_id')
  const entity = id === null ? null : entityOf('cross', id)
  if (entity === null) return null
  const time = fromIso(stringAt(intersection, 'time_stamp') ?? sent ?? '', context.zone_min)
  const status = objectAt(intersection, 'intersection_status_object')
  return {
    kind: 'signal.state',
    entity,
    ts: time?.ts ?? received,
    clock: time === null ? 'arrival' : 'device',
    heard: null,
    dedupeKey: null,
    green: null,
    yellow: null,
    red: null,
    manual: booleanAt(status, 'manual_control_is_enabled') ?? false,
    flash: booleanAt(status, 'failure_flash') ?? false,
    ends: [],
  }
}

export const huaweiSpat: Dialect = {
  id: 'huawei-spat',
  title: { zh: '华为云 V2X 信号机 SPAT 上报', en: 'Huawei Cloud V2X SPAT upload' },
  recognise: ({ topic }) => topic !== null && HUAWEI.test(topic),
  decode(envelope, context) {
    const json = jsonOf(envelope)
    if (!json.ok) return json
    const content = objectAt(asObject(json.value), 'content')
    const sent = stringAt(content, 'time_stamp')
    const forms = looseArray(content, 'intersections')
      .map((one) => huaweiOf(one, sent, context, envelope.received))
      .filter((form) => form !== null)
    return forms.length === 0 ? refusal('schema', 'content.intersections: expected intersection_id.node_id') : heard(forms)
  },
}
