import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { distance_m } from '../../engine/base/geo.ts'
import { SECOND_MS } from '../../engine/base/time.ts'
import { createFleet, type Fleet } from '../../simulators/fleet.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { type RecordingBroker, startRecordingBroker } from './recording-broker.ts'
import { CLOUDBURST, scenarioOf } from './scenarios.ts'

const CREW = 'city/v1/d0/crew/crew-1'
const city = smallCity()
const node = (id: string): readonly [number, number] => city.nodes.find((one) => one.id === id)?.at ?? fail()

let broker: RecordingBroker
let fleet: Fleet
beforeEach(async () => {
  broker = await startRecordingBroker()
})
afterEach(async () => {
  await fleet.stop()
  await broker.stop()
})

/** crew-1 offered a task at `at`, before it has gone anywhere far. */
async function offer(scenarioText: string, task: object = {}, step_s = 10): Promise<void> {
  const scenario = { ...scenarioOf(scenarioText, 120), step_s }
  fleet = createFleet({ city, scenario, seed: 2, world: null, connect: { url: broker.url }, start: scenario.start })
  await fleet.start()
  await fleet.advance(fleet.now + 10 * SECOND_MS)
  await send('crew.task', { task: { ...TASK, ...task } })
}

const TASK = {
  id: 'T1',
  kind: 'flood.waterlogging',
  where: { at: node('n02') },
  service_s: 300,
  route: [node('n00'), node('n01'), node('n02')],
}

async function send(kind: string, fields: object): Promise<void> {
  const before = fleet.counters.commands
  const id = `c-${broker.lines.length}`
  const reason = { policy: 'test', text: 'test', evidence: [] }
  await broker.publish(`${CREW}/command`, { id, ts: fleet.now, expires: fleet.now + 60_000, kind, reason, ...fields })
  while (fleet.counters.commands === before) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    await fleet.advance(fleet.now + 1)
  }
}

async function pass(minutes: number): Promise<void> {
  for (let i = 0; i < minutes * 6; i++) await fleet.advance(fleet.now + 10 * SECOND_MS)
}

const presses = (): string[] =>
  broker
    .payloads(`${CREW}/event`)
    .map(({ type }) => String(type))
    .filter((type) => type.startsWith('task.'))

