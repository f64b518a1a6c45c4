import { expect, it } from 'vitest'
import { deviceView, incidents } from '../../../engine/view.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { createBrain, factsOf, reading, rule } from '../../support/brain.ts'

const GAUGE = 'd0/flood/G1'
const RAIN = 'd0/flood/R1'
const estimateOf = (brain: ReturnType<typeof createBrain>) => deviceView(brain.state, GAUGE)?.estimated.level_m

it('says nothing for a gauge that is believed', () => {
  const brain = createBrain()
  brain.at(0, reading(GAUGE, 0, { level_m: 0.2 }))
  expect(deviceView(brain.state, GAUGE)?.estimated).toEqual({})
})

it('lets the last level of a silent gauge fall in dry weather, with its age, and stops after six hours', () => {
  const brain = createBrain()
  brain.at(0, reading(GAUGE, 0, { level_m: 0.4 }))
  for (let s = 0; s <= 7 * 3600; s += 1200) {
    brain.at(s, reading(RAIN, s, { rain_mm_h: 0 }))
    if (s === 3600) expect(estimateOf(brain)).toEqual({ value: 0.147, method: 'recession', age_s: 3600 })
  }
  expect(estimateOf(brain)).toBeUndefined()
})

it('keeps the last level for half an hour while it may rain', () => {
  const brain = createBrain()
  brain.at(0, reading(GAUGE, 0, { level_m: 0.4 }))
  brain.at(1200, reading(RAIN, 1200, { rain_mm_h: 20 }))
  expect(estimateOf(brain)).toEqual({ value: 0.4, method: 'last', age_s: 1200 })
  brain.at(2400, reading(RAIN, 2400, { rain_mm_h: 20 }))
  expect(estimateOf(brain)).toBeUndefined()
})

it('asks a twin first', () => {
  const city = smallCity()
  const twins = city.devices.filter(({ id }) => id === 'G1').map((gauge) => ({ ...gauge, id: 'T1' }))
  const [point, ...points] = city.low_points
  const low_points = [{ ...point, gauges: [...point.gauges, 'd0/flood/T1'] }, ...points]
  const brain = createBrain([], { ...city, devices: [...city.devices, ...twins], low_points })
  brain.at(0, reading(GAUGE, 0, { level_m: 0.1 }))
  brain.at(600, reading('d0/flood/T1', 590, { level_m: 0.33 }))
  expect(estimateOf(brain)).toEqual({ value: 0.33, method: 'twin', age_s: 10 })
})

it('neither raises an alarm nor becomes a measurement', () => {
  const brain = createBrain([rule()])
  brain.at(0, reading(GAUGE, 0, { level_m: 0.1 }))
  const outcomes = [60, 120].map((s) => brain.at(s, reading(GAUGE, s, { level_m: 3.1 })))
  expect(estimateOf(brain)).toMatchObject({ value: 0.1, method: 'last' })
  expect(outcomes.flatMap(({ facts }) => factsOf(facts, 'measured')).map(({ values, quality }) => [values.level_m, quality])).toEqual([
    [3.1, 'suspect'],
    [3.1, 'suspect'],
  ])
  expect(outcomes.flatMap(({ facts }) => factsOf(facts, 'rule'))).toEqual([])
  expect([...incidents(brain.state)]).toEqual([])
})
