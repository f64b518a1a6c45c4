import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAccess } from '../../gateway/access.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'urban-access-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('a device', () => {
  test('gets a password once, and only that one lets it in', () => {
    const access = createAccess(directory)
    const password = access.addDevice('d0/flood/G1')
    expect(Buffer.from(password, 'base64url').length).toBeGreaterThanOrEqual(16)
    expect(access.verifyDevice('d0/flood/G1', password)).toBe(true)
    expect(access.verifyDevice('d0/flood/G1', `${password}x`)).toBe(false)
    expect(access.verifyDevice('d0/flood/G1', '')).toBe(false)
    expect(access.verifyDevice('d0/flood/G2', password)).toBe(false)
    expect(access.verifyDevice('__proto__', password)).toBe(false)
    expect(() => access.addDevice('d0/flood/G1')).toThrow(expect.objectContaining({ family: 'input', code: 'device_exists' }))
  })

  test('that is removed is out, and may come back with another password', () => {
    const access = createAccess(directory)
    const before = access.addDevice('d0/flood/G1')
    expect(access.removeDevice('d0/flood/G1')).toBe(true)
    expect(access.removeDevice('d0/flood/G1')).toBe(false)
    expect(access.verifyDevice('d0/flood/G1', before)).toBe(false)
    const after = access.addDevice('d0/flood/G1')
    expect(access.verifyDevice('d0/flood/G1', before)).toBe(false)
    expect(access.verifyDevice('d0/flood/G1', after)).toBe(true)
  })

  test.each(['', 'G1', 'd0/flood', 'd0/flood/G1/x', 'd0/sea/G1', 'd0/flood/G 1', 'd0/flood/+'])('must have a device key: %j', (key) => {
    expect(() => createAccess(directory).addDevice(key)).toThrow(expect.objectContaining({ family: 'input', code: 'device_key' }))
  })

  test('added by the command line is known to a running gateway, and the other way round', () => {
    const gateway = createAccess(directory)
    const command_line = createAccess(directory)
    const first = command_line.addDevice('d0/flood/G1')
    const second = gateway.addDevice('d0/flood/G2')
    expect(gateway.verifyDevice('d0/flood/G1', first)).toBe(true)
    expect(command_line.verifyDevice('d0/flood/G2', second)).toBe(true)
    command_line.removeDevice('d0/flood/G1')
    expect(gateway.verifyDevice('d0/flood/G1', first)).toBe(false)
    expect(gateway.listDevices().map(({ key }) => key)).toEqual(['d0/flood/G2'])
    expect(createAccess(directory).listDevices()).toEqual(gateway.listDevices())
  })
})

describe('a bridge', () => {
  test('is a login with beginnings of topics, also after a restart', () => {
    const password = createAccess(directory).addDevice('bridge/lorawan', ['application/', 'v3/'])
    const access = createAccess(directory)
    expect(access.verifyDevice('bridge/lorawan', password)).toBe(true)
    expect(access.bridgeTopics('bridge/lorawan')).toEqual(['application/', 'v3/'])
    expect(access.listDevices()).toMatchObject([{ key: 'bridge/lorawan', topics: ['application/', 'v3/'] }])
    access.addDevice('d0/flood/G1')
    expect(access.bridgeTopics('d0/flood/G1')).toBeNull()
  })

  test.each([
    ['bridge/x', []],
    ['bridge/x', ['city/v1/']],
    ['bridge/x', ['world/']],
    ['bridge/x', ['$SYS/']],
    ['bridge/x', ['#']],
    ['bridge/x', ['']],
    ['d0/flood/G1', ['application/']],
  ])('is not %s with %j', (key, topics) => {
    expect(() => createAccess(directory).addDevice(key, topics)).toThrow(expect.objectContaining({ code: 'bridge_topics' }))
  })
})

describe('a token', () => {
  test('carries its name and role', () => {
    const access = createAccess(directory)
    const token = access.addToken('desk-1', 'operator')
    expect(access.verifyToken(token)).toEqual({ name: 'desk-1', role: 'operator' })
    expect(access.verifyToken(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).toBeNull()
    expect(access.verifyToken('')).toBeNull()
    expect(access.listTokens()).toEqual([expect.objectContaining({ name: 'desk-1', role: 'operator' })])
    expect(() => access.addToken('desk-1', 'viewer')).toThrow(expect.objectContaining({ code: 'token_exists' }))
    expect(() => access.addToken('two words', 'viewer')).toThrow(expect.objectContaining({ code: 'token_name' }))
    access.removeToken('desk-1')
    expect(access.verifyToken(token)).toBeNull()
  })

  test('for the administrator is written on the first start only', () => {
    const first = createAccess(directory).ensureAdminToken()
    expect(first).toEqual({ created: true, file: join(directory, 'admin-token') })
    expect(statSync(first.file).mode & 0o777).toBe(0o600)
    const token = readFileSync(first.file, 'utf8').trim()
    expect(createAccess(directory).verifyToken(token)).toEqual({ name: 'admin', role: 'admin' })
    rmSync(first.file)
    expect(createAccess(directory).ensureAdminToken().created).toBe(false)
  })
})

describe('the file', () => {
  const file = (): string => join(directory, 'access.jsonl')

  test('holds no secret and is for its owner only', () => {
    const access = createAccess(directory)
    const secrets = [access.addDevice('d0/flood/G1'), access.addToken('desk', 'viewer')]
    const text = readFileSync(file(), 'utf8')
    for (const secret of secrets) expect(text).not.toContain(secret.slice(-20))
    expect(statSync(file()).mode & 0o777).toBe(0o600)
  })

  test('may end in a line that a power cut left unfinished', () => {
    const password = createAccess(directory).addDevice('d0/flood/G1')
    appendFileSync(file(), '{"device":"d0/flo')
    const access = createAccess(directory)
    expect(access.verifyDevice('d0/flood/G1', password)).toBe(true)
    const second = access.addDevice('d0/flood/G2')
    expect(createAccess(directory).verifyDevice('d0/flood/G2', second)).toBe(true)
  })

  test('that holds anything else lets nobody in, and says where', () => {
    createAccess(directory).addDevice('d0/flood/G1')
    appendFileSync(file(), '{"device":"d0/flood/G2"}\n')
    expect(() => createAccess(directory).verifyDevice('d0/flood/G1', 'x')).toThrow(
      expect.objectContaining({ family: 'input', code: 'access_file', place: { file: file(), line: 2 } }),
    )
  })

  test('is read anew when it was replaced by a shorter one', () => {
    const access = createAccess(directory)
    const password = access.addDevice('d0/flood/G1')
    access.addDevice('d0/flood/G2')
    const [line] = readFileSync(file(), 'utf8').split('\n')
    writeFileSync(file(), `${line}\n`)
    expect(access.listDevices()).toHaveLength(1)
    expect(access.verifyDevice('d0/flood/G1', password)).toBe(true)
  })
})
