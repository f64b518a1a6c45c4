import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Scenario } from '../../config/scenario.ts'
import { SECOND_MS } from '../../engine/base/time.ts'
import type { City } from '../../engine/model/city.ts'
import { createFleet, type Fleet } from '../../simulators/fleet.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { type RecordingBroker, startRecordingBroker } from './recording-broker.ts'
import { CLOUDBURST, scenarioOf } from './scenarios.ts'

const EVERYTHING = `${CLOUDBURST}waste: {busy_share: 0.5, fires_per_bin_day: 20}
cameras: {events_per_h: 20, false_share: 0.3}
residents: {report_share: 1}
network: {delay_s: 3, duplicate_share: 0.2}
faults: [{fault: noise, domain: flood, amount: 0.01, from_min: 1, until_min: 5}]
`

let broker: RecordingBroker
const fleets: Fleet[] = []
beforeEach(async () => {
  broker = await startRecordingBroker()
})
afterEach(async () => {
  await Promise.all(fleets.splice(0).map((fleet) => fleet.stop()))
  await broker.stop()
})

interface Choice {
  readonly city?: City
  readonly scenario?: Scenario
  readonly seed?: number
  readonly world?: string | null
}

async function startFleet({ city = smallCity(), scenario = scenarioOf(EVERYTHING), seed = 1, world = null }: Choice = {}): Promise<Fleet> {
  const fleet = createFleet({ city, scenario, seed, world, connect: { url: broker.url }, start: scenario.start })
  fleets.push(fleet)
  await fleet.start()
  return fleet
}

async function advance(fleet: Fleet, seconds: number, step_s = 10): Promise<void> {
  const until = fleet.now + seconds * SECOND_MS
  while (fleet.now < until) await fleet.advance(Math.min(until, fleet.now + step_s * SECOND_MS))
}

/** What a fleet says in twenty minutes. */
async function recorded(choice: Choice, step_s = 10): Promise<string[]> {
  broker.lines.length = 0
  const fleet = await startFleet(choice)
  await advance(fleet, 20 * 60, step_s)
  return broker.sorted()
}

const command = (fleet: Fleet, id: string, expires_s: number, rest: object): object => ({
  id,
  ts: fleet.now,
  expires: fleet.now + expires_s * SECOND_MS,
  reason: { policy: 'test', text: 'test', evidence: [] },
  ...rest,
})

