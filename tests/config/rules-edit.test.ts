/** Rules put into and taken out of a file's text. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRules, SHIPPED_RULES } from '../../config/rules.ts'
import { addRule, type Edited, removeRule, ruleIdsIn } from '../../config/rules-edit.ts'
import type { RuleFile } from '../../config/rules-schema.ts'

// The schema's unions of names are too wide for the compiler.
const rule = (id: string, when = 'level_m > 0.3'): RuleFile => ({
  id,
  title: { en: 'Wet: very', zh: '湿' },
  scope: { domain: 'flood' as RuleFile['scope']['domain'], kind: 'level_gauge' },
  when,
  for: '60 s',
  severity: 'watch' as RuleFile['severity'],
  incident: { class: 'flood.waterlogging', deadline: '2 h' },
})
const textOf = (edited: Edited): string => {
  if ('refused' in edited) throw new Error(edited.refused)
  return edited.text
}
const SHIPPED = readdirSync(SHIPPED_RULES).map((name) => [name, readFileSync(join(SHIPPED_RULES, name), 'utf8')] as const)

describe('a rule', () => {
  it('is written as people write it, with why above it', () => {
    expect(textOf(addRule('', rule('wet'), 'Cars slow  down.\n'))).toBe(`rules:
  # Cars slow down.
  - id: wet
    title: { en: "Wet: very", zh: 湿 }
    scope: { domain: flood, kind: level_gauge }
    when: level_m > 0.3
    for: 60 s
    severity: watch
    incident: { class: flood.waterlogging, deadline: 2 h }
`)
  })

  it.each(SHIPPED)('goes into %s and out again, and nothing else changes', (name, text) => {
    const added = textOf(addRule(text, rule('mine'), 'Why not.'))
    const before = readRules(name, text)
    const after = readRules(name, added)
    expect(after.problems).toEqual([])
    expect(after.rules.slice(0, -1)).toEqual(before.rules)
    expect(after.rules.at(-1)).toMatchObject({ id: 'mine', when: 'level_m > 0.3' })
    expect(added.startsWith(text)).toBe(true)
    expect(textOf(removeRule(added, 'mine'))).toBe(text)
  })

  it.each(SHIPPED)('leaves the others of %s as they were, whichever is taken out', (name, text) => {
    const all = readRules(name, text).rules
    for (const { id } of all) {
      const left = textOf(removeRule(text, id))
      expect(readRules(name, left).rules, id).toEqual(all.filter((one) => one.id !== id))
      // Its own comment goes with it, and no line of another rule does.
      expect(
        left.split('\n').every((line) => text.includes(line)),
        id,
      ).toBe(true)
    }
    expect(ruleIdsIn(all.reduce((left, { id }) => textOf(removeRule(left, id)), text))).toEqual([])
  })

  it('stands before what follows the list, in its indentation', () => {
    const text = 'metrics: [mine_m]\nrules:\n- id: a # first\n  when: x > 1\n\n# about groups\ngroups: { g: [] }\n'
    const added = textOf(addRule(text, rule('b'), ''))
    expect(added).toContain('  when: x > 1\n\n- id: b\n')
    expect(added).toContain('deadline: 2 h }\n\n# about groups\ngroups:')
    expect(ruleIdsIn(added)).toEqual(['a', 'b'])
    expect(textOf(removeRule(added, 'b'))).toBe(text)
    const none = textOf(removeRule(text, 'a'))
    expect(none).toBe('metrics: [mine_m]\nrules: []\n\n# about groups\ngroups: { g: [] }\n')
    expect(ruleIdsIn(textOf(addRule(none, rule('c'), '')))).toEqual(['c'])
  })

  it.each([
    ['rules: [', /^not YAML: /],
    ['- a', /expected rules/],
    ['rules: { a: 1 }', /no list/],
    ['rules: [{ id: a, when: x > 1 }]', /in brackets/],
  ])('is refused by %j', (text, why) => {
    expect(addRule(text, rule('b'), '')).toMatchObject({ refused: expect.stringMatching(why) })
    expect(removeRule(text, 'a')).toMatchObject({ refused: expect.stringMatching(why) })
  })

  it('is not taken out of a file that lacks it', () => {
    expect(removeRule('rules: []\n', 'a')).toEqual({ refused: 'there is no rule a' })
  })

  it('may have any text as its condition, title and reason', () => {
    const text = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' })
    fc.assert(
      fc.property(text, text, text, (when, title, why) => {
        const given = { ...rule('odd', when), title: { en: title, zh: title } }
        const added = textOf(addRule(textOf(addRule('', rule('first'), '')), given, why))
        expect(ruleIdsIn(added)).toEqual(['first', 'odd'])
        expect(ruleIdsIn(textOf(removeRule(added, 'odd')))).toEqual(['first'])
        expect(textOf(removeRule(added, 'odd'))).toBe(textOf(addRule('', rule('first'), '')))
      }),
    )
  })
})
