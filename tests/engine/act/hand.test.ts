/** Hand control against an emergency corridor, by policy. */
import { describe, expect, it } from 'vitest'
import { act, type CommandProposal } from '../../../engine/act/decide.ts'
import { createAct, handOf, observeAct } from '../../../engine/act/state.ts'
import { createContext } from '../../../engine/model/context.ts'
import { emptyOutcome } from '../../../engine/model/outcome.ts'
import { DEFAULT_POLICY } from '../../../engine/model/signals.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { T0 } from '../../support/brain.ts'

const device = 'd0/signal/J11'
const corridor: CommandProposal = {
  kind: 'command',
  slot: `${device} phase`,
  device,
  body: { kind: 'signal.preempt', phase: 2, until: T0 + 40_000 },
  expires_s: 30,
  reason: { policy: 'traffic.corridor', text: 'corridor', text_zh: '绿波', evidence: [] },
}

function heldJunction(preempt_over_hand: boolean) {
  const context = createContext(smallCity(), 'test', 1, { signal_policy: { ...DEFAULT_POLICY, preempt_over_hand } })
  const state = createAct()
  const fields = { phase: 1, hold_s: 600 }
  const order = { type: 'command' as const, device, command: 'signal.phase', fields, hold_s: 600 }
  observeAct(state, { kind: 'operator', ts: T0, id: 'o1', by: 'lin', act: order }, T0, emptyOutcome())
  let steps = 0
  const at = (s: number, proposals: readonly CommandProposal[] = []) =>
    act(state, context, proposals, T0 + s * 1000, ++steps, emptyOutcome())
  at(0)
  return { state, at }
}

describe('an emergency corridor at a junction held by hand', () => {
  it('passes where the policy lets it, and the person’s phase stands again afterwards', () => {
    const { state, at } = heldJunction(true)
    expect(at(5, [corridor])).toMatchObject([{ kind: 'signal.preempt', phase: 2 }])
    expect(handOf(state, device)?.by).toBe('lin')
    expect(at(20).filter(({ kind }) => kind === 'signal.phase')).toEqual([])
    const [again] = at(35)
    expect(again).toMatchObject({ kind: 'signal.phase', phase: 1, expires: T0 + 600_000, reason: { policy: 'operator' } })
  })

  it('does not pass where it does not', () => {
    const { at } = heldJunction(false)
    expect(at(5, [corridor])).toEqual([])
  })
})
