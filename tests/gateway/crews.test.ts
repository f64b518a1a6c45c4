/** A crew's phone on the wire, against the real program: presses and their conflicts, its own view, photos, sign-out. */
import { Compile } from 'typebox/compile'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import type { Task } from '../../engine/model/incident.ts'
import { SIGNED_OUT } from '../../gateway/wire/frames.ts'
import { CrewFrame, type PhoneDocument, type PhotoDocument, type SignInAnswer } from '../../gateway/wire/phone.ts'
import { CREW, type CrewProgram, startCrewProgram } from '../support/crew-program.ts'
import { jpegWith } from '../support/jpeg.ts'

let program: CrewProgram
beforeAll(async () => {
  const push = ['push.contact=mailto:duty@example.org', 'push.services=["https://push.example.net","https://*.push.example.org"]']
  program = await startCrewProgram(
    ['crew.call_centre=+86 571 110', 'public_url=https://brain.example.org', ...push].flatMap((one) => ['--set', one]),
  )
})
afterAll(() => program.stop())

async function signIn(crew = CREW): Promise<SignInAnswer> {
  const { ticket } = await program.invite(crew)
  const answer = await fetch(`${program.url}api/v1/phones`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ticket }),
  })
  expect(answer.status).toBe(200)
  return (await answer.json()) as SignInAnswer
}

function asPhone({ token }: SignInAnswer, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${program.url}api/v1/${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })
}
const press = (phone: SignInAnswer, id: string, type: string, task: string, more: object = {}): Promise<Response> =>
  asPhone(phone, 'crews/crew-1/events', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': id },
    body: JSON.stringify({ ts: Date.now(), type, task, ...more }),
  })

/** Frames of a phone's socket, and the code with which it was closed. */
function listen({ token }: SignInAnswer) {
  const socket = new WebSocket(`${program.url.replace('http', 'ws')}live`, ['bearer', token])
  const frames: CrewFrame[] = []
  socket.on('message', (data) => frames.push(JSON.parse(String(data))))
  const closed = new Promise<number>((resolve) => socket.on('close', (code) => resolve(code)))
  return { socket, frames, closed }
}

describe('a press', () => {
  let task: Task
  let phone: SignInAnswer
  beforeAll(async () => {
    phone = await signIn()
    task = await program.offer()
  })

  it('that cannot have its effect is answered with why, and again when it is sent again, over a restart too', async () => {
    const expected = {
      code: 'task_conflict',
      text: { zh: '任务当前为“offered”，不能执行此操作', en: 'the task is offered; task.done cannot follow' },
    }
    const first = await press(phone, 'early', 'task.done', task.id)
    expect(first.status).toBe(409)
    expect(await first.json()).toMatchObject(expected)
    const again = await press(phone, 'early', 'task.done', task.id)
    expect(again.status).toBe(409)
    expect(await again.json()).toMatchObject(expected)
    await program.restart()
    const after = await press(phone, 'early', 'task.done', task.id)
    expect(after.status).toBe(409)
    expect(await after.json()).toMatchObject(expected)
  })

  it('has its effect once, and says from when on a view has it', async () => {
    const [first, second] = [await press(phone, 'yes', 'task.accepted', task.id), await press(phone, 'yes', 'task.accepted', task.id)]
    expect([first.status, second.status]).toEqual([200, 200])
    const { now } = (await first.json()) as { now: number }
    const { view } = (await (await asPhone(phone, 'crews/crew-1/view')).json()) as CrewFrame
    expect(view.jobs).toMatchObject([{ id: task.id, status: 'accepted', steps: expect.any(Array), photos: ['before', 'after'] }])
    expect(view.jobs[0].updated).toBeLessThanOrEqual(now)
  })
})

describe('the view on /live', () => {
  it('is the crew’s own, whole, at once and when it changes, and ends with the sign-in', async () => {
    const phone = await signIn('d0/crew/crew-2')
    const { socket, frames, closed } = listen(phone)
    await expect.poll(() => frames.length).toBeGreaterThan(0)
    const validator = Compile(CrewFrame)
    expect(validator.Errors(frames[0])).toEqual([])
    expect(frames[0]).toMatchObject({ type: 'crew', call_centre: '+86 571 110', view: { crew: { id: 'd0/crew/crew-2' }, jobs: [] } })
    const task = await program.offer('d0/crew/crew-2', 'waste.overflow')
    await expect.poll(() => frames.at(-1)?.view.jobs.at(0)?.status).toBe('offered')
    expect(frames.at(-1)?.view.jobs).toMatchObject([{ id: task.id, offer_until: expect.any(Number), readings: [{ id: 'fill_pct' }] }])
    socket.send('nonsense')
    socket.send('{"waiting":-1}')
    socket.send('{"waiting":3}')
    const listed = async (): Promise<PhoneDocument | undefined> =>
      (await program.get<{ phones: PhoneDocument[] }>('phones')).phones.find(({ id }) => id === phone.id)
    await expect.poll(async () => (await listed())?.waiting).toBe(3)
    expect((await asPhone(phone, `phones/${phone.id}`, { method: 'DELETE' })).status).toBe(204)
    expect(await closed).toBe(SIGNED_OUT)
    expect(await listed()).toBeUndefined()
    expect((await asPhone(phone, 'crews/crew-2/view')).status).toBe(401)
  })
})

