import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createDeadlines, dropDeadline, setDeadline, takeDue } from '../../../engine/base/deadlines.ts'

it('behaves like a sorted list of one time per key', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const time = fc.integer({ min: 0, max: 50 })
  const command = fc.oneof(
    fc.record({ type: fc.constant('set' as const), key, at: time }),
    fc.record({ type: fc.constant('drop' as const), key, at: time }),
    fc.record({ type: fc.constant('take' as const), key, at: time }),
  )
  fc.assert(
    fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
      const deadlines = createDeadlines()
      const model = new Map<string, number>()
      for (const { type, key: name, at } of commands) {
        if (type === 'set') {
          setDeadline(deadlines, name, at)
          model.set(name, at)
        } else if (type === 'drop') {
          dropDeadline(deadlines, name)
          model.delete(name)
        } else {
          const due = [...model].filter(([, when]) => when <= at).map(([one]) => one)
          expect(takeDue(deadlines, at).sort()).toEqual(due.sort())
          for (const one of due) model.delete(one)
        }
      }
    }),
    { numRuns: 1000 },
  )
})

it('gives what is due earliest first, by name at the same time', () => {
  const deadlines = createDeadlines()
  for (const [name, at] of [
    ['z', 5],
    ['b', 7],
    ['a', 7],
    ['y', 1],
  ] as const)
    setDeadline(deadlines, name, at)
  expect(takeDue(deadlines, 7)).toEqual(['y', 'z', 'a', 'b'])
})

it('stays small however often one key is put off', () => {
  const deadlines = createDeadlines()
  for (let i = 0; i < 10_000; i++) setDeadline(deadlines, 'gauge', 1000 + i)
  expect(deadlines.heap.length).toBe(1)
})

it('keeps one entry of a key that was brought forward and put off again', () => {
  const deadlines = createDeadlines()
  for (const at of [10, 5, 100]) setDeadline(deadlines, 'gauge', at)
  expect(takeDue(deadlines, 50)).toEqual([])
  expect(deadlines.heap).toEqual([{ at: 100, key: 'gauge' }])
})
