import { describe, expect, it } from 'vitest'
import { actRows } from '../../dashboard/data/automation.ts'
import { indexCity } from '../../dashboard/data/city.ts'
import { eventDensity, slotTotal } from '../../dashboard/data/density.ts'
import { parseEvidence } from '../../dashboard/data/evidence.ts'
import { brainNow, freshness } from '../../dashboard/data/freshness.ts'
import { backoff_ms } from '../../dashboard/data/live.ts'
import { createMotion, crewAt, heading_deg, moving, observeCrews, trailOf } from '../../dashboard/data/motion.ts'
import { searchCity } from '../../dashboard/data/search.ts'
import { snapshotOf } from '../../dashboard/data/stored.ts'
import { streamRows } from '../../dashboard/data/stream.ts'
import { applyFrame, createLiveData } from '../../dashboard/data/tables.ts'
import { cityDocument } from '../../gateway/http/city.ts'
import { COMMANDS_OF_KIND_MAX, type CommandRow, type CrewRow, type DeltaFrame, type IncidentRow } from '../../gateway/wire/frames.ts'
import { createScene } from '../browser/scene.ts'
import { smallCity } from '../fixtures/small-city.ts'

const NOW = Date.UTC(2026, 0, 1)
const city = smallCity()
const scene = createScene(city, NOW)
const delta = (tables: DeltaFrame['tables'], now = NOW + 1000): DeltaFrame => ({ type: 'delta', seq: 2, now, tables })

function incident(part: Partial<IncidentRow>): IncidentRow {
  return { ...scene.tables.incidents['i-1'], status: 'detected', severity: 'watch', opened: NOW, ...part }
}

describe('tables', () => {
  it('takes a snapshot whole and deltas row by row', () => {
    const data = createLiveData()
    applyFrame(data, scene, 0)
    const [key] = Object.keys(scene.tables.devices)
    const before = data.versions.devices.value
    applyFrame(data, delta({ devices: { [key]: { ...scene.tables.devices[key], state: 'critical' } } }), 10)
    expect(data.tables.devices.get(key)?.state).toBe('critical')
    expect(data.versions.devices.value).toBe(before + 1)
    expect(data.head.value?.now).toBe(NOW + 1000)
  })

  it('leaves tables alone that a delta does not name', () => {
    const data = createLiveData()
    applyFrame(data, scene, 0)
    const before = data.versions.crews.value
    applyFrame(data, delta({ devices: {} }), 10)
    expect(data.versions.crews.value).toBe(before)
  })

  it('removes a row that comes as null, and all rows that a new snapshot lacks', () => {
    const data = createLiveData()
    applyFrame(data, scene, 0)
    applyFrame(data, delta({ incidents: { 'i-1': null } }), 10)
    expect(data.tables.incidents.has('i-1')).toBe(false)
    applyFrame(data, { ...scene, tables: { ...scene.tables, crews: {} } }, 20)
    expect(data.tables.crews.size).toBe(0)
    expect(data.tables.incidents.has('i-1')).toBe(true)
  })

  it('ignores a delta before the first snapshot and counts what a slow client missed', () => {
    const data = createLiveData()
    applyFrame(data, delta({ incidents: { x: incident({}) } }), 0)
    expect(data.tables.incidents.size).toBe(0)
    applyFrame(data, scene, 0)
    applyFrame(data, { ...delta({}), missed: 12 }, 10)
    expect(data.missed.value).toBe(12)
  })

  it('stores as a snapshot that gives the same tables again', () => {
    const data = createLiveData()
    applyFrame(data, scene, 0)
    expect(snapshotOf(data)).toEqual(scene)
  })
})

describe('freshness', () => {
  const head = { now: NOW, received_ms: 1000, world: 'live', mode: 'live', city: 'c', seq: 1 } as const
  it.each([
    [1000, 'fresh'],
    [4000, 'fresh'],
    [4001, 'late'],
    [11_000, 'late'],
    [11_001, 'lost'],
  ])('at %i ms is %s', (local_ms, expected) => {
    expect(freshness(head, local_ms)).toBe(expected)
  })

  it('never calls stored data fresh and never moves its clock', () => {
    const stored = { ...head, received_ms: null }
    expect(freshness(stored, 1000)).toBe('lost')
    expect(brainNow(stored, 99_000)).toBe(NOW)
    expect(brainNow(head, 3500)).toBe(NOW + 2500)
    expect(brainNow(null, 0)).toBeNull()
  })
})

