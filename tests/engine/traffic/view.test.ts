import { describe, expect, it } from 'vitest'
import { junctionView, roadViews, signalView, timeSpace } from '../../../engine/view.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { count, createBrain, T0 } from '../../support/brain.ts'

const city = smallCity()
const [west, east] = city.junctions
const lanesOf = ({ entering, leaving }: (typeof city.junctions)[number]) => ({
  in: entering.map(({ id }) => id),
  out: leaving.map(({ id }) => id),
})
const key = (id: string): string => `d0/traffic/${id}`

/** Both junctions heard every second; `queues` by lane. */
function run(controller: 'planner' | 'max_pressure', seconds: number, queues: Readonly<Record<string, number>>) {
  const brain = createBrain([], city, { signals: { controller, decision_s: 1 } })
  for (let s = 0; s <= seconds; s++) {
    const more = { phase: 0, target: 0, clearing: false, age_s: 12 + s }
    brain.at(s, count(key(west.id), s, lanesOf(west), queues, more), count(key(east.id), s, lanesOf(east), queues, more))
  }
  return brain
}

describe('what people see of a junction', () => {
  it("tells the planner's stages by the clock, what it compared, and who comes from next door", () => {
    const queues = { 'r10-11_1': 6, 'r31-21_1': 5, 'r01-11_1': 4 }
    const view = junctionView(run('planner', 5, queues).state, west.id)
    expect(view?.mode).toBe('auto')
    expect(view?.plan?.made).toBeGreaterThanOrEqual(T0 + 4000)
    const stages = view?.plan?.stages ?? []
    expect(stages.length).toBeGreaterThan(1)
    for (const [i, { from, until }] of stages.entries()) {
      expect(until).toBeGreaterThan(from)
      if (i > 0) expect(from).toBeGreaterThanOrEqual(stages[i - 1].until + 5000)
    }
    expect(view?.next_best?.behind).toBeGreaterThanOrEqual(0)
    expect(view?.reason?.reason.text).toContain('green')
    const [neighbour] = view?.neighbours ?? []
    expect(neighbour.junction).toBe(east.id)
    // The queue that the neighbour will let go westwards arrives here within the minute.
    expect(neighbour.expected_veh).toBeGreaterThan(1)
    expect(neighbour.first).toBeGreaterThan(T0 + 5000)
  })

  it('tells when vehicles are planned to leave along an arterial', () => {
    const { state } = run('planner', 5, { 'r10-11_1': 6, 'r01-11_1': 4 })
    const [first] = timeSpace(state, 'A1', 60, 60)?.stops ?? []
    const all = [...first.departures.along, ...first.departures.against]
    expect(all.length).toBeGreaterThan(2)
    for (const at of all) expect(at).toBeGreaterThanOrEqual(state.now)
    expect(first.departures.along).toEqual([...first.departures.along].sort((a, b) => a - b))
    const pressure = timeSpace(run('max_pressure', 2, { 'r01-11_1': 4 }).state, 'A1', 60, 60)
    expect(pressure?.stops.flatMap(({ departures }) => departures.along)).toEqual([])
  })

  it('tells no plan where the controller makes none, but still the runner-up', () => {
    const view = junctionView(run('max_pressure', 2, { 'r10-11_1': 6, 'r01-11_1': 4 }).state, west.id)
    expect(view?.plan).toBeNull()
    expect(view?.neighbours.map(({ expected_veh }) => expected_veh)).toEqual([null])
    expect(view?.next_best).toMatchObject({ phase: 2, behind: 2 })
  })

  it('changes nothing by being looked at', () => {
    const brain = run('max_pressure', 2, { 'r10-11_1': 6 })
    const before = structuredClone(brain.state.traffic)
    junctionView(brain.state, west.id)
    roadViews(brain.state, key(west.id))
    expect(brain.state.traffic).toEqual(before)
  })

  it('says which lanes may go, who waits and which are silent', () => {
    const brain = createBrain([], city)
    const all = lanesOf(west)
    brain.at(0, count(key(west.id), 0, { ...all, in: all.in.filter((id) => id !== 'r01-11_0') }, { 'r01-11_1': 3 }))
    brain.at(9, count(key(west.id), 9, { ...all, in: all.in.filter((id) => id !== 'r01-11_0') }, { 'r01-11_1': 3 }))
    const lanes = new Map(junctionView(brain.state, west.id)?.lanes.map((lane) => [lane.id, lane]))
    expect(lanes.get('r10-11_1')).toMatchObject({ green: true, waited_s: 0, queued_veh: 0 })
    expect(lanes.get('r01-11_1')).toMatchObject({ green: false, waited_s: 9, queued_veh: 3, capacity_veh: 53 })
    expect(lanes.get('r01-11_0')?.vehicles_veh).toBeNull()
  })

  it('says by whom: the brain, a person by name, or the cabinet when nobody commands', () => {
    const brain = run('max_pressure', 2, { 'r01-11_1': 3 })
    expect(signalView(brain.state, key(west.id))?.mode).toBe('auto')
    const fields = { phase: 2, hold_s: 60 }
    const act = { type: 'command' as const, device: `d0/signal/${west.id}`, command: 'signal.phase', fields, hold_s: 60 }
    brain.at(3, { kind: 'operator', ts: T0 + 3000, id: 'o1', by: 'li', act })
    const view = junctionView(brain.state, west.id)
    expect(view?.mode).toBe('hand')
    expect(view).toMatchObject({ hand: { by: 'li', until: T0 + 63_000 }, reason: { reason: { text: 'Given by li' } } })
    brain.at(30)
    expect(signalView(brain.state, key(east.id))?.mode).toBe('local')
    expect(junctionView(createBrain([], city).state, west.id)).toMatchObject({ mode: 'local', stage: null })
    expect(junctionView(brain.state, 'J99')).toBeNull()
  })
})

