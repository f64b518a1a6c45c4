/**
 * Pictures of cameras' events: one directory a camera below `<data>/stills`. Each is kept for the days that the camera's entry in the city allows, and then deleted; what remains is
 * a tombstone that says what there was and when it went. Nobody looks at one without a token and a reason, and every look is in the audit trail.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { DAY_MS, type EpochMs } from '../engine/base/time.ts'
import { type City, type DeviceKey, deviceKey } from '../engine/model/city.ts'
import type { StillPort } from './http/parts.ts'
import type { Part } from './parts.ts'
import { absent, createTidier, wholeJpeg } from './pictures.ts'
import { writeWhole } from './write-whole.ts'

const RETENTION_DAYS = 30

const StillDocument = Type.Object({
  event: Type.String(),
  device: Type.String(),
  ts: Type.Number(),
  received: Type.Number(),
  sha256: Type.String(),
  deleted: Type.Union([Type.Number(), Type.Null()]),
})
const isStill = Compile(StillDocument)

export interface StillsOptions {
  readonly directory: string
  readonly city: City
  readonly now: () => EpochMs
  readonly warn: (message: string) => void
}

export function createStills({ directory, city, now, warn }: StillsOptions): StillPort & Part {
  const days = new Map<DeviceKey, number>(
    city.devices.flatMap(({ district, domain, id, camera }) =>
      camera === undefined ? [] : [[deviceKey(district, domain, id), camera.retention_days]],
    ),
  )
  const placeOf = (device: DeviceKey): string => join(directory, device.replaceAll('/', '.'))
  /** The event's id is another system's text and no file name. */
  const nameOf = (event: string): string => createHash('sha256').update(event).digest('hex').slice(0, 32)

  async function tidy(): Promise<void> {
    for (const camera of (await readdir(directory).catch(absent)) ?? [])
      for (const name of await readdir(join(directory, camera))) {
        if (!name.endsWith('.json')) continue
        const file = join(directory, camera, name)
        const still: unknown = JSON.parse(await readFile(file, 'utf8'))
        if (!isStill.Check(still) || still.deleted !== null) continue
        if (now() - still.received < (days.get(still.device) ?? RETENTION_DAYS) * DAY_MS) continue
        await rm(file.replace(/json$/, 'jpg'), { force: true })
        await writeWhole(file, JSON.stringify({ ...still, deleted: now() }))
      }
  }

  return {
    async put(device, event, ts, body) {
      const jpeg = wholeJpeg(body, 'still_not_jpeg')
      await mkdir(placeOf(device), { recursive: true, mode: 0o700 })
      const file = join(placeOf(device), nameOf(event))
      const sha256 = createHash('sha256').update(jpeg.bytes).digest('hex')
      await writeWhole(`${file}.jpg`, jpeg.bytes)
      await writeWhole(`${file}.json`, JSON.stringify({ event, device, ts, received: now(), sha256, deleted: null }))
      return sha256
    },
    async read(device, event) {
      const file = join(placeOf(device), nameOf(event))
      const text = await readFile(`${file}.json`, 'utf8').catch(absent)
      if (text === undefined) return null
      const still: unknown = JSON.parse(text)
      if (!isStill.Check(still)) return null
      const bytes = still.deleted === null ? await readFile(`${file}.jpg`).catch(absent) : undefined
      return bytes === undefined ? { deleted: still.deleted ?? now() } : { bytes }
    },
    ...createTidier(tidy, (error) => warn(`stills: old ones could not be deleted: ${String(error)}`)),
  }
}
