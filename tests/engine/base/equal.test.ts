import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical } from '../../../engine/base/canonical.ts'
import { isEqual } from '../../../engine/base/equal.ts'

describe('equal values', () => {
  const few = fc.jsonValue({ maxDepth: 2, noUnicodeString: true })
  it('are those with the same canonical text', () => {
    fc.assert(fc.property(few, few, (a, b) => isEqual(a, b) === (canonical(a) === canonical(b))))
  })

  it('are equal to themselves after a journey through text', () => {
    fc.assert(fc.property(few, (a) => isEqual(JSON.parse(canonical(a)), JSON.parse(canonical(a)))))
  })

  it('do not depend on the order of keys, but on that of arrays', () => {
    expect(isEqual({ kind: 'drain.setting', setting: 1 }, { setting: 1, kind: 'drain.setting' })).toBe(true)
    expect(isEqual({ a: 1 }, { a: 1, b: undefined })).toBe(false)
    expect(isEqual([1, 2], [2, 1])).toBe(false)
    expect(isEqual([], {})).toBe(false)
    expect(isEqual(null, {})).toBe(false)
  })
})
