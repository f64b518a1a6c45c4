import { expect, it } from 'vitest'
import { createRandom } from '../../engine/base/random.ts'
import type { Setup } from '../../simulators/device.ts'
import { createPtz } from '../../simulators/devices/ptz.ts'
import { smallCity } from '../fixtures/small-city.ts'

const city = smallCity()
const [first, second] = city.low_points
const camera = city.devices.find(({ domain }) => domain === 'camera') ?? city.devices[0]
const presets = [
  { id: 'one', at: first.at, masks: [] },
  { id: 'two', at: second.at, masks: [] },
]
const terms = {
  impact_assessment: 'A',
  retention_days: 30,
  masks: [],
  presets,
  patrol: { home: 'one', move_s: 5, dwell_s: 20, revisit_min: 60 },
}
// It asks nothing else of its surroundings.
const setup = (turns: boolean) => ({ device: turns ? { ...camera, camera: terms } : camera, random: createRandom(1) }) as unknown as Setup
const command = (preset: unknown, expires: number) => ({ id: 'c', ts: 0, expires, kind: 'camera.preset', fields: { preset } })

it('sees only what its preset shows, nothing while it turns, and goes home when the command has expired', () => {
  const ptz = createPtz(setup(true))
  expect([ptz.sees(first.at, 0), ptz.sees(second.at, 0)]).toEqual([true, false])
  expect(ptz.obey(command('two', 60_000), 1000)).toEqual({ status: 'done' })
  expect([ptz.sees(first.at, 3000), ptz.sees(second.at, 3000)]).toEqual([false, false])
  expect([ptz.sees(first.at, 6000), ptz.sees(second.at, 6000)]).toEqual([false, true])
  expect(ptz.sees(second.at, 60_000)).toBe(false)
  expect([ptz.sees(first.at, 65_000), ptz.state.preset]).toEqual([true, 'one'])
})

it('refuses what it does not know; one that cannot turn sees all around', () => {
  expect(createPtz(setup(true)).obey(command('three', 9), 0)).toMatchObject({ status: 'rejected' })
  expect(createPtz(setup(true)).obey(command(7, 9), 0)).toMatchObject({ status: 'rejected' })
  const fixed = createPtz(setup(false))
  expect(fixed.sees(second.at, 0)).toBe(true)
  expect(fixed.obey(command('one', 9), 0)).toMatchObject({ status: 'rejected' })
})
