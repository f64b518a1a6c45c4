/** How the parts are: for people (`/api/v1/health`) and for Prometheus (`/metrics`). */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Settings } from '../config/settings.ts'
import { MINUTE_MS } from '../engine/base/time.ts'
import type { CityState } from '../engine/city-state.ts'
import type { Answers } from './answers.ts'
import type { DemoFleet } from './demo-fleet.ts'
import type { DialectBook } from './dialect-book.ts'
import type { Foreign } from './foreign.ts'
import type { History } from './history.ts'
import type { Metric } from './http/parts.ts'
import type { Hub } from './live/hub.ts'
import type { Lockstep } from './lockstep.ts'
import type { Intake } from './mqtt/intake.ts'
import type { Notifier } from './notify/notifier.ts'
import type { Broker } from './parts.ts'
import type { RuleBook } from './rules/rule-book.ts'
import type { Runner } from './runner.ts'
import type { Saver } from './saver.ts'
import type { Stepper } from './stepper.ts'
import type { Log } from './store/log.ts'
import type { HealthAnswer } from './wire/api.ts'

export interface HealthOptions {
  readonly settings: Settings
  readonly version: string
  readonly state: () => CityState
  readonly sources: {
    readonly intake: Intake
    readonly foreign: Foreign
    readonly broker: Broker
    readonly log: Log
    readonly history: History
    readonly hub: Hub
    readonly runner: Runner
    readonly stepper: Stepper
    readonly saver: Saver
    readonly ruleBook: RuleBook
    readonly fleet: DemoFleet | null
    readonly lockstep: Lockstep | null
    readonly notifier: Notifier
    readonly book: DialectBook
    readonly answers: Answers
  }
}

type PartHealth = HealthAnswer['parts'][number]

/** Devices heard in the last minute, by the brain's clock. */
function devicesReporting(state: CityState): number {
  let count = 0
  for (const device of state.sense.devices.values()) if (device.ts !== null && device.ts > state.now - MINUTE_MS) count++
  return count
}

export function createHealth({ settings, version, state, sources }: HealthOptions) {
  const started = Date.now()
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const { intake, foreign, broker, log, history, hub, runner, stepper, saver, ruleBook, fleet, lockstep, notifier, book, answers } = sources

  function partHealth(): PartHealth[] {
    const lag_s = (history.lag_ms() / 1000).toFixed(1)
    return [
      {
        name: 'broker',
        ok: broker.ready,
        detail: broker.ready ? 'taking messages in' : `the broker ${settings.broker} is away; messages wait there`,
      },
      {
        name: 'log',
        ok: log.counters.write_errors === 0,
        detail:
          log.counters.write_errors === 0
            ? `${log.counters.records} records`
            : `${log.counters.write_errors} writes failed; see the log of the process`,
      },
      {
        name: 'history',
        ok: history.ready,
        detail: history.ready
          ? `${settings.store}, ${lag_s} s behind`
          : `${settings.store} is away; readings wait in the log and will be caught up`,
      },
      {
        name: 'engine',
        ok: runner.backlog < settings.step_observations_max * 4,
        detail: `${runner.backlog} messages waiting for their step`,
      },
      {
        name: 'rules',
        ok: ruleBook.problems.length === 0,
        detail:
          ruleBook.problems.length === 0
            ? `${state().rules.rules.length} in force`
            : `refused, the old ones stay: ${ruleBook.problems.join('; ')}`,
      },
      {
        name: 'dialects',
        ok: book.problems.length === 0,
        detail:
          book.problems.length === 0
            ? `${book.settings.bindings.length} bindings in force`
            : `refused, the old ones stay: ${book.problems.join('; ')}`,
      },
      { name: 'live', ok: true, detail: `${hub.counters.clients} clients, ${hub.counters.behind} behind` },
      ...(fleet === null
        ? []
        : [
            {
              name: 'fleet',
              ok: fleet.ready,
              detail: fleet.ready ? 'simulated devices are reporting' : 'simulated devices are not connected',
            },
          ]),
    ]
  }

  function health(): HealthAnswer {
    const parts = partHealth()
    const now = state()
    return {
      status: parts.every((part) => part.ok) ? 'ok' : 'degraded',
      version,
      world: now.context.world,
      mode: settings.clock === 'mqtt' ? 'drill' : 'live',
      city: now.context.city.id,
      started,
      now: now.now,
      devices_reporting: devicesReporting(now),
      parts,
    }
  }

  const gauge = (name: string, help: string, value: number): Metric => ({
    name: `urban_brain_${name}`,
    help,
    type: 'gauge',
    samples: [{ value }],
  })
  const counters = (name: string, help: string, values: Readonly<Record<string, number>>): Metric => ({
    name: `urban_brain_${name}_total`,
    help,
    type: 'counter',
    samples: Object.entries(values).map(([what, value]) => ({ labels: { what }, value })),
  })

  function metrics(): Metric[] {
    const memory = process.memoryUsage()
    return [
      counters('intake', 'Messages by what became of them', intake.counters),
      counters('dialects', 'Foreign messages understood, by dialect; .drift: strayed from its schema', foreign.counters),
      counters('refused', 'Refused messages by reason', intake.quarantine.counters),
      counters('broker', 'What the broker counted', broker.counters),
      counters('log', 'What the event log counted', log.counters),
      counters('history', 'What the write queue counted', { ...history.counters }),
      counters('answers', 'Answers to other systems about their reports by what became of them', answers.counters),
      counters('notices', 'Notices to outside channels by what became of them', notifier.counters),
      ...(lockstep === null ? [] : [counters('lockstep', 'Clock messages by what became of them', { ...lockstep.counters })]),
      { name: 'urban_brain_steps_total', help: 'Engine steps', type: 'counter', samples: [{ value: stepper.memory.n }] },
      gauge('backlog_messages', 'Messages waiting for their step', runner.backlog),
      gauge('history_waiting_rows', 'Rows waiting for the store in memory', history.waiting),
      gauge('history_lag_seconds', 'Age of the oldest row not yet stored', history.lag_ms() / 1000),
      gauge('live_clients', 'WebSocket clients of /live', hub.counters.clients),
      gauge('live_clients_behind', 'Clients that get the newest values only', hub.counters.behind),
      gauge('devices_reporting', 'Devices heard in the last minute', devicesReporting(state())),
      gauge('snapshot_age_seconds', 'Since the state was saved', saver.saved === null ? -1 : (Date.now() - saver.saved) / 1000),
      gauge('event_loop_delay_p99_seconds', 'Since the start', delay.percentile(99) / 1e9),
      gauge('resident_bytes', 'Resident memory', memory.rss),
      gauge('heap_used_bytes', 'Heap in use', memory.heapUsed),
    ]
  }

  return { health, metrics }
}
