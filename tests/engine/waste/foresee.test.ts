/** Fill forecasts at brain.step: asked of the solver, taken in, asked again after a failure. */
import { expect, it } from 'vitest'
import { smallCity } from '../../fixtures/small-city.ts'
import { createBrain, reading, T0 } from '../../support/brain.ts'
import { createAnswers, requestsFor } from '../../support/solver.ts'

const BIN = 'd0/waste/B1'
const HOUR = 3600
const answers = createAnswers(smallCity())

/** Hourly readings, every request answered in the next step. */
function filled(levels: readonly number[]) {
  const brain = createBrain()
  let waiting = brain.at(0).requests
  levels.forEach((fill_pct, h) => {
    const { requests } = brain.at(h * HOUR, ...answers(waiting, T0 + h * HOUR * 1000), reading(BIN, h * HOUR, { fill_pct }))
    waiting = requests
  })
  return { brain, waiting, end: levels.length * HOUR }
}

it('forecasts a bin from its own readings, sooner the fuller it is', () => {
  const { brain } = filled(Array.from({ length: 30 }, (_, h) => 2 * h))
  const forecast = brain.state.waste.forecasts.get(BIN)
  expect(forecast).toMatchObject({ bin: BIN, basis: 'habit' })
  expect(forecast?.level_pct).toBeGreaterThan(50)
  expect(forecast?.low_h).toBeLessThanOrEqual(forecast?.high_h ?? 0)
  expect(forecast?.p_overflow_12h).toBeLessThanOrEqual(forecast?.p_overflow_48h ?? 0)
  const emptier = filled(Array.from({ length: 20 }, (_, h) => 2 * h)).brain.state.waste.forecasts.get(BIN)
  expect(forecast?.ttf_h).toBeLessThan(emptier?.ttf_h ?? 0)
})

it('asks again when the solver fails or is silent, and takes no answer that it did not ask for', () => {
  const brain = createBrain()
  const [request] = requestsFor(brain.at(0, reading(BIN, 0, { fill_pct: 50 })).requests, 'fill')
  expect(request.problem.bins.map(({ bin }) => bin)).toEqual([BIN])
  brain.at(10, { kind: 'solution', ts: T0, request: 'another', answer: { type: 'fill', forecasts: [] } })
  expect(
    requestsFor(brain.at(12, { kind: 'solution', ts: T0, request: request.id, answer: { type: 'failed', why: 'test' } }).requests, 'fill'),
  ).toEqual([])
  expect(requestsFor(brain.at(80).requests, 'fill')).toHaveLength(1)
  expect(requestsFor(brain.at(90).requests, 'fill')).toEqual([])
  expect(requestsFor(brain.at(145).requests, 'fill')).toHaveLength(1)
})
