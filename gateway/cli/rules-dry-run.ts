/** `rules dry-run`: what rules would have done over a past range, beside what those in force did. */
import { writeFile } from 'node:fs/promises'
import { loadCalendar } from '../../config/calendar.ts'
import { createLocalDay, createLocalDayNumber, createLocalHour } from '../../config/local-time.ts'
import { loadRules, ruleNames } from '../../config/rules.ts'
import type { Settings } from '../../config/settings.ts'
import { canonical } from '../../engine/base/canonical.ts'
import { EXIT_CODE, formatProblem, UrbanError } from '../../engine/base/errors.ts'
import { DAY_MS, type EpochMs } from '../../engine/base/time.ts'
import type { City } from '../../engine/model/city.ts'
import { type Context, createContext } from '../../engine/model/context.ts'
import type { Rule } from '../../engine/model/rule.ts'
import type { RuleFact } from '../../engine/rules/dry-run.ts'
import { buildStore } from '../app-parts.ts'
import { dataPaths, readAbout } from '../data-directory.ts'
import { dryRunLog } from '../dry-run-log.ts'
import { createLogger } from '../logger.ts'
import { createIntake } from '../mqtt/intake.ts'
import { createPlaces } from '../places.ts'
import { dryRunHistory } from '../rules/dry-run-history.ts'
import { type DryRunReport, type Label, reportOf } from '../rules/dry-run-report.ts'
import { rulesDirectory } from '../rules/rule-book.ts'
import { openLog } from '../store/log.ts'
import { type Arguments, type Command, say, usageError } from './command.ts'
import { readTable } from './csv-table.ts'
import { getCity } from './replay.ts'
import { getSettings, settingOptions } from './settings.ts'

/** Epoch milliseconds, or a date with or without a time and zone; without a zone it is UTC. */
function momentOf(args: Arguments, option: string): EpochMs | null {
  const text = args.text(option)
  if (text === undefined) return null
  const ts = /^\d{12,}$/.test(text) ? Number(text) : Date.parse(/^\d{4}-\d{2}-\d{2}T[\d:.]+$/.test(text) ? `${text}Z` : text)
  if (Number.isNaN(ts)) throw usageError(`--${option} takes a time such as 2026-06-15T00:00+08:00, not ${text}`)
  return ts
}

/** Columns `from`, `to` and, where they are known, `where` (device, place or grid) and `class`. */
async function readLabels(file: string): Promise<Label[]> {
  const table = await readTable(file, ['from', 'to'])
  const cell = (row: { readonly cells: readonly string[] }, column: string): string | null => {
    const index = table.find(column)
    const text = index === undefined ? '' : (row.cells[index] ?? '').trim()
    return text === '' ? null : text
  }
  return table.rows.map((row) => {
    const time = (column: string): EpochMs => {
      const text = cell(row, column) ?? ''
      const ts = /^\d{12,}$/.test(text) ? Number(text) : Date.parse(text)
      if (Number.isNaN(ts))
        throw new UrbanError(
          'input',
          'labels',
          `${file}:${row.line}: ${column} is "${text}", expected a time such as 2026-06-15T08:00:00+08:00`,
        )
      return ts
    }
    return { from: time('from'), to: time('to'), where: cell(row, 'where'), class: cell(row, 'class') }
  })
}

interface Asked {
  readonly settings: Settings
  readonly city: City
  readonly simulated: boolean
  readonly rules: readonly Rule[]
  readonly contextOf: (world: string | null) => Context
}

/** The whole log, whatever the range: what was remembered when it begins came from before. */
async function fromLog({ settings, city, contextOf, simulated, rules }: Asked): Promise<RuleFact[]> {
  const logger = createLogger({ level: 'warn', format: settings.log_format, out: process.stderr })
  const { log: directory } = dataPaths(settings.data)
  const log = openLog({ directory, sync_ms: settings.log_sync_ms, strict: false, segment_bytes: settings.log_segment_bytes, log: logger })
  const intake = createIntake({
    log,
    // The log holds pseudonyms already, and nothing new is taken in.
    pseudonym: (subject) => subject,
    limits: settings,
    places: createPlaces(city),
    quarantine_max: 0,
    onTaken: () => {},
    ...(simulated ? { onClock: () => {} } : {}),
  })
  await log.start()
  try {
    return await dryRunLog({ log, observe: intake.observe, contextOf, rules, limits: settings })
  } finally {
    await log.stop()
  }
}

/** A day before the range gives windows and quality something to stand on. */
async function fromHistory({ settings, contextOf, rules }: Asked, from: EpochMs, to: EpochMs, step_s: number): Promise<RuleFact[]> {
  const store = buildStore(settings, dataPaths(settings.data), (message) => process.stderr.write(`urban-brain: ${message}\n`))
  await store.start()
  try {
    return await dryRunHistory({ store, context: contextOf(null), rules, from: from - DAY_MS, to, step_s })
  } finally {
    await store.stop()
  }
}

