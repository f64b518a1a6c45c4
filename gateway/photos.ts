/**
 * Photos from crews' phones: one directory a task below `<data>/photos`, each picture with a small JSON document beside it. People and plates
 * may be on them: they are kept `photo_days` and then deleted, nobody reads them without a token, and every reading is in the audit trail.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Compile } from 'typebox/compile'
import { DAY_MS, type EpochMs } from '../engine/base/time.ts'
import type { PhotoPort, PhotoUpload } from './http/parts.ts'
import type { Part } from './parts.ts'
import { absent, createTidier, wholeJpeg } from './pictures.ts'
import { PhotoDocument } from './wire/phone.ts'
import { writeWhole } from './write-whole.ts'

const TASK_PHOTOS_MAX = 24
const isPhoto = Compile(PhotoDocument)

export interface PhotosOptions {
  readonly directory: string
  /** Setting photo_days. */
  readonly days: number
  readonly now: () => EpochMs
  readonly warn: (message: string) => void
}

export function createPhotos({ directory, days, now, warn }: PhotosOptions): PhotoPort & Part {
  async function list(task: string): Promise<PhotoDocument[]> {
    const names = await readdir(join(directory, task)).catch(absent)
    const photos: PhotoDocument[] = []
    for (const name of names ?? []) {
      if (!name.endsWith('.json')) continue
      const photo: unknown = JSON.parse(await readFile(join(directory, task, name), 'utf8'))
      if (isPhoto.Check(photo)) photos.push(photo)
    }
    return photos.sort((a, b) => a.ts - b.ts || (a.id < b.id ? -1 : 1))
  }

  /** The document last: what has one is whole. */
  async function write(photo: PhotoDocument, bytes: Buffer): Promise<void> {
    const place = join(directory, photo.task)
    await mkdir(place, { recursive: true, mode: 0o700 })
    await writeWhole(join(place, `${photo.id}.jpg`), bytes)
    await writeWhole(join(place, `${photo.id}.json`), JSON.stringify(photo))
  }

  async function put({ body, ...upload }: PhotoUpload) {
    const before = await list(upload.task)
    const same = before.find(({ id }) => id === upload.id)
    if (same !== undefined) return { photo: same, fresh: false }
    if (before.length >= TASK_PHOTOS_MAX) return null
    const { bytes, width_px, height_px } = wholeJpeg(body, 'photo_not_jpeg')
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const photo: PhotoDocument = { ...upload, received: now(), bytes: bytes.length, sha256, width_px, height_px }
    await write(photo, bytes)
    return { photo, fresh: true }
  }

  /** By the time at which a file was written: a task's directory goes when its last photo goes. */
  async function tidy(): Promise<void> {
    for (const task of (await readdir(directory).catch(absent)) ?? []) {
      const place = join(directory, task)
      const names = await readdir(place)
      let left = names.length
      for (const name of names) {
        const { mtimeMs } = await stat(join(place, name))
        if (now() - mtimeMs < days * DAY_MS) continue
        await rm(join(place, name))
        left--
      }
      if (left === 0) await rm(place, { recursive: true })
    }
  }
  return {
    put,
    list,
    read: async (task, id) => (await readFile(join(directory, task, `${id}.jpg`)).catch(absent)) ?? null,
    ...createTidier(tidy, (error) => warn(`photos: old ones could not be deleted: ${String(error)}`)),
  }
}
