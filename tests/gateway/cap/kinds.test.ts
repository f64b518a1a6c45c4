import { describe, expect, it } from 'vitest'
import { colourOf, defaultValidity, hazardOf } from '../../../gateway/cap/kinds.ts'

describe('a warning that does not say when it ends', () => {
  it.each([
    ['暴雨', 'blue', 12],
    ['暴雨', 'yellow', 6],
    ['Rainstorm', 'orange', 3],
    ['台风', 'red', 6],
    ['雷暴大风', 'yellow', 12],
    ['雷电', 'orange', 2],
    ['高温', 'yellow', 72],
    ['寒潮', 'blue', 48],
    ['道路结冰', 'red', 2],
    // The annex has no blue lightning: as long as the longest of its kind.
    ['雷电', 'blue', 6],
    ['Tsunami', 'red', 24],
  ] as const)('%s %s stands for %i h', (event, level, hours) => {
    const { expires, assumed } = defaultValidity(event, level, 1_000)
    expect(expires).toBe(1_000 + hours * 3_600_000)
    expect(assumed.en).toMatch(event === 'Tsunami' ? /CAP 1.2/ : /CMA order 16/)
  })
})

it('colours and hazards are told by their words', () => {
  expect(['暴雨橙色预警', 'Orange', 'x'].map((text) => colourOf([text]))).toEqual(['orange', 'orange', null])
  expect(['Heavy rain', '城市内涝', '大雾'].map(hazardOf)).toEqual(['rain', 'flood', 'other'])
})
