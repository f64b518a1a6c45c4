import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { type LogRecord, RECORD } from '../../gateway/parts.ts'
import { type Log, type LogOptions, openLog } from '../../gateway/store/log.ts'
import { type Disk, realDisk } from '../../gateway/store/log-disk.ts'

const directories: string[] = []
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})
function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'urban-log-'))
  directories.push(directory)
  return directory
}

const silent = { info: () => {}, warn: () => {}, error: () => {} }
const logAt = (directory: string, over: Partial<LogOptions> = {}): Log =>
  openLog({ directory, sync_ms: 20, strict: false, segment_bytes: 1 << 20, log: silent, ...over })

const append = (log: Log, payload: string, topic = 'city/v1/d0/flood/G1/reading', received = 1767225600000): Promise<number> =>
  new Promise((resolve, reject) => {
    log.append(RECORD.message, topic, payload, received, (error, position) => (error === null ? resolve(position) : reject(error)))
  })

async function readAll(log: Log, from = 0): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  for await (const some of log.read(from)) records.push(...some)
  return records
}
const texts = (records: readonly LogRecord[]): string[] => records.map(({ payload }) => payload.toString())

/** Opens a log on the directory, uses it and stops it. */
async function withLog<T>(directory: string, use: (log: Log) => Promise<T>, over: Partial<LogOptions> = {}): Promise<T> {
  const log = logAt(directory, over)
  await log.start()
  try {
    return await use(log)
  } finally {
    await log.stop()
  }
}

const segmentFiles = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => join(directory, name))

describe('what was appended', () => {
  test('is read as it was written, before and after a restart', async () => {
    const directory = freshDirectory()
    await withLog(directory, async (log) => {
      await append(log, '{"ts":1,"v":{"level_m":0.4}}')
      log.append(RECORD.observation, 'operator', '{"by":"夜班"}', 1767225600001.5, () => {})
      await append(log, '')
      const records = await readAll(log)
      expect(records.map(({ kind, topic, payload, received }) => [kind, topic, payload.toString(), received])).toEqual([
        [RECORD.message, 'city/v1/d0/flood/G1/reading', '{"ts":1,"v":{"level_m":0.4}}', 1767225600000],
        [RECORD.observation, 'operator', '{"by":"夜班"}', 1767225600001.5],
        [RECORD.message, 'city/v1/d0/flood/G1/reading', '', 1767225600000],
      ])
    })
    await withLog(directory, async (log) => {
      await append(log, 'next')
      expect(texts(await readAll(log))).toEqual(['{"ts":1,"v":{"level_m":0.4}}', '{"by":"夜班"}', '', 'next'])
    })
  })

  test('of one turn is written with one system call and acknowledged in order', async () => {
    const sizes: number[] = []
    const disk: Disk = { ...realDisk, write: (fd, bytes, from, at) => sizes.push(bytes.length) && realDisk.write(fd, bytes, from, at) }
    await withLog(
      freshDirectory(),
      async (log) => {
        sizes.length = 0
        const order: number[] = []
        await Promise.all(Array.from({ length: 50 }, (_, i) => append(log, `${i}`).then(() => order.push(i))))
        expect(sizes).toHaveLength(1)
        expect(order).toEqual(Array.from({ length: 50 }, (_, i) => i))
      },
      { disk },
    )
  })

  test('while a slow force is under way and segments roll is forced too', async () => {
    const errors: object[] = []
    const disk: Disk = {
      ...realDisk,
      force: async (fd) => {
        await new Promise((resolve) => setTimeout(resolve, 15))
        return realDisk.force(fd)
      },
    }
    await withLog(
      freshDirectory(),
      async (log) => {
        for (let i = 0; i < 60; i++) {
          await append(log, 'x'.repeat(20_000))
          await new Promise((resolve) => setTimeout(resolve, 2))
        }
        expect(log.counters.force_errors).toBe(0)
      },
      { disk, segment_bytes: 65536, sync_ms: 1, log: { ...silent, error: (fields) => errors.push(fields) } },
    )
    expect(errors).toEqual([])
  })

  test('can be read from any position that was given', async () => {
    await withLog(
      freshDirectory(),
      async (log) => {
        const positions: number[] = []
        for (let i = 0; i < 50; i++) positions.push(await append(log, `record ${i} ${'x'.repeat(3000)}`))
        for (const [i, position] of positions.entries()) expect(await readAll(log, position)).toHaveLength(49 - i)
        expect(log.end).toBe(positions.at(-1))
      },
      { segment_bytes: 65536 },
    )
  })

  test('while a reader is under way does not reach it, and harms nothing', async () => {
    await withLog(freshDirectory(), async (log) => {
      for (let i = 0; i < 200; i++) await append(log, `before ${i}`)
      const seen: string[] = []
      for await (const records of log.read(0)) {
        seen.push(...records.map(({ payload }) => payload.toString()))
        await append(log, 'meanwhile')
      }
      expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => `before ${i}`))
    })
  })
})

