/** One attribute of an NGSI entity in any of its forms: key-values, NGSI-LD normalized and concise (ETSI GS CIM 009), NGSIv2, and the drift between them that is really sent. */
import type { Drift } from './dialect.ts'
import { asArray, asObject, type Json, type JsonObject, member, stringAt } from './json.ts'

export interface Attribute {
  readonly value: Json | undefined
  /** `unitCode` as written. */
  readonly unit: string | null
  readonly observed: string | null
  /** What `object` of a Relationship says is an id, never a measured value. */
  readonly relation: boolean
}

const TYPES: ReadonlySet<string> = new Set(['Property', 'GeoProperty', 'Relationship', 'LanguageProperty', 'VocabProperty', 'JsonProperty'])
const GEOMETRIES: ReadonlySet<string> = new Set(['Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon'])
/** Members of an attribute that the standards know; sub-attributes are objects. */
const MEMBERS: ReadonlySet<string> = new Set(
  'type value object languageMap vocab json unitCode observedAt datasetId metadata createdAt modifiedAt deletedAt instanceId previousValue providedBy'.split(
    ' ',
  ),
)

/** `{"@type":"DateTime","@value":…}` of JSON-LD. */
const plain = (value: Json | undefined): Json | undefined => {
  const typed = asObject(value)
  return typed !== null && Object.hasOwn(typed, '@value') ? member(typed, '@value') : value
}

const bare = (value: Json | undefined): Attribute => ({ value: plain(value), unit: null, observed: null, relation: false })

function languageOf(object: JsonObject): Json | undefined {
  const map = asObject(member(object, 'languageMap'))
  return map === null ? undefined : (member(map, 'zh') ?? member(map, 'en') ?? Object.values(map)[0])
}

/** NGSIv2 has the time of a value among its metadata. */
function stampOf(object: JsonObject): string | null {
  const metadata = asObject(member(object, 'metadata'))
  for (const name of ['TimeInstant', 'timestamp', 'dateObserved']) {
    const text = stringAt(asObject(member(metadata, name)), 'value', 64)
    if (text !== null) return text
  }
  return null
}

/** @param drift is added to */
export function attributeOf(field: string, raw: Json | undefined, drift: Drift[]): Attribute {
  // Several instances under one name (datasetId): the first stands for them.
  const several = asArray(raw)
  const first =
    several !== null && asObject(several[0]) !== null && several.some((one) => stringAt(asObject(one), 'type') !== null) ? several[0] : raw
  const object = asObject(first)
  if (object === null) return bare(first)
  const type = member(object, 'type')
  if (typeof type === 'string' && GEOMETRIES.has(type)) return bare(first)
  const holds = ['value', 'object', 'languageMap', 'vocab', 'json'].some((name) => Object.hasOwn(object, name))
  if (!holds) return bare(first)
  if (type !== undefined && (typeof type !== 'string' || !TYPES.has(type))) drift.push({ field, what: 'type' })
  if (Object.entries(object).some(([name, value]) => !MEMBERS.has(name) && (typeof value !== 'object' || value === null)))
    drift.push({ field, what: 'key' })
  const value =
    member(object, 'value') ?? member(object, 'object') ?? languageOf(object) ?? member(object, 'vocab') ?? member(object, 'json')
  return {
    value: plain(value),
    unit: stringAt(object, 'unitCode', 32),
    observed: stringAt(object, 'observedAt', 64) ?? stampOf(object),
    relation: Object.hasOwn(object, 'object'),
  }
}
