/**
 * A first mapping for a message nobody knows, from its structure alone: names and their synonyms, units in names, values and beside them, and what is plausible.
 * It is a proposal: a person looks at it before it is in force.
 */
import type { EpochMs } from '../../engine/base/time.ts'
import { DAY_MS } from '../../engine/base/time.ts'
import { findPolicy } from '../../engine/sense/metrics.ts'
import { findUnit, inMetric, parseQuantity, suffixOf } from '../dialects/unit-words.ts'
import { CONCEPTS, type Concept, foldName, ID_NAMES, TIME_NAMES } from '../dialects/vocabulary.ts'
import type { MappedMetric, Mapping, Suggestion } from '../wire/mapping.ts'
import { stepText } from './path.ts'
import { shapeOf } from './topic-filter.ts'

export interface Leaf {
  readonly path: string
  /** Its own name; of a member `value` that of what holds it. */
  readonly name: string
  readonly value: string | number | boolean
  /** What a neighbour named unit says. */
  readonly unit: string | null
}

interface SuggestedMetric {
  readonly row: MappedMetric
  readonly basis: Suggestion['basis'][number]
}

const LEAVES_MAX = 200
const DEPTH_MAX = 8
/** Members whose name says nothing: what holds them is the name. */
const NAMELESS: ReadonlySet<string> = new Set(['value', 'v', 'val', 'data', 'reading', '值', 'currentvalue'])
const NAME_MEMBERS = ['name', 'n', 'key', 'id', 'type', 'code', 'metric', 'identifier']
const VALUE_MEMBERS = ['value', 'v', 'val', 'x', '值']
const UNIT_MEMBERS = ['unit', 'units', 'uom', 'unitcode', '单位']

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const member = (object: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined =>
  Object.keys(object).find((key) => names.includes(foldName(key)))

function unitBeside(object: Readonly<Record<string, unknown>>): string | null {
  const key = member(object, UNIT_MEMBERS)
  const text = key === undefined ? null : object[key]
  return typeof text === 'string' ? findUnit(text) : null
}

/** `[{name, value}, …]`: each item is found again by its name, wherever it stands. */
function* namedItems(list: readonly unknown[], path: string): Generator<Leaf> {
  for (const item of list) {
    if (!isRecord(item)) continue
    const [name, value] = [member(item, NAME_MEMBERS), member(item, VALUE_MEMBERS)]
    if (name === undefined || value === undefined) continue
    const [label, measured] = [item[name], item[value]]
    if (typeof label !== 'string' || !/^[^\]=]{1,64}$/.test(label)) continue
    if (typeof measured === 'number' || typeof measured === 'string' || typeof measured === 'boolean')
      yield { path: `${path}[${name}=${label}]${stepText(value)}`, name: label, value: measured, unit: unitBeside(item) }
  }
}

function* leavesOf(value: unknown, path: string, name: string, depth: number): Generator<Leaf> {
  if (depth > DEPTH_MAX) return
  if (Array.isArray(value)) {
    const named = [...namedItems(value, path)]
    if (named.length > 0) yield* named
    else for (const [i, item] of value.slice(0, 4).entries()) yield* leavesOf(item, `${path}[${i}]`, name, depth + 1)
    return
  }
  if (!isRecord(value)) {
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') yield { path, name, value, unit: null }
    return
  }
  const unit = unitBeside(value)
  for (const [key, item] of Object.entries(value)) {
    const own = NAMELESS.has(foldName(key)) ? name : key
    for (const leaf of leavesOf(item, `${path}${stepText(key)}`, own === '' ? key : own, depth + 1))
      yield leaf.unit === null && NAMELESS.has(foldName(key)) ? { ...leaf, unit } : leaf
  }
}

/** Single values of a message, each with its place. */
export function flatten(message: unknown): Leaf[] {
  const leaves: Leaf[] = []
  for (const leaf of leavesOf(message, '', '', 0)) {
    if (leaves.length >= LEAVES_MAX) break
    leaves.push({ ...leaf, path: leaf.path.replace(/^\./, '') })
  }
  return leaves
}

/** A name without the unit at its end: `level_mm`, `levelMm`, `水位(米)`, `水位_米`. */
function splitUnit(name: string): { readonly plain: string; readonly unit: string | null } {
  const brackets = /^(.*?)\s*[([（【]([^)\]）】]{1,8})[)\]）】]\s*$/.exec(name)
  const bracketed = brackets === null ? null : findUnit(brackets[2])
  if (brackets !== null && bracketed !== null) return { plain: foldName(brackets[1]), unit: bracketed }
  const tail = /^(.+?)(?:[_\-.\s]|(?<=[a-z\u4e00-\u9fff])(?=[A-Z]))([A-Za-z%°\u4e00-\u9fff/]{1,5}(?:_[hs])?)$/.exec(name)
  const tailed = tail === null ? null : findUnit(tail[2])
  return tail !== null && tailed !== null ? { plain: foldName(tail[1]), unit: tailed } : { plain: foldName(name), unit: null }
}

/** @param said the unit of the value, where it is known */
function conceptOf(name: string, said: string | null): { readonly concept: Concept; readonly unit: string | null } | null {
  const { plain, unit: named } = splitUnit(name)
  const known = (text: string) => CONCEPTS.find(({ names }) => names.includes(text))
  const concept = known(foldName(name)) ?? known(plain) ?? known(plain.replace(/\d+$/, ''))
  if (concept === undefined) return null
  const unit = said ?? named
  const fits = (one: Concept): boolean => unit === null || suffixOf(one.metric) === null || inMetric(1, unit, one.metric) !== null
  if (fits(concept)) return { concept, unit }
  // A battery in volts is its voltage, whatever it is called.
  const other = CONCEPTS.find(({ metric }) => metric === 'battery_v')
  if (concept.metric === 'battery_pct' && other !== undefined && fits(other)) return { concept: other, unit }
  return said === null ? { concept, unit: null } : null
}

