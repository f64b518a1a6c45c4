import { describe, expect, it } from 'vitest'
import { loadRules, SHIPPED_RULES } from '../../../../config/rules.ts'
import type { Command } from '../../../../engine/model/command.ts'
import type { Fact } from '../../../../engine/model/fact.ts'
import type { CrewPress, Observation } from '../../../../engine/model/observation.ts'
import type { FloodActs } from '../../../../engine/model/storm.ts'
import { solveAssign } from '../../../../engine/solve/assign.ts'
import { buildRoadGraph } from '../../../../engine/solve/network.ts'
import { incidents, storms, tasks } from '../../../../engine/view.ts'
import { smallCity } from '../../../fixtures/small-city.ts'
import { createBrain, factsOf, reading, T0 } from '../../../support/brain.ts'
import { forecastOf } from './forecasts.ts'

const CREW = 'd0/crew/crew-1'
const graph = buildRoadGraph(smallCity())

type Wave = Parameters<typeof forecastOf>[1]

/** A day at low point 1: half a minute a step, a forecast every five, a crew that goes where it is sent. */
async function open(flood_acts: FloodActs = 'forecast') {
  const { rules } = await loadRules(SHIPPED_RULES)
  const brain = createBrain(rules, smallCity(), { flood_acts })
  const facts: Fact[] = []
  const commands: Command[] = []
  const told: Observation[] = []
  let s = 0
  let presses = 0
  const press = (type: CrewPress, task: string): Observation => ({
    kind: 'crew',
    device: CREW,
    ts: T0 + s * 1000,
    id: `p${presses++}`,
    type,
    task,
    note: null,
    photo: null,
  })
  const day = {
    brain,
    facts,
    commands,
    press(type: CrewPress) {
      const [task] = tasks(brain.state)
      told.push(press(type, task.id))
    },
    /** Lets `minutes` pass with this forecast and this level. */
    pass(minutes: number, wave: Wave | null, level_m: number | null) {
      for (const end = s + 60 * minutes; s < end; ) {
        s += 30
        if (wave !== null && s % 300 === 30) brain.state.flood.forecasts.set('LP1', forecastOf(T0 + s * 1000, wave))
        const heard = level_m === null ? [] : [reading('d0/flood/G1', s, { level_m })]
        const outcome = brain.at(s, ...heard, ...told.splice(0))
        facts.push(...outcome.facts)
        commands.push(...outcome.commands)
        for (const { id, problem } of outcome.requests)
          if (problem.type === 'assign')
            told.push({ kind: 'solution', ts: T0 + s * 1000, request: id, answer: solveAssign(graph, problem) })
        for (const command of outcome.commands) {
          if (command.kind === 'crew.task') told.push(press('task.accepted', command.task.id), press('task.enroute', command.task.id))
        }
      }
    },
  }
  return day
}

const sure: Wave = { p: 0.9 }
const gone: Wave = { p: 0 }
const kinds = (commands: readonly Command[], kind: Command['kind']) => commands.filter((command) => command.kind === kind)

describe('a forecast of water', () => {
  it('starts the pumps, opens one incident and sends one crew with pump and checklist before the threshold', async () => {
    const day = await open()
    day.pass(12, sure, 0)
    const [incident, ...more] = incidents(day.brain.state)
    expect(more).toEqual([])
    expect(incident).toMatchObject({ class: 'flood.waterlogging', title: { en: 'Waterlogging foreseen' }, severity: 'warning' })
    const [task] = tasks(day.brain.state)
    expect(task).toMatchObject({ kind: 'flood.pre_position', skill: 'pump', kit: ['mobile_pump'], crew: CREW, status: 'enroute' })
    // Ten minutes before the crossing that the forecast said.
    expect(incident.due - T0).toBeGreaterThan(20 * 60_000)
    expect(task.due).toBe(incident.due)
    const [order] = kinds(day.commands, 'crew.task')
    expect(order.kind === 'crew.task' && order.task.steps.at(-1)?.en).toBe('Pump as soon as there is water; stay until you are called back')
    expect(kinds(day.commands, 'drain.setting').map((command) => command.kind === 'drain.setting' && command.setting)).toContain(1)
    const [stage] = factsOf(day.facts, 'flood_stage')
    expect(stage.reason.text).toMatch(
      /^Low point 1 up to prepare \(yellow\): chance 90 % of passing 0.15 m within two hours, up to 0.25 m, in 40 min/,
    )
  })

  it('is one event with the flood that follows, whose own deadline then counts', async () => {
    const day = await open()
    day.pass(12, sure, 0)
    day.press('task.onsite')
    day.pass(10, { ...sure, from_min: 5 }, 0.1)
    day.pass(10, { ...sure, from_min: 5 }, 0.2)
    const all = [...incidents(day.brain.state)]
    expect(all.length).toBe(1)
    expect(all[0]).toMatchObject({ title: { en: 'Waterlogging' }, status: 'on_site' })
    expect([...tasks(day.brain.state)].length).toBe(1)
    expect(factsOf(day.facts, 'incident').filter(({ change }) => change === 'opened').length).toBe(1)
    expect(factsOf(day.facts, 'incident').map(({ change }) => change)).not.toContain('overdue')
  })

  it('calls a crew back that has not arrived when it has fallen for good, and not before', async () => {
    const day = await open()
    day.pass(12, sure, 0)
    day.pass(15, gone, 0)
    expect(kinds(day.commands, 'crew.recall')).toEqual([])
    day.pass(15, gone, 0)
    expect(new Set(kinds(day.commands, 'crew.recall').map(({ id }) => id)).size).toBe(1)
    expect([...tasks(day.brain.state)][0].status).toBe('recalled')
    expect([...incidents(day.brain.state)][0].status).toBe('resolved')
  })

  it('keeps the crew on site while it stands, and releases it then', async () => {
    const day = await open()
    day.pass(12, sure, 0)
    day.press('task.onsite')
    day.pass(60, sure, 0.05)
    expect([...tasks(day.brain.state)][0].status).toBe('onsite')
    day.pass(40, gone, 0)
    expect([...tasks(day.brain.state)][0].status).toBe('recalled')
    expect(day.brain.state.dispatch.crews.get(CREW)?.crew.status).toBe('idle')
  })

  it('moves nobody by reaction only', async () => {
    const day = await open('reaction')
    day.pass(20, { ...sure, from_min: 5, peak_m: 0.9 }, 0)
    expect(day.commands).toEqual([])
    expect([...incidents(day.brain.state)]).toEqual([])
    expect(factsOf(day.facts, 'flood_stage').at(-1)?.stage).toBe('act')
  })

  it('closes the road before deep water, tells cameras and crew, and opens it again', async () => {
    const day = await open()
    const deep: Wave = { p: 1, from_min: 5, peak_m: 0.6 }
    day.pass(12, { ...deep, from_min: 40 }, 0)
    day.press('task.onsite')
    day.pass(12, deep, 0.05)
    const closed = factsOf(day.facts, 'closure').filter(({ change }) => change === 'closes')
    expect(closed.length).toBeGreaterThan(0)
    expect(closed[0]).toMatchObject({ by: 'policy:flood.closure' })
    expect(closed[0].text.en).toContain('is expected to stand deeper than 0.3 m within 15 min')
    const notices = kinds(day.commands, 'notice')
    expect(notices.map(({ device }) => device)).toContain(CREW)
    day.pass(40, gone, 0)
    expect(factsOf(day.facts, 'closure').filter(({ change }) => change === 'opens').length).toBe(closed.length)
  })
})

