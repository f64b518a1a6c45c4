import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createEmbeddedStore } from '../../gateway/store/embedded.ts'
import { rowsOf } from '../../gateway/store/rows.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { T0 } from '../support/brain.ts'
import { backlog, CUT_FROM_S, CUT_TO_S, fillAt, live, planCut } from '../support/outage.ts'

const plan = planCut(smallCity(), 20, 60)

it('amends the figures of the outage to what they would have been without it, and remembers what was known then', () => {
  const [whole, cut] = [live(plan, null), live(plan, 97)]
  expect(Math.max(...whole.figures.map(Number))).toBe(5)
  expect(cut.figures).toEqual(whole.figures)
  expect(new Set(cut.known_then.filter((value) => value !== null))).toEqual(new Set([0]))
})

it('raises no alarm, and nothing else, from values of the outage', () => {
  const { told, late } = live(plan, 500)
  expect(late).toBeGreaterThan(1_700)
  expect([...new Set(told.map(({ kind }) => kind))].filter((kind) => kind !== 'presence' && kind !== 'dropped')).toEqual([])
})

it('has the history complete, as known now and as known then', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'outage-'))
  const retention = { raw_days: 30, minute_days: 365, quarter_days: 3650, retention: {} }
  const warn = (message: string) => {
    throw new Error(message)
  }
  const store = createEmbeddedStore({ directory, retention, warn, hot_rows_max: 500 })
  await store.start()
  try {
    const rows = [...backlog(plan)].flatMap((one) => rowsOf(one, T0 + CUT_TO_S * 1000 + 5_000))
    for (let start = 0; start < rows.length; start += 300) await store.append(rows.slice(start, start + 300))
    const [from, to] = [T0 + CUT_FROM_S * 1000, T0 + CUT_TO_S * 1000]
    for (const [i, device] of plan.cut.entries()) {
      const asked = { device, metric: 'fill_pct', from, to, step_s: 0 }
      const points = await store.history(asked)
      expect(points.map(({ ts, mean }) => [ts, mean])).toEqual(
        Array.from({ length: 119 }, (_, n) => [from + (n + 1) * 60_000, fillAt(i, CUT_FROM_S + (n + 1) * 60)]),
      )
      expect(await store.history({ ...asked, as_known_at: to - 60_000 })).toEqual([])
    }
  } finally {
    await store.stop()
    await rm(directory, { recursive: true })
  }
})
