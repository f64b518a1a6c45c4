import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY_MS } from '../../engine/base/time.ts'
import type { ReadingStore } from '../../engine/ports.ts'
import { createEmbeddedStore } from '../../gateway/store/embedded.ts'
import type { Retention } from '../../gateway/store/tiers.ts'
import { expected, expectPoints, KEEP, readingStoreContract } from './reading-store.ts'

const base = Date.UTC(2026, 0, 15)

function embedded(directory: string, retention: Retention, hot_rows_max?: number): ReadingStore {
  const warn = (message: string): void => {
    throw new Error(message)
  }
  return createEmbeddedStore({ directory, retention, warn, ...(hot_rows_max === undefined ? {} : { hot_rows_max }) })
}

for (const [name, hot_rows_max] of [['rows in the hot table', undefined] as const, ['rows in runs', 30] as const])
  readingStoreContract(`embedded, ${name}`, base, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'store-'))
    return {
      open: (retention) => embedded(directory, retention, hot_rows_max),
      clean: () => rm(directory, { recursive: true }),
    }
  })

/** Two sensors a minute apart over some days. */
const days = (count: number) =>
  Array.from({ length: count * 1440 * 2 }, (_, i) => ({
    device: `d0/waste/b${i % 2}`,
    metric: 'fill_pct',
    ts: base + Math.floor(i / 2) * 60_000,
    value: Math.round(50 + 40 * Math.sin(i / 300) + (i % 7)) / 10,
  }))

async function withStore(retention: Retention, hot_rows_max: number, test: (store: ReadingStore, directory: string) => Promise<void>) {
  const directory = await mkdtemp(join(tmpdir(), 'store-'))
  const store = embedded(directory, retention, hot_rows_max)
  await store.start()
  try {
    await test(store, directory)
  } finally {
    await store.stop()
    await rm(directory, { recursive: true })
  }
}

it('moves a year through the tiers and forgets it at the end', async () => {
  const rows = days(40)
  const retention: Retention = { raw_days: 10, minute_days: 60, quarter_days: 400, retention: {} }
  await withStore(retention, 10_000, async (store) => {
    for (let i = 0; i < rows.length; i += 5000) await store.append(rows.slice(i, i + 5000))
    const wanted = rows.filter((row) => row.device === 'd0/waste/b1')
    const [from, to] = [base, base + 40 * DAY_MS]
    const ask = (step_s: number) => store.history({ device: 'd0/waste/b1', metric: 'fill_pct', from, to, step_s })
    for (const [after_days, finest_s] of [
      [20, 60],
      [45, 60],
      [130, 900],
    ] as const) {
      await store.expire(base + after_days * DAY_MS)
      for (const step_s of [900, 3600, 86_400]) expectPoints(await ask(step_s), expected(wanted, from, to, step_s))
      const gaps = (await ask(0)).map((point, i, all) => (i === 0 ? finest_s * 1000 : point.ts - all[i - 1].ts))
      expect(Math.max(...gaps)).toBe(finest_s * 1000)
    }
    await store.expire(base + 900 * DAY_MS)
    expect(await ask(3600)).toEqual([])
  })
})

it('merges runs, drops files with their days and leaves no strays', async () => {
  const rows = days(3)
  await withStore({ ...KEEP, raw_days: 30 }, 500, async (store, directory) => {
    for (let i = 0; i < rows.length; i += 250) await store.append(rows.slice(i, i + 250))
    await store.expire(base + 4 * DAY_MS)
    expect((await readdir(directory)).filter((name) => name.startsWith('run-')).length).toBe(3)
    const [from, to] = [base, base + 3 * DAY_MS]
    const points = await store.history({ device: 'd0/waste/b0', metric: 'fill_pct', from, to, step_s: 0 })
    expect(points).toEqual(
      expected(
        rows.filter((row) => row.device === 'd0/waste/b0'),
        from,
        to,
        0,
      ),
    )
  })
})

it('lets the last value win over runs, merged runs and late runs', async () => {
  const at = (i: number) => base + i * 60_000
  const batch = (value: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ device: 'd0/waste/b0', metric: 'fill_pct', ts: at(i), value }))
  await withStore(KEEP, 100, async (store) => {
    const values = async () => {
      const points = await store.history({ device: 'd0/waste/b0', metric: 'fill_pct', from: base, to: base + DAY_MS, step_s: 0 })
      return points.map((point) => point.mean)
    }
    for (let value = 1; value <= 20; value++) await store.append(batch(value, 100))
    expect(await values()).toEqual(batch(20, 100).map((row) => row.value))
    await store.expire(base + 2 * DAY_MS)
    expect(await values()).toEqual(batch(20, 100).map((row) => row.value))
    for (let value = 21; value <= 32; value++) {
      await store.append(batch(value, 2))
      await store.expire(base + 2 * DAY_MS)
      expect((await values()).slice(0, 3)).toEqual([value, value, 20])
    }
  })
})

