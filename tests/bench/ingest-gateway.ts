/**
 * What the ingest benchmark measures, a process of its own: `bare` is aedes alone; `door` and `door-strict` are our broker, intake and log.
 * Forked with one JSON argument (`Gateway`); says `{"port":…}` when it listens, and ends when told `stop`.
 */
import { createServer } from 'node:net'
import { Aedes } from 'aedes'
import { createEmbeddedBroker } from '../../gateway/mqtt/embedded-broker.ts'
import { createIntake } from '../../gateway/mqtt/intake.ts'
import { createPseudonym } from '../../gateway/privacy.ts'
import { openLog } from '../../gateway/store/log.ts'

export interface Gateway {
  readonly kind: 'bare' | 'door' | 'door-strict'
  readonly directory: string
  readonly password: string
}

const log = {
  info: () => {},
  warn: (fields: object, message: string) => console.error(message, fields),
  error: (fields: object, message: string) => console.error(message, fields),
}

/** Far above what the benchmark sends: its clients stand for many devices each. */
const LIMITS = { packet_bytes_max: 262_144, client_msg_s_max: 1_000_000, connections_max: 20_000 }

async function startBare(): Promise<number> {
  const aedes = await Aedes.createBroker()
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    aedes.handle(socket)
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

async function startDoor({ directory, password, kind }: Gateway): Promise<number> {
  const events = openLog({ directory, sync_ms: 100, strict: kind === 'door-strict', segment_bytes: 64 * 1024 * 1024, log })
  await events.start()
  const intake = createIntake({
    log: events,
    pseudonym: createPseudonym({ seed: 1 }),
    limits: { reading_age_h_max: 168, reading_ahead_s_max: 120 },
    quarantine_max: 500,
    places: (observation) => ({ verdict: 'kept', observation }),
    onTaken: () => {},
  })
  const broker = createEmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    accept: intake.accept,
    verifyDevice: (_key, given) => given === password,
    bridgeTopics: () => null,
    fleet_password: null,
    simulator: false,
    limits: LIMITS,
    quarantine: intake.quarantine,
    now: Date.now,
    log,
  })
  await broker.start()
  return broker.address?.port ?? 0
}

const [argument] = process.argv.slice(2)
if (process.send !== undefined && argument !== undefined) {
  const gateway = JSON.parse(argument) as Gateway
  process.send({ port: gateway.kind === 'bare' ? await startBare() : await startDoor(gateway) })
  // The log's directory is thrown away; what was asked of it has been measured.
  process.on('message', () => process.exit(0))
  process.on('disconnect', () => process.exit(0))
}
