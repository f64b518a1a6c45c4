/**
 * Who may connect: device passwords and API tokens. Secrets are random, at least 128 bits, told once and kept as salted SHA-256; a slow
 * hash protects guessable passwords, and nobody can guess these.
 *
 * The file `access.jsonl` is only ever appended to, one change a line, so that the command line can add devices while the gateway runs and
 * two commands at a time lose nothing; the last line about a name counts. It is read on when it has grown.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { makeDirectory } from '../config/make-directory.ts'
import { UrbanError } from '../engine/base/errors.ts'
import type { EpochMs } from '../engine/base/time.ts'
import { parseDeviceKey } from './wire/topics.ts'

export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

export interface Access {
  /**
   * @param topics of a bridge: what its topics may begin with; none for a device
   * @returns the password, told once. @throws UrbanError input `device_key`, `bridge_topics` or `device_exists`
   */
  addDevice(key: string, topics?: readonly string[]): string
  /** @returns whether there was one. */
  removeDevice(key: string): boolean
  listDevices(): { readonly key: string; readonly added: EpochMs; readonly topics: readonly string[] }[]
  verifyDevice(key: string, password: string): boolean
  /** Null for what is no bridge. */
  bridgeTopics(key: string): readonly string[] | null
  /** @returns the token, told once. @throws UrbanError input `token_name` or `token_exists` */
  addToken(name: string, role: Role): string
  removeToken(name: string): boolean
  listTokens(): { readonly name: string; readonly role: Role; readonly added: EpochMs }[]
  verifyToken(token: string): { readonly name: string; readonly role: Role } | null
  /** The first start makes a token for `admin` and writes it to `<directory>/admin-token` (mode 0600). */
  ensureAdminToken(): { readonly created: boolean; readonly file: string }
}

const Sealed = { added: Type.Integer(), salt: Type.String(), hash: Type.String({ pattern: '^[0-9a-f]{64}$' }) }
const Change = Type.Union([
  Type.Object({ device: Type.String(), topics: Type.Optional(Type.Array(Type.String())), ...Sealed }),
  Type.Object({
    token: Type.String(),
    id: Type.String(),
    role: Type.Union([Type.Literal('viewer'), Type.Literal('operator'), Type.Literal('admin')]),
    ...Sealed,
  }),
  Type.Object({ device: Type.String(), removed: Type.Integer() }),
  Type.Object({ token: Type.String(), removed: Type.Integer() }),
])
type Change = Static<typeof Change>
const changes = Compile(Change)

interface Secret {
  readonly added: EpochMs
  readonly salt: string
  readonly hash: string
}
interface Login extends Secret {
  readonly topics?: readonly string[]
}
interface Token extends Secret {
  readonly name: string
  readonly id: string
  readonly role: Role
}

const ADMIN = 'admin'
const NAME = /^[A-Za-z0-9_.:-]{1,64}$/
const TOKEN = /^ub_([0-9a-f]{16})_([A-Za-z0-9_-]{32})$/

/** 24 random bytes as 32 characters that need no quoting; never a dash first, which command-line clients take for an option. */
function secret(): string {
  const text = randomBytes(24).toString('base64url')
  return text.startsWith('-') ? secret() : text
}
const hashOf = (salt: string, text: string): Buffer => createHash('sha256').update(salt).update(text).digest()
const matches = ({ salt, hash }: Secret, text: string): boolean => timingSafeEqual(hashOf(salt, text), Buffer.from(hash, 'hex'))

function sealed(text: string): Secret {
  const salt = randomBytes(16).toString('hex')
  return { added: Date.now(), salt, hash: hashOf(salt, text).toString('hex') }
}

