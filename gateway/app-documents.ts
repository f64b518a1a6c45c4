/** Documents that come over HTTP, on the way of foreign messages: mapping or dialect, binding, log; and the signed ones first past their signature. */
import type { EpochMs } from '../engine/base/time.ts'
import type { Foreign } from './foreign.ts'
import type { DocumentIn, DocumentPort, DocumentTaken } from './http/parts.ts'
import { createInbox, type InboxSender } from './inbox.ts'
import type { Intake } from './mqtt/intake.ts'

export interface DocumentOptions {
  readonly foreign: Pick<Foreign, 'hear'>
  readonly acceptForeign: Intake['acceptForeign']
  readonly senders: readonly InboxSender[]
  /** The moment of arrival by the clock that rules. */
  readonly arrival: (received: EpochMs) => EpochMs
  readonly now: () => EpochMs
}

export function createDocuments({ foreign, acceptForeign, senders, arrival, now }: DocumentOptions): DocumentPort {
  const inbox = createInbox(senders)

  /** @param topic where a mapping may take it; null leaves it to the dialects */
  async function take({ method, path, headers, content_type, body, by }: DocumentIn, topic: string | null): Promise<DocumentTaken> {
    const received = now()
    const http = { method, path, headers }
    const translated = await foreign.hear({ topic, http, content_type, payload: body, received: arrival(received) })
    const message = { from: `http:${by}`, topic: topic ?? `${method} ${path.split('?')[0]}`, payload: Buffer.from(body), received }
    await new Promise<void>((resolve, reject) => {
      acceptForeign(message, translated, (error) => (error === undefined ? resolve() : reject(error)))
    })
    return { messages: translated.messages.length, refused: translated.refused }
  }

  return {
    take: (document) => take(document, null),
    async inbox(sender, document) {
      const verdict = inbox.judge(sender, document.headers, document.body, now())
      if (verdict === 'unknown') return { known: false }
      if (verdict === 'repeat') return { known: true, taken: 'repeat' }
      if (verdict !== 'fresh') return { known: true, why: verdict.why }
      const taken = await take({ ...document, by: `inbox:${sender}` }, `inbox/${sender}`)
      inbox.taken(sender, document.headers, now())
      return { known: true, taken }
    },
  }
}
