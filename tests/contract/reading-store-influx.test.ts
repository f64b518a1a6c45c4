import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY_MS } from '../../engine/base/time.ts'
import type { ReadingStore } from '../../engine/ports.ts'
import { createInfluxStore } from '../../gateway/store/influx.ts'
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
  const open = (retention: Retention = KEEP, over: { url?: string; token?: string; warn?: (message: string) => void } = {}): ReadingStore =>
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
    expect(days).toMatchObject({ [`test${bucket}`]: 40, [`test${bucket}_1m`]: 365, [`test${bucket}_15m`]: 3650 })
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
