import { deserialize, serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import type { TrafficCount } from '../../../engine/model/observation.ts'
import { SIGNAL_CONTROLLERS, type SignalControllerName } from '../../../engine/model/signals.ts'
import { isNoisy, meanDelay_s } from '../../../engine/traffic/state.ts'
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
const brainWith = (controller: SignalControllerName, decision_s = 1) =>
  createBrain([], smallCity(), { signals: { controller, decision_s } })
const deciding =
  (controller: SignalControllerName) =>
  (queues: Readonly<Record<string, number>>, more: Partial<TrafficCount> = {}) =>
    phases(brainWith(controller).at(1, counted(1, queues, more)))

describe('max pressure', () => {
  const decide = deciding('max_pressure')

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

  it('names the queues of both phases in its reason', () => {
    const [command] = brainWith('max_pressure').at(1, counted(1, { [north_south[0]]: 3, [east_west[0]]: 9 })).commands
    expect(command.reason.policy).toBe('traffic.max_pressure')
    expect(command.reason.text).toBe(
      'Phase 2 gets green: 9 queued, 0 approaching, pressure 9.0; next best phase 0: 3 queued, 0 approaching, pressure 3.0',
    )
    expect(command.reason.text_zh).toBe('相位 2 放行：排队 9 辆、驶近 0 辆、压力 9.0；其次相位 0：排队 3 辆、驶近 0 辆、压力 3.0')
    expect(command.reason.evidence).toHaveLength(2)
  })
})

describe('the advanced form', () => {
  it('keeps a phase whose vehicles are still to come', () => {
    const coming = {
      [north_south[0]]: { vehicles: 8, queued: 0, approaching: 8 },
      [east_west[0]]: { vehicles: 5, queued: 5, approaching: 0 },
    }
    const told = { in: { ...counted(1, {}).in, ...coming } }
    expect(deciding('efficient_max_pressure')({}, told)).toEqual([2])
    expect(deciding('advanced_max_pressure')({}, told)).toEqual([0])
  })
})

describe('fixed time and its kin', () => {
  it('runs every phase for 30 s with its clearance', () => {
    expect(deciding('fixed')({}, { age_s: 24 })).toEqual([0])
    expect(deciding('fixed')({}, { age_s: 25 })).toEqual([1])
    expect(deciding('fixed')({}, { phase: 3, age_s: 25 })).toEqual([0])
  })

  it('actuated goes to the next phase with a caller when nobody follows', () => {
    expect(deciding('actuated')({ [north_south[0]]: 2, [east_west[0]]: 1 })).toEqual([0])
    expect(deciding('actuated')({ [east_west[0]]: 1 })).toEqual([2])
    expect(deciding('actuated')({})).toEqual([0])
  })

  it('Webster gives the busier phase the longer green', () => {
    /** Seconds of green until the next phase is asked for, when a vehicle comes every so many seconds and drives on after 37 s. */
    const green_s = (every_s: number): number => {
      const brain = brainWith('webster')
      const lane = (s: number) => {
        const on_s = Array.from({ length: 37 }, (_, age_s) => age_s).filter((age_s) => s >= age_s && (s - age_s) % every_s === 0)
        return { vehicles: on_s.length, queued: 0, approaching: on_s.filter((age_s) => age_s >= 21).length }
      }
      const told = (s: number, age_s: number) => counted(s, {}, { age_s, in: { ...counted(s, {}).in, [north_south[0]]: lane(s) } })
      for (let s = 1; s <= 900; s++) brain.at(s, told(s, 1))
      for (let age_s = 10; age_s < 120; age_s++) {
        if (phases(brain.at(900 + age_s, told(900 + age_s, age_s))).some((phase) => phase !== 0)) return age_s
      }
      return 120
    }
    expect(green_s(4)).toBeGreaterThan(green_s(20) + 5)
  })
})

describe('the planner', () => {
  it('serves a queue, and goes on while vehicles follow', () => {
    expect(deciding('planner')({ [north_south[0]]: 1, [east_west[0]]: 9, [east_west[1]]: 9 })).toEqual([2])
    expect(deciding('planner')({ [north_south[0]]: 9, [north_south[1]]: 9, [east_west[0]]: 1 })).toEqual([0])
    expect(deciding('planner')({})).toEqual([0])
  })

  it('plans stage after stage where the clearance is not of whole seconds', () => {
    const city = smallCity()
    const junctions = city.junctions.map((one) => ({ ...one, yellow_s: 3.5, intergreens: [] }))
    const brain = createBrain([], { ...city, junctions }, { signals: { controller: 'planner', decision_s: 1 } })
    const queues = Object.fromEntries(LANES.in.map((id) => [id, 5]))
    expect(factsOf(brain.at(1, counted(1, queues, { age_s: 5 })).facts, 'fault')).toEqual([])
    expect(brain.state.traffic.junctions.get('J11')?.plan?.plan.stages.length).toBeGreaterThan(2)
  })

  it('does not release into a full road', () => {
    const queues = { [east_west[0]]: 12, [north_south_left[0]]: 6 }
    const full = Object.fromEntries((lane(east_west[0])?.into ?? []).map((id) => [id, 200]))
    expect(deciding('planner')(queues)).toEqual([2])
    expect(deciding('planner')({ ...queues, ...full })).toEqual([1])
  })

  it('changes its mind in the last second of a clearance, until the cabinet has ignored it three times', () => {
    const brain = brainWith('planner')
    for (let round = 0; round < 4; round++) {
      const from = round * 20
      const told = (s: number, more: Partial<TrafficCount>) => counted(from + s, { [east_west[0]]: 9, [east_west[1]]: 9 }, more)
      brain.at(from + 1, told(1, { age_s: 30 }))
      for (let s = 2; s <= 4; s++) brain.at(from + s, told(s, { clearing: true, target: 1, age_s: s - 1 }))
      brain.at(from + 5, told(5, { clearing: true, target: 1, age_s: 4 }))
      expect(brain.state.traffic.junctions.get('J11')?.retargeted).toBe(round < 3)
      // It shows what it was told first; the request is then taken back.
      brain.at(from + 6, told(6, { phase: 1, target: 1, age_s: 0 }))
    }
    expect(brain.state.traffic.junctions.get('J11')?.ignored).toBe(3)
  })

  it('takes back a request that the cabinet has not followed before it can obey it too early', () => {
    const brain = brainWith('planner')
    expect(phases(brain.at(1, counted(1, { [east_west[0]]: 9 }, { age_s: 30 })))).toEqual([2])
    expect(phases(brain.at(2, counted(2, { [east_west[0]]: 9 }, { phase: 1, age_s: 1 })))).toEqual([1])
  })

  it('tells its neighbour what it will release', () => {
    const neighbour = smallCity().junctions[1]
    const feeding = neighbour.entering.find(({ id }) => LANES.out.includes(id))
    const into = junction.entering.find(({ into: next }) => feeding !== undefined && next.includes(feeding.id))
    expect([feeding, into]).not.toContain(undefined)
    const brain = brainWith('planner')
    const phase = junction.phases.find(({ lanes }) => lanes.includes(into?.id ?? ''))?.index ?? 0
    brain.at(1, counted(1, { [into?.id ?? '']: 6 }, { phase }))
    const l = LANES.in.indexOf(into?.id ?? '')
    expect(brain.state.traffic.junctions.get('J11')?.plan?.plan.departures[l].at_s).toHaveLength(6)
  })

  it('keeps the same plans over a restart', () => {
    const brain = brainWith('planner')
    for (let s = 1; s < 30; s++) brain.at(s, counted(s, { [east_west[0]]: s % 7 }, { age_s: s % 20 }))
    expect(deserialize(serialize(brain.state.traffic))).toEqual(brain.state.traffic)
  })
})

describe('every controller', () => {
  it.each(SIGNAL_CONTROLLERS)(
    '%s says nothing before the minimum green and while clearing, and decides no oftener than asked',
    (controller) => {
      const queues = { [east_west[0]]: 9 }
      const decide = deciding(controller)
      expect(decide(queues, { age_s: 9 })).toEqual([])
      expect(decide(queues, { clearing: true, target: 2, age_s: 1 })).toEqual([])
      const brain = brainWith(controller, 15)
      const decided = new Set<number | null | undefined>()
      for (let s = 1; s <= 31; s++) {
        brain.at(s, counted(s, { [north_south[0]]: 5 }))
        decided.add(brain.state.traffic.junctions.get('J11')?.decided)
      }
      expect(decided.size).toBe(3)
    },
  )

  it.each(SIGNAL_CONTROLLERS)('%s never decides on an old count', (controller) => {
    expect(phases(brainWith(controller).at(90, counted(1, { [east_west[0]]: 5 })))).toEqual([])
  })

  it.each(SIGNAL_CONTROLLERS)('%s lets nobody wait for ever', (controller) => {
    const brain = brainWith(controller)
    const asked = new Set<number>()
    let [phase, age_s] = [0, 30]
    for (let s = 1; s <= 420; s++) {
      const seen = phases(
        brain.at(s, counted(s, { [north_south[0]]: 30, [north_south[1]]: 30, [east_west_left[0]]: 1 }, { phase, age_s: age_s++ })),
      )
      for (const next of seen) {
        asked.add(next)
        if (next !== phase) [phase, age_s] = [next, 10]
      }
      if (phase === 3) break
    }
    expect(asked).toContain(3)
  })
})

describe('faults of detectors', () => {
  it('miscounts are noticed by lanes that lose vehicles at red, true counts are believed', () => {
    const doubtAfter = (noise: (s: number) => number) => {
      const brain = brainWith('planner')
      for (let s = 1; s <= 120; s++) brain.at(s, counted(s, { [east_west[0]]: 6 + noise(s), [east_west[1]]: 6 + noise(s + 1) }))
      const memory = brain.state.traffic.junctions.get('J11')
      return memory !== undefined && isNoisy(memory)
    }
    expect(doubtAfter((s) => (s % 3 === 0 ? 1 : 0))).toBe(true)
    expect(doubtAfter((s) => Math.floor(s / 10))).toBe(false)
  })

  it('a silent lane gets the queue that its like would have', () => {
    const brain = brainWith('planner')
    const { [east_west[0]]: _silent, ...heard } = counted(1, {}).in
    let served = false
    let vehicles = 0
    for (let s = 1; s <= 300 && !served; s++) {
      // Elsewhere a vehicle enters every ten seconds and the running phase serves it.
      vehicles = s % 10 === 0 ? 1 : 0
      const in_ = { ...heard, [north_south[0]]: { vehicles, queued: 0, approaching: vehicles } }
      served = phases(brain.at(s, counted(s, {}, { in: in_ }))).includes(2)
    }
    expect(served).toBe(true)
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
