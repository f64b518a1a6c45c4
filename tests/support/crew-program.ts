/** The built program with the small city and nobody in it but who the test is: an operator's token, incidents, crews' phones. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { writeCity } from '../../config/city.ts'
import type { City } from '../../engine/model/city.ts'
import type { Task } from '../../engine/model/incident.ts'
import type { Invitation } from '../../gateway/wire/phone.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { type Running, startProgram } from './running.ts'

export const CREW = 'd0/crew/crew-1'

export interface CrewProgram {
  readonly url: string
  readonly data: string
  /** Of the role admin. */
  readonly token: string
  /** As the dispatcher. */
  call(method: string, path: string, body?: unknown): Promise<Response>
  get<T>(path: string): Promise<T>
  invite(crew?: string): Promise<Invitation>
  /** An incident that this crew is sent to; its task once the crew has the offer. */
  offer(crew?: string, kind?: string): Promise<Task>
  task(id: string): Promise<Task>
  restart(): Promise<void>
  stop(): Promise<void>
}

export async function startCrewProgram(more: readonly string[] = [], city: City = smallCity()): Promise<CrewProgram> {
  const directory = mkdtempSync(join(tmpdir(), 'crew-'))
  const data = join(directory, 'data')
  await writeCity(city, join(directory, 'city'))
  const start = (port = '0'): Promise<Running> =>
    startProgram(['--city', join(directory, 'city'), '--data', data, '--fleet', 'none', '--port', port, ...more])
  let program = await start()
  const token = readFileSync(join(data, 'admin-token'), 'utf8').trim()

  const call = (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${program.http}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  async function answer<T>(asked: Promise<Response>): Promise<T> {
    const response = await asked
    const text = await response.text()
    expect(response.ok, text).toBe(true)
    return JSON.parse(text) as T
  }
  const get = <T>(path: string): Promise<T> => answer(call('GET', path))
  const tasks = async (): Promise<Task[]> => (await get<{ tasks: Task[] }>('tasks?limit=1000')).tasks

  return {
    get url() {
      return `${program.http}/`
    },
    data,
    token,
    call,
    get,
    invite: (crew = CREW) => answer(call('POST', 'phones/invitations', { crew })),
    async offer(crew = CREW, kind = 'road.flooded') {
      const before = new Set((await get<{ incidents: { id: string }[] }>('incidents')).incidents.map(({ id }) => id))
      const [lon, lat] = city.nodes[(before.size + 6) % city.nodes.length].at
      await answer(call('POST', 'incidents', { class: kind, severity: 'critical', lon, lat, text: 'water over the kerb' }))
      const [incident] = (await get<{ incidents: { id: string }[] }>('incidents')).incidents.filter(({ id }) => !before.has(id))
      await answer(call('POST', `incidents/${incident.id}/dispatch`, { crew }))
      const find = async (): Promise<Task> => {
        const offered = (await tasks()).find((task) => task.incident === incident.id && task.status === 'offered' && task.crew === crew)
        if (offered === undefined) throw new Error(`${crew} has no offer`)
        return offered
      }
      return vi.waitFor(find, { timeout: 20_000, interval: 100 })
    },
    async task(id) {
      const found = (await tasks()).find((task) => task.id === id)
      if (found === undefined) throw new Error(`no task ${id}`)
      return found
    },
    async restart() {
      const { port } = new URL(program.http)
      await program.stop()
      program = await start(port)
    },
    async stop() {
      await program.stop()
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
