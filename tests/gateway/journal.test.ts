import { appendFile, copyFile, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Fact } from '../../engine/model/fact.ts'
import { createJournal, type Journal } from '../../gateway/journal.ts'
import { JOURNAL_START } from '../../gateway/journal-file.ts'
import { verifyJournal } from '../../gateway/journal-read.ts'

let directory: string
let warnings: string[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'))
  warnings = []
})
afterEach(() => rm(directory, { recursive: true }))

const fact = (n: number): Fact => ({ kind: 'presence', device: `d0/waste/B${n}`, ts: n, online: true, cause: 'heard' })
const measured: Fact = { kind: 'measured', device: 'd0/waste/B1', ts: 1, values: { fill_pct: 1 }, quality: 'good' }

interface Times {
  readonly now: number
  readonly file_bytes_max: number
}

async function open({ now = Date.now(), file_bytes_max = 1 << 24 }: Partial<Times> = {}): Promise<Journal> {
  const journal = createJournal({ directory, days: 400, now: () => now, file_bytes_max, warn: (message) => warnings.push(message) })
  await journal.start()
  return journal
}

async function write(...facts: Fact[]): Promise<void> {
  const journal = await open()
  journal.append(facts)
  journal.commit(journal.head.seq)
  await journal.stop()
}

async function onlyFile(): Promise<string> {
  const names = await readdir(directory)
  expect(names).toHaveLength(1)
  return join(directory, names[0])
}

describe('journal', () => {
  it('chains facts over restarts and leaves measurements out', async () => {
    await write(fact(1), measured, fact(2))
    await write(fact(3))
    const { head, broken } = await verifyJournal(directory)
    expect(broken).toBeNull()
    expect(head.seq).toBe(3)
  })

  it('finds a changed, a removed and an exchanged line, and a cut end', async () => {
    await write(fact(1), fact(2), fact(3))
    const whole = await verifyJournal(directory)
    const file = await onlyFile()
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    const brokenAt = async (...changed: string[]): Promise<number | null> => {
      await writeFile(file, `${changed.join('\n')}\n`)
      return (await verifyJournal(directory, whole.head)).broken?.line ?? null
    }
    expect(await brokenAt(...lines)).toBeNull()
    expect(await brokenAt(lines[0], lines[1].replace('B2', 'B9'), lines[2])).toBe(2)
    expect(await brokenAt(lines[0], lines[2])).toBe(2)
    expect(await brokenAt(lines[1], lines[0], lines[2])).toBe(1)
    expect(await brokenAt(lines[0], lines[1])).toBe(2)
  })

  it('cuts a line that was not written whole, and leaves a line that was changed for verify to find', async () => {
    await write(fact(1), fact(2))
    const file = await onlyFile()
    await appendFile(file, '{"seq":3,"prev"')
    await write(fact(3))
    expect(warnings).toHaveLength(1)
    expect((await verifyJournal(directory)).head.seq).toBe(3)
    await writeFile(file, (await readFile(file, 'utf8')).replace('"seq":2', '"seq":x'))
    await write(fact(4))
    expect((await verifyJournal(directory)).broken?.line).toBe(2)
  })

  it('does not write again what a restart steps again, and says when it comes out differently', async () => {
    await write(fact(1), fact(2), fact(3))
    const again = await open()
    await again.replay(JOURNAL_START)
    again.append([fact(1), fact(2)])
    again.append([fact(3), fact(4)])
    again.live()
    again.append([fact(5)])
    again.commit(again.head.seq)
    await again.stop()
    expect(warnings).toEqual([])
    expect((await verifyJournal(directory)).head.seq).toBe(5)

    const other = await open()
    await other.replay(JOURNAL_START)
    other.append([fact(1), fact(7), fact(8)])
    other.live()
    other.append([fact(6)])
    other.commit(other.head.seq)
    await other.stop()
    expect(warnings).toHaveLength(1)
    expect(await verifyJournal(directory)).toMatchObject({ head: { seq: 6 }, broken: null })
  })

  it('writes only what was committed: facts of a step that is not in the log are not on disk', async () => {
    const journal = await open()
    journal.append([fact(1)])
    journal.commit(1)
    journal.append([fact(2)])
    await journal.stop()
    expect((await verifyJournal(directory)).head.seq).toBe(1)
  })

  it('finds the newest lines that fit', async () => {
    const journal = await open()
    journal.append([fact(1), fact(2), fact(3), fact(4)])
    journal.commit(4)
    const even = (one: Fact): boolean => one.kind === 'presence' && one.ts % 2 === 0
    const seqs = async (limit: number, before: number | null): Promise<number[]> =>
      (await journal.recent({ limit, before, accept: even })).lines.map(({ seq }) => seq)
    expect(await seqs(10, null)).toEqual([4, 2])
    expect(await seqs(1, 4)).toEqual([2])
    expect((await journal.recent({ limit: 1, before: null, accept: even })).next).toBe(4)
    expect((await journal.recent({ limit: 10, before: null, accept: even })).next).toBeNull()
    await journal.stop()
  })
})

