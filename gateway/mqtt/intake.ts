/**
 * The way of a message into the house: topic → decode → pseudonym → log → taken → acknowledged. A message that means nothing goes to the
 * quarantine and is acknowledged too (in its turn: MQTT 3.1.1 wants acknowledgements in the order of the messages, [MQTT-4.6.0-2]).
 */
import { Compile } from 'typebox/compile'
import type { EpochMs } from '../../engine/base/time.ts'
import type { DeviceKey } from '../../engine/model/city.ts'
import type { Observation, OperatorOrder } from '../../engine/model/observation.ts'
import type { Concern } from '../../engine/model/rule.ts'
import { type Accept, type EventLog, type Inbound, type LogPosition, type LogRecord, RECORD, type Taken } from '../parts.ts'
import type { Places } from '../places.ts'
import type { Pseudonym } from '../privacy.ts'
import { ClockPayload } from '../wire/payloads.ts'
import { clockTopic, type HeardTopic, parseDeviceTopic } from '../wire/topics.ts'
import { createBacklog } from './backlog.ts'
import { type Decoded, decode, parseJson } from './decode.ts'
import { type DecodeLimits, type DecodeRules, type Refusal, refusal } from './form.ts'
import { createLanes } from './lanes.ts'
import { createQuarantine, type Quarantine, type Refused } from './quarantine.ts'
import { reasonOf } from './reason.ts'
import { timeOnly } from './time-only.ts'

export interface IntakeOptions {
  readonly log: EventLog
  readonly pseudonym: Pseudonym
  readonly limits: DecodeLimits
  readonly quarantine_max: number
  readonly places: Places
  /** Every message that was accepted, in the order of the log, after it was written and before it is acknowledged. */
  readonly onTaken: (taken: Taken) => void
  /**
   * Given with `--clock mqtt` only: the simulator's clock messages, each after everything that came before it was taken. A step's readings
   * come before its `now`, so their times are not judged here but by the engine's `sense` as of that `now`.
   */
  readonly onClock?: (clock: ClockPayload) => void
  /** What a message on a topic that is not of the contract says in messages that are; without it such a message is refused. */
  readonly translate?: (message: Inbound) => Translated | Promise<Translated>
  /** Hands an order to the engine and tells why it was not obeyed; null: it was, or nobody knows yet. It is in the log by then. */
  readonly order?: (order: OperatorOrder, from: string) => Promise<string | null>
  /** Told of every refusal, with what may be kept of its payload. */
  readonly onRefused?: (refused: Refused) => void
}

/** A foreign message in the contract's words. Both may be empty: it was understood and says nothing about the city. */
export interface Translated {
  readonly messages: readonly { readonly topic: string; readonly payload: string }[]
  /** What it says that is about no device: warnings, reports. */
  readonly orders: readonly OperatorOrder[]
  readonly refused: readonly Refusal[]
  /** It could not be kept: sent again it has to be heard again. */
  readonly unheard: () => void
  /** What may be kept of the payload in the quarantine: personal data can be anywhere in it. */
  readonly sample: () => string
}

/** Without an error all is in the log; with what was refused of it, by the door or by the engine. */
export type ForeignDone = (error?: Error, refused?: readonly Refusal[]) => void

export interface Intake {
  readonly accept: Accept
  /** What came another way than over MQTT and says this; the topic is where it came in, for the quarantine. */
  acceptForeign(message: Inbound, translated: Translated, done: ForeignDone): void | Promise<void>
  /**
   * What a record meant when it was taken in; null for a clock message and for what is no message. For replay.
   * @param concern what of it is wanted; everything unless given
   */
  observe(record: LogRecord, concern?: (device: DeviceKey) => Concern): Taken | null
  readonly quarantine: Quarantine
  readonly counters: Readonly<Record<IntakeCounter, number>>
}

/**
 * `foreign` came on topics that are not of the contract; `other_worlds` are ignored and acknowledged; `masked` lay in a privacy mask and were not kept;
 * `unkept` could not be logged and were not acknowledged.
 */
export type IntakeCounter = 'received' | 'taken' | 'observations' | 'refused' | 'masked' | 'other_worlds' | 'unkept' | 'foreign'

const TOPICS_MAX = 100_000
const HOME_CLOCK = clockTopic(null)
/** Roots of the contract: what is wrong there is wrong, and no dialect's. */
const OURS = /^(city|world)\//
const OTHER_CLOCK = /^world\/[^/]+\/v1\/clock$/

