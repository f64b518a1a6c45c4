import { describe, expect, it } from 'vitest'
import type { OperatorOrder } from '../../../engine/model/observation.ts'
import { cameraDoubts, cameraTrust, incidents } from '../../../engine/view.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { createBrain, event, factsOf, reading, T0 } from '../../support/brain.ts'

const [C1, C2] = ['d0/camera/C1', 'd0/camera/C2']
const [low_point] = smallCity().low_points
const open = (brain: ReturnType<typeof createBrain>) => [...incidents(brain.state)].filter(({ active }) => active).map((one) => one.class)
const order = (s: number, act: OperatorOrder, by = 'ana') => ({ kind: 'operator' as const, ts: T0 + s * 1000, id: `o${s}${by}`, by, act })
const judge = (verdict: boolean, type: 'camera.judge' | 'camera.label' = 'camera.judge'): OperatorOrder => ({
  type,
  event: `${C1} e1`,
  verdict,
})
const weak = (device: string, s: number, more = {}) => event(device, s, { type: 'road.flooded', at: low_point.at, score: 0.5, ...more })

describe('fusion', () => {
  it('puts a doubtful event to a person, with its evidence', () => {
    const brain = createBrain()
    brain.at(1, weak(C1, 1, { media: 'stills/e1.jpg' }))
    expect(open(brain)).toEqual([])
    expect(cameraDoubts(brain.state)).toMatchObject([
      {
        key: `${C1} e1`,
        type: 'road.flooded',
        raised: false,
        verdict: null,
        evidence: [{ from: 'camera', source: C1 }],
        media: 'stills/e1.jpg',
      },
    ])
    expect(cameraDoubts(brain.state)[0].probability).toBeCloseTo(1 / (1 + 4 ** (-1 / 3)), 2)
  })

  it('needs nobody where a gauge agrees, and asks somebody where it stands dry', () => {
    const wet = createBrain()
    wet.at(1, reading('d0/flood/G1', 1, { level_m: low_point.threshold_m + 0.1 }))
    wet.at(2, weak(C1, 2))
    expect(open(wet)).toContain('flood.waterlogging')
    const dry = createBrain()
    dry.at(1, reading('d0/flood/G1', 1, { level_m: 0 }))
    dry.at(2, weak(C1, 2, { score: 0.95 }))
    expect(open(dry)).toEqual([])
    expect(cameraDoubts(dry.state)[0].evidence.map(({ log_odds }) => Math.sign(log_odds))).toEqual([1, -1])
  })

  it('joins two cameras and a resident that each would not suffice', () => {
    const report: OperatorOrder = { type: 'incident.report', class: 'road.flooded', severity: 'watch', at: low_point.at, text: 'water' }
    const brain = createBrain()
    brain.at(1, weak(C1, 1))
    brain.at(2, weak(C2, 2, { id: 'e2' }), order(2, report))
    expect(cameraDoubts(brain.state)[0].evidence.map(({ from }) => from)).toEqual(['camera', 'camera', 'person'])
    expect(cameraDoubts(brain.state)[0].raised).toBe(true)
  })
})

describe('verdicts', () => {
  it('make the incident or take it back, and move precision and threshold of that camera and type only', () => {
    const brain = createBrain()
    brain.at(1, weak(C1, 1))
    expect(factsOf(brain.at(2, order(2, judge(true))).facts, 'operator')).toMatchObject([{ done: true }])
    expect(open(brain)).toContain('flood.waterlogging')
    const [before, untouched] = [cameraTrust(createBrain().state, C1, 'road.flooded'), cameraTrust(brain.state, C2, 'road.flooded')]
    expect(untouched).toEqual(before)
    expect(cameraTrust(brain.state, C1, 'road.flooded').precision).toBeCloseTo(5 / 6)
    expect(cameraTrust(brain.state, C1, 'road.flooded').threshold).toBeLessThan(before.threshold)
  })

  it('of false take back what was raised, and the next one has to be surer', () => {
    const brain = createBrain()
    for (let i = 0; i < 4; i++) {
      brain.at(10 * i, event(C1, 10 * i, { id: `f${i}`, score: 0.62 }))
      brain.at(10 * i + 1, order(10 * i + 1, { type: 'camera.judge', event: `${C1} f${i}`, verdict: false }))
      expect(open(brain)).toEqual([])
    }
    expect(cameraTrust(brain.state, C1, 'road.accident').precision).toBeCloseTo(4 / 9)
    brain.at(100, event(C1, 100, { id: 'f9', score: 0.7 }))
    expect(open(brain)).toEqual([])
    brain.at(101, event(C1, 101, { id: 'f10', score: 0.9 }))
    expect(open(brain)).toEqual(['road.accident'])
  })

  it('of volunteers count when two of them agree; nobody judges twice', () => {
    const brain = createBrain()
    brain.at(1, weak(C1, 1))
    brain.at(2, order(2, judge(true, 'camera.label'), 'wang'))
    brain.at(3, order(3, judge(true, 'camera.label'), 'wang'))
    brain.at(4, order(4, judge(false, 'camera.label'), 'li'))
    expect(cameraDoubts(brain.state)[0].verdict).toBeNull()
    brain.at(5, order(5, judge(true, 'camera.label'), 'zhao'))
    expect(cameraDoubts(brain.state)[0].verdict).toBe(true)
    expect(factsOf(brain.at(6, order(6, judge(false))).facts, 'operator')).toMatchObject([{ done: false }])
  })
})
