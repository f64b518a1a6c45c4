import { deserialize, serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LonLat } from '../../../engine/base/geo.ts'
import { restoreState, saveState } from '../../../engine/brain.ts'
import type { City } from '../../../engine/model/city.ts'
import type { Command } from '../../../engine/model/command.ts'
import type { Observation, TrafficCount } from '../../../engine/model/observation.ts'
import { SIGNAL_CONTROLLERS, type SignalSettings } from '../../../engine/model/signals.ts'
import { createSignalPlant } from '../../../simulators/traffic/signal-plant.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { count, createBrain, factsOf, reading, T0 } from '../../support/brain.ts'
import { watchSignals } from '../../support/signal-watch.ts'
import { createAnswers } from '../../support/solver.ts'

const city: City = smallCity()
const answersTo = createAnswers(city)
const at = (node: string): LonLat => city.nodes.find(({ id }) => id === node)?.at ?? [0, 0]
const between = (a: LonLat, b: LonLat, share: number): LonLat => [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]
const [west] = city.junctions
const lanesOf = ({ entering, leaving }: typeof west) => ({ in: entering.map(({ id }) => id), out: leaving.map(({ id }) => id) })
const phaseOf = (junction: typeof west, road: string, turn: string): number =>
  junction.phases.find(({ lanes }) =>
    junction.entering.some((lane) => lane.road === road && lane.turns.some((one) => one === turn) && lanes.includes(lane.id)),
  )?.index ?? -1
/** Eastbound through both junctions on the road that they share. */
const THROUGH = phaseOf(west, 'r01-11', 'through')
const OTHER = phaseOf(west, 'r10-11', 'through')

interface Options {
  readonly signals?: SignalSettings
  readonly lockstep?: boolean
}

/** A brain whose crew 1 is under way from the west to an incident in the east, straight through both junctions. */
function underWay({ signals = { controller: 'max_pressure', decision_s: 1 }, lockstep = false }: Options = {}) {
  const run = createBrain([], city, { signals, lockstep })
  return Object.assign(run, {
    send(second: number, crew: string, from: LonLat, to: LonLat) {
      const act = { type: 'incident.report', class: `test.${crew}`, severity: 'critical', at: to, text: crew } as const
      const report = { kind: 'operator', ts: T0 + second * 1000, id: `r-${crew}`, by: 'desk', act } as const
      const opened = run.at(second, reading(`d0/crew/${crew}`, second, { lon: from[0], lat: from[1], speed_mps: 0 }), report)
      const incident = factsOf(opened.facts, 'incident')[0].incident.id
      const order = { type: 'incident.dispatch', incident, crew: `d0/crew/${crew}` } as const
      const ordered = run.at(second + 1, { kind: 'operator', ts: T0 + (second + 1) * 1000, id: `d-${crew}`, by: 'desk', act: order })
      const answers = answersTo([...opened.requests, ...ordered.requests], T0)
      const asked = run.at(second + 2, ...answers)
      const offers = [...asked.commands, ...run.at(second + 3, ...answersTo(asked.requests, T0)).commands]
      const offer = offers.find((command) => command.kind === 'crew.task' && command.device === `d0/crew/${crew}`)
      const task = offer?.kind === 'crew.task' ? offer.task.id : ''
      return { task, facts: run.at(second + 4, press(crew, task, 'task.accepted'), press(crew, task, 'task.enroute')).facts }
    },
  })
}

const press = (crew: string, task: string, type: 'task.accepted' | 'task.enroute' | 'task.onsite'): Observation => ({
  kind: 'crew',
  device: `d0/crew/${crew}`,
  ts: T0,
  id: `${crew} ${type}`,
  type,
  task,
  note: null,
  photo: null,
})
const position = (crew: string, second: number, place: LonLat, speed_mps = 11) =>
  reading(`d0/crew/${crew}`, second, { lon: place[0], lat: place[1], speed_mps })
const told = (junction: typeof west, second: number, queues: Readonly<Record<string, number>>, more: Partial<TrafficCount> = {}) =>
  count(`d0/traffic/${junction.id}`, second, lanesOf(junction), queues, more)
const signalsFor = (junction: typeof west, commands: readonly Command[]) =>
  commands.filter(({ device }) => device === `d0/signal/${junction.id}`)
const phaseAsked = (junction: typeof west, commands: readonly Command[]) =>
  signalsFor(junction, commands).map((command) =>
    command.kind === 'signal.phase' || command.kind === 'signal.preempt' ? command.phase : -1,
  )
/** Crossing traffic that any controller would serve first. */
const crossing = (junction: typeof west) =>
  Object.fromEntries(junction.phases.find(({ index }) => index === OTHER)?.lanes.map((lane) => [lane, 12]) ?? [])

