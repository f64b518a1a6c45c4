import { describe, expect, it } from 'vitest'
import { deviceView } from '../../../engine/view.ts'
import { createBrain, factsOf, reading, T0 } from '../../support/brain.ts'

const GAUGE = 'd0/flood/G1'
const RAIN = 'd0/flood/R1'
const values = (brain: ReturnType<typeof createBrain>, key = GAUGE) => deviceView(brain.state, key)?.values

describe('order', () => {
  it('takes the newest reading as the live one and says what was measured', () => {
    const brain = createBrain()
    const { facts } = brain.at(1, reading(GAUGE, 1, { level_m: 0.1 }))
    expect(factsOf(facts, 'measured')).toEqual([
      { kind: 'measured', device: GAUGE, ts: T0 + 1000, values: { level_m: 0.1 }, quality: 'good' },
    ])
    expect(deviceView(brain.state, GAUGE)).toMatchObject({ values: { level_m: 0.1 }, ts: T0 + 1000, online: true, quality: 'good' })
  })

  it('keeps an older reading as late and changes nothing live', () => {
    const brain = createBrain()
    brain.at(60, reading(GAUGE, 60, { level_m: 0.1 }))
    const { facts } = brain.at(61, reading(GAUGE, 30, { level_m: 0.4 }))
    expect(factsOf(facts, 'measured').map(({ quality }) => quality)).toEqual(['late'])
    expect(values(brain)).toEqual({ level_m: 0.1 })
  })

  it('drops a reading that came before, also when a newer one lies between', () => {
    const brain = createBrain()
    brain.at(60, reading(GAUGE, 30, { level_m: 0.1 }, { seq: 7 }), reading(GAUGE, 60, { level_m: 0.2 }))
    const { facts } = brain.at(61, reading(GAUGE, 60, { level_m: 0.2 }), reading(GAUGE, 30, { level_m: 0.1 }, { seq: 7 }))
    expect(facts.map(({ kind }) => kind)).toEqual(['dropped', 'dropped'])
  })

  it('joins metrics of one time that come in two messages', () => {
    const brain = createBrain()
    const { facts } = brain.at(
      5,
      reading(GAUGE, 5, { level_m: 0.1 }),
      reading(GAUGE, 5, { flow_m3_s: 2 }),
      reading(GAUGE, 5, { flow_m3_s: 2 }),
    )
    expect(factsOf(facts, 'measured')).toHaveLength(2)
    expect(factsOf(facts, 'dropped')).toHaveLength(1)
    expect(values(brain)).toEqual({ level_m: 0.1, flow_m3_s: 2 })
  })

  it('lets a stored batch amend history only, even where it is the newest', () => {
    const brain = createBrain()
    brain.at(60, reading(GAUGE, 60, { level_m: 0.1 }))
    const { facts } = brain.at(70, reading(GAUGE, 65, { level_m: 0.9 }, { backfill: true }))
    expect(factsOf(facts, 'measured').map(({ quality }) => quality)).toEqual(['late'])
    expect(values(brain)).toEqual({ level_m: 0.1 })
    expect(factsOf(brain.at(71, reading(GAUGE, 65, { level_m: 0.1 })).facts, 'measured')).toHaveLength(1)
  })

  it('distrusts a reading that lay in a queue for hours, and says so once', () => {
    const brain = createBrain()
    brain.at(7200, reading(GAUGE, 7200, { level_m: 0.1 }))
    brain.at(14_400)
    const old = brain.at(14_401, reading(GAUGE, 7260, { level_m: 0.4 }), reading(GAUGE, 7320, { level_m: 0.4 }))
    expect(factsOf(old.facts, 'quality')).toMatchObject([{ metric: '*', quality: 'suspect', cause: 'clock' }])
    const { facts } = brain.at(14_402, reading(GAUGE, 14_402, { level_m: 0.2 }))
    expect(factsOf(facts, 'quality')).toMatchObject([{ metric: '*', quality: 'good', cause: 'recovered' }])
  })
})

