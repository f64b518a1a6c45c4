/** Faulty detectors through `brain.step` and over simulated streets: found, told with evidence, bridged, believed again. */
import { deserialize, serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../engine/base/random.ts'
import { createState, step } from '../../../engine/brain.ts'
import { splitKey } from '../../../engine/model/city.ts'
import { createContext } from '../../../engine/model/context.ts'
import type { Fact } from '../../../engine/model/fact.ts'
import type { LaneCount } from '../../../engine/model/observation.ts'
import { deviceView } from '../../../engine/view.ts'
import { createGrid, randomTrips } from '../../../simulators/traffic/grid.ts'
import { driveHour, phaseRequests } from '../../../simulators/traffic/hour.ts'
import { type Faults, NO_FAULTS } from '../../../simulators/traffic/lane-detectors.ts'
import { readStreets } from '../../../simulators/traffic/roadnet.ts'
import { gridCity } from '../../bench/signals-scale.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { count, createBrain, factsOf, T0 } from '../../support/brain.ts'

const network = readStreets(createGrid({ columns: 2, rows: 2, east_m: 400, north_m: 400 }))
const city = gridCity(network)
const trips = randomTrips(network, 500, 3600, createRandom('faults'))
/** Straight on into the middle of the lattice: between two junctions. */
const LANE = 'road_1_1_0_1'
const FROM_S = 600

type Quality = Extract<Fact, { kind: 'quality' }>

function drive(faults: Faults, duration_s: number, controller: 'max_pressure' | 'service_rate' = 'max_pressure', demand = trips) {
  let state = createState(createContext(city, 'test', 1, { lockstep: true, signals: { controller, decision_s: 1 } }))
  const told: (Quality & { readonly at_s: number })[] = []
  const incidents: { readonly at_s: number; readonly change: string; readonly class: string }[] = []
  const local: { readonly at_s: number; readonly ids: readonly string[] }[] = []
  let at_s = 0
  const result = driveHour({
    network,
    junctions: city.junctions,
    trips: demand,
    start: T0,
    duration_s,
    faults,
    seed: 1,
    control(counts, now) {
      at_s = (now - T0) / 1000
      const outcome = step(state, counts, now)
      state = outcome.state
      expect(outcome.facts.filter(({ kind }) => kind === 'fault')).toEqual([])
      for (const fact of factsOf(outcome.facts, 'quality')) told.push({ ...fact, at_s })
      for (const { change, incident } of factsOf(outcome.facts, 'incident')) incidents.push({ at_s, change, class: incident.class })
      return phaseRequests(outcome.commands)
    },
    watch: (_, plant) => local.push({ at_s, ids: city.junctions.flatMap(({ id }) => (plant.isLocal(id) ? [id] : [])) }),
  })
  return { state, told, incidents, local, result }
}

const LEFT_LANE = 'road_1_1_0_0'

const lying = (lie: (counted: LaneCount) => LaneCount | null, of = LANE): Faults => ({
  ...NO_FAULTS,
  distort: (lane, counted, now_s) => (lane === of && now_s >= FROM_S ? lie(counted) : counted),
})

describe('a lane that lies', () => {
  it('is not suspected while all is well, nor with counting errors', () => {
    expect(drive(NO_FAULTS, 1800).told).toEqual([])
    expect(drive({ ...NO_FAULTS, miscount: 0.2 }, 1800).told).toEqual([])
  })

  it('is not suspected for what happens between messages ten seconds apart', () => {
    const seldom = { ...NO_FAULTS, silent: (_: string, now_s: number) => now_s % 10 !== 0 }
    expect(drive(seldom, 2400, 'max_pressure', randomTrips(network, 600, 2400, createRandom('seldom'))).told).toEqual([])
  })

  it('stuck at a count is found within minutes, told with evidence and taken out', () => {
    let held: LaneCount | null = null
    const { told, state } = drive(
      lying((counted) => {
        if (held === null && counted.vehicles > 0) held = counted
        return held ?? counted
      }),
      1200,
    )
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ metric: `in.${LANE}`, cause: 'stuck', quality: 'suspect' })
    expect(told[0].at_s).toBeLessThan(FROM_S + 300)
    expect(told[0].evidence?.[0]).toMatch(/unchanged for \d+ s and \d+ s of green/)
    const { device } = told[0]
    expect(state.traffic.junctions.get(splitKey(device).id)?.count.in[LANE]).toBeUndefined()
    expect(deviceView(state, device)?.causes).toEqual({ [`in.${LANE}`]: 'stuck' })
  })

  it('that counts vehicles which never leave, or more than fit, is over-counting', () => {
    const ghosts = drive(
      lying((counted) => ({ vehicles: counted.vehicles + 4, queued: counted.queued + 4, approaching: counted.approaching }), LEFT_LANE),
      1800,
      'max_pressure',
      randomTrips(network, 200, 1800, createRandom('few')),
    )
    expect(ghosts.told[0]).toMatchObject({ metric: `in.${LEFT_LANE}`, cause: 'overcount' })
    expect(ghosts.told[0].evidence?.[0]).toMatch(/^never fewer than 4 standing, though \d+ greens had time/)
    const overfull = drive(
      lying((counted) => ({ ...counted, vehicles: 300 })),
      620,
    )
    expect(overfull.told[0].evidence?.[0]).toMatch(/300 vehicles on \d+ m, where \d+ fit/)
    expect(overfull.told[0].at_s).toBeLessThanOrEqual(FROM_S + 3)
  })

  it('that says nothing is told as silent, bridged by what upstream lets in, and believed when it is back', () => {
    const faults: Faults = {
      ...NO_FAULTS,
      distort: (lane, counted, now_s) => (lane === LANE && now_s >= FROM_S && now_s < FROM_S + 300 ? null : counted),
    }
    const during = drive(faults, FROM_S + 200)
    expect(during.told.map(({ cause, at_s }) => [cause, at_s - FROM_S])).toEqual([['silent', 30]])
    const [id, l] = city.junctions.flatMap(({ id: junction, entering }) => {
      const lane = entering.findIndex((one) => one.id === LANE)
      return lane < 0 ? [] : [[junction, lane] as const]
    })[0]
    const memory = during.state.traffic.junctions.get(id)?.lanes[l]
    expect(memory?.bridge_veh_s).toBeGreaterThan(0.01)
    expect(drive(faults, FROM_S + 310).told.map(({ cause }) => cause)).toEqual(['silent', 'recovered'])
  })

  it('does not bring the streets down', () => {
    const well = drive(NO_FAULTS, 2400, 'service_rate').result
    const mute = new Set(network.lanes.flatMap(({ id }, l) => (l % 10 === 0 ? [id] : [])))
    const distort: Faults['distort'] = (lane, counted, now_s) => (mute.has(lane) && now_s >= FROM_S ? null : counted)
    const silent = drive({ ...NO_FAULTS, distort }, 2400, 'service_rate').result
    // Lanes that fell silent while somebody stood there used to be served for ever: three times as long.
    expect(silent.att_paper_s / well.att_paper_s).toBeLessThan(1.3)
  })
})