it('a gauge that jumps by three metres has a quality mark, and moves nobody', async () => {
  const day = await open()
  day.pass(10, gone, 0)
  day.pass(0.5, gone, 3)
  day.pass(20, gone, 0)
  expect(factsOf(day.facts, 'quality').map(({ cause }) => cause)).toContain('spike')
  expect(factsOf(day.facts, 'closure')).toEqual([])
  expect(factsOf(day.facts, 'flood_stage')).toEqual([])
  expect([...incidents(day.brain.state)]).toEqual([])
  expect(kinds(day.commands, 'crew.task')).toEqual([])
})

describe('the report of a storm', () => {
  it('says what was forecast, done and seen, and what the same water would have done', async () => {
    const day = await open()
    day.pass(12, sure, 0)
    day.press('task.onsite')
    // The crew pumps 0.056 m³/s for half an hour: 100 m³, 6 cm of this point's water.
    day.pass(10, sure, 0.05)
    day.pass(20, { ...sure, from_min: 5 }, 0.12)
    const [running] = storms(day.brain.state)
    expect(running).toMatchObject({ district: 'd0', ended: null, name: { en: 'District Zero, storm of 08:00: 1 low point' } })
    day.pass(100, gone, 0)
    const [storm] = storms(day.brain.state)
    expect(storm.ended).not.toBeNull()
    const [point] = storm.points
    expect(point).toMatchObject({ point: 'LP1', warned_by: 'forecast', flooded: null, flooded_min: 0, peak_m: 0.12, closures: [] })
    expect(point.stages.map(({ stage }) => stage)).toEqual(['prepare', 'act', 'none'])
    expect(point.crews.length).toBe(1)
    expect(point.crews[0].onsite).not.toBeNull()
    expect(point.crews[0].left).not.toBeNull()
    expect(point.without?.peak_m).toBeGreaterThan(0.12)
    expect(factsOf(day.facts, 'storm').map(({ change }) => change)).toEqual(['begins', 'ends'])
  })
})

describe('crews that are off duty', () => {
  const base = smallCity()
  const crew = (id: string, until_h: number) => ({ ...base.crews[0], id, shift: { from_h: 0, until_h } })
  /** 08:00: one crew is on duty, two are not. */
  const city = { ...base, crews: [crew('crew-1', 24), crew('rest-1', 6), crew('rest-2', 6)] }
  const called = (commands: readonly Command[]) =>
    kinds(commands, 'notice').flatMap((command) => (command.kind === 'notice' && command.to === 'call_in' ? [command] : []))

  it('are asked to come in when more points are warned of than crews are on duty, each once', () => {
    const brain = createBrain([], city)
    const commands: Command[] = []
    for (let s = 0; s < 1200; s += 30) {
      if (s % 300 === 0) for (const id of ['LP1', 'LP2']) brain.state.flood.forecasts.set(id, forecastOf(T0 + s * 1000, sure, id))
      commands.push(...brain.at(s).commands)
    }
    const asked = called(commands)
    expect(new Set(asked.map(({ id }) => id)).size).toBe(1)
    expect(asked[0].text).toBe('Please come in: 2 low points are warned of, 1 crews with a pump are on duty')
    expect(asked[0].text_zh).toBe('请到岗备勤：2 处低洼点预警，在岗排水班组 1 个')
  })

  it('are left in peace for one point, and when forecasts are not to be acted on', () => {
    for (const [points, flood_acts] of [
      [['LP1'], 'forecast'],
      [['LP1', 'LP2'], 'reaction'],
    ] as const) {
      const brain = createBrain([], city, { flood_acts })
      for (let s = 0; s < 1200; s += 30) {
        if (s % 300 === 0) for (const id of points) brain.state.flood.forecasts.set(id, forecastOf(T0 + s * 1000, sure, id))
        expect(called(brain.at(s).commands)).toEqual([])
      }
    }
  })
})
