/** Tables that cities keep and exchange as documents: grid and event codes, levels of rain warnings, the words of GB/T 20999. They become rows; nothing is measured. */
import type { EpochMs } from '../../engine/base/time.ts'
import { RAIN_LEVELS, RAIN_LEVELS_FROM } from '../../engine/model/rain-levels.ts'
import { WARNING_LEVELS } from '../../engine/model/warning.ts'
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type Drift, type Envelope, heard } from './dialect.ts'
import { asArray, asObject, isPlainKey, type Json, type JsonObject, jsonOf, numberAt, objectAt, stringAt } from './json.ts'
import type { Scalar, Table } from './normal-form.ts'

const ROWS_MAX = 2_000

type Row = Readonly<Record<string, Scalar>>

const tableOf = (kind: Table['kind'], name: string, rows: readonly Row[], received: EpochMs, rule: string | null = null): Table => ({
  kind,
  entity: `table:${name}`,
  ts: received,
  clock: 'arrival',
  heard: null,
  dedupeKey: null,
  rows: rows.slice(0, ROWS_MAX),
  rule,
})

const jsonValue = (envelope: Envelope): Json | undefined => {
  const json = jsonOf(envelope)
  return json.ok ? json.value : undefined
}

/** Texts of an object by key. */
const textsOf = (object: JsonObject | null): [string, string][] =>
  Object.entries(object ?? {}).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' && isPlainKey(key) ? [[key, value]] : [],
  )

/** 15 digits: district 6, street 3, community 3, grid 3. */
export function gridParts(
  code: string,
): { readonly district: string; readonly street: string; readonly community: string; readonly grid: string } | null {
  const match = /^(\d{6})(\d{3})(\d{3})(\d{3})$/.exec(code)
  return match === null ? null : { district: match[1], street: match[2], community: match[3], grid: match[4] }
}

function codeRows(document: JsonObject, drift: Drift[]): Row[] {
  const rows: Row[] = []
  for (const [key, value] of Object.entries(document)) {
    const minors = /^(event|component)Minors(\d{2})$/.exec(key)
    const kind = /^(event|component)Majors$/.exec(key)?.[1] ?? minors?.[1]
    if (kind === undefined) continue
    for (const [code, text] of textsOf(asObject(value))) {
      if (/^\d{2}$/.test(code)) rows.push({ kind, code: `${minors?.[2] ?? ''}${code}`, name: text })
      else drift.push({ field: key, what: 'key' })
    }
  }
  const example = stringAt(objectAt(document, 'gridCode'), 'example')
  const parts = example === null ? null : gridParts(example)
  if (example !== null && parts === null) drift.push({ field: 'gridCode', what: 'id' })
  if (example !== null && parts !== null) rows.push({ kind: 'grid', code: example, ...parts })
  for (const item of asArray(document.sampleSla) ?? []) {
    const limit = asObject(item)
    const texts = Object.fromEntries(textsOf(limit))
    // Working hours need the calendar of the city: the words stay words.
    if (texts.code !== undefined && texts.due !== undefined) rows.push({ kind: 'limit', ...texts })
  }
  return rows
}

export const gridCodes: Dialect = {
  id: 'grid-codes',
  title: { zh: '网格与事件编码表', en: 'Grid and event codes' },
  recognise(envelope) {
    const document = asObject(jsonValue(envelope))
    return document !== null && Object.hasOwn(document, 'gridCode') && Object.hasOwn(document, 'eventMajors')
  },
  decode(envelope) {
    const document = asObject(jsonValue(envelope))
    if (document === null) return refusal('schema', 'expected an object of code tables')
    const drift: Drift[] = []
    const rows = codeRows(document, drift)
    return rows.length === 0
      ? refusal('schema', 'expected eventMajors, eventMinorsNN or componentMajors')
      : heard([tableOf('config', 'grid-codes', rows, envelope.received)], drift)
  },
}

const RAIN_RULE = 'rain in the last <hours> reached <mm> and may go on, or is forecast to reach it within <hours>'

/** A row that says no dates: those of the national signals are known; a city's own hold from the day they came. */
function assumedDates(row: { readonly level: string; readonly mm: number; readonly hours: number }, received: EpochMs): Row {
  const isNational = RAIN_LEVELS.some(({ level, mm, hours }) => level === row.level && mm === row.mm && hours === row.hours)
  return isNational
    ? { from: RAIN_LEVELS_FROM, assumed: true, source: '中国气象局令第 16 号 / CMA order 16 of 2007' }
    : { from: new Date(received).toISOString().slice(0, 10), assumed: true, source: '收到之日 / the day it came' }
}

function rainRow(value: Json, received: EpochMs): Row | null {
  const item = asObject(value)
  const level = WARNING_LEVELS.find((one) => one === item?.level)
  const [mm, hours] = [numberAt(item, 'mm'), numberAt(item, 'hours')]
  if (level === undefined || mm === null || hours === null || mm <= 0 || mm > 2_000 || hours <= 0 || hours > 72) return null
  const dates = ['from', 'until'].flatMap((name): [string, string][] => {
    const date = stringAt(item, name)
    return date === null ? [] : [[name, date]]
  })
  const zh = stringAt(item, 'zh')
  const validity = dates.length === 0 ? assumedDates({ level, mm, hours }, received) : Object.fromEntries(dates)
  return { level, mm, hours, ...(zh === null ? {} : { zh }), ...validity }
}

export const rainLevels: Dialect = {
  id: 'rain-levels',
  title: { zh: '暴雨预警信号标准', en: 'Rain-warning levels' },
  recognise(envelope) {
    const first = asObject(asArray(jsonValue(envelope))?.[0])
    return first !== null && ['level', 'mm', 'hours'].every((name) => Object.hasOwn(first, name))
  },
  decode(envelope) {
    const list = asArray(jsonValue(envelope)) ?? []
    const rows = list.slice(0, ROWS_MAX).map((row) => rainRow(row, envelope.received))
    const whole = rows.filter((row) => row !== null)
    // A table with a hole would warn wrongly.
    if (whole.length === 0 || whole.length < rows.length) return refusal('schema', 'expected rows of level, mm and hours')
    return heard([tableOf('config', 'rain-levels', whole, envelope.received, RAIN_RULE)])
  },
}

export const gbt20999: Dialect = {
  id: 'gbt20999-vocabulary',
  title: { zh: 'GB/T 20999 词汇', en: 'GB/T 20999 vocabulary' },
  recognise(envelope) {
    const document = asObject(jsonValue(envelope))
    return objectAt(document, 'terms') !== null && objectAt(document, 'stageType') !== null
  },
  decode(envelope) {
    const document = asObject(jsonValue(envelope))
    const terms = textsOf(objectAt(document, 'terms')).map(([term, meaning]): Row => {
      const match = /^([\p{Script=Han}]+)(?:\s+(.+))?$/u.exec(term)
      return { zh: match?.[1] ?? term, ...(match?.[2] === undefined ? {} : { en: match[2] }), meaning }
    })
    const stages = textsOf(objectAt(document, 'stageType')).map(([name, value]): Row => {
      const code = /^0x[0-9a-f]{1,4}/i.exec(value)?.[0]
      return { stage_type: name, meaning: value, ...(code === undefined ? {} : { code: Number(code) }) }
    })
    if (terms.length === 0) return refusal('schema', 'terms: expected words with their meanings')
    return heard([tableOf('vocabulary', 'gbt20999', [...terms, ...stages], envelope.received)])
  },
}
