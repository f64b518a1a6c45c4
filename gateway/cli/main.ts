#!/usr/bin/env node
/** The command line of contract section 8. Exit codes: 0 good, 1 our fault, 2 bad input, 3 a neighbour system failed. */
import { nearest } from '../../config/check-names.ts'
import { EXIT_CODE, UrbanError } from '../../engine/base/errors.ts'
import { VERSION } from '../version.ts'
import { type Command, readArguments, say, usageError, usageOf } from './command.ts'

interface Entry {
  /** `start`, `drill run`. */
  readonly name: string
  readonly summary: string
  /** Only what a command needs is loaded: `--help` must not wait for the history store. */
  load(): Promise<Command>
}

const COMMANDS: readonly Entry[] = [
  {
    name: 'start',
    summary: 'Run the brain: broker, engine, history, API and wall',
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'drill run',
    summary: 'Play a scenario on simulated fleets and score it',
    load: async () => (await import('./drill.ts')).drillRun,
  },
  {
    name: 'replay',
    summary: 'Step the log of a data directory again and sum up facts and commands',
    load: async () => (await import('./replay.ts')).replay,
  },
  {
    name: 'rules check',
    summary: 'Check rule files; every mistake with file, line and column',
    load: async () => (await import('./rules.ts')).rulesCheck,
  },
  {
    name: 'rules dry-run',
    summary: 'Step the log of a data directory with other rules: how often each would have been raised',
    load: async () => (await import('./rules-dry-run.ts')).rulesDryRun,
  },
  {
    name: 'mappings check',
    summary: 'Check mappings of unknown devices and run their own tests; every mistake with file, line and column',
    load: async () => (await import('./mappings.ts')).mappingsCheck,
  },
  {
    name: 'audit verify',
    summary: 'Check the hash chain of the journal from the first line that is kept to its last',
    load: async () => (await import('./audit.ts')).auditVerify,
  },
  {
    name: 'device add',
    summary: 'Let a device connect; prints its password, once',
    load: async () => (await import('./credentials.ts')).deviceAdd,
  },
  {
    name: 'device remove',
    summary: "Take a device's password back",
    load: async () => (await import('./credentials.ts')).deviceRemove,
  },
  { name: 'device list', summary: 'Devices that may connect', load: async () => (await import('./credentials.ts')).deviceList },
  {
    name: 'decode',
    summary: 'Say what a foreign message means, as its dialect is understood',
    load: async () => (await import('./decode.ts')).decodeCommand,
  },
  { name: 'token add', summary: 'Make an API token; prints it, once', load: async () => (await import('./credentials.ts')).tokenAdd },
  { name: 'token remove', summary: 'Make a token invalid', load: async () => (await import('./credentials.ts')).tokenRemove },
  { name: 'token list', summary: 'Tokens by name and role', load: async () => (await import('./credentials.ts')).tokenList },
  {
    name: 'import cityflow',
    summary: 'Make a city directory of a CityFlow roadnet.json',
    load: async () => (await import('./import.ts')).importCityflowCommand,
  },
  {
    name: 'import sumo',
    summary: 'Make a city directory of a SUMO network with its signals',
    load: async () => (await import('./import.ts')).importSumoCommand,
  },
  {
    name: 'import swmm',
    summary: 'Make a city directory of an EPA SWMM drain network',
    load: async () => (await import('./import.ts')).importSwmmCommand,
  },
  {
    name: 'import osm',
    summary: 'Make a city directory of an OpenStreetMap XML file',
    load: async () => (await import('./import.ts')).importOsmCommand,
  },
  {
    name: 'import geojson',
    summary: 'Add grids and assets of a GeoJSON file to a city directory',
    load: async () => (await import('./import.ts')).importGeojsonCommand,
  },
  {
    name: 'export flood',
    summary: 'Write the storms in the history of a running city as tables for train flood',
    load: async () => (await import('./export.ts')).exportFloodCommand,
  },
  {
    name: 'train flood',
    summary: 'Learn the flood forecast of the low points from past storms',
    load: async () => (await import('./train.ts')).trainFloodCommand,
  },
  {
    name: 'forecast flood',
    summary: 'Forecast depth and chance of flooding for storms in files, each time from what was known then',
    load: async () => (await import('./forecast.ts')).forecastFloodCommand,
  },
  {
    name: 'train waste',
    summary: 'Learn the fill forecast of bins from past fills',
    load: async () => (await import('./train-waste.ts')).trainWasteCommand,
  },
  {
    name: 'forecast waste',
    summary: 'Forecast when bins will be full, each time from what was known then',
    load: async () => (await import('./forecast-waste.ts')).forecastWasteCommand,
  },
  {
    name: 'solve vrptw',
    summary: 'Routes for an instance with time windows, Solomon or VRPLIB text, within a time limit',
    load: async () => (await import('./solve.ts')).solveVrptwCommand,
  },
]

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length))
  return [
    'urban-brain <command> [options]',
    '',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'urban-brain <command> --help tells its options; docs/settings.md lists all settings.',
  ].join('\n')
}

/** A command's name is one or two words. */
function findEntry(argv: readonly string[]): { readonly entry: Entry; readonly rest: readonly string[] } {
  for (const words of [2, 1]) {
    const entry = COMMANDS.find(({ name }) => name === argv.slice(0, words).join(' '))
    if (entry !== undefined) return { entry, rest: argv.slice(words) }
  }
  const given = argv.slice(0, argv[1]?.startsWith('-') === false ? 2 : 1).join(' ')
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${argv[0]} `)).map(({ name }) => name)
  if (group.length > 0 && (argv[1] === undefined || argv[1].startsWith('-'))) {
    throw usageError(`${argv[0]} what? There ${group.length === 1 ? 'is' : 'are'} ${group.join(', ')}`)
  }
  const names = COMMANDS.map(({ name }) => name)
  throw usageError(`no command ${given}; did you mean ${nearest(given, names)}?`)
}

async function run(argv: readonly string[]): Promise<number> {
  const [first] = argv
  if (first === '--version' || first === '-v' || first === 'version') {
    say(VERSION)
    return 0
  }
  if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && argv.length === 1)) {
    say(overview())
    return first === undefined ? EXIT_CODE.input : 0
  }
  const { entry, rest } = findEntry(first === 'help' ? argv.slice(1) : argv)
  const command = await entry.load()
  if (first === 'help' || rest.includes('--help') || rest.includes('-h')) {
    say(usageOf(entry.name, entry.summary, command))
    return 0
  }
  return command.run(readArguments(entry.name, command, rest))
}

function tell(error: unknown): number {
  if (error instanceof UrbanError) {
    for (const line of error.message.split('\n')) process.stderr.write(`urban-brain: ${line}\n`)
    return EXIT_CODE[error.family]
  }
  process.stderr.write(`urban-brain: an error of ours: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return EXIT_CODE.ours
}

process.exitCode = await run(process.argv.slice(2)).catch(tell)
