import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../support/running.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'urban-decode-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function fileOf(body: string): string {
  const file = join(directory, 'message')
  writeFileSync(file, body)
  return file
}

describe('urban-brain decode', () => {
  it('prints what a message means', async () => {
    const { code, stdout } = await runProgram(['decode', '--topic', 'zigbee2mqtt/a/leak', fileOf('{"water_leak":true,"battery":"99.0"}')])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      dialect: 'zigbee2mqtt',
      forms: [{ entity: 'z2m:a/leak', metrics: { water_leak: true, battery_pct: 99 } }],
      drift: [{ field: 'battery', what: 'type' }],
    })
  })

  it('shows no plate', async () => {
    const event = {
      type: 'new',
      after: { id: '1', camera: 'c', frame_time: 1784356215.5, label: 'car', recognized_license_plate: 'ZA12345' },
    }
    const { code, stdout } = await runProgram(['decode', '--topic', 'frigate/events', fileOf(JSON.stringify(event))])
    expect(code).toBe(0)
    expect(stdout).not.toContain('ZA12345')
  })

  it.each([
    [['--topic', 'no/body'], '{}', 'no dialect recognises'],
    [['--topic', 'zigbee2mqtt/a'], 'nonsense', 'zigbee2mqtt: payload: not valid JSON'],
    [['--http', 'nowhere'], '{}', '--http takes a method and a path'],
    [['--http', 'POST /x', '--topic', 'y'], '{}', 'not both'],
  ])('%j of %s ends with 2 and a reason', async (options, body, reason) => {
    const { code, stdout, stderr } = await runProgram(['decode', ...options, fileOf(body)])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(reason)
  })
})
