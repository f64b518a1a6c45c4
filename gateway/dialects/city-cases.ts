/** Work orders of the 12345 hotline and cases of the city grid (数字城管). No national machine format was found: the fields are those that cities publish. */
import type { EpochMs } from '../../engine/base/time.ts'
import { refusal } from '../mqtt/form.ts'
import { categoryOfCode, categoryOfWords, EVENT_CODES } from './case-codes.ts'
import { type Dialect, type DialectContext, type Drift, type Envelope, heard } from './dialect.ts'
import { arrayAt, asObject, booleanAt, type JsonObject, jsonOf, member, objectAt, stringAt, stringsAt } from './json.ts'
import type { CitizenReport, Scalar } from './normal-form.ts'
import { REMOVED } from './personal.ts'
import { blankReport, freeText, hoursBetween, idAt, positionOf, TEXT_MAX, timeAt } from './report-parts.ts'

/** States as both systems call them; a returned or disputed order has one of its own. */
const STATES: Readonly<Record<string, string>> = {
  上报: 'reported',
  受理: 'accepted',
  预审: 'accepted',
  立案: 'registered',
  派遣: 'dispatched',
  待处置: 'dispatched',
  处置: 'handling',
  处置中: 'handling',
  办理中: 'handling',
  退单: 'returned',
  争议: 'disputed',
  核查: 'checking',
  回访: 'checking',
  办结: 'closed',
  结案: 'closed',
}

function stateOf(state: string | null, drift: Drift[]): string | null {
  if (state === null) return null
  if (Object.hasOwn(STATES, state)) return STATES[state]
  drift.push({ field: 'state', what: 'range' })
  return state
}

const documentOf = (envelope: Envelope): JsonObject | null => {
  const json = jsonOf(envelope)
  return json.ok ? asObject(json.value) : null
}

const pathIs = (envelope: Envelope, path: string): boolean => envelope.http?.path.split('?')[0] === path

/** Whoever called: the number as its pseudonym, so that the same caller is known again; a masked one says nothing. */
function callerOf(order: JsonObject | null, context: DialectContext): Record<string, string> {
  const caller = objectAt(order, 'caller')
  const phone = stringAt(caller, 'phone', 32)
  return phone === null || phone.includes('*') ? {} : { caller: context.pseudonym(phone) }
}

/** Where the order says who called, that name is not in its text either. */
function withoutCaller(text: string | null, order: JsonObject | null): string | null {
  const name = stringAt(objectAt(order, 'caller'), 'name', 64)?.trim() ?? ''
  return text === null || name.length < 2 ? text : text.replaceAll(name, REMOVED)
}

/** Asked at the return call: contacted, solved, satisfied; null before it. */
function evaluationOf(order: JsonObject | null): Record<string, boolean> {
  const evaluation = objectAt(order, 'evaluation')
  const rates: Record<string, boolean> = {}
  for (const name of ['contacted', 'solved', 'satisfied']) {
    const value = booleanAt(evaluation, name)
    if (value !== null) rates[name] = value
  }
  return rates
}

/** The newest dispatch: who leads, who helps. */
function dutyOf(order: JsonObject | null): Record<string, Scalar | readonly Scalar[]> {
  const dispatch = arrayAt(order, 'dispatch') ?? []
  const newest = dispatch.map(asObject).findLast((one) => booleanAt(one, 'lead') === true)
  const lead = stringAt(newest ?? null, 'to')
  const support = stringsAt(newest ?? null, 'co')
  return { ...(lead === null ? {} : { lead }), ...(support.length === 0 ? {} : { support }) }
}

function textsOf(order: JsonObject | null, names: readonly string[]): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const name of names) {
    const text = stringAt(order, name)
    if (text !== null) texts[name] = text
  }
  return texts
}

