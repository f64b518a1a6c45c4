/** `dialects.yaml` while the program runs: read again when it changes or somebody asks; what is wrong with it costs nothing that is in force. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DialectSettings } from '../../config/dialects.ts'
import { type DialectBook, openDialectBook } from '../../gateway/dialect-book.ts'

let directory: string
let book: DialectBook | null
let changes: DialectSettings[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'book-'))
  changes = []
  book = null
})
afterEach(async () => {
  await book?.stop()
  rmSync(directory, { recursive: true })
})

const write = (text: string): void => writeFileSync(join(directory, 'dialects.yaml'), text)
async function open(reload = true): Promise<DialectBook> {
  const silent = { info: () => {}, warn: () => {}, error: () => {} }
  book = await openDialectBook({
    directories: [directory],
    devices: ['d0/waste/B1'],
    reload,
    onChange: (settings) => changes.push(settings),
    now: () => 7,
    logger: silent,
  })
  await book.start()
  return book
}

it('takes a changed file by itself, and tells whoever has to know', async () => {
  const fresh = await open()
  const before = fresh.settings
  expect(fresh).toMatchObject({ file: null, problems: [] })
  write('subscribe: [application/#]\nbindings: [{ entity: bin:1, device: d0/waste/B1 }]\n')
  for (let i = 0; i < 100 && changes.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 50))
  expect(changes).toHaveLength(1)
  expect(fresh.settings).not.toBe(before)
  expect(fresh.settings).toMatchObject({ subscribe: ['application/#'], bindings: [{ entity: 'bin:1' }] })
})

it('keeps what is in force when the file has mistakes, says where, and takes it once it is mended', async () => {
  write('bindings: [{ entity: bin:1, device: d0/waste/B1 }]\n')
  const fresh = await open()
  const { settings, version } = fresh
  write('bindings:\n  - { entity: bin:1, device: d0/waste/B9 }\nreports: { classes: { pothole: Road } }\n')
  expect(await fresh.reload()).toBe(false)
  expect(fresh.problems.join('\n')).toContain('dialects.yaml:3:')
  expect(fresh.settings).toBe(settings)
  expect(fresh.version).toBe(version)
  write('reports: { classes: { pothole: road.damaged } }\n')
  expect(await fresh.reload()).toBe(true)
  expect(fresh.problems).toEqual([])
  expect(fresh.settings.reports.classes).toEqual({ pothole: 'road.damaged' })
  expect(fresh.version).not.toBe(version)
  // Nothing new: the same value stays.
  const same = fresh.settings
  expect(await fresh.reload()).toBe(true)
  expect(fresh.settings).toBe(same)
})

it('stops a start with mistakes, and leaves a run with an outside clock what it began with', async () => {
  write('bindings: 7\n')
  await expect(open()).rejects.toMatchObject({ code: 'dialects' })
  write('zone: "+09:00"\n')
  const fresh = await open(false)
  write('zone: "+10:00"\n')
  expect(await fresh.reload()).toBe(false)
  expect(fresh.settings.zone_min).toBe(540)
})
