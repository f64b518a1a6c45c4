/** What a command of the command line is, and how its arguments are read: `node:util` parses, this says what was meant when it was not known. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { nearest } from '../../config/check-names.ts'
import { UrbanError } from '../../engine/base/errors.ts'

export interface Option {
  readonly type: 'string' | 'boolean'
  readonly multiple?: boolean
  /** Placeholder in the help: `N`, `DIR`. */
  readonly value?: string
  readonly help: string
}

export interface Command {
  /** In order; names in brackets may be left out. */
  readonly positionals: readonly string[]
  readonly options: Readonly<Record<string, Option>>
  /** @returns the exit code */
  run(args: Arguments): Promise<number>
}

export interface Arguments {
  readonly positionals: readonly string[]
  text(name: string): string | undefined
  flag(name: string): boolean
  list(name: string): readonly string[]
}

export const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** Beside the answer: what went on, what was made of the input. */
export const note = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

/** @throws UrbanError input `usage` */
export function usageError(message: string): UrbanError {
  return new UrbanError('input', 'usage', message)
}

/** @throws UrbanError input `usage` when the option is given and is no whole number of up to ten digits */
export function seedOf(args: Arguments, option: string): number | null {
  const text = args.text(option)
  if (text === undefined) return null
  if (!/^\d{1,10}$/.test(text)) throw usageError(`--${option} takes a seed, a whole number, not ${text}`)
  return Number(text)
}

/** @throws UrbanError input `usage` with the nearest name for what is not known */
export function readArguments(name: string, command: Command, argv: readonly string[]): Arguments {
  const options: ParseArgsConfig['options'] = Object.fromEntries(
    Object.entries(command.options).map(([option, { type, multiple = false }]) => [option, { type, multiple }]),
  )
  const { values, positionals, tokens } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: false, tokens: true })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const known = Object.hasOwn(command.options, token.name) ? command.options[token.name] : undefined
    if (known === undefined) {
      const near = nearest(token.name, Object.keys(command.options))
      throw usageError(`${name} has no option ${token.rawName}${near === null ? '' : `; did you mean --${near}?`}`)
    }
    if (known.type === 'string' && token.value === undefined)
      throw usageError(`${token.rawName} needs a value: ${token.rawName} ${known.value ?? 'VALUE'}`)
    if (known.type === 'boolean' && token.value !== undefined) throw usageError(`${token.rawName} takes no value`)
  }
  const required = command.positionals.filter((positional) => !positional.startsWith('['))
  if (positionals.length < required.length) throw usageError(`${name} needs ${required.slice(positionals.length).join(' and ')}`)
  if (positionals.length > command.positionals.length)
    throw usageError(`${name} does not know what to do with ${positionals[command.positionals.length]}`)
  const strings = (option: string): string[] => [values[option]].flat().filter((value) => typeof value === 'string')
  return {
    positionals,
    text: (option) => strings(option).at(-1),
    flag: (option) => values[option] === true,
    list: strings,
  }
}

export function usageOf(name: string, summary: string, { positionals, options }: Command): string {
  const rows = Object.entries(options).map(([option, { type, value, help }]) => [
    `  --${option}${type === 'string' ? ` ${value ?? 'VALUE'}` : ''}`,
    help,
  ])
  const width = Math.max(0, ...rows.map(([left]) => left.length))
  const lines = rows.map(([left, help]) => `${left.padEnd(width)}  ${help}`)
  const head = ['urban-brain', name, ...positionals, ...(rows.length > 0 ? ['[options]'] : [])].join(' ')
  return [`${head}`, '', summary, ...(lines.length > 0 ? ['', ...lines] : [])].join('\n')
}
