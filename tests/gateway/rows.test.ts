import { expect, it } from 'vitest'
import type { LaneCount, Reading, TrafficCount } from '../../engine/model/observation.ts'
import { rowsOf } from '../../gateway/store/rows.ts'

const reading = (values: Reading['values']): Reading => ({
  kind: 'reading',
  device: 'd0/flood/a',
  ts: 5,
  seq: null,
  values,
  backfill: false,
})
const traffic = (entering: Record<string, LaneCount>): TrafficCount => ({
  kind: 'traffic',
  device: 'd0/traffic/J1',
  ts: 7,
  seq: 1,
  phase: 3,
  target: 3,
  clearing: false,
  age_s: 0,
  in: entering,
  out: {},
  backfill: false,
})
const lane = (vehicles: number, queued: number, approaching: number | null): LaneCount => ({ vehicles, queued, approaching })
const short = (rows: ReturnType<typeof rowsOf>) => rows.map(({ metric, value }) => `${metric} ${value}`)

it('makes one row a metric and one an element of an array', () => {
  expect(rowsOf(reading({ level_m: 0.5, rain_forecast_mm_h: [1, 2.5], empty: [] }))).toEqual([
    { device: 'd0/flood/a', metric: 'level_m', ts: 5, value: 0.5 },
    { device: 'd0/flood/a', metric: 'rain_forecast_mm_h[0]', ts: 5, value: 1 },
    { device: 'd0/flood/a', metric: 'rain_forecast_mm_h[1]', ts: 5, value: 2.5 },
  ])
})

it('leaves out what is not a finite number', () => {
  expect(short(rowsOf(reading({ a: Number.NaN, b: [1, Number.POSITIVE_INFINITY, 3] })))).toEqual(['b[0] 1', 'b[2] 3'])
})

it('sums the entering lanes of a junction', () => {
  expect(short(rowsOf(traffic({ l1: lane(4, 1, 2), l2: lane(6, 0, 3) })))).toEqual([
    'vehicles_veh 10',
    'queued_veh 1',
    'approaching_veh 5',
    'phase 3',
  ])
})

it('tells no approaching vehicles unless every lane does, and no totals when all lanes are silent', () => {
  expect(short(rowsOf(traffic({ l1: lane(4, 1, 2), l2: lane(6, 0, null) })))).toEqual(['vehicles_veh 10', 'queued_veh 1', 'phase 3'])
  expect(short(rowsOf(traffic({})))).toEqual(['phase 3'])
})

it('has no rows for events and presence', () => {
  const presence = { kind: 'presence', device: 'd0/flood/a', ts: 1, online: true, battery_pct: 90, rssi_dbm: -70, fw: null } as const
  expect(rowsOf(presence)).toEqual([])
})
