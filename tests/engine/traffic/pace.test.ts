/** How fast roads are driven, as counts and hours tell it. */
import { expect, it } from 'vitest'
import { delays } from '../../../engine/traffic/pace.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { count, createBrain, T0 } from '../../support/brain.ts'

const base = smallCity()
const city = { ...base, roads: base.roads.map((road) => ({ ...road, class: 'secondary' as const })) }
const junction = city.junctions[0]
const HOUR_S = 3600

/** A minute in which so many vehicles stand on every lane into the first junction. */
function play(brain: ReturnType<typeof createBrain>, second: number, queued: number): void {
  const ids = junction.entering.map(({ id }) => id)
  brain.at(second, count(`d0/traffic/${junction.id}`, second, { in: ids, out: [] }, Object.fromEntries(ids.map((id) => [id, queued]))))
}

it('counted roads are as slow as their queues say after some minutes, others as the counted ones of their class', () => {
  const brain = createBrain([], city)
  const told = () => delays(brain.state.traffic, brain.state.context, brain.state.now)
  for (let minute = 0; minute < 20; minute++) play(brain, 60 * minute, 0)
  const entering = [...new Set(junction.entering.map(({ road }) => road))]
  expect(told().delay).toEqual(Object.fromEntries(entering.map((road) => [road, 1])))
  for (let minute = 20; minute < 60; minute++) play(brain, 60 * minute, 60)
  const jammed = told()
  for (const road of entering) expect(jammed.delay[road]).toBeGreaterThan(1.5)
  expect(jammed.class_delay.secondary).toBeGreaterThan(1.5)
})

it('roads that are counted no more are driven as usual at the hour', () => {
  const brain = createBrain([], city)
  for (let minute = 0; minute < 60; minute++) play(brain, 60 * minute, 60)
  brain.at(2 * HOUR_S)
  const { traffic, context } = brain.state
  expect(delays(traffic, context, T0 + 2 * HOUR_S * 1000)).toEqual({ delay: {}, class_delay: {} })
  const tomorrow = delays(traffic, context, T0 + 24 * HOUR_S * 1000 + 600_000)
  expect(tomorrow.delay).toEqual({})
  expect(tomorrow.class_delay.secondary).toBeGreaterThan(1.2)
})
