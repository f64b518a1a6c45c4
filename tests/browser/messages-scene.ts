/** The real desk of mappings behind the made-up brain: three kinds of refused messages, and a file of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMappingDesk } from '../../gateway/mappings/desk.ts'
import { redact } from '../../gateway/mqtt/quarantine.ts'
import { context } from '../gateway/dialects/fixtures.ts'

export interface MessagesScene {
  /** The answer to a request of the desk; null when it is none. */
  answer(request: IncomingMessage, path: string, body: unknown): Promise<{ readonly status: number; readonly document: unknown } | null>
  stop(): Promise<void>
}

const silent = { info: () => {}, warn: () => {}, error: () => {} }

export async function createMessages(now: number): Promise<MessagesScene> {
  const directory = mkdtempSync(join(tmpdir(), 'messages-'))
  const desk = createMappingDesk({
    file: join(directory, 'mappings.yaml'),
    groups_file: join(directory, 'quarantine.json'),
    context: () => context(),
    reload: false,
    redact,
    logger: silent,
  })
  await desk.start()
  const refuse = (topic: string, payload: unknown, kind: 'dialect' | 'unbound' | 'json', reason: string, times: number): void => {
    for (let i = 0; i < times; i++)
      desk.note({ at: now - 1000 * i, topic, from: 'bridge/acme', kind, reason, payload: Buffer.from(JSON.stringify(payload)) })
  }
  const reason = 'no dialect recognises this topic and payload'
  refuse('acme/A0017/up', { ts: Math.floor(now / 1000), level_mm: 310, 温度: 25.7, zorp: 4 }, 'dialect', reason, 12)
  refuse('acme/A0017/debug', { heap: 4711 }, 'dialect', reason, 3)
  refuse('zigbee2mqtt/pump_room_03/leak', { water_leak: true }, 'unbound', 'z2m:pump_room_03/leak: no device of the city', 2)

  async function change(work: Promise<unknown>): Promise<{ status: number; document: unknown }> {
    return work.then(
      () => ({ status: 200, document: { done: true } }),
      (error: Error) => ({ status: 400, document: { title: 'Bad request', detail: error.message } }),
    )
  }

  return {
    async answer({ method, headers }, path, body) {
      if (!/^\/api\/v1\/(quarantine|mappings)/.test(path)) return null
      if (headers.authorization !== 'Bearer secret-token') return { status: 403, document: { title: 'Not allowed' } }
      if (path.endsWith('/groups')) return { status: 200, document: { groups: desk.groups() } }
      if (method === 'GET') return { status: 200, document: { mappings: desk.written, ignored: desk.ignored, problems: desk.problems } }
      if (method === 'DELETE') return change(desk.withdraw(path.slice('/api/v1/mappings/'.length)))
      const given = body as { group: string; mapping: { id: string; topic: string }; note: string; topic: string }
      if (path.endsWith('/heed')) return change(desk.heed(given.topic))
      const group = desk.find(path.endsWith('/ignore') ? path.split('/')[4] : given.group)
      if (group === null) return { status: 404, document: { title: 'Not found' } }
      if (path.endsWith('/ignore')) return change(desk.ignore(group, given.note))
      if (path.endsWith('/try')) return { status: 200, document: await desk.attempt(group, given.mapping) }
      return change(desk.accept(group, given.mapping))
    },
    async stop() {
      await desk.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