describe('speed of the roads', () => {
  const roads = (queues: Readonly<Record<string, number>>, vehicles: Readonly<Record<string, number>>) => {
    const brain = createBrain([], city)
    const heard = count(key(west.id), 0, lanesOf(west), queues)
    const lanes = Object.fromEntries(
      Object.entries(heard.in).map(([id, lane]) => [id, { ...lane, vehicles: vehicles[id] ?? lane.vehicles }]),
    )
    brain.at(0, { ...heard, in: lanes })
    return new Map(roadViews(brain.state, key(west.id)).map((road) => [road.road, road]))
  }

  it('is free on an empty road, nearly free behind one car, and nothing on a road full of standing cars', () => {
    const seen = roads({ 'r10-11_1': 1, 'r01-11_0': 54, 'r01-11_1': 54 }, {})
    expect(seen.get('r21-11')).toMatchObject({ speed_ratio: 1, queue_m: 0 })
    expect(seen.get('r10-11')?.speed_ratio).toBeGreaterThan(0.85)
    expect(seen.get('r01-11')).toMatchObject({ speed_ratio: 0, queue_m: 400 })
  })

  it('falls with the share that stands and with the length of the queue', () => {
    const few = roads({ 'r10-11_1': 10 }, { 'r10-11_1': 20 }).get('r10-11')?.speed_ratio ?? 0
    const more = roads({ 'r10-11_1': 10 }, { 'r10-11_1': 10 }).get('r10-11')?.speed_ratio ?? 0
    const longer = roads({ 'r10-11_1': 30 }, { 'r10-11_1': 30 }).get('r10-11')?.speed_ratio ?? 0
    expect(few).toBeGreaterThan(more)
    expect(more).toBeGreaterThan(longer)
  })

  it('is not known where no lane is heard', () => {
    const brain = createBrain([], city)
    const all = lanesOf(west)
    brain.at(0, count(key(west.id), 0, { ...all, in: all.in.filter((id) => !id.startsWith('r01-11')) }, {}))
    expect(roadViews(brain.state, key(west.id)).find(({ road }) => road === 'r01-11')?.speed_ratio).toBeNull()
  })
})
