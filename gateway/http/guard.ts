/**
 * Who may read and change (contract section 1a). Reads from loopback are open; everything else needs a bearer token. Loopback is what the
 * socket says: a request that was forwarded is from elsewhere, whatever it claims. Against DNS rebinding, where a stranger's page makes a
 * local browser ask us under the stranger's name, the open reads insist on a Host and an Origin that are ours.
 */
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { MINUTE_MS } from '../../engine/base/time.ts'
import type { DeviceKey } from '../../engine/model/city.ts'
import { HttpProblem } from './problem.ts'

export type Role = 'viewer' | 'operator' | 'admin'

/** A phone that is signed in for one crew. */
export interface PhoneIdentity {
  readonly id: string
  readonly crew: DeviceKey
}

/** `name` is that of the token; `loopback` without one. A phone has no role: it may what a route leaves to phones, for its own crew. */
export type Caller =
  | { readonly name: string; readonly role: Role; readonly phone?: undefined }
  | { readonly name: string; readonly role: 'crew'; readonly phone: PhoneIdentity }

export interface GuardOptions {
  readonly verifyToken: (token: string) => Caller | null
  /** Setting host: a name by which this server may be asked. */
  readonly host: string
  readonly now: () => number
}

export interface Guard {
  /**
   * @param phones also open to phones; the route itself has to hold each to its own crew
   * @throws HttpProblem 401, 403, 421 or 429
   */
  check(request: IncomingMessage, needed: Role, phones?: boolean): Caller
}

const RANK: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 }
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']
const FAILURES_MAX = 10
const ADDRESSES_MAX = 10_000

export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}

/** The host of a `Host` header or of an origin, lower case, without port and brackets. Null when it is none. */
function hostName(authority: string | undefined): string | null {
  try {
    return new URL(`http://${authority}`).hostname.replace(/^\[|\]$/g, '').toLowerCase()
  } catch {
    return null
  }
}

/** Browsers cannot set headers on a WebSocket: they offer the sub-protocols `bearer` and the token instead. */
function tokenOf(request: IncomingMessage): string | null {
  const authorization = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')
  if (authorization !== null) return authorization[1]
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim())
  return offered[0] === 'bearer' && offered.length === 2 ? offered[1] : null
}

export function createGuard({ verifyToken, host, now }: GuardOptions): Guard {
  const failures = new Map<string, { count: number; since: number }>()
  const ownNames = new Set(['localhost', '127.0.0.1', '::1', host.toLowerCase()])

  function failuresOf(address: string): { count: number; since: number } {
    const known = failures.get(address)
    if (known !== undefined && now() - known.since < MINUTE_MS) return known
    // Forgetting everybody is cheaper than growing without bound, and costs an attacker with that many addresses nothing.
    if (failures.size >= ADDRESSES_MAX) failures.clear()
    const fresh = { count: 0, since: now() }
    failures.set(address, fresh)
    return fresh
  }

  function callerOf(token: string, address: string): Caller {
    const failed = failuresOf(address)
    if (failed.count >= FAILURES_MAX) {
      const wait_s = Math.ceil((failed.since + MINUTE_MS - now()) / 1000)
      throw new HttpProblem(429, 'too_many_failures', 'too many wrong tokens from this address', { 'retry-after': String(wait_s) })
    }
    const caller = verifyToken(token)
    if (caller !== null) return caller
    failed.count++
    throw new HttpProblem(401, 'token_unknown', 'this token is not known', { 'www-authenticate': 'Bearer error="invalid_token"' })
  }

  function checkNames(request: IncomingMessage): void {
    const asked = hostName(request.headers.host)
    if (asked === null || !ownNames.has(asked)) {
      throw new HttpProblem(421, 'host', `without a token this server answers to localhost and its own address, not to ${asked}`)
    }
    const { origin } = request.headers
    if (origin !== undefined && hostName(origin.replace(/^https?:\/\//, '')) !== asked) {
      throw new HttpProblem(403, 'origin', 'without a token, pages of other origins may not read here')
    }
  }

  return {
    check(request, needed, phones = false) {
      const address = request.socket.remoteAddress ?? 'unknown'
      const token = tokenOf(request)
      if (token === null) {
        const open = isLoopback(request.socket.remoteAddress) && !FORWARDED.some((name) => request.headers[name] !== undefined)
        if (open) checkNames(request)
        if (open && needed === 'viewer') return { name: 'loopback', role: 'viewer' }
        const who = open ? 'changes need' : 'requests from elsewhere need'
        throw new HttpProblem(401, 'token_missing', `${who} a token: Authorization: Bearer …`, { 'www-authenticate': 'Bearer' })
      }
      const caller = callerOf(token, address)
      if (caller.role === 'crew') {
        if (phones) return caller
        throw new HttpProblem(403, 'role', `this needs the role ${needed}; a crew's phone may only what belongs to its crew`)
      }
      if (RANK[caller.role] < RANK[needed]) {
        throw new HttpProblem(403, 'role', `this needs the role ${needed}; the token ${caller.name} has ${caller.role}`)
      }
      return caller
    },
  }
}
