/** Today's round at brain.step: forecasts in, a drivable round out, and no bin at a closed street. */
import { expect, it } from 'vitest'
import { todaysRound } from '../../engine/round-input.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { createBrain, reading, T0 } from '../support/brain.ts'
import { createAnswers } from '../support/solver.ts'

const city = smallCity()
const answers = createAnswers(city)
const bins = city.devices.filter(({ domain }) => domain === 'waste')
const HOUR = 3600

/** All bins nearly full, and forecast. */
function fullCity() {
  const brain = createBrain([], city, { localHour: (now) => (10 + (now - T0) / 3_600_000) % 24 })
  let waiting = brain.at(0).requests
  for (let h = 0; h < 30; h++) {
    const readings = bins.map(({ id }) => reading(`d0/waste/${id}`, h * HOUR, { fill_pct: 3 * h }))
    waiting = brain.at(h * HOUR, ...answers(waiting, T0 + h * HOUR * 1000), ...readings).requests
  }
  brain.at(30 * HOUR, ...answers(waiting, T0 + 30 * HOUR * 1000))
  return brain
}

it('plans a round over the bins that are worth it, with the crews that collect', () => {
  const { problem, skipped } = todaysRound(fullCity().state)
  expect(skipped).toEqual([])
  expect(problem.bins).toHaveLength(bins.length)
  expect(problem.lorries.length).toBeGreaterThan(0)
  const [solution] = answers([{ id: 'x', problem }], T0)
  if (solution.kind !== 'solution' || solution.answer.type !== 'round') throw new Error('no round')
  expect(solution.answer.drive).toBe(true)
  expect(solution.answer.routes.flatMap(({ visits }) => visits.map(({ id }) => id)).sort()).toEqual(problem.bins.map(({ id }) => id).sort())
})

it('leaves out bins at a closed street until it is open', () => {
  const brain = fullCity()
  const order = (seconds: number, type: 'road.close' | 'road.open') => {
    const acts = city.roads.map(({ id }, i) => ({
      kind: 'operator' as const,
      ts: T0 + seconds * 1000,
      id: `${type}${i}`,
      by: 'test',
      act: { type, road: id, reason: 'flooded' },
    }))
    brain.at(seconds, ...acts)
  }
  order(30.1 * HOUR, 'road.close')
  const closed = todaysRound(brain.state)
  expect(closed.skipped.length).toBeGreaterThan(0)
  expect(closed.problem.bins.map(({ id }) => id)).not.toContain(closed.skipped[0])
  order(30.2 * HOUR, 'road.open')
  expect(todaysRound(brain.state).skipped).toEqual([])
})
