import { expect, it } from 'vitest'
import { AHEAD_MS, barsOf, coverClass, orderCrews, PAST_MS } from '../../dashboard/data/dispatch.ts'
import { createBoard } from '../browser/dispatch-scene.ts'
import { smallCity } from '../fixtures/small-city.ts'

const NOW = 1_767_225_600_000
const MINUTE = 60_000
const [crew] = createBoard(smallCity(), NOW).crews
const job = (offered_min: number, onsite_min: number | null, ended_min: number | null, eta_min: number | null = null) => {
  const at = (min: number | null): number | null => (min === null ? null : NOW + min * MINUTE)
  return { ...crew.jobs[0], offered: NOW + offered_min * MINUTE, onsite: at(onsite_min), ended: at(ended_min), eta: at(eta_min) }
}
const share = (min: number): number => (PAST_MS + min * MINUTE) / (PAST_MS + AHEAD_MS)

it('draws what was done, what goes on and what is expected, within the hours of the board', () => {
  const bars = barsOf({ ...crew, jobs: [job(-500, -490, -400), job(-300, -290, -200), job(-30, -10, null), job(-5, null, null, 15)] }, NOW)
  expect(bars.map(({ from, to }) => [from, to])).toEqual([
    [0, share(-200)],
    [share(-30), share(0)],
    [share(-5), share(15)],
  ])
  expect(bars.map(({ onsite, arrived }) => [onsite, arrived])).toEqual([
    [0, true],
    [expect.closeTo(2 / 3), true],
    [1, false],
  ])
  expect(barsOf({ ...crew, jobs: [job(-60, null, -30)] }, NOW)[0]).toMatchObject({ onsite: null, arrived: false })
})

it('puts those at work first and those off duty last', () => {
  const crews = (['off', 'idle', 'enroute', 'onsite'] as const).map((status) => ({ ...crew, id: status, status }))
  expect(orderCrews(crews).map(({ id }) => id)).toEqual(['onsite', 'enroute', 'idle', 'off'])
})

it('sorts minutes into the classes of the coverage map', () => {
  expect([0, 5, 5.1, 10, 15, 15.1, null].map(coverClass)).toEqual([0, 0, 1, 1, 2, 3, 3])
})