describe('reconnecting', () => {
  it('waits longer each time, at most 10 s, scattered by a quarter', () => {
    expect([0, 1, 2, 3, 20].map((tries) => backoff_ms(tries, 0.5))).toEqual([500, 1000, 2000, 4000, 10_000])
    expect(backoff_ms(20, 0)).toBe(7500)
    expect(backoff_ms(20, 1)).toBe(12_500)
  })
})

describe('event stream', () => {
  it('sorts open before resolved before ended, then by severity, then the newest', () => {
    const rows = streamRows(
      new Map([
        ['closed', incident({ status: 'closed', severity: 'critical' })],
        ['old', incident({ severity: 'warning', opened: NOW - 9_000_000 })],
        ['resolved', incident({ status: 'resolved', severity: 'critical' })],
        ['worst', incident({ severity: 'critical', opened: NOW - 9_000_000 })],
        ['new', incident({ severity: 'warning' })],
      ]),
      NOW,
    )
    expect(rows.map(({ id }) => id)).toEqual(['worst', 'new', 'old', 'resolved', 'closed'])
  })

  const burst = (count: number): Map<string, IncidentRow> =>
    new Map(
      Array.from({ length: count }, (_, i) => [`f${i}`, incident({ class: 'flood.waterlogging', district: `d${i % 2}`, opened: NOW - i })]),
    )

  it('keeps 20 a minute of one kind as they are, and makes 21 one row', () => {
    expect(streamRows(burst(20), NOW)).toHaveLength(20)
    const [row, ...rest] = streamRows(burst(21), NOW)
    expect(rest).toEqual([])
    expect(row).toMatchObject({ kind: 'burst', count: 21, districts: ['d0', 'd1'] })
  })

  it('joins only the new ones of that kind', () => {
    const incidents = burst(30)
    incidents.set('old', incident({ class: 'flood.waterlogging', opened: NOW - 61_000 }))
    incidents.set('other', incident({ class: 'waste.overflow' }))
    expect(streamRows(incidents, NOW)).toHaveLength(3)
  })
})

describe('automation log', () => {
  const act = (kind: string, ts: number, why = `${kind} at ${ts}`): CommandRow => ({
    ...scene.tables.commands.c1,
    kind,
    ts,
    why: { zh: why, en: why },
  })
  const every = (kind: string, count: number, ms: number): Map<string, CommandRow> =>
    new Map(Array.from({ length: count }, (_, i): [string, CommandRow] => [`${kind}-${i}`, act(kind, NOW - i * ms)]))
  const ids = (commands: ReadonlyMap<string, CommandRow>, rows_max: number): string[] =>
    actRows(commands, NOW, rows_max).map(({ id }) => id)

  it('tells phases as one row with their rate, below the newest of the others', () => {
    const commands = new Map([...every('signal.phase', 40, 3000), ...every('drain.setting', 9, 500)])
    expect(ids(commands, 4)).toEqual(['drain.setting-0', 'drain.setting-1', 'drain.setting-2', 'signal.phase'])
    expect(actRows(commands, NOW, 4)[3]).toMatchObject({ per_min: { count: 20, at_least: false }, command: { ts: NOW } })
  })

  it('says when there were more phases than it was told', () => {
    const commands = every('signal.phase', COMMANDS_OF_KIND_MAX, 10)
    expect(actRows(commands, NOW, 4)).toMatchObject([{ per_min: { count: COMMANDS_OF_KIND_MAX, at_least: true } }])
  })

  it('keeps room for every kind, however many there are of another', () => {
    const commands = every('drain.setting', 30, 500)
    commands.set('task', act('crew.task', NOW - 600_000))
    commands.set('recall', act('crew.recall', NOW - 900_000))
    expect(ids(commands, 6)).toEqual(['drain.setting-0', 'drain.setting-1', 'drain.setting-2', 'drain.setting-3', 'task', 'recall'])
  })

  it('joins what was done for one reason, as the pumps of one low point', () => {
    const commands = new Map([
      ['a', act('drain.setting', NOW - 2, 'water rises')],
      ['b', act('drain.setting', NOW - 1, 'water rises')],
      ['c', act('drain.setting', NOW - 3, 'water falls')],
      ['d', act('crew.task', NOW - 4, 'water rises')],
    ])
    expect(actRows(commands, NOW, 8).map(({ id, count }) => [id, count])).toEqual([
      ['b', 2],
      ['c', 1],
      ['d', 1],
    ])
  })
})