/** The first unit in which the value is usual, else the first in which it is possible at all. */
function likelyUnit({ metric, units, usual }: Concept, value: number): string | null {
  const policy = findPolicy(metric, undefined)
  const within = (unit: string, [min, max]: readonly [number, number]): boolean => {
    const converted = suffixOf(metric) === null ? value : inMetric(value, unit, metric)
    return converted !== null && converted >= min && converted <= max
  }
  // Shares below one are ratios: a percentage of 0.8 is rarer than a ratio of 80 %.
  const ordered = units.includes('ratio') && value > 0 && value <= 1 && !Number.isInteger(value) ? ['ratio', '%'] : units
  const possible: readonly [number, number] = policy === null ? usual : [policy.min, policy.max]
  return ordered.find((unit) => within(unit, usual)) ?? ordered.find((unit) => within(unit, possible)) ?? null
}

const METRIC_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/

function metricOf(leaf: Leaf): SuggestedMetric | null {
  const quantity =
    typeof leaf.value === 'string' ? parseQuantity(leaf.value) : typeof leaf.value === 'number' ? { value: leaf.value, unit: null } : null
  if (quantity === null || !Number.isFinite(quantity.value)) return null
  const found = conceptOf(leaf.name, quantity.unit ?? leaf.unit)
  if (found === null) {
    const kept = METRIC_NAME.test(leaf.name) && suffixOf(leaf.name) !== null
    return kept ? { row: { path: leaf.path, metric: leaf.name }, basis: 'suffix' } : null
  }
  const { concept, unit: said } = found
  const own = suffixOf(concept.metric)
  // A value that carries its unit needs none in the mapping.
  if (said !== null && own !== null)
    return { row: { path: leaf.path, metric: concept.metric, ...(quantity.unit === null ? { unit: said } : {}) }, basis: 'name' }
  const unit = likelyUnit(concept, quantity.value)
  if (unit === null) return null
  const row = { path: leaf.path, metric: concept.metric }
  return own === null ? { row, basis: 'name' } : { row: { ...row, unit }, basis: 'range' }
}

const YEAR_MS = 365 * DAY_MS

type TimeForm = NonNullable<NonNullable<Mapping['time']>['form']>

/** How a value is a time near to when it came; null when it is none. */
function timeForm(value: Leaf['value'], received: EpochMs): TimeForm | null {
  const near = (at: number): boolean => Math.abs(at - received) < 5 * YEAR_MS
  if (typeof value === 'string' && /^\d{4}[-/]\d{1,2}[-/]\d{1,2}[T ]\d{1,2}:\d{2}/.test(value)) return 'iso'
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && /^\d{10,13}(\.\d+)?$/.test(value) ? Number(value) : Number.NaN
  return near(number) ? 'ms' : near(number * 1000) ? 's' : null
}

function timeOf(leaves: readonly Leaf[], received: EpochMs): Mapping['time'] {
  const candidates = leaves.flatMap((leaf) => {
    const form = timeForm(leaf.value, received)
    const rank = TIME_NAMES.indexOf(foldName(leaf.name))
    return form === null ? [] : [{ path: leaf.path, form, rank: rank < 0 ? TIME_NAMES.length : rank }]
  })
  const [best] = candidates.sort((a, b) => a.rank - b.rank)
  return best === undefined ? undefined : { path: best.path, form: best.form }
}

/** The level of the topic that varies names the device; else the likeliest member; else the topic's last level. */
function entityOf(topic: string, leaves: readonly Leaf[]): string {
  const maker =
    topic
      .split('/')
      .find((level) => level !== '')
      ?.toLowerCase()
      .replace(/[^a-z0-9_.-]/g, '') || 'device'
  const levels = shapeOf(topic).split('/')
  const level = levels.indexOf('+')
  if (level >= 0) return `${maker}:{topic.${level + 1}}`
  const ids = leaves.filter(({ name, value }) => typeof value !== 'boolean' && ID_NAMES.includes(foldName(name)) && String(value) !== '')
  const [best] = ids.sort((a, b) => ID_NAMES.indexOf(foldName(a.name)) - ID_NAMES.indexOf(foldName(b.name)))
  return best === undefined ? `${maker}:{topic.${levels.length}}` : `${maker}:{${best.path}}`
}

const idOf = (filter: string): string =>
  filter
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'mapping'

/** @returns null when nothing in the message looks like a measurement */
export function suggest(topic: string, message: unknown, received: EpochMs): Suggestion | null {
  const leaves = flatten(message)
  const time = timeOf(leaves, received)
  const entity = entityOf(topic, leaves)
  const metrics: SuggestedMetric[] = []
  const unexplained: string[] = []
  for (const leaf of leaves) {
    if (leaf.path === time?.path || entity.includes(`{${leaf.path}}`)) continue
    const metric = metricOf(leaf)
    if (metric !== null && !metrics.some(({ row }) => row.metric === metric.row.metric)) metrics.push(metric)
    else if (typeof leaf.value === 'number' && timeForm(leaf.value, received) === null) unexplained.push(leaf.path)
  }
  if (metrics.length === 0) return null
  const filter = shapeOf(topic)
  const mapping = {
    id: idOf(filter),
    topic: filter,
    entity,
    ...(time === undefined ? {} : { time }),
    metrics: metrics.map(({ row }) => row),
  }
  return { mapping, basis: metrics.map(({ basis }) => basis), unexplained }
}
