/**
 * Words and figures in the language of the screen: chosen by the address (`?lang=`), then by what was chosen before, then by the
 * browser; Chinese first. `pseudo` is English with accents and 40 % more length, for tests of layout and of forgotten strings.
 */
import { signal } from '@preact/signals'
import type { Text } from '../../gateway/wire/frames.ts'
import { en } from './en.ts'
import { type Key, zh } from './zh.ts'

export type { Key }
export const LANGUAGES = ['zh', 'en', 'pseudo'] as const
export type Language = (typeof LANGUAGES)[number]

export const language = signal<Language>('zh')

export const isLanguage = (text: string | null | undefined): text is Language =>
  (LANGUAGES as readonly (string | null | undefined)[]).includes(text)

export function chooseLanguage(address: string | null, saved: string | null, browser: readonly string[]): Language {
  if (isLanguage(address)) return address
  if (isLanguage(saved)) return saved
  for (const tag of browser) {
    if (tag.toLowerCase().startsWith('zh')) return 'zh'
    if (tag.toLowerCase().startsWith('en')) return 'en'
  }
  return 'zh'
}

const ACCENTED: Readonly<Record<string, string>> = {
  a: 'á',
  e: 'é',
  i: 'í',
  o: 'ó',
  u: 'ú',
  A: 'Á',
  E: 'É',
  I: 'Í',
  O: 'Ó',
  U: 'Ú',
  n: 'ñ',
  c: 'ç',
}
const PSEUDO_GROWTH = 0.4

/** Brackets show truncation, accents show strings that never went through the dictionary. */
export function pseudo(text: string): string {
  const accented = text.replace(/[aeiounc]/gi, (letter) => ACCENTED[letter] ?? letter)
  // In pieces of five, so that it can wrap as words do.
  const growth = '·'.repeat(Math.ceil(text.length * PSEUDO_GROWTH)).replace(/.{5}(?=.)/g, '$& ')
  return `[${accented}${growth}]`
}

type Params = Readonly<Record<string, string | number>>

const fill = (text: string, params: Params): string => text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''))

/** A dictionary text with its places filled. */
export function t(key: Key, params: Params = {}): string {
  const current = language.value
  if (current === 'zh') return fill(zh[key], params)
  const text = en[key]
  return fill(current === 'pseudo' && text !== '' ? pseudo(text).replace(/\{[^}]*\}/g, (place) => plain(place)) : text, params)
}

/** Undoes the accents inside `{places}`. */
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '')

const isKey = (key: string): key is Key => key in zh

/** For words that depend on data (`status.on_site`): the dictionary's, or the raw word when a newer server says one we do not know. */
export function word(prefix: string, name: string): string {
  const key = `${prefix}.${name}`
  return isKey(key) ? t(key) : name
}

/** The reader's half of a text that arrives in both languages. */
export function pick(text: Text | null | undefined): string {
  if (text === null || text === undefined) return ''
  if (language.value === 'zh') return text.zh
  return language.value === 'pseudo' ? pseudo(text.en) : text.en
}

export const locale = (): string => (language.value === 'zh' ? 'zh-CN' : 'en-GB')
