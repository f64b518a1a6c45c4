import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Fact } from '../../engine/model/fact.ts'
import { createJournal, type Journal } from '../../gateway/journal.ts'
import { JOURNAL_START, verifyJournal } from '../../gateway/journal-file.ts'

let directory: string
let warnings: string[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'))
  warnings = []
})
afterEach(() => rm(directory, { recursive: true }))

const fact = (n: number): Fact => ({ kind: 'presence', device: `d0/waste/B${n}`, ts: n, online: true, cause: 'heard' })
const measured: Fact = { kind: 'measured', device: 'd0/waste/B1', ts: 1, values: { fill_pct: 1 }, quality: 'good' }

async function open(): Promise<Journal> {
  const journal = createJournal({ directory, warn: (message) => warnings.push(message) })
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
    expect((await journal.recent({ limit: 10, before: null, accept: even })).map(({ seq }) => seq)).toEqual([4, 2])
    expect((await journal.recent({ limit: 1, before: 4, accept: even })).map(({ seq }) => seq)).toEqual([2])
    await journal.stop()
  })
})