describe('an emergency corridor', () => {
  const near = between(at('n01'), at('n11'), 0.8)

  it('begins when the crew goes and says which signals are on its way', () => {
    const facts = factsOf(underWay().send(1, 'crew-1', at('n01'), at('n31')).facts, 'corridor')
    expect(facts).toMatchObject([{ change: 'begins', crew: 'd0/crew/crew-1', junctions: ['J11', 'J21'] }])
    expect(facts[0].text.en).toBe('The corridor of Drainage Crew 1 to Zhongshan Road begins: it is under way to an urgent task')
    expect(facts[0].text.zh).toContain('应急走廊')
  })

  it('preempts the junction for the crew’s lane against the longer queue, with a reason', () => {
    const brain = underWay()
    brain.send(1, 'crew-1', at('n01'), at('n31'))
    brain.at(19)
    const { commands } = brain.at(20, position('crew-1', 20, near), told(west, 20, crossing(west), { phase: OTHER, target: OTHER }))
    const [command] = signalsFor(west, commands)
    expect(command).toMatchObject({ kind: 'signal.preempt', phase: THROUGH, until: T0 + 26_000 })
    expect(command.expires).toBe(T0 + 26_000)
    expect(command.reason).toMatchObject({ policy: 'traffic.corridor' })
    expect(command.reason.text).toMatch(
      /^Corridor, phase \d: Drainage Crew 1 to Zhongshan Road is here in 7 s; 0 vehicles before it go first, 24 wait on other lanes$/,
    )
    expect(command.reason.text_zh).toContain('排水一组前往')
  })

  it('asks an outside simulator by signal.phase only', () => {
    const brain = underWay({ lockstep: true })
    brain.send(1, 'crew-1', at('n01'), at('n31'))
    const { commands } = brain.at(20, position('crew-1', 20, near), told(west, 20, crossing(west), { phase: OTHER, target: OTHER }))
    expect(signalsFor(west, commands)).toMatchObject([{ kind: 'signal.phase', phase: THROUGH }])
  })

  it('starts the earlier the longer the queue before the crew is', () => {
    const from = between(at('n01'), at('n11'), 0.1)
    const own = west.entering.filter(({ road, turns }) => road === 'r01-11' && turns.includes('through')).map(({ id }) => id)
    const asks = (queue: number) => {
      const brain = underWay()
      brain.send(1, 'crew-1', at('n01'), at('n31'))
      const queues = { ...Object.fromEntries(own.map((lane) => [lane, queue])), ...crossing(west) }
      return phaseAsked(west, brain.at(20, position('crew-1', 20, from), told(west, 20, queues, { phase: OTHER, target: OTHER })).commands)
    }
    expect(asks(2)).not.toContain(THROUGH)
    expect(asks(11)).toEqual([THROUGH])
  })

  it('keeps the minimum green and the clearance of who runs now', () => {
    const brain = underWay()
    brain.send(1, 'crew-1', at('n01'), at('n31'))
    const young = told(west, 20, crossing(west), { phase: OTHER, target: OTHER, age_s: 4 })
    expect(phaseAsked(west, brain.at(20, position('crew-1', 20, near), young).commands)).toEqual([])
    const old = told(west, 26, crossing(west), { phase: OTHER, target: OTHER, age_s: 10 })
    expect(phaseAsked(west, brain.at(26, old).commands)).toEqual([THROUGH])
  })

  it('lets go when the crew has passed, and then gives time back to who waited', () => {
    const brain = underWay()
    brain.send(1, 'crew-1', at('n01'), at('n31'))
    const waiting = crossing(west)
    const own = west.entering.find(({ road, turns }) => road === 'r01-11' && turns.includes('through'))?.id ?? ''
    for (let s = 20; s < 50; s++)
      brain.at(s, position('crew-1', s, between(at('n01'), at('n11'), 0.9), 0), told(west, s, waiting, { phase: THROUGH, target: THROUGH }))
    expect(brain.state.traffic.priority.owed.get('J11')?.lanes_s.some((owed_s) => owed_s > 20)).toBe(true)
    const beyond = between(at('n11'), at('n21'), 0.3)
    // The preemption that stands runs out by itself; afterwards 12 waiting count for more than 20 on the crew's lane.
    const after = { ...waiting, [own]: 20 }
    brain.at(50, position('crew-1', 50, beyond), told(west, 50, after, { phase: THROUGH, target: THROUGH }))
    const later = brain.at(100, position('crew-1', 100, beyond), told(west, 100, after, { phase: THROUGH, target: THROUGH }))
    expect(signalsFor(west, later.commands)).toMatchObject([{ kind: 'signal.phase', phase: OTHER }])
  })

  it('ends on site, and when the crew is not heard for a minute', () => {
    const arrived = underWay()
    const { task } = arrived.send(1, 'crew-1', at('n01'), at('n31'))
    expect(factsOf(arrived.at(20, press('crew-1', task, 'task.onsite')).facts, 'corridor')).toMatchObject([{ change: 'ends' }])
    const silent = underWay()
    silent.send(1, 'crew-1', at('n01'), at('n31'))
    // Three intervals of a phone that reports once a minute.
    expect(factsOf(silent.at(180).facts, 'corridor')).toEqual([])
    expect(factsOf(silent.at(190).facts, 'corridor')).toMatchObject([
      { change: 'ends', text: { en: expect.stringContaining('not heard') } },
    ])
  })

  it('holds no junction longer than two and a half minutes for a crew that does not come', () => {
    const brain = underWay()
    brain.send(1, 'crew-1', at('n01'), at('n31'))
    const policies = new Set<string | undefined>()
    for (let s = 20; s < 240; s++) {
      const { commands } = brain.at(s, position('crew-1', s, near, 0), told(west, s, crossing(west), { phase: THROUGH, target: THROUGH }))
      if (s > 200) for (const { reason } of signalsFor(west, commands)) policies.add(reason.policy)
    }
    expect(policies.has('traffic.corridor')).toBe(false)
    expect(policies.size).toBe(1)
  })

  it('lets the earlier of two that cross go first and says so', () => {
    const brain = underWay()
    brain.send(1, 'crew-1', at('n01'), at('n31'))
    brain.send(10, 'crew-2', at('n10'), at('n13'))
    const far = between(at('n10'), at('n11'), 0.85)
    const { commands } = brain.at(
      20,
      position('crew-1', 20, between(at('n01'), at('n11'), 0.9)),
      position('crew-2', 20, far),
      told(west, 20, {}),
    )
    expect(phaseAsked(west, commands)).toEqual([THROUGH])
    expect(signalsFor(west, commands)[0].reason.text).toContain('Waste Crew 1')
    const passed = between(at('n11'), at('n21'), 0.2)
    const next = brain.at(
      40,
      position('crew-1', 40, passed),
      position('crew-2', 40, far),
      told(west, 40, {}, { phase: THROUGH, target: THROUGH }),
    )
    expect(phaseAsked(west, next.commands)).toEqual([OTHER])
  })

  it('follows a crew that takes another way', () => {
    const brain = underWay()
    brain.send(1, 'crew-1', at('n01'), at('n31'))
    for (let s = 20; s < 23; s++) brain.at(s, position('crew-1', s, between(at('n22'), at('n32'), 0.1 * (s - 19))))
    const [corridor] = brain.state.traffic.priority.corridors.values()
    expect(corridor.legs.map(({ junction }) => junction)).not.toContain('J11')
  })

  it('can be switched off', () => {
    const brain = underWay({ signals: { controller: 'max_pressure', decision_s: 1, priority: { corridor: false } } })
    expect(factsOf(brain.send(1, 'crew-1', at('n01'), at('n31')).facts, 'corridor')).toEqual([])
  })

  it('goes on over a restart', () => {
    const brain = underWay()
    brain.send(1, 'crew-1', at('n01'), at('n31'))
    brain.at(20, position('crew-1', 20, near), told(west, 20, crossing(west)))
    brain.state = restoreState(brain.state.context, deserialize(serialize(saveState(brain.state))))
    expect(factsOf(brain.at(21, position('crew-1', 21, near)).facts, 'corridor')).toEqual([])
    expect(brain.state.traffic.priority.corridors.size).toBe(1)
  })

  it('shows no unlawful lamp at either junction, whatever stands there and however the crew drives', () => {
    const second = fc.record({
      queue: fc.integer({ min: 0, max: 30 }),
      by: fc.double({ min: 0, max: 0.06, noNaN: true }),
      lost: fc.boolean(),
    })
    const drives = fc.array(second, { minLength: 60, maxLength: 120 })
    fc.assert(
      fc.property(fc.constantFrom(...SIGNAL_CONTROLLERS), fc.boolean(), drives, (controller, lockstep, seconds) => {
        const brain = underWay({ signals: { controller, decision_s: 1 }, lockstep })
        brain.send(1, 'crew-1', at('n01'), at('n31'))
        const plant = createSignalPlant(city.junctions, { forever: false })
        const watches = city.junctions.map((junction) => ({ junction, watch: watchSignals(junction) }))
        let along = 0
        for (const [i, { queue, by, lost }] of seconds.entries()) {
          const s = 10 + i
          plant.tick()
          along = Math.min(2.99, along + by)
          const corners = ['n01', 'n11', 'n21', 'n31'].map(at)
          const place = between(corners[Math.floor(along)], corners[Math.floor(along) + 1], along % 1)
          const counts = city.junctions.map((junction) => {
            const { phase, target, clearing, age_s } = plant.head(junction.id)
            return told(junction, s, Object.fromEntries(junction.entering.map(({ id }, k) => [id, (queue * (k + 1)) % 13])), {
              phase,
              target,
              clearing,
              age_s,
            })
          })
          const { commands, facts } = brain.at(s, ...(lost ? [] : [position('crew-1', s, place), ...counts]))
          expect(factsOf(facts, 'fault')).toEqual([])
          for (const command of commands) {
            const id = command.device.split('/')[2]
            if (command.kind === 'signal.phase') plant.request(id, command.phase, command.hold_s)
            if (command.kind === 'signal.preempt') plant.preempt(id, command.phase, (command.until - command.ts) / 1000)
          }
          for (const { junction, watch } of watches) watch(plant.green(junction.id))
        }
      }),
      { numRuns: 40 },
    )
  })
})
