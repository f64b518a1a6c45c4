import { expect, it } from 'vitest'
import { ulid } from '../../../engine/base/ulid.ts'

it('has the shape of a ULID and its time', () => {
  expect(ulid(1_767_225_600_000, 'live', 1, 0)).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
  // The example of the ULID specification: 1469918176385 is 01ARYZ6S41.
  expect(ulid(1_469_918_176_385, 'live', 1, 0).slice(0, 10)).toBe('01ARYZ6S41')
})

it('is the same for the same place in the same run, and another for any other', () => {
  const names = [ulid(1, 'live', 1, 0), ulid(1, 'live', 1, 1), ulid(1, 'live', 2, 0), ulid(2, 'live', 1, 0), ulid(1, 'drill', 1, 0)]
  expect(new Set(names).size).toBe(5)
  expect(ulid(1, 'live', 1, 1)).toBe(names[1])
})

it('sorts in the order given', () => {
  const given = [ulid(5, 'w', 9, 0), ulid(5, 'w', 9, 1), ulid(5, 'w', 9, 40), ulid(5, 'w', 10, 0), ulid(6, 'w', 1, 0)]
  expect([...given].sort()).toEqual(given)
})
