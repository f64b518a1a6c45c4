import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compassOf,
  movementsOf,
  notePast,
  type PastStage,
  pastFromHistory,
  plannedGreens,
  runningStage,
  type Stage,
  stagesAround,
  sumApproach,
} from '../../dashboard/data/junction.ts'
import { look, NOTHING_READ, oldFor_s } from '../../dashboard/data/look.ts'
import { createRoadFlow, observeRoads, speedClass } from '../../dashboard/data/road-flow.ts'
import {
  bandCorners,
  greenShare,
  minutesBetween,
  plotOf,
  predictedWays,
  shortNames,
  spreadLabels,
} from '../../dashboard/data/time-space.ts'
import { aside, part } from '../../dashboard/layers/flow.ts'
import { distance_m, length_m } from '../../engine/base/geo.ts'
import type { RoadRow } from '../../gateway/wire/frames.ts'
import type { JunctionDocument } from '../../gateway/wire/junction.ts'
import { createTimeSpace } from '../browser/arterial-scene.ts'
import { createJunctionDocument } from '../browser/junction-scene.ts'
import { smallCity } from '../fixtures/small-city.ts'

const NOW = Date.UTC(2026, 0, 1)
const city = smallCity()

function junction(more: Partial<JunctionDocument> = {}, now = NOW): JunctionDocument {
  const made = createJunctionDocument(city, 'J11', now, more)
  if (made === null) throw new Error('no J11')
  return made
}

const told = (stages: readonly Stage[]): string[] =>
  stages.map(
    ({ phase, clearing, when, from, until }) =>
      `${when} ${clearing ? 'clear' : 'green'} ${phase} ${(from - NOW) / 1000}…${(until - NOW) / 1000}`,
  )

describe('stages around now', () => {
  it('joins what was, what runs and what is planned, each clearance a stage of its own', () => {
    const past: PastStage[] = [
      { phase: 3, clearing: false, from: NOW - 50_000, until: NOW - 19_000 },
      { phase: 0, clearing: true, from: NOW - 19_000, until: NOW - 14_000 },
    ]
    expect(told(stagesAround(junction(), past, NOW))).toEqual([
      'past green 3 -50…-19',
      'past clear 0 -19…-14',
      'now green 0 -14…8',
      'planned clear 1 8…13',
      'planned green 1 13…28',
      'planned clear 2 28…33',
      'planned green 2 33…60',
    ])
  })

  it('runs for the least green where no plan says more, and never ends before now', () => {
    const bare = { plan: null, stage: { phase: 0, target: 0, clearing: false, age_s: 4, clearance_s: 5, ts: NOW } }
    expect(told(stagesAround(junction(bare), [], NOW))).toEqual(['now green 0 -4…6'])
    expect(runningStage(junction(bare), NOW + 60_000)?.until).toBe(NOW + 60_000)
    expect(stagesAround(junction({ stage: null }), [], NOW)).toEqual([])
  })

  it('clears towards the phase that comes', () => {
    const stage = { phase: 3, target: 1, clearing: true, age_s: 2, clearance_s: 5, ts: NOW }
    const plan = { made: NOW, stages: [{ phase: 1, from: NOW + 3000, until: NOW + 20_000 }] }
    expect(told(stagesAround(junction({ stage, plan }), [], NOW))).toEqual(['now clear 1 -2…3', 'planned green 1 3…20'])
  })

  it('puts in a clearance that fell between two messages', () => {
    const before = notePast([], junction({ stage: { phase: 3, target: 3, clearing: false, age_s: 20, clearance_s: 5, ts: NOW } }))
    const after = notePast(
      before,
      junction({ stage: { phase: 1, target: 1, clearing: false, age_s: 1, clearance_s: 5, ts: NOW + 10_000 } }, NOW + 10_000),
    )
    expect(after.map(({ phase, clearing, from, until }) => [phase, clearing, (from - NOW) / 1000, (until - NOW) / 1000])).toEqual([
      [3, false, -20, 0],
      [1, true, 4, 9],
      [1, false, 9, 10],
    ])
  })

  it('never overlaps, whatever is heard', () => {
    const stage = fc.record({ phase: fc.integer({ min: 0, max: 3 }), clearing: fc.boolean(), age_s: fc.integer({ min: 0, max: 40 }) })
    fc.assert(
      fc.property(fc.array(stage, { maxLength: 12 }), (heard) => {
        let past: readonly PastStage[] = []
        let at = NOW
        for (const one of heard) {
          at += 5000
          past = notePast(past, junction({ stage: { ...one, target: one.phase, clearance_s: 5, ts: at } }, at))
        }
        const around = stagesAround(junction({}, at), past, at)
        for (let i = 1; i < around.length; i++) expect(around[i].from).toBeGreaterThanOrEqual(around[i - 1].until - 1)
        for (const { from, until } of around) expect(until).toBeGreaterThanOrEqual(from)
      }),
    )
  })

  it('reads earlier stages from history, the clearance at the end of each', () => {
    const points = [1, 1, 1, 2, 2].map((mean, i) => ({ ts: NOW + i * 5000, mean }))
    expect(pastFromHistory(points, { yellow_s: 3, all_red_s: 2 })).toEqual([
      { phase: 1, clearing: false, from: NOW, until: NOW + 10_000 },
      { phase: 2, clearing: true, from: NOW + 10_000, until: NOW + 15_000 },
      { phase: 2, clearing: false, from: NOW + 15_000, until: NOW + 20_000 },
    ])
  })

  it('lists the greens of the next minute in seconds', () => {
    expect(plannedGreens(stagesAround(junction(), [], NOW), NOW)).toEqual([
      { phase: 0, from_s: 0, until_s: 8 },
      { phase: 1, from_s: 13, until_s: 28 },
      { phase: 2, from_s: 33, until_s: 60 },
    ])
  })
})

