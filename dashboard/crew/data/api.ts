/** The HTTP calls of a crew's phone, each with what its answer means for the queue. */
import type { CityDocument } from '../../../gateway/wire/city.ts'
import type { Text } from '../../../gateway/wire/frames.ts'
import type { CrewFrame, PhonePlace, PushSubscription } from '../../../gateway/wire/phone.ts'
import type { OwnPlace } from '../place.ts'
import type { Press } from './queue.ts'
import type { Photo, Session } from './store.ts'

const PRESS_MS_MAX = 20_000
/** 300 kB over a bad network. */
const PHOTO_MS_MAX = 120_000

export type Sent =
  | { readonly outcome: 'taken'; readonly now: number }
  /** For good: sending it again would be refused again. */
  | { readonly outcome: 'refused'; readonly why: Text }
  /** The sign-in has ended. */
  | { readonly outcome: 'signed_out' }
  /** Nobody answered, or not now. */
  | { readonly outcome: 'later' }

interface Problem {
  readonly detail: string
  readonly text: Text | null
}

const isText = (value: unknown): value is Text => typeof value === 'object' && value !== null && 'zh' in value && 'en' in value

async function problemOf(response: Response): Promise<Problem> {
  const problem: unknown = await response.json().catch(() => null)
  const { detail, text }: { detail?: unknown; text?: unknown } = typeof problem === 'object' && problem !== null ? problem : {}
  return { detail: typeof detail === 'string' ? detail : `HTTP ${response.status}`, text: isText(text) ? text : null }
}

async function outcomeOf(response: Response): Promise<Sent> {
  if (response.ok) {
    const { now }: { now?: number } = await response.json()
    return { outcome: 'taken', now: now ?? 0 }
  }
  if (response.status === 401) return { outcome: 'signed_out' }
  if (response.status === 408 || response.status === 429 || response.status >= 500) return { outcome: 'later' }
  const { detail, text } = await problemOf(response)
  return { outcome: 'refused', why: text ?? { zh: detail, en: detail } }
}

const headersOf = ({ token }: Session): Record<string, string> => ({ authorization: `Bearer ${token}` })
/** The crew's own id and its district, as the API wants them. */
function crewPath(base: URL, crew: string, rest: string): URL {
  const [district, , id] = crew.split('/')
  const url = new URL(`api/v1/crews/${encodeURIComponent(id)}/${rest}`, base)
  url.searchParams.set('district', district)
  return url
}

export async function sendPress(base: URL, session: Session, press: Press): Promise<Sent> {
  const { id, type, task, note, photo, delay_min, need, stop, ts } = press
  try {
    const response = await fetch(crewPath(base, session.crew, 'events'), {
      method: 'POST',
      headers: { ...headersOf(session), 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify({ ts: Math.round(ts), type, task, note, photo, delay_min, need, stop }),
      signal: AbortSignal.timeout(PRESS_MS_MAX),
    })
    return await outcomeOf(response)
  } catch {
    return { outcome: 'later' }
  }
}

/** @param ahead_ms of the brain's clock before this phone's */
export async function sendPlace(
  base: URL,
  session: Session,
  { at: [lon, lat], speed_mps, heading_deg, ts }: OwnPlace,
  ahead_ms: number,
): Promise<void> {
  const body: PhonePlace = {
    ts: Math.round(ts + ahead_ms),
    lon,
    lat,
    ...(speed_mps === null ? {} : { speed_mps }),
    // NaN is what browsers say of somebody who stands.
    ...(heading_deg === null || Number.isNaN(heading_deg) ? {} : { heading_deg }),
  }
  try {
    await fetch(crewPath(base, session.crew, 'place'), {
      method: 'POST',
      headers: { ...headersOf(session), 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PRESS_MS_MAX),
    })
  } catch {
    // The next place says more than this one.
  }
}

export async function sendPhoto(base: URL, session: Session, { id, task, stage, ts, blob }: Photo): Promise<Sent> {
  const url = crewPath(base, session.crew, `photos/${id}`)
  url.searchParams.set('task', task)
  url.searchParams.set('stage', stage)
  url.searchParams.set('ts', String(Math.round(ts)))
  try {
    const response = await fetch(url, {
      method: 'PUT',
      headers: { ...headersOf(session), 'content-type': 'image/jpeg' },
      body: blob,
      signal: AbortSignal.timeout(PHOTO_MS_MAX),
    })
    return await outcomeOf(response)
  } catch {
    return { outcome: 'later' }
  }
}

export type SignIn = { readonly session: Session } | { readonly why: 'code' | 'wait' | 'away' }

export async function signIn(base: URL, given: { readonly code: string } | { readonly ticket: string }): Promise<SignIn> {
  try {
    const response = await fetch(new URL('api/v1/phones', base), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(given),
      signal: AbortSignal.timeout(PRESS_MS_MAX),
    })
    if (response.ok) return { session: await response.json() }
    return { why: response.status === 429 ? 'wait' : response.status < 500 ? 'code' : 'away' }
  } catch {
    return { why: 'away' }
  }
}

/** @returns whether the server knows of it; without network the token ends by itself */
export async function signOut(base: URL, session: Session): Promise<boolean> {
  try {
    const response = await fetch(new URL(`api/v1/phones/${session.id}`, base), { method: 'DELETE', headers: headersOf(session) })
    return response.ok || response.status === 401
  } catch {
    return false
  }
}

export async function fetchFrame(base: URL, session: Session): Promise<CrewFrame | 'signed_out' | null> {
  try {
    const response = await fetch(crewPath(base, session.crew, 'view'), {
      headers: headersOf(session),
      signal: AbortSignal.timeout(PRESS_MS_MAX),
    })
    if (response.status === 401) return 'signed_out'
    return response.ok ? await response.json() : null
  } catch {
    return null
  }
}

/** @param subscription null ends it */
export async function tellPush(base: URL, session: Session, subscription: PushSubscription | null): Promise<boolean> {
  const body = subscription === null ? {} : { body: JSON.stringify(subscription) }
  const type: Record<string, string> = subscription === null ? {} : { 'content-type': 'application/json' }
  try {
    const response = await fetch(new URL(`api/v1/phones/${session.id}/push`, base), {
      method: subscription === null ? 'DELETE' : 'PUT',
      headers: { ...headersOf(session), ...type },
      ...body,
      signal: AbortSignal.timeout(PRESS_MS_MAX),
    })
    return response.ok
  } catch {
    return false
  }
}

export async function fetchSurroundings(base: URL, session: Session, [lon, lat]: readonly number[]): Promise<CityDocument | null> {
  const url = new URL('api/v1/city/around', base)
  url.search = new URLSearchParams({ lon: String(lon), lat: String(lat), radius_m: '900' }).toString()
  try {
    const response = await fetch(url, { headers: headersOf(session), signal: AbortSignal.timeout(PRESS_MS_MAX) })
    return response.ok ? await response.json() : null
  } catch {
    return null
  }
}
