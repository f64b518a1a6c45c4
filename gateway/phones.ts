/**
 * Crew phones: a dispatcher makes an invitation for one crew, a phone takes it once, and has a token of its own for twelve hours that is good for
 * that crew alone. Invitations live in memory and die with the process; sign-ins are kept in `phones.json`, secrets only as salted SHA-256.
 *
 * Six digits can be guessed: an address has five wrong tries a minute, and after twenty wrong ones from anywhere within ten minutes every open
 * code is void. Its ticket (144 bits, for the QR code) is not, so nobody can keep crews out by guessing.
 */
import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { UrbanError } from '../engine/base/errors.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../engine/base/time.ts'
import type { DeviceKey } from '../engine/model/city.ts'
import type { Caller } from './http/guard.ts'
import type { PhonePort } from './http/parts.ts'
import type { Part } from './parts.ts'
import { type PhoneDocument, PushSubscription } from './wire/phone.ts'

export const INVITATION_MS = 10 * MINUTE_MS
export const TOKEN_MS = 12 * HOUR_MS
const INVITATIONS_MAX = 1000
const WRONG_PER_ADDRESS = 5
const WRONG_IN_ALL = 20
const ADDRESSES_MAX = 10_000

const Session = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f]{16}$' }),
  crew: Type.String(),
  invited_by: Type.String(),
  signed_in: Type.Integer(),
  expires: Type.Integer(),
  salt: Type.String(),
  hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  subscription: Type.Union([PushSubscription, Type.Null()]),
})
type Session = Static<typeof Session>
const sessionFile = Compile(Type.Object({ phones: Type.Array(Session) }))

interface Invitation {
  readonly crew: DeviceKey
  readonly by: string
  /** Null when it was voided. */
  code: string | null
  readonly ticket: string
  readonly expires: EpochMs
}

/** What is known of a phone since the start only. */
interface Contact {
  synced: EpochMs
  waiting: number | null
}

const TOKEN = /^up_([0-9a-f]{16})_([A-Za-z0-9_-]{32})$/
const hashOf = (salt: string, text: string): Buffer => createHash('sha256').update(salt).update(text).digest()
const phoneName = (id: string): string => `phone:${id}`

export interface Phones extends PhonePort, Part {
  /** The caller that a phone's token stands for; null for any other text, and when it has ended. */
  verify(token: string): Caller | null
  /** It was heard. */
  touch(id: string, waiting?: number): void
  isSignedIn(id: string): boolean
  /** Those of a crew that take Web Push messages. */
  subscriptions(crew: DeviceKey): readonly { readonly phone: string; readonly subscription: PushSubscription }[]
}

