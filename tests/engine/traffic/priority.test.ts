/** Late buses and people on foot, as `brain.step` shows them. */
import { describe, expect, it } from 'vitest'
import type { LonLat } from '../../../engine/base/geo.ts'
import type { City } from '../../../engine/model/city.ts'
import type { Observation, TrafficCount } from '../../../engine/model/observation.ts'
import type { SignalControllerName, SignalSettings } from '../../../engine/model/signals.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { count, createBrain, event, reading } from '../../support/brain.ts'

const small = smallCity()
const [junction] = small.junctions
const LANES = { in: junction.entering.map(({ id }) => id), out: junction.leaving.map(({ id }) => id) }
const [north_south, , east_west] = junction.phases.map(({ lanes }) => lanes)
const node = (id: string): LonLat => small.nodes.find((one) => one.id === id)?.at ?? [0, 0]
const told = (second: number, queues: Readonly<Record<string, number>>, more: Partial<TrafficCount> = {}) =>
  count('d0/traffic/J11', second, LANES, queues, more)

function brainOf(city: City, signals: SignalSettings, hour = 12) {
  const brain = createBrain([], city, { signals, localHour: () => hour })
  return {
    at: (second: number, ...observations: Observation[]) =>
      brain.at(second, ...observations).commands.filter(({ device }) => device === 'd0/signal/J11'),
  }
}
const phasesOf = (commands: ReturnType<ReturnType<typeof brainOf>['at']>) =>
  commands.map((command) => (command.kind === 'signal.phase' ? command.phase : -1))

describe('bus priority', () => {
  const bus = { district: 'd0', domain: 'crew', id: 'bus-7', kind: 'bus', name: { zh: '7 路公交', en: 'Bus 7' } } as const
  const city: City = {
    ...small,
    devices: [...small.devices, { ...bus, at: node('n01'), grid: null, metrics: [], interval_s: 10, place: null, params: {} }],
  }
  /** The bus stands 30 m before the junction on the road from the west; it came from further back. */
  const arriving = (controller: SignalControllerName, lateness_s: number, priority = {}) => {
    const [from, to] = [node('n01'), node('n11')]
    const between = (share: number): LonLat => [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]
    const seen = (second: number, at: LonLat, speed_mps: number) =>
      reading('d0/crew/bus-7', second, { lon: at[0], lat: at[1], speed_mps, lateness_s })
    const brain = brainOf(city, { controller, decision_s: 1, priority })
    brain.at(1, seen(1, between(0.6), 9))
    // Five stand to the north and south, one more than to the east and west.
    const queues = { [north_south[0]]: 3, [north_south[1]]: 2, [east_west[0]]: 2, [east_west[1]]: 2 }
    return brain.at(10, seen(10, between(0.92), 0), told(10, queues))
  }

  it.each(['max_pressure', 'efficient_max_pressure', 'advanced_max_pressure', 'planner'] as const)(
    '%s lets a late bus go before a longer queue and says so; an early one gets nothing',
    (controller) => {
      const [command] = arriving(controller, 240)
      expect(phasesOf([command])).toEqual([2])
      expect(command.reason.text).toContain('gets green for Bus 7, 4.0 min late')
      expect(command.reason.text_zh).toContain('7 路公交晚点 4.0 分钟')
      expect(phasesOf(arriving(controller, -120))).toEqual([0])
      expect(phasesOf(arriving(controller, 30))).toEqual([0])
    },
  )

  it('can be switched off', () => {
    expect(phasesOf(arriving('max_pressure', 600, { bus_persons: 0 }))).toEqual([0])
  })
})

describe('people on foot', () => {
  const city: City = {
    ...small,
    junctions: small.junctions.map((one) =>
      one.id === 'J11'
        ? { ...one, phases: one.phases.map((phase) => ({ ...phase, walk_s: phase.index === 0 ? 16 : phase.index === 2 ? 12 : null })) }
        : one,
    ),
    walk_hours: [{ junction: 'J11', phase: 0, hours: [{ from_h: 16, until_h: 17, walk_s: 25 }] }],
    devices: small.devices.map((device) => (device.id === 'C1' ? { ...device, place: 'J11' } : device)),
  }
  const signals: SignalSettings = { controller: 'max_pressure', decision_s: 1, priority: { ped_wait_s_max: 60 } }
  const crossing = { [east_west[0]]: 9 }

  it('keep the green as long as they need to walk, longer when school is out', () => {
    const asked = (age_s: number, hour: number) => phasesOf(brainOf(city, signals, hour).at(1, told(1, crossing, { age_s })))
    expect(asked(15, 12)).toEqual([])
    expect(asked(16, 12)).toEqual([2])
    expect(asked(16, 16.5)).toEqual([])
    expect(asked(25, 16.5)).toEqual([2])
  })

  it('are served within their time after a call, whatever stands elsewhere', () => {
    const brain = brainOf(city, signals)
    const long = { [north_south[0]]: 20 }
    brain.at(1, event('d0/camera/C1', 1, { type: 'ped.call' }), told(1, long))
    expect(phasesOf(brain.at(50, told(50, long))).at(-1) ?? 0).toBe(0)
    const [command] = brain.at(62, told(62, long))
    expect(phasesOf([command])).toEqual([2])
    expect(command.reason.text).toContain('for people who have waited 61 s to cross')
  })

  it('are no incident', () => {
    const brain = createBrain([], city, { signals })
    for (let s = 1; s < 400; s += 20) {
      const outcome = brain.at(s, event('d0/camera/C1', s, { type: 'ped.call' }))
      expect(outcome.facts.filter(({ kind }) => kind === 'incident')).toEqual([])
    }
  })

  it('wait no more once they had their green, or the call was taken back', () => {
    const long = { [north_south[0]]: 20 }
    const served = brainOf(city, signals)
    served.at(1, event('d0/camera/C1', 1, { type: 'ped.call' }), told(1, long))
    served.at(10, told(10, long, { phase: 2, target: 2, age_s: 1 }))
    expect(phasesOf(served.at(62, told(62, long))).at(-1) ?? 0).toBe(0)
    const taken = brainOf(city, signals)
    taken.at(1, event('d0/camera/C1', 1, { type: 'ped.call' }), told(1, long))
    taken.at(5, event('d0/camera/C1', 5, { type: 'ped.call', stage: 'end' }))
    expect(phasesOf(taken.at(62, told(62, long))).at(-1) ?? 0).toBe(0)
  })
})
