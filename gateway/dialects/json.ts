/** JSON of strangers: capped in size and depth, and read without trusting what its keys are called. */
import { type Refusal, refusal } from '../mqtt/form.ts'
import type { Envelope } from './dialect.ts'

/** Far beyond any format here; a larger one is a mistake or an attack. */
export const JSON_BYTES_MAX = 1_048_576
const DEPTH_MAX = 32

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
/** Read with the functions below: `value.key` would also find what every object inherits. */
export interface JsonObject {
  readonly [key: string]: Json | undefined
}

export type ReadJson = { readonly ok: true; readonly value: Json } | Refusal

const text_decoder = new TextDecoder('utf-8', { fatal: true })
const read = new WeakMap<Envelope, ReadJson>()

/** Parsed once per envelope, so that dialects may all look. Never throws; no reason quotes the payload. */
export function jsonOf(envelope: Envelope): ReadJson {
  const known = read.get(envelope)
  if (known !== undefined) return known
  const fresh = parse(envelope.payload)
  read.set(envelope, fresh)
  return fresh
}

function parse(payload: Uint8Array): ReadJson {
  if (payload.length > JSON_BYTES_MAX) return refusal('size', `payload: ${payload.length} bytes, at most ${JSON_BYTES_MAX} are allowed`)
  const text = textOf(payload)
  if (text === null) return refusal('json', 'payload: binary, expected JSON as UTF-8')
  // The parser itself would nest as deep as the text does.
  if (isDeep(text)) return refusal('json', `payload: nested deeper than ${DEPTH_MAX} levels`)
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return refusal('json', text.trim() === '' ? 'payload: empty, expected JSON' : 'payload: not valid JSON')
  }
}

/** UTF-8 without NUL, or null: then it is binary. */
export function textOf(payload: Uint8Array): string | null {
  if (payload.includes(0)) return null
  try {
    return text_decoder.decode(payload)
  } catch {
    return null
  }
}

function isDeep(text: string): boolean {
  let depth = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (quoted) {
      if (code === BACKSLASH) i++
      else if (code === QUOTE) quoted = false
    } else if (code === QUOTE) quoted = true
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > DEPTH_MAX) return true
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--
  }
  return false
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** An object and no array. */
export const asObject = (value: Json | undefined): JsonObject | null =>
  typeof value === 'object' && value !== null && !isArray(value) ? value : null

export const asArray = (value: Json | undefined): readonly Json[] | null => (isArray(value) ? value : null)

/** `Array.isArray` for arrays that are not to be changed. */
const isArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

/** Its own member of that name; what objects inherit (`constructor`) is no member. */
export const member = (object: JsonObject | null, key: string): Json | undefined =>
  object !== null && Object.hasOwn(object, key) ? object[key] : undefined

export const objectAt = (object: JsonObject | null, key: string): JsonObject | null => asObject(member(object, key))

export const arrayAt = (object: JsonObject | null, key: string): readonly Json[] | null => asArray(member(object, key))

/** A text that is not empty and not too long to be one. */
export function stringAt(object: JsonObject | null, key: string, length_max = 256): string | null {
  const value = member(object, key)
  return typeof value === 'string' && value !== '' && value.length <= length_max ? value : null
}

/** Finite: `1e999` parses to infinity. */
export function numberAt(object: JsonObject | null, key: string): number | null {
  const value = member(object, key)
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export function booleanAt(object: JsonObject | null, key: string): boolean | null {
  const value = member(object, key)
  return typeof value === 'boolean' ? value : null
}

/** The texts among the members of an array, at most `count_max`. */
export const stringsAt = (object: JsonObject | null, key: string, count_max = 64): string[] =>
  (arrayAt(object, key) ?? [])
    .filter((value) => typeof value === 'string')
    .filter((value) => value !== '' && value.length <= 256)
    .slice(0, count_max)

/** Keys that may name a metric or attribute; `__proto__` would set the prototype of what it is put into. */
export const isPlainKey = (key: string): boolean => key !== '__proto__' && key !== 'constructor' && key !== 'prototype'
