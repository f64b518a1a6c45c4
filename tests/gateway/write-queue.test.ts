import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Reading } from '../../engine/model/observation.ts'
import type { ReadingRow, ReadingStore } from '../../engine/ports.ts'
import type { EventLog, LogRecord, Taken } from '../../gateway/parts.ts'
import { RECORD } from '../../gateway/parts.ts'
import { createWriteQueue, type WriteQueueOptions } from '../../gateway/store/write-queue.ts'

/** A log in memory; each record is 10 bytes long. */
function memoryLog(): EventLog & { readonly records: LogRecord[]; readonly reads: number[] } {
  const records: LogRecord[] = []
  const reads: number[] = []
  return {
    records,
    reads,
    get end() {
      return records.length * 10
    },
    append(kind, topic, payload, received, done) {
      const position = (records.length + 1) * 10
      records.push({ kind, topic, payload: Buffer.from(payload), received, position })
      done(null, position)
    },
    async *read(from) {
      reads.push(from)
      for (const record of [...records]) {
        if (record.position <= from) continue
        await Promise.resolve()
        yield [record]
      }
    },
    after: (done) => done(null),
    release: async () => {},
    start: async () => {},
    stop: async () => {},
  }
}

/** A store that keeps every row it was given, and is away when told so. */
function memoryStore() {
  const rows = new Map<number, number>()
  const sizes: number[] = []
  const state = { away: false, hang: null as Promise<void> | null, writes: 0, atOnce: 0 }
  const store: ReadingStore = {
    async append(batch) {
      if (++state.atOnce > 1) throw new Error('two at once')
      await Promise.resolve(state.hang)
      state.atOnce--
      // A store may keep a part of what it then fails to acknowledge.
      for (const row of state.away ? batch.slice(0, batch.length / 2) : batch) rows.set(row.ts, (rows.get(row.ts) ?? 0) + 1)
      if (state.away) throw new Error('away')
      sizes.push(batch.length)
      state.writes += batch.length
    },
    start: async () => {},
    stop: async () => {},
    history: async () => [],
    metrics: async () => [],
    expire: async () => {},
  }
  return { store, rows, sizes, state }
}

const reading = (ts: number): Reading => ({
  kind: 'reading',
  device: 'd0/waste/a',
  ts,
  seq: null,
  values: { fill_pct: ts },
  backfill: false,
})
const decode = (record: LogRecord): Taken | null =>
  record.kind !== RECORD.message
    ? null
    : {
        world: record.topic === 'elsewhere' ? 'drill' : null,
        topic: record.topic,
        payload: record.payload.toString(),
        received: record.received,
        observations: [reading(Number(record.payload))],
        position: record.position,
      }

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'queue-'))
})
afterEach(() => rm(directory, { recursive: true }))

function world(over: Partial<WriteQueueOptions> = {}) {
  const log = memoryLog()
  const memory = memoryStore()
  const warnings: string[] = []
  const options: WriteQueueOptions = {
    store: memory.store,
    log,
    decode,
    position_file: join(directory, 'stored'),
    arrivals: true,
    rows_max: 100,
    warn: (message) => warnings.push(message),
    batch_rows: 10,
    batch_ms: 5,
    retry_ms: [1, 4],
    stop_ms: 500,
    ...over,
  }
  let next = 1
  const open = () => {
    const queue = createWriteQueue(options)
    const say = (count: number, topic = 'home', kind = RECORD.message as LogRecord['kind']): void => {
      for (let i = 0; i < count; i++)
        log.append(kind, topic, String(next++), 0, (_, position) => {
          const record = log.records.find((one) => one.position === position)
          const taken = record === undefined ? null : decode(record)
          if (taken !== null) queue.take(taken)
        })
    }
    return { queue, say }
  }
  const allStored = (): void => expect(new Set(memory.rows.keys())).toEqual(new Set(homeRecords(log)))
  return { log, ...memory, warnings, open, allStored }
}

const homeRecords = (log: { readonly records: readonly LogRecord[] }): number[] =>
  log.records.filter((record) => record.kind === RECORD.message && record.topic === 'home').map((record) => Number(record.payload))

it('writes full batches at once and the rest after batch_ms, in order', async () => {
  const { open, sizes, rows, allStored, log } = world()
  const { queue, say } = open()
  await queue.start()
  say(25)
  await vi.waitFor(() => expect(queue.stored).toBe(log.end))
  expect(sizes).toEqual([10, 10, 5])
  expect([...rows.keys()]).toEqual(homeRecords(log))
  allStored()
  expect(queue.counters).toEqual({ rows: 25, batches: 3, failures: 0, spooled: 0 })
  expect([queue.waiting, queue.lag_ms(), queue.ready]).toEqual([0, 0, true])
  await queue.stop()
})

it('moves the position over messages without rows, and keeps other worlds out', async () => {
  const { open, rows, log } = world()
  const { queue, say } = open()
  await queue.start()
  say(3, 'elsewhere')
  await vi.waitFor(() => expect(queue.stored).toBe(log.end))
  expect(rows.size).toBe(0)
  await queue.stop()
})

it('waits while the store is away, within memory, and stores every row when it is back', async () => {
  const { open, state, allStored, log, warnings } = world()
  const { queue, say } = open()
  await queue.start()
  say(5)
  await vi.waitFor(() => expect(queue.stored).toBe(50))
  state.away = true
  for (let i = 0; i < 20; i++) {
    say(50)
    await setTimeout(1)
    expect(queue.waiting).toBeLessThanOrEqual(100)
  }
  await vi.waitFor(() => expect(queue.ready).toBe(false))
  expect(queue.lag_ms()).toBeGreaterThan(5)
  expect(queue.stored).toBe(50)
  expect(queue.counters.spooled).toBeGreaterThanOrEqual(800)
  state.away = false
  await vi.waitFor(() => expect(queue.stored).toBe(log.end))
  say(7)
  await vi.waitFor(() => expect(queue.stored).toBe(log.end))
  allStored()
  expect(queue.ready).toBe(true)
  expect(warnings.length).toBe(2)
  await queue.stop()
})

