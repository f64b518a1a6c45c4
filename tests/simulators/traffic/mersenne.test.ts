import { expect, it } from 'vitest'
import { createMersenne } from '../../../simulators/traffic/mersenne.ts'

it('gives the ten thousandth number that the C++ standard demands of std::mt19937', () => {
  const draw = createMersenne(5489)
  for (let i = 1; i < 10_000; i++) draw()
  expect(draw()).toBe(4_123_659_995)
})