/** @throws UrbanError input `access_file` from any of its functions when the file is not what it should be: nobody gets in on a guess */
export function createAccess(directory: string): Access {
  const file = join(directory, 'access.jsonl')
  const devices = new Map<string, Login>()
  const tokens = new Map<string, Token>()
  const tokens_by_id = new Map<string, Token>()
  let read_bytes = 0
  let read_lines = 0

  function apply(change: Change): void {
    if ('device' in change) {
      if ('removed' in change) devices.delete(change.device)
      else devices.set(change.device, change)
      return
    }
    const before = tokens.get(change.token)
    if (before !== undefined) tokens_by_id.delete(before.id)
    if ('removed' in change) tokens.delete(change.token)
    else {
      const token = { ...change, name: change.token }
      tokens.set(token.name, token)
      tokens_by_id.set(token.id, token)
    }
  }

  /** Reads what others have appended. A last line without its end is still being written, or never was. */
  function refresh(): void {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    if (size === read_bytes) return
    if (size < read_bytes) forget()
    const text = readFrom(file, read_bytes, size)
    const end = text.lastIndexOf('\n') + 1
    for (const line of text.slice(0, end).split('\n').slice(0, -1)) {
      read_lines++
      if (line !== '') apply(parseChange(file, read_lines, line))
    }
    read_bytes += Buffer.byteLength(text.slice(0, end))
  }

  function forget(): void {
    devices.clear()
    tokens.clear()
    tokens_by_id.clear()
    read_bytes = 0
    read_lines = 0
  }

  function append(change: Change): void {
    appendLine(directory, file, JSON.stringify(change))
    refresh()
  }

  /** @param tell called with the token before it becomes valid */
  function addToken(name: string, role: Role, tell: (token: string) => void): void {
    refresh()
    if (!NAME.test(name)) throw new UrbanError('input', 'token_name', `${name} is no token name: expected letters, digits and _ . : -`)
    if (tokens.has(name)) throw new UrbanError('input', 'token_exists', `there is a token ${name} already; remove it first to get another`)
    const id = randomBytes(8).toString('hex')
    const text = secret()
    tell(`ub_${id}_${text}`)
    append({ token: name, id, role, ...sealed(text) })
  }

  return {
    addDevice(key, topics = []) {
      refresh()
      checkLogin(key, topics)
      if (devices.has(key)) throw new UrbanError('input', 'device_exists', `${key} has a password already; remove it first to get another`)
      const password = secret()
      append({ device: key, ...(topics.length > 0 ? { topics: [...topics] } : {}), ...sealed(password) })
      return password
    },
    removeDevice(key) {
      refresh()
      if (!devices.has(key)) return false
      append({ device: key, removed: Date.now() })
      return true
    },
    listDevices() {
      refresh()
      return [...devices].map(([key, { added, topics = [] }]) => ({ key, added, topics })).sort((a, b) => (a.key < b.key ? -1 : 1))
    },
    verifyDevice(key, password) {
      refresh()
      const device = devices.get(key)
      return device !== undefined && matches(device, password)
    },
    bridgeTopics(key) {
      refresh()
      return BRIDGE.test(key) ? (devices.get(key)?.topics ?? []) : null
    },
    addToken(name, role) {
      let told = ''
      addToken(name, role, (token) => {
        told = token
      })
      return told
    },
    removeToken(name) {
      refresh()
      if (!tokens.has(name)) return false
      append({ token: name, removed: Date.now() })
      return true
    },
    listTokens() {
      refresh()
      const listed = [...tokens.values()].map(({ name, role, added }) => ({ name, role, added }))
      return listed.sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    verifyToken(text) {
      refresh()
      const [, id, rest] = TOKEN.exec(text) ?? []
      const token = id === undefined ? undefined : tokens_by_id.get(id)
      return token !== undefined && matches(token, rest) ? { name: token.name, role: token.role } : null
    },
    ensureAdminToken() {
      const target = join(directory, 'admin-token')
      refresh()
      if (tokens.has(ADMIN)) return { created: false, file: target }
      makeDirectory(directory, 0o700)
      addToken(ADMIN, 'admin', (token) => writeFileSync(target, `${token}\n`, { mode: 0o600, flush: true }))
      return { created: true, file: target }
    },
  }
}

/** A login for foreign devices: no device key has two parts. */
const BRIDGE = /^bridge\/[A-Za-z0-9_.:-]{1,64}$/
/** The contract's own topics, and wildcards, which a beginning has none of. */
const BAD_START = /^(city(\/|$)|world(\/|$)|\$)|[+#]/

function checkLogin(key: string, topics: readonly string[]): void {
  if (BRIDGE.test(key)) {
    const bad = topics.find((start) => start === '' || start.length > 256 || BAD_START.test(start))
    if (topics.length > 0 && bad === undefined) return
    const hint = 'expected what its topics begin with, as in --topic application/ (no wildcards, and not city/ or world/)'
    throw new UrbanError(
      'input',
      'bridge_topics',
      bad === undefined ? `${key} needs topics: ${hint}` : `${bad} is no beginning of topics: ${hint}`,
    )
  }
  if (parseDeviceKey(key) === null) {
    const hint = 'expected {district}/{domain}/{device}, as in d0/flood/G1, or bridge/{name}'
    throw new UrbanError('input', 'device_key', `${key} is no device: ${hint}`)
  }
  if (topics.length > 0)
    throw new UrbanError('input', 'bridge_topics', `${key} is a device and has its own topics; only a bridge is given some`)
}

function parseChange(file: string, line: number, text: string): Change {
  try {
    const change: unknown = JSON.parse(text)
    if (changes.Check(change)) return change
  } catch {
    // Told below; the line itself is not repeated.
  }
  throw new UrbanError('input', 'access_file', 'expected a device or token, as `urban-brain device add` writes it', {
    place: { file, line },
  })
}

function readFrom(file: string, from: number, to: number): string {
  const fd = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(to - from)
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, from))
  } finally {
    closeSync(fd)
  }
}

/** One write at the file's end (O_APPEND), on disk before it returns. A line that a power cut left unfinished is taken away first. */
function appendLine(directory: string, file: string, line: string): void {
  makeDirectory(directory, 0o700)
  const fd = openSync(file, 'a+', 0o600)
  try {
    const { size } = fstatSync(fd)
    if (size > 0 && readFrom(file, size - 1, size) !== '\n') {
      const text = readFrom(file, 0, size)
      ftruncateSync(fd, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)))
    }
    writeSync(fd, `${line}\n`)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
