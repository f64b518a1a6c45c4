/** The few HTTP calls of the wall: history for curves, and a desk's orders. */
export interface CurvePoint {
  readonly ts: number
  readonly mean: number
}

/** RFC 9457: `detail` says it to a person, `title` in general. */
async function refusal(response: Response): Promise<Error> {
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

export async function sendOrder(
  base: URL,
  incident: string,
  order: string,
  fields: Readonly<Record<string, string | boolean>>,
  token: string,
): Promise<void> {
  const response = await fetch(new URL(`api/v1/incidents/${encodeURIComponent(incident)}/${order}`, base), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  })
  if (!response.ok) throw await refusal(response)
}
