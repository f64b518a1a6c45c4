/** Arterials, coordinated plans, closed roads and full districts, as `brain.step` and the view show them. */
import { deserialize, serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { saveState } from '../../../engine/brain.ts'
import type { City } from '../../../engine/model/city.ts'
import type { Fact } from '../../../engine/model/fact.ts'
import type { Observation, OperatorOrder, TrafficCount } from '../../../engine/model/observation.ts'
import type { SignalSettings } from '../../../engine/model/signals.ts'
import { arterials, closures, timeSpace } from '../../../engine/view.ts'
import { createSignalPlant } from '../../../simulators/traffic/signal-plant.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { count, createBrain, event, factsOf, T0 } from '../../support/brain.ts'

const city = smallCity()
const [west, east] = city.junctions
const lanesOf = ({ entering, leaving }: typeof west) => ({ in: entering.map(({ id }) => id), out: leaving.map(({ id }) => id) })
const told = (junction: typeof west, second: number, queues: Readonly<Record<string, number>>, more: Partial<TrafficCount> = {}) =>
  count(`d0/traffic/${junction.id}`, second, lanesOf(junction), queues, more)

function brainOf(signals: SignalSettings, of: City = city) {
  const brain = createBrain([], of, { signals })
  return {
    get state() {
      return brain.state
    },
    at(second: number, ...observations: Observation[]) {
      const outcome = brain.at(second, ...observations)
      expect(factsOf(outcome.facts, 'fault')).toEqual([])
      return outcome
    },
  }
}

/** Both junctions under the coordinated plan with obedient cabinets; the brain after `seconds`. */
function coordinatedFor(seconds: number) {
  const brain = brainOf({ controller: 'coordinated', decision_s: 1 })
  const plant = createSignalPlant(city.junctions, { forever: false })
  const shown: { second: number; junction: string; phase: number }[] = []
  for (let s = 1; s <= seconds; s++) {
    plant.tick()
    const counts = city.junctions.map((junction) => {
      const { phase, target, clearing, age_s } = plant.head(junction.id)
      if (!clearing) shown.push({ second: s, junction: junction.id, phase })
      return told(junction, s, {}, { phase, target, clearing, age_s })
    })
    for (const command of brain.at(s, ...counts).commands)
      if (command.kind === 'signal.phase') plant.request(command.device.split('/')[2], command.phase, command.hold_s)
  }
  return { brain, shown }
}

describe('the coordinated plan', () => {
  const { brain, shown } = coordinatedFor(400)
  const [arterial] = arterials(brain.state)

  it('has one cycle for all, in which every phase comes once', () => {
    const cycle_s = arterial.coordination?.cycle_s ?? 0
    for (const id of ['J11', 'J21']) {
      const starts = shown.filter(({ second, junction, phase }, i) => {
        const before = shown.slice(0, i).findLast((one) => one.junction === junction)
        return junction === id && second > 100 && second <= 100 + 2 * cycle_s && before?.phase !== phase
      })
      expect(starts.filter(({ phase }) => phase === 2)).toHaveLength(2)
      expect(new Set(starts.map(({ phase }) => phase)).size).toBe(4)
    }
  })

  // 36 s of travel and a cycle of 60 s: one direction at most can have all its green.
  it('sets its offsets so that the platoons of one direction at least find green', () => {
    expect(arterial.junctions.map(({ along_m }) => Math.round(along_m / 10))).toEqual([0, 40])
    expect(arterial.coordination?.progression).toBeGreaterThanOrEqual(0.5)
  })

  it('shows greens seen and planned, and the bands between them', () => {
    const diagram = timeSpace(brain.state, 'A1', 200, 120)
    expect(diagram?.stops.map(({ junction }) => junction)).toEqual(['J11', 'J21'])
    for (const { greens } of diagram?.stops ?? []) {
      for (const spans of [greens.along, greens.against]) {
        expect(spans.some(({ planned }) => planned)).toBe(true)
        expect(spans.some(({ planned }) => !planned)).toBe(true)
        for (const { from, until } of spans) expect(until).toBeGreaterThan(from)
      }
    }
    let total = 0
    for (const direction of ['along', 'against'] as const) {
      const bands = diagram?.bands[direction] ?? []
      total += bands.length
      // At every second of a band the vehicle meets green at both junctions.
      for (const { from, until, travel_s } of bands) {
        for (const [i, { greens }] of (diagram?.stops ?? []).entries()) {
          for (const start of [from, (from + until) / 2, until]) {
            const at = start + travel_s[i] * 1000
            expect(greens[direction].some((span) => at >= span.from - 1100 && at <= span.until + 1100)).toBe(true)
          }
        }
      }
    }
    expect(total).toBeGreaterThan(0)
    expect(timeSpace(brain.state, 'none', 200, 120)).toBeNull()
  })

  it('is plain data', () => {
    expect(deserialize(serialize(saveState(brain.state)))).toEqual(saveState(brain.state))
  })
})

describe('a green wave', () => {
  const through = west.entering.filter(({ road, turns }) => road === 'r21-11' && turns.includes('through')).map(({ id }) => id)
  const coming = {
    in: { ...told(west, 1, { [west.phases[0].lanes[0]]: 5 }).in, [through[0]]: { vehicles: 6, queued: 0, approaching: 6 } },
  }
  const asked = (wave_weight: number) => {
    const { commands } = brainOf({ controller: 'max_pressure', decision_s: 1, priority: { wave_weight } }).at(1, told(west, 1, {}, coming))
    return commands[0]?.kind === 'signal.phase' ? commands[0] : null
  }

  it('weighs who comes along the arterial, when asked to', () => {
    expect(asked(0)?.phase).toBe(0)
    expect(asked(1)?.phase).toBe(2)
    expect(asked(1)?.reason.text).toContain('for the green wave')
  })
})

describe('a closed road', () => {
  const order = (second: number, act: OperatorOrder): Observation => ({
    kind: 'operator',
    ts: T0 + second * 1000,
    id: `o${second}`,
    by: 'Li',
    act,
  })
  const signals: SignalSettings = { controller: 'max_pressure', decision_s: 1 }
  /** Lanes of the west junction that lead only into the road to the east one. */
  const into = west.entering.filter(({ into: next }) => next.length > 0 && next.every((id) => id.startsWith('r11-21_')))

  it('lets nobody into it and weighs the way around, until it is opened by hand', () => {
    expect(into.length).toBeGreaterThan(0)
    const brain = brainOf(signals)
    const queues = Object.fromEntries(into.map(({ id }) => [id, 8]))
    const other = { ...queues, [west.phases[0].lanes[0]]: 2 }
    const east_phase = west.phases.find(({ lanes }) => into.some(({ id }) => lanes.includes(id)))?.index ?? -1
    const phases = (second: number) =>
      brain
        .at(second, told(west, second, other, { phase: 0 }))
        .commands.flatMap((command) => (command.kind === 'signal.phase' ? [command.phase] : []))
    expect(phases(1)).not.toEqual([0])
    const closed = brain.at(40, order(40, { type: 'road.close', road: 'r11-21', reason: 'works' }))
    const [fact] = factsOf(closed.facts, 'closure')
    expect(fact).toMatchObject({ change: 'closes', by: 'operator:Li', shut: ['J11'] })
    expect(fact.diversion.length).toBeGreaterThan(1)
    expect(fact.text.en).toMatch(/^Zhongshan Road closes: works; around it by /)
    expect(fact.text.zh).toContain('绕行')
    expect(factsOf(closed.facts, 'operator')).toMatchObject([{ done: true }])
    expect([...closures(brain.state)]).toHaveLength(1)
    for (let s = 41; s < 500; s++) expect(phases(s).filter((phase) => phase === east_phase)).toEqual([])
    expect(factsOf(brain.at(500, order(500, { type: 'road.open', road: 'r11-21', reason: 'done' })).facts, 'closure')).toMatchObject([
      { change: 'opens' },
    ])
    expect(phases(501)).toContain(east_phase)
  })

  it('is refused with the reason where the order makes no sense', () => {
    const brain = brainOf(signals)
    const why = (second: number, act: OperatorOrder) => factsOf(brain.at(second, order(second, act)).facts, 'operator')[0]
    expect(why(1, { type: 'road.close', road: 'none', reason: 'x' })).toMatchObject({
      done: false,
      why: expect.stringContaining('no road none'),
    })
    expect(why(2, { type: 'road.open', road: 'r11-21', reason: 'x' })).toMatchObject({
      done: false,
      why: expect.stringContaining('not closed'),
    })
    expect(why(3, { type: 'road.close', road: 'r11-21', reason: 'x' })).toMatchObject({ done: true })
    expect(why(4, { type: 'road.close', road: 'r11-21', reason: 'x' })).toMatchObject({
      done: false,
      why: expect.stringContaining('already'),
    })
  })

  describe('by water', () => {
    const level = (second: number, level_m: number): Observation => ({
      kind: 'reading',
      device: 'd0/flood/G2',
      ts: T0 + second * 1000,
      seq: null,
      values: { level_m },
      backfill: false,
    })
    const wetCity = (close_flooded: boolean) => {
      const brain = brainOf({ ...signals, priority: { close_flooded } })
      const template = {
        class: 'flood.waterlogging',
        title: { en: 'Water', zh: '积水' },
        deadline_min: 60,
        crew: null,
      }
      brain.at(0, {
        kind: 'rules',
        ts: T0,
        rules: [
          {
            id: 'wet',
            title: { en: 'Wet', zh: '湿' },
            scope: { domain: 'flood', kind: 'level_gauge', device: 'd0/flood/G2' },
            when: 'level_m > 0.3',
            for_s: 0,
            clear: 'level_m < 0.2',
            clear_for_s: 0,
            severity: 'critical',
            incident: template,
            actions: [],
          },
        ],
      })
      return brain
    }
    const changesOf = (facts: readonly Fact[]) =>
      factsOf(facts, 'closure').map(({ change, text }) => `${change} ${text.en.split(':')[1]?.split(';')[0].trim()}`)
    const drained = (brain: ReturnType<typeof wetCity>, from: number): Fact[] => {
      const facts: Fact[] = []
      for (let s = from; s < from + 1200; s += 60) facts.push(...brain.at(s, level(s, 0.05)).facts)
      return facts
    }

    it('follows a certainly flooded low point when that is switched on, and opens again', () => {
      const flooded = (close_flooded: boolean) => {
        const brain = wetCity(close_flooded)
        return changesOf([...brain.at(60, level(60, 0.4)).facts, ...brain.at(61).facts, ...drained(brain, 70)])
      }
      expect(flooded(false)).toEqual([])
      const changes = flooded(true)
      expect(changes.filter((change) => change.startsWith('closes'))).toContain('closes Low point 2 is flooded')
      expect(changes.filter((change) => change.startsWith('opens'))).toHaveLength(changes.length / 2)
    })

    it('stays open where a person has opened it, until the cause has passed', () => {
      const brain = wetCity(true)
      brain.at(60, level(60, 0.4))
      brain.at(61)
      const [closed] = [...closures(brain.state)]
      const opened = brain.at(62, order(62, { type: 'road.open', road: closed.road, reason: 'a fire engine has to pass' }))
      expect(changesOf(opened.facts)).toEqual(['opens a fire engine has to pass'])
      const facts = [...brain.at(120, level(120, 0.42)).facts, ...brain.at(180, level(180, 0.42)).facts]
      expect(changesOf(facts)).toEqual([])
      drained(brain, 240)
      expect([...closures(brain.state)]).toEqual([])
      brain.at(1500, level(1500, 0.4))
      brain.at(1501)
      expect([...closures(brain.state)].map(({ road }) => road)).toContain(closed.road)
    })
  })
})

describe('perimeter control', () => {
  it('learns the critical accumulation, meters the border above it and stops below', () => {
    const brain = brainOf({ controller: 'max_pressure', decision_s: 1, priority: { perimeter: true } })
    const facts: ReturnType<typeof brain.at>['facts'][number][] = []
    let second = 0
    /** Minutes with so many vehicles on every entering lane, so many of them standing. */
    const minutes = (n: number, vehicles: number, queued: number) => {
      for (const until = second + n * 60; second < until; ) {
        second += 5
        const counts = city.junctions.map((junction) => {
          const in_ = Object.fromEntries(lanesOf(junction).in.map((id) => [id, { vehicles, queued, approaching: vehicles - queued }]))
          return told(junction, second, {}, { in: in_ })
        })
        facts.push(...brain.at(second, ...counts).facts)
      }
    }
    minutes(6, 6, 1)
    minutes(6, 12, 2)
    expect(factsOf(facts, 'metering')).toEqual([])
    minutes(8, 30, 28)
    expect(factsOf(facts, 'metering')).toMatchObject([{ district: 'd0', change: 'begins', vehicles_veh: 30 * west.entering.length * 2 }])
    expect(factsOf(facts, 'metering')[0].text.zh).toContain('边界控制开启')
    minutes(3, 6, 1)
    expect(factsOf(facts, 'metering').map(({ change }) => change)).toEqual(['begins', 'ends'])
  })
})

it('leaves events alone that are none of its business', () => {
  expect(brainOf({ controller: 'planner', decision_s: 1 }).at(1, event('d0/camera/C1', 1, { type: 'ped.call' })).commands).toEqual([])
  expect(east.id).toBe('J21')
})
