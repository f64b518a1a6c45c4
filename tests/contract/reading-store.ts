/** The contract of the ReadingStore port (engine/ports.ts): one suite, run on every adapter. */
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../engine/base/time.ts'
import type { HistoryPoint, ReadingRow, ReadingStore } from '../../engine/ports.ts'
import type { Retention } from '../../gateway/store/tiers.ts'

export interface StoreHarness {
  /** A new store over the data of this test, not started. */
  open(retention: Retention): ReadingStore
  /** Takes the data away. */
  clean(): Promise<void>
}

export const KEEP: Retention = { raw_days: 30, minute_days: 365, quarter_days: 3650, retention: {} }
const device = 'd0/flood/level-1'
const row = (ts: EpochMs, value: number, metric = 'level_m', of = device): ReadingRow => ({ device: of, metric, ts, value })

/** Zero has no sign in history: line protocol drops it. */
const unsigned = (value: number): number => value + 0

/** What the port promises, computed the plain way. */
export function expected(rows: readonly ReadingRow[], from: EpochMs, to: EpochMs, step_s: number): HistoryPoint[] {
  const last = new Map<EpochMs, number>()
  for (const { ts, value } of rows) if (ts >= from && ts < to) last.set(ts, value)
  const buckets = new Map<EpochMs, number[]>()
  for (const [ts, value] of last) {
    const start = step_s === 0 ? ts : Math.floor(ts / (step_s * 1000)) * step_s * 1000
    buckets.set(start, [...(buckets.get(start) ?? []), value])
  }
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([ts, values]) => ({
      ts,
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      min: Math.min(...values),
      max: Math.max(...values),
      count: values.length,
    }))
}

export function expectPoints(actual: readonly HistoryPoint[], wanted: readonly HistoryPoint[]): void {
  expect(actual.map(({ mean: _, ...rest }) => rest)).toEqual(wanted.map(({ mean: _, ...rest }) => rest))
  for (const [i, { mean }] of actual.entries())
    expect(Math.abs(mean - wanted[i].mean)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(mean)))
}