const DAY_MS = 86_400_000
const FILE_LINES = 250
const all = { limit: 10_000, before: null, accept: () => true }

/** Several files of a quarter of a thousand lines each, all but the last compressed. */
async function writeFiles(count: number): Promise<string[]> {
  const journal = await open({ file_bytes_max: 1 })
  for (let file = 0; file < count; file++) {
    journal.append(Array.from({ length: FILE_LINES }, (_, i) => fact(file * FILE_LINES + i + 1)))
    journal.commit(journal.head.seq)
    await journal.flush()
  }
  await journal.tidied()
  await journal.stop()
  return (await readdir(directory)).sort()
}

/** A start that looks after the files. */
async function tidy(now = Date.now()): Promise<string[]> {
  const journal = await open({ now })
  journal.live()
  await journal.tidied()
  await journal.stop()
  return (await readdir(directory)).sort()
}

describe('files of the journal', () => {
  it('are compressed when they are full, hold no hash twice, and read as before', async () => {
    const names = await writeFiles(3)
    expect(names).toEqual(['000000000001.jsonl.gz', '000000000251.jsonl.gz', '000000000501.jsonl'])
    const whole = await verifyJournal(directory)
    expect(whole).toMatchObject({ anchor: JOURNAL_START, head: { seq: 3 * FILE_LINES }, broken: null })
    const text = gunzipSync(await readFile(join(directory, names[1]))).toString()
    const hashes = text.match(/[0-9a-f]{64}/g) ?? []
    // What the file follows, and the marks at 300, 400 and 500.
    expect(hashes).toHaveLength(4)
    const journal = await open()
    const { lines } = await journal.recent(all)
    await journal.stop()
    expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 3 * FILE_LINES }, (_, i) => 3 * FILE_LINES - i))
    for (const [i, line] of lines.entries()) if (i > 0) expect(lines[i - 1].prev).toBe(line.sha)
    expect(lines.at(-1)?.prev).toBe(JOURNAL_START.sha)
  })

  it('go on behind a compressed file, also when what is stepped again lies in it', async () => {
    await writeFiles(2)
    await rm(join(directory, '000000000251.jsonl'))
    const { head } = await verifyJournal(directory)
    const journal = await open()
    expect(journal.head).toEqual(head)
    await journal.replay(JOURNAL_START)
    journal.append(Array.from({ length: FILE_LINES + 1 }, (_, i) => fact(i + 1)))
    journal.live()
    journal.commit(journal.head.seq)
    await journal.stop()
    expect(warnings).toEqual([])
    expect(await verifyJournal(directory, head)).toMatchObject({ head: { seq: FILE_LINES + 1 }, broken: null })
  })

  it('hold at any moment of a compression that was cut off', async () => {
    const names = await writeFiles(2)
    const packed = join(directory, names[0])
    const plain = join(directory, '000000000001.jsonl')
    const { head } = await verifyJournal(directory)
    // Both are there: the compressed one had its name, the plain one was not yet gone.
    await writeFile(plain, gunzipSync(await readFile(packed)))
    expect(await verifyJournal(directory)).toMatchObject({ head, broken: null })
    expect(await tidy()).toEqual(names)
    // Half a compressed file under its first name.
    await writeFile(plain, gunzipSync(await readFile(packed)))
    await writeFile(`${packed}.new`, (await readFile(packed)).subarray(0, 100))
    await rm(packed)
    expect(await verifyJournal(directory)).toMatchObject({ head, broken: null })
    expect(await tidy()).toEqual(names)
    expect(await verifyJournal(directory)).toMatchObject({ head, broken: null })
    expect(warnings).toEqual([])
  })

  it('show what was changed in a compressed file, and that one is no gzip', async () => {
    const [name] = await writeFiles(2)
    const file = join(directory, name)
    const bytes = await readFile(file)
    await writeFile(file, gzipSync(gunzipSync(bytes).toString().replace('waste/B120"', 'waste/B999"')))
    // Found at the next mark: lines between marks hold no hash of their own.
    expect((await verifyJournal(directory)).broken).toMatchObject({ line: 200 })
    await writeFile(file, gzipSync(gunzipSync(bytes).toString().replace('waste/B230"', 'waste/B999"')))
    expect((await verifyJournal(directory)).broken).toMatchObject({ file: expect.stringContaining('251.jsonl'), line: 1 })
    await writeFile(file, bytes.subarray(0, 200))
    expect((await verifyJournal(directory)).broken?.why).toContain('cannot be read on')
  })

  it('stay as they are when their chain does not hold: the hashes say where', async () => {
    await writeFiles(2)
    const journal = await open({ file_bytes_max: 1 })
    await copyFile(join(directory, '000000000251.jsonl'), join(directory, 'kept'))
    const file = join(directory, '000000000251.jsonl')
    await writeFile(file, (await readFile(file, 'utf8')).replace('waste/B260"', 'waste/B999"'))
    journal.append([fact(501)])
    journal.commit(501)
    await journal.flush()
    await journal.tidied()
    await journal.stop()
    expect(warnings).toEqual([expect.stringContaining('the chain does not hold')])
    expect((await verifyJournal(directory)).broken).toMatchObject({ file, line: 10 })
    await rename(join(directory, 'kept'), file)
    expect((await verifyJournal(directory)).broken).toBeNull()
  })

  it('are dropped whole when they are too old, from the oldest on, and the chain then begins with the first that is kept', async () => {
    const names = await writeFiles(4)
    const { head } = await verifyJournal(directory)
    const now = Date.now()
    const age = (name: string, days: number): Promise<void> => {
      const at = new Date(now - days * DAY_MS)
      return utimes(join(directory, name), at, at)
    }
    await age(names[0], 401)
    await age(names[1], 399)
    await age(names[2], 500)
    expect(await tidy(now)).toEqual(names.slice(1))
    const kept = await verifyJournal(directory)
    expect(kept).toMatchObject({ anchor: { seq: FILE_LINES }, head, broken: null })
    const journal = await open()
    journal.append([fact(1001)])
    journal.commit(1001)
    expect((await journal.recent(all)).lines).toHaveLength(3 * FILE_LINES + 1)
    await journal.stop()
    // A hole is none of ours.
    await rm(join(directory, names[2]))
    expect((await verifyJournal(directory)).broken?.why).toContain('follows line 500')
  })

  it('are begun anew each day, and the file that is written is never dropped', async () => {
    await write(fact(1))
    const later = Date.now() + 500 * DAY_MS
    expect(await tidy(later)).toHaveLength(1)
    const journal = await open({ now: later })
    journal.append([fact(2)])
    journal.commit(2)
    await journal.flush()
    await journal.tidied()
    await journal.stop()
    expect(await readdir(directory)).toEqual(['000000000002.jsonl'])
    expect(await verifyJournal(directory)).toMatchObject({ anchor: { seq: 1 }, head: { seq: 2 }, broken: null })
  })
})
