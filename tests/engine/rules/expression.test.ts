import fc from 'fast-check'
import { all, create } from 'mathjs/number'
import { describe, expect, it } from 'vitest'
import { compileExpression } from '../../../engine/rules/expression.ts'
import { fuseRules, fuseTruth } from '../../../engine/rules/fuse.ts'
import { type Input, inputsOf, type TruthTree } from '../../../engine/rules/tree.ts'

/** mathjs itself, without its tolerance of 1e-12 in comparisons: rules compare exactly. */
const { evaluate } = create(all, { relTol: Number.MIN_VALUE, absTol: 0 })

function treeOf(text: string): TruthTree {
  const result = compileExpression(text)
  if ('error' in result) throw new Error(`${text}: ${result.error.message}`)
  return result.expression.tree
}

const inputText = (input: Input): string => JSON.stringify(input)
const nameOf = (input: Input): string => ('name' in input ? input.name : input.from)

function run(text: string, values: Readonly<Record<string, number>>): number {
  const tree = treeOf(text)
  const inputs = [...new Map(inputsOf({ kind: 'truth', tree }).map((input) => [inputText(input), input])).values()]
  const row = Float64Array.from(inputs, (input) => values[nameOf(input)] ?? Number.NaN)
  return fuseTruth(tree, (input) => inputs.findIndex((other) => inputText(other) === inputText(input)))(row)
}

function refuse(text: string): string {
  const result = compileExpression(text)
  if (!('error' in result)) throw new Error(`${text} was accepted`)
  return `${result.error.column}: ${result.error.message}`
}

const NAMES = ['a', 'b', 'c']
const { truth } = fc.letrec<{ number: string; truth: string }>((tie) => ({
  number: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...NAMES),
    fc.integer({ min: -9, max: 9 }).map((value) => `(${value})`),
    fc.tuple(tie('number'), fc.constantFrom('+', '-', '*', '%', 'mod', '/'), tie('number')).map(([x, op, y]) => `(${x} ${op} ${y})`),
    tie('number').map((x) => `${x} ^ 2`),
    fc.tuple(fc.constantFrom('abs', 'floor', 'ceil', 'round', 'sign', 'max', 'min', 'sqrt'), tie('number')).map(([fn, x]) => `${fn}(${x})`),
    fc.tuple(fc.constantFrom('max', 'min', 'sum', 'mean'), tie('number'), tie('number')).map(([fn, x, y]) => `${fn}(${x}, ${y})`),
    fc.tuple(tie('truth'), tie('number'), tie('number')).map(([test, x, y]) => `((${test}) ? ${x} : ${y})`),
    tie('number').map((x) => `(-${x})`),
    tie('number').map((x) => `(+${x})`),
  ),
  truth: fc.oneof(
    { depthSize: 'small' },
    fc.tuple(tie('number'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('number')).map(([x, op, y]) => `${x} ${op} ${y}`),
    fc
      .tuple(tie('number'), fc.constantFrom('<', '<='), tie('number'), fc.constantFrom('<', '<=', '>'), tie('number'))
      .map(([x, op, y, op2, z]) => `${x} ${op} ${y} ${op2} ${z}`),
    fc.tuple(tie('truth'), fc.constantFrom('and', 'or', 'xor'), tie('truth')).map(([x, op, y]) => `(${x}) ${op} (${y})`),
    fc.tuple(tie('truth'), tie('truth'), tie('truth')).map(([x, y, z]) => `((${x}) ? (${y}) : (${z}))`),
    tie('truth').map((x) => `not (${x})`),
  ),
}))

/** Coarse values meet each other often; the others have every digit. */
const value = fc.oneof(
  fc.integer({ min: -20, max: 20 }).map((n) => n / 4),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
)
const known = fc.record({ a: value, b: value, c: value })
const unknown = fc.constant(Number.NaN)
const partly = fc.record({ a: fc.oneof(value, unknown), b: fc.oneof(value, unknown), c: fc.oneof(value, unknown) })

const byMathjs = (text: string, values: Readonly<Record<string, number>>): number => (evaluate(text, { ...values }) ? 1 : 0)