describe('quality', () => {
  const causes = (...levels: (readonly [seconds: number, value: number])[]) => {
    const brain = createBrain()
    return levels.flatMap(([seconds, value]) =>
      factsOf(brain.at(seconds, reading(GAUGE, seconds, { level_m: value })).facts, 'quality').map(({ cause }) => cause),
    )
  }

  it('marks a value outside its physical range, tighter where the rim is known, and its recovery', () => {
    expect(causes([0, 0.1], [60, -1.5], [120, 0.1])).toEqual(['range', 'recovered'])
    expect(causes([0, 6.3])).toEqual(['range'])
    expect(causes([0, 6.1])).toEqual([])
  })

  it('passes a splash over, and believes a jump that the next reading confirms', () => {
    expect(causes([0, 0.1], [60, 2.1], [120, 0.1], [180, 0.12])).toEqual(['spike', 'recovered'])
    expect(causes([0, 0.1], [60, 1.2], [120, 1.25])).toEqual(['spike', 'recovered'])
    expect(causes([0, 0.1], [60, 0.7])).toEqual([])
  })

  it('finds a gauge stuck while it rains, and not in the dry', () => {
    const run = (rain_mm_h: number, level_m: number): (string | undefined)[] => {
      const brain = createBrain()
      const found: string[] = []
      for (let s = 0; s <= 3600; s += 300) {
        const { facts } = brain.at(s, reading(RAIN, s, { rain_mm_h: rain_mm_h + s / 1e6 }), reading(GAUGE, s, { level_m }))
        found.push(...factsOf(facts, 'quality').map(({ cause, device }) => `${device} ${cause}`))
      }
      return found
    }
    expect(run(10, 0.25)).toEqual([`${GAUGE} stuck`])
    expect(run(0, 0.25)).toEqual([])
    expect(run(10, 0)).toEqual([])
  })

  it('keeps believed metrics of a reading whose other metric is suspect', () => {
    const brain = createBrain([])
    const { facts } = brain.at(0, reading('d0/waste/B1', 0, { fill_pct: 50, temperature_c: 5000 }))
    expect(factsOf(facts, 'measured')[0]).toMatchObject({ quality: 'suspect', values: { fill_pct: 50, temperature_c: 5000 } })
    expect(brain.state.waste.bins.get('d0/waste/B1')?.fill_pct).toBe(50)
    expect(deviceView(brain.state, 'd0/waste/B1')).toMatchObject({ quality: 'suspect', causes: { temperature_c: 'range' } })
  })

  it('judges every element of a list', () => {
    const brain = createBrain()
    const { facts } = brain.at(0, reading('d0/weather/W1', 0, { rain_forecast_mm_h: [1, 2, -3] }))
    expect(factsOf(facts, 'quality').map(({ cause }) => cause)).toEqual(['range'])
  })
})

describe('presence', () => {
  it('calls a device silent after three intervals, and heard when it speaks again', () => {
    const brain = createBrain()
    expect(factsOf(brain.at(0, reading(GAUGE, 0, { level_m: 0.1 })).facts, 'presence')).toMatchObject([{ online: true, cause: 'heard' }])
    expect(factsOf(brain.at(179).facts, 'presence')).toEqual([])
    expect(factsOf(brain.at(180).facts, 'presence')).toEqual([
      { kind: 'presence', device: GAUGE, ts: T0 + 180_000, online: false, cause: 'silent' },
    ])
    expect(factsOf(brain.at(1000).facts, 'presence')).toEqual([])
    expect(deviceView(brain.state, GAUGE)).toMatchObject({ online: false, causes: { '*': 'silent' }, values: { level_m: 0.1 } })
    expect(factsOf(brain.at(1001, reading(GAUGE, 1001, { level_m: 0.1 })).facts, 'presence')).toMatchObject([
      { online: true, cause: 'heard' },
    ])
  })

  it('counts from the last word, not from the first', () => {
    const brain = createBrain()
    brain.at(0, reading(GAUGE, 0, { level_m: 0.1 }))
    brain.at(100, reading(GAUGE, 100, { level_m: 0.1 }))
    expect(factsOf(brain.at(279).facts, 'presence')).toEqual([])
    expect(factsOf(brain.at(280).facts, 'presence')).toHaveLength(1)
  })

  it('believes a last will at once and a device about its battery', () => {
    const brain = createBrain()
    const said = { kind: 'presence', device: GAUGE, rssi_dbm: null, fw: null } as const
    brain.at(0, { ...said, ts: T0, online: true, battery_pct: 40 })
    expect(factsOf(brain.at(5, { ...said, ts: null, online: false, battery_pct: null }).facts, 'presence')).toMatchObject([
      { online: false, cause: 'said' },
    ])
    expect(deviceView(brain.state, GAUGE)).toMatchObject({ online: false, battery_pct: 40 })
    expect(factsOf(brain.at(6, reading(GAUGE, 6, { level_m: 0 })).facts, 'presence')).toMatchObject([{ online: true, cause: 'heard' }])
  })
})

it('takes in devices and metrics that nobody knows', () => {
  const brain = createBrain()
  const { facts } = brain.at(0, reading('d7/waste/stranger', 0, { smell: 9, fill_pct: 12 }))
  expect(factsOf(facts, 'measured')).toMatchObject([{ quality: 'good', values: { smell: 9, fill_pct: 12 } }])
  expect(deviceView(brain.state, 'd7/waste/stranger')).toMatchObject({ online: true, values: { smell: 9, fill_pct: 12 } })
  expect(deviceView(brain.state, 'd7/waste/nobody')).toBeNull()
})
