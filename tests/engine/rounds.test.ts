/** Rounds of the bin lorries at brain.step: forecasts in; a plan with its reason, work for a crew, and what becomes of it out. */
import { describe, expect, it } from 'vitest'
import { roundWays } from '../../engine/bin-view.ts'
import { restoreState, saveState } from '../../engine/brain.ts'
import type { City } from '../../engine/model/city.ts'
import type { CrewEvent, CrewPress, Observation, OperatorOrder } from '../../engine/model/observation.ts'
import { emptyOutcome } from '../../engine/model/outcome.ts'
import { bins as binViews, planning, rounds } from '../../engine/round-view.ts'
import { incidents, tasks } from '../../engine/view.ts'
import { noteVisits } from '../../engine/waste/visits.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { createBrain, factsOf, reading, T0 } from '../support/brain.ts'
import { createAnswers } from '../support/solver.ts'

const LORRY = 'd0/crew/crew-2'
const HOUR = 3600
/** Six in the evening of the second day, local. */
const PLAN_S = 32 * HOUR
const base = smallCity()
const bins = base.devices.filter(({ kind }) => kind === 'bin').map(({ id }) => `d0/waste/${id}`)
/** One tip in the north-east, one time of planning. */
const city: City = {
  ...base,
  plan_rounds_at_h: [18],
  tips: [{ id: 'tip-1', name: { zh: '转运站', en: 'Tip' }, at: base.nodes[15].at, service_s: 300 }],
}

/** Bins fill by 3 % an hour from 10 in the morning on, and the solver answers in the step after. */
function createCity(of: City = city, pace = 3) {
  const brain = createBrain([], of, { localHour: (now) => (10 + (now - T0) / 3_600_000) % 24 })
  const answers = createAnswers(of)
  const sensed = of.devices.flatMap(({ kind, bin, id }) => (kind === 'bin' && bin?.sensor !== 'none' ? [`d0/waste/${id}`] : []))
  let presses = 0
  let asked = brain.at(0, { kind: 'presence', device: LORRY, ts: T0, online: true, battery_pct: null, rssi_dbm: null, fw: null }).requests
  const run = {
    brain,
    /** What has been told since the beginning. */
    facts: [] as ReturnType<typeof brain.at>['facts'][number][],
    commands: [] as ReturnType<typeof brain.at>['commands'][number][],
    at(s: number, ...observations: Observation[]) {
      const outcome = brain.at(s, ...answers(asked, T0 + s * 1000), ...observations)
      asked = outcome.requests
      run.facts.push(...outcome.facts)
      run.commands.push(...outcome.commands)
      return outcome
    },
    /** The solver is away. */
    loseRequests() {
      asked = []
    },
    press(s: number, type: CrewPress, more: Partial<CrewEvent> = {}) {
      const task = rounds(brain.state).at(0)?.round ?? null
      const ts = T0 + s * 1000
      return run.at(s, { kind: 'crew', device: LORRY, ts, id: `p${presses++}`, type, task, note: null, photo: null, ...more })
    },
    order: (s: number, act: OperatorOrder) => run.at(s, { kind: 'operator', ts: T0 + s * 1000, id: `o${presses++}`, by: 'li', act }),
    round: () => {
      const [first] = rounds(brain.state)
      return first
    },
    said: (kind: 'round') => factsOf(run.facts, kind).map(({ change }) => change),
  }
  for (let h = 0; h * HOUR < PLAN_S; h++) {
    run.at(h * HOUR, ...sensed.map((key) => reading(key, h * HOUR, { fill_pct: Math.min(95, pace * h) })))
    run.at(h * HOUR + 60)
  }
  // What the planning of the day before came to.
  run.facts.length = 0
  return run
}

/** Up to the round on the phone of its crew. */
function planned(of: City = city) {
  const run = createCity(of)
  for (const s of [0, 1, 2]) run.at(PLAN_S + s)
  return run
}

function accepted(of: City = city) {
  const run = planned(of)
  run.press(PLAN_S + 30, 'task.accepted')
  return run
}

