/** Nothing that became known later changes an answer of `forecast waste`: each is the same from the readings until its time alone. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRandom } from '../../../engine/base/random.ts'
import { HOUR_MS } from '../../../engine/base/time.ts'
import { trainWaste } from '../../../engine/waste/forecast/train.ts'
import { wasteLines } from '../../../gateway/cli/forecast-waste.ts'
import type { BinFills, Issue } from '../../../gateway/cli/waste-files.ts'

const TRAINED_H = 500

function trained(bin: string) {
  const random = createRandom(bin)
  const fill_pct = new Float64Array(TRAINED_H)
  for (let h = 1; h < TRAINED_H; h++) fill_pct[h] = fill_pct[h - 1] > 90 ? 2 : fill_pct[h - 1] + random.exponential(1.4)
  return { bin, kind: null, series: { ts: Float64Array.from({ length: TRAINED_H }, (_, h) => h * HOUR_MS), fill_pct } }
}

/** A row is hours, percent, and whether a collection was reported before it. */
function fillsOf(bin: string, rows: readonly (readonly [number, number, boolean])[], until: number): BinFills[] {
  const kept = rows.filter(([hour]) => hour * HOUR_MS <= until).sort((a, b) => a[0] - b[0])
  if (kept.length === 0) return []
  return [
    {
      bin,
      kind: null,
      ts: Float64Array.from(kept, ([hour]) => hour * HOUR_MS),
      fill_pct: Float64Array.from(kept, ([, fill]) => fill),
      collected: Uint8Array.from(kept, ([, , collected]) => (collected ? 1 : 0)),
    },
  ]
}

it('answers from what was known at the time of each question', () => {
  const model = trainWaste(['A', 'B', 'C'].map(trained), { random: createRandom(1), say: () => undefined })
  const hour = fc.double({ min: TRAINED_H - 50, max: TRAINED_H + 400, noNaN: true })
  const row = fc.tuple(hour, fc.oneof(fc.double({ min: 0, max: 110, noNaN: true }), fc.constantFrom(0, 79, 80, 100)), fc.boolean())
  fc.assert(
    fc.property(
      fc.constantFrom('A', 'new'),
      fc.uniqueArray(row, { minLength: 1, maxLength: 40, selector: ([h]) => h }),
      fc.array(hour, { minLength: 1, maxLength: 6 }),
      (bin, rows, asked) => {
        const issues = asked.map((h, line): Issue => ({ line, bin, time: String(h), at: h * HOUR_MS }))
        const said = wasteLines(model, fillsOf(bin, rows, Number.POSITIVE_INFINITY), issues, 80)
        for (const issue of issues) {
          const known = fillsOf(bin, rows, issue.at)
          // Whether the model's own memory of a bin counts depends on the first question.
          const earliest = issues.reduce((a, b) => (b.at < a.at ? b : a))
          const [, ...alone] = wasteLines(model, known, issue === earliest ? [issue] : [earliest, issue], 80)
          expect(alone.at(-1)).toBe(said[1 + issue.line])
        }
      },
    ),
    { numRuns: 40 },
  )
})