describe('segments', () => {
  test('roll at their size, and are released whole', async () => {
    const directory = freshDirectory()
    await withLog(
      directory,
      async (log) => {
        const positions: number[] = []
        for (let i = 0; i < 60; i++) positions.push(await append(log, `${i}`.padEnd(8000, '.')))
        expect(segmentFiles(directory).length).toBeGreaterThan(5)
        await log.release(positions[30])
        const kept = await readAll(log)
        expect(kept.at(-1)?.position).toBe(log.end)
        expect(kept.length).toBeGreaterThanOrEqual(29)
        expect(kept.length).toBeLessThan(45)
        await log.release(log.end)
        expect(segmentFiles(directory)).toHaveLength(1)
        await append(log, 'still writable')
        expect((await readAll(log)).at(-1)?.payload.toString()).toBe('still writable')
      },
      { segment_bytes: 65536 },
    )
  })

  test('that are released under a reader end its reading there, without an error', async () => {
    await withLog(
      freshDirectory(),
      async (log) => {
        for (let i = 0; i < 40; i++) await append(log, `${i}`.padEnd(8000, '.'))
        let count = 0
        for await (const _ of log.read(0)) if (++count === 1) await log.release(log.end)
        expect(count).toBeGreaterThan(0)
      },
      { segment_bytes: 65536 },
    )
  })
})

