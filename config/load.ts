/**
 * The settings in force: defaults < settings file < environment < `--set key=value`. Every problem of every source is found in one
 * go; with any problem the caller must not start (exit code 2). Values of secret settings appear in no message.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import type { Problem, SourcePlace } from '../engine/base/errors.ts'
import { type JsonPath, type JsonSource, placeOf, readJson, repeatedKeys } from './check-json.ts'
import { nearest } from './check-names.ts'
import { createChecker, expectation } from './check-schema.ts'
import { ENVIRONMENT_ALIASES, SECRET_SETTINGS, type SettingKey, Settings } from './settings.ts'

export interface SettingSources {
  /** Texts after `--set`: `key=value`; a command-line flag such as `--port 80` is one of these too. A later one wins. */
  readonly sets?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The settings file named on the command line; otherwise `<data>/settings.json` is read where it exists. */
  readonly file?: string | null
}

export interface LoadedSettings {
  /** Frozen; holds the defaults wherever a source had a problem. */
  readonly settings: Settings
  readonly problems: readonly Problem[]
  /** Worth a warning, no reason to stop: environment names that look like ours and are not. */
  readonly notices: readonly Problem[]
}

export const SETTING_KEYS = Object.keys(Settings.properties).filter(isSettingKey)

const CHECKERS = new Map(SETTING_KEYS.map((key) => [key, createChecker(Settings.properties[key])]))
const SECRETS: ReadonlySet<string> = new Set(SECRET_SETTINGS)

/** The name of a setting in the environment. */
export const environmentName = (key: SettingKey): string => `URBAN_BRAIN_${key.replaceAll('.', '_').toUpperCase()}`

function isSettingKey(name: string): name is SettingKey {
  return Object.hasOwn(Settings.properties, name)
}

export function loadSettings(sources: SettingSources): LoadedSettings {
  const problems: Problem[] = []
  const notices: Problem[] = []
  const fromEnvironment = readEnvironment(sources.env ?? {}, problems, notices)
  const fromSets = readSets(sources.sets ?? [], problems)
  const defaults = Value.Create(Settings)
  const data = String(fromSets.get('data') ?? fromEnvironment.get('data') ?? defaults.data)
  const fromFile = readFile(sources.file ?? null, join(data, 'settings.json'), problems)
  const settings: Settings = Object.freeze({ ...defaults, ...Object.fromEntries([...fromFile, ...fromEnvironment, ...fromSets]) })
  problems.push(...checkTogether(settings))
  return { settings, problems, notices }
}

function readFile(named: string | null, usual: string, problems: Problem[]): Map<SettingKey, unknown> {
  const values = new Map<SettingKey, unknown>()
  const file = named ?? usual
  if (named === null && !existsSync(usual)) return values
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    problems.push({ place: { file }, code: 'settings.unreadable', message: `cannot be read: ${reasonOf(error)}` })
    return values
  }
  const { source, problem } = readJson(file, text)
  if (source === null) problems.push(problem)
  else if (!isRecord(source.value))
    problems.push({ place: placeOf(source, []), code: 'settings.type', message: 'expected an object of settings' })
  else takeMembers(source, source.value, values, problems)
  return values
}

function takeMembers(source: JsonSource, members: Record<string, unknown>, values: Map<SettingKey, unknown>, problems: Problem[]): void {
  for (const path of repeatedKeys(source)) {
    problems.push({
      place: placeOf(source, path),
      code: 'settings.repeated',
      message: `${String(path.at(-1))} is set twice, expected once`,
    })
  }
  for (const [name, value] of Object.entries(members)) {
    const placeAt = (path: JsonPath): SourcePlace => placeOf(source, [name, ...path])
    if (name === '$schema') continue
    if (!isSettingKey(name)) problems.push({ place: placeAt([]), code: 'settings.unknown', message: unknownText(name) })
    else if (check(name, value, placeAt, problems)) values.set(name, value)
  }
}

function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  problems: Problem[],
  notices: Problem[],
): Map<SettingKey, unknown> {
  const values = new Map<SettingKey, unknown>()
  const names: [string, SettingKey][] = [
    ...Object.entries(ENVIRONMENT_ALIASES),
    ...SETTING_KEYS.map((key): [string, SettingKey] => [environmentName(key), key]),
  ]
  for (const [name, key] of names) {
    const text = env[name]
    if (text !== undefined) takeText(key, text, { file: `environment ${name}` }, values, problems)
  }
  const known = names.map(([name]) => name)
  for (const name of Object.keys(env).filter((one) => one.startsWith('URBAN_BRAIN_') && !known.includes(one))) {
    const near = nearest(name, known)
    const hint = near === null ? '' : `; did you mean ${near}?`
    notices.push({ place: { file: `environment ${name}` }, code: 'settings.unknown', message: `no setting has this name${hint}` })
  }
  return values
}

function readSets(sets: readonly string[], problems: Problem[]): Map<SettingKey, unknown> {
  const values = new Map<SettingKey, unknown>()
  for (const set of sets) {
    const equals = set.indexOf('=')
    const name = equals < 0 ? set : set.slice(0, equals)
    const place = { file: `--set ${name}` }
    if (equals < 0) problems.push({ place, code: 'settings.syntax', message: 'expected key=value' })
    else if (!isSettingKey(name)) problems.push({ place, code: 'settings.unknown', message: unknownText(name) })
    else takeText(name, set.slice(equals + 1), place, values, problems)
  }
  return values
}

function takeText(key: SettingKey, text: string, place: SourcePlace, values: Map<SettingKey, unknown>, problems: Problem[]): void {
  const value = valueOfText(key, text)
  if (check(key, value, () => place, problems)) values.set(key, value)
}

/** The value a text stands for, by the type its setting has; the text itself where it stands for none, so that the check can say so. */
function valueOfText(key: SettingKey, text: string): unknown {
  const schema = Settings.properties[key]
  const type = 'type' in schema ? schema.type : 'union'
  if (type === 'integer' || type === 'number') return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text.trim()) ? Number(text) : text
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (type === 'object' || type === 'array') return readJson('', text).source?.value ?? text
  return text
}

/** A password that was put into an address by mistake. */
const USER_INFO = /\/\/[^@\s]*@/g

function check(key: SettingKey, value: unknown, placeAt: (path: JsonPath) => SourcePlace, problems: Problem[]): boolean {
  const mismatches = CHECKERS.get(key)?.(value) ?? []
  for (const { path, message } of mismatches) {
    const name = [key, ...path].join('.')
    const text = SECRETS.has(key) ? `expected ${expectation(Settings.properties[key])}` : message.replace(USER_INFO, '//***@')
    problems.push({ place: placeAt(path), code: 'settings.value', message: `${name}: ${text}` })
  }
  return mismatches.length === 0
}

/** What no single value can show. */
function checkTogether(settings: Settings): Problem[] {
  const problems: Problem[] = []
  const say = (message: string): number => problems.push({ place: { file: 'settings' }, code: 'settings.together', message })
  if ((settings.tls_cert === '') !== (settings.tls_key === '')) say('tls_cert and tls_key belong together: set both or neither')
  if (settings.tls_ca !== '' && settings.tls_cert === '') say('tls_ca needs tls_cert and tls_key')
  if (settings.port !== 0 && settings.port === settings.mqtt_port && settings.host === settings.mqtt_host && settings.broker === '')
    say(`port and mqtt_port are both ${settings.port}: expected two different ports`)
  return problems
}

function unknownText(name: string): string {
  const near = nearest(name, SETTING_KEYS)
  return `${name} is no setting${near === null ? '' : `; did you mean ${near}?`}`
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
