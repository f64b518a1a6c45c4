import fc from 'fast-check'
import { expect, it } from 'vitest'
import { advance, CALM, type Condition } from '../../../engine/rules/hysteresis.ts'

/** What the words of the rule reference say, over a whole history at once: `holds` sampled once a second. */
function model(when: readonly Condition[], clear: readonly Condition[], for_s: number, clear_for_s: number): boolean[] {
  let raised = false
  let since: number | null = null
  return when.map((_, second) => {
    const holds = raised ? clear[second] : when[second]
    if (holds !== true) since = null
    else {
      since ??= second
      if (second - since >= (raised ? clear_for_s : for_s)) {
        raised = !raised
        since = null
      }
    }
    return raised
  })
}

const condition = fc.constantFrom<Condition[]>(true, true, true, false, null)

it('raises after `for`, clears after `clear_for`, and asks to be looked at exactly when time alone decides', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(condition, condition), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 0, max: 8 }),
      fc.integer({ min: 0, max: 8 }),
      (history, for_s, clear_for_s) => {
        const expected = model(
          history.map(([when]) => when),
          history.map(([, clear]) => clear),
          for_s,
          clear_for_s,
        )
        let memory = CALM
        let due: number | null = null
        let last: Condition = null
        history.forEach(([when, clear], second) => {
          const holds = memory.raised ? clear : when
          // Looking only when something changed or is due must give the same as looking every second.
          if (holds === last && due !== null && second * 1000 < due) return
          const result = advance(memory, { for_ms: for_s * 1000, clear_for_ms: clear_for_s * 1000 }, holds, second * 1000)
          memory = result.memory
          due = result.due
          last = result.change === null ? holds : null
          expect(memory.raised).toBe(expected[second])
        })
      },
    ),
    { numRuns: 500 },
  )
})
