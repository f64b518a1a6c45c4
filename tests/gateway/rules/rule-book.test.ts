import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Rule } from '../../../engine/model/rule.ts'
import { createRuleBook, type RuleBook } from '../../../gateway/rules/rule-book.ts'
import { diffLines } from '../../../gateway/rules/text-diff.ts'

const text = (level_m: number, more = ''): string =>
  `rules:\n  - { id: wet, title: { en: Wet, zh: 湿 }, scope: { domain: flood }, when: level_m > ${level_m}, severity: watch, incident: { class: a.b, deadline: 1 h }${more} }\n`
const files = (level_m: number, more = '') => [{ name: 'a.yaml', text: text(level_m, more) }]
const FAILING = ', tests: [{ name: low, readings: [{ at: 0 s, level_m: 0.1 }], expect: [{ at: 0 s, is: raised }] }]'

let directory: string
let inForce: readonly Rule[]
const noop = (): void => {}
function book(reload = true): RuleBook {
  return createRuleBook({
    directory: join(directory, 'files'),
    versions: join(directory, 'versions'),
    around: {},
    inForce: () => inForce,
    deliver: async (rules) => {
      inForce = rules
    },
    reload,
    now: () => 1_000,
    logger: { info: noop, warn: noop, error: noop },
  })
}
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rule-book-'))
  inForce = []
  await mkdir(join(directory, 'files'))
  await writeFile(join(directory, 'files', 'a.yaml'), text(0.3))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const given = (base: number, key: string) => ({ base, key, by: 'ops', note: 'why' })

it('the last change counts, files or a person, also after a restart', async () => {
  const first = book()
  await first.start()
  expect(first.versions.map(({ version, source }) => [version, source])).toEqual([[1, 'files']])
  expect(inForce[0].when).toBe('level_m > 0.3')
  await first.publish({ files: files(0.5), ...given(1, 'k1') })
  expect(inForce[0].when).toBe('level_m > 0.5')
  await first.stop()

  inForce = []
  const again = book()
  await again.start()
  expect(inForce[0].when).toBe('level_m > 0.5')
  expect(again.versions).toHaveLength(2)
  await again.stop()

  await writeFile(join(directory, 'files', 'a.yaml'), text(0.7))
  const edited = book()
  await edited.start()
  expect(inForce[0].when).toBe('level_m > 0.7')
  expect(edited.versions.map(({ source }) => source)).toEqual(['files', 'publish', 'files'])
  await edited.stop()
})

it('a rollback is a new version, and one request is one version', async () => {
  const rules = book()
  await rules.start()
  const made = await rules.publish({ files: files(0.5), ...given(1, 'k1') })
  expect(await rules.publish({ files: files(0.5), ...given(1, 'k1') })).toEqual({ ...made, fresh: false })
  expect(await rules.rollback(1, given(2, 'k2'))).toMatchObject({ version: { version: 3, source: 'rollback', of: 1 } })
  expect(inForce[0].when).toBe('level_m > 0.3')
  expect(await rules.rollback(9, given(3, 'k3'))).toEqual({ missing: 9 })
  await rules.stop()
})

it('refuses a set with a mistake or a failing test, one that was written on top of an older version, and any during a drill', async () => {
  const rules = book()
  await rules.start()
  expect(await rules.publish({ files: [{ name: 'a.yaml', text: 'rules: 3' }], ...given(1, 'k1') })).toHaveProperty('refused')
  expect(await rules.publish({ files: files(0.5, FAILING), ...given(1, 'k2') })).toHaveProperty('refused')
  expect(await rules.publish({ files: files(0.5), ...given(0, 'k3') })).toEqual({ conflict: 'base' })
  expect(rules.versions).toHaveLength(1)
  await rules.stop()
  const drill = book(false)
  await drill.start()
  expect(await drill.publish({ files: files(0.5), ...given(1, 'k4') })).toEqual({ conflict: 'run' })
  await drill.stop()
})

it('a difference says what went and what came', () => {
  expect(diffLines('a\nb\nc\n', 'a\nx\nc\nd\n').map(({ kind, text: line }) => `${kind[0]}${line}`)).toEqual(['sa', 'rb', 'ax', 'sc', 'ad'])
  expect(diffLines('', 'a\n')).toEqual([{ kind: 'added', text: 'a' }])
})
