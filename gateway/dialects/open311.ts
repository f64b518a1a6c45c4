/** Open311 GeoReport v2, both ways: a report that is handed in (form fields, whatever the suffix says), and what other servers say of theirs (JSON or XML). */
import { createHash } from 'node:crypto'
import { type EpochMs, MINUTE_MS } from '../../engine/base/time.ts'
import { type Refusal, refusal } from '../mqtt/form.ts'
import { childrenOf, readElements, type XmlElement } from '../xml.ts'
import { categoryOfCode, categoryOfWords, EVENT_CODES } from './case-codes.ts'
import { type Dialect, type DialectContext, type Drift, type Envelope, heard } from './dialect.ts'
import { arrayAt, asArray, asObject, type Json, type JsonObject, jsonOf, member, stringAt, textOf } from './json.ts'
import type { CitizenReport, Scalar } from './normal-form.ts'
import { withoutPersonal } from './personal.ts'
import { blankReport, freeText, hoursBetween, idAt, positionOf, TEXT_MAX, timeAt } from './report-parts.ts'

type Attributes = Record<string, Scalar | readonly Scalar[]>

const FIELDS_MAX = 200
const BODY_BYTES_MAX = 65_536
const REQUESTS = /\/requests(?:\/[^/?]{1,128})?\.(json|xml)$/
const requestPath = (envelope: Envelope, method: string): boolean =>
  envelope.http?.method === method && REQUESTS.test(envelope.http.path.split('?')[0])

/** `attribute[DEPTH]=30` and `attribute[HAZARD][]=a`, which may come again. */
function attributesOf(form: URLSearchParams): Attributes {
  const attributes: Attributes = {}
  for (const [key, raw] of form) {
    const match = /^attribute\[([\w.:-]{1,64})\](\[\])?$/.exec(key)
    if (match === null || raw.length > TEXT_MAX || match[1] === '__proto__') continue
    const [, name, many] = match
    const value = withoutPersonal(raw)
    const before = attributes[name]
    attributes[name] = many === undefined && before === undefined ? value : [before ?? [], value].flat()
  }
  return attributes
}

/** The standard gives no id of its own: the same words sent twice on a day are one report. Whose key it came with is nobody's business. */
function digestOf(form: URLSearchParams, local: EpochMs): string {
  const said = [...form].filter(([name]) => name !== 'api_key').sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return createHash('sha256')
    .update(JSON.stringify([new Date(local).toISOString().slice(0, 10), said]))
    .digest('hex')
    .slice(0, 16)
}

export const open311Post: Dialect = {
  id: 'open311-post',
  title: { zh: 'Open311 上报', en: 'Open311 report' },
  recognise: (envelope) => requestPath(envelope, 'POST'),
  decode(envelope, context) {
    if (envelope.payload.length > BODY_BYTES_MAX) return refusal('size', `payload: at most ${BODY_BYTES_MAX} bytes are allowed`)
    const text = textOf(envelope.payload)
    if (text === null) return refusal('schema', 'payload: binary, expected form fields')
    const form = new URLSearchParams(text)
    if ([...form.keys()].length > FIELDS_MAX) return refusal('size', `payload: at most ${FIELDS_MAX} fields are allowed`)
    const field = (name: string): string | null => {
      const value = form.get(name)?.trim() ?? ''
      return value === '' || value.length > TEXT_MAX ? null : value
    }
    const code = field('service_code')
    if (code === null) return refusal('schema', 'service_code: is missing')
    const drift: Drift[] = []
    const at = positionOf(form.get('long') ?? undefined, form.get('lat') ?? undefined, field('crs'), context, drift)
    const address = field('address_string')
    if (at === null && address === null && field('address_id') === null)
      return refusal('schema', 'expected lat and long, address_string, or address_id')
    const description = freeText(field('description'))
    const digest = digestOf(form, envelope.received + context.zone_min * MINUTE_MS)
    const media = field('media_url')
    const report: CitizenReport = {
      ...blankReport('citizen.report', `request:${digest}`, envelope.received),
      clock: 'arrival',
      dedupeKey: digest,
      category: categoryOfWords([description, address]) ?? categoryOfCode(EVENT_CODES, code, envelope.received),
      code,
      at,
      address: freeText(address),
      description,
      media: media === null ? [] : [media],
      attributes: attributesOf(form),
    }
    return heard([report], drift)
  },
}

const STATES = new Set(['open', 'closed'])