describe('lanes', () => {
  it('sums an approach and says when nothing of it is heard', () => {
    const [north] = junction().approaches
    expect(sumApproach(north.lanes).queued_veh).toBe(north.lanes.reduce((sum, lane) => sum + lane.queued_veh, 0))
    expect(sumApproach(north.lanes.map((lane) => ({ ...lane, vehicles_veh: null, approaching_veh: null })))).toMatchObject({
      silent: true,
      approaching_veh: null,
    })
  })

  it('names the eight sides', () => {
    expect([0, 44, 46, 90, 180, 271, 359].map(compassOf)).toEqual(['n', 'ne', 'ne', 'e', 's', 'w', 'n'])
  })

  it('draws the ways of a phase from where they come to where they lead', () => {
    // Phase 1: from north and south, turning left.
    expect(movementsOf(junction(), 1).sort((a, b) => a.from_deg - b.from_deg)).toEqual([
      { from_deg: 0, to_deg: 90 },
      { from_deg: 180, to_deg: 270 },
    ])
  })
})

describe('road flow', () => {
  const rows = (speed_pct: number | null): Map<string, RoadRow> => new Map([['r>J', { speed_pct, queue_m: 10 }]])

  it('follows the mean of a minute, so that one red light changes no colour', () => {
    const flow = createRoadFlow()
    observeRoads(flow, rows(90), NOW)
    const { version } = flow
    observeRoads(flow, rows(30), NOW + 1000)
    observeRoads(flow, rows(90), NOW + 12_000)
    expect(flow.means.get('r>J')?.speed).toBe(4)
    expect(flow.version).toBe(version)
    observeRoads(flow, rows(10), NOW + 13_000)
    observeRoads(flow, rows(10), NOW + 200_000)
    expect(flow.means.get('r>J')?.speed).toBe(0)
    expect(flow.version).toBeGreaterThan(version)
  })

  it('forgets a road of which nothing is heard', () => {
    const flow = createRoadFlow()
    observeRoads(flow, rows(90), NOW)
    observeRoads(flow, rows(null), NOW + 1000)
    expect(flow.means.size).toBe(0)
    observeRoads(flow, rows(90), NOW + 2000)
    observeRoads(flow, new Map(), NOW + 3000)
    expect(flow.means.size).toBe(0)
  })

  it('has five classes', () => {
    expect([0, 19, 20, 55, 79, 80, 100].map(speedClass)).toEqual([0, 0, 1, 2, 3, 4, 4])
  })

  const line = [
    [121, 31],
    [121.002, 31],
    [121.002, 31.002],
  ] as const

  it('cuts the queue out of the line', () => {
    expect(length_m(part(line, 12, 112))).toBeCloseTo(100, 0)
    expect(distance_m(part(line, 0, 50)[0], line[0])).toBeLessThan(0.1)
    expect(length_m(part(line, 0, 9999))).toBeCloseTo(length_m(line), 3)
  })

  it('lies beside the middle line, to the right of who drives towards its beginning', () => {
    const [[, lat]] = aside(line, 5)
    // The line leads east; who drives west has the north on the right.
    expect(distance_m([121, lat], line[0])).toBeCloseTo(5, 1)
    expect(lat).toBeGreaterThan(31)
  })
})

