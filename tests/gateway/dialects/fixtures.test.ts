import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DIALECTS, understand } from '../../../gateway/dialects/list.ts'
import type { NormalForm } from '../../../gateway/dialects/normal-form.ts'
import { FIXTURE_CASES, type FixtureCase } from './fixture-cases.ts'
import { context, FORMATS_MISSING, fixture } from './fixtures.ts'

const FORMS = join(import.meta.dirname, '../../fixtures/dialects')

function formsOf({ name, dialect, envelopes }: FixtureCase): { forms: NormalForm[]; drift: unknown[] } {
  const memory = context()
  const forms: NormalForm[] = []
  const drift: unknown[] = []
  for (const envelope of envelopes(fixture(name))) {
    const { dialect: found, said } = understand(envelope, memory)
    expect(said).toMatchObject({ ok: true })
    expect(found?.id).toBe(dialect)
    if (!said.ok) continue
    forms.push(...said.forms)
    drift.push(...said.drift)
  }
  return { forms, drift }
}

/** `WRITE_FORMS=1` writes the normal form of a new fixture; what stands there already is compared. */
function wholeForm(name: string, fresh: unknown): unknown {
  const file = join(FORMS, `${name}.json`)
  if (process.env.WRITE_FORMS === '1' && !existsSync(file)) writeFileSync(file, `${JSON.stringify(fresh, null, 2)}\n`)
  return JSON.parse(readFileSync(file, 'utf8'))
}

it('gives every dialect its own id', () => {
  const ids = DIALECTS.map(({ id }) => id)
  expect(ids).toEqual([...new Set(ids)])
})

describe.skipIf(FORMATS_MISSING || FIXTURE_CASES.length === 0)(
  'the sample messages of ../shared/formats (skipped where they are missing)',
  () => {
    it.each(FIXTURE_CASES)('$name', (one) => {
      const got = formsOf(one)
      expect(JSON.parse(JSON.stringify(got))).toEqual(wholeForm(one.name, got))
      const { kind, count, ...wanted } = { ...fixture(one.name).expect, ...one.means }
      const values = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
      if (kind === 'batch') expect(got.forms).toHaveLength(Number(count))
      else expect(got.forms[one.about ?? 0]).toMatchObject(kind === undefined ? values : { kind, ...values })
    })
  },
)
