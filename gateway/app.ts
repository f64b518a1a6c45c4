/**
 * The program as one list: every part is built here, started in this order and stopped in the reverse one. Nothing else joins parts.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { loadCityByName } from '../config/city.ts'
import { PROJECT_ROOT } from '../config/project-root.ts'
import { type Settings, signalPolicy, signalSettings } from '../config/settings.ts'
import { formatProblem, UrbanError } from '../engine/base/errors.ts'
import { SECOND_MS } from '../engine/base/time.ts'
import type { CityState } from '../engine/city-state.ts'
import type { City } from '../engine/model/city.ts'
import type { Command } from '../engine/model/command.ts'
import { kpis, rules } from '../engine/view.ts'
import type { Connect } from '../simulators/connection.ts'
import { createAccess } from './access.ts'
import { createHealth } from './app-health.ts'
import { buildBroker, buildStore, createClockAck, listenError, readTls } from './app-parts.ts'
import { commandMessage } from './commands.ts'
import { claimDirectory, dataPaths, takeDirectory } from './data-directory.ts'
import { createDemoFleet } from './demo-fleet.ts'
import type { DrillHash } from './drill-hash.ts'
import { createDrillReports } from './drill-reports.ts'
import { createHistory } from './history.ts'
import { createHttp } from './http/server.ts'
import { createJournal } from './journal.ts'
import { createHub } from './live/hub.ts'
import { createLockstep } from './lockstep.ts'
import { createIntake } from './mqtt/intake.ts'
import { createOrders } from './orders.ts'
import type { Logger, Part, Taken } from './parts.ts'
import { createPseudonym, type Pseudonym } from './privacy.ts'
import { restart } from './restart.ts'
import { createRulesWatch, rulesDirectory } from './rules-watch.ts'
import { createRunner } from './runner.ts'
import { createSaver } from './saver.ts'
import { createSolver } from './solver-worker.ts'
import { createStepper, type LockstepRun, type Stepped } from './stepper.ts'
import { openLog } from './store/log.ts'
import { VERSION } from './version.ts'
import type { HealthAnswer } from './wire/api.ts'

export interface AppOptions {
  readonly settings: Settings
  /** World given by its owner; without one the first clock message names it (contract section 6). */
  readonly world?: string | null
  readonly logger: Logger
  /** The simulators acknowledge at once (TCP_NODELAY, as ours do): a step's commands need not leave one by one (mqtt/pubacks.ts). */
  readonly prompt?: boolean
  /** After each step, when its record is in the log. */
  readonly onStepped?: (stepped: Stepped) => void
}

export interface App {
  start(): Promise<void>
  stop(): Promise<void>
  /** URLs; null before the start, and for MQTT with an outside broker. */
  readonly addresses: { readonly http: string | null; readonly mqtt: string | null }
  state(): CityState
  /** Facts and commands of the lockstep run so far. */
  hash(): DrillHash
  health(): HealthAnswer
  readonly city: City
}

/** Time allowed to each part to stop. */
const STOP_MS_MAX = 10 * SECOND_MS
/** Messages that may wait for their step before senders are held back by their PUBACK. */
const BACKLOG_MAX = 50_000

