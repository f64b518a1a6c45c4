/** The door for foreign messages: mapping or dialect → normal forms → devices of the city → messages of the contract, or why not. */
import type { DialectSettings } from '../config/dialects.ts'
import type { City } from '../engine/model/city.ts'
import type { OperatorOrder } from '../engine/model/observation.ts'
import type { BridgeStill } from './bridge-stills.ts'
import { type Binder, type Bound, createBinder } from './dialects/binding.ts'
import type { DialectContext, Envelope, Heard, Refused, Reply } from './dialects/dialect.ts'
import { createDiscoveryMemory } from './dialects/discovery-memory.ts'
import { DIALECTS, judged, understand } from './dialects/list.ts'
import { ALERT_TYPES } from './dialects/ngsi-alert.ts'
import type { NormalForm } from './dialects/normal-form.ts'
import type { Repeats } from './dialects/repeats.ts'
import { sampleOf } from './dialects/sample.ts'
import { createSparkplugMemory } from './dialects/sparkplug-memory.ts'
import { type ContractMessage, toContract } from './dialects/to-contract.ts'
import { type ReportRules, toOrder } from './dialects/to-order.ts'
import { objectEvents } from './dialects/zone-events.ts'
import type { CompiledMapping } from './mappings/compile.ts'
import { type Refusal, refusal } from './mqtt/form.ts'
import type { Translated } from './mqtt/intake.ts'
import type { Inbound } from './parts.ts'
import type { Pseudonym } from './privacy.ts'
import { createRecentObjects } from './recent-objects.ts'

export interface ForeignOptions {
  readonly city: City
  /** In force now; another value when they have changed. */
  readonly settings: () => DialectSettings
  /** Classes of incident that this city has a run card for. */
  readonly classes: ReadonlySet<string>
  readonly pseudonym: Pseudonym
  /** With the clock of a simulation: its messages are of its own time. */
  readonly simulated: boolean
  /** The moment of arrival by the clock that rules. */
  readonly arrival: (received: number) => number
  /** What a dialect asks to be said back. Never throws. */
  readonly reply: (reply: Reply) => void
  /** Takes a picture of one of these events. */
  readonly still: (still: BridgeStill) => void
  /** In force now, the most specific filter first; they go before the dialects, since somebody wrote them for this city. */
  readonly mappings: () => readonly CompiledMapping[]
  readonly repeats: Repeats
}

export interface Foreign {
  translate(message: Inbound): Translated | Promise<Translated>
  /** The same for what came another way than over MQTT. */
  hear(envelope: Envelope): Translated | Promise<Translated>
  /** What dialects and mappings know of this city. */
  readonly context: DialectContext
  /** By dialect: messages understood, and of them those that strayed from their schema (`{dialect}.drift`) and those heard before (`{dialect}.repeat`). */
  readonly counters: Readonly<Record<string, number>>
}

/** What holds while the settings are the same. */
interface InForce {
  readonly settings: DialectSettings
  readonly bind: Binder
  readonly rules: ReportRules
}

