import fc from 'fast-check'
import { evaluate } from 'mathjs'
import { describe, expect, it } from 'vitest'
import { compileExpression, type FrameValue } from '../../../engine/rules/expression.ts'

function run(text: string, values: Readonly<Record<string, FrameValue>>): number {
  const slots = new Map<string, number>()
  const result = compileExpression(text, slots)
  if ('error' in result) throw new Error(result.error.message)
  const frame: FrameValue[] = []
  for (const [name, slot] of slots) frame[slot] = values[name] ?? Number.NaN
  return result.expression.evaluate(frame)
}

function refuse(text: string): string {
  const result = compileExpression(text, new Map())
  if (!('error' in result)) throw new Error(`${text} was accepted`)
  return `${result.error.column}: ${result.error.message}`
}

describe('evaluation', () => {
  it.each([
    ['a > 1 and b <= 2', { a: 2, b: 2 }, 1],
    ['not (a > 1) or b == 3', { a: 2, b: 3 }, 1],
    ['0.1 < a <= 0.3', { a: 0.3 }, 1],
    ['0.1 < a <= 0.3', { a: 0.1 }, 0],
    ['(a > 1 ? b : 0) > 5', { a: 2, b: 6 }, 1],
    ['max(a, b, 3) == 3', { a: 1, b: 2 }, 1],
    ['max(rain) > 4 and rain[1] == 1', { rain: [1, 5] }, 1],
    ['-a ^ 2 == -4 and a % 3 == 2', { a: 2 }, 1],
    ['mean(rain) == 3 xor a != a', { rain: [1, 5], a: 1 }, 1],
  ] as const)('%s', (text, values, expected) => {
    expect(run(text, values)).toBe(expected)
  })

  it.each([
    'a / 0 > 1',
    'sqrt(-1) < 2',
    'not (missing > 1)',
    'missing > 1 or 2 > 1',
    'rain[9] > 0',
    'rain > 0',
    'max(rain[9], 1) > 0',
    'missing != 3',
  ])('is unknown, never true or false: %s', (text) => {
    expect(run(text, { a: 1, rain: [1, 5] })).toBeNaN()
  })

  it('agrees with mathjs on every expression of the language', () => {
    const names = ['a', 'b', 'c']
    const { number } = fc.letrec<{ number: string }>((tie) => ({
      number: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(...names),
        fc.integer({ min: -9, max: 9 }).map((value) => `(${value})`),
        fc.tuple(tie('number'), fc.constantFrom('+', '-', '*'), tie('number')).map(([x, op, y]) => `(${x} ${op} ${y})`),
        fc.tuple(fc.constantFrom('abs', 'floor', 'max', 'min'), tie('number')).map(([fn, x]) => `${fn}(${x})`),
        tie('number').map((x) => `(-${x})`),
      ),
    }))
    const { truth } = fc.letrec<{ truth: string }>((tie) => ({
      truth: fc.oneof(
        { depthSize: 'small' },
        fc.tuple(number, fc.constantFrom('<', '<=', '>', '>=', '==', '!='), number).map(([x, op, y]) => `${x} ${op} ${y}`),
        fc.tuple(tie('truth'), fc.constantFrom('and', 'or', 'xor'), tie('truth')).map(([x, op, y]) => `(${x}) ${op} (${y})`),
        tie('truth').map((x) => `not (${x})`),
      ),
    }))
    const value = fc.integer({ min: -20, max: 20 })
    fc.assert(
      fc.property(truth, fc.record({ a: value, b: value, c: value }), (text, values) => {
        expect(run(text, values)).toBe(evaluate(text, { ...values }) ? 1 : 0)
      }),
      { numRuns: 500 },
    )
  })
})

describe('mistakes', () => {
  it.each([
    ['level_m >', '10: unexpected end of expression'],
    ['level_m = 3', '1: assignment is not allowed in a rule; expected comparisons of numbers'],
    ['1 > 0 and not level_m > 3', '15: level_m is a number; expected a condition (write not (a > b), a > 1 or b > 1)'],
    ['level_m', '1: gives a number; expected a condition such as level_m > 0.3'],
    ['2 level_m > 3', '1: 2 level_m: an operator is missing between two values; write * to multiply'],
    [
      '1 < 2 and lvl(level_m) > 3',
      '11: unknown function lvl; known are abs, ceil, exp, floor, log, max, mean, min, round, sign, sqrt, sum',
    ],
    ['level_m > "deep"', '11: deep is not a number; expected a number'],
    ['level_m > (rain_mm > 3)', '12: (rain_mm > 3) is a condition; expected a number'],
    ['level_m | 1 > 2', '1: operator | is not allowed in a rule'],
    ['', '1: is empty; expected a condition'],
    ['abs(1, 2) > 0', '1: abs takes 1 values, not 2'],
  ])('%s', (text, expected) => {
    expect(refuse(text)).toContain(expected)
  })

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        compileExpression(text, new Map())
      }),
    )
  })
})

it('tells each name and where it stands first', () => {
  const result = compileExpression('max(level_m, 1) > threshold_m and level_m < 5', new Map())
  expect('uses' in result ? result.uses : []).toEqual([
    { name: 'level_m', column: 5 },
    { name: 'threshold_m', column: 19 },
  ])
})
