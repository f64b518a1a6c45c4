#!/usr/bin/env node
/** The command line of contract section 8. Exit codes: 0 good, 1 our fault, 2 bad input, 3 a neighbour system failed. */
import { nearest } from '../../config/check-names.ts'
import { EXIT_CODE, UrbanError } from '../../engine/base/errors.ts'
import { VERSION } from '../app.ts'
import { auditVerify } from './audit.ts'
import { type Command, readArguments, say, usageError, usageOf } from './command.ts'
import { deviceAdd, deviceList, deviceRemove, tokenAdd, tokenList, tokenRemove } from './credentials.ts'
import { drillRun } from './drill.ts'
import { importCityflowCommand, importGeojsonCommand, importOsmCommand } from './import.ts'
import { replay } from './replay.ts'
import { rulesCheck, rulesDryRun } from './rules.ts'
import { start } from './start.ts'

const COMMANDS: readonly Command[] = [
  start,
  drillRun,
  replay,
  rulesCheck,
  rulesDryRun,
  auditVerify,
  deviceAdd,
  deviceRemove,
  deviceList,
  tokenAdd,
  tokenRemove,
  tokenList,
  importCityflowCommand,
  importOsmCommand,
  importGeojsonCommand,
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
function findCommand(argv: readonly string[]): { readonly command: Command; readonly rest: readonly string[] } {
  for (const words of [2, 1]) {
    const command = COMMANDS.find(({ name }) => name === argv.slice(0, words).join(' '))
    if (command !== undefined) return { command, rest: argv.slice(words) }
  }
  const given = argv.slice(0, argv[1]?.startsWith('-') === false ? 2 : 1).join(' ')
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${argv[0]} `)).map(({ name }) => name)
  if (group.length > 0 && (argv[1] === undefined || argv[1].startsWith('-')))
    throw usageError(`${argv[0]} what? There are ${group.join(', ')}`)
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
  const helped = first === 'help'
  const { command, rest } = findCommand(helped ? argv.slice(1) : argv)
  if (helped || rest.includes('--help') || rest.includes('-h')) {
    say(usageOf(command))
    return 0
  }
  return command.run(readArguments(command, rest))
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