function statusOf(item: JsonObject | null, context: DialectContext, received: EpochMs, drift: Drift[]): CitizenReport | null {
  const id = idAt(item, 'service_request_id')
  const status = stringAt(item, 'status', 64)?.toLowerCase() ?? null
  if (id === null || status === null) return null
  if (!STATES.has(status)) drift.push({ field: 'status', what: 'range' })
  if (typeof member(item, 'service_request_id') === 'number') drift.push({ field: 'service_request_id', what: 'type' })
  const requested = timeAt(item, 'requested_datetime', context)
  const updated = timeAt(item, 'updated_datetime', context) ?? requested
  const due = timeAt(item, 'expected_datetime', context)
  const description = freeText(stringAt(item, 'description', TEXT_MAX))
  const media = stringAt(item, 'media_url', 1_024)
  const kept = [
    ['service', stringAt(item, 'service_name')],
    ['agency', stringAt(item, 'agency_responsible')],
    ['notes', freeText(stringAt(item, 'status_notes', TEXT_MAX))],
  ].flatMap(([name, value]): [string, string][] => (name === null || value === null ? [] : [[name, value]]))
  return {
    ...blankReport('citizen.status', `request:${id}`, updated ?? received),
    clock: updated === null ? 'arrival' : 'device',
    dedupeKey: id,
    category: categoryOfWords([stringAt(item, 'service_name'), description]),
    code: idAt(item, 'service_code'),
    at: positionOf(member(item, 'long'), member(item, 'lat'), null, context, drift),
    address: freeText(stringAt(item, 'address')),
    description,
    state: status,
    due,
    slaHours: requested === null ? null : hoursBetween(requested, due),
    media: media === null ? [] : [media],
    attributes: Object.fromEntries(kept),
  }
}

const REQUESTS_MAX = 1_000

/** `<service_requests><request><service_request_id>…`, one object per request. */
function itemsOfXml(text: string): readonly JsonObject[] | Refusal {
  const xml = readElements(text, null)
  if (!xml.ok) return refusal('schema', `line ${xml.line}: ${xml.why.slice(0, 200)}`)
  const value = ({ text: content, children }: XmlElement): string | null =>
    children.length > 0 || content.trim() === '' ? null : content.trim()
  return childrenOf(xml.root, 'request').map((request) =>
    Object.fromEntries(request.children.filter(({ name }) => name !== '__proto__').map((child) => [child.name, value(child)])),
  )
}

/** Some servers wrap the list. */
function listOf(value: Json): readonly Json[] {
  const object = asObject(value)
  const wrapped = arrayAt(object, 'service_requests') ?? arrayAt(object, 'requests')
  return asArray(value) ?? wrapped ?? [value]
}

/** As another server hands it on, whatever the path: requests are known by the two members that all of them have. */
function isRequests(envelope: Envelope): boolean {
  const json = jsonOf(envelope)
  const first = json.ok ? asObject(listOf(json.value)[0] ?? null) : null
  return idAt(first, 'service_request_id') !== null && stringAt(first, 'status', 64) !== null
}

/** The standard's own sample writes an id as `006`, which is no JSON. */
const LEADING_ZERO = /("service_request_id"\s*:\s*)(0\d+)/g

function itemsOf(envelope: Envelope, drift: Drift[]): readonly (JsonObject | null)[] | Refusal {
  const text = textOf(envelope.payload)
  if (text !== null && /^\s*</.test(text)) return itemsOfXml(text)
  let json = jsonOf(envelope)
  if (!json.ok && json.kind === 'json' && text !== null && LEADING_ZERO.test(text)) {
    json = jsonOf({ ...envelope, payload: new TextEncoder().encode(text.replace(LEADING_ZERO, '$1"$2"')) })
    drift.push({ field: 'service_request_id', what: 'syntax' })
  }
  if (!json.ok) return json
  const list = listOf(json.value)
  return list.length > REQUESTS_MAX ? refusal('size', `requests: at most ${REQUESTS_MAX} are allowed`) : list.map(asObject)
}

export const open311Get: Dialect = {
  id: 'open311-requests',
  title: { zh: 'Open311 工单状态', en: 'Open311 requests' },
  recognise: (envelope) => requestPath(envelope, 'GET') || isRequests(envelope),
  decode(envelope, context) {
    const drift: Drift[] = []
    const items = itemsOf(envelope, drift)
    if ('ok' in items) return items
    const forms = items.map((item) => statusOf(item, context, envelope.received, drift)).filter((form) => form !== null)
    if (forms.length === 0 && items.length > 0) return refusal('schema', 'expected requests with service_request_id and status')
    for (let i = forms.length; i < items.length; i++) drift.push({ field: 'requests', what: 'syntax' })
    return heard(forms, drift)
  },
}
