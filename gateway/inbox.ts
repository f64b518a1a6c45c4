/** The signed webhooks of other systems (Standard Webhooks): who may send, and that each message is theirs, fresh and no repeat. The file of senders holds secrets: mode 0600. */
import { timingSafeEqual } from 'node:crypto'
import { Type } from 'typebox'
import { placed } from '../config/check-json.ts'
import { createChecker, findingsOf } from '../config/check-schema.ts'
import { formatProblem } from '../engine/base/errors.ts'
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../engine/base/time.ts'
import { webhookSignature } from './notify/robots.ts'
import { readSecretFile } from './secret-file.ts'

export interface InboxSender {
  readonly name: string
  readonly secret: string
}

/** A message older or newer than this is a replay or of a wrong clock. */
export const WINDOW_MS = 5 * MINUTE_MS
const IDS_MAX = 10_000

const Senders = Type.Array(
  Type.Object(
    { name: Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' }), secret: Type.String({ minLength: 8 }) },
    { additionalProperties: false },
  ),
  { maxItems: 1_000 },
)
const check = createChecker(Senders)
const isSenders = (value: unknown): value is InboxSender[] => check(value).length === 0

/** @throws UrbanError input `inbox_file`, with each place that is wrong; secrets are never repeated */
export function readSenders(file: string): readonly InboxSender[] {
  if (file === '') return []
  const { source, fail } = readSecretFile(file, 'inbox', 'inbox_file')
  if (isSenders(source.value)) return source.value
  const mismatches = check(source.value).map((one) =>
    one.path.at(-1) === 'secret' ? { ...one, message: 'is not usable, expected a text of at least 8 characters' } : one,
  )
  throw fail(
    placed(source, findingsOf([], 'inbox.senders', mismatches))
      .map(formatProblem)
      .join('\n'),
  )
}

export type Verdict = 'fresh' | 'repeat' | 'unknown' | { readonly why: string }

export interface Inbox {
  /** @param headers names in lower case */
  judge(sender: string, headers: Readonly<Record<string, string>>, body: Uint8Array, now: EpochMs): Verdict
  /** It has been taken: from now on it is a repeat. */
  taken(sender: string, headers: Readonly<Record<string, string>>, now: EpochMs): void
}

const same = (a: string, b: string): boolean => {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}

export function createInbox(senders: readonly InboxSender[]): Inbox {
  const secrets = new Map<string, readonly string[]>()
  // One name twice: an old and a new secret, while they change.
  for (const { name, secret } of senders) secrets.set(name, [...(secrets.get(name) ?? []), secret])
  /** When each message was heard, oldest first. */
  const seen = new Map<string, EpochMs>()

  function forget(now: EpochMs): void {
    for (const [id, at] of seen) {
      if (now - at <= 2 * WINDOW_MS && seen.size < IDS_MAX) return
      seen.delete(id)
    }
  }

  return {
    judge(sender, headers, body, now) {
      const own = secrets.get(sender)
      if (own === undefined) return 'unknown'
      const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': signatures = '' } = headers
      if (!/^[\x21-\x7e]{1,256}$/.test(id) || !/^\d{1,12}$/.test(timestamp)) return { why: 'webhook-id or webhook-timestamp is missing' }
      const given = signatures.split(' ').slice(0, 16)
      const expected = own.map((secret) => `v1,${webhookSignature(secret, id, timestamp, body)}`)
      if (!given.some((one) => expected.some((right) => same(one, right)))) return { why: 'no signature of this sender' }
      if (Math.abs(Number(timestamp) * SECOND_MS - now) > WINDOW_MS) return { why: 'older or newer than five minutes' }
      return seen.has(`${sender} ${id}`) ? 'repeat' : 'fresh'
    },
    taken(sender, headers, now) {
      forget(now)
      seen.set(`${sender} ${headers['webhook-id']}`, now)
    },
  }
}
