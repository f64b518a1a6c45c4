/** Photos of crews: only JPEGs, without what cameras write beside the picture, once each, and not for ever. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readJpeg } from '../../gateway/jpeg.ts'
import { createPhotos } from '../../gateway/photos.ts'
import { jpegWith } from '../support/jpeg.ts'

const SECRET = 'GPS 30.27 120.15'
const DAY_MS = 86_400_000
let directory: string
let now: number
const open = () => createPhotos({ directory, days: 30, now: () => now, warn: (message) => expect.fail(message) })
const upload = { id: 'p1', task: 'T-1', crew: 'd0/crew/crew-1', stage: 'after', ts: 1000 } as const

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'photos-'))
  now = Date.now()
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('a JPEG', () => {
  it('is read with its size, and kept without metadata and without what follows its end', () => {
    const read = readJpeg(jpegWith(SECRET))
    expect(read).toMatchObject({ width_px: 1600, height_px: 1200 })
    expect(read?.bytes.includes(SECRET)).toBe(false)
    expect(read?.bytes.includes('JFIF')).toBe(true)
    // Coded data with a stuffed byte and a restart marker are whole.
    expect(read?.bytes.subarray(-9).toString('hex')).toBe('12ff0034ffd056ffd9')
    expect(readJpeg(read?.bytes ?? Buffer.alloc(0))?.bytes.equals(read?.bytes ?? Buffer.alloc(0))).toBe(true)
  })

  it('is nothing else, and nothing cut off', () => {
    const whole = readJpeg(jpegWith(SECRET))?.bytes ?? Buffer.alloc(0)
    for (let length = 0; length < whole.length; length++) expect(readJpeg(whole.subarray(0, length)), `${length} bytes`).toBeNull()
    for (const text of ['', 'GIF89a', '<svg/>', '\x89PNG\r\n\x1a\n']) expect(readJpeg(Buffer.from(text, 'latin1'))).toBeNull()
  })

  it('whatever comes, reading it ends', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const read = readJpeg(Buffer.concat([Buffer.from([0xff, 0xd8]), bytes]))
        return read === null || read.bytes.length <= bytes.length + 2
      }),
    )
  })
})

describe('photos', () => {
  it('are kept once, listed as they were taken, and read back after a restart', async () => {
    const photos = open()
    const first = await photos.put({ ...upload, body: jpegWith(SECRET) })
    expect(first).toMatchObject({ fresh: true, photo: { id: 'p1', task: 'T-1', width_px: 1600, stage: 'after' } })
    expect(await photos.put({ ...upload, body: jpegWith('another') })).toMatchObject({ fresh: false, photo: first?.photo })
    await photos.put({ ...upload, id: 'p0', ts: 500, stage: 'before', body: jpegWith(SECRET) })
    expect((await open().list('T-1')).map(({ id }) => id)).toEqual(['p0', 'p1'])
    expect((await open().read('T-1', 'p1'))?.includes(SECRET)).toBe(false)
    expect(await open().read('T-1', 'none')).toBeNull()
    expect(await open().list('T-2')).toEqual([])
    for (const name of readdirSync(join(directory, 'T-1'))) expect(readFileSync(join(directory, 'T-1', name)).includes(SECRET)).toBe(false)
  })

  it('are refused when they are none, too large, or too many', async () => {
    const photos = open()
    await expect(photos.put({ ...upload, body: Buffer.from('GIF89a') })).rejects.toMatchObject({ code: 'photo_not_jpeg' })
    await expect(photos.put({ ...upload, body: jpegWith('', 9000, 10) })).rejects.toMatchObject({ code: 'photo_not_jpeg' })
    for (let i = 0; i < 24; i++) await photos.put({ ...upload, id: `n${i}`, body: jpegWith('') })
    expect(await photos.put({ ...upload, body: jpegWith('') })).toBeNull()
  })

  it('are deleted when they were kept long enough', async () => {
    const photos = open()
    await photos.put({ ...upload, body: jpegWith('') })
    await photos.put({ ...upload, task: 'T-2', body: jpegWith('') })
    const old = new Date(now - 30 * DAY_MS)
    for (const name of readdirSync(join(directory, 'T-1'))) utimesSync(join(directory, 'T-1', name), old, old)
    await photos.start()
    await photos.stop()
    expect(readdirSync(directory)).toEqual(['T-2'])
    expect(await photos.list('T-1')).toEqual([])
  })
})