describe('Web Push', () => {
  const keys = { p256dh: 'B'.repeat(87), auth: 'a'.repeat(22) }
  const put = (phone: SignInAnswer, id: string, endpoint: string): Promise<Response> =>
    asPhone(phone, `phones/${id}/push`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ endpoint, keys, language: 'zh' }),
    })

  it('goes where the phone itself says, and to known push services only', async () => {
    const phone = await signIn()
    const other = await signIn('d0/crew/crew-2')
    const pushes = async (): Promise<boolean | undefined> =>
      (await program.get<{ phones: PhoneDocument[] }>('phones')).phones.find(({ id }) => id === phone.id)?.push
    for (const endpoint of [
      'https://evil.example.com/x',
      'http://127.0.0.1:8080/api/v1/phones',
      'https://push.example.net.evil.com/x',
      'https://push.example.org/x',
    ]) {
      const refused = await put(phone, phone.id, endpoint)
      expect([refused.status, ((await refused.json()) as { code: string }).code], endpoint).toEqual([403, 'push_service'])
    }
    expect((await put(other, phone.id, 'https://push.example.net/x')).status).toBe(403)
    expect(await pushes()).toBe(false)
    expect((await put(phone, phone.id, 'https://a.push.example.org/x')).status).toBe(204)
    expect((await put(phone, phone.id, 'https://push.example.net/x')).status).toBe(204)
    expect(await pushes()).toBe(true)
    expect((await asPhone(phone, `phones/${phone.id}/push`, { method: 'DELETE' })).status).toBe(204)
    expect(await pushes()).toBe(false)
  })

  it('and QR codes name the address at which phones reach the server', async () => {
    expect(await program.invite()).toMatchObject({
      base: 'https://brain.example.org/',
      path: expect.stringMatching(/^crew\/#ticket=\S{24}$/),
    })
    const { frames, socket } = listen(await signIn())
    await expect.poll(() => frames.at(0)?.push_key).toMatch(/^[A-Za-z0-9_-]{87}$/)
    socket.close()
  })
})

describe('a photo', () => {
  const put = (phone: SignInAnswer, id: string, task: string, body: Buffer, type = 'image/jpeg'): Promise<Response> =>
    asPhone(phone, `crews/crew-1/photos/${id}?task=${task}&stage=after&ts=1`, {
      method: 'PUT',
      headers: { 'content-type': type },
      body: new Uint8Array(body),
    })

  it('of the crew’s own task is kept without metadata, and nothing else is', async () => {
    const phone = await signIn()
    const [task] = (await program.get<{ tasks: Task[] }>('tasks')).tasks.filter(({ crew }) => crew === CREW)
    const [others] = (await program.get<{ tasks: Task[] }>('tasks')).tasks.filter(({ crew }) => crew !== CREW)
    const kept = await put(phone, 'p1', task.id, jpegWith('SECRET'))
    expect(kept.status).toBe(200)
    expect(await kept.json()).toMatchObject({ id: 'p1', task: task.id, crew: CREW, stage: 'after', width_px: 1600 })
    expect((await put(phone, 'p1', task.id, jpegWith('SECRET'))).status).toBe(200)
    const refused = async (answer: Promise<Response>) => {
      const response = await answer
      return [response.status, ((await response.json()) as { code: string }).code]
    }
    expect(await refused(put(phone, 'p2', task.id, Buffer.from('GIF89a')))).toEqual([400, 'photo_not_jpeg'])
    expect(await refused(put(phone, 'p2', task.id, jpegWith('x'), 'image/png'))).toEqual([415, 'media_type'])
    expect(await refused(put(phone, 'p2', task.id, Buffer.alloc(2_200_000, 1)))).toEqual([413, 'body_too_large'])
    expect(await refused(put(phone, 'p2', others.id, jpegWith('x')))).toEqual([404, 'task'])
    expect(await refused(put(phone, '..', task.id, jpegWith('x')))).toEqual([404, 'not_found'])
    expect(await refused(put(phone, 'p2', '..', jpegWith('x')))).toEqual([400, 'validation'])
    expect((await program.get<{ photos: PhotoDocument[] }>(`tasks/${task.id}/photos`)).photos).toHaveLength(1)
    const { lines } = await program.get<{ lines: { fact: { act: string; about?: string } }[] }>('audit?kind=operator')
    expect(lines.filter(({ fact }) => fact.act === 'photo.take_in').map(({ fact }) => fact.about)).toEqual([
      expect.stringMatching(new RegExp(`^${task.id} p1 sha256 [0-9a-f]{64}$`)),
    ])
  })
})

describe('a place', () => {
  it('moves the crew of the phone that tells it, and is the reading of that crew', async () => {
    const phone = await signIn()
    const tell = (place: object): Promise<Response> =>
      asPhone(phone, 'crews/crew-1/place', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(place),
      })
    const seen = async () => (await program.get<{ crews: { id: string; at: number[] }[] }>('crews')).crews.find(({ id }) => id === CREW)?.at
    const ts = Date.now()
    expect((await tell({ ts, lon: 120.152, lat: 30.272, speed_mps: 3 })).status).toBe(204)
    await expect.poll(seen).toEqual([120.152, 30.272])
    // An older one, overtaken on the way.
    expect((await tell({ ts: ts - 5000, lon: 120.1, lat: 30.2 })).status).toBe(204)
    const old = await tell({ ts: ts - 400 * 24 * 3_600_000, lon: 120.1, lat: 30.2 })
    expect(old.status).toBe(400)
    expect(await old.json()).toMatchObject({ code: 'message_refused' })
    expect(await seen()).toEqual([120.152, 30.272])
  })
})
