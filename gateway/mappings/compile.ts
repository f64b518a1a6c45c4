/** A mapping made ready: a message goes in, measurements come out, in the words that all dialects share (gateway/dialects/normal-form.ts). */
import { type EpochMs, SECOND_MS } from '../../engine/base/time.ts'
import { type DialectContext, type Drift, type Envelope, type Heard, heard, type Refused } from '../dialects/dialect.ts'
import { entityOf } from '../dialects/ids.ts'
import { asArray, asObject, type Json, type JsonObject, jsonOf, textOf } from '../dialects/json.ts'
import { type Clock, type Measurement, measurement } from '../dialects/normal-form.ts'
import { fromAny, fromSeconds } from '../dialects/time.ts'
import { findUnit, inMetric, parseQuantity, suffixOf } from '../dialects/unit-words.ts'
import { refusal } from '../mqtt/form.ts'
import type { MappedMetric, Mapping } from '../wire/mapping.ts'
import { compileExpression, type Expression } from './expression.ts'
import { fill, type Path, parsePath, parseTemplate, type Template, valueAt } from './path.ts'
import { filterFault, matches } from './topic-filter.ts'

export type Said = Heard | Refused

export interface CompiledMapping {
  readonly id: string
  readonly filter: readonly string[]
  takes(topic: readonly string[]): boolean
  /** A table answers at once; an expression later. Never throws. */
  decode(envelope: Envelope, context: DialectContext): Said | Promise<Said>
}

/** What is wrong where: the path of the member in the mapping, and for texts the character. */
export interface Fault {
  readonly path: readonly (string | number)[]
  readonly at?: number
  readonly message: string
}

export type CompileAnswer =
  | { readonly ok: true; readonly mapping: CompiledMapping }
  | { readonly ok: false; readonly faults: readonly Fault[] }

const PAYLOAD_BYTES_MAX = 65_536
const FORMS_MAX = 64
const METRICS_MAX = 64
const METRIC_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/

interface Row {
  readonly path: Path
  readonly metric: string
  readonly unit: string | null
}

