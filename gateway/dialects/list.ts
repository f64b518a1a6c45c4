/** Every dialect that is understood, in the order in which they are asked: the first that recognises a message decodes it. */
import type { EpochMs } from '../../engine/base/time.ts'
import { type Refusal, refusal } from '../mqtt/form.ts'
import type { Dialect, DialectContext, Drift, Envelope, Heard, Refused } from './dialect.ts'
import { DEVICE_DIALECTS } from './list-devices.ts'
import { DOCUMENT_DIALECTS } from './list-documents.ts'
import type { NormalForm } from './normal-form.ts'
import { judge } from './plausible.ts'

export const DIALECTS: readonly Dialect[] = [...DEVICE_DIALECTS, ...DOCUMENT_DIALECTS]

/** No topic of any format here is longer; MQTT allows 65535 bytes. */
const TOPIC_MAX = 512

export const recognise = (envelope: Envelope, context: DialectContext): Dialect | null =>
  DIALECTS.find((dialect) => dialect.recognise(envelope, context)) ?? null

export interface Understanding {
  /** Null: none recognises it. */
  readonly dialect: Dialect | null
  readonly said: Heard | Refused
}

/** What a foreign message says, or why nobody understands it. Never throws. */
export function understand(envelope: Envelope, context: DialectContext): Understanding {
  if ((envelope.topic ?? envelope.http?.path ?? '').length > TOPIC_MAX) {
    return { dialect: null, said: refusal('topic', `topic: longer than ${TOPIC_MAX} characters`) }
  }
  const dialect = recognise(envelope, context)
  if (dialect === null) return { dialect, said: refusal('dialect', 'no dialect recognises this topic and payload') }
  const said = dialect.decode(envelope, context)
  return { dialect, said: said.ok ? judged(said, context.simulated ? null : envelope.received) : said }
}

/**
 * A form that cannot be true is left out; when none is left, the message is refused.
 * @param received null leaves times unjudged
 */
export function judged(said: Heard, received: EpochMs | null): Heard | Refused {
  const forms: NormalForm[] = []
  const drift: Drift[] = [...said.drift]
  let first: Refusal | null = null
  for (const form of said.forms) {
    const one = judge(form, received)
    if (one.ok) {
      forms.push(one.form)
      drift.push(...one.drift)
    } else {
      first ??= one
      drift.push({ field: form.kind, what: one.kind === 'time' ? 'time' : 'range' })
    }
  }
  if (first !== null && forms.length === 0) return { ...first, replies: said.replies }
  return { ...said, forms, drift }
}