it('takes a row once that it read from the log before it was told of it, and misses none that came while it read', async () => {
  const { open, log, rows, allStored } = world()
  const { queue, say } = open()
  say(20)
  const told: Taken[] = []
  const { read } = log
  log.read = async function* (from) {
    yield* read(from)
    if (log.records.length >= 40) return
    // In the log, and the reader has passed the end: still to be told of.
    say(15)
    for (let i = 0; i < 5; i++)
      log.append(RECORD.message, 'home', String(1000 + i), 0, () => {
        const taken = decode(log.records[log.records.length - 1])
        if (taken !== null) told.push(taken)
      })
  }
  await queue.start()
  await vi.waitFor(() => expect(queue.stored).toBe(log.end))
  for (const taken of told) queue.take(taken)
  say(1)
  await vi.waitFor(() => expect(queue.stored).toBe(log.end))
  allStored()
  expect([...rows.values()].every((times) => times === 1)).toBe(true)
  await queue.stop()
})

it('does not hurry a store that is away because more rows come', async () => {
  const { open, state, log } = world({ retry_ms: [200, 200] })
  const { queue, say } = open()
  await queue.start()
  state.away = true
  say(30)
  await vi.waitFor(() => expect(queue.ready).toBe(false))
  say(30)
  await setTimeout(50)
  expect(queue.counters.failures).toBe(1)
  state.away = false
  await vi.waitFor(() => expect(queue.stored).toBe(log.end), 2000)
  await queue.stop()
})

it('goes on from its position after a restart, and from the beginning when the position is unreadable', async () => {
  const { open, state, log, allStored, rows } = world()
  const first = open()
  await first.queue.start()
  first.say(15)
  await vi.waitFor(() => expect(first.queue.stored).toBe(150))
  state.away = true
  first.say(15)
  await first.queue.stop()
  expect(first.queue.stored).toBe(150)
  state.away = false

  const second = open()
  await second.queue.start()
  await vi.waitFor(() => expect(second.queue.stored).toBe(log.end))
  expect(log.reads).toEqual([150])
  expect(rows.get(1)).toBe(1)
  await second.queue.stop()

  await writeFile(join(directory, 'stored'), '{"stored":')
  const third = open()
  await third.queue.start()
  await vi.waitFor(() => expect(third.queue.stored).toBe(log.end))
  expect(rows.get(1)).toBe(2)
  allStored()
  await third.queue.stop()
})

it('starts at the end of a log that is shorter than its position, and says so', async () => {
  const { open, warnings } = world()
  await writeFile(join(directory, 'stored'), '{"stored":990}')
  const { queue } = open()
  await queue.start()
  expect(queue.stored).toBe(0)
  expect(warnings.length).toBe(1)
  await queue.stop()
})

it('flushes at stop, and gives up at its deadline', async () => {
  const quick = world({ batch_ms: 60_000 })
  const one = quick.open()
  await one.queue.start()
  one.say(4)
  await one.queue.stop()
  quick.allStored()
  expect(one.queue.stored).toBe(40)

  await rm(join(directory, 'stored'))
  const slow = world({ stop_ms: 30 })
  const two = slow.open()
  await two.queue.start()
  slow.state.hang = new Promise(() => {})
  two.say(4)
  const began = Date.now()
  await two.queue.stop()
  expect(Date.now() - began).toBeLessThan(300)
  expect(two.queue.stored).toBe(0)
})

it('stores every row at least once and moves the position over stored rows only, whatever the store and the restarts do', async () => {
  const act = fc.oneof(
    fc.record({ say: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ away: fc.boolean() }),
    fc.constant({ restart: true as const }),
    fc.record({ wait_ms: fc.integer({ min: 0, max: 6 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
      await rm(join(directory, 'stored'), { force: true })
      const { open, state, rows, log, allStored } = world({ rows_max: 50, stop_ms: 20 })
      let { queue, say } = open()
      const sound = (): void => {
        for (const record of log.records) if (record.position <= queue.stored) expect(rows.has(Number(record.payload))).toBe(true)
        expect(queue.waiting).toBeLessThanOrEqual(60)
      }
      await queue.start()
      for (const one of acts) {
        if ('say' in one) say(one.say)
        else if ('away' in one) state.away = one.away
        else if ('wait_ms' in one) await setTimeout(one.wait_ms)
        else {
          await queue.stop()
          ;({ queue, say } = open())
          await queue.start()
        }
        sound()
      }
      state.away = false
      await vi.waitFor(() => expect(queue.stored).toBe(log.end), { timeout: 2000, interval: 1 })
      allStored()
      await queue.stop()
    }),
    { numRuns: 40 },
  )
})

it('hands the store rows as rowsOf makes them', async () => {
  const { open, store } = world()
  const seen: ReadingRow[] = []
  const append = vi.spyOn(store, 'append').mockImplementation(async (rows) => void seen.push(...rows))
  const { queue, say } = open()
  await queue.start()
  say(1)
  await vi.waitFor(() => expect(append).toHaveBeenCalled())
  expect(seen).toEqual([{ device: 'd0/waste/a', metric: 'fill_pct', ts: 1, value: 1, received: expect.any(Number) }])
  await queue.stop()
})
