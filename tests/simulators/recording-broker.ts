/** A broker on a free loopback port that writes down what passes, and an engine's stand-in that acknowledges the clock. */
import { createServer } from 'node:net'
import { Aedes } from 'aedes'
import { canonical } from '../../engine/base/canonical.ts'

export interface RecordingBroker {
  readonly url: string
  /** `topic payload` of every message of a fleet, in order of arrival. */
  readonly lines: string[]
  /** Lines sorted: what was said, whatever order the connections brought it in. */
  sorted(): string[]
  payloads(topic: string): Record<string, unknown>[]
  publish(topic: string, payload: object): Promise<void>
  /** Called for each clock message; afterwards it is acknowledged. */
  onClock(handler: (step: number | null) => Promise<void>): void
  stop(): Promise<void>
}

export async function startRecordingBroker(): Promise<RecordingBroker> {
  const aedes = await Aedes.createBroker()
  const server = createServer({ noDelay: true }, aedes.handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const lines: string[] = []
  const publish = (topic: string, payload: object): Promise<void> =>
    new Promise((resolve, reject) => {
      const packet = { cmd: 'publish', topic, payload: canonical(payload), qos: 1, retain: false, dup: false } as const
      aedes.publish(packet, (error) => (error ? reject(error) : resolve()))
    })
  let clockHandler: ((step: number | null) => Promise<void>) | null = null
  aedes.on('publish', ({ topic, payload }, client) => {
    if (client === null) return
    lines.push(`${topic} ${payload}`)
    if (clockHandler === null || !topic.endsWith('/clock')) return
    const { world, step, end } = JSON.parse(String(payload)) as { world: string; step?: number; end?: boolean }
    void clockHandler(step ?? null).then(() => publish(`${topic}/ack`, end ? { world, end } : { world, step }))
  })
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    lines,
    sorted: () => [...lines].sort(),
    payloads: (topic) => lines.filter((line) => line.startsWith(`${topic} `)).map((line) => JSON.parse(line.slice(topic.length + 1))),
    publish,
    onClock(handler) {
      clockHandler = handler
    },
    stop: () =>
      new Promise((resolve) => {
        aedes.close(() => server.close(() => resolve()))
      }),
  }
}
