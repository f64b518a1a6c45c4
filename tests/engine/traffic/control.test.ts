/** Who controls a junction: settings, areas, hours, people. Through `brain.step`. */
import { describe, expect, it } from 'vitest'
import type { City } from '../../../engine/model/city.ts'
import { buildSignalNetwork } from '../../../engine/model/signal-network.ts'
import type { ProgrammeEntry, SignalArea, SignalProgramme } from '../../../engine/model/signals.ts'
import { DEFAULT_BANDS } from '../../../engine/model/signals.ts'
import { phaseOfPlan } from '../../../engine/traffic/fixed-plan.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { count, createBrain, T0 } from '../../support/brain.ts'

const city = smallCity()
const [junction, neighbour] = city.junctions
const LANES = { in: junction.entering.map(({ id }) => id), out: junction.leaving.map(({ id }) => id) }
const DAYS = [0, 1, 2, 3, 4, 5, 6]

const area = (more: Partial<SignalArea>): SignalArea => ({
  id: 'a',
  name: null,
  district: null,
  junctions: [junction.id],
  controller: null,
  decision_s: null,
  programme: [],
  human: null,
  ...more,
})
const withSignals = (areas: readonly SignalArea[], plans: SignalProgramme['plans'] = []): City => ({
  ...city,
  signals: { areas, plans, bands: DEFAULT_BANDS },
})
const entry = (more: Partial<ProgrammeEntry>): ProgrammeEntry => ({
  from_h: 0,
  until_h: 24,
  days: DAYS,
  controller: 'fixed',
  plan: null,
  ...more,
})

/** The policy named by the junction's command `seconds` after T0, which is 08:00 on a Thursday in this city. */
function policyAt(given: City, seconds: number, at = junction): string | undefined {
  const lanes = { in: at.entering.map(({ id }) => id), out: at.leaving.map(({ id }) => id) }
  const brain = createBrain([], given, { signals: { controller: 'max_pressure', decision_s: 1 } })
  const [command] = brain.at(seconds, count(`d0/traffic/${at.id}`, seconds, lanes, { [lanes.in[0]]: 3 })).commands
  return command?.reason.policy
}
const HOUR_S = 3600

describe('the controller of a junction', () => {
  it('is the first area that has it, else the setting', () => {
    const given = withSignals([area({ controller: 'actuated' }), area({ id: 'b', junctions: [], district: 'd0', controller: 'webster' })])
    expect(policyAt(given, 1)).toBe('traffic.actuated')
    expect(policyAt(withSignals([area({ controller: 'actuated' })]), 1, neighbour)).toBe('traffic.max_pressure')
    expect(policyAt(withSignals([area({})]), 1)).toBe('traffic.max_pressure')
  })

  it('follows the hours and days of the programme, over midnight too', () => {
    const night = withSignals([
      area({ controller: 'actuated', programme: [entry({ from_h: 22, until_h: 6, days: [3], controller: 'webster' })] }),
    ])
    expect(policyAt(night, 1)).toBe('traffic.actuated')
    expect(policyAt(night, 15 * HOUR_S)).toBe('traffic.webster')
    expect(policyAt(night, 21 * HOUR_S)).toBe('traffic.webster')
    expect(policyAt(night, 22.5 * HOUR_S)).toBe('traffic.actuated')
    // Friday night belongs to Friday, which is not named.
    expect(policyAt(night, 39 * HOUR_S)).toBe('traffic.actuated')
  })

  it('runs the fixed plan of the hour by its clock', () => {
    const plan = {
      cycle_s: 60,
      offset_s: 0,
      splits: [
        { phase: 0, green_s: 20 },
        { phase: 2, green_s: 25 },
      ],
    }
    const given = withSignals([area({ programme: [entry({ plan: 'p' })] })], [{ id: 'p', junctions: { [junction.id]: plan } }])
    const asked = (s: number, phase: number): number[] => {
      const brain = createBrain([], given)
      const { commands } = brain.at(s, count(`d0/traffic/${junction.id}`, s, LANES, {}, { phase, target: phase, age_s: 15 }))
      return commands.flatMap((command) => (command.kind === 'signal.phase' ? [command.phase] : []))
    }
    expect(T0 % 60_000).toBe(0)
    expect(asked(10, 0)).toEqual([0])
    expect(asked(20, 0)).toEqual([2])
    expect(asked(40, 2)).toEqual([2])
    expect(asked(55, 2)).toEqual([0])
    // A cycle with time to spare leaves it to its last phase.
    const described = buildSignalNetwork(city).get(junction.id)
    const longer = { ...plan, cycle_s: 70 }
    expect([0, 19, 20, 25, 60, 64, 65].map((s) => described && phaseOfPlan(described, longer, s))).toEqual([0, 0, 2, 2, 2, 2, 0])
  })
})
