import { describe, expect, it } from 'vitest'
import { createBrain, reading, rule } from '../../support/brain.ts'

const GAUGE = 'd0/flood/G1'
const PUMP = 'd0/drain/P1'
/** Threshold of the low point: 0.15 m. */
const level = (seconds: number, level_m: number) => reading(GAUGE, seconds, { level_m })
const rain = (seconds: number, rain_mm_h: number) => reading('d0/flood/R1', seconds, { rain_mm_h })
const mode = (brain: ReturnType<typeof createBrain>) => brain.state.flood.points.get('LP1')?.mode
const settings = (outcome: ReturnType<ReturnType<typeof createBrain>['at']>) =>
  outcome.commands.flatMap((command) => (command.kind === 'drain.setting' ? [`${command.device} ${command.setting}`] : []))

describe('pumps by level', () => {
  it('rise and fall with hysteresis', () => {
    const brain = createBrain()
    const modes = [0.02, 0.04, 0.1, 0.07, 0.05, 0.02, 0.014].map((level_m, i) => {
      brain.at(60 * i, level(60 * i, level_m))
      return mode(brain)
    })
    expect(modes).toEqual(['off', 'half', 'full', 'full', 'half', 'half', 'off'])
  })

  it('start at full speed with the reason in both languages', () => {
    const [command] = createBrain().at(0, level(0, 0.12)).commands
    expect(command).toMatchObject({ kind: 'drain.setting', device: PUMP, setting: 1 })
    expect(command.reason.text).toBe('Pumps run at full speed at Low point 1: water 0.12 m of 0.15 m')
    expect(command.reason.text_zh).toBe('低洼点1水泵全速运行：水位 0.12 米（警戒 0.15 米）')
    expect(command.reason.evidence).toEqual([`${GAUGE} level_m=0.12 at 1767225600000`])
  })

  it('leave a pump alone that is off or says nothing, and stop one that runs dry', () => {
    const brain = createBrain()
    expect(settings(brain.at(0, level(0, 0)))).toEqual([])
    expect(settings(brain.at(60, level(60, 0), reading(PUMP, 60, { setting: 0 })))).toEqual([])
    expect(settings(brain.at(120, level(120, 0), reading(PUMP, 120, { setting: 1 })))).toEqual([`${PUMP} 0`])
  })

  it('keep running when the gauge falls silent', () => {
    const brain = createBrain()
    brain.at(0, level(0, 0.12))
    brain.at(600, rain(600, 0))
    expect(mode(brain)).not.toBe('off')
  })
})

describe('pumps by rain', () => {
  it('start at half speed before the water comes and wait until the rain is over', () => {
    const brain = createBrain()
    const modes = [10, 25, 8, 4].map((mm_h, i) => {
      brain.at(60 * i, rain(60 * i, mm_h), level(60 * i, 0))
      return mode(brain)
    })
    expect(modes).toEqual(['off', 'half', 'half', 'off'])
  })

  it('do without a gauge', () => {
    expect(settings(createBrain().at(0, rain(0, 30)))).toEqual([`${PUMP} 0.5`, 'd0/drain/P2 0.5'])
  })
})

it('gives way to a rule that a person wrote', () => {
  const brain = createBrain([
    rule({
      when: 'level_m > 0.03',
      clear: 'level_m < 0.01',
      actions: [{ command: 'drain.setting', to: 'pumps', setting: 0.8, clear_setting: null, text: null, expires_s: 600 }],
    }),
  ])
  expect(settings(brain.at(1, level(1, 0.12)))).toEqual([`${PUMP} 0.8`])
})
