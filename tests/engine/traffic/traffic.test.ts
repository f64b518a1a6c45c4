import { describe, expect, it } from 'vitest'
import type { TrafficCount } from '../../../engine/model/observation.ts'
import { meanDelay_s } from '../../../engine/traffic/state.ts'
import { signalView } from '../../../engine/view.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { count, createBrain, factsOf } from '../../support/brain.ts'

const JUNCTION = 'd0/traffic/J11'
const [junction] = smallCity().junctions
const LANES = { in: junction.entering.map(({ id }) => id), out: junction.leaving.map(({ id }) => id) }
const [north_south, north_south_left, east_west, east_west_left] = junction.phases.map(({ lanes }) => lanes)
const lane = (id: string) => junction.entering.find((entering) => entering.id === id)

const counted = (seconds: number, queues: Readonly<Record<string, number>>, more: Partial<TrafficCount> = {}) =>
  count(JUNCTION, seconds, LANES, queues, more)
const phases = (outcome: ReturnType<ReturnType<typeof createBrain>['at']>) =>
  outcome.commands.flatMap((command) => (command.kind === 'signal.phase' ? [command.phase] : []))
const decide = (queues: Readonly<Record<string, number>>, more: Partial<TrafficCount> = {}) =>
  phases(createBrain().at(1, counted(1, queues, more)))

describe('max pressure', () => {
  it('gives green to the longer queue', () => {
    expect(decide({ [north_south[0]]: 3, [east_west[0]]: 9 })).toEqual([2])
  })

  it('keeps the running phase when no other has more', () => {
    expect(decide({ [north_south[0]]: 5, [east_west[0]]: 5 })).toEqual([0])
  })

  it('counts what stands downstream against a phase', () => {
    const queues = { [north_south_left[0]]: 3, [east_west_left[0]]: 9 }
    const full = Object.fromEntries((lane(east_west_left[0])?.into ?? []).map((id) => [id, 20]))
    expect(decide(queues, { phase: 1 })).toEqual([3])
    expect(decide({ ...queues, ...full }, { phase: 1 })).toEqual([1])
  })

  it('leaves the junction to its local plan before the minimum green, while clearing, and when a lane is silent', () => {
    const queues = { [east_west[0]]: 9 }
    expect(decide(queues, { age_s: 9 })).toEqual([])
    expect(decide(queues, { clearing: true })).toEqual([])
    const { [north_south[0]]: _silent, ...heard } = counted(1, queues).in
    expect(decide(queues, { in: heard })).toEqual([])
  })

  it('ends the longest green when somebody else waits, and only then', () => {
    expect(decide({ [north_south[0]]: 9, [east_west[0]]: 1 }, { age_s: 60 })).toEqual([2])
    expect(decide({ [north_south[0]]: 9 }, { age_s: 60 })).toEqual([0])
  })

  it('decides every five seconds and no oftener, on the newest count', () => {
    const brain = createBrain()
    brain.at(1, counted(1, { [north_south[0]]: 5 }))
    const decided = []
    for (let s = 2; s <= 8; s++) {
      brain.at(s, counted(s, { [east_west[0]]: 5 }))
      decided.push(brain.state.traffic.junctions.get('J11')?.decided)
    }
    expect(new Set(decided).size).toBe(2)
  })

  it('never decides on an old count', () => {
    expect(phases(createBrain().at(90, counted(1, { [east_west[0]]: 5 })))).toEqual([])
  })

  it('names the queues of both phases in its reason', () => {
    const [command] = createBrain().at(1, counted(1, { [north_south[0]]: 3, [east_west[0]]: 9 })).commands
    expect(command.reason.text).toBe('Phase 2 gets green: 9 queued, pressure 9.0, against phase 0: 3 queued, pressure 3.0')
    expect(command.reason.text_zh).toBe('相位 2 放行：排队 9 辆、压力 9.0；相位 0：排队 3 辆、压力 3.0')
    expect(command.reason.evidence).toHaveLength(2)
  })
})

it('shows the junction and tells what was measured lane by lane', () => {
  const brain = createBrain()
  const { facts } = brain.at(1, counted(1, { [north_south[0]]: 3 }))
  expect(factsOf(facts, 'measured')[0].values).toMatchObject({ phase: 0, [`in.${north_south[0]}`]: [3, 3, 0] })
  expect(signalView(brain.state, JUNCTION)).toMatchObject({ phase: 0, queued_veh: 3, vehicles_veh: 3 })
  expect(signalView(brain.state, 'd0/traffic/J21')).toBeNull()
})

it('estimates the delay by Little’s law: where half of the vehicles stand, the delay is the free run', () => {
  const brain = createBrain()
  const lanes = Object.fromEntries(LANES.in.map((id) => [id, { vehicles: 4, queued: 2, approaching: 2 }]))
  brain.at(1, counted(1, {}, { in: lanes }))
  expect(meanDelay_s(brain.state.traffic, brain.state.context, 60_000, brain.state.now)).toBeCloseTo(400 / 11.1, 6)
})