/** `base` is midnight of a recent day: InfluxDB judges ages by its own clock. */
export function readingStoreContract(name: string, base: EpochMs, createHarness: () => Promise<StoreHarness>): void {
  describe(`reading store: ${name}`, () => {
    let harness: StoreHarness
    let store: ReadingStore
    const history = (step_s: number, from = base, to = base + DAY_MS, metric = 'level_m', of = device): Promise<HistoryPoint[]> =>
      store.history({ device: of, metric, from, to, step_s })

    async function reopen(retention: Retention = KEEP): Promise<void> {
      await store.stop()
      store = harness.open(retention)
      await store.start()
    }

    beforeEach(async () => {
      harness = await createHarness()
      store = harness.open(KEEP)
      await store.start()
    })
    afterEach(async () => {
      await store.stop()
      await harness.clean()
    })

    it('answers nothing for a device it never heard of', async () => {
      expect(await history(0)).toEqual([])
      expect(await store.metrics('d0/flood/nobody')).toEqual([])
      await store.append([])
    })

    it('gives rows back as stored, oldest first, from included and to not included', async () => {
      const rows = [row(base + 3000, 0.3), row(base, 0.1), row(base + 1000, -0.25), row(base + 4000, 1e-9)]
      await store.append(rows)
      expect(await history(0)).toEqual(expected(rows, base, base + DAY_MS, 0))
      expect((await history(0, base + 1000, base + 4000)).map((point) => point.ts)).toEqual([base + 1000, base + 3000])
    })

    it('keeps every bit of a value', async () => {
      const values = [0.1 + 0.2, Math.PI, 5e-324, Number.MAX_VALUE, -1 / 3, 121.473701, 2 ** 53, 0]
      await store.append(values.map((value, i) => row(base + i * 1000, value)))
      expect((await history(0)).map((point) => point.mean)).toEqual(values)
    })

    it('leaves out numbers that are not finite', async () => {
      await store.append([row(base, Number.NaN), row(base + 1, Number.POSITIVE_INFINITY), row(base + 2, 2)])
      expect((await history(0)).map((point) => point.ts)).toEqual([base + 2])
    })

    it('aligns buckets to the epoch and tells mean, min, max and count', async () => {
      const rows = [0, 59_999, 60_000, 299_999, 300_000].map((offset, i) => row(base + offset, i))
      await store.append(rows)
      expectPoints(await history(300), [
        { ts: base, mean: 1.5, min: 0, max: 3, count: 4 },
        { ts: base + 300_000, mean: 4, min: 4, max: 4, count: 1 },
      ])
      for (const step_s of [1, 60, 420, 900, 3600, 86_400]) expectPoints(await history(step_s), expected(rows, base, base + DAY_MS, step_s))
    })

    it('takes the same row again as one row with the last value, in one batch and over batches', async () => {
      await store.append([row(base, 1), row(base + 10_000, 2), row(base, 3)])
      await store.append([row(base + 10_000, 4), row(base + 20_000, 5)])
      expect((await history(0)).map((point) => point.mean)).toEqual([3, 4, 5])
      expectPoints(await history(60), [{ ts: base, mean: 4, min: 3, max: 5, count: 3 }])
    })

    it('puts late rows into the bucket of their own time', async () => {
      await store.append([row(base + HOUR_MS, 1), row(base + HOUR_MS + 30_000, 2)])
      await store.append([row(base + 5_000, 7), row(base + HOUR_MS + 10_000, 9)])
      expectPoints(await history(60), [
        { ts: base, mean: 7, min: 7, max: 7, count: 1 },
        { ts: base + HOUR_MS, mean: 4, min: 1, max: 9, count: 3 },
      ])
    })

    it('answers as known then and as known now, over amendments, repeats, sealing and a restart', async () => {
      const hour = base + HOUR_MS
      const at = (ts: EpochMs, value: number, received: EpochMs): ReadingRow => ({ ...row(ts, value), received })
      const first = [at(base, 1, base + 200), at(base + 60_000, 2, hour), at(base + 120_000, 3, base + 120_500)]
      const again = [at(base + 120_000, 8, hour), at(base, 1, hour)]
      const then = (as_known_at: EpochMs, step_s = 0): Promise<HistoryPoint[]> =>
        store.history({ device, metric: 'level_m', from: base, to: base + DAY_MS, step_s, as_known_at })
      const check = async (): Promise<void> => {
        expect((await history(0)).map(({ mean, known }) => [mean, known])).toEqual([
          [1, undefined],
          [2, hour],
          [8, hour],
        ])
        expect((await then(base - 1)).length).toBe(0)
        expect((await then(hour - 10_001)).map(({ mean }) => mean)).toEqual([1, 3])
        expect((await then(hour)).map(({ mean }) => mean)).toEqual([1, 2, 8])
        expectPoints(await then(hour - 10_001, 3600), [{ ts: base, mean: 2, min: 1, max: 3, count: 2 }])
        expectPoints(await history(3600), [{ ts: base, mean: 11 / 3, min: 1, max: 8, count: 3 }])
      }
      await store.append(first)
      await store.append(again)
      await check()
      // What the queue writes once more after a crash changes nothing.
      await store.append([...first, ...again])
      await check()
      await store.expire(base + 2 * DAY_MS)
      await check()
      await reopen()
      await check()
    })

    it('keeps names apart that look like query text, and elements of arrays', async () => {
      const names = [
        'a b',
        'a,b=c',
        'a\\',
        'quote"s',
        "o'clock",
        '雨量_mm',
        'rain_forecast_mm_h[0]',
        'rain_forecast_mm_h[11]',
        '$x{y}',
        'x") |> drop() //',
        'time',
        '_time',
        '_value',
        'device',
        'level_m.sum',
        'level_m',
      ]
      const devices = ['d0/flood/a.b:c-d_e', 'd0/flood/A', 'd0/flood/a']
      const rows = devices.flatMap((of, d) => names.map((metric, m) => row(base + 1000, d * 100 + m, metric, of)))
      await store.append(rows)
      for (const [d, of] of devices.entries()) {
        expect(await store.metrics(of)).toEqual([...names].sort())
        for (const [m, metric] of names.entries())
          expect((await history(0, base, base + DAY_MS, metric, of)).map((point) => point.mean)).toEqual([d * 100 + m])
      }
    })

    it('takes a large batch whole', async () => {
      const rows = Array.from({ length: 25_000 }, (_, i) => row(base + Math.floor(i / 10) * 1000, i, 'level_m', `d0/flood/n${i % 10}`))
      await store.append(rows)
      const points = await history(0, base, base + DAY_MS, 'level_m', 'd0/flood/n7')
      expect(points.length).toBe(2500)
      expect(points[2499].mean).toBe(24_997)
    })

    it('has everything again after a restart', async () => {
      const rows = Array.from({ length: 100 }, (_, i) => row(base + i * 10_000, i / 8))
      await store.append(rows.slice(0, 60))
      await reopen()
      await store.append(rows.slice(60))
      expectPoints(await history(60), expected(rows, base, base + DAY_MS, 60))
      expect(await store.metrics(device)).toEqual(['level_m'])
    })

    it('refuses with family neighbour when it is not running', async () => {
      await store.stop()
      await expect(store.append([row(base, 1)])).rejects.toMatchObject({ family: 'neighbour' })
      await expect(history(0)).rejects.toMatchObject({ family: 'neighbour' })
    })

    it('answers like a plain list for any rows in any order and batches', { timeout: 120_000 }, async () => {
      let run = 0
      const offset = fc.oneof(
        fc.integer({ min: 0, max: 240 }).map((n) => n * 15_000),
        fc.integer({ min: 0, max: DAY_MS - 1 }),
      )
      const value = fc.oneof(
        fc.integer({ min: -500, max: 500 }).map((n) => n / 100),
        fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map(unsigned),
      )
      const batches = fc.array(fc.array(fc.tuple(offset, value), { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 5 })
      await fc.assert(
        fc.asyncProperty(batches, offset, offset, fc.constantFrom(0, 7, 60, 300, 900, 5400), async (all, one, other, step_s) => {
          const of = `d0/flood/p${run++}`
          const rows = all.map((batch) => batch.map(([at, v]) => row(base + at, v, 'level_m', of)))
          for (const batch of rows) await store.append(batch)
          const [from, to] = [base + Math.min(one, other), base + Math.max(one, other)]
          expectPoints(await history(step_s, from, to, 'level_m', of), expected(rows.flat(), from, to, step_s))
        }),
        { numRuns: 40 },
      )
    })

    describe('retention', () => {
      const day = base - 3 * DAY_MS
      const rows = Array.from({ length: 1440 }, (_, i) => row(day + i * 60_000 + (i % 2) * 13_000, ((i * 37) % 101) / 4))
      const speeds = rows.map(({ ts, value }) => row(ts, value + 1, 'speed_mps'))
      const short: Retention = { raw_days: 30, minute_days: 365, quarter_days: 3650, retention: { speed_mps: 1, 'level_m[0]': 1 } }

      it('answers from the minutes once the raw rows of a metric have gone, and leaves other metrics alone', async () => {
        await reopen(short)
        await store.append([...rows, ...speeds])
        await store.expire(base)
        expect(await history(0, day, day + DAY_MS)).toEqual(expected(rows, day, day + DAY_MS, 0))
        for (const step_s of [60, 300, 900, 3600])
          expectPoints(await history(step_s, day, day + DAY_MS, 'speed_mps'), expected(speeds, day, day + DAY_MS, step_s))
        const kept = await history(0, day, day + DAY_MS, 'speed_mps')
        expect(kept.every((point) => point.ts % MINUTE_MS === 0)).toBe(true)
        expectPoints(kept, expected(speeds, day, day + DAY_MS, 60))
      })

      it('does not pretend to know when the rows of a bucket became known', async () => {
        const old = base - 40 * DAY_MS
        await store.append([row(old, 1)])
        await store.expire(Date.now())
        const asked = store.history({ device, metric: 'level_m', from: old, to: old + HOUR_MS, step_s: 60, as_known_at: old + HOUR_MS })
        await expect(asked).rejects.toMatchObject({ family: 'input', code: 'history_rolled' })
      })

      it('joins rows to their bucket that come after the raw ones have gone', async () => {
        await reopen(short)
        await store.append(speeds)
        await store.expire(base)
        const late = [row(day + 20_000, 400, 'speed_mps'), row(day + 7 * HOUR_MS + 1, -50, 'speed_mps')]
        await store.append(late)
        for (let round = 0; round < 2; round++) {
          for (const step_s of [60, 900])
            expectPoints(await history(step_s, day, day + DAY_MS, 'speed_mps'), expected([...speeds, ...late], day, day + DAY_MS, step_s))
          await store.expire(base + round)
        }
      })

      it('still knows the metrics of a device whose raw rows have gone', async () => {
        await reopen(short)
        await store.append(speeds)
        await store.expire(base)
        expect(await store.metrics(device)).toEqual(['speed_mps'])
      })
    })
  })
}