describe('time and space', () => {
  const answer = createTimeSpace(city, NOW)
  const plot = plotOf(answer, 720, 300, 20)

  it('lays time to the right and distance upwards', () => {
    expect([answer.from, answer.now, answer.until].map(plot.x)).toEqual([0, 600, 720])
    expect(answer.stops.map(({ along_m }) => plot.y(along_m))).toEqual([280, 20])
  })

  it('slants a band by the time of the way', () => {
    const band = { from: NOW, until: NOW + 10_000, travel_s: [0, 30] }
    expect(bandCorners(answer, band, plot)).toBe('600.0,280.0 660.0,20.0 680.0,20.0 620.0,280.0')
  })

  it('carries planned vehicles on to the next junction at design speed, and none beyond the last', () => {
    const gone = { ...answer.stops[0], departures: { along: [NOW], against: [NOW] } }
    const last = { ...answer.stops[1], departures: { along: [NOW], against: [] } }
    const travel_px = plot.x(NOW + (420 / (40 / 3.6)) * 1000).toFixed(1)
    expect(predictedWays({ ...answer, stops: [gone, last] }, 'along', plot)).toBe(`M600.0 280.0L${travel_px} 20.0`)
    expect(predictedWays({ ...answer, stops: [gone, last] }, 'against', plot)).toBe('')
  })

  it('sets names apart and keeps them inside', () => {
    expect(spreadLabels([100, 60, 50, 20], 20, 10)).toEqual([100, 60, 40, 20])
    const close = spreadLabels([30, 28, 26, 12], 20, 10)
    for (let i = 1; i < close.length; i++) expect(close[i - 1] - close[i]).toBeGreaterThanOrEqual(20)
    expect(close[3]).toBe(10)
  })

  it('leaves out of the names what they have in common, word by word', () => {
    const named = (zh: string, en: string) => ({ zh, en })
    const row = [named('环城大道—清湖路路口', 'Ring Avenue at Lake Road'), named('环城大道—清江路路口', 'Ring Avenue at Lark Road')]
    expect(shortNames(row)).toEqual([named('清湖路路口', 'Lake Road'), named('清江路路口', 'Lark Road')])
    expect(shortNames([named('甲', 'A'), named('乙', 'B')])).toEqual([named('甲', 'A'), named('乙', 'B')])
    expect(shortNames([named('甲—乙', 'A at B')])).toEqual([named('甲—乙', 'A at B')])
  })

  it('measures the share of green that was seen', () => {
    const greens = [
      { from: answer.now - 60_000, until: answer.now, planned: false },
      { from: answer.now, until: answer.now + 60_000, planned: true },
    ]
    expect(greenShare(answer, greens)).toBeCloseTo(0.2)
    expect(minutesBetween(30_000, 180_000)).toEqual([60_000, 120_000, 180_000])
  })
})

describe('a document while somebody looks', () => {
  it('stays while nobody answers, goes when it is refused, and says so', () => {
    const read = look(NOTHING_READ, { document: { a: 1 } }, 1000)
    expect(read).toEqual({ state: 'read', document: { a: 1 }, read_ms: 1000 })
    expect(look(read, { away: true }, 2000)).toEqual({ ...read, state: 'away' })
    expect(look(read, { status: 503 }, 2000)).toEqual({ ...read, state: 'away' })
    expect(look(read, { status: 404 }, 2000)).toEqual({ state: 'absent', document: null, read_ms: null })
    expect(look(read, { status: 403 }, 2000).state).toBe('forbidden')
    expect(oldFor_s(read, 3000)).toBeNull()
    expect(oldFor_s(read, 9000)).toBe(8)
  })
})
