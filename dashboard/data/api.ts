/** The few HTTP calls of the wall: history for curves, and what a desk orders and reads. */
import type { Invitation, PhotoDocument } from '../../gateway/wire/phone.ts'

export interface CurvePoint {
  readonly ts: number
  readonly mean: number
}

/** RFC 9457: `detail` says it to a person, `title` in general. */
export async function refusal(response: Response): Promise<Error> {
  const problem: unknown = await response.json().catch(() => null)
  if (typeof problem === 'object' && problem !== null) {
    if ('detail' in problem && typeof problem.detail === 'string') return new Error(problem.detail)
    if ('title' in problem && typeof problem.title === 'string') return new Error(problem.title)
  }
  return new Error(`HTTP ${response.status}`)
}

/** Means of `step_s` wide buckets, oldest first. */
export async function fetchCurve(
  base: URL,
  device: string,
  metric: string,
  range: { readonly from: number; readonly to: number; readonly step_s: number },
  signal: AbortSignal,
): Promise<readonly CurvePoint[]> {
  const address = new URL(`api/v1/devices/${device.split('/').map(encodeURIComponent).join('/')}/history`, base)
  address.search = new URLSearchParams({ metric, from: String(range.from), to: String(range.to), step: String(range.step_s) }).toString()
  const response = await fetch(address, { signal })
  if (!response.ok) throw await refusal(response)
  const { points }: { points: readonly CurvePoint[] } = await response.json()
  return points
}

export const bearer = (token: string): { readonly authorization: string } => ({ authorization: `Bearer ${token}` })

/** One call with a token: the answer's document. @throws Error with what the problem document says */
export async function askJson<T>(base: URL, path: string, token: string, method = 'GET', body?: unknown): Promise<T> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const headers = body === undefined ? bearer(token) : { ...bearer(token), 'content-type': 'application/json' }
  const response = await fetch(new URL(path, base), { method, headers, ...sent })
  if (!response.ok) throw await refusal(response)
  return response.json()
}

/** An invitation for a phone of this crew; an older one is void. */
export async function invitePhone(base: URL, crew: string, token: string): Promise<Invitation> {
  const response = await fetch(new URL('api/v1/phones/invitations', base), {
    method: 'POST',
    headers: { ...bearer(token), 'content-type': 'application/json' },
    body: JSON.stringify({ crew }),
  })
  if (!response.ok) throw await refusal(response)
  return response.json()
}

export async function signPhoneOut(base: URL, phone: string, token: string): Promise<void> {
  const response = await fetch(new URL(`api/v1/phones/${phone}`, base), { method: 'DELETE', headers: bearer(token) })
  if (!response.ok && response.status !== 404) throw await refusal(response)
}

/** What crews photographed of a task, without the pictures. */
export async function fetchPhotos(base: URL, task: string, token: string, signal: AbortSignal): Promise<readonly PhotoDocument[]> {
  const response = await fetch(new URL(`api/v1/tasks/${encodeURIComponent(task)}/photos`, base), { headers: bearer(token), signal })
  if (!response.ok) throw await refusal(response)
  const { photos }: { photos: readonly PhotoDocument[] } = await response.json()
  return photos
}

/** The picture itself; who read it goes into the audit trail. */
export async function fetchPhoto(base: URL, { task, id }: PhotoDocument, token: string): Promise<Blob> {
  const response = await fetch(new URL(`api/v1/tasks/${encodeURIComponent(task)}/photos/${encodeURIComponent(id)}`, base), {
    headers: bearer(token),
  })
  if (!response.ok) throw await refusal(response)
  return response.blob()
}

/** The picture of a camera's event; who looked at it and why goes into the audit trail. */
export async function fetchStill(base: URL, event: string, reason: string, token: string): Promise<Blob> {
  const address = new URL('api/v1/cameras/stills', base)
  address.search = new URLSearchParams({ event, reason }).toString()
  const response = await fetch(address, { headers: bearer(token) })
  if (!response.ok) throw await refusal(response)
  return response.blob()
}

export async function judgeEvent(base: URL, event: string, verdict: boolean, token: string): Promise<void> {
  const response = await fetch(new URL('api/v1/cameras/verdicts', base), {
    method: 'POST',
    headers: { ...bearer(token), 'content-type': 'application/json' },
    body: JSON.stringify({ event, verdict }),
  })
  if (!response.ok) throw await refusal(response)
}

export async function sendOrder(
  base: URL,
  incident: string,
  order: string,
  fields: Readonly<Record<string, string | boolean>>,
  token: string,
): Promise<void> {
  const response = await fetch(new URL(`api/v1/incidents/${encodeURIComponent(incident)}/${order}`, base), {
    method: 'POST',
    headers: { ...bearer(token), 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  })
  if (!response.ok) throw await refusal(response)
}
