/** What controllers say they run, beside what they were told: known, shown, told when it stands, and never answered with a command. */
import { deserialize, serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { restoreState, saveState } from '../../../engine/brain.ts'
import type { MetricValue, OperatorAct } from '../../../engine/model/observation.ts'
import { signalStates } from '../../../engine/signal-view.ts'
import { type ObservedPlan, planDifferences } from '../../../engine/traffic/observed-plan.ts'
import { incidents } from '../../../engine/view.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { createBrain, reading, T0 } from '../../support/brain.ts'

const SIGNAL = 'd0/signal/J11'
const city = smallCity()
const GREENS = [0, 1, 2, 3].map((phase) => ({ phase, green_s: 15 }))
const TOLD = { cycle_s: 80, offset_s: 20, splits: GREENS }
const AS_TOLD = { plan: 5, cycle_s: 80, offset_s: 20, phase_0_green_s: 15, phase_1_green_s: 15 }

const order: OperatorAct = {
  kind: 'operator',
  ts: T0,
  id: 'o1',
  by: 'li',
  act: { type: 'command', device: SIGNAL, command: 'signal.plan', fields: TOLD, hold_s: 3_600 },
}

/** A minute each: the controller says `values`; what the junction's incident and view are at the end, and all commands on the way. */
function run(minutes: number, values: Record<string, MetricValue> | null, brain = createBrain([], city), from = 10) {
  const commands: string[] = []
  if (from === 10) brain.at(1, order)
  for (let m = 0; m < minutes; m++) {
    const s = from + m * 60
    const said = values === null ? [] : [reading(SIGNAL, s, values)]
    commands.push(...brain.at(s, ...said).commands.map(({ kind }) => kind))
  }
  const view = signalStates(brain.state).find(({ id }) => id === 'J11')?.controller ?? null
  return { brain, view, commands, open: [...incidents(brain.state)].filter(({ class: name }) => name === 'signal.plan_differs') }
}

describe('a controller', () => {
  it('that runs what it was told is known to do so', () => {
    const { view, open } = run(20, AS_TOLD)
    expect(view).toMatchObject({ plan: 5, cycle_s: 80, offset_s: 20, differences: [], since: null })
    expect(open).toEqual([])
  })

  it('that runs another plan is shown at once after the transition and told when it stands, without any command', () => {
    const other = { ...AS_TOLD, cycle_s: 100, phase_1_green_s: 35 }
    const soon = run(3, other)
    expect(soon.view?.differences).toEqual([])
    const shown = run(3, other, soon.brain, 190)
    expect(shown.view?.differences).toEqual([
      { what: 'cycle', phase: null, commanded_s: 80, observed_s: 100 },
      { what: 'green', phase: 1, commanded_s: 15, observed_s: 35 },
    ])
    expect(shown.open).toEqual([])
    const told = run(5, other, soon.brain, 370)
    expect(told.open).toMatchObject([{ status: expect.any(String), active: true, devices: [SIGNAL] }])
    expect(told.open[0].reason.text_zh).toContain('周期 100 秒，应为 80 秒')
    expect([...soon.commands, ...shown.commands, ...told.commands].filter((kind) => kind.startsWith('signal.'))).toEqual([])
    const over = run(2, AS_TOLD, soon.brain, 700)
    expect(over.view?.differences).toEqual([])
    expect(over.open[0].active).toBe(false)
  })

  it('that flashes or is worked by hand differs from every plan', () => {
    expect(run(12, { flash: 1, manual: 0 }).view?.differences).toMatchObject([{ what: 'flash' }])
    expect(run(12, { ...AS_TOLD, manual: 1 }).open[0].reason.text).toContain('hand control at the cabinet')
  })

  it('that says nothing more, or was told nothing, differs from nothing', () => {
    const { brain } = run(12, { ...AS_TOLD, cycle_s: 100 })
    expect(run(20, null, brain, 800).view).toMatchObject({ cycle_s: 100, differences: [], since: null })
    const untold = createBrain([], city)
    expect(run(12, { ...AS_TOLD, cycle_s: 100 }, untold, 11).open).toEqual([])
  })

  it('is remembered over a restart, with how long it has differed', () => {
    const { brain } = run(8, { ...AS_TOLD, cycle_s: 100 })
    brain.state = restoreState(brain.state.context, deserialize(serialize(saveState(brain.state))))
    expect(run(4, { ...AS_TOLD, cycle_s: 100 }, brain, 500).open).toHaveLength(1)
  })
})

it('offsets are the same around the cycle, and whole seconds apart is no difference', () => {
  const said = (more: Partial<ObservedPlan>): ObservedPlan => ({
    ts: T0,
    plan: null,
    cycle_s: 80,
    offset_s: 20,
    splits: [],
    manual: false,
    flash: false,
    ...more,
  })
  fc.assert(
    fc.property(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -1, max: 1 }), (rounds, off_s) => {
      expect(planDifferences(said({ offset_s: 20 + rounds * 80 + off_s }), { ...TOLD, since: null })).toEqual([])
      expect(planDifferences(said({ offset_s: 20 + rounds * 80 + 5 }), { ...TOLD, since: null })).toMatchObject([{ what: 'offset' }])
    }),
  )
})
