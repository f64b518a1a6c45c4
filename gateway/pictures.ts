/** What photos of crews and stills of cameras share: whole JPEGs, and an hourly look at what is too old. */
import { UrbanError } from '../engine/base/errors.ts'
import { HOUR_MS } from '../engine/base/time.ts'
import { type Jpeg, readJpeg } from './jpeg.ts'
import type { Part } from './parts.ts'

/** A phone sends 1600 px at most; a screen shows this. */
const SIDE_PX_MAX = 8192

/** @throws UrbanError input with this code */
export function wholeJpeg(body: Buffer, code: string): Jpeg {
  const jpeg = readJpeg(body)
  if (jpeg === null || Math.max(jpeg.width_px, jpeg.height_px) > SIDE_PX_MAX || Math.min(jpeg.width_px, jpeg.height_px) === 0)
    throw new UrbanError('input', code, `expected a whole JPEG of at most ${SIDE_PX_MAX} pixels a side`)
  return jpeg
}

/** For `catch` of a read: what is not there is undefined. */
export function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
  throw error
}

/** Runs at the start, every hour and when told, never twice at a time. */
export function createTidier(tidy: () => Promise<void>, failed: (error: unknown) => void): Part & { tidy(): Promise<void> } {
  let timer: NodeJS.Timeout | null = null
  let tidying: Promise<void> = Promise.resolve()
  function soon(): Promise<void> {
    tidying = tidying.then(tidy).catch(failed)
    return tidying
  }
  return {
    tidy: soon,
    async start() {
      void soon()
      timer = setInterval(() => void soon(), HOUR_MS)
      timer.unref()
    },
    async stop() {
      if (timer !== null) clearInterval(timer)
      timer = null
      await tidying
    },
  }
}
