/** docs/settings.md, rendered from the schema so that it cannot say anything else. */
import { Value } from 'typebox/value'
import { expectation } from './check-schema.ts'
import { environmentName, SETTING_KEYS } from './load.ts'
import { ENVIRONMENT_ALIASES, SECRET_SETTINGS, Settings } from './settings.ts'

const HEAD = `# Settings

Later sources win: defaults, the settings file (JSON; \`--settings FILE\`, or \`settings.json\` in the data directory), the environment,
\`--set key=value\`. Flags of the command line such as \`--port\` are short for \`--set\`. A mistake anywhere stops the start with exit code 2
and one line per mistake, with its place and what was expected. This page is rendered from \`config/settings.ts\`; a test keeps it current.

| setting | environment | expects | default | meaning |
|---|---|---|---|---|
`

/** The whole page, as Markdown. */
export function renderSettings(): string {
  const secrets: ReadonlySet<string> = new Set(SECRET_SETTINGS)
  const defaults = Value.Create(Settings)
  const rows = SETTING_KEYS.map((key) => {
    const schema = Settings.properties[key]
    const aliases = Object.entries(ENVIRONMENT_ALIASES).flatMap(([name, target]) => (target === key ? [name] : []))
    const names = [environmentName(key), ...aliases].map((name) => `\`${name}\``).join(', ')
    const value = secrets.has(key) ? 'none, never shown' : `\`${JSON.stringify(defaults[key])}\``
    return `| \`${key}\` | ${names} | ${cell(expectation(schema))} | ${value} | ${'description' in schema ? cell(String(schema.description)) : ''} |\n`
  })
  return HEAD + rows.join('')
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
