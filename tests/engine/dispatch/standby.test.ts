import { describe, expect, it } from 'vitest'
import { observeDispatch } from '../../../engine/dispatch/state.ts'
import type { City } from '../../../engine/model/city.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { type Desk, openDesk } from './desk.ts'

const base = smallCity()
const corner = (node: number) => base.nodes[node].at
/** Two depots, 1.7 km apart; both crews stand at the first. */
const city: City = {
  ...base,
  depots: [0, 15].map((node, i) => ({ ...base.depots[0], id: `depot-${i}`, at: corner(node) })),
  crews: ['a', 'b'].map((id) => ({ ...base.crews[0], id, depot: 'depot-0' })),
}

/** Urgent calls have come from the other corner, which nobody reaches within two minutes. */
function open(calls: number, heard = true): Desk {
  const desk = openDesk(city, undefined, { cover_min: 2 })
  desk.step(0)
  for (let n = 0; n < calls; n++) desk.state.calls.push({ ts: desk.now, at: corner(15), skill: 'pump', urgent: true })
  for (const id of heard ? ['a', 'b'] : []) {
    const reading = { kind: 'reading', device: `d0/crew/${id}`, ts: desk.now, seq: null, values: {}, backfill: false } as const
    observeDispatch(desk.state, desk.context, reading, desk.incidents, desk.now, desk.out)
  }
  desk.state.standby_at = 0
  return desk
}
const standby = (said: readonly string[]) => said.filter((one) => one.endsWith('notice'))

describe('idle crews', () => {
  it('are asked one by one to wait where urgent calls come from, each once in half an hour', () => {
    const desk = open(12)
    expect(standby(desk.step(1))).toEqual(['→ a notice'])
    expect(desk.out.proposals[0]).toMatchObject({ body: { to: 'standby', at: corner(15), text_zh: expect.stringContaining('待命') } })
    expect(standby(desk.step(60))).toEqual([])
    expect(standby(desk.step(600))).not.toContain('→ a notice')
  })

  it('stay where they are for a single call, unheard, or when nobody is to be kept back', () => {
    expect(standby(open(0).step(1))).toEqual([])
    expect(standby(open(12, false).step(1))).toEqual([])
    const calm = open(12)
    calm.state.calls.splice(0, 12, { ts: calm.now - 7_100_000, at: corner(0), skill: 'pump', urgent: false })
    expect(standby(calm.step(1))).toEqual([])
  })
})