export function createForeign(options: ForeignOptions): Foreign {
  const { city, settings, classes, pseudonym, simulated, arrival, reply, still, mappings, repeats } = options
  let standing: InForce | null = null

  function inForce(): InForce {
    const now = settings()
    if (standing?.settings === now) return standing
    const rules = { classes: now.reports.classes ?? {}, known: classes }
    standing = { settings: now, bind: createBinder(city.devices, now.bindings), rules }
    return standing
  }

  const [west, south, east, north] = city.bounds
  const context: DialectContext = {
    pseudonym,
    get zone_min() {
      return settings().zone_min
    },
    box: [west, south, east, north],
    get frigate_prefixes() {
      return settings().frigate_prefixes
    },
    sparkplug: createSparkplugMemory(),
    discovered: createDiscoveryMemory(),
    simulated,
  }
  const counters: Record<string, number> = Object.fromEntries(DIALECTS.flatMap(({ id }) => COUNTED.map((what) => [`${id}${what}`, 0])))
  const count = (name: string): void => {
    counters[name] = (counters[name] ?? 0) + 1
  }

  const recent = createRecentObjects()

  /** Pictures and the objects that they show find each other here; nothing of them is a message. */
  function matchStill(form: NormalForm, to: Bound | null, { payload, received }: Envelope): void {
    if (to === null) return
    if (form.kind === 'camera.object' && !form.false_positive) recent.note(form.entity, form.label, objectEvents(form, to, ''), received)
    if (form.kind !== 'camera.still') return
    const events = recent.find(form.entity, form.label, received)
    if (events.length > 0) still({ events, bytes: Buffer.from(payload) })
  }

  /** What the forms mean here: messages of devices, orders, or why neither. */
  function meaning(forms: readonly NormalForm[], envelope: Envelope) {
    const { from, received } = envelope
    const { bind, rules } = inForce()
    const messages: ContractMessage[] = []
    const orders: OperatorOrder[] = []
    const refused: Refusal[] = []
    const noted: string[] = []
    let again = 0
    for (const form of forms) {
      const order = toOrder(form, from ?? 'outside', rules)
      const to = order === null ? bind(form) : null
      const said = to === null ? null : toContract(form, to)
      matchStill(form, to, envelope)
      if (order !== null) orders.push(order)
      else if (said !== null) {
        // A run of a simulation may be made again: the same messages are to mean the same.
        const names = simulated ? [] : repeats.note(form, received)
        if (names === null) again++
        else {
          messages.push(...said)
          noted.push(...names)
        }
      } else if (!isSilent(form)) refused.push(unbound(form, to !== null))
    }
    return { messages, orders, refused, again, unheard: () => repeats.forget(noted) }
  }

  function translated(envelope: Envelope, id: string | null, said: Heard | Refused): Translated {
    for (const one of said.replies ?? []) reply(one)
    const sample = () => sampleOf(envelope)
    if (!said.ok) return { messages: [], orders: [], refused: [said], unheard: () => {}, sample }
    const { again, ...meant } = meaning(said.forms, envelope)
    if (id !== null) {
      count(id)
      if (said.drift.length > 0) count(`${id}.drift`)
      if (again > 0) count(`${id}.repeat`)
    }
    return { ...meant, sample }
  }

  function mapped(mapping: CompiledMapping, envelope: Envelope): Translated | Promise<Translated> {
    const finish = (said: Heard | Refused): Translated =>
      translated(envelope, `mapping.${mapping.id}`, said.ok ? judged(said, simulated ? null : envelope.received) : said)
    const said = mapping.decode(envelope, context)
    return said instanceof Promise ? said.then(finish) : finish(said)
  }

  function hear(envelope: Envelope): Translated | Promise<Translated> {
    const known = mappings()
    const topic = known.length === 0 ? [] : (envelope.topic?.split('/') ?? [])
    const mapping = known.find((one) => one.takes(topic))
    if (mapping !== undefined) return mapped(mapping, envelope)
    const { dialect, said } = understand(envelope, context)
    return translated(envelope, dialect?.id ?? null, said)
  }

  return { translate: (message) => hear(envelopeOf(message, arrival)), hear, context, counters }
}

const COUNTED = ['', '.drift', '.repeat']

/** An announcement of what is nobody's yet is no fault, it is what bindings are made of; what an alert's entity says its alert says too. */
const isSilent = (form: NormalForm): boolean =>
  form.kind === 'discovery' ||
  form.kind === 'deleted' ||
  form.kind === 'camera.still' ||
  (form.kind === 'entity' && ALERT_TYPES.has(form.type))

const envelopeOf = ({ topic, payload, received, from }: Inbound, arrival: (received: number) => number): Envelope => ({
  topic,
  http: null,
  content_type: null,
  payload,
  received: arrival(received),
  ...(from.startsWith('bridge/') ? { from: from.slice('bridge/'.length) } : {}),
})

function unbound({ entity, kind }: NormalForm, known: boolean): Refusal {
  if (known) return refusal('unbound', `${entity}: a device of the city takes no ${kind}`)
  return refusal('unbound', `${entity}: no device of the city; bind it in dialects.yaml`)
}
