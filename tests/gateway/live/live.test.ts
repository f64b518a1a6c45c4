import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import type { IssuedCommand } from '../../../engine/act/state.ts'
import { createState, step } from '../../../engine/brain.ts'
import type { CityState } from '../../../engine/city-state.ts'
import type { CommandBody } from '../../../engine/model/command.ts'
import { createContext } from '../../../engine/model/context.ts'
import { createLiveClient } from '../../../gateway/live/client.ts'
import { createHub, type Hub } from '../../../gateway/live/hub.ts'
import { type Changes, createTables } from '../../../gateway/live/tables.ts'
import { COMMANDS_OF_KIND_MAX, type DeltaFrame, type LiveFrame, type SnapshotFrame } from '../../../gateway/wire/frames.ts'
import { smallCity } from '../../fixtures/small-city.ts'

const T0 = 1_767_225_600_000
const city = smallCity()
const gauge = city.low_points[0].gauges[0]

describe('a slow client', () => {
  const changes = (value: number): Changes =>
    new Map([['devices', new Map([['a', `${value}`], ...(value === 1 ? [['b', '1'] as const] : [])])]])
  let buffered: number
  let sent: string[]
  let closed: number | null
  let clock: number
  const transport = {
    send: (text: string) => void sent.push(text),
    close: (code: number) => {
      closed = code
    },
    get bufferedAmount() {
      return buffered
    },
  }
  beforeEach(() => {
    buffered = 0
    sent = []
    closed = null
    clock = 0
  })

  it('gets the newest value per key and how many it missed', () => {
    const client = createLiveClient({ transport, buffer_bytes_max: 100, clock: () => clock })
    client.deliver('whole 1', changes(0), 1, T0)
    buffered = 101
    for (let value = 1; value <= 5; value++) client.deliver(`whole ${value}`, changes(value), value, T0)
    expect(sent).toEqual(['whole 1'])
    buffered = 60
    client.deliver('whole 6', changes(6), 6, T0)
    expect(sent).toHaveLength(1)
    buffered = 10
    client.deliver('whole 7', changes(7), 7, T0)
    expect(JSON.parse(sent[1])).toEqual({ type: 'delta', seq: 7, now: T0, tables: { devices: { a: 7, b: 1 } }, missed: 6 })
    client.deliver('whole 8', changes(8), 8, T0)
    expect(sent[2]).toBe('whole 8')
  })

  it('is let go of when it never recovers', () => {
    const client = createLiveClient({ transport, buffer_bytes_max: 100, clock: () => clock })
    buffered = 1000
    client.deliver('', changes(1), 1, T0)
    clock = 119_000
    client.deliver('', changes(2), 2, T0)
    expect(closed).toBeNull()
    clock = 121_000
    client.deliver('', changes(3), 3, T0)
    expect(closed).toBe(1013)
  })
})

describe('the automation log of /live', () => {
  const issued = (id: string, body: CommandBody, device: string, ts: number): IssuedCommand => ({
    command: { id, ts, expires: ts + 60_000, device, reason: { policy: 'test', text: '', text_zh: '', evidence: [] }, ...body },
    status: 'issued',
    auto: true,
    tries: 1,
    updated: ts,
  })

  it('keeps the newest of every kind, so that phases do not push out pumps and crews', () => {
    const state = createState(createContext(city, 'live', 1))
    const tables = createTables(() => state)
    state.act.issued.set('pump', issued('pump', { kind: 'drain.setting', setting: 1 }, city.low_points[0].pumps[0], T0))
    state.act.issued.set('recall', issued('recall', { kind: 'crew.recall', task: 't1', text: '', text_zh: '' }, 'd0/crew/c1', T0 + 1))
    for (let i = 0; i < 5 * COMMANDS_OF_KIND_MAX; i++)
      state.act.issued.set(`s${i}`, issued(`s${i}`, { kind: 'signal.phase', phase: 0, hold_s: 10 }, 'd0/signal/J1', T0 + 2 + i))
    const ids = [...(tables.refresh().get('commands')?.keys() ?? [])]
    expect(ids.slice(0, 3)).toEqual(['pump', 'recall', `s${4 * COMMANDS_OF_KIND_MAX}`])
    expect(ids).toHaveLength(2 + COMMANDS_OF_KIND_MAX)
    state.act.issued.set('last', issued('last', { kind: 'signal.phase', phase: 1, hold_s: 10 }, 'd0/signal/J1', T0 + 10_000))
    expect([...(tables.refresh().get('commands') ?? [])].map(([id, row]) => [id, row === 'null'])).toEqual([
      ['last', false],
      [`s${4 * COMMANDS_OF_KIND_MAX}`, true],
    ])
  })
})