export const hotline12345: Dialect = {
  id: 'hotline-12345',
  title: { zh: '12345 热线工单', en: '12345 hotline work orders' },
  recognise(envelope) {
    if (pathIs(envelope, '/intake/12345')) return true
    const order = documentOf(envelope)
    return order !== null && idAt(order, 'orderNo') !== null && (Object.hasOwn(order, 'appealType') || Object.hasOwn(order, 'categoryPath'))
  },
  decode(envelope, context) {
    const json = jsonOf(envelope)
    if (!json.ok) return json
    const order = asObject(json.value)
    const id = idAt(order, 'orderNo')
    if (id === null) return refusal('schema', 'orderNo: is missing')
    const drift: Drift[] = []
    const accepted = timeAt(order, 'acceptedAt', context)
    const due = timeAt(objectAt(order, 'deadlines'), 'replyBy', context)
    const location = objectAt(order, 'location')
    const path = stringsAt(order, 'categoryPath')
    const state = stateOf(stringAt(order, 'state', 32), drift)
    const description = withoutCaller(freeText(stringAt(order, 'content', TEXT_MAX) ?? stringAt(order, 'title', TEXT_MAX)), order)
    const returns = arrayAt(order, 'returns')?.length ?? 0
    const report: CitizenReport = {
      ...blankReport('citizen.report', `order:${id}`, accepted ?? envelope.received),
      clock: accepted === null ? 'arrival' : 'device',
      dedupeKey: id,
      category: categoryOfWords([...path.toReversed(), stringAt(order, 'title', TEXT_MAX), description]),
      code: path.length === 0 ? null : path.join('/'),
      at: positionOf(member(location, 'lon'), member(location, 'lat'), stringAt(location, 'crs', 32), context, drift),
      grid: idAt(location, 'gridCode'),
      address: freeText(stringAt(location, 'address')),
      description,
      state: returns > 0 && state === 'dispatched' ? 'returned' : state,
      due,
      slaHours: accepted === null ? null : hoursBetween(accepted, due),
      attributes: {
        ...textsOf(order, ['channel', 'appealType', 'urgency', 'duplicateOf']),
        ...(returns === 0 ? {} : { returns }),
        ...callerOf(order, context),
        ...dutyOf(order),
        ...evaluationOf(order),
      },
    }
    return heard([report], drift)
  },
}

/** Two digits each, as the case has them; a component (manhole, lamp) is numbered otherwise than an event. */
function codeOf(report: JsonObject | null): string | null {
  const [major, minor] = [idAt(report, 'majorCode'), idAt(report, 'minorCode')]
  return major === null || minor === null ? null : `${major.padStart(2, '0')}${minor.padStart(2, '0')}`
}

function categoryOf(report: JsonObject | null, code: string | null, at: EpochMs): string | null {
  const words = categoryOfWords([stringAt(report, 'desc', TEXT_MAX)])
  const isEvent = stringAt(report, 'kind') !== 'component'
  return words ?? (isEvent && code !== null ? categoryOfCode(EVENT_CODES, code, at) : null)
}

export const gridCase: Dialect = {
  id: 'grid-case',
  title: { zh: '数字城管案件', en: 'City-grid cases' },
  recognise(envelope) {
    if (pathIs(envelope, '/intake/grid')) return true
    const report = documentOf(envelope)
    return report !== null && idAt(report, 'caseNo') !== null && Object.hasOwn(report, 'majorCode')
  },
  decode(envelope, context) {
    const json = jsonOf(envelope)
    if (!json.ok) return json
    const report = asObject(json.value)
    const id = idAt(report, 'caseNo')
    if (id === null) return refusal('schema', 'caseNo: is missing')
    const drift: Drift[] = []
    const found = timeAt(report, 'foundAt', context)
    const due = timeAt(report, 'deadline', context)
    const code = codeOf(report)
    const state = stateOf(stringAt(report, 'stage', 32), drift)
    const reporter = stringAt(report, 'reporter', 64)
    const form: CitizenReport = {
      ...blankReport('citizen.report', `case:${id}`, found ?? envelope.received),
      clock: found === null ? 'arrival' : 'device',
      dedupeKey: id,
      category: categoryOf(report, code, found ?? envelope.received),
      code,
      at: positionOf(member(report, 'lon'), member(report, 'lat'), stringAt(report, 'crs', 32), context, drift),
      grid: idAt(report, 'gridCode'),
      description: freeText(stringAt(report, 'desc', TEXT_MAX)),
      state,
      due,
      slaHours: found === null ? null : hoursBetween(found, due),
      media: [...stringsAt(report, 'photosBefore'), ...stringsAt(report, 'photosAfter')],
      attributes: {
        ...textsOf(report, ['kind', 'componentId', 'source']),
        ...(reporter === null ? {} : { reporter: context.pseudonym(reporter) }),
      },
    }
    return heard([form], drift)
  },
}
