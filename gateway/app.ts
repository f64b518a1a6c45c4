/**
 * The program as one list: every part is built here, started in this order and stopped in the reverse one. Nothing else joins parts.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { loadCalendar } from '../config/calendar.ts'
import { loadCityByName } from '../config/city.ts'
import { PROJECT_ROOT } from '../config/project-root.ts'
import { ruleNames } from '../config/rules.ts'
import { loadRunCards } from '../config/run-cards.ts'
import { dispatchPolicy, type Settings, signalPolicy, signalSettings, wastePolicy } from '../config/settings.ts'
import { formatProblem, UrbanError } from '../engine/base/errors.ts'
import type { CityState } from '../engine/city-state.ts'
import type { City } from '../engine/model/city.ts'
import { cameraDoubts, presetNow, rules } from '../engine/view.ts'
import { createAccess } from './access.ts'
import { createAnswers } from './answers.ts'
import { acceptedByBridge, createCommandSender } from './app-commands.ts'
import { createDataDirectory } from './app-directory.ts'
import { createDocuments } from './app-documents.ts'
import { openDoor } from './app-door.ts'
import { fleetConnection, fleetPassword } from './app-fleet.ts'
import { createHealth } from './app-health.ts'
import { createLife, type NamedPart } from './app-life.ts'
import { listening, urlOf } from './app-listen.ts'
import { buildBroker, buildStore, createClockAck, readTls } from './app-parts.ts'
import { buildPhoneParts } from './app-phones.ts'
import { buildRunner } from './app-runner.ts'
import { createBridgeStills } from './bridge-stills.ts'
import { dataPaths } from './data-directory.ts'
import { createDemoFleet } from './demo-fleet.ts'
import { reportClasses } from './dialects/case-codes.ts'
import { DIALECTS } from './dialects/list.ts'
import type { DrillHash } from './drill-hash.ts'
import { createDrillReports } from './drill-reports.ts'
import { findFloodModel } from './flood-model.ts'
import { createHistory } from './history.ts'
import { createHttp } from './http/server.ts'
import { createInbox, readSenders } from './inbox.ts'
import { createJournal } from './journal.ts'
import { createHub } from './live/hub.ts'
import { createIntake } from './mqtt/intake.ts'
import { createOrders } from './orders.ts'
import type { Logger, Taken } from './parts.ts'
import { createPlaces } from './places.ts'
import { createPtz } from './ptz.ts'
import { restart } from './restart.ts'
import { createRuleBook, rulesDirectory } from './rules/rule-book.ts'
import { createSaver } from './saver.ts'
import { createSolver } from './solver-worker.ts'
import { createStepper, type Stepped } from './stepper.ts'
import { createStills } from './stills.ts'
import { openLog } from './store/log.ts'
import { VERSION } from './version.ts'
import { findWasteModel } from './waste-model.ts'
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

/** Messages that may wait for their step before senders are held back by their PUBACK. */
const BACKLOG_MAX = 50_000

