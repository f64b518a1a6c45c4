/** What a desk reads of bins: signs of a bin, how it fills, who sorts wrongly. */
import { expect, it } from 'vitest'
import { readRuleFiles, readRuleSet, SHIPPED_RULES } from '../../config/rules.ts'
import { binSigns, courseProblem, sortingView } from '../../engine/bin-view.ts'
import { createProblemSolver } from '../../engine/solver.ts'
import { noteCollected, noteOverflow } from '../../engine/waste/unsensed.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { createBrain, event, reading, T0 } from '../support/brain.ts'

const BIN = 'd0/waste/B1'
const CAMERA = 'd0/camera/C1'
const HOUR = 3600
const DAY = 24 * HOUR

it('tells what a level is worth, when a bin was emptied and what is raised at it', async () => {
  const { rules } = readRuleSet(await readRuleFiles(SHIPPED_RULES))
  const brain = createBrain(rules)
  expect(binSigns(brain.state, BIN)).toEqual({ quality: 'stale', emptied: null, alarms: [] })
  for (const [h, fill_pct] of [60, 70, 80, 4, 5].entries())
    brain.at(h * HOUR, reading(BIN, h * HOUR, { fill_pct, temperature_c: h < 4 ? 20 : 90 }))
  expect(binSigns(brain.state, BIN)).toMatchObject({
    quality: 'good',
    // Confirmed by the reading after it.
    emptied: T0 + 4 * HOUR * 1000,
    alarms: [{ class: 'waste.fire', severity: 'critical', title: { en: 'Fire in a bin' } }],
  })
  brain.at(3 * DAY)
  expect(binSigns(brain.state, BIN).quality).toBe('stale')
})

it('asks how a bin fills, and the answer goes up in level and in time with a band around it', () => {
  const brain = createBrain()
  expect(courseProblem(brain.state, BIN)).toBeNull()
  for (let h = 0; h < 24; h++) brain.at(h * HOUR, reading(BIN, h * HOUR, { fill_pct: 2 * h }))
  const problem = courseProblem(brain.state, BIN)
  if (problem === null) throw new Error('the bin has spoken')
  const answer = createProblemSolver(smallCity(), null)(problem)
  if (answer.type !== 'fill_course') throw new Error(answer.type)
  expect(answer).toMatchObject({ basis: 'habit' })
  expect(answer.levels.map(({ level_pct }) => level_pct)).toEqual([50, 60, 70, 80, 90, 100])
  answer.levels.forEach(({ low_h, said_h, high_h }, i) => {
    expect(low_h).toBeLessThanOrEqual(said_h)
    expect(said_h).toBeLessThanOrEqual(high_h)
    if (i > 0) expect(said_h).toBeGreaterThanOrEqual(answer.levels[i - 1].said_h)
  })
})

it('tells that a bin without a sensor is estimated, when it was emptied, and how it fills', () => {
  const base = smallCity()
  const city = {
    ...base,
    devices: base.devices.map((device) =>
      device.id === 'B1' ? { ...device, metrics: [], bin: { sensor: 'none' as const, waste: 'residual' as const, windows: [] } } : device,
    ),
  }
  const brain = createBrain([], city)
  brain.at(0)
  const { context, waste } = brain.state
  expect(binSigns(brain.state, BIN)).toMatchObject({ quality: 'estimated', emptied: null })
  for (const day of [1, 2, 3]) noteCollected(waste.unsensed, context, BIN, T0 + day * DAY * 1000, 60)
  brain.at(3 * DAY + 12 * HOUR)
  expect(binSigns(brain.state, BIN)).toMatchObject({ quality: 'estimated', emptied: T0 + 3 * DAY * 1000 })
  // Seen to overflow since then: that is no emptying.
  const at = city.devices.find(({ id }) => id === 'B1')?.at ?? [0, 0]
  noteOverflow(waste.unsensed, context, at, T0 + (3 * DAY + 11 * HOUR) * 1000)
  expect(binSigns(brain.state, BIN).emptied).toBe(T0 + 3 * DAY * 1000)
  noteCollected(waste.unsensed, context, BIN, T0 + (3 * DAY + 11.5 * HOUR) * 1000, 100)
  const problem = courseProblem(brain.state, BIN)
  if (problem === null) throw new Error('it has been emptied')
  const answer = createProblemSolver(city, null)(problem)
  if (answer.type !== 'fill_course') throw new Error(answer.type)
  expect(answer.level_pct).toBeLessThan(30)
  expect(answer.levels.at(-1)).toMatchObject({ level_pct: 100 })
})

it('lists people by pseudonym, repeated places, and points of volunteers', () => {
  const city = smallCity()
  const brain = createBrain([], city, { localHour: (now) => ((now - T0) / 3_600_000) % 24 })
  const see = (s: number, id: string, subject: string) =>
    brain.at(s, event(CAMERA, s, { id, type: 'waste.mis_sorted', score: 0.9, subject }))
  see(10 * HOUR, 'a', 'p:one')
  see(11 * HOUR, 'b', 'p:two')
  expect(sortingView(brain.state).places).toEqual([])
  see(22 * HOUR, 'c', 'p:one')
  const view = sortingView(brain.state)
  expect(view).toMatchObject({
    reminders: 2,
    handed_over: 0,
    subjects: [
      { subject: 'p:one', sightings: 2, device: CAMERA, waits: true, reminded: T0 + 10 * HOUR * 1000, told_officer: null },
      { subject: 'p:two', sightings: 1, waits: false },
    ],
    places: [{ device: CAMERA, sightings: 3, subjects: 2 }],
    volunteers: [],
  })
})
