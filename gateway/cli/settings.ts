/** Flags that are short for settings, and the settings in force. */
import { loadSettings } from '../../config/load.ts'
import type { SettingKey, Settings } from '../../config/settings.ts'
import { formatProblem, UrbanError } from '../../engine/base/errors.ts'
import type { Arguments, Option } from './command.ts'

/** Flag, its setting, its placeholder and help. */
const FLAGS: Readonly<Record<string, { readonly key: SettingKey; readonly value: string; readonly help: string }>> = {
  city: { key: 'city', value: 'DIR|demo', help: 'city directory, or demo' },
  data: { key: 'data', value: 'DIR', help: 'data directory (./data)' },
  port: { key: 'port', value: 'N', help: 'HTTP port (8080); 0 takes a free one' },
  'mqtt-port': { key: 'mqtt_port', value: 'N', help: 'MQTT port (1883); 0 takes a free one' },
  broker: { key: 'broker', value: 'URL', help: 'outside broker instead of the embedded one' },
  clock: { key: 'clock', value: 'wall|mqtt', help: 'who owns time (wall)' },
  store: { key: 'store', value: 'embedded|influx', help: 'history store (embedded)' },
  world: { key: 'world', value: 'NAME', help: 'world this engine is started for (live)' },
  fleet: { key: 'fleet', value: 'demo|none', help: 'simulated devices (those of the demo city)' },
  seed: { key: 'seed', value: 'N', help: 'seed of city, fleet and lockstep runs (1)' },
}
type Flag = keyof typeof FLAGS

export const SETTING_OPTIONS: Readonly<Record<string, Option>> = {
  ...Object.fromEntries(Object.entries(FLAGS).map(([flag, { value, help }]) => [flag, { type: 'string', value, help }])),
  settings: { type: 'string', value: 'FILE', help: 'settings file (settings.json in the data directory)' },
  set: { type: 'string', multiple: true, value: 'key=value', help: 'any setting; may be repeated' },
}

/** Only the named flags, for commands that use few settings. */
export function settingOptions(...flags: Flag[]): Record<string, Option> {
  return Object.fromEntries([...flags, 'settings', 'set'].map((flag) => [flag, SETTING_OPTIONS[flag]]))
}

export interface SettingsInForce {
  readonly settings: Settings
  /** Lines worth a warning. */
  readonly notices: readonly string[]
  /** The world, when its owner named one. */
  readonly world: string | null
}

/** @throws UrbanError input `settings` with one line per problem */
export function getSettings(args: Arguments, fixed: readonly string[] = []): SettingsInForce {
  const flags = Object.entries(FLAGS).flatMap(([flag, { key }]) => {
    const value = args.text(flag)
    return value === undefined ? [] : [`${key}=${value}`]
  })
  const sets = [...args.list('set'), ...flags, ...fixed]
  const { settings, problems, notices } = loadSettings({ sets, env: process.env, file: args.text('settings') ?? null })
  if (problems.length > 0) throw new UrbanError('input', 'settings', problems.map(formatProblem).join('\n'))
  const named = sets.some((set) => set.startsWith('world=')) || settings.world !== 'live'
  return { settings, notices: notices.map(formatProblem), world: named ? settings.world : null }
}