describe('a round of the bin lorries', () => {
  it('is planned at the city’s time, says why beside waiting, and is offered with its stops', () => {
    const run = createCity()
    expect(run.said('round')).toEqual([])
    const asked = run.at(PLAN_S).requests
    expect(asked.map(({ problem }) => problem.type)).toContain('round')
    run.at(PLAN_S + 1)
    const { decision, asking, next } = planning(run.brain.state)
    expect([decision?.outcome, decision?.chosen, decision?.lorries, decision?.by, asking]).toEqual([
      'drive',
      bins.length,
      1,
      'policy:rounds',
      null,
    ])
    expect(decision?.reason.text).toMatch(
      /^Drive: 6 bins with 1 lorry in [\d.]+ km, \d+ min of driving, spare [\d.]+ expected overflows.* below \d+ it would wait/,
    )
    expect(decision?.reason.text_zh).toContain('低于')
    expect(decision?.reason.evidence.some((line) => line.includes('p_overflow_24h='))).toBe(true)
    expect(next).toBe(T0 + (PLAN_S + 24 * HOUR) * 1000)
    expect(run.said('round')).toEqual(['planned'])
    const order = run.commands.find(({ kind }) => kind === 'crew.task')
    if (order?.kind !== 'crew.task') throw new Error('no order')
    expect(order.device).toBe(LORRY)
    expect(order.task.stops?.map(({ kind, ref }) => (kind === 'tip' ? 'tip' : ref)).sort()).toEqual([...bins, 'tip'].sort())
    expect(order.task.stops?.at(-1)?.kind).toBe('tip')
    expect(order.task.stops?.every(({ route }) => route.length >= 2)).toBe(true)
    expect(run.round().state).toBe('offered')
    const ways = roundWays(run.brain.state, run.round().round)
    expect(ways?.map(({ stop, way }) => [stop, way.length >= 2])).toEqual(run.round().stops.map(({ stop }) => [stop, true]))
    expect(roundWays(run.brain.state, 'T-none')).toBeNull()
    expect([...tasks(run.brain.state)][0].incident).toBeNull()
  })

  it('waits where it would spare too little, and says so', () => {
    const run = createCity(city, 0.6)
    for (const s of [0, 1, 2]) run.at(PLAN_S + s)
    const { decision } = planning(run.brain.state)
    expect(['wait', 'nothing']).toContain(decision?.outcome)
    expect(run.said('round')).toEqual(['waits'])
    expect(rounds(run.brain.state)).toEqual([])
  })

  it('is ticked off stop by stop, and its crew is free after the last', () => {
    const run = accepted()
    expect(run.round().state).toBe('accepted')
    let s = PLAN_S + 60
    for (const { stop, kind } of run.round().stops) {
      s += 300
      if (kind === 'tip') expect(run.round().load_l).toBeGreaterThan(0)
      run.press(s, kind === 'tip' ? 'stop.tipped' : 'stop.emptied', { stop: { id: stop, ...(kind === 'bin' && { found_pct: 80 }) } })
    }
    const { state, emptied, left, load_l, stops } = run.round()
    expect([state, emptied, left, load_l]).toEqual(['done', bins.length, 0, 0])
    expect(stops.filter(({ kind }) => kind === 'bin').every(({ found_pct }) => found_pct === 80)).toBe(true)
    expect(run.said('round')).toEqual(['planned', 'begins', ...stops.map(() => 'stop'), 'done'])
    expect(run.brain.state.dispatch.crews.get(LORRY)?.crew.status).toBe('idle')
  })

  it('takes a tip that was pressed by the number of an older order for the next one', () => {
    const run = accepted()
    let s = PLAN_S + 60
    for (const { stop, kind } of run.round().stops) {
      s += 300
      if (kind === 'bin') run.press(s, 'stop.emptied', { stop: { id: stop, found_pct: 80 } })
    }
    run.press(s + 300, 'stop.tipped', { stop: { id: '99' } })
    expect([run.round().state, run.round().load_l]).toEqual(['done', 0])
  })

  it('keeps a repeated, foreign or impossible press from doing anything', () => {
    const run = accepted()
    const [first, second] = run.round().stops
    run.press(PLAN_S + 300, 'stop.emptied', { stop: { id: first.stop, found_pct: 60 }, id: 'once' })
    run.press(PLAN_S + 310, 'stop.emptied', { stop: { id: first.stop, found_pct: 20 }, id: 'once' })
    const refused = (more: Partial<CrewEvent>, type: CrewPress = 'stop.emptied'): string[] =>
      run.press(PLAN_S + 320, type, more).commands.map(({ kind }) => kind)
    expect(refused({ stop: { id: first.stop } })).toEqual(['task.conflict'])
    expect(refused({ stop: { id: '99' } })).toEqual(['task.conflict'])
    expect(refused({ stop: { id: second.stop }, device: 'd0/crew/crew-1' })).toEqual(['task.conflict'])
    expect(refused({ stop: { id: second.stop } }, 'stop.tipped')).toEqual(['task.conflict'])
    expect(refused({ stop: { id: second.stop } }, 'stop.failed')).toEqual(['task.conflict'])
    expect(refused({}, 'task.onsite')).toEqual(['task.conflict'])
    expect(run.round()).toMatchObject({ emptied: 1, failed: 0 })
    expect(run.round().stops[0].found_pct).toBe(60)
  })

  it('leaves out bins at a street that closes, and orders the rest anew', () => {
    const run = accepted()
    const stops = run.round().stops.filter(({ kind }) => kind === 'bin')
    const target = stops[2]
    const closes = city.roads.flatMap(({ id, line }) => (near(line, target.at) ? [id] : []))
    for (const road of closes) run.order(PLAN_S + 100, { type: 'road.close', road, reason: 'flooded' })
    for (const s of [101, 102, 103]) run.at(PLAN_S + s)
    const became = run.round().stops.find(({ id }) => id === target.id)
    expect([became?.state, became?.why]).toEqual(['skipped', 'closed'])
    expect(run.round().left + run.round().skipped).toBe(bins.length)
    expect(factsOf(run.facts, 'round').some(({ text }) => text.en.includes('its street is closed'))).toBe(true)
  })

  it('gives its crew to an overflow, and goes on where it was', () => {
    const run = accepted()
    const [first] = run.round().stops
    run.press(PLAN_S + 300, 'stop.emptied', { stop: { id: first.stop, found_pct: 80 } })
    const at = base.nodes[5].at
    run.order(PLAN_S + 310, { type: 'incident.report', class: 'waste.overflow', severity: 'warning', at: [at[0], at[1]], text: '' })
    for (const s of [311, 312, 313]) run.at(PLAN_S + s)
    expect(run.round().state).toBe('interrupted')
    const urgent = [...tasks(run.brain.state)].find(({ kind }) => kind === 'waste.overflow')
    expect([urgent?.status, urgent?.crew]).toEqual(['offered', LORRY])
    for (const [s, type] of [
      [320, 'task.accepted'],
      [330, 'task.enroute'],
      [340, 'task.onsite'],
      [400, 'task.done'],
    ] as const)
      run.press(PLAN_S + s, type, { task: urgent?.id ?? null })
    for (const s of [500, 501]) run.at(PLAN_S + s)
    expect(run.round()).toMatchObject({ state: 'offered', emptied: 1, left: bins.length - 1 })
    run.press(PLAN_S + 510, 'task.accepted')
    expect(run.round().state).toBe('accepted')
    expect(run.said('round')).toContain('interrupted')
  })

  it('is withdrawn by a person, which frees the crew and the bins', () => {
    const run = accepted()
    const { round } = run.round()
    run.order(PLAN_S + 100, { type: 'round.withdraw', round, reason: 'lorry broken' })
    expect(run.round().state).toBe('withdrawn')
    expect(run.brain.state.dispatch.crews.get(LORRY)?.crew.task).toBeNull()
    expect(run.commands.at(-1)?.kind).toBe('crew.recall')
    const again = run.order(PLAN_S + 110, { type: 'round.withdraw', round, reason: 'twice' })
    expect(factsOf(again.facts, 'operator')[0].done).toBe(false)
    const asked = run.order(PLAN_S + 120, { type: 'round.plan' })
    expect(factsOf(asked.facts, 'operator')[0]).toMatchObject({ done: true })
    run.at(PLAN_S + 121)
    run.at(PLAN_S + 122)
    expect(rounds(run.brain.state).map(({ state, by }) => [state, by])).toEqual([
      ['offered', 'operator:li'],
      ['withdrawn', 'policy:rounds'],
    ])
  })

  it('says no to an order while nobody could drive', () => {
    const run = accepted()
    expect(factsOf(run.order(PLAN_S + 100, { type: 'round.plan' }).facts, 'operator')[0]).toMatchObject({ done: false })
  })

  it('is planned again without a crew that declines, and that crew is not asked again soon', () => {
    const run = planned()
    run.press(PLAN_S + 30, 'task.refused')
    for (const s of [31, 32, 33]) run.at(PLAN_S + s)
    expect(run.said('round')).toEqual(['planned', 'failed'])
    expect(rounds(run.brain.state).map(({ state }) => state)).toEqual(['failed'])
    expect(planning(run.brain.state).asking?.by).toBe('policy:rounds')
  })

  it('asks the solver again when it does not answer, and gives up in the end', () => {
    const run = createCity()
    for (let min = 0; min < 16; min++) {
      run.at(PLAN_S + 60 * min)
      run.loseRequests()
    }
    expect(planning(run.brain.state).decision?.outcome).toBe('failed')
    expect(planning(run.brain.state).asking).toBeNull()
  })

  it('goes on after a restart in the middle', () => {
    const run = accepted()
    const { context } = run.brain.state
    run.brain.state = restoreState(context, structuredClone(saveState(run.brain.state)))
    const [first] = run.round().stops
    run.press(PLAN_S + 300, 'stop.emptied', { stop: { id: first.stop, found_pct: 100 } })
    expect(run.round()).toMatchObject({ state: 'under_way', emptied: 1 })
  })

  it('takes what a crew could not empty for blocked, and leaves it alone for a while', () => {
    const run = accepted()
    const [first, second] = run.round().stops
    run.press(PLAN_S + 300, 'stop.failed', { stop: { id: first.stop, why: 'blocked' } })
    run.press(PLAN_S + 400, 'stop.failed', { stop: { id: second.stop, why: 'no_access' } })
    expect(run.round()).toMatchObject({ failed: 2, emptied: 0 })
    const of = (id: string) => [...binViews(run.brain.state)].find(({ bin }) => bin === id)
    expect(of(first.id)?.blocked?.why).toBe('crew')
    expect(of(second.id)?.blocked).toBeNull()
    expect([...incidents(run.brain.state)].map((one) => one.class)).toContain('waste.blocked')
    run.order(PLAN_S + 500, { type: 'round.withdraw', round: run.round().round, reason: 'test' })
    run.order(PLAN_S + 510, { type: 'round.plan' })
    run.at(PLAN_S + 511)
    const stops = run.round().stops.map(({ id }) => id)
    expect(stops).not.toContain(first.id)
    expect(stops).not.toContain(second.id)
  })
})

