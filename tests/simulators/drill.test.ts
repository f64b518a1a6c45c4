import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Command } from '../../engine/model/command.ts'
import type { Fact } from '../../engine/model/fact.ts'
import { type DrillProgress, runDrill } from '../../simulators/drill.ts'
import { createFleet, type Fleet } from '../../simulators/fleet.ts'
import { createScore, scoreLines } from '../../simulators/score.ts'
import { createTally } from '../../simulators/tally.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { type RecordingBroker, startRecordingBroker } from './recording-broker.ts'
import { CLOUDBURST, scenarioOf } from './scenarios.ts'

const scenario = scenarioOf(`${CLOUDBURST}expect: [flood.points_flooded >= 1, incidents == 0, flood.depth_m_max < 0]\n`)
let broker: RecordingBroker
let fleet: Fleet
beforeEach(async () => {
  broker = await startRecordingBroker()
  fleet = createFleet({ city: smallCity(), scenario, seed: 1, world: null, connect: { url: broker.url }, start: scenario.start })
  await fleet.start()
})
afterEach(async () => {
  await fleet.stop()
  await broker.stop()
})

/** Commands the first pump to a setting that changes every step. */
async function commandPump(step: number | null): Promise<void> {
  if (step === null) return
  const now = scenario.start + step * 10_000
  const reason = { policy: 'test', text: 'test', evidence: [] }
  const setting = (step % 10) / 10
  const command = { id: `c${step}`, ts: now, expires: now + 60_000, kind: 'drain.setting', setting, reason }
  await broker.publish('city/v1/d0/drain/P1/command', command)
}

describe('a drill', () => {
  it('plays the scenario in lockstep to its end, and judges it', async () => {
    broker.onClock(async () => {})
    const progress: DrillProgress[] = []
    const options = { fleet, scenario, clock: fleet.clock, speed: Number.POSITIVE_INFINITY }
    const { score, steps } = await runDrill({ ...options, observed: () => ({ incidents: 2 }), onProgress: (one) => progress.push(one) })
    expect(steps).toBe(361)
    expect(progress.at(-1)).toEqual({ step: 360, steps: 360, now: scenario.start + 3_600_000 })
    const clock = broker.payloads('city/v1/clock')
    expect(clock[0]).toEqual({ world: 'test', step: 0, now: scenario.start })
    expect(clock.at(-1)).toMatchObject({ world: 'test', end: true, metrics: score.metrics })
    expect(score.verdicts.map(({ passed }) => passed)).toEqual([true, false, false])
    expect(score.passed).toBe(false)
  })

  it('has every command of a step before the next one, every time', async () => {
    broker.onClock(commandPump)
    await runDrill({ fleet, scenario, clock: fleet.clock, speed: Number.POSITIVE_INFINITY })
    expect(fleet.counters.commands).toBe(360)
    const acked = broker.payloads('city/v1/d0/drain/P1/ack')
    expect(acked.map(({ command }) => command)).toEqual(Array.from({ length: 360 }, (_, step) => `c${step}`))
    for (const [step, { ts }] of acked.entries()) expect(ts).toBe(scenario.start + step * 10_000)
  })

  it('keeps to the speed it is given', async () => {
    broker.onClock(async () => {})
    const short = scenarioOf('', 1)
    const began = performance.now()
    await runDrill({ fleet, scenario: short, clock: fleet.clock, speed: 200 })
    expect(performance.now() - began).toBeGreaterThanOrEqual(290)
  })
})

describe('a score', () => {
  const input = { scenario, seed: 1, from: 0, until: 1, metrics: { 'flood.points_flooded': 2, incidents: 0 } }

  it('never passes what nobody measured', () => {
    const { verdicts } = createScore(input)
    expect(verdicts.map(({ passed, value }) => [passed, value])).toEqual([
      [true, 2],
      [true, 0],
      [false, null],
    ])
  })

  it('is read by people', () => {
    expect(scoreLines(createScore(input))).toEqual([
      'flood.points_flooded  2',
      'incidents             0',
      'pass  flood.points_flooded >= 1  (2)',
      'pass  incidents == 0  (0)',
      'FAIL  flood.depth_m_max < 0  (not measured)',
    ])
  })
})

describe('a tally', () => {
  it('counts each incident and task once, commands by kind, and nothing as nothing', () => {
    const tally = createTally(['incidents.waste.fire', 'quality.jump', 'flood.points_flooded'])
    const incident = { id: 'i1', class: 'flood.waterlogging', status: 'detected' }
    const facts = [
      { kind: 'incident', incident },
      { kind: 'incident', incident: { ...incident, status: 'resolved' } },
      { kind: 'task', task: { id: 't1', status: 'done' } },
      { kind: 'task', task: { id: 't1', status: 'done' } },
      { kind: 'quality', quality: 'suspect', cause: 'stuck' },
      { kind: 'quality', quality: 'good', cause: 'recovered' },
      { kind: 'presence', online: false, cause: 'silent' },
      { kind: 'presence', online: true, cause: 'heard' },
      { kind: 'dropped', cause: 'duplicate' },
      { kind: 'measured', quality: 'late' },
      { kind: 'measured', quality: 'good' },
    ] as unknown as Fact[]
    tally.take(facts, [{ kind: 'drain.setting' }, { kind: 'drain.setting' }] as unknown as Command[])
    expect(tally.metrics()).toEqual({
      facts: 11,
      commands: 2,
      'commands.drain.setting': 2,
      incidents: 1,
      'incidents.flood.waterlogging': 1,
      'incidents.waste.fire': 0,
      'incidents.dismissed': 0,
      tasks: 1,
      'tasks.done': 1,
      'presence.silent': 1,
      'quality.stuck': 1,
      'quality.jump': 0,
      'readings.duplicate': 1,
      'readings.late': 1,
    })
  })
})
