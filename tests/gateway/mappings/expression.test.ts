/** What an expression of a mapping may do, and what stops one that would do more. */
import { describe, expect, it } from 'vitest'
import { compileExpression } from '../../../gateway/mappings/expression.ts'

async function run(source: string, input: unknown = { a: 1 }) {
  const compiled = compileExpression(source)
  return compiled.ok ? await compiled.expression.evaluate(input, ['acme', '17']) : compiled
}

describe('an expression', () => {
  it('makes a new value of a message', async () => {
    const message = {
      d: [
        { n: 'level', x: 310 },
        { n: 'batt', x: 3.6 },
      ],
    }
    expect(await run('{"level_m": d[n="level"].x / 1000, "names": d.n}', message)).toEqual({
      ok: true,
      value: { level_m: 0.31, names: ['level', 'batt'] },
    })
    expect(await run('nothing.here')).toEqual({ ok: true, value: null })
    expect(await run('$match(b, /a+b/).match', { b: 'xaab' })).toEqual({ ok: true, value: 'aab' })
    expect(await run('$topic[1]')).toEqual({ ok: true, value: '17' })
    expect(await run('$lookup($, "a")')).toEqual({ ok: true, value: 1 })
  })

  it.each([
    ['a clock', '$now()'],
    ['a clock in numbers', '{"t": $millis()}'],
    ['chance', '$random()'],
    ['code made of text', '$eval("1+1")'],
    ['code by another name', '($e := $eval; $e("1"))'],
    ['the constructor of a value', 'a.constructor'],
    ['the prototype of a value', 'a.`__proto__`.x'],
    ['a range of unknown length', '[1..a]'],
    ['a long range', '[1..100000]'],
    ['a pattern that may take exponential time', '$match(b, /(a+)+b/)'],
    ['no expression', 'a.['],
  ])('is refused with its place: %s', async (_name, source) => {
    expect(await run(source)).toMatchObject({ ok: false, why: expect.stringMatching(/./), at: expect.any(Number) })
  })

  it('gives nothing of the program by a computed name', async () => {
    expect(await run('$lookup({}, "constructor")')).toEqual({ ok: true, value: null })
    expect(await run('$lookup($, "__proto__")', JSON.parse('{"a":1}'))).toEqual({ ok: true, value: null })
    const polluted = await run('{"__proto__": {"hit": 1}}')
    expect(polluted.ok && Reflect.get({}, 'hit')).toBe(polluted.ok ? undefined : false)
  })

  it.each([
    ['without an end', '($f := function($n){$f($n)}; $f(1))', {}],
    ['too deep', '($f := function($n){$n > 0 ? 1 + $f($n - 1) : 0}; $f(100000))', {}],
    ['too wide', '$map([1..1000], function($i){$map([1..1000], function($j){$i * $j})})', {}],
    ['too long', '$pad("x", 100000)', {}],
    ['a pattern on a long text', '$match(b, /a+b/)', { b: 'a'.repeat(5000) }],
  ])('is stopped: %s', async (_name, source, input) => {
    expect(await run(source, input)).toMatchObject({ ok: false, why: expect.stringMatching(/./) })
  })
})
