import { beforeEach, describe, expect, it } from 'vitest'
import { observeDispatch } from '../../../engine/dispatch/state.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { type Desk, openDesk, signal } from './desk.ts'

const CREW = 'd0/crew/crew-1'
const MINUTE = 60_000
let desk: Desk
let task: string
let presses = 0

/** A crew's correction that was pressed so long after the end; what was said to it, and what the timeline ends with. */
function correct(after_ms: number, note: string | null = 'it was 0.13 m', crew = CREW, id = task) {
  desk.out.facts.length = 0
  desk.out.proposals.length = 0
  const ended = desk.tasks().find((one) => one.id === task)?.updated ?? 0
  const obs = {
    kind: 'crew',
    device: crew,
    ts: ended + after_ms,
    id: `c${presses++}`,
    type: 'task.corrected',
    task: id,
    note,
    photo: null,
  } as const
  observeDispatch(desk.state, desk.context, obs, desk.incidents, desk.now, desk.out)
  const [proposal] = desk.out.proposals
  const conflict = proposal?.kind === 'command' && proposal.body.kind === 'task.conflict' ? proposal.body.text : null
  return conflict ?? desk.incident().timeline.at(-1)?.text.en
}

beforeEach(() => {
  desk = openDesk(smallCity())
  desk.step(1, signal('s', 'critical'))
  desk.answer()
  task = desk.tasks()[0].id
  for (const type of ['task.accepted', 'task.onsite', 'task.done'] as const) desk.press('crew-1', type)
})

describe('a correction', () => {
  it('joins the timeline of the incident, and changes nothing else', () => {
    const before = desk.tasks()
    expect(correct(5 * MINUTE)).toBe('Drainage Crew 1 corrects: it was 0.13 m')
    expect(desk.out.facts.map((fact) => ('change' in fact ? fact.change : fact.kind))).toEqual(['corrected'])
    expect(desk.tasks()).toEqual(before)
  })

  it('counts by when it was pressed, for it may have waited for a network', () => {
    desk.now += 60 * MINUTE
    expect(correct(10 * MINUTE)).toBe('Drainage Crew 1 corrects: it was 0.13 m')
    expect(correct(10 * MINUTE + 1)).toBe('it ended more than ten minutes before')
  })

  it.each([
    ['of a task that has not ended', () => correct(0, 'x', CREW, 'T-0-1'), 'there is no such task that has ended'],
    ['by another crew', () => correct(0, 'x', 'd0/crew/crew-2'), 'it is not a task of this crew'],
    ['without words', () => correct(0, null), 'it does not say what is corrected'],
  ])('%s is answered with why not', (_what, act, why) => {
    expect(act()).toBe(why)
  })
})