describe('a fleet', () => {
  it('says the same bytes for the same seed, and others for another', async () => {
    const first = await recorded({ seed: 7 })
    expect(first.length).toBeGreaterThan(300)
    expect(await recorded({ seed: 7 })).toEqual(first)
    expect(await recorded({ seed: 8 })).not.toEqual(first)
  })

  it('says the same however long the steps are', async () => {
    const scenario = scenarioOf(EVERYTHING)
    expect(await recorded({ scenario }, 60)).toEqual(await recorded({ scenario }, 1))
  })

  it('is not disturbed by one more device', async () => {
    const city = smallCity()
    const one = city.devices.find(({ id }) => id === 'B1')
    if (one === undefined) throw new Error('no bin B1')
    const larger: City = { ...city, devices: [{ ...one, id: 'A0', at: [120.1, 30.1] }, ...city.devices] }
    const before = await recorded({ city })
    const after = await recorded({ city: larger })
    expect(after.length).toBeGreaterThan(before.length)
    expect(after.filter((line) => !line.includes('/waste/A0/'))).toEqual(before)
  })

  it('has every device report within eight seconds, its state retained', async () => {
    const fleet = await startFleet({ scenario: scenarioOf() })
    await fleet.advance(fleet.now + 8 * SECOND_MS)
    const topics = (channel: string): Set<string> =>
      new Set(broker.lines.map((line) => line.split(' ')[0]).filter((topic) => topic.endsWith(`/${channel}`)))
    expect(topics('reading').size).toBe(smallCity().devices.length)
    expect(topics('state').size).toBe(smallCity().devices.length)
  })

  it('publishes under its world', async () => {
    const fleet = await startFleet({ scenario: scenarioOf(), world: 'drill-1' })
    await fleet.advance(fleet.now + 8 * SECOND_MS)
    expect(broker.lines.every((line) => line.startsWith('world/drill-1/v1/'))).toBe(true)
  })

  it('goes on after a restart as if nothing had been', async () => {
    const choice = { seed: 3 }
    const whole = await startFleet(choice)
    await advance(whole, 10 * 60)
    broker.lines.length = 0
    await advance(whole, 10 * 60)
    const expected = broker.sorted()
    await whole.stop()

    const early = await startFleet(choice)
    await advance(early, 10 * 60)
    const saved: unknown = JSON.parse(JSON.stringify(early.save()))
    await early.stop()
    const scenario = scenarioOf(EVERYTHING)
    const late = createFleet({ city: smallCity(), scenario, seed: 3, world: null, connect: { url: broker.url }, start: 0 })
    fleets.push(late)
    late.restore(saved)
    await late.start()
    broker.lines.length = 0
    await advance(late, 10 * 60)
    expect(broker.sorted()).toEqual(expected)
  })

  it('refuses the save of another fleet', async () => {
    const fleet = await startFleet({ seed: 3 })
    const other = createFleet({ city: smallCity(), scenario: scenarioOf(), seed: 4, world: null, connect: { url: broker.url }, start: 0 })
    expect(() => other.restore(fleet.save())).toThrow(/another fleet/)
    expect(() => other.restore({ version: 0 })).toThrow(/not a saved fleet/)
  })

  it('skips most of a long absence', async () => {
    const fleet = await startFleet({ scenario: scenarioOf() })
    await advance(fleet, 60)
    broker.lines.length = 0
    await fleet.advance(fleet.now + 5 * 24 * 3600 * SECOND_MS)
    expect(broker.lines.length).toBeGreaterThan(smallCity().devices.length)
    expect(broker.lines.length).toBeLessThan(2000)
  })

  it('says clearly that no broker answers', async () => {
    const scenario = scenarioOf()
    const fleet = createFleet({ city: smallCity(), scenario, seed: 1, world: null, connect: { url: 'mqtt://127.0.0.1:1' }, start: 0 })
    await expect(fleet.start()).rejects.toMatchObject({ family: 'neighbour', code: 'broker_away' })
  })
})