export function createIntake(options: IntakeOptions): Intake {
  const { log, pseudonym, limits, places, onTaken, onClock, translate } = options
  const quarantine = createQuarantine(options.quarantine_max, options.onRefused)
  const counters: Record<IntakeCounter, number> = {
    received: 0,
    taken: 0,
    observations: 0,
    refused: 0,
    masked: 0,
    other_worlds: 0,
    unkept: 0,
    foreign: 0,
  }
  const topicOf = rememberTopics()
  const live: DecodeRules = { limits, pseudonym }
  /** The log holds pseudonyms already. */
  const again: DecodeRules = { limits, pseudonym: (subject) => subject }
  const judged = (received: EpochMs): EpochMs | null => (onClock === undefined ? received : null)

  function judge(message: Inbound, rules: DecodeRules): Verdict {
    if (message.topic === HOME_CLOCK) return judgeClock(message)
    const topic = topicOf(message.topic)
    if ((topic !== null && topic.world !== null) || OTHER_CLOCK.test(message.topic)) return 'other world'
    if (topic === null) return refusal('topic', TOPIC_EXPECTED)
    const understood = decode(topic, message.payload.toString(), judged(message.received), rules)
    if (!understood.ok) return understood
    const decoded = placed(understood, places, false)
    if (decoded === 'masked' || !decoded.ok) return decoded
    for (const refused of decoded.refused) note(message, refused)
    return {
      ok: true,
      payload: decoded.logged,
      values: decoded.observations.length,
      onKept: (position) => {
        counters.taken++
        counters.observations += decoded.observations.length
        onTaken(takenOf(message, decoded, position))
      },
    }
  }

  /** Acknowledged when all that it says is in the log: sent again, what was kept already is a repeat. */
  function acceptForeign(message: Inbound, translated: Translated, done: ForeignDone): void | Promise<void> {
    counters.foreign++
    const { refused, orders } = translated
    const quarantined = { ...message, payload: Buffer.from(refused.length === 0 && orders.length === 0 ? '' : translated.sample()) }
    for (const one of refused) note(quarantined, one)
    const finish: ForeignDone = (error, all = refused) => {
      if (error !== undefined) translated.unheard()
      done(error, all)
    }
    if (orders.length === 0) keepForeign(message, translated, finish)
    else
      return giveOrders(quarantined, translated, () => new Promise((resolve) => keepForeign(message, translated, resolve))).then(
        (all) => finish(undefined, all),
        (error: unknown) => finish(error instanceof Error ? error : new Error(String(error))),
      )
  }

  /** One after the other: a report and its status can come in one message. */
  async function giveOrders(message: Inbound, { orders, refused }: Translated, keep: () => Promise<Error | undefined>): Promise<Refusal[]> {
    const all = [...refused]
    for (const one of orders) {
      const why = options.order === undefined ? 'nobody takes orders here' : await options.order(one, message.from)
      if (why === null) continue
      const refused_order = refusal('order', why)
      note(message, refused_order)
      all.push(refused_order)
    }
    const error = await keep()
    if (error !== undefined) throw error
    return all
  }

  function keepForeign(message: Inbound, { messages }: Translated, done: Done): void {
    let waiting = 1
    let failed: Error | undefined
    const one: Done = (error) => {
      failed ??= error
      if (--waiting === 0) done(failed)
    }
    for (const { topic, payload } of messages) {
      const inside: Inbound = { ...message, topic, payload: Buffer.from(payload) }
      waiting++
      // A dialect has made pseudonyms already.
      settle(inside, judge(inside, again), one)
    }
    log.after((error) => one(error ?? undefined))
  }

  /** Nothing of ours: no device's topic, and no clock of any world. */
  const isForeign = ({ topic }: Inbound): boolean => topic !== HOME_CLOCK && !OURS.test(topic) && topicOf(topic) === null

  function judgeClock({ from, payload }: Inbound): Verdict {
    if (onClock === undefined) return refusal('clock', 'clock: this engine keeps its own time (--clock wall)')
    if (from !== 'simulator') return refusal('permission', 'clock: only the simulator tells the time')
    const clock = readClock(payload.toString())
    return clock.ok ? { ok: true, payload, values: 0, onKept: () => onClock(clock.value) } : clock
  }

  const lanes = createLanes()

  const accept: Accept = (message, done) => {
    counters.received++
    if (lanes.enter(message.from, () => acceptNow(message, done))) return
    counters.unkept++
    done(new Error('too many messages of this sender wait for their mapping'))
  }

  function acceptNow(message: Inbound, done: Done): void | Promise<void> {
    if (translate !== undefined && isForeign(message)) {
      const translated = translate(message)
      if (translated instanceof Promise) return translated.then((later) => acceptForeign(message, later, done))
      return acceptForeign(message, translated, done)
    }
    // With an outside clock the order on the wire is the order of the step.
    if (onClock !== undefined || !backlog.defer(message, done)) settle(message, judge(message, live), done)
  }

  /** @returns how many values it held */
  function settle(message: Inbound, verdict: Verdict, done: Done): number {
    if (verdict === 'other world' || verdict === 'masked') {
      counters[verdict === 'masked' ? 'masked' : 'other_worlds']++
      log.after((error) => done(error ?? undefined))
    } else if (!verdict.ok) {
      note(message, verdict)
      log.after((error) => done(error ?? undefined))
    } else {
      keep(message, verdict.payload, verdict.onKept, done)
      return verdict.values
    }
    return 0
  }
  const backlog = createBacklog((message, done) => settle(message, judge(message, live), done))

  function note({ received, topic, from, payload }: Inbound, { kind, reason }: Refusal): void {
    counters.refused++
    quarantine.add({ at: received, topic, from, kind, reason, payload })
  }

  function keep({ topic, received }: Inbound, payload: Buffer | string, onKept: (position: LogPosition) => void, done: Done): void {
    log.append(RECORD.message, topic, payload, received, (error, position) => {
      if (error === null) onKept(position)
      else counters.unkept++
      done(error ?? undefined)
    })
  }

  return {
    accept,
    acceptForeign,
    observe({ kind, topic: name, payload, received, position }, concern) {
      if (kind !== RECORD.message) return null
      const topic = topicOf(name)
      if (topic === null) return null
      const wanted = concern?.(topic.device) ?? 'values'
      if (wanted === 'none') return null
      const time = wanted === 'age' && topic.channel === 'reading' ? timeOnly(topic, payload, judged(received), limits) : null
      if (time !== null) return { world: null, topic: name, payload: payload.toString('latin1'), received, observations: [time], position }
      const understood = decode(topic, payload.toString(), judged(received), again)
      const decoded = understood.ok ? placed(understood, places, true) : understood
      return decoded === 'masked' || !decoded.ok ? null : takenOf({ topic: name, received }, decoded, position)
    },
    quarantine,
    counters,
  }
}

