/** One POST to an outside service. Errors are told by name and status only: addresses of robots and push services are secrets. */
import type { Delivered } from './outbox.ts'

const TIMEOUT_MS = 10_000
const RETRY_MS = 5_000
const RETRY_MS_MAX = 600_000

export interface Post {
  readonly url: string | URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array<ArrayBuffer>
}

/** `Retry-After` in seconds (RFC 9110, 10.2.3); a date is not waited for. */
function retryAfter_ms(response: Response): number {
  const seconds = Number(response.headers.get('retry-after'))
  return seconds > 0 ? Math.min(seconds * 1000, RETRY_MS_MAX) : RETRY_MS
}

/** @param judge what an answer that came through means; null: as its status says */
export async function post({ url, headers, body }: Post, judge?: (response: Response) => Promise<Delivered | null>): Promise<Delivered> {
  let response: Response
  try {
    response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (error) {
    return { outcome: 'later', after_ms: RETRY_MS, why: error instanceof Error ? error.name : 'no answer' }
  }
  const judged = await judge?.(response)
  if (judged !== undefined && judged !== null) return judged
  await response.body?.cancel()
  if (response.ok) return { outcome: 'sent' }
  const why = `HTTP ${response.status}`
  return response.status === 429 || response.status >= 500
    ? { outcome: 'later', after_ms: retryAfter_ms(response), why }
    : { outcome: 'refused', why }
}
