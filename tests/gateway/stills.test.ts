import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY_MS } from '../../engine/base/time.ts'
import { createStills } from '../../gateway/stills.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { jpegWith } from '../support/jpeg.ts'

const CAMERA = 'd0/camera/C1'
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stills-'))
})
afterEach(() => rm(directory, { recursive: true }))
const fail = (message: string) => {
  throw new Error(message)
}

function open(retention_days?: number) {
  let now = 1_767_225_600_000
  const city = smallCity()
  const devices = city.devices.map((device) =>
    device.domain !== 'camera' || retention_days === undefined
      ? device
      : { ...device, camera: { impact_assessment: 'DPIA-1', retention_days, masks: [], presets: [] } },
  )
  const stills = createStills({ directory, city: { ...city, devices }, now: () => now, warn: fail })
  return {
    stills,
    later: (days: number) => {
      now += days * DAY_MS
    },
  }
}

it('keeps a picture for thirty days, then deletes it and leaves a tombstone', async () => {
  const { stills, later } = open()
  await stills.put(CAMERA, `${CAMERA} e/1`, 1, jpegWith('x'))
  later(29)
  await stills.tidy()
  expect(await stills.read(CAMERA, `${CAMERA} e/1`)).toHaveProperty('bytes')
  later(2)
  await stills.tidy()
  expect(await stills.read(CAMERA, `${CAMERA} e/1`)).toEqual({ deleted: 1_767_225_600_000 + 31 * DAY_MS })
  const [place] = await readdir(directory)
  const names = await readdir(join(directory, place))
  expect(names.map((name) => name.slice(-4))).toEqual(['json'])
  expect(JSON.parse(await readFile(join(directory, place, names[0]), 'utf8'))).toMatchObject({ device: CAMERA, event: `${CAMERA} e/1` })
})

it('keeps each camera’s pictures as long as its terms say', async () => {
  const { stills, later } = open(3)
  await stills.put(CAMERA, `${CAMERA} e1`, 1, jpegWith('x'))
  later(3)
  await stills.tidy()
  expect(await stills.read(CAMERA, `${CAMERA} e1`)).toHaveProperty('deleted')
})

it('takes JPEGs only, and knows what it never had', async () => {
  const { stills } = open()
  await expect(stills.put(CAMERA, `${CAMERA} e1`, 1, Buffer.from('GIF89a'))).rejects.toMatchObject({ code: 'still_not_jpeg' })
  expect(await stills.read(CAMERA, `${CAMERA} e1`)).toBeNull()
})
