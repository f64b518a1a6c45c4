/** What a foreign message says: the same dialects as the gateway's, on a file. For whoever is about to connect equipment. */
import { readFileSync } from 'node:fs'
import { DEFAULT_DIALECTS } from '../../config/dialects.ts'
import { UrbanError } from '../../engine/base/errors.ts'
import type { Envelope, HttpDoor } from '../dialects/dialect.ts'
import { understand } from '../dialects/list.ts'
import { createSparkplugMemory } from '../dialects/sparkplug-memory.ts'
import { type Arguments, type Command, say, usageError } from './command.ts'

const HTTP = /^(GET|POST|PUT|PATCH) (\/\S*)$/

function doorOf(args: Arguments): Pick<Envelope, 'topic' | 'http'> {
  const topic = args.text('topic') ?? null
  const http = args.text('http')
  if (http === undefined) return { topic, http: null }
  if (topic !== null) throw usageError('decode takes --topic or --http, not both')
  const [, method, path] = HTTP.exec(http) ?? []
  if (method === undefined) throw usageError(`--http takes a method and a path, as in 'POST /path', not ${http}`)
  return { topic: null, http: { method, path, headers: {} } satisfies HttpDoor }
}

function payloadOf(file: string): Uint8Array {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (cause) {
    throw new UrbanError('input', 'file', `cannot read ${file}`, { place: { file }, cause })
  }
}

export const decodeCommand: Command = {
  positionals: ['<file>'],
  options: {
    topic: { type: 'string', value: 'TOPIC', help: 'the MQTT topic that it came on' },
    http: { type: 'string', value: "'POST /path'", help: 'the HTTP request that it came with' },
    type: { type: 'string', value: 'TYPE', help: 'its content type' },
  },
  async run(args) {
    const [file] = args.positionals
    const envelope: Envelope = { ...doorOf(args), content_type: args.text('type') ?? null, payload: payloadOf(file), received: Date.now() }
    const { dialect, said } = understand(envelope, {
      // Without a data directory there is no key, and without a key no pseudonym that would hold.
      pseudonym: () => 'p:…',
      zone_min: DEFAULT_DIALECTS.zone_min,
      box: null,
      frigate_prefixes: DEFAULT_DIALECTS.frigate_prefixes,
      sparkplug: createSparkplugMemory(),
      simulated: false,
    })
    if (!said.ok) {
      const who = dialect === null ? '' : `${dialect.id}: `
      throw new UrbanError('input', `decode_${said.kind}`, `${file}: ${who}${said.reason}`, { place: { file } })
    }
    say(JSON.stringify({ dialect: dialect?.id, forms: said.forms, drift: said.drift }, null, 2))
    return 0
  },
}
