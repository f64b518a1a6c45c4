/** Plays a scenario against the real program: real sockets, the brain's clock in the hands of the fleet, data of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadScenario, type Scenario } from '../../config/scenario.ts'
import type { Settings } from '../../config/settings.ts'
import { EXIT_CODE, formatProblem, UrbanError } from '../../engine/base/errors.ts'
import type { Fact } from '../../engine/model/fact.ts'
import { storms } from '../../engine/view.ts'
import { playInThread } from '../../simulators/drill-worker.ts'
import { scoreLines } from '../../simulators/score.ts'
import { createTally } from '../../simulators/tally.ts'
import { createApp } from '../app.ts'
import { formatHash } from '../drill-hash.ts'
import { createLogger } from '../logger.ts'
import { type Arguments, type Command, say, usageError } from './command.ts'
import { type DrillOutcome, writeDrillReport } from './drill-report.ts'
import { getSettings, settingOptions } from './settings.ts'

function speedOf(args: Arguments): number {
  const text = args.text('speed') ?? 'max'
  if (text === 'max') return Number.POSITIVE_INFINITY
  const speed = Number(text)
  if (!(speed > 0)) throw usageError(`--speed is max or a number above 0, not ${text}`)
  return speed
}

async function getScenario(name: string): Promise<Scenario> {
  const { scenario, problems } = await loadScenario(name)
  if (scenario === null) throw new UrbanError('input', 'scenario', problems.map(formatProblem).join('\n'))
  return scenario
}

/**
 * @param onFacts hears the facts of every step
 * @param settings with `clock` mqtt, ports 0, no fleet of its own, and a data directory that nobody else has
 */
export async function playDrill(
  settings: Settings,
  scenario: Scenario,
  speed: number,
  onFacts: (facts: readonly Fact[]) => void = () => {},
): Promise<DrillOutcome> {
  const logger = createLogger({ level: settings.log_level, format: settings.log_format, out: process.stderr })
  const tally = createTally(scenario.expect.map(({ metric }) => metric))
  const app = await createApp({
    settings,
    world: scenario.id,
    logger,
    prompt: true,
    onStepped: ({ facts, commands }) => {
      tally.take(facts, commands)
      onFacts(facts)
    },
  })
  await app.start()
  try {
    const began = performance.now()
    const connect = { url: app.addresses.mqtt ?? settings.broker }
    const { score, steps } = await playInThread({ city: app.city, scenario, seed: settings.seed, connect, speed }, () => tally.metrics())
    return { score, hash: app.hash(), storms: [...storms(app.state())], steps, elapsed_s: (performance.now() - began) / 1000 }
  } finally {
    await app.stop()
  }
}

export const drillRun: Command = {
  positionals: ['<scenario>'],
  options: {
    speed: { type: 'string', value: 'N|max', help: 'scenario seconds to one second (max)' },
    report: { type: 'string', value: 'DIR', help: 'write report.json and report.md there' },
    check: { type: 'boolean', help: 'exit with 1 when an expectation of the scenario does not hold' },
    'keep-data': { type: 'boolean', help: 'keep the data directory, for replay' },
    ...settingOptions('seed', 'city', 'store', 'data', 'broker'),
  },
  async run(args) {
    const speed = speedOf(args)
    const scenario = await getScenario(args.positionals[0])
    const own = args.text('data') === undefined
    const data = args.text('data') ?? (await mkdtemp(join(tmpdir(), 'urban-brain-drill-')))
    try {
      const fixed = [`data=${data}`, 'clock=mqtt', 'port=0', 'mqtt_port=0', 'fleet=none']
      const quiet = args.list('set').some((set) => set.startsWith('log_level=')) ? [] : ['log_level=warn']
      const city = args.text('city') === undefined ? [`city=${scenario.city}`] : []
      const { settings } = getSettings(args, [...fixed, ...quiet, ...city])
      // The live city's history is in the bucket of that name, and a drill does not touch it.
      const apart = { ...settings, influx_bucket: `${settings.influx_bucket}_drill` }
      const outcome = await playDrill(apart, scenario, speed)
      const report = args.text('report')
      if (report !== undefined) say(await writeDrillReport(report, scenario, outcome))
      for (const line of scoreLines(outcome.score)) say(line)
      say(`${outcome.steps} steps in ${outcome.elapsed_s.toFixed(1)} s`)
      if (args.flag('keep-data')) say(`data ${data}`)
      say(formatHash(outcome.hash))
      return args.flag('check') && !outcome.score.passed ? EXIT_CODE.ours : 0
    } finally {
      if (own && !args.flag('keep-data')) await rm(data, { recursive: true, force: true })
    }
  },
}
