/** Rounds of the bin lorries on the wire, against the real program: planned when asked, pressed stop by stop, taken back. */
import { Compile } from 'typebox/compile'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import WebSocket from 'ws'
import { BinsAnswer, type RoundDocument, RoundsAnswer } from '../../gateway/wire/bins.ts'
import type { SnapshotFrame } from '../../gateway/wire/frames.ts'
import { unsensedCity } from '../fixtures/unsensed-city.ts'
import { type CrewProgram, startCrewProgram } from '../support/crew-program.ts'

let program: CrewProgram
beforeAll(async () => {
  program = await startCrewProgram([], unsensedCity())
  await vi.waitFor(async () => expect((await bins()).bins).toHaveLength(6), { timeout: 20_000, interval: 200 })
})
afterAll(() => program.stop())

const bins = () => program.get<BinsAnswer>('bins')
const answer = () => program.get<RoundsAnswer>('bins/round')
let presses = 0
const press = (type: string, task: string, more: object = {}): Promise<Response> =>
  program.call('POST', 'crews/crew-2/events', { id: `r${presses++}`, ts: Date.now(), type, task, ...more })
async function offered(): Promise<RoundDocument> {
  const find = async (): Promise<RoundDocument> => {
    const [round] = (await answer()).rounds
    expect(round?.state).toBe('offered')
    return round
  }
  return vi.waitFor(find, { timeout: 20_000, interval: 100 })
}

describe('rounds on the wire', () => {
  it('estimate what nothing measures, in the shape that the schema says', async () => {
    const answered = await bins()
    expect(Compile(BinsAnswer).Errors(answered)).toEqual([])
    for (const bin of answered.bins) expect(bin).toMatchObject({ sensor: 'none', estimate: { collections: 0 }, round: null })
    expect(await answer()).toMatchObject({ decision: null, asking: null, rounds: [] })
  })

  it('are planned for an operator, driven stop by stop, and told to everybody', async () => {
    expect((await fetch(`${program.url}api/v1/bins/round`, { method: 'POST' })).status).toBe(401)
    expect((await program.call('POST', 'bins/round', { when: 'now' })).status).toBe(400)
    expect((await program.call('POST', 'bins/round', { note: 'before the market' })).status).toBe(200)
    const { round, crew, stops } = await offered()
    const told = await answer()
    expect(Compile(RoundsAnswer).Errors(told)).toEqual([])
    expect(told.decision).toMatchObject({ outcome: 'drive', by: 'operator:admin', lorries: 1 })
    expect(told.decision?.km).toBeGreaterThan(0)
    expect(crew).toBe('d0/crew/crew-2')
    expect(stops.at(-1)).toMatchObject({ kind: 'tip', id: 'tip-1' })
    expect((await program.call('POST', 'bins/round', {})).status).toBe(409)

    const [first, second] = stops
    expect((await press('stop.emptied', round, { stop: { id: first.stop } })).status).toBe(409)
    expect((await press('task.accepted', round)).status).toBe(200)
    expect((await press('stop.emptied', round, { stop: { id: first.stop, found_pct: 80 } })).status).toBe(200)
    expect((await press('stop.emptied', round, { stop: { id: first.stop } })).status).toBe(409)
    expect((await press('stop.failed', round, { stop: { id: second.stop, why: 'raining' } })).status).toBe(400)
    expect((await press('stop.failed', round, { stop: { id: second.stop, why: 'blocked' } })).status).toBe(200)
    const [driven] = (await answer()).rounds
    expect(driven).toMatchObject({ state: 'under_way', emptied: 1, failed: 1, left: stops.length - 3 })
    expect(driven.load_l).toBeGreaterThan(0)
    expect(driven.stops[0]).toMatchObject({ id: first.id, state: 'emptied', found_pct: 80 })
    const known = new Map((await bins()).bins.map((bin) => [bin.bin, bin]))
    expect(known.get(first.id)).toMatchObject({ estimate: { collections: 1 }, round: { round, state: 'emptied' } })
    expect(known.get(second.id)?.blocked?.why).toBe('crew')

    const socket = new WebSocket(`${program.url.replace('http', 'ws')}live`)
    const frame = await new Promise<SnapshotFrame>((resolve) => socket.once('message', (data) => resolve(JSON.parse(String(data)))))
    socket.close()
    expect(frame.tables.rounds[round]).toMatchObject({ state: 'under_way', emptied: 1 })
    expect(frame.tables.tasks[round]).toMatchObject({ kind: 'waste.round', incident: null })
  })

  it('go on over a restart, and are taken back with a reason', async () => {
    await program.restart()
    const [{ round }] = (await answer()).rounds
    expect((await program.call('POST', `bins/round/${round}/withdraw`, {})).status).toBe(400)
    expect((await program.call('POST', 'bins/round/T-none/withdraw', { reason: 'x' })).status).toBe(404)
    expect((await program.call('POST', `bins/round/${round}/withdraw`, { reason: 'lorry broken' })).status).toBe(200)
    expect((await answer()).rounds[0]).toMatchObject({ round, state: 'withdrawn' })
    expect((await program.call('POST', `bins/round/${round}/withdraw`, { reason: 'again' })).status).toBe(409)
    const { lines } = await program.get<{ lines: { fact: { change: string } }[] }>('audit?kind=round&limit=100')
    expect(lines.map(({ fact }) => fact.change).reverse()).toEqual(['planned', 'begins', 'stop', 'stop', 'withdrawn'])
  })
})