describe('a bin without a sensor', () => {
  const [unsensed] = bins
  const mixed: City = {
    ...city,
    devices: city.devices.map((device) =>
      `d0/waste/${device.id}` === unsensed ? { ...device, metrics: [], bin: { sensor: 'none', waste: 'residual', windows: [] } } : device,
    ),
  }
  const others = bins.slice(1)
  const viewOf = (run: ReturnType<typeof createCity>) => [...binViews(run.brain.state)].find(({ bin }) => bin === unsensed)

  /** Emptied every day at noon by a round of its own, found as full. */
  function collected(found_pct: number, days: number) {
    const brain = createBrain([], mixed, { localHour: (now) => (10 + (now - T0) / 3_600_000) % 24 })
    const answers = createAnswers(mixed)
    let asked = brain.at(0).requests
    const at = (s: number, ...observations: Observation[]) => {
      asked = brain.at(s, ...answers(asked, T0 + s * 1000), ...observations).requests
    }
    for (let h = 0; h <= 24 * days; h++) {
      at(h * HOUR, ...others.map((key) => reading(key, h * HOUR, { fill_pct: 20 })))
      at(h * HOUR + 60)
      if (h % 24 === 2) {
        const fact = { kind: 'round', ts: T0, change: 'stop', round: 'T', by: 'x', text: { zh: '', en: '' } } as const
        const stop = { id: '1', kind: 'bin', ref: unsensed, state: 'emptied', found_pct, why: null } as const
        noteVisits(brain.state.waste, brain.state.context, [{ ...fact, stop }], T0 + (h * HOUR + 61) * 1000, emptyOutcome())
      }
    }
    return [...binViews(brain.state)].find(({ bin }) => bin === unsensed)
  }

  it('is unknown at first, and after collections as full as its habit says, with its spread', () => {
    const first = createCity(mixed)
    expect(viewOf(first)).toMatchObject({ sensor: 'none', estimate: { collections: 0 } })
    const unknown = viewOf(first)?.estimate
    expect((unknown?.high_pct ?? 0) - (unknown?.low_pct ?? 0)).toBeGreaterThan(60)
    const slow = collected(20, 14)
    const fast = collected(80, 14)
    // 22 hours after the last collection.
    expect(slow?.fill_pct).toBeGreaterThan(10)
    expect(slow?.fill_pct).toBeLessThan(30)
    expect(fast?.fill_pct).toBeGreaterThan(50)
    expect(fast?.estimate?.low_pct).toBeLessThan(fast?.fill_pct ?? 0)
    expect(fast?.estimate?.high_pct).toBeGreaterThan(fast?.fill_pct ?? 0)
    expect(fast?.forecast?.ttf_h).toBeLessThan(slow?.forecast?.ttf_h ?? 0)
  })

  it('counts as full where somebody has seen it overflow, and takes part in the next round', () => {
    const run = createCity(mixed)
    const at = mixed.devices.find(({ id }) => unsensed.endsWith(`/${id}`))?.at ?? [0, 0]
    run.order(PLAN_S - 3000, { type: 'incident.report', class: 'waste.overflow', severity: 'watch', at: [at[0], at[1]], text: '' })
    run.at(PLAN_S - 2900)
    run.at(PLAN_S - 2800)
    expect(viewOf(run)).toMatchObject({ fill_pct: 100, forecast: { ttf_h: 0 } })
  })
})

const near = (line: readonly (readonly [number, number])[], [lon, lat]: readonly number[]): boolean => {
  const [[ax, ay], [bx, by]] = [line[0], line[line.length - 1]]
  const k = Math.cos((lat * Math.PI) / 180)
  const [dx, dy, px, py] = [(bx - ax) * k, by - ay, (lon - ax) * k, lat - ay]
  const t = Math.min(1, Math.max(0, (dx * px + dy * py) / (dx * dx + dy * dy)))
  return Math.hypot(px - t * dx, py - t * dy) * 111_000 < 40
}