describe('event density', () => {
  it('counts by slot and severity, and nothing outside of the hours shown', () => {
    const slots = eventDensity(
      [
        incident({}),
        incident({ severity: 'critical' }),
        incident({ opened: NOW - 600_000 }),
        incident({ opened: NOW - 99_000_000 }),
        incident({ opened: NOW + 600_000 }),
      ],
      NOW,
      72,
      300_000,
    )
    expect(slots).toHaveLength(72)
    expect(slots[71].counts).toEqual({ watch: 1, warning: 0, critical: 1 })
    expect(slots[69].counts.watch).toBe(1)
    expect(slots.map(slotTotal).reduce((a, b) => a + b, 0)).toBe(3)
  })
})

describe('evidence', () => {
  it('reads measured values, counts of a phase and camera events', () => {
    expect(parseEvidence('d0/flood/G1 level_m=0.42 at 1767225600000')).toEqual({
      device: 'd0/flood/G1',
      metric: 'level_m',
      value: 0.42,
      ts: 1767225600000,
      event: null,
    })
    expect(parseEvidence('d0/traffic/J1 queued_veh[phase 3]=7 at 5')?.metric).toBe('queued_veh[phase 3]')
    expect(parseEvidence('d0/camera/c1 event c1-1 road.accident score=0.84 at 5')).toMatchObject({
      event: 'road.accident',
      metric: 'score',
      value: 0.84,
    })
  })
  it('leaves anything else as it is', () => {
    expect(parseEvidence('report r1 at 5')).toBeNull()
    expect(parseEvidence('task t1 waiting')).toBeNull()
  })
})

describe('motion', () => {
  const crew = (at: readonly [number, number]): CrewRow => ({ name: { zh: '', en: '' }, status: 'enroute', at, seen: null, task: null })
  const at = (lon: number): Map<string, CrewRow> => new Map([['c', crew([lon, 31])]])

  it('reaches a new position in the time between the last two reports, and then stands', () => {
    const motion = createMotion()
    observeCrews(motion, at(121), 0)
    expect(moving(motion, 0)).toBe(false)
    observeCrews(motion, at(121.002), 2000)
    expect(moving(motion, 3000)).toBe(true)
    expect(crewAt(motion, 'c', crew([121.002, 31]), 3000)[0]).toBeCloseTo(121.001, 6)
    expect(moving(motion, 4000)).toBe(false)
    expect(crewAt(motion, 'c', crew([121.002, 31]), 9000)[0]).toBe(121.002)
  })

  it('keeps a trail of 90 s and forgets crews that are gone', () => {
    const motion = createMotion()
    for (let s = 0; s <= 200; s += 5) observeCrews(motion, at(121 + s / 1e5), s * 1000)
    const trail = trailOf(motion, 'c', 200_000)
    expect(trail.length).toBeGreaterThan(10)
    expect(trail.length).toBeLessThanOrEqual(20)
    observeCrews(motion, new Map(), 201_000)
    expect(trailOf(motion, 'c', 201_000)).toEqual([])
  })

  it('heads clockwise from north', () => {
    expect(heading_deg([121, 31], [121, 32])).toBeCloseTo(0)
    expect(heading_deg([121, 31], [122, 31])).toBeCloseTo(90)
    expect(heading_deg([121, 31], [120, 31])).toBeCloseTo(-90)
  })
})

describe('search', () => {
  const index = indexCity(cityDocument(city))
  const data = createLiveData()
  applyFrame(data, scene, 0)

  it('finds by Chinese name, English name and key, the best match first', () => {
    const low = city.low_points[0]
    expect(searchCity(low.name.zh, index, data.tables)[0]?.selection).toEqual({ kind: 'low_point', id: low.id })
    expect(searchCity(low.name.en.toUpperCase(), index, data.tables)[0]?.selection.kind).toBe('low_point')
    const device = city.devices[0]
    const key = `${device.district}/${device.domain}/${device.id}`
    expect(searchCity(key, index, data.tables)[0]?.selection).toEqual({ kind: 'device', id: key })
    expect(searchCity('  ', index, data.tables)).toEqual([])
    expect(searchCity('没有这样的地方', index, data.tables)).toEqual([])
  })
})
