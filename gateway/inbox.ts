/** The signed webhooks of other systems (Standard Webhooks): who may send, and that each message is theirs, fresh and no repeat. The file of senders holds secrets: mode 0600. */
import { timingSafeEqual } from 'node:crypto'
import { Type } from 'typebox'
import { placed } from '../config/check-json.ts'
import { createChecker, findingsOf } from '../config/check-schema.ts'
import { formatProblem } from '../engine/base/errors.ts'
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../engine/base/time.ts'
import { webhookSignature } from './notify/robots.ts'
import { readSecretFile } from './secret-file.ts'
import { openTakenIds } from './taken-ids.ts'

export interface InboxSender {
  readonly name: string
  readonly secret: string
  /** Where what becomes of its reports is told, signed with the same secret. */
  readonly answers?: string
}

/** A message older or newer than this is a replay or of a wrong clock. */
export const WINDOW_MS = 5 * MINUTE_MS

const Senders = Type.Array(
  Type.Object(
    {
      name: Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' }),
      secret: Type.String({ minLength: 8 }),
      answers: Type.Optional(Type.String({ pattern: '^https?://[^\\s]+$', maxLength: 2_048 })),
    },
    { additionalProperties: false },
  ),
  { maxItems: 1_000 },
)
const check = createChecker(Senders)
const isSenders = (value: unknown): value is InboxSender[] => check(value).length === 0

/** What a problem may never repeat. */
const SECRET_MEMBERS: Readonly<Record<string, string>> = {
  secret: 'is not usable, expected a text of at least 8 characters',
  answers: 'is not usable, expected an http or https address',
}

/** @throws UrbanError input `inbox_file`, with each place that is wrong; secrets are never repeated */
export function readSenders(file: string): readonly InboxSender[] {
  if (file === '') return []
  const { source, fail } = readSecretFile(file, 'inbox', 'inbox_file')
  if (isSenders(source.value)) return source.value
  const mismatches = check(source.value).map((one) => ({ ...one, message: SECRET_MEMBERS[String(one.path.at(-1))] ?? one.message }))
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

/** @param file where the ids that were taken are kept over a restart; null keeps them in memory */
export function createInbox(senders: readonly InboxSender[], file: string | null = null): Inbox {
  const secrets = new Map<string, readonly string[]>()
  // One name twice: an old and a new secret, while they change.
  for (const { name, secret } of senders) secrets.set(name, [...(secrets.get(name) ?? []), secret])
  const taken = openTakenIds(file, 2 * WINDOW_MS)

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
      return taken.has(`${sender} ${id}`) ? 'repeat' : 'fresh'
    },
    taken(sender, headers, now) {
      taken.add(`${sender} ${headers['webhook-id']}`, now)
    },
  }
}