describe('a crew phone', () => {
  it('drives a round stop by stop, takes the stops that come later, and tells how full bins were in fifths', async () => {
    const [first, second] = city.devices.filter(({ kind }) => kind === 'bin')
    const stop = (id: string, { id: bin, at }: typeof first) => ({
      id,
      kind: 'bin',
      ref: `d0/waste/${bin}`,
      at,
      service_s: 60,
      route: [at],
    })
    const tip = { id: '9', kind: 'tip', ref: 'tip-1', at: node('n00'), service_s: 60, route: [node('n00')] }
    const round = { kind: 'waste.round', where: { at: first.at } }
    await offer('', { ...round, stops: [stop('1', first), tip] })
    await pass(1)
    await send('crew.task', { task: { ...TASK, ...round, stops: [stop('1', first), stop('2', second), tip] } })
    await pass(20)
    const told = broker.payloads(`${CREW}/event`).flatMap(({ type, stop: at }) => (String(type).startsWith('stop.') ? [{ type, at }] : []))
    expect(told.map(({ type }) => type)).toEqual(['stop.emptied', 'stop.emptied', 'stop.tipped'])
    for (const { at } of told.slice(0, 2)) expect([20, 40, 60, 80, 100]).toContain((at as { found_pct: number }).found_pct)
    expect(presses()).toEqual(['task.accepted', 'task.enroute'])
    const [, level] = broker
      .payloads('city/v1/d0/waste/B1/reading')
      .map(({ v }) => (v as { fill_pct: number }).fill_pct)
      .slice(-2)
    expect(level).toBeLessThan(10)
  })

  it('accepts, drives the route, works and reports done', async () => {
    await offer('')
    await pass(20)
    expect(presses()).toEqual(['task.accepted', 'task.enroute', 'task.onsite', 'task.done'])
    const ids = broker.payloads(`${CREW}/event`).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const [{ status }] = broker.payloads(`${CREW}/ack`)
    expect(status).toBe('accepted')
  })

  it.each([
    [1, 5],
    [10, 10],
  ])('moves at a plausible speed and, with steps of %i s, reports every %i s on the way', async (step_s, every_s) => {
    await offer('', {}, step_s)
    await pass(6)
    const [enroute, onsite] = ['task.enroute', 'task.onsite'].map((type) =>
      Number(broker.payloads(`${CREW}/event`).find((event) => event.type === type)?.ts),
    )
    const path = broker.payloads(`${CREW}/reading`).filter(({ ts }) => Number(ts) > enroute && Number(ts) < onsite)
    expect(path.length).toBeGreaterThan(5)
    for (let i = 1; i < path.length; i++) {
      const [a, b] = [path[i - 1], path[i]].map(({ v }) => v as { lon: number; lat: number })
      const elapsed_s = (Number(path[i].ts) - Number(path[i - 1].ts)) / SECOND_MS
      expect(elapsed_s).toBe(every_s)
      expect(distance_m([a.lon, a.lat], [b.lon, b.lat]) / elapsed_s).toBeLessThan(16)
    }
    const { v } = broker.payloads(`${CREW}/reading`).at(-1) ?? fail()
    const { lon, lat } = v as { lon: number; lat: number }
    expect(distance_m([lon, lat], node('n02'))).toBeLessThan(5)
  })

  it('pumps while it is on site, and stays until the water is gone', async () => {
    const where = city.low_points[0].at
    await offer(CLOUDBURST, { where: { at: where }, service_s: 900 })
    await pass(60)
    expect(presses()).toContain('task.done')
    const { metrics } = fleet.score()
    expect(metrics['crews.done']).toBe(1)
    expect(metrics['crews.pumps_before_flood']).toBe(1)
  })

  it('empties the bin that it is sent to', async () => {
    await offer('waste: {fill_factor: 30}', { kind: 'waste.overflow', where: { at: city.devices.find(({ id }) => id === 'B1')?.at } })
    const fills = (): number[] => broker.payloads('city/v1/d0/waste/B1/reading').map(({ v }) => (v as { fill_pct: number }).fill_pct)
    await pass(30)
    expect(presses()).toContain('task.done')
    expect(Math.max(...fills()) - Math.min(...fills().slice(1))).toBeGreaterThan(20)
    expect(fleet.score().metrics['waste.emptied']).toBeGreaterThanOrEqual(1)
  })

  it('takes an order that comes twice only once', async () => {
    await offer('')
    await send('crew.task', { task: TASK })
    await pass(20)
    await send('crew.task', { task: TASK })
    await pass(5)
    expect(presses()).toEqual(['task.accepted', 'task.enroute', 'task.onsite', 'task.done'])
    expect(broker.payloads(`${CREW}/ack`).map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted'])
  })

  it('declines a second task while it has one', async () => {
    await offer('')
    await pass(1)
    await send('crew.task', { task: { ...TASK, id: 'T2' } })
    await pass(1)
    expect(broker.payloads(`${CREW}/ack`).at(-1)).toMatchObject({ status: 'rejected', reason: 'busy' })
  })

  it('drops a task when it is recalled', async () => {
    await offer('')
    await pass(2)
    await send('crew.recall', { task: 'T1', text: 'no longer needed' })
    await pass(20)
    expect(presses()).not.toContain('task.done')
    await send('crew.task', { task: { ...TASK, id: 'T2' } })
    await pass(2)
    expect(presses().at(-1)).toBe('task.enroute')
  })

  it('refuses when the scenario says so, and ignores when it says that', async () => {
    await offer('crews: {refuse_share: 1}')
    await pass(2)
    expect(presses()).toEqual(['task.refused'])
    await fleet.stop()
    broker.lines.length = 0
    await offer('crews: {ignore_share: 1}')
    await pass(15)
    expect(presses()).toEqual([])
  })
})

function fail(): never {
  throw new Error('not found')
}