export function createPhones({ file, now }: { readonly file: string; readonly now: () => EpochMs }): Phones {
  const sessions = new Map<string, Session>()
  const contacts = new Map<string, Contact>()
  const invitations = new Set<Invitation>()
  const wrong = createTries(now)

  function save(): void {
    forgetOld()
    writeFileSync(`${file}.new`, `${JSON.stringify({ phones: [...sessions.values()] })}\n`, { mode: 0o600, flush: true })
    renameSync(`${file}.new`, file)
  }

  function forgetOld(): void {
    for (const [id, session] of sessions) {
      if (session.expires > now()) continue
      sessions.delete(id)
      contacts.delete(id)
    }
    for (const invitation of invitations) if (invitation.expires <= now()) invitations.delete(invitation)
  }

  function live(id: string): Session | null {
    const session = sessions.get(id)
    return session === undefined || session.expires <= now() ? null : session
  }

  function touch(id: string, waiting?: number): void {
    contacts.set(id, { synced: now(), waiting: waiting ?? contacts.get(id)?.waiting ?? null })
  }

  function freeCode(): string {
    for (;;) {
      const code = String(randomInt(1_000_000)).padStart(6, '0')
      if (![...invitations].some((other) => other.code === code)) return code
    }
  }

  function take(given: { readonly code: string } | { readonly ticket: string }): Invitation | null {
    for (const invitation of invitations) {
      const fits = 'code' in given ? invitation.code === given.code : invitation.ticket === given.ticket
      if (!fits) continue
      invitations.delete(invitation)
      return invitation
    }
    return null
  }

  function begin(crew: DeviceKey, invited_by: string): { session: Session; token: string } {
    const id = randomBytes(8).toString('hex')
    const secret = randomBytes(24).toString('base64url')
    const salt = randomBytes(16).toString('hex')
    const at = now()
    const session = {
      id,
      crew,
      invited_by,
      signed_in: at,
      expires: at + TOKEN_MS,
      salt,
      hash: hashOf(salt, secret).toString('hex'),
      subscription: null,
    }
    sessions.set(id, session)
    contacts.set(id, { synced: at, waiting: null })
    return { session, token: `up_${id}_${secret}` }
  }

  return {
    invite(crew, by) {
      forgetOld()
      for (const other of invitations) if (other.crew === crew) invitations.delete(other)
      if (invitations.size >= INVITATIONS_MAX) return null
      const invitation = { crew, by, code: freeCode(), ticket: randomBytes(18).toString('base64url'), expires: now() + INVITATION_MS }
      invitations.add(invitation)
      return invitation
    },
    signIn(given, address) {
      forgetOld()
      const wait_s = wrong.wait_s(address)
      if (wait_s > 0) return { why: 'too_many', wait_s }
      const invitation = take(given)
      if (invitation === null) {
        if (wrong.note(address)) for (const open of invitations) open.code = null
        return { why: 'unknown' }
      }
      const { session, token } = begin(invitation.crew, invitation.by)
      save()
      return { id: session.id, token, crew: session.crew, expires: session.expires }
    },
    end(id) {
      const session = live(id)
      if (session === null) return null
      sessions.delete(id)
      contacts.delete(id)
      save()
      return session.crew
    },
    list() {
      forgetOld()
      return [...sessions.values()].map(({ id, crew, signed_in, invited_by, expires, subscription }): PhoneDocument => {
        const { synced = signed_in, waiting = null } = contacts.get(id) ?? {}
        return { id, crew, signed_in, invited_by, expires, synced, waiting, push: subscription !== null }
      })
    },
    subscribe(id, subscription) {
      const session = live(id)
      if (session === null) return
      sessions.set(id, { ...session, subscription })
      save()
    },
    subscriptions: (crew) =>
      [...sessions.values()].flatMap(({ id, crew: own, expires, subscription }) =>
        own === crew && expires > now() && subscription !== null ? [{ phone: id, subscription }] : [],
      ),
    verify(token) {
      const [, id, secret] = TOKEN.exec(token) ?? []
      const session = id === undefined ? null : live(id)
      if (session === null || !timingSafeEqual(hashOf(session.salt, secret), Buffer.from(session.hash, 'hex'))) return null
      touch(id)
      return { name: phoneName(id), role: 'crew', phone: { id, crew: session.crew } }
    },
    touch,
    isSignedIn: (id) => live(id) !== null,
    async start() {
      if (!existsSync(file)) return
      for (const session of readSessions(file)) sessions.set(session.id, session)
    },
    async stop() {},
  }
}

/** Wrong tries by address, and in all. */
function createTries(now: () => EpochMs) {
  let all: EpochMs[] = []
  const by_address = new Map<string, EpochMs[]>()
  const lately = (times: readonly EpochMs[], within_ms: number): EpochMs[] => times.filter((at) => now() - at < within_ms)
  return {
    /** Seconds for which this address has to wait; 0: it may try. */
    wait_s(address: string): number {
      const tries = lately(by_address.get(address) ?? [], MINUTE_MS)
      return tries.length < WRONG_PER_ADDRESS ? 0 : Math.ceil((tries[0] + MINUTE_MS - now()) / 1000)
    },
    /** @returns whether there have been too many in all */
    note(address: string): boolean {
      // Forgetting everybody is cheaper than growing without bound; the count of all tries stands.
      if (by_address.size >= ADDRESSES_MAX) by_address.clear()
      by_address.set(address, [...lately(by_address.get(address) ?? [], MINUTE_MS), now()])
      all = [...lately(all, INVITATION_MS), now()]
      return all.length >= WRONG_IN_ALL
    },
  }
}

/** @throws UrbanError input `phones_file`: nobody gets in on a guess */
function readSessions(file: string): readonly Session[] {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (sessionFile.Check(read)) return read.phones
  } catch {
    // Told below; what it holds is not repeated.
  }
  throw new UrbanError('input', 'phones_file', `${file} is not readable as signed-in phones; delete it and let the crews sign in again`, {
    place: { file },
  })
}
