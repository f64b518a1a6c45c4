import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createPseudonym } from '../../gateway/privacy.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'urban-privacy-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

test('the same subject has the same pseudonym after a restart, and tells nothing about it', () => {
  const before = createPseudonym({ directory })('京A12345')
  expect(createPseudonym({ directory })('京A12345')).toBe(before)
  expect(createPseudonym({ directory })('京A12346')).not.toBe(before)
  expect(before).toMatch(/^p:[A-Za-z0-9_-]{26}$/)
})

test('a plate is one subject however a camera writes it', () => {
  const pseudonym = createPseudonym({ directory })
  expect(pseudonym('京Ａ１２３４５')).toBe(pseudonym('京a 12345'))
})

test('another data directory gives other pseudonyms; the key is for its owner only', () => {
  const other = join(directory, 'deeper', 'still')
  expect(createPseudonym({ directory: other })('x')).not.toBe(createPseudonym({ directory })('x'))
  expect(readdirSync(other)).toEqual(['pseudonym-key'])
  expect(statSync(join(other, 'pseudonym-key')).mode & 0o777).toBe(0o600)
})

test('in lockstep the seed is the key', () => {
  expect(createPseudonym({ seed: 7 })('x')).toBe(createPseudonym({ seed: 7 })('x'))
  expect(createPseudonym({ seed: 7 })('x')).not.toBe(createPseudonym({ seed: 8 })('x'))
})

test('a damaged key is not silently replaced: every pseudonym would change', () => {
  writeFileSync(join(directory, 'pseudonym-key'), 'short\n')
  expect(() => createPseudonym({ directory })).toThrow(expect.objectContaining({ family: 'input', code: 'pseudonym_key' }))
})