/** @throws UrbanError input for what its owner has to change */
export async function createApp({ settings, world = null, logger, prompt = false, onStepped }: AppOptions): Promise<App> {
  const simulated = settings.clock === 'mqtt'
  const paths = dataPaths(settings.data)
  const tls = readTls(settings)
  const city = await getCity(settings)
  const warn = (message: string): void => logger.warn({}, message)
  const fleet_wanted = settings.fleet === 'demo' || (settings.fleet === 'auto' && settings.city === 'demo' && !simulated)
  const fleet_password = fleet_wanted ? randomBytes(24).toString('base64url') : null

  const access = createAccess(paths.directory)
  const log = openLog({
    directory: paths.log,
    sync_ms: settings.log_sync_ms,
    strict: settings.log_strict,
    segment_bytes: settings.log_segment_bytes,
    log: logger,
  })
  const journal = createJournal({ directory: paths.journal, days: settings.journal_days, now: Date.now, warn })
  const solver = createSolver({ city })
  const reports = createDrillReports(paths.drills)
  const stepper = createStepper({
    city,
    world: world ?? settings.world,
    seed: settings.seed,
    lockstep: simulated,
    limits: settings,
    signals: signalSettings(settings),
    signal_policy: signalPolicy(settings),
    hash: simulated,
  })
  const state = (): CityState => stepper.state
  const now = simulated ? () => state().now : Date.now

  /** Its key lies in the data directory, which is not ours before the start. */
  let pseudonym: Pseudonym = () => {
    throw new UrbanError('ours', 'not_started', 'messages came before the start')
  }
  const intake = createIntake({
    log,
    pseudonym: (subject) => pseudonym(subject),
    limits: settings,
    quarantine_max: settings.quarantine_max,
    onTaken: take,
    ...(simulated ? { onClock: (clock) => lockstep.clock(clock) } : {}),
  })
  const { broker, embedded } = buildBroker({
    settings,
    tls,
    fleet_password,
    accept: (message, done) => intake.accept(message, heldBack(done)),
    verifyDevice: (key, password) => access.verifyDevice(key, password),
    quarantine: intake.quarantine,
    logger,
  })
  const history = createHistory({
    store: buildStore(settings, paths, warn),
    log,
    decode: (record) => intake.observe(record),
    position_file: paths.stored(settings.store),
    rows_max: settings.write_queue_rows_max,
    now: Date.now,
    logger,
  })

  const wall = createRunner({
    stepper,
    log,
    journal,
    now,
    observations_max: settings.step_observations_max,
    onStepped: (stepped) => {
      for (const request of stepped.requests) void solve(request)
      void handOn(stepped)
    },
    logger,
  })
  const lockstep = createLockstep({
    stepper,
    log,
    journal,
    solver,
    world,
    now: Date.now,
    onStepped: handOn,
    publishAck: createClockAck(broker, embedded !== null),
    onEnd: writeReport,
    refuse: ({ taken, reason }) =>
      intake.quarantine.add({
        at: taken.received,
        topic: taken.topic,
        from: 'simulator',
        kind: 'time',
        reason,
        payload: Buffer.from(taken.payload),
      }),
    logger,
  })
  const runner = simulated ? lockstep : wall
  const saver = createSaver({
    file: paths.snapshot,
    stepper,
    journal,
    log,
    stored: () => history.stored,
    now: Date.now,
    snapshot_s: settings.snapshot_s,
    log_keep_h: settings.log_keep_h,
    log_sync_ms: settings.log_sync_ms,
    logger,
  })
  const rulesWatch = createRulesWatch({
    directory: rulesDirectory(settings.rules, settings.city === 'demo' ? null : settings.city),
    names: city.devices.flatMap((device) => [...device.metrics, ...Object.keys(device.params)]),
    inForce: () => (stepper.memory.rules.length > 0 ? stepper.memory.rules : rules(state())),
    deliver: (set) => runner.observe({ kind: 'rules', ts: now(), rules: set }),
    reload: !simulated,
    logger,
  })
  const fleet = fleet_wanted ? createDemoFleet({ city, seed: settings.seed, connect: fleetConnection, file: paths.fleet, logger }) : null

  const orders = createOrders({ runner, accept: intake.accept, limits: settings, now, simulated })
  const hub = createHub({
    state,
    mode: simulated ? 'drill' : 'live',
    city: city.id,
    buffer_bytes_max: settings.live_buffer_bytes_max,
  })
  const { health, metrics } = createHealth({
    settings,
    version: VERSION,
    state,
    sources: { intake, broker, log, history, hub, runner, stepper, saver, rulesWatch, fleet, lockstep: simulated ? lockstep : null },
  })
  const http = await createHttp({
    host: settings.host,
    port: settings.port,
    tls,
    version: VERSION,
    dashboard: join(PROJECT_ROOT, 'dist/dashboard'),
    parts: {
      city,
      state,
      now,
      history,
      order: orders.order,
      press: orders.press,
      journal,
      quarantine: intake.quarantine,
      ruleProblems: () => rulesWatch.problems,
      drills: reports,
      health,
      metrics,
    },
    verifyToken: (token) => access.verifyToken(token),
    upgrades: {
      '/live': { guarded: true, accept: (request, socket, head) => hub.accept(request, socket, head) },
      ...(embedded === null
        ? {}
        : { '/mqtt': { guarded: false, accept: (request, socket, head) => embedded.handleUpgrade(request, socket, head) } }),
    },
    logger,
  })

  /** Started from top to bottom, stopped from bottom to top: messages come in last and stop first. */
  const parts: readonly (readonly [name: string, part: Part])[] = [
    ['data directory', claimed()],
    ['log', log],
    ['journal', journal],
    ['solver', { start: async () => {}, stop: () => solver.stop() }],
    ['state', { start: goOn, stop: async () => {} }],
    ['history', history],
    ['snapshots', saver],
    ['rules', rulesWatch],
    ['HTTP', named(http, { name: 'HTTP', host: settings.host, port: settings.port, flag: '--port' })],
    ['live', hub],
    ['MQTT', named(broker, { name: 'MQTT', host: settings.mqtt_host, port: settings.mqtt_port, flag: '--mqtt-port' })],
    // Steps begin when their commands can leave; what came in since the line above has waited.
    ['engine', runner],
    ...(fleet === null ? [] : [['fleet', fleet] as const]),
  ]

  function take(taken: Taken): void {
    if (taken.world !== null) return
    history.take(taken)
    runner.take(taken)
  }

  /** Above the limit a sender gets its PUBACK only when the engine has caught up, so memory stays bounded. */
  function heldBack(done: (error?: Error) => void): (error?: Error) => void {
    if (runner.backlog < BACKLOG_MAX) return done
    return (error) => void wall.settled().then(() => done(error))
  }

  async function handOn(stepped: Stepped): Promise<void> {
    hub.note(stepped.facts)
    orders.note(stepped)
    onStepped?.(stepped)
    if (simulated && !prompt) for (const command of stepped.commands) await sendCommand(command)
    else await Promise.all(stepped.commands.map(sendCommand))
  }

  async function sendCommand(command: Command): Promise<void> {
    const { topic, payload } = commandMessage(command)
    try {
      await broker.publish(topic, payload, { qos: 1, retain: false })
      // One at a time while a simulator waits for the step (pubacks.ts).
      if (simulated && !prompt) await embedded?.settled()
    } catch (error) {
      // The command stays issued: `act` repeats it until it is acknowledged or expires.
      logger.warn({ device: command.device, kind: command.kind, error: String(error) }, 'a command could not be published')
    }
  }

  async function solve(request: Stepped['requests'][number]): Promise<void> {
    const answer = await solver.solve(request)
    await wall
      .observe({ kind: 'solution', ts: Date.now(), request: request.id, answer })
      .catch((error: unknown) => logger.error({ error: String(error) }, "a solver's answer could not be logged"))
  }

  async function writeReport(run: LockstepRun, given: Readonly<Record<string, unknown>>): Promise<void> {
    const { hash } = stepper.memory
    const file = await reports.write({
      id: `${run.world}-${run.first_now}-${stepper.memory.n}`,
      world: run.world,
      steps: run.steps,
      from: run.first_now,
      to: run.now,
      hash,
      metrics: given,
      kpis: [...kpis(state())],
    })
    logger.info({ world: run.world, steps: run.steps, sha256: hash.digest, file }, 'the run has ended')
  }

  function claimed(): Part {
    let release: (() => void) | null = null
    return {
      async start() {
        release = takeDirectory(paths)
        pseudonym = createPseudonym(simulated ? { seed: settings.seed } : { directory: paths.directory })
        claimDirectory(paths, {
          city: city.id,
          source: city.source,
          clock: settings.clock,
          world: simulated && world === null ? '(named by its clock)' : settings.world,
          seed: settings.seed,
        })
        const token = access.ensureAdminToken()
        if (token.created) logger.info({ file: token.file }, 'first start: a token for the role admin was written')
      },
      async stop() {
        release?.()
      },
    }
  }

  async function goOn(): Promise<void> {
    const { pending, marks } = await restart({
      snapshot_file: paths.snapshot,
      log,
      stepper,
      journal,
      observe: (record) => intake.observe(record),
      logger,
    })
    saver.begin(marks)
    for (const taken of pending) runner.take(taken)
    if (!simulated) for (const request of stepper.memory.outstanding.values()) void solve(request)
  }

  function fleetConnection(): Connect {
    if (embedded?.address) {
      const { host, port } = embedded.address
      return {
        url: `${tls === null ? 'mqtt' : 'mqtts'}://${host}:${port}`,
        username: 'fleet',
        password: fleet_password ?? '',
        trusted: true,
      }
    }
    return { url: settings.broker, username: settings.broker_username, password: settings.broker_password }
  }

  let started: (readonly [string, Part])[] = []
  async function stop(): Promise<void> {
    const stopping = started.reverse()
    started = []
    for (const [name, part] of stopping) await stopInTime(name, part, logger)
  }

  return {
    city,
    state,
    health,
    stop,
    hash: () => stepper.memory.hash,
    async start() {
      try {
        for (const [name, part] of parts) {
          // A part that failed half-way is stopped too.
          started.push([name, part])
          await part.start()
        }
      } catch (error) {
        await stop()
        throw error
      }
    },
    get addresses() {
      const urlOf = (scheme: string, at: { host: string; port: number } | null | undefined): string | null =>
        at === null || at === undefined
          ? null
          : `${scheme}${tls === null ? '' : 's'}://${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`
      return { http: urlOf('http', http.address), mqtt: urlOf('mqtt', embedded?.address) }
    },
  }
}

async function getCity(settings: Settings): Promise<City> {
  const { city, problems } = await loadCityByName(settings.city, settings.seed)
  if (problems.length > 0) throw new UrbanError('input', 'city', problems.map(formatProblem).join('\n'))
  return city
}

/** The same part, whose start says which setting to change when it cannot listen. */
function named(part: Part, what: Parameters<typeof listenError>[1]): Part {
  return {
    async start() {
      try {
        await part.start()
      } catch (error) {
        throw listenError(error, what)
      }
    },
    stop: () => part.stop(),
  }
}

/** One part that hangs or throws must not keep the others from stopping. */
async function stopInTime(name: string, part: Part, logger: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), STOP_MS_MAX)
  })
  try {
    if ((await Promise.race([part.stop(), late])) === 'late')
      logger.error({ part: name }, `did not stop within ${STOP_MS_MAX / SECOND_MS} s`)
  } catch (error) {
    logger.error({ part: name, error: String(error) }, 'did not stop cleanly')
  } finally {
    clearTimeout(timer)
  }
}