describe('the fused function', () => {
  it('says what mathjs says, for every expression of the language and every number', () => {
    fc.assert(
      fc.property(truth, known, (text, values) => {
        const ours = run(text, values)
        // Division by zero and roots of negative numbers make a rule unknown, where mathjs goes on with infinity and NaN.
        if (!Number.isNaN(ours)) expect(ours).toBe(byMathjs(text, values))
        else expect(text).toMatch(/\/|%|mod|sqrt/)
      }),
      { numRuns: 2_000 },
    )
  })

  it('is never unknown where nothing divides and nothing is missing', () => {
    fc.assert(
      fc.property(truth, known, (text, values) => {
        fc.pre(!/\/|%|mod|sqrt/.test(text))
        expect(run(text, values)).toBe(byMathjs(text, values))
      }),
      { numRuns: 1_000 },
    )
  })

  it('concludes from partly unknown values only what holds whatever they are', () => {
    fc.assert(
      fc.property(truth, partly, fc.array(known, { minLength: 5, maxLength: 5 }), (text, values, guesses) => {
        const ours = run(text, values)
        if (Number.isNaN(ours)) return
        for (const guess of guesses) {
          const filled = { ...guess, ...Object.fromEntries(Object.entries(values).filter(([, x]) => !Number.isNaN(x))) }
          const then = run(text, filled)
          if (!Number.isNaN(then)) expect(then).toBe(ours)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('of many rules says of each what the rule alone says', () => {
    fc.assert(
      fc.property(fc.array(truth, { minLength: 1, maxLength: 6 }), fc.array(partly, { minLength: 1, maxLength: 4 }), (texts, rows) => {
        const trees = texts.map(treeOf)
        const slotOf = (input: Input): number => NAMES.indexOf(nameOf(input))
        const out = new Uint8Array(rows.length * texts.length)
        const columns = (['a', 'b', 'c'] as const).map((name) => Float64Array.from(rows, (row) => row[name]))
        fuseRules(trees.map((tree) => ({ tree, slotOf })))(columns, rows.length, out)
        const single = rows.flatMap((row) => texts.map((text) => run(text, row)))
        expect([...out].map((code) => (code === 1 ? Number.NaN : code >> 1))).toEqual(single)
      }),
      { numRuns: 300 },
    )
  })

  it('of more conditions than one function takes is the same', () => {
    const texts = Array.from({ length: 300 }, (_, i) => `a > ${i}`)
    const out = new Uint8Array(300)
    fuseRules(texts.map((text) => ({ tree: treeOf(text), slotOf: () => 0 })))([Float64Array.of(150.5)], 1, out)
    expect(out.filter((code) => code === 3)).toHaveLength(151)
  })
})

describe('what is not known', () => {
  it.each([
    ['missing > 1 or 2 > 1', 1],
    ['missing > 1 and 2 < 1', 0],
    ['(missing > 1 ? a : a) > 0 or a == 1', 1],
  ] as const)('leaves open only what depends on it: %s', (text, expected) => {
    expect(run(text, { a: 1 })).toBe(expected)
  })

  it.each([
    'a / 0 > 1',
    'a % 0 > 1',
    'sqrt(-1) < 2',
    'not (missing > 1)',
    'missing > 1 or 2 < 1',
    'missing > 1 xor a > 0',
    'missing != 3',
    'max(missing, 1) > 0',
  ])('is unknown, never true or false: %s', (text) => {
    expect(run(text, { a: 1 })).toBeNaN()
  })
})

describe('units', () => {
  it.each([
    ['level_m > 30 cm', { level_m: 0.31 }, 1],
    ['level_m > 30 cm', { level_m: 0.3 }, 0],
    ['35 cm == level_m', { level_m: 0.35 }, 1],
    ['level_cm > threshold_m', { level_cm: 31, threshold_m: 0.3 }, 1],
    ['threshold_m < level_cm', { level_cm: 31, threshold_m: 0.3 }, 1],
    ['speed_kmh > speed_mps', { speed_kmh: 37, speed_mps: 10 }, 1],
    ['level_m / threshold_m > 0.5', { level_m: 0.2, threshold_m: 0.3 }, 1],
    ['level_cm / threshold_m > 0.5', { level_cm: 20, threshold_m: 0.3 }, 1],
    ['fill_pct > 90 %', { fill_pct: 91 }, 1],
    ['rain_mm_h > 2 cm/h', { rain_mm_h: 21 }, 1],
    ['flow_m3_s > 200 l/s', { flow_m3_s: 0.3 }, 1],
    ['max(level_m, 10 cm) > 0.2', { level_m: 0.1 }, 0],
    ['max(0.4, level_m) > 30 cm', { level_m: 0.1 }, 1],
    ['age_s > 10 min', { age: 601 }, 1],
    ['temperature_c > 70 degC', { temperature_c: 71 }, 1],
  ] as const)('%s', (text, values, expected) => {
    const row = Object.fromEntries(Object.entries(values))
    expect(run(text, row)).toBe(expected)
  })

  it.each([
    ['level_m > 3 s', '1: m and s cannot be compared or added; expected the same unit'],
    ['level_m + fill_pct > 3', '1: m and pct cannot be compared or added; expected the same unit'],
    ['setting > 30 cm', '1: a plain number and cm cannot be compared or added; expected the same unit'],
    ['level_m > 1 and rain_mm_h > 2 mm', '17: mm/h and mm cannot be compared or added; expected the same unit'],
    ['exp(level_m) > 1', '1: exp of m; expected a plain number'],
    ['level_m > threshold_m cm', '11: threshold_m cm: only a number takes a unit'],
  ])('%s', (text, expected) => {
    expect(refuse(text)).toBe(expected)
  })
})

describe('mistakes', () => {
  it.each([
    ['level_m >', '10: unexpected end of expression'],
    ['level_m = 3', '1: assignment is not allowed in a rule; expected comparisons of numbers'],
    ['1 > 0 and not level_m > 3', '15: level_m is a number; expected a condition (write not (a > b), a > 1 or b > 1)'],
    ['level_m', '1: gives a number; expected a condition such as level_m > 0.3'],
    ['2 level_m > 3', '1: 2 level_m: an operator is missing between two values; write * to multiply'],
    ['1 < 2 and lvl(level_m) > 3', '11: unknown function lvl; known are abs, all, any, at'],
    ['level_m > "deep"', '11: deep is not a number; expected a number'],
    ['level_m > (rain_mm > 3)', '12: (rain_mm > 3) is a condition; expected a number'],
    ['level_m | 1 > 2', '1: operator | is not allowed in a rule'],
    ['', '1: is empty; expected a condition'],
    ['abs(1, 2) > 0', '1: abs takes 1 values, not 2'],
    ['rain[phase] > 0', '1: expected a number as index'],
    ['mean_over(level_m, 10) > 0', '20: expected a length of time such as 10 min'],
    ['mean_over(level_m + 1, 10 min) > 0', '1: expected a metric and a length of time: mean_over(level_m, 10 min)'],
    ['mean_over(level_m, 3 days) > 0', '20: expected a length of time of at most 48 h'],
    ['delta(age_s, 10 min) > 0', '7: age_s has no history'],
    ['any(level_m > 1) and 1 > 0', '1: any needs devices'],
    ['any(level_m, near(500 m))', '5: gives a number; expected a condition'],
    ['any(level_m > 1, near(5 s))', '23: expected a distance such as near(500 m)'],
    ['count(any(level_m > 1, near(5 m)), grid()) > 1', '7: other devices within other devices; expected one level only'],
    ['at(level_m, "G1") > 1', '1: expected a value and a device: at(level_m, "d1/flood/G2")'],
    ['near(500 m) > 1', '1: near names devices; expected it within any'],
  ])('%s', (text, expected) => {
    expect(refuse(text)).toContain(expected)
  })

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        compileExpression(text)
      }),
    )
  })
})

it('tells each name and where it stands first', () => {
  const result = compileExpression('max(level_m, 1) > threshold_m and level_m < 50 cm and any(fill_pct > 90 %, group("market"))')
  expect('uses' in result ? result.uses : []).toEqual([
    { name: 'level_m', as: 'value', column: 5 },
    { name: 'threshold_m', as: 'value', column: 19 },
    { name: 'market', as: 'group', column: 82 },
    { name: 'fill_pct', as: 'value', column: 59 },
  ])
})
