import { Compile } from 'typebox/compile'
import { expect, it } from 'vitest'
import { SECOND_MS } from '../../engine/base/time.ts'
import { AckPayload, CrewEventPayload, EventPayload, ReadingPayload, StatePayload, TrafficPayload } from '../../gateway/wire/payloads.ts'
import { parseDeviceTopic } from '../../gateway/wire/topics.ts'
import { createFleet } from '../../simulators/fleet.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { startRecordingBroker } from './recording-broker.ts'
import { CLOUDBURST, scenarioOf } from './scenarios.ts'

const checks = {
  reading: Compile(ReadingPayload),
  traffic: Compile(TrafficPayload),
  event: Compile(EventPayload),
  crew: Compile(CrewEventPayload),
  state: Compile(StatePayload),
  ack: Compile(AckPayload),
}

function checkOf(topic: string): keyof typeof checks {
  const parsed = parseDeviceTopic(topic)
  if (parsed === null || parsed.channel === 'command') throw new Error(`not a device's topic: ${topic}`)
  if (parsed.channel === 'event' && parsed.domain === 'crew') return 'crew'
  return parsed.channel === 'reading' && parsed.domain === 'traffic' ? 'traffic' : parsed.channel
}

it('a fleet says nothing that the wire contract does not allow', async () => {
  const broker = await startRecordingBroker()
  const scenario = scenarioOf(
    `${CLOUDBURST}waste: {busy_share: 0.5, fires_per_bin_day: 20}\ncameras: {events_per_h: 20, false_share: 0.3}\nresidents: {report_share: 1}\n`,
    120,
  )
  const fleet = createFleet({ city: smallCity(), scenario, seed: 1, world: null, connect: { url: broker.url }, start: scenario.start })
  await fleet.start()
  const crews = smallCity().crews.map(({ id }) => id)
  const place = smallCity().low_points[0].at
  broker.onClock(async (step) => {
    const ts = fleet.now
    const reason = { policy: 'test', text: 'test', evidence: [] }
    const task = { id: `T${step}`, kind: 'flood.waterlogging', where: { at: place }, service_s: 123, route: [place] }
    const order = { id: `c${step}`, ts, expires: ts + 60_000, kind: 'crew.task', task, reason }
    for (const crew of crews) await broker.publish(`city/v1/d0/crew/${crew}/command`, order)
  })
  for (let step = 0; step < 12; step++) {
    await fleet.advance(fleet.from + step * 600 * SECOND_MS)
    await fleet.clock.tick(step, fleet.now)
  }
  await fleet.stop()
  await broker.stop()
  const seen = new Set<string>()
  for (const line of broker.lines.filter((one) => !one.includes('/clock '))) {
    const [topic] = line.split(' ', 1)
    const name = checkOf(topic)
    seen.add(name)
    const payload: unknown = JSON.parse(line.slice(topic.length + 1))
    if (!checks[name].Check(payload)) throw new Error(`${line}: ${JSON.stringify(checks[name].Errors(payload))}`)
  }
  expect([...seen].sort()).toEqual(['ack', 'crew', 'event', 'reading', 'state', 'traffic'])
  const fills = broker.lines
    .filter((line) => /\/waste\/\S+\/reading /.test(line))
    .map((line) => JSON.parse(line.slice(line.indexOf(' '))).v.fill_pct)
  expect(Math.max(...fills), 'a full bin says 100 and no more').toBe(100)
  expect(fleet.score().metrics['crews.done']).toBeGreaterThan(2)
})
