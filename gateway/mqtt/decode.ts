/**
 * From a payload on the wire to what it means, or why it means nothing. Never throws. Keys that nobody knows are dropped here, from the
 * observation and from what the log keeps; the subject of an event becomes its pseudonym.
 */
import { Compile } from 'typebox/compile'
import type { EpochMs } from '../../engine/base/time.ts'
import type { LaneCount, Observation } from '../../engine/model/observation.ts'
import { AckPayload, BatchPayload, CrewEventPayload, EventPayload, ReadingPayload, StatePayload, TrafficPayload } from '../wire/payloads.ts'
import type { HeardTopic } from '../wire/topics.ts'
import { createForm, type DecodeRules, type Form, type Refusal, refusal } from './form.ts'
import { reasonOf } from './reason.ts'

export type Decoded =
  | {
      readonly ok: true
      readonly observations: readonly Observation[]
      /** What the log is to hold. */
      readonly logged: string
      /** Members of a batch that were left out. */
      readonly refused: readonly Refusal[]
    }
  | Refusal

/**
 * @param text the payload; what was no UTF-8 has become U+FFFD
 * @param now what times are judged against; null leaves them unjudged
 */
export function decode(topic: HeardTopic, text: string, now: EpochMs | null, rules: DecodeRules): Decoded {
  const parsed = parseJson(text)
  if (!parsed.ok) return parsed
  const { value } = parsed
  const form = formOf(topic, value)
  if (form === null) return refusal('topic', 'topic: command leads from the city to the device')
  if (topic.channel === 'reading' && isObject(value) && 'batch' in value) return decodeBatch(topic, value, now, rules)
  const one = form(value, { device: topic.device, backfill: false, now }, rules)
  if (!one.ok) return one
  return { ok: true, observations: [one.observation], logged: one.kept === value ? text : JSON.stringify(one.kept), refused: NONE }
}

const NONE: readonly Refusal[] = []

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** `JSON.parse` with a reason that quotes nothing. */
export function parseJson(text: string): { readonly ok: true; readonly value: unknown } | Refusal {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    // V8's message quotes the payload, which may hold a subject.
    if (text.length === 0) return refusal('json', 'payload: empty, expected a JSON object')
    if (/\b(NaN|Infinity)\b/.test(text)) return refusal('json', 'payload: NaN and Infinity are not JSON, expected finite numbers')
    return refusal('json', 'payload: not valid JSON, expected an object')
  }
}

/** Every payload form of the contract. A traffic device may also send plain readings. */
function formOf({ channel, domain }: HeardTopic, value: unknown): Form | null {
  switch (channel) {
    case 'reading':
      return domain === 'traffic' && !(isObject(value) && 'v' in value) ? trafficForm : readingForm
    case 'event':
      return domain === 'crew' ? crewForm : eventForm
    case 'state':
      return stateForm
    case 'ack':
      return ackForm
    case 'command':
      return null
  }
}

const batch = Compile(BatchPayload)

/** Each is checked by itself: one bad reading does not cost the others of the same outage. */
function decodeBatch(topic: HeardTopic, value: unknown, now: EpochMs | null, rules: DecodeRules): Decoded {
  if (!batch.Check(value)) return refusal('schema', reasonOf(batch.Errors(value)))
  const source = { device: topic.device, backfill: true, now }
  const observations: Observation[] = []
  const kept: unknown[] = []
  const refused: Refusal[] = []
  for (const [i, item] of value.batch.entries()) {
    const one = formOf(topic, item)?.(item, source, rules) ?? refusal('topic', 'no reading')
    if (one.ok) {
      observations.push(one.observation)
      kept.push(one.kept)
    } else refused.push(refusal(one.kind, `batch.${i}.${one.reason}`))
  }
  if (observations.length === 0) return refused[0]
  return { ok: true, observations, logged: JSON.stringify({ batch: kept }), refused }
}

const readingForm = createForm(ReadingPayload, ({ ts, seq, v }, { device, backfill, ahead_s }) => ({
  kind: 'reading',
  device,
  ts,
  seq: seq ?? null,
  values: v,
  backfill,
  ...(ahead_s !== undefined && { ahead_s }),
}))

const trafficForm = createForm(TrafficPayload, (value, { device, backfill, ahead_s }) => ({
  kind: 'traffic',
  device,
  ts: value.ts,
  seq: value.seq ?? null,
  phase: value.phase,
  target: value.target ?? value.phase,
  clearing: value.clearing ?? false,
  age_s: value.age_s ?? 0,
  in: lanesOf(value.in),
  out: lanesOf(value.out ?? {}),
  backfill,
  ...(ahead_s !== undefined && { ahead_s }),
}))

function lanesOf(counts: Readonly<Record<string, readonly number[]>>): Record<string, LaneCount> {
  const lanes: Record<string, LaneCount> = {}
  for (const [lane, [vehicles, queued, approaching]] of Object.entries(counts)) {
    // A lane id may hold underscores; to assign this one would set the prototype.
    if (lane !== '__proto__') lanes[lane] = { vehicles, queued, approaching: approaching ?? null }
  }
  return lanes
}

const eventForm = createForm(
  EventPayload,
  (value, { device }) => ({
    kind: 'event',
    device,
    ts: value.ts,
    id: value.id,
    type: value.type,
    score: value.score ?? 1,
    stage: value.stage ?? 'new',
    at: value.lon === undefined || value.lat === undefined ? null : [value.lon, value.lat],
    subject: value.subject ?? null,
    media: value.media ?? null,
    ...(value.box !== undefined && { box: value.box }),
  }),
  // Always a new value, so that the log never keeps the text as it came: JSON may name a key twice and hide the first.
  (value, pseudonym) => (value.subject === undefined ? { ...value } : { ...value, subject: pseudonym(value.subject) }),
)

const crewForm = createForm(CrewEventPayload, (value, { device }) => ({
  kind: 'crew',
  device,
  ts: value.ts,
  id: value.id,
  type: value.type,
  task: value.task ?? null,
  note: value.note ?? null,
  photo: value.photo ?? null,
  ...(value.need === undefined ? {} : { need: { skill: value.need.skill ?? null, kit: value.need.kit ?? null } }),
  ...(value.delay_min === undefined ? {} : { delay_min: value.delay_min }),
  ...(value.stop === undefined ? {} : { stop: value.stop }),
}))

/** A last will is written at CONNECT and cannot know its time. */
const stateForm = createForm(StatePayload, (value, { device }) => ({
  kind: 'presence',
  device,
  ts: value.ts ?? null,
  online: value.online,
  battery_pct: value.battery_pct ?? null,
  rssi_dbm: value.rssi_dbm ?? null,
  fw: value.fw ?? null,
}))

const ackForm = createForm(AckPayload, (value, { device }) => ({
  kind: 'ack',
  device,
  ts: value.ts,
  command: value.command,
  status: value.status,
  reason: value.reason ?? null,
}))
