import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../engine/base/time.ts'
import type { ReadingRow, ReadingStore } from '../../engine/ports.ts'
import { createInfluxStore, type InfluxStoreOptions } from '../../gateway/store/influx.ts'
import type { Retention } from '../../gateway/store/tiers.ts'
import { freePort, type Influxd, removeInfluxd, startInfluxd } from '../support/influxd.ts'
import { available, INFLUXD } from '../support/real-parts.ts'
import { expected, expectPoints, KEEP, readingStoreContract } from './reading-store.ts'

const base = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS
const fail = (message: string): void => {
  throw new Error(message)
}
const row = (ts: number, value: number) => ({ device: 'd0/flood/x', metric: 'level_m', ts, value })

describe.runIf(available(INFLUXD))('InfluxDB', () => {
  let influxd: Influxd & { readonly port: number }
  let bucket = 0
  const open = (retention: Retention = KEEP, over: Partial<InfluxStoreOptions> = {}): ReadingStore =>
    createInfluxStore({ url: influxd.url, token: influxd.token, org: influxd.org, bucket: `test${bucket}`, retention, warn: fail, ...over })

  beforeAll(async () => {
    influxd = await startInfluxd()
  })
  afterAll(async () => {
    await influxd.stop()
    await removeInfluxd(influxd)
  })

  readingStoreContract('InfluxDB', base, async () => {
    bucket++
    return { open: (retention) => open(retention), clean: async () => {} }
  })

  it('makes its buckets with their retention and leaves existing ones alone', async () => {
    bucket++
    for (const raw_days of [30, 7]) {
      const store = open({ ...KEEP, raw_days, retention: { speed_mps: 40 } })
      await store.start()
      await store.stop()
    }
    const answer = await fetch(`${influxd.url}/api/v2/buckets?limit=100`, { headers: { authorization: `Token ${influxd.token}` } })
    const { buckets } = (await answer.json()) as { buckets: { name: string; retentionRules: { everySeconds: number }[] }[] }
    const days = Object.fromEntries(buckets.map(({ name, retentionRules }) => [name, (retentionRules[0]?.everySeconds ?? 0) / 86_400]))
    expect(days).toMatchObject({ [`test${bucket}`]: 42, [`test${bucket}_1m`]: 367, [`test${bucket}_15m`]: 3652 })
  })

  it('goes on after a restart in the middle of a bucket without counting twice', async () => {
    bucket++
    const rows = Array.from({ length: 40 }, (_, i) => row(base + i * 7000, i))
    for (const [from, to] of [
      [0, 10],
      [8, 25],
      [25, 40],
      [3, 5],
    ] as const) {
      const store = open()
      await store.start()
      await store.append(rows.slice(from, to))
      await store.stop()
    }
    const store = open()
    await store.start()
    for (const step_s of [60, 900])
      expectPoints(
        await store.history({ device: 'd0/flood/x', metric: 'level_m', from: base, to: base + DAY_MS, step_s }),
        expected(rows, base, base + DAY_MS, step_s),
      )
    await store.stop()
  })

  describe('tiers', () => {
    /** The tiers alone: by this store's clock the raw rows have gone. */
    async function expectTiers(rows: readonly ReadingRow[], device = 'd0/flood/x'): Promise<void> {
      const store = open(KEEP, { now: () => base + 40 * DAY_MS })
      await store.start()
      for (const step_s of [60, 900, 3600])
        expectPoints(
          await store.history({ device, metric: 'level_m', from: base, to: base + DAY_MS, step_s }),
          expected(rows, base, base + DAY_MS, step_s),
        )
      await store.stop()
    }

    it('hold every hour that has closed, and what comes late in it', async () => {
      bucket++
      let now = base + 1.5 * HOUR_MS
      const rows = Array.from({ length: 90 }, (_, i) => row(base + i * 60_000 + (i % 3) * 7000, i / 4))
      const store = open(KEEP, { now: () => now })
      await store.start()
      await store.append(rows)
      await store.expire(now)
      await expectTiers(rows.slice(0, 60))
      const late = [row(base + 5000, 400), row(base, -3)]
      await store.append(late)
      now += HOUR_MS
      await store.expire(now)
      await expectTiers([...rows, ...late])
      await store.stop()
    })

    it('are filled by the next start when the program ended before it could', async () => {
      bucket++
      const rows = Array.from({ length: 30 }, (_, i) => row(base + i * 240_000, i))
      const [ended, next] = [open(), open()]
      await ended.start()
      await ended.append(rows)
      await next.start()
      await next.expire(base + DAY_MS)
      await expectTiers(rows)
      await ended.stop()
      await next.stop()
    })

    it('hold a metric that gets a retention of its own, and loses it again', async () => {
      bucket++
      const rows: ReadingRow[] = []
      for (const [i, days] of [[], [60], []].entries()) {
        const store = open({ ...KEEP, retention: Object.fromEntries(days.map((kept) => ['level_m', kept])) })
        await store.start()
        const some = Array.from({ length: 10 }, (_, at) => row(base + (at * 3 + i) * 11_000, at + i))
        await store.append(some)
        await store.expire(base + DAY_MS)
        rows.push(...some)
        expectPoints(
          await store.history({ device: 'd0/flood/x', metric: 'level_m', from: base, to: base + DAY_MS, step_s: 60 }),
          expected(rows, base, base + DAY_MS, 60),
        )
        await store.stop()
      }
      await expectTiers(rows)
    })

    it('agree with a plain list after any batches, upkeep and restarts', { timeout: 120_000 }, async () => {
      bucket++
      let run = 0
      const at = fc.integer({ min: 0, max: 300 }).map((n) => n * 30_000)
      const batch = fc.array(fc.tuple(at, fc.integer({ min: -50, max: 50 })), { minLength: 1, maxLength: 20 })
      const acts = fc.array(fc.oneof(batch, fc.constant('expire' as const), fc.constant('restart' as const)), { maxLength: 8 })
      await fc.assert(
        fc.asyncProperty(acts, fc.integer({ min: 0, max: 3 }), async (all, hours) => {
          const device = `d0/flood/p${run++}`
          const now = (): number => base + hours * HOUR_MS
          const rows: ReadingRow[] = []
          let store = open(KEEP, { now })
          await store.start()
          for (const act of all) {
            if (act === 'expire') await store.expire(now())
            else if (act === 'restart') {
              await store.stop()
              store = open(KEEP, { now })
              await store.start()
            } else {
              const some = act.map(([offset, value]) => ({ ...row(base + offset, value), device }))
              await store.append(some)
              rows.push(...some)
            }
            for (const step_s of [0, 60, 900])
              expectPoints(
                await store.history({ device, metric: 'level_m', from: base, to: base + DAY_MS, step_s }),
                expected(rows, base, base + DAY_MS, step_s),
              )
          }
          await store.expire(base + DAY_MS)
          await store.stop()
          await expectTiers(rows, device)
        }),
        { numRuns: 25 },
      )
    })
  })

  it('drops what InfluxDB will never take, with a warning, and keeps the rest of the batch', async () => {
    bucket++
    const warnings: string[] = []
    const store = open(KEEP, { warn: (message) => warnings.push(message) })
    await store.start()
    await store.append([row(base - 20_000 * DAY_MS, 1), row(base, 2)])
    expect(warnings.length).toBeGreaterThan(0)
    const points = await store.history({ device: 'd0/flood/x', metric: 'level_m', from: base, to: base + DAY_MS, step_s: 0 })
    expect(points.map((point) => point.mean)).toEqual([2])
    await store.stop()
  })

  it('names the place and never the token when it is away, refuses the token, or knows no such organisation', async () => {
    bucket++
    const away = open(KEEP, { url: `http://user:secret@127.0.0.1:${await freePort()}`, token: 'hidden-token' })
    const stranger = open(KEEP, { token: 'hidden-token' })
    const lost = createInfluxStore({ ...influxd, org: 'nowhere', bucket: 'lost', retention: KEEP, warn: fail })
    for (const [store, code] of [[away, 'store_away'] as const, [stranger, 'store_unauthorised'] as const, [lost, 'store_org'] as const]) {
      const error = await store.start().then(
        () => null,
        (reason) => reason,
      )
      expect(error).toMatchObject({ family: 'neighbour', code })
      expect(`${error.message} ${error.stack} ${JSON.stringify(error.cause ?? '')}`).not.toMatch(/hidden-token|secret/)
      await store.stop()
    }
    await expect(
      createInfluxStore({ ...influxd, url: 'not a url', bucket: 'x', retention: KEEP, warn: fail }).start(),
    ).rejects.toMatchObject({
      family: 'input',
    })
  })

  it('rejects while InfluxDB is away and takes the same batch when it is back', async () => {
    bucket++
    const store = open()
    await store.start()
    await store.append([row(base, 1)])
    await influxd.stop()
    await expect(store.append([row(base + 1000, 2)])).rejects.toMatchObject({ family: 'neighbour', code: 'store_away' })
    influxd = await startInfluxd(influxd)
    await store.append([row(base + 1000, 2)])
    const points = await store.history({ device: 'd0/flood/x', metric: 'level_m', from: base, to: base + DAY_MS, step_s: 60 })
    expect(points).toEqual([{ ts: base, mean: 1.5, min: 1, max: 2, count: 2 }])
    await store.stop()
  })
})