describe('/live over a socket', () => {
  let state: CityState
  let hub: Hub
  let server: Server
  let url: string
  const open: WebSocket[] = []

  beforeEach(async () => {
    state = createState(createContext(city, 'live', 1))
    hub = createHub({ state: () => state, mode: 'live', city: city.id, buffer_bytes_max: 200_000 })
    server = createServer()
    server.on('upgrade', (request, socket, head) => hub.accept(request, socket, head))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/live`
    await hub.start()
  })
  afterEach(async () => {
    for (const socket of open.splice(0)) socket.terminate()
    await hub.stop()
    await new Promise((resolve) => server.close(resolve))
  })

  function measure(seconds: number, level_m: number): void {
    const now = T0 + seconds * 1000
    const { facts } = step(state, [{ kind: 'reading', device: gauge, ts: now, seq: seconds, values: { level_m }, backfill: false }], now)
    hub.note(facts)
  }

  function join(): { socket: WebSocket; frames: LiveFrame[]; until(found: (frame: LiveFrame) => boolean): Promise<LiveFrame> } {
    const socket = new WebSocket(url)
    open.push(socket)
    const frames: LiveFrame[] = []
    const waiting: (() => void)[] = []
    socket.on('message', (data) => {
      frames.push(JSON.parse(String(data)))
      for (const wake of waiting.splice(0)) wake()
    })
    return {
      socket,
      frames,
      async until(found) {
        for (;;) {
          const frame = frames.find(found)
          if (frame !== undefined) return frame
          await new Promise<void>((resolve) => waiting.push(resolve))
        }
      },
    }
  }

  const isSnapshot = (frame: LiveFrame): frame is SnapshotFrame => frame.type === 'snapshot'
  const isLevel =
    (level_m: number) =>
    (frame: LiveFrame): frame is DeltaFrame =>
      frame.type === 'delta' && frame.tables.devices?.[gauge]?.v.level_m === level_m

  it('sends a snapshot of every table, then deltas that follow it without a gap', async () => {
    measure(0, 0.1)
    const client = join()
    const snapshot = await client.until(isSnapshot)
    expect(snapshot).toMatchObject({ world: 'live', mode: 'live', city: city.id, now: T0 })
    expect(isSnapshot(snapshot) && Object.keys(snapshot.tables)).toEqual([
      'devices',
      'signals',
      'roads',
      'crews',
      'tasks',
      'rounds',
      'incidents',
      'kpis',
      'commands',
      'warnings',
      'forecasts',
      'forecast_scores',
      'flood_stages',
    ])
    expect(isSnapshot(snapshot) && snapshot.tables.devices[gauge]).toMatchObject({ v: { level_m: 0.1 }, online: true, state: 'normal' })
    expect(isSnapshot(snapshot) && Object.keys(snapshot.tables.devices)).toHaveLength(city.devices.length)
    measure(60, 0.2)
    const delta = await client.until(isLevel(0.2))
    expect(delta.seq).toBe(snapshot.seq + client.frames.indexOf(delta))
    expect(delta.type === 'delta' && delta.missed).toBeUndefined()
  })

  it('says that it is alive while the city is quiet', async () => {
    const client = join()
    const { seq } = await client.until(isSnapshot)
    const frame = await client.until((one) => one.type === 'delta')
    expect(frame).toMatchObject({ type: 'delta', seq: seq + 1, tables: {} })
  })

  it('keeps up everybody else, and its memory, when one client stalls', async () => {
    const slow = join()
    const fast = join()
    await slow.until(isSnapshot)
    await fast.until(isSnapshot)
    slow.socket.pause()
    const text = 'x'.repeat(2000)
    // Many wide rows fill the buffers of system and socket; the stalled client must then cost one row per key.
    const began = Date.now()
    for (let second = 1; hub.counters.behind === 0 && Date.now() - began < 20_000; second++) {
      const now = T0 + second * 1000
      for (let device = 0; device < 60; device++) {
        const key = `d0/waste/${text.slice(0, 50)}${device}`
        const values = Object.fromEntries(
          Array.from({ length: 60 }, (_, i) => [`metric_${i}_of_a_rather_long_name_${second}_m`, second + i]),
        )
        const { facts } = step(state, [{ kind: 'reading', device: key, ts: now, seq: second, values, backfill: false }], now)
        hub.note(facts)
      }
      await new Promise((resolve) => setTimeout(resolve, 260))
    }
    expect(hub.counters.behind).toBe(1)
    measure(5000, 0.7)
    await fast.until(isLevel(0.7))
    measure(5060, 0.8)
    await fast.until(isLevel(0.8))
    expect(slow.frames.some(isLevel(0.7))).toBe(false)
    slow.socket.resume()
    const late = await slow.until(isLevel(0.8))
    expect(late.type === 'delta' && late.missed).toBeGreaterThan(0)
    expect(slow.frames.some(isLevel(0.7))).toBe(false)
    expect(hub.counters.behind).toBe(0)
  }, 40_000)
})