/** @throws UrbanError input for what its owner has to change */
export async function createApp({ settings, world = null, logger, prompt = false, onStepped }: AppOptions): Promise<App> {
  const simulated = settings.clock === 'mqtt'
  const paths = dataPaths(settings.data)
  const tls = readTls(settings)
  const city = await getCity(settings)
  const warn = (message: string): void => logger.warn({}, message)
  const fleet_password = fleetPassword(settings)

  const access = createAccess(paths.directory)
  const directory = createDataDirectory({ paths, settings, city, world, access, logger })
  const log = openLog({
    directory: paths.log,
    sync_ms: settings.log_sync_ms,
    strict: settings.log_strict,
    segment_bytes: settings.log_segment_bytes,
    log: logger,
  })
  const journal = createJournal({ directory: paths.journal, days: settings.journal_days, now: Date.now, warn })
  const flood_model = await findFloodModel(settings['flood.model'], settings.city === 'demo' ? null : settings.city, city)
  const waste_model = await findWasteModel(settings['waste.model'], settings.city === 'demo' ? null : settings.city)
  const solver = createSolver({ city, flood_model, waste_model })
  const reports = createDrillReports(paths.drills)
  const calendar = await loadCalendar(settings.city === 'demo' ? null : settings.city)
  const run_cards = await loadRunCards(settings['dispatch.run_cards'], settings.city === 'demo' ? null : settings.city)
  const stepper = createStepper({
    city,
    world: world ?? settings.world,
    seed: settings.seed,
    lockstep: simulated,
    limits: settings,
    signals: signalSettings(settings),
    signal_policy: signalPolicy(settings),
    flood_acts: settings['flood.acts'],
    dispatch: dispatchPolicy(settings, run_cards),
    waste: wastePolicy(settings),
    calendar,
    hash: simulated,
  })
  const state = (): CityState => stepper.state
  const now = simulated ? () => state().now : Date.now

  const arrival = (received: number): number => (simulated ? now() : received)
  const {
    book,
    desk,
    foreign,
    parts: doors,
  } = await openDoor({
    city,
    city_directory: settings.city === 'demo' ? null : settings.city,
    paths,
    classes: new Set(run_cards.keys()),
    simulated,
    pseudonym: directory.pseudonym,
    arrival,
    still: (still) => bridge_stills.offer(still),
    broker: () => broker,
    logger,
  })
  const intake = createIntake({
    log,
    pseudonym: directory.pseudonym,
    limits: settings,
    quarantine_max: settings.quarantine_max,
    places: createPlaces(city, (device) => presetNow(state(), device)),
    onTaken: take,
    translate: foreign.translate,
    order: (order, from) => orders.hear(order, from),
    onRefused: desk.note,
    ...(simulated ? { onClock: (clock) => lockstep?.clock(clock) } : {}),
  })
  const { broker, embedded } = buildBroker({
    settings,
    tls,
    fleet_password,
    accept: (message, done) => intake.accept(message, heldBack(done)),
    verifyDevice: (key, password) => access.verifyDevice(key, password),
    bridgeTopics: (key) => access.bridgeTopics(key),
    foreign: book.settings.subscribe,
    quarantine: intake.quarantine,
    logger,
  })
  const history = createHistory({
    store: buildStore(settings, paths, warn),
    log,
    decode: (record) => intake.observe(record),
    position_file: paths.stored(settings.store),
    arrivals: settings.clock === 'wall',
    rows_max: settings.write_queue_rows_max,
    now: Date.now,
    logger,
  })

  const { runner, lockstep, solveOutstanding } = buildRunner({
    settings,
    world,
    stepper,
    log,
    journal,
    solver,
    reports,
    now,
    handOn,
    publishAck: createClockAck(broker, embedded !== null),
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
  const handedOver = simulated ? null : acceptedByBridge(intake, Date.now)
  const sendCommands = createCommandSender({
    broker,
    embedded,
    one_by_one: simulated && !prompt,
    ptz: createPtz(() => book.settings.bindings),
    handedOver,
    logger,
  })
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
  const ruleBook = createRuleBook({
    directory: rulesDirectory(settings.rules, settings.city === 'demo' ? null : settings.city),
    versions: paths.rules,
    around: { names: ruleNames(city), calendar },
    inForce: () => (stepper.memory.rules.length > 0 ? stepper.memory.rules : rules(state())),
    deliver: (set) => runner.observe({ kind: 'rules', ts: now(), rules: set }),
    reload: !simulated,
    now,
    logger,
  })
  const fleet =
    fleet_password === null
      ? null
      : createDemoFleet({
          city,
          seed: settings.seed,
          connect: () => fleetConnection(settings, tls !== null, embedded, fleet_password),
          file: paths.fleet,
          logger,
        })

  const orders = createOrders({ runner, accept: intake.accept, limits: settings, state, now, simulated })
  const hub = createHub({
    state,
    mode: simulated ? 'drill' : 'live',
    city: city.id,
    buffer_bytes_max: settings.live_buffer_bytes_max,
  })
  const senders = readSenders(settings.inbox)
  // Nobody outside is told of a drill.
  const answers = createAnswers({ senders: simulated ? [] : senders, state, file: paths.answers, now: Date.now, logger })
  const stills = createStills({ directory: paths.stills, city, now: Date.now, warn })
  const bridge_stills = createBridgeStills({ stills, doubts: () => cameraDoubts(state()), tell: tellStill, now: Date.now, warn })
  const { phones, photos, crewHub, notifier, ...outside } = buildPhoneParts({ settings, paths, state, logger })
  const { health, metrics } = createHealth({
    settings,
    version: VERSION,
    state,
    sources: { intake, foreign, broker, log, history, hub, runner, stepper, saver, ruleBook, fleet, lockstep, notifier, book, answers },
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
      place: orders.place,
      ...outside,
      crewFrame: crewHub.frameOf,
      phones,
      photos,
      stills,
      journal,
      quarantine: intake.quarantine,
      desk,
      dialects: { book, list: DIALECTS, counters: foreign.counters },
      report_classes: reportClasses(run_cards),
      documents: createDocuments({
        foreign,
        acceptForeign: intake.acceptForeign,
        inbox: createInbox(senders, paths.webhooks),
        arrival,
        now: Date.now,
      }),
      rule_book: ruleBook,
      drills: reports,
      health,
      metrics,
      flood_model,
      waste_model,
      solve: (problem) => solver.solve({ id: 'view', problem }),
    },
    verifyToken: (token) => phones.verify(token) ?? access.verifyToken(token),
    upgrades: {
      '/live': {
        guarded: (request, socket, head, { phone }) =>
          phone === undefined ? hub.accept(request, socket, head) : crewHub.accept(request, socket, head, phone),
      },
      ...(embedded === null ? {} : { '/mqtt': { accept: (request, socket, head) => embedded.handleUpgrade(request, socket, head) } }),
    },
    logger,
  })

  /** Started from top to bottom, stopped from bottom to top: messages come in last and stop first. */
  const parts: readonly NamedPart[] = [
    ['data directory', directory],
    ['log', log],
    ['journal', journal],
    ['solver', { start: async () => {}, stop: () => solver.stop() }],
    ['state', { start: goOn, stop: async () => {} }],
    ['history', history],
    ['snapshots', saver],
    ['rules', ruleBook],
    ...doors,
    ['phones', phones],
    ['photos', photos],
    ['stills', stills],
    ['HTTP', listening(http, { name: 'HTTP', host: settings.host, port: settings.port, flag: '--port' })],
    ['live', hub],
    ['crews', crewHub],
    ['notices', notifier],
    ['answers', answers],
    ['MQTT', listening(broker, { name: 'MQTT', host: settings.mqtt_host, port: settings.mqtt_port, flag: '--mqtt-port' })],
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
    if (simulated || runner.backlog < BACKLOG_MAX) return done
    return (error) => void runner.settled().then(() => done(error))
  }

  async function handOn(stepped: Stepped): Promise<void> {
    hub.note(stepped.facts)
    orders.note(stepped)
    notifier.note(stepped)
    await bridge_stills.settle()
    answers.note()
    onStepped?.(stepped)
    await sendCommands(stepped.commands)
  }

  /** In a drill the trail is what the simulator's steps make, byte for byte. */
  function tellStill(about: string): void {
    if (!simulated) void orders.order({ type: 'still.take_in', about }, 'mqtt', randomUUID())
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
    solveOutstanding()
  }

  const life = createLife(parts, logger)
  return {
    city,
    state,
    health,
    start: life.start,
    stop: life.stop,
    hash: () => stepper.memory.hash,
    get addresses() {
      return { http: urlOf('http', tls !== null, http.address), mqtt: urlOf('mqtt', tls !== null, embedded?.address) }
    },
  }
}

async function getCity(settings: Settings): Promise<City> {
  const { city, problems } = await loadCityByName(settings.city, settings.seed)
  if (problems.length > 0) throw new UrbanError('input', 'city', problems.map(formatProblem).join('\n'))
  return city
}
