import { expect, it } from 'vitest'
import { deviceView, qualityStretches, valueViews, watermarks } from '../../../engine/view.ts'
import { createBrain, factsOf, reading, T0 } from '../../support/brain.ts'

const GAUGE = 'd0/flood/G1'
const RULE_LEVEL_M = 0.1

/** A gauge that says every minute a time that is off by `off_s` and comes `delay_s` later. */
function run(off_s: number, delay_s: (i: number) => number, minutes = 12) {
  const brain = createBrain()
  const told: string[] = []
  for (let i = 0; i < minutes; i++) {
    const measured = i * 60
    const { facts } = brain.at(measured + delay_s(i), reading(GAUGE, measured + off_s, { level_m: RULE_LEVEL_M + i / 1000 }))
    told.push(...factsOf(facts, 'quality').map(({ metric, cause }) => `${metric} ${cause}`))
  }
  return { brain, told, view: deviceView(brain.state, GAUGE) }
}

it('leaves a clock alone that is right, however messages dawdle', () => {
  const { told, view } = run(0, (i) => [0, 40, 3, 55, 1][i % 5])
  expect(told).toEqual([])
  expect(view).toMatchObject({ quality: 'good', clock_skew_s: null })
})

it('finds how far a clock is behind by the lower envelope, corrects it, and believes the device again', () => {
  const { told, view, brain } = run(-1200, (i) => (i % 3 === 1 ? 30 : 1))
  expect(told).toEqual(['* clock', '* skew', '* recovered'])
  expect(view).toMatchObject({ quality: 'good', clock_skew_s: -1201, ts: T0 + 11 * 60_000 + 1000 })
  expect(valueViews(brain.state, GAUGE).level_m).toMatchObject({ age_s: 0, quality: 'good', cause: null })
})

it('shows a clock that is ahead, and that it was set right after two hours at the latest', () => {
  const { told, view, brain } = run(90, () => 1)
  expect(told).toEqual(['* skew'])
  expect(view).toMatchObject({ quality: 'good', clock_skew_s: 89 })
  const later: string[] = []
  for (let i = 12; i < 200; i++) {
    const { facts } = brain.at(i * 60 + 1, reading(GAUGE, i * 60, { level_m: 0.1 + (i % 7) / 1000 }))
    later.push(...factsOf(facts, 'quality').map(({ cause }) => cause))
  }
  expect(later).toContain('recovered')
  expect(deviceView(brain.state, GAUGE)?.clock_skew_s).toBeNull()
})

it('does not mistake a backlog that is being sent for a slow clock', () => {
  const brain = createBrain()
  brain.at(0, reading(GAUGE, 0, { level_m: 0.1 }))
  brain.at(7200)
  const facts = Array.from({ length: 100 }, (_, i) =>
    factsOf(brain.at(7201 + i, reading(GAUGE, 60 + i * 60, { level_m: 0.1 + i / 1000 })).facts, 'quality').map(({ cause }) => cause),
  )
  expect(facts.flat()).not.toContain('skew')
  expect(deviceView(brain.state, GAUGE)).toMatchObject({ quality: 'suspect', clock_skew_s: null })
})

it('takes a message that is dated by its arrival for live, and learns the clock from how far ahead it was', () => {
  const brain = createBrain()
  for (let i = 0; i < 8; i++) brain.at(i * 60, { ...reading(GAUGE, i * 60, { level_m: 0.1 + i / 1000 }), ahead_s: 28_800 })
  expect(deviceView(brain.state, GAUGE)).toMatchObject({ quality: 'good', clock_skew_s: 28_800, ts: T0 + 7 * 60_000 })
})

it('shows what is stale as stale, with its age', () => {
  const brain = createBrain()
  brain.at(0, reading(GAUGE, 0, { level_m: 0.1 }))
  brain.at(3600)
  expect(deviceView(brain.state, GAUGE)).toMatchObject({ quality: 'stale', online: false })
  expect(valueViews(brain.state, GAUGE).level_m).toMatchObject({ value: 0.1, age_s: 3600, quality: 'stale' })
})

it('remembers what the values of a metric were worth, and since when', () => {
  const brain = createBrain()
  for (const [s, level_m] of [
    [0, 0.1],
    [60, -1.5],
    [120, -1.6],
    [180, 0.1],
  ])
    brain.at(s, reading(GAUGE, s, { level_m }))
  const at = (s: number) => T0 + s * 1000
  expect(qualityStretches(brain.state, GAUGE, 'level_m', at(30), at(300))).toEqual([
    { from: at(30), to: at(60), cause: null },
    { from: at(60), to: at(180), cause: 'range' },
    { from: at(180), to: at(300), cause: null },
  ])
})

it('holds a district’s watermark back by the slowest device that speaks', () => {
  const brain = createBrain()
  brain.at(100, reading(GAUGE, 90, { level_m: 0.1 }), reading('d0/flood/R1', 40, { rain_mm_h: 0 }))
  expect(watermarks(brain.state).get('d0')).toEqual({ ts: T0 + 40_000, devices: 2 })
  brain.at(3600, reading(GAUGE, 3600, { level_m: 0.1 }))
  expect(watermarks(brain.state).get('d0')).toEqual({ ts: T0 + 3_600_000, devices: 1 })
})