describe('damage', () => {
  /** A log with these payloads, stopped; where each record ends in its only file. */
  async function written(directory: string, payloads: readonly string[]): Promise<number[]> {
    return withLog(directory, (log) => Promise.all(payloads.map((payload) => append(log, payload))))
  }

  const payloads = fc.array(fc.string({ maxLength: 60, unit: 'grapheme' }), { minLength: 1, maxLength: 12 })

  test('truncation at any byte loses only the records behind it', async () => {
    await fc.assert(
      fc.asyncProperty(payloads, fc.double({ min: 0, max: 1, noNaN: true }), async (lines, where) => {
        const directory = freshDirectory()
        const ends = await written(directory, lines)
        const [file] = segmentFiles(directory)
        const size = Math.floor(where * statSync(file).size)
        truncateSync(file, size)
        await withLog(directory, async (log) => {
          const whole = lines.filter((_, i) => ends[i] <= size)
          expect(texts(await readAll(log))).toEqual(whole)
          await append(log, 'after')
          expect(texts(await readAll(log))).toEqual([...whole, 'after'])
        })
      }),
      { numRuns: 40 },
    )
  })

  test('a flipped bit loses only the record it is in', async () => {
    await fc.assert(
      fc.asyncProperty(
        payloads,
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        fc.integer({ min: 0, max: 7 }),
        async (lines, where, bit) => {
          const directory = freshDirectory()
          const ends = await written(directory, lines)
          const [file] = segmentFiles(directory)
          const bytes = readFileSync(file)
          const at = Math.floor(where * bytes.length)
          bytes[at] ^= 1 << bit
          writeFileSync(file, bytes)
          const hit = at < 16 ? -1 : ends.findIndex((end) => at < end)
          await withLog(directory, async (log) => {
            expect(texts(await readAll(log))).toEqual(lines.filter((_, i) => i !== hit))
            await append(log, 'after')
            expect((await readAll(log)).at(-1)?.payload.toString()).toBe('after')
          })
        },
      ),
      { numRuns: 40 },
    )
  })

  test('a payload that holds the bytes of a record is not read as one', async () => {
    const directory = freshDirectory()
    await written(directory, ['inner'])
    const inner = readFileSync(segmentFiles(directory)[0]).subarray(16)
    const outer = freshDirectory()
    await withLog(outer, (log) => {
      return new Promise<void>((resolve) => log.append(RECORD.message, 't', Buffer.from(inner), 0, () => resolve()))
    })
    const [file] = segmentFiles(outer)
    const bytes = readFileSync(file)
    bytes[16] ^= 1
    writeFileSync(file, bytes)
    await withLog(outer, async (log) => expect(await readAll(log)).toEqual([]))
  })

  test('the torn tail is cut and told in bytes', async () => {
    const directory = freshDirectory()
    await written(directory, ['one', 'two'])
    appendFileSync(segmentFiles(directory)[0], 'half a record')
    const said: object[] = []
    await withLog(
      directory,
      async (log) => {
        expect(log.counters.torn_bytes).toBe(13)
        expect(texts(await readAll(log))).toEqual(['one', 'two'])
      },
      { log: { ...silent, warn: (fields) => said.push(fields) } },
    )
    expect(said).toEqual([expect.objectContaining({ bytes: 13 })])
  })

  test.each([
    ['empty', Buffer.alloc(0)],
    ['shorter than a header', Buffer.from('URB')],
    ['garbage', Buffer.alloc(5000, 0x5a)],
    ['zeros', Buffer.alloc(5000)],
  ])('a last segment that is %s does not stop the start', async (_name, bytes) => {
    const directory = freshDirectory()
    await written(directory, ['one', 'two'])
    writeFileSync(join(directory, '0000000000900000.log'), bytes)
    await withLog(directory, async (log) => {
      await append(log, 'three')
      expect(texts(await readAll(log))).toEqual(['one', 'two', 'three'])
    })
  })

  test('positions of lost records are never given again', async () => {
    const directory = freshDirectory()
    const ends = await written(directory, ['one', 'two', 'three'])
    truncateSync(segmentFiles(directory)[0], ends[0] + 3)
    await withLog(directory, async (log) => {
      const position = await append(log, 'new')
      expect(position).toBeGreaterThan(ends[2])
      expect(texts(await readAll(log, ends[2]))).toEqual(['new'])
    })
  })
})