describe('all detectors of one junction silent', () => {
  const [{ id }] = city.junctions
  const faults: Faults = { ...NO_FAULTS, silent: (junction, now_s) => junction === id && now_s >= 300 && now_s < 500 }

  it('local plan within 30 s, said on the wall, taken back when they speak again', () => {
    const { local, incidents } = drive(faults, 560)
    const isLocal = (at_s: number): boolean => local.find((one) => one.at_s === at_s)?.ids.includes(id) ?? false
    expect(isLocal(299)).toBe(false)
    for (let s = 330; s < 500; s++) expect(isLocal(s), `${s} s`).toBe(true)
    expect(isLocal(505)).toBe(false)
    const [raised, passed] = incidents.filter((one) => one.class === 'signal.local_plan')
    expect(raised).toMatchObject({ change: 'opened' })
    expect(raised.at_s).toBeGreaterThan(310)
    expect(raised.at_s).toBeLessThanOrEqual(330)
    expect(passed).toMatchObject({ at_s: 500, change: 'resolved' })
    // Only this one.
    expect(local.filter(({ at_s }) => at_s > 60).flatMap(({ ids }) => ids.filter((one) => one !== id))).toEqual([])
  })
})

it('remembers its doubts over a restart', () => {
  const [junction] = smallCity().junctions
  const LANES = { in: junction.entering.map(({ id }) => id), out: junction.leaving.map(({ id }) => id) }
  const brain = createBrain()
  for (let s = 1; s < 40; s++) {
    const told = count(`d0/traffic/${junction.id}`, s, LANES, {})
    const { [LANES.in[0]]: _silent, ...heard } = told.in
    brain.at(s, { ...told, in: heard })
  }
  expect(brain.state.traffic.detectors.doubted).toEqual(new Set([LANES.in[0]]))
  expect(deserialize(serialize(brain.state.traffic))).toEqual(brain.state.traffic)
})

it('learns the flow by quarter of an hour', () => {
  const [junction] = smallCity().junctions
  const LANES = { in: junction.entering.map(({ id }) => id), out: junction.leaving.map(({ id }) => id) }
  const brain = createBrain()
  const lane = LANES.in[1]
  // A vehicle every twenty seconds: 180 an hour.
  for (let s = 1; s < 2 * 3600; s += 2) {
    const here = s % 20 < 4 ? 1 : 0
    brain.at(
      s,
      count(
        `d0/traffic/${junction.id}`,
        s,
        LANES,
        {},
        { in: { ...count('d', s, LANES, {}).in, [lane]: { vehicles: here, queued: 0, approaching: here } } },
      ),
    )
  }
  const profile = brain.state.traffic.detectors.junctions.get(junction.id)?.lanes[1].profile_veh_h ?? []
  const known = profile.filter((flow) => flow >= 0)
  expect(known).toHaveLength(7)
  expect(known.at(-1)).toBeGreaterThan(170)
  expect(known.at(-1)).toBeLessThan(190)
})
