/**
 * What the quarantine may keep of a foreign message: its shape. Personal data can be anywhere in it and under any name, so texts are
 * replaced by their length unless they are a number, a time or a hexadecimal id, and of what is no JSON nothing is kept but its kind.
 */

import type { Envelope } from './dialect.ts'
import { foldId } from './ids.ts'
import { asArray, asObject, type Json, jsonOf, textOf } from './json.ts'
import { fromIso } from './time.ts'
import { findUnit } from './unit-words.ts'
import { quantityOf } from './units.ts'
import { isKnownName } from './vocabulary.ts'

const MEMBERS_MAX = 64
/** Whatever may name a person, by what it is called. */
const PERSONAL = /plate|face|name|person|phone|mobile|owner|card|caller|email|address|label|desc|title|content|text|identity/i
/** A mobile number of China, written as a number. */
const isPhone = (value: number): boolean => value >= 13e9 && value < 20e9

export function sampleOf(envelope: Envelope): string {
  const { payload } = envelope
  const json = jsonOf(envelope)
  if (json.ok) return JSON.stringify(masked(json.value, ''))
  if (payload.length === 0) return ''
  if (payload[0] === 0xff && payload[1] === 0xd8) return `JPEG, ${payload.length} bytes`
  const text = payload.length > 65_536 ? null : textOf(payload)
  if (text === null) return `binary, ${payload.length} bytes`
  return text.trimStart().startsWith('<') ? `XML, ${payload.length} bytes` : `text, ${payload.length} bytes`
}

function masked(value: Json, key: string): Json {
  const array = asArray(value)
  if (array !== null) return array.slice(0, MEMBERS_MAX).map((item) => masked(item, key))
  const object = asObject(value)
  if (object !== null) {
    const members = Object.entries(object).slice(0, MEMBERS_MAX)
    // A key may be a name too: the devices of a gateway, somebody's watch.
    return Object.fromEntries(members.map(([name, item]) => [isPlainName(name) ? name : '…', masked(item ?? null, name)]))
  }
  if (typeof value === 'number') return isPhone(value) || PERSONAL.test(key) ? 0 : value
  return typeof value === 'string' ? maskedText(value, key) : value
}

function maskedText(text: string, key: string): string {
  // The word of a measurement or a unit names no person, wherever it stands.
  const harmless = isKnownWord(text) || (!PERSONAL.test(key) && (isQuantity(text) || fromIso(text, 0) !== null || isEui(text)))
  return harmless ? text : `…${text.length}`
}

const isPlainName = (name: string): boolean => /^[@#$A-Za-z_][\w@#$. :-]{0,63}$/.test(name) || isKnownWord(name)

const isEui = (text: string): boolean => /^[0-9a-f]{16}$/.test(foldId(text) ?? '')

const isKnownWord = (text: string): boolean => text.length <= 32 && (isKnownName(text) || findUnit(text) !== null)

function isQuantity(text: string): boolean {
  const quantity = quantityOf(text)
  return quantity !== null && !isPhone(quantity.value)
}
