import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import { afterEach, describe, expect, it } from 'vitest'
import { en } from '../../dashboard/i18n/en.ts'
import { ageText, clockText, DASH, figure, metricText } from '../../dashboard/i18n/format.ts'
import { chooseLanguage, language, pick, pseudo, t, word } from '../../dashboard/i18n/index.ts'
import { zh } from '../../dashboard/i18n/zh.ts'

afterEach(() => {
  language.value = 'zh'
})

const DASHBOARD = join(import.meta.dirname, '../../dashboard')

/** Every text in the source of the wall; of a template and of `word(prefix, …)` only what stands before the data. */
function textsOfTheWall(): { whole: Set<string>; prefixes: Set<string> } {
  const whole = new Set<string>()
  const prefixes = new Set<string>()
  const visitor = new Visitor({
    Literal: ({ value }) => {
      if (typeof value === 'string') whole.add(value)
    },
    TemplateLiteral: ({ quasis, expressions }) => {
      if (expressions.length > 0 && quasis[0].value.raw.includes('.')) prefixes.add(quasis[0].value.raw)
    },
    CallExpression: ({ callee, arguments: [first] }) => {
      if (callee.type === 'Identifier' && callee.name === 'word' && first?.type === 'Literal') prefixes.add(`${first.value}.`)
    },
  })
  for (const entry of readdirSync(DASHBOARD, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    // The dictionaries themselves use nothing.
    if (!/\.tsx?$/.test(entry.name) || /i18n\/(crew-)?(zh|en)\.ts$/.test(path)) continue
    visitor.visit(parseSync(path, readFileSync(path, 'utf8')).program)
  }
  return { whole, prefixes }
}

describe('dictionary', () => {
  it('has the same keys and the same places in both languages', () => {
    const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
    for (const [key, text] of Object.entries(zh)) expect(places(en[key as keyof typeof zh]), key).toEqual(places(text))
  })

  it('has no key that the wall never says', () => {
    const { whole, prefixes } = textsOfTheWall()
    const dead = Object.keys(zh).filter((key) => !whole.has(key) && ![...prefixes].some((prefix) => key.startsWith(prefix)))
    expect(dead).toEqual([])
  })

  it('fills places in every language, the pseudo-locale included', () => {
    expect(t('events.open', { n: 7 })).toBe('7 起未结')
    language.value = 'en'
    expect(t('events.open', { n: 7 })).toBe('7 open')
    language.value = 'pseudo'
    expect(t('fresh.banner', { time: '12:00:01' })).toContain('12:00:01')
    expect(t('events.open', { n: 7 }).length).toBeGreaterThanOrEqual('7 open'.length * 1.4)
  })

  it('shows a word it does not know as it came', () => {
    expect(word('status', 'on_site')).toBe('处置中')
    expect(word('status', 'teleported')).toBe('teleported')
  })

  it('marks data texts in the pseudo-locale too', () => {
    language.value = 'pseudo'
    expect(pick({ zh: '人民路', en: 'Renmin Road' })).toBe(pseudo('Renmin Road'))
  })
})

describe('choice of language', () => {
  it.each([
    ['en', 'zh', ['zh-CN'], 'en'],
    [null, 'en', ['zh-CN'], 'en'],
    [null, null, ['en-US', 'zh'], 'en'],
    [null, null, ['fr-FR'], 'zh'],
    ['klingon', null, ['en'], 'en'],
  ] as const)('address %s, saved %s, browser %s → %s', (address, saved, browser, expected) => {
    expect(chooseLanguage(address, saved, browser)).toBe(expected)
  })
})

describe('figures', () => {
  it('never shows a missing value as zero', () => {
    expect(figure(null)).toBe(DASH)
    expect(figure(undefined)).toBe(DASH)
    expect(figure(Number.NaN)).toBe(DASH)
    expect(metricText('level_m', null)).toContain(DASH)
    expect(figure(0)).toBe('0')
  })

  it('takes the unit from the metric name, the longest suffix first', () => {
    expect(metricText('rain_mm_h', 12.34)).toBe('12.3\u2009mm/h')
    expect(metricText('rain_mm', 12.34)).toBe('12.3\u2009mm')
    expect(metricText('level_m', 0.456)).toBe('0.46\u2009m')
    expect(metricText('flow_m3_s', 1)).toBe('1.00\u2009m³/s')
    expect(metricText('sweetness', 1)).toBe('1.00')
  })

  it('says an age in its largest unit', () => {
    language.value = 'en'
    expect([0, 59_999, 60_000, 3_600_000, 90_000_000].map(ageText)).toEqual(['0\u2009s', '59\u2009s', '1\u2009min', '1\u2009h', '1\u2009d'])
  })

  it("tells the time of the city's zone on a 24-hour clock", () => {
    expect(clockText(Date.UTC(2026, 0, 1, 16, 0, 5), 'Asia/Shanghai')).toBe('00:00:05')
    language.value = 'en'
    expect(clockText(Date.UTC(2026, 0, 1, 5, 0, 5), 'Asia/Shanghai')).toBe('13:00:05')
  })
})