const percent = (share: number | null): string => (share === null ? '–' : `${(100 * share).toFixed(1)} %`)

function tell(report: DryRunReport, took_s: number): void {
  const width = Math.max(4, ...report.rules.map(({ rule }) => rule.length))
  say(`${'rule'.padEnd(width)}  alarms  devices  precision`)
  for (const { rule, alarms, devices, precision } of report.rules)
    say(`${rule.padEnd(width)}  ${String(alarms).padStart(6)}  ${String(devices).padStart(7)}  ${percent(precision).padStart(9)}`)
  say(`${report.alarms.length} alarms, ${report.per_hour.toFixed(2)} an hour; held back ${report.suppressed}`)
  say(`precision ${percent(report.precision)}, recall ${percent(report.recall)}`)
  say(`${report.incidents} incidents, ${report.crew_min.toFixed(0)} crew minutes on site (ways not counted)`)
  say(`${took_s.toFixed(1)} s`)
}

export const rulesDryRun: Command = {
  positionals: ['[<directory>]'],
  options: {
    from: { type: 'string', value: 'TIME', help: 'begin of the range; the first step unless given' },
    to: { type: 'string', value: 'TIME', help: 'end of the range, not included; the last step unless given' },
    rules: { type: 'string', value: 'DIR', help: 'rules to try; those of the city unless given' },
    labels: { type: 'string', value: 'FILE.csv', help: 'what really happened: from,to[,where][,class]' },
    source: { type: 'string', value: 'log|history', help: 'the log, step by step as it was, or the history store (log)' },
    step: { type: 'string', value: 'S', help: 'with --source history: seconds to a step (1)' },
    alarms: { type: 'string', value: 'FILE', help: 'write the facts of the rules there, a line each, as the audit trail has them' },
    json: { type: 'boolean', help: 'print the whole report as JSON' },
    ...settingOptions('data', 'city', 'seed', 'world', 'store'),
  },
  async run(args) {
    const { settings: given } = getSettings(args)
    const about = readAbout(dataPaths(given.data))
    const settings = args.text('seed') === undefined ? { ...given, seed: about.seed } : given
    const city = await getCity(settings.city, settings.seed)
    const city_directory = settings.city === 'demo' ? null : settings.city
    const calendar = await loadCalendar(city_directory)
    const directory = args.text('rules') ?? args.positionals[0] ?? rulesDirectory(settings.rules, city_directory)
    const read = await loadRules(directory, { names: ruleNames(city), calendar })
    for (const problem of read.problems) process.stderr.write(`urban-brain: ${formatProblem(problem)}\n`)
    if (read.problems.length > 0) return EXIT_CODE.input
    const labels = args.text('labels')
    const known = labels === undefined ? null : await readLabels(labels)
    const asked: Asked = {
      settings,
      city,
      simulated: about.clock === 'mqtt',
      rules: read.rules,
      contextOf: (world) =>
        createContext(city, world ?? settings.world, settings.seed, {
          lockstep: about.clock === 'mqtt',
          localHour: createLocalHour(city.timezone),
          localDay: createLocalDay(city.timezone),
          localDayNumber: createLocalDayNumber(city.timezone),
          calendar,
        }),
    }
    const began = performance.now()
    const { facts, from, to } = await factsOf(args, asked)
    const report = reportOf(facts, read.rules, asked.contextOf(null), { from, to }, known)
    const file = args.text('alarms')
    const inRange = facts.filter(({ ts }) => ts >= from && ts < to)
    if (file !== undefined) await writeFile(file, inRange.map((fact) => `${canonical(fact)}\n`).join(''))
    if (args.flag('json')) say(JSON.stringify(report))
    else tell(report, (performance.now() - began) / 1000)
    return 0
  },
}

async function factsOf(args: Arguments, asked: Asked): Promise<{ facts: RuleFact[]; from: EpochMs; to: EpochMs }> {
  const from = momentOf(args, 'from')
  const to = momentOf(args, 'to')
  const source = args.text('source') ?? 'log'
  if (source !== 'log' && source !== 'history') throw usageError(`--source is log or history, not ${source}`)
  if (source === 'log') {
    const facts = await fromLog(asked)
    return { facts, from: from ?? facts[0]?.ts ?? 0, to: to ?? (facts.at(-1)?.ts ?? 0) + 1 }
  }
  if (from === null || to === null) throw usageError('--source history needs --from and --to')
  const step_s = Number(args.text('step') ?? 1)
  if (!(step_s > 0)) throw usageError('--step takes seconds above 0')
  return { facts: await fromHistory(asked, from, to, step_s), from, to }
}
