import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadSettings, type SettingSources } from '../../config/load.ts'
import { renderSettings } from '../../config/settings-table.ts'
import { formatProblem } from '../../engine/base/errors.ts'

const directory = mkdtempSync(join(tmpdir(), 'settings-'))

function fileWith(text: string): string {
  const file = join(directory, `${Math.abs(hash(text))}.json`)
  writeFileSync(file, text)
  return file
}

const hash = (text: string): number => [...text].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) | 0, 7)

/** Problems as a person reads them, without the directory of the test. */
function problemsOf(sources: SettingSources): string[] {
  return loadSettings(sources).problems.map((problem) => formatProblem(problem).replace(/^.*\.json:/, 'settings.json:'))
}

describe('settings', () => {
  test('defaults stand without any source, and nobody can change them', () => {
    const { settings, problems } = loadSettings({})
    expect(problems).toEqual([])
    expect(settings).toMatchObject({ port: 8080, mqtt_port: 1883, city: 'demo', world: 'live', clock: 'wall', retention: {} })
    expect(Object.isFrozen(settings)).toBe(true)
  })

  test('a later source wins: file, environment, --set, the last --set', () => {
    const file = fileWith('{"port": 1001, "mqtt_port": 1002, "world": "file", "seed": 1003}')
    const { settings } = loadSettings({
      file,
      env: { URBAN_BRAIN_MQTT_PORT: '2002', URBAN_BRAIN_WORLD: 'env', URBAN_BRAIN_SEED: '2003' },
      sets: ['world=set', 'seed=3003', 'seed=3004'],
    })
    expect(settings).toMatchObject({ port: 1001, mqtt_port: 2002, world: 'set', seed: 3004 })
  })

  test('the settings file of the data directory is found by what other sources say about data', () => {
    const data = mkdtempSync(join(tmpdir(), 'data-'))
    writeFileSync(join(data, 'settings.json'), '{"port": 4711}')
    expect(loadSettings({ sets: [`data=${data}`] }).settings.port).toBe(4711)
    expect(loadSettings({ env: { URBAN_BRAIN_DATA: data } }).settings.port).toBe(4711)
    expect(loadSettings({ sets: [`data=${data}x`] }).problems).toEqual([])
  })

  test('texts become what their setting is', () => {
    const { settings, problems } = loadSettings({
      sets: [
        'log_strict=true',
        'raw_days=0.5',
        'retention={"speed_mps": 7}',
        'push.services=["https://push.example.org"]',
        'clock=mqtt',
        'broker=mqtt://a=b',
      ],
    })
    expect(problems).toEqual([])
    expect(settings).toMatchObject({
      log_strict: true,
      raw_days: 0.5,
      retention: { speed_mps: 7 },
      'push.services': ['https://push.example.org'],
      clock: 'mqtt',
      broker: 'mqtt://a=b',
    })
  })

  test('INFLUX_URL and its like are settings too', () => {
    const { settings } = loadSettings({ env: { INFLUX_URL: 'http://db:8086', INFLUX_TOKEN: 't', INFLUX_ORG: 'o', INFLUX_BUCKET: 'b' } })
    expect(settings).toMatchObject({ influx_url: 'http://db:8086', influx_token: 't', influx_org: 'o', influx_bucket: 'b' })
  })

  test('every mistake of every source is told at once, each with its place and what was expected', () => {
    const file = fileWith('{\n  "port": 99999,\n  "prot": 1,\n  "clock": "sun",\n  "retention": {"9x": 3, "a_m": -1}\n}')
    expect(problemsOf({ file, env: { URBAN_BRAIN_LOG_STRICT: 'yes' }, sets: ['mqtt_port=abc', 'seed'] })).toEqual([
      'environment URBAN_BRAIN_LOG_STRICT: log_strict: "yes", expected true or false',
      '--set mqtt_port: mqtt_port: "abc", expected a whole number from 0 to 65535',
      '--set seed: expected key=value',
      'settings.json:2:11: port: 99999, expected a whole number from 0 to 65535',
      'settings.json:3:11: prot is no setting; did you mean port?',
      'settings.json:4:12: clock: "sun", expected "wall" or "mqtt"',
      'settings.json:5:23: retention.9x: 3, expected no such member',
      'settings.json:5:33: retention.a_m: -1, expected a number from 0.01 to 36500',
    ])
  })

  test('text that is no JSON, a list, a missing file and a key set twice are told', () => {
    expect(problemsOf({ file: fileWith('{\n "port": 1,\n}') })).toEqual([
      'settings.json:3:1: not JSON: expected a member name in double quotes',
    ])
    expect(problemsOf({ file: fileWith('[]') })).toEqual(['settings.json:1:1: expected an object of settings'])
    expect(problemsOf({ file: join(directory, 'none.json') })).toEqual(['settings.json: cannot be read: ENOENT'])
    expect(problemsOf({ file: fileWith('{"seed": 1,\n"seed": 2}') })[0]).toContain('seed is set twice')
  })

  test('an unknown key gets the nearest known one, also a dotted one of another version', () => {
    expect(problemsOf({ sets: ['influx_tokn=1'] })).toEqual(['--set influx_tokn: influx_tokn is no setting; did you mean influx_token?'])
    expect(problemsOf({ sets: ['signals.controler=x'] })[0]).toMatch(/signals.controler is no setting; did you mean signals.controller\?/)
  })

  test('an unknown environment name is a notice, not a reason to stop', () => {
    const { problems, notices } = loadSettings({ env: { URBAN_BRAIN_PROT: '1' } })
    expect(problems).toEqual([])
    expect(notices.map(formatProblem)).toEqual(['environment URBAN_BRAIN_PROT: no setting has this name; did you mean URBAN_BRAIN_PORT?'])
  })

  test('settings that do not go together are told', () => {
    expect(problemsOf({ sets: ['tls_cert=a.pem'] })[0]).toContain('tls_cert and tls_key belong together')
    expect(problemsOf({ sets: ['port=1883'] })[0]).toContain('port and mqtt_port are both 1883')
    expect(problemsOf({ sets: ['port=0', 'mqtt_port=0'] })).toEqual([])
  })

  test('the value of a secret is in no message', () => {
    const file = fileWith('{"influx_token": {"deep": "hunter2"}, "broker_password": 77231}')
    const told = problemsOf({ file }).join('\n')
    expect(told).toContain('influx_token: expected a text')
    expect(told).not.toMatch(/hunter2|77231/)
  })
})

test('docs/settings.md says what the schema says', () => {
  // Written by: node -e "import('./dist/config/settings-table.js').then((m) => process.stdout.write(m.renderSettings()))" > docs/settings.md
  expect(readFileSync(join(import.meta.dirname, '../../docs/settings.md'), 'utf8')).toBe(renderSettings())
})
