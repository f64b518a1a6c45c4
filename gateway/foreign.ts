/** The door for foreign messages: mapping or dialect → normal forms → devices of the city → messages of the contract, or why not. */
import type { DialectSettings } from '../config/dialects.ts'
import type { City } from '../engine/model/city.ts'
import type { BridgeStill } from './bridge-stills.ts'
import { type Bound, createBinder } from './dialects/binding.ts'
import type { DialectContext, Envelope, Heard, Refused, Reply } from './dialects/dialect.ts'
import { createDiscoveryMemory } from './dialects/discovery-memory.ts'
import { DIALECTS, judged, understand } from './dialects/list.ts'
import type { NormalForm } from './dialects/normal-form.ts'
import { sampleOf } from './dialects/sample.ts'
import { createSparkplugMemory } from './dialects/sparkplug-memory.ts'
import { type ContractMessage, toContract } from './dialects/to-contract.ts'
import { objectEvents } from './dialects/zone-events.ts'
import type { CompiledMapping } from './mappings/compile.ts'
import { type Refusal, refusal } from './mqtt/form.ts'
import type { Translated } from './mqtt/intake.ts'
import type { Inbound } from './parts.ts'
import type { Pseudonym } from './privacy.ts'
import { createRecentObjects } from './recent-objects.ts'

export interface ForeignOptions {
  readonly city: City
  readonly settings: DialectSettings
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
}

export interface Foreign {
  translate(message: Inbound): Translated | Promise<Translated>
  /** The same for what came another way than over MQTT. */
  hear(envelope: Envelope): Translated | Promise<Translated>
  /** What dialects and mappings know of this city. */
  readonly context: DialectContext
  /** By dialect: messages understood, and of them those that strayed from their schema (`{dialect}.drift`). */
  readonly counters: Readonly<Record<string, number>>
}

export function createForeign({ city, settings, pseudonym, simulated, arrival, reply, still, mappings }: ForeignOptions): Foreign {
  const bind = createBinder(city.devices, settings.bindings)
  const [west, south, east, north] = city.bounds
  const context: DialectContext = {
    pseudonym,
    zone_min: settings.zone_min,
    box: [west, south, east, north],
    frigate_prefixes: settings.frigate_prefixes,
    sparkplug: createSparkplugMemory(),
    discovered: createDiscoveryMemory(),
    simulated,
  }
  const counters: Record<string, number> = Object.fromEntries(
    DIALECTS.flatMap(({ id }) => [
      [id, 0],
      [`${id}.drift`, 0],
    ]),
  )

  const recent = createRecentObjects()

  /** Pictures and the objects that they show find each other here; nothing of them is a message. */
  function matchStill(form: NormalForm, to: Bound | null, { payload, received }: Envelope): void {
    if (to === null) return
    if (form.kind === 'camera.object' && !form.false_positive) recent.note(form.entity, form.label, objectEvents(form, to, ''), received)
    if (form.kind !== 'camera.still') return
    const events = recent.find(form.entity, form.label, received)
    if (events.length > 0) still({ events, bytes: Buffer.from(payload) })
  }

  function bound(forms: readonly NormalForm[], envelope: Envelope): Pick<Translated, 'messages' | 'refused'> {
    const messages: ContractMessage[] = []
    const refused: Refusal[] = []
    for (const form of forms) {
      const to = bind(form)
      const said = to === null ? null : toContract(form, to)
      matchStill(form, to, envelope)
      if (said !== null) messages.push(...said)
      // An announcement of what is nobody's yet is no fault; it is what bindings are made of.
      else if (!NOBODYS.has(form.kind)) refused.push(unbound(form, to !== null))
    }
    return { messages, refused }
  }

  function count(id: string, drift: number): void {
    counters[id] = (counters[id] ?? 0) + 1
    counters[`${id}.drift`] = (counters[`${id}.drift`] ?? 0) + (drift > 0 ? 1 : 0)
  }

  function translated(envelope: Envelope, id: string | null, said: Heard | Refused): Translated {
    for (const one of said.replies ?? []) reply(one)
    const sample = () => sampleOf(envelope)
    if (!said.ok) return { messages: [], refused: [said], sample }
    if (id !== null) count(id, said.drift.length)
    return { ...bound(said.forms, envelope), sample }
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

/** Of no device of the city, these are no fault. */
const NOBODYS: ReadonlySet<NormalForm['kind']> = new Set(['discovery', 'deleted', 'camera.still'])

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