describe('commands', () => {
  const PUMP = 'city/v1/d0/drain/P1'
  const settings = (): unknown[] => broker.payloads(`${PUMP}/reading`).map(({ v }) => (v as { setting: number }).setting)
  const statuses = (topic: string): unknown[] => broker.payloads(`${topic}/ack`).map(({ status }) => status)

  it('are obeyed until they expire, then the local control takes over', async () => {
    const fleet = await startFleet({ scenario: scenarioOf() })
    await advance(fleet, 20)
    await broker.publish(`${PUMP}/command`, command(fleet, 'c1', 120, { kind: 'drain.setting', setting: 0.7 }))
    await heard(fleet, 1)
    expect(statuses(PUMP)).toEqual(['done'])
    await advance(fleet, 60)
    expect(settings().at(-1)).toBe(0.7)
    await advance(fleet, 90)
    expect(settings().at(-1)).toBe(0)
  })

  it('are never obeyed once expired', async () => {
    const fleet = await startFleet({ scenario: scenarioOf() })
    await advance(fleet, 20)
    await broker.publish(`${PUMP}/command`, command(fleet, 'c1', 0, { kind: 'drain.setting', setting: 1 }))
    await heard(fleet, 1)
    await advance(fleet, 120)
    expect(statuses(PUMP)).toEqual(['expired'])
    expect(new Set(settings())).toEqual(new Set([0]))
    expect(fleet.score().metrics['fleet.commands_expired']).toBe(1)
  })

  it.each([
    ['drain/P1', { kind: 'drain.setting', setting: 1.5 }, /0 to 1/],
    ['drain/P1', { kind: 'signal.phase', phase: 1 }, /knows no signal.phase/],
    ['signal/J11', { kind: 'signal.phase', phase: 9 }, /no phase 9/],
    ['signal/J11', { kind: 'signal.plan', cycle_s: 60, splits: [{ phase: 0, green_s: 3 }] }, /below the minimum/],
    ['crew/crew-1', { kind: 'crew.task', task: { id: 'T1' } }, /readable task/],
  ])('for %s are rejected with a reason: %j', async (device, body, reason) => {
    const fleet = await startFleet({ scenario: scenarioOf() })
    await advance(fleet, 20)
    await broker.publish(`city/v1/d0/${device}/command`, command(fleet, 'c1', 60, body))
    await heard(fleet, 1)
    const [ack] = broker.payloads(`city/v1/d0/${device}/ack`)
    expect(ack).toMatchObject({ command: 'c1', status: 'rejected', reason: expect.stringMatching(reason) })
  })

  it('change the signal, with clearance and minimum green', async () => {
    const fleet = await startFleet({ scenario: scenarioOf() })
    await advance(fleet, 30)
    await broker.publish('city/v1/d0/signal/J11/command', command(fleet, 'c1', 300, { kind: 'signal.phase', phase: 3, hold_s: 20 }))
    await heard(fleet, 1)
    await advance(fleet, 60)
    const phases = broker.payloads('city/v1/d0/traffic/J11/reading').map(({ phase }) => phase)
    expect(phases.slice(-3)).toEqual([3, 3, 3])
  })

  /** Waits until the fleet has the commands on its socket, then lets it act on them. */
  async function heard(fleet: Fleet, count: number): Promise<void> {
    const before = fleet.counters.commands
    for (let i = 0; i < 200 && fleet.counters.commands < before + count; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      await fleet.advance(fleet.now + 1)
    }
    expect(fleet.counters.commands).toBe(before + count)
    await advance(fleet, 10)
  }
})

describe('a pump', () => {
  const storm = (fault: string): Scenario =>
    scenarioOf(`${CLOUDBURST}faults: [{domain: drain, id: P1, from_min: 0, until_min: 25, ${fault}}]\n`)

  /** Readings and states of P1 over forty minutes of a cloudburst: the float switch starts it. */
  async function heard(fault: string): Promise<{ readings: { flow_m3_s: number; setting: number }[]; online: boolean[]; pumped: number }> {
    broker.lines.length = 0
    const fleet = await startFleet({ scenario: storm(fault) })
    await advance(fleet, 40 * 60)
    const said = (channel: string): { v: { flow_m3_s: number; setting: number }; online: boolean }[] =>
      broker.lines
        .filter((line) => line.startsWith(`city/v1/d0/drain/P1/${channel} `))
        .map((line) => JSON.parse(line.slice(line.indexOf('{'))))
    return {
      readings: said('reading').map(({ v }) => v),
      online: said('state').map(({ online }) => online),
      pumped: said('reading').filter(({ v }) => v.flow_m3_s > 0).length,
    }
  }

  it('that is blocked says that it runs and moves nothing', async () => {
    const { readings, pumped } = await heard('fault: blocked, amount: 1')
    expect(readings.some(({ setting, flow_m3_s }) => setting > 0 && flow_m3_s === 0)).toBe(true)
    expect(pumped).toBeGreaterThan(0)
  })

  it('without power stands still and is told to be offline, until the power is back', async () => {
    const { online, readings } = await heard('fault: power_cut')
    expect(online).toEqual([false, true, true])
    expect(readings[0]).toBeDefined()
    expect(readings.length).toBeLessThan((await heard('fault: blocked, amount: 0')).readings.length)
  })
})