/** JSON, or the text itself: some devices send a bare word. */
function messageOf(envelope: Envelope): { readonly ok: true; readonly value: Json } | Refused {
  if (envelope.payload.length > PAYLOAD_BYTES_MAX) return refusal('size', `payload: at most ${PAYLOAD_BYTES_MAX} bytes are mapped`)
  const json = jsonOf(envelope)
  if (json.ok || json.kind !== 'json') return json
  const text = textOf(envelope.payload)?.trim() ?? ''
  // What begins as JSON and is none is a broken message and no word.
  return text === '' || /^[[{"]/.test(text) ? json : { ok: true, value: text }
}

interface When {
  readonly ts: EpochMs
  readonly clock: Clock
}

function momentOf(value: unknown, form: string | undefined, context: DialectContext): EpochMs | null {
  const json = typeof value === 'string' || typeof value === 'number' ? value : undefined
  if (form === undefined || form === 'iso') return fromAny(json, context.zone_min)?.ts ?? null
  const number = Number(json)
  if (json === undefined || json === '' || !Number.isFinite(number) || number <= 0) return null
  return form === 's' ? fromSeconds(number) : number / SECOND_MS < 1e11 ? Math.round(number) : null
}

const entityText = (text: string): string | null => {
  const at = text.indexOf(':')
  return at < 1 ? entityOf('device', text) : entityOf(text.slice(0, at), text.slice(at + 1))
}

/** @returns undefined where the message has no such value */
function rowValue({ metric, unit }: Row, raw: unknown): number | boolean | null | undefined {
  if (raw === undefined || raw === null || raw === '') return undefined
  if (typeof raw === 'boolean') return raw
  const quantity = typeof raw === 'number' ? { value: raw, unit: null } : typeof raw === 'string' ? parseQuantity(raw) : null
  if (quantity === null || !Number.isFinite(quantity.value)) return null
  const said = quantity.unit ?? unit
  return said === null || suffixOf(metric) === null ? quantity.value : inMetric(quantity.value, said, metric)
}

interface Table {
  readonly entity: Template
  readonly time: { readonly path: Path; readonly form: string | undefined } | null
  readonly rows: readonly Row[]
}

function decodeTable({ entity, time, rows }: Table, envelope: Envelope, context: DialectContext): Said {
  const read = messageOf(envelope)
  if (!read.ok) return read
  const name = fill(entity, { topic: envelope.topic?.split('/') ?? [], message: read.value })
  const whose = name === null ? null : entityText(name)
  if (whose === null) return refusal('schema', 'entity: what names the device is missing')
  const drift: Drift[] = []
  const metrics: Record<string, number | boolean> = {}
  for (const row of rows) {
    const value = rowValue(row, valueAt(read.value, row.path))
    if (value === null) drift.push({ field: row.metric, what: 'unit' })
    else if (value !== undefined) metrics[row.metric] = value
  }
  if (Object.keys(metrics).length === 0) return refusal('schema', 'metrics: none of the paths holds a value')
  const ts = time === null ? null : momentOf(valueAt(read.value, time.path), time.form, context)
  if (time !== null && ts === null) drift.push({ field: 'time', what: 'time' })
  const when: When = ts === null ? { ts: envelope.received, clock: 'arrival' } : { ts, clock: 'device' }
  return heard([measurement({ entity: whose, ...when, metrics })], drift)
}

const EXPECTED = 'the expression gave something else than {entity, ts, metrics} or a list of them'

function formOf(object: JsonObject | null, envelope: Envelope, context: DialectContext): Measurement | null {
  const { entity, ts, metrics } = object ?? {}
  const whose = typeof entity === 'string' ? entityText(entity) : null
  const values = Object.entries(asObject(metrics) ?? {})
    .filter(
      (pair): pair is [string, number | boolean] =>
        METRIC_NAME.test(pair[0]) && (typeof pair[1] === 'number' || typeof pair[1] === 'boolean'),
    )
    .slice(0, METRICS_MAX)
  if (whose === null || values.length === 0) return null
  const moment = momentOf(ts, undefined, context)
  if (ts !== undefined && ts !== null && moment === null) return null
  const when: When = moment === null ? { ts: envelope.received, clock: 'arrival' } : { ts: moment, clock: 'device' }
  return measurement({ entity: whose, ...when, metrics: Object.fromEntries(values) })
}

async function decodeExpression(expression: Expression, envelope: Envelope, context: DialectContext): Promise<Said> {
  const read = messageOf(envelope)
  if (!read.ok) return read
  const answer = await expression.evaluate(read.value, envelope.topic?.split('/') ?? [])
  if (!answer.ok) return refusal('schema', `jsonata: ${answer.why}`)
  // Plain JSON: it was written out and read back.
  const value = answer.value as Json
  const list = asArray(value) ?? [value]
  if (value === null || list.length === 0) return heard([])
  if (list.length > FORMS_MAX) return refusal('size', `jsonata: more than ${FORMS_MAX} forms`)
  const forms = list.map((one) => formOf(asObject(one), envelope, context)).filter((form) => form !== null)
  return forms.length < list.length ? refusal('schema', EXPECTED) : heard(forms)
}

function rowOf({ path, metric, unit }: MappedMetric, i: number, faults: Fault[]): Row {
  const parsed = parsePath(path)
  if (parsed === null) faults.push({ path: ['metrics', i, 'path'], message: 'is no path, expected d.value, list[0] or list[name=x].value' })
  const known = unit === undefined ? null : findUnit(unit)
  if (unit !== undefined && known === null) faults.push({ path: ['metrics', i, 'unit'], message: 'is no unit that is known' })
  else if (known !== null && suffixOf(metric) !== null && inMetric(1, known, metric) === null)
    faults.push({ path: ['metrics', i, 'unit'], message: `does not measure what ${metric} is` })
  return { path: parsed ?? [], metric, unit: known }
}

function tableOf(mapping: Mapping, faults: Fault[]): Table {
  const entity = parseTemplate(mapping.entity ?? '')
  if (mapping.entity === undefined) faults.push({ path: [], message: 'is missing entity: whose the measurement is' })
  else if (entity === null) faults.push({ path: ['entity'], message: 'is no text with places in braces, as acme:{d.id} or {topic.2}' })
  const time = mapping.time === undefined ? null : { path: parsePath(mapping.time.path), form: mapping.time.form }
  if (time !== null && time.path === null) faults.push({ path: ['time', 'path'], message: 'is no path' })
  return {
    entity: entity ?? [],
    time: time === null || time.path === null ? null : { path: time.path, form: time.form },
    rows: (mapping.metrics ?? []).map((row, i) => rowOf(row, i, faults)),
  }
}

/** What is wrong with a mapping besides its shape, or the mapping made ready. */
export function compileMapping(mapping: Mapping): CompileAnswer {
  const faults: Fault[] = []
  const fault = filterFault(mapping.topic)
  if (fault !== null) faults.push({ path: ['topic'], message: `is no topic filter: ${fault}` })
  if ((mapping.metrics === undefined) === (mapping.jsonata === undefined))
    faults.push({ path: [], message: 'needs either metrics, a table of paths, or jsonata, an expression' })
  const filter = mapping.topic.split('/')
  const shared = { id: mapping.id, filter, takes: (topic: readonly string[]) => matches(filter, topic) }
  if (mapping.jsonata !== undefined) {
    const compiled = compileExpression(mapping.jsonata)
    if (!compiled.ok) faults.push({ path: ['jsonata'], at: compiled.at, message: `is no expression: ${compiled.why}` })
    if (mapping.entity !== undefined || mapping.time !== undefined)
      faults.push({ path: [], message: 'has jsonata: entity and time are what its expression gives' })
    if (!compiled.ok || faults.length > 0) return { ok: false, faults }
    return { ok: true, mapping: { ...shared, decode: (envelope, context) => decodeExpression(compiled.expression, envelope, context) } }
  }
  const table = tableOf(mapping, faults)
  if (faults.length > 0) return { ok: false, faults }
  return { ok: true, mapping: { ...shared, decode: (envelope, context) => decodeTable(table, envelope, context) } }
}
