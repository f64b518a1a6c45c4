import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { placed, placeOf, readJson, repeatedKeys } from '../../config/check-json.ts'

function sourceOf(text: string) {
  const { source } = readJson('a.json', text)
  if (source === null) throw new Error('the text should be JSON')
  return source
}

describe('places in JSON', () => {
  test('a value is found by line and column', () => {
    const source = sourceOf('{\n  "a": [1, 2,\n    {"b\\u0063": true}]\n}')
    expect(placeOf(source, ['a', 1])).toEqual({ file: 'a.json', line: 2, column: 12 })
    expect(placeOf(source, ['a', 2, 'bc'])).toEqual({ file: 'a.json', line: 3, column: 17 })
    expect(placeOf(source, [])).toEqual({ file: 'a.json', line: 1, column: 1 })
  })

  test('a path that leads nowhere gives the nearest value around it', () => {
    expect(placeOf(sourceOf('{"a": {\n"b": 1}}'), ['a', 'missing', 'deeper'])).toEqual({ file: 'a.json', line: 1, column: 7 })
  })

  test('findings keep their order and share one walk', () => {
    const findings = [
      { path: [2], code: 'x', message: 'third' },
      { path: [0], code: 'x', message: 'first' },
    ]
    expect(placed(sourceOf('[1,\n2,\n3]'), findings).map(({ place }) => place.line)).toEqual([3, 1])
  })

  test('a key used twice is found, also deep inside', () => {
    expect(repeatedKeys(sourceOf('{"a": {"b": 1, "c": 2, "b": 3}, "b": 4}'))).toEqual([['a', 'b']])
  })

  test.each([
    ['{"a": 1,}', 1, 9, 'a member name'],
    ['[1,\n 2 3]', 2, 4, '"," or "]"'],
    ['{"a" 1}', 1, 6, '":"'],
    ['[01]', 1, 3, '"," or "]"'],
    ['"a\tb"', 1, 1, 'a string'],
    ['', 1, 1, 'a JSON value'],
    ['{} {}', 1, 4, 'the end of the file'],
  ])('%j is no JSON, and the place is told', (text, line, column, expected) => {
    const { problem } = readJson('a.json', text)
    expect(problem?.place).toEqual({ file: 'a.json', line, column })
    expect(problem?.message).toContain(expected)
  })

  test('a byte order mark is passed over', () => {
    expect(readJson('a.json', '\uFEFF{"a": 1}').source?.value).toEqual({ a: 1 })
  })

  test('whatever JSON.parse takes can be walked to every leaf, and what it refuses has a place', () => {
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 0, max: 3 }), (text, indent) => {
        const pretty = JSON.stringify(JSON.parse(text), null, indent)
        const place = placeOf(sourceOf(pretty), leafPath(JSON.parse(pretty)))
        expect(place.line).toBeGreaterThan(0)
        const cut = pretty.slice(0, -1)
        const { source, problem } = readJson('a.json', cut)
        expect(source === null).toBe(problem !== null)
      }),
    )
  })
})

/** The way to the last leaf of a value. */
function leafPath(value: unknown): (string | number)[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : [value.length - 1, ...leafPath(value[value.length - 1])]
  if (typeof value !== 'object' || value === null) return []
  const last = Object.entries(value).at(-1)
  return last === undefined ? [] : [last[0], ...leafPath(last[1])]
}
