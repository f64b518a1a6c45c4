/** Documents that come over HTTP, on the way of foreign messages: mapping or dialect, binding, log; and the signed ones first past their signature. */
import type { EpochMs } from '../engine/base/time.ts'
import type { Foreign } from './foreign.ts'
import type { DocumentIn, DocumentPort, DocumentTaken } from './http/parts.ts'
import type { Inbox } from './inbox.ts'
import type { Intake } from './mqtt/intake.ts'

export interface DocumentOptions {
  readonly foreign: Pick<Foreign, 'hear'>
  readonly acceptForeign: Intake['acceptForeign']
  readonly inbox: Inbox
  /** The moment of arrival by the clock that rules. */
  readonly arrival: (received: EpochMs) => EpochMs
  readonly now: () => EpochMs
}

export function createDocuments({ foreign, acceptForeign, inbox, arrival, now }: DocumentOptions): DocumentPort {
  /**
   * @param from whose login or secret it came with
   * @param topic where a mapping may take it; null leaves it to the dialects
   */
  async function take(
    { method, path, headers, content_type, body }: DocumentIn,
    from: string,
    topic: string | null,
  ): Promise<DocumentTaken> {
    const received = now()
    const http = { method, path, headers }
    const translated = await foreign.hear({ topic, http, content_type, payload: body, received: arrival(received), from })
    const message = {
      from: topic === null ? `http:${from}` : `http:inbox:${from}`,
      topic: topic ?? `${method} ${path.split('?')[0]}`,
      payload: Buffer.from(body),
      received,
    }
    const refused = await new Promise<DocumentTaken['refused']>((resolve, reject) => {
      void acceptForeign(message, translated, (error, all = []) => (error === undefined ? resolve(all) : reject(error)))
    })
    const orders = translated.orders.length - refused.filter(({ kind }) => kind === 'order').length
    const reports = translated.orders.flatMap((order) => (order.type === 'report.take' ? [order.report.id] : []))
    return { messages: translated.messages.length + orders, refused, reports }
  }

  return {
    take: (document) => take(document, document.by, null),
    async inbox(sender, document) {
      const verdict = inbox.judge(sender, document.headers, document.body, now())
      if (verdict === 'unknown') return { known: false }
      if (verdict === 'repeat') return { known: true, taken: 'repeat' }
      if (verdict !== 'fresh') return { known: true, why: verdict.why }
      const taken = await take({ ...document, by: sender }, sender, `inbox/${sender}`)
      inbox.taken(sender, document.headers, now())
      return { known: true, taken }
    },
  }
}
