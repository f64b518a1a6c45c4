import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createClosure, moveClosure } from '../../../../engine/flood/acts/closure.ts'
import { createStage, DOWN_MS, moveStage } from '../../../../engine/flood/acts/stage.ts'
import { isAtLeast } from '../../../../engine/model/storm.ts'
import { smallCity } from '../../../fixtures/small-city.ts'
import { forecastOf } from './forecasts.ts'

const [point] = smallCity().low_points
const STEP_MS = 300_000

/** Stages after each forecast, five minutes apart, with looks in between. */
function stagesOf(chances: readonly number[], spare = false): string[] {
  const state = createStage()
  return chances.map((p, i) => {
    const issued = i * STEP_MS
    const forecast = forecastOf(issued, { p })
    for (let s = 0; s < 300; s += 30) moveStage(state, forecast, { share: 0, ts: issued }, spare, issued + 1000 * s)
    return state.stage
  })
}

describe('a warning stage', () => {
  it('rises to prepare at once, and to act when a second forecast agrees', () => {
    expect(stagesOf([0, 0.15, 0.25, 0.9, 0.9])).toEqual(['none', 'watch', 'prepare', 'prepare', 'act'])
    expect(stagesOf([0.9, 0, 0.9, 0, 0.9])).not.toContain('act')
    expect(stagesOf([0.25, 0.25, 0.25])).not.toContain('act')
    expect(stagesOf([0.25, 0.25, 0.25], true)).toEqual(['prepare', 'act', 'act'])
  })

  it('is kept while the chance stays above half of what it took, and falls when that has been gone for long enough', () => {
    expect(stagesOf([0.6, 0.6, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2]).at(-1)).toBe('act')
    const falling = stagesOf([0.6, 0.6, 0, 0, 0, 0, 0, 0])
    expect(falling.slice(1, 5)).toEqual(['act', 'act', 'act', 'act'])
    expect(falling.at(-1)).toBe('none')
  })

  it('is flooded when two readings agree, whatever forecasts say', () => {
    const state = createStage()
    moveStage(state, null, { share: 3, ts: 0 }, false, 0)
    moveStage(state, null, { share: 3, ts: 0 }, false, 60_000)
    expect(state.stage).toBe('none')
    moveStage(state, null, { share: 0.1, ts: 60_000 }, false, 60_000)
    moveStage(state, null, { share: 3, ts: 120_000 }, false, 120_000)
    expect(state.stage).toBe('none')
    moveStage(state, null, { share: 1.1, ts: 180_000 }, false, 180_000)
    expect(state.stage).toBe('flooded')
  })

  it('never flickers: whatever the forecasts, a line is passed downwards once in twenty minutes at most', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 13, maxLength: 37 }), (chances) => {
        const stages = stagesOf(chances)
        for (const line of ['watch', 'prepare', 'act'] as const) {
          const above = stages.map((stage) => isAtLeast(stage as never, line))
          for (let i = 0; i + 12 < above.length; i++) {
            const downs = above.slice(i, i + 12).filter((up, k) => up && !above[i + k + 1]).length
            expect(downs).toBeLessThanOrEqual(1 + Math.floor((12 * STEP_MS) / (DOWN_MS + STEP_MS)))
          }
        }
      }),
    )
  })

  it('settles when only noise moves the chance', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.array(fc.double({ min: -0.024, max: 0.024, noNaN: true }), { minLength: 48, maxLength: 48 }),
        (truth, noise) => {
          const stages = stagesOf(noise.map((one) => Math.min(1, Math.max(0, truth + one))))
          const changes = stages.filter((stage, i) => i > 0 && stage !== stages[i - 1]).length
          expect(changes).toBeLessThanOrEqual(3)
          expect(stages.every((stage, i) => i === 0 || isAtLeast(stage as never, stages[i - 1] as never))).toBe(true)
        },
      ),
    )
  })
})

describe('closing a road', () => {
  const deep = (issued: number, from_min = 5) => forecastOf(issued, { p: 1, from_min, peak_m: 0.6, band_m: 0.2 })

  it('takes two forecasts of water that stops cars within a quarter of an hour', () => {
    const state = createClosure()
    expect(moveClosure(state, point, deep(0, 40), null, 0)).toBe(false)
    expect(moveClosure(state, point, deep(STEP_MS, 35), null, STEP_MS)).toBe(false)
    expect(moveClosure(state, point, deep(2 * STEP_MS), null, 2 * STEP_MS)).toBe(false)
    expect(moveClosure(state, point, deep(2 * STEP_MS), null, 2 * STEP_MS + 60_000)).toBe(false)
    expect(moveClosure(state, point, deep(3 * STEP_MS), null, 3 * STEP_MS)).toBe(true)
    expect(state.closed?.why.en).toBe('Low point 1 is expected to stand deeper than 0.3 m within 15 min (chance 100 %)')
    expect(state.closed?.why.zh).toBe('低洼点1预计 15 分钟内积水超过 0.3 米（概率 100%）')
  })

  it('or two readings, and never one alone', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 40 }), (levels) => {
        const state = createClosure()
        levels.forEach((level_m, i) => {
          const was = state.closed !== null
          moveClosure(state, point, null, { level_m, ts: i * 60_000 }, i * 60_000)
          if (!was && state.closed !== null) expect(Math.min(level_m, levels[i - 1])).toBeGreaterThanOrEqual(0.27)
        })
      }),
    )
  })

  it('opens when it has been shallow for a quarter of an hour, and not because a gauge is silent', () => {
    const state = createClosure()
    for (const ts of [0, 60_000]) moveClosure(state, point, null, { level_m: 0.4, ts }, ts)
    expect(state.closed).not.toBeNull()
    moveClosure(state, point, null, null, 3_600_000)
    expect(state.closed).not.toBeNull()
    const opened: number[] = []
    for (let ts = 3_660_000; ts < 7_200_000; ts += 60_000) {
      if (moveClosure(state, point, null, { level_m: 0.05, ts }, ts)) opened.push(ts)
    }
    expect(opened).toEqual([3_660_000 + 15 * 60_000])
  })
})
