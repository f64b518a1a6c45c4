/** What people order over HTTP: into the log like everything else, and back with what the engine made of it. */
import { randomUUID } from 'node:crypto'
import { UrbanError } from '../engine/base/errors.ts'
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../engine/base/time.ts'
import type { CityState } from '../engine/city-state.ts'
import { conflictOf } from '../engine/crew-view.ts'
import { type DeviceKey, splitKey } from '../engine/model/city.ts'
import type { Command } from '../engine/model/command.ts'
import type { OperatorOrder } from '../engine/model/observation.ts'
import { isNews } from '../engine/view.ts'
import type { HttpParts, OrderOutcome } from './http/parts.ts'
import { decode } from './mqtt/decode.ts'
import type { DecodeLimits } from './mqtt/form.ts'
import type { Accept } from './parts.ts'
import type { Runner } from './runner.ts'
import type { Stepped } from './stepper.ts'
import type { CrewEventPayload, ReadingPayload } from './wire/payloads.ts'
import { deviceTopic } from './wire/topics.ts'

type Conflict = Extract<Command, { kind: 'task.conflict' }>

export interface Orders extends Pick<HttpParts, 'order' | 'press' | 'place'> {
  /** What another system says: as an order, unless it is known already. Why it was not taken; null: it was, or nobody knows yet. It is in the log by then. */
  hear(order: OperatorOrder, from: string): Promise<string | null>
  note(stepped: Stepped): void
}

export interface OrdersOptions {
  readonly runner: Runner
  readonly accept: Accept
  readonly limits: DecodeLimits
  readonly state: () => CityState
  readonly now: () => EpochMs
  /** An outside clock steps when it likes: nothing is waited for. */
  readonly simulated: boolean
}

const ANSWER_MS_MAX = 5 * SECOND_MS
/** How long a repeated Idempotency-Key is answered like the first. */
const REMEMBERED_MS = 10 * MINUTE_MS
const CONFLICTS_KEPT = 10_000

export function createOrders({ runner, accept, limits, state, now, simulated }: OrdersOptions): Orders {
  const waiting = new Map<string, (outcome: OrderOutcome) => void>()
  const given = new Map<string, { readonly at: EpochMs; readonly outcome: Promise<OrderOutcome | null> }>()
  /** Newest last: a press that is sent again gets the answer that was lost on the way. */
  const conflicts = new Map<string, Conflict>()

  function forget(): void {
    for (const [key, { at }] of given) {
      if (now() - at < REMEMBERED_MS) return
      given.delete(key)
    }
  }

  async function give(order: OperatorOrder, by: string, id: string): Promise<OrderOutcome | null> {
    const answered = new Promise<OrderOutcome | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), simulated ? 0 : ANSWER_MS_MAX)
      waiting.set(id, (outcome) => {
        clearTimeout(timer)
        resolve(outcome)
      })
    })
    try {
      await runner.observe({ kind: 'operator', ts: now(), id, by, act: order })
      return await answered
    } finally {
      waiting.delete(id)
    }
  }

  /** The way that the same message takes over MQTT; a refusal is an error here, because somebody waits for the answer. */
  async function takeIn(
    crew: DeviceKey,
    channel: 'event' | 'reading',
    message: CrewEventPayload | ReadingPayload,
    by: string,
  ): Promise<void> {
    const address = { world: null, ...splitKey(crew), channel, device: crew }
    const topic = deviceTopic(address)
    const payload = Buffer.from(JSON.stringify(message))
    const received = now()
    const decoded = decode(address, payload.toString(), simulated ? null : received, { limits, pseudonym: (subject) => subject })
    if (!decoded.ok) throw new UrbanError('input', 'message_refused', decoded.reason)
    await new Promise<void>((resolve, reject) => {
      accept({ from: `http:${by}`, topic, payload, received }, (error) => (error === undefined ? resolve() : reject(error)))
    })
  }

  return {
    order(order, by, id) {
      forget()
      const name = `${by}/${id}`
      const before = given.get(name)
      if (before !== undefined) return before.outcome
      const outcome = give(order, by, name)
      given.set(name, { at: now(), outcome })
      return outcome
    },
    async hear(order, from) {
      if (!isNews(state(), order)) return null
      // Each message is an order of its own: a report may go back to what it was.
      const outcome = await give(order, from, `${from}/${randomUUID()}`)
      return outcome === null || outcome.done ? null : (outcome.why ?? 'the engine did not take it')
    },
    async press(crew, event, by) {
      await takeIn(crew, 'event', event, by)
      if (!simulated) await runner.settled()
      return conflicts.get(`${crew} ${event.id}`) ?? conflictOf(state(), crew, event.id)
    },
    place: (crew, reading, by) => takeIn(crew, 'reading', reading, by),
    note({ facts, commands }) {
      if (waiting.size > 0) {
        for (const fact of facts) if (fact.kind === 'operator') waiting.get(fact.id)?.(fact)
      }
      for (const command of commands) {
        if (command.kind !== 'task.conflict') continue
        conflicts.set(`${command.device} ${command.press}`, command)
        for (const oldest of conflicts.keys()) {
          if (conflicts.size <= CONFLICTS_KEPT) break
          conflicts.delete(oldest)
        }
      }
    },
  }
}