describe('a disk', () => {
  /** A disk that writes `room` bytes and is then full, as a file system with a quota is: the last write may be short. */
  function smallDisk(): Disk & { room: number } {
    const small = {
      ...realDisk,
      room: Number.POSITIVE_INFINITY,
      write(fd: number, bytes: Buffer, from: number, at: number): number {
        const some = Math.min(bytes.length - from, small.room)
        if (some === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
        small.room -= some
        return realDisk.write(fd, bytes.subarray(0, from + some), from, at)
      },
    }
    return small
  }

  test('that is full acknowledges nothing, and works again when there is space', async () => {
    const directory = freshDirectory()
    const disk = smallDisk()
    await withLog(
      directory,
      async (log) => {
        await append(log, 'kept')
        disk.room = 30
        await expect(append(log, 'too long for what is left of the disk')).rejects.toMatchObject({ code: 'log_full', family: 'neighbour' })
        await expect(append(log, 'x')).rejects.toMatchObject({ code: 'log_full' })
        disk.room = Number.POSITIVE_INFINITY
        await append(log, 'kept too')
        expect(texts(await readAll(log))).toEqual(['kept', 'kept too'])
      },
      { disk },
    )
    await withLog(directory, async (log) => {
      expect(texts(await readAll(log))).toEqual(['kept', 'kept too'])
      expect(log.counters.torn_bytes).toBe(0)
    })
  })

  test('that is full when a segment rolls recovers too', async () => {
    const disk = smallDisk()
    await withLog(
      freshDirectory(),
      async (log) => {
        await append(log, 'x'.repeat(70000))
        disk.room = 4
        await expect(append(log, 'next segment')).rejects.toMatchObject({ code: 'log_full' })
        disk.room = Number.POSITIVE_INFINITY
        await append(log, 'next segment')
        expect((await readAll(log)).map(({ payload }) => payload.length)).toEqual([70000, 12])
      },
      { disk, segment_bytes: 65536 },
    )
  })

  test('strict: nothing is acknowledged before the force, one force serves all that wait', async () => {
    const forces: (() => void)[] = []
    const disk: Disk = { ...realDisk, force: () => new Promise((resolve) => forces.push(resolve)) }
    const log = logAt(freshDirectory(), { disk, strict: true })
    await log.start()
    let acknowledged = 0
    const first = append(log, 'first').then(() => acknowledged++)
    await expect.poll(() => forces.length).toBe(1)
    const rest = Array.from({ length: 20 }, (_, i) => append(log, `${i}`).then(() => acknowledged++))
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(acknowledged).toBe(0)
    forces[0]()
    await first
    expect(acknowledged).toBe(1)
    await expect.poll(() => forces.length).toBe(2)
    forces[1]()
    await Promise.all(rest)
    expect(forces).toHaveLength(2)
    await log.stop()
  })

  test('strict: that cannot force acknowledges nothing', async () => {
    const disk: Disk = { ...realDisk, force: () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })) }
    const log = logAt(freshDirectory(), { disk, strict: true })
    await log.start()
    await expect(append(log, 'x')).rejects.toMatchObject({ code: 'log_force' })
    await log.stop()
  })

  test('is forced at least every sync_ms while there is something new, and left alone otherwise', async () => {
    const begun = performance.now()
    let forces = 0
    const disk: Disk = { ...realDisk, force: async () => void forces++ }
    await withLog(
      freshDirectory(),
      async (log) => {
        while (performance.now() - begun < 200) await append(log, 'x')
        expect(forces).toBeGreaterThanOrEqual(4)
        expect(forces).toBeLessThanOrEqual(16)
        await new Promise((resolve) => setTimeout(resolve, 60))
        const quiet = forces
        await new Promise((resolve) => setTimeout(resolve, 80))
        expect(forces).toBe(quiet)
      },
      { disk },
    )
  })
})

describe('after', () => {
  test('comes behind everything appended before it and before what is appended later', async () => {
    await withLog(freshDirectory(), async (log) => {
      const order: string[] = []
      log.append(RECORD.message, 't', 'a', 0, () => order.push('a'))
      log.after(() => order.push('after a'))
      log.append(RECORD.message, 't', 'b', 0, () => order.push('b'))
      await new Promise<void>((resolve) => log.after(() => resolve()))
      expect(order).toEqual(['a', 'after a', 'b'])
      expect(texts(await readAll(log))).toEqual(['a', 'b'])
    })
  })
})

describe('the lock', () => {
  test('lets one writer in; the second is told who it is', async () => {
    const directory = freshDirectory()
    await withLog(directory, async () => {
      const second = logAt(directory)
      await expect(second.start()).rejects.toMatchObject({ family: 'input', code: 'data_in_use' })
      await expect(second.start()).rejects.toThrow(`process ${process.pid}`)
      await second.stop()
      const third = logAt(directory)
      await expect(third.start()).rejects.toMatchObject({ code: 'data_in_use' })
    })
    await withLog(directory, (log) => append(log, 'free again'))
  })

  test.each([
    ['of a process that is gone', '4194303 x/1\n'],
    ['of an earlier process with this number', `${process.pid} another-boot/1\n`],
    ['that is empty', ''],
  ])('%s is taken over', async (_name, text) => {
    const directory = freshDirectory()
    writeFileSync(join(directory, 'lock'), text)
    await withLog(directory, (log) => append(log, 'taken over'))
    expect(readdirSync(directory).filter((name) => name.startsWith('lock'))).toEqual([])
  })
})

test('a directory that cannot be used is one clear input error', async () => {
  const file = join(freshDirectory(), 'a-file')
  writeFileSync(file, '')
  await expect(logAt(join(file, 'log')).start()).rejects.toMatchObject({ family: 'input', code: 'data_unusable' })
})