type Understood = Extract<Decoded, { ok: true }>

/** With every place in WGS84. One that is nowhere near the city is taken out and told; the log keeps it as it came. */
function placed(decoded: Understood, places: Places, again: boolean): Understood | Refusal | 'masked' {
  const refused = [...decoded.refused]
  const observations: Observation[] = []
  for (const observation of decoded.observations) {
    const verdict = places(observation, again)
    // An event comes alone in its message.
    if (verdict.verdict === 'masked') return 'masked'
    if (verdict.verdict === 'unassessed') return refusal('assessment', verdict.why)
    observations.push(verdict.observation)
    if (verdict.verdict === 'outside')
      refused.push(
        refusal(
          'place',
          `lon, lat: ${Math.round(verdict.off_m / 1000)} km outside the city; the place is left out. Is the source's crs declared?`,
        ),
      )
  }
  return { ...decoded, observations, refused }
}

type Done = (error?: Error) => void

type Verdict =
  | { readonly ok: true; readonly payload: Buffer | string; readonly values: number; readonly onKept: (position: LogPosition) => void }
  | Refusal
  | 'other world'
  | 'masked'

const TOPIC_EXPECTED = 'topic: expected city/v1/{district}/{domain}/{device}/{reading, event, state or ack}'

const takenOf = (
  { topic, received }: Pick<Inbound, 'topic' | 'received'>,
  { logged, observations }: Extract<Decoded, { ok: true }>,
  position: LogPosition,
): Taken => ({ world: null, topic, payload: logged, received, observations, position })

/** Devices say the same few topics again and again; a stranger who says many new ones costs a map, not the memory. */
function rememberTopics(): (topic: string) => HeardTopic | null {
  const known = new Map<string, HeardTopic | null>()
  return (topic) => {
    const found = known.get(topic)
    if (found !== undefined) return found
    if (known.size >= TOPICS_MAX) known.clear()
    const parsed = parseDeviceTopic(topic)
    known.set(topic, parsed)
    return parsed
  }
}

const clockValidator = Compile(ClockPayload)

function readClock(text: string): { readonly ok: true; readonly value: ClockPayload } | Refusal {
  const parsed = parseJson(text)
  if (!parsed.ok) return parsed
  const { value } = parsed
  if (!clockValidator.Check(value)) return refusal('clock', reasonOf(clockValidator.Errors(value)))
  if (value.end !== true && (value.step === undefined || value.now === undefined)) {
    return refusal('clock', 'clock: must have step and now, or end')
  }
  return { ok: true, value }
}