it('answers as known at any time like a plain list of versions, whatever was sealed and merged between', async () => {
  const said = fc.record({
    at: fc.integer({ min: 0, max: 5 }),
    late: fc.integer({ min: 0, max: 4 }),
    value: fc.integer({ min: 0, max: 3 }),
  })
  await withStore(KEEP, 40, async (store) => {
    let runs = 0
    const check = async (batches: readonly { at: number; late: number; value: number }[][]): Promise<void> => {
      const series = { device: 'd0/flood/x', metric: `run${runs++}_m` }
      const known = new Map<number, { late: number; value: number }[]>()
      const newest = new Map<number, number>()
      for (const drawn of batches) {
        // What comes later became known later: only a clock that is set back would say otherwise.
        const batch = drawn.map(({ at, late, value }) => {
          newest.set(at, Math.max(newest.get(at) ?? 0, late))
          return { at, late: newest.get(at) ?? 0, value }
        })
        await store.append(
          batch.map(({ at, late, value }) => ({ ...series, ts: base + at * 1000, value, received: base + at * 1000 + late * 10_000 })),
        )
        for (const { at, late, value } of batch) {
          const versions = (known.get(at) ?? []).filter((version) => version.late !== late)
          known.set(
            at,
            [...versions, { late, value }].sort((a, b) => a.late - b.late),
          )
        }
      }
      for (const offset_ms of [0, 5_000, 15_000, 25_000, 60_000]) {
        const wanted = [...known].flatMap(([at, versions]) => {
          const version = versions.findLast(({ late }) => at * 1000 + late * 10_000 <= offset_ms)
          return version === undefined ? [] : [[base + at * 1000, version.value]]
        })
        const points = await store.history({ ...series, from: base, to: base + DAY_MS, step_s: 0, as_known_at: base + offset_ms })
        expect(points.map(({ ts, mean }) => [ts, mean])).toEqual(wanted.sort(([a], [b]) => a - b))
      }
    }
    const batch = fc.array(said, { minLength: 1, maxLength: 8 })
    await fc.assert(fc.asyncProperty(fc.array(batch, { maxLength: 6 }), check), { numRuns: 40, endOnFailure: true })
  })
}, 120_000)

it('answers while rows are written and sealed', async () => {
  const rows = days(2)
  await withStore(KEEP, 300, async (store) => {
    const reads: Promise<void>[] = []
    for (let i = 0; i < rows.length; i += 200) {
      await store.append(rows.slice(i, i + 200))
      const wanted = rows.slice(0, i + 200).filter((row) => row.device === 'd0/waste/b0').length
      const read = store.history({ device: 'd0/waste/b0', metric: 'fill_pct', from: base, to: base + 2 * DAY_MS, step_s: 0 })
      reads.push(read.then((points) => expect(points.length).toBeGreaterThanOrEqual(wanted)))
    }
    await Promise.all(reads)
  })
})

it('has every row that was acknowledged when the process dies without a word', async () => {
  const rows = days(2)
  await withStore(KEEP, 2000, async (store, directory) => {
    for (let i = 0; i < rows.length; i += 700) await store.append(rows.slice(i, i + 700))
    // Waits for the sealing, so that the copy is of one moment; the write-ahead log of the hot file is still full.
    await store.expire(base)
    await store.append([{ device: 'd0/waste/b9', metric: 'fill_pct', ts: base, value: 4 }])
    const image = await mkdtemp(join(tmpdir(), 'image-'))
    await cp(directory, image, { recursive: true })
    const revived = embedded(image, KEEP)
    await revived.start()
    const ask = (device: string) => revived.history({ device, metric: 'fill_pct', from: base, to: base + 2 * DAY_MS, step_s: 0 })
    for (const device of ['d0/waste/b0', 'd0/waste/b1'])
      expect((await ask(device)).map((point) => point.mean)).toEqual(rows.filter((row) => row.device === device).map((row) => row.value))
    expect((await ask('d0/waste/b9')).length).toBe(1)
    await revived.stop()
    await rm(image, { recursive: true })
  })
})

it('throws away files that a crash left half done', async () => {
  await withStore(KEEP, 2000, async (store, directory) => {
    await store.append(days(1))
    await store.stop()
    for (const name of ['run-999.duckdb', 'run-999.duckdb.wal', 'hot-77.duckdb']) await writeFile(join(directory, name), 'half')
    await store.start()
    expect((await readdir(directory)).filter((name) => /999|77/.test(name))).toEqual([])
  })
})

it('says in one sentence that the directory cannot be used, or that somebody else uses it', async () => {
  await expect(embedded('/dev/null/history', KEEP).start()).rejects.toMatchObject({ family: 'input', code: 'store_directory' })
  const directory = await mkdtemp(join(tmpdir(), 'store-'))
  const script = `require('@duckdb/node-api').DuckDBInstance.create(process.argv[1]).then(() => { console.log('open'); setInterval(() => {}, 1000) })`
  const other = spawn(process.execPath, ['-e', script, join(directory, 'history.duckdb')], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(other.stdout, 'data')
    await expect(embedded(directory, KEEP).start()).rejects.toMatchObject({ family: 'input', code: 'store_locked' })
  } finally {
    other.kill()
    await once(other, 'exit')
    await rm(directory, { recursive: true })
  }
})
