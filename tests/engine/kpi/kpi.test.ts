import { expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../engine/base/time.ts'
import { createKpi, dispatchTimes_s, type Kpi, type KpiInput, type KpiState, kpis, updateKpi } from '../../../engine/kpi/kpi.ts'

const START = 1_767_225_600_000
const NOTHING: KpiInput = {
  delay_s_veh: null,
  queued_veh: null,
  points_flooded: null,
  floods_warned: null,
  bins_full: null,
  incidents_open: null,
  dispatch_s: [],
  reporting_share: null,
}
const one = (kpi: KpiState, id: Kpi['id']): Kpi => {
  const found = kpis(kpi).find((tile) => tile.id === id)
  if (found === undefined) throw new Error(id)
  return found
}

it('has six figures with name and formula in both languages, all unknown before there is data', () => {
  const kpi = createKpi()
  expect(kpis(kpi).map(({ id }) => id)).toEqual(['delay', 'queued', 'flooded', 'bins', 'incidents', 'reporting'])
  updateKpi(kpi, NOTHING, START)
  for (const { value, trend, reference, name, formula } of kpis(kpi)) {
    expect({ value, reference, trend }).toEqual({ value: null, reference: null, trend: new Array(60).fill(null) })
    for (const text of [name.zh, name.en, formula.zh, formula.en]) expect(text).not.toBe('')
  }
})

it('shows the newest value, in percent where a share is meant', () => {
  const kpi = createKpi()
  updateKpi(kpi, { ...NOTHING, delay_s_veh: 12.3456, queued_veh: 0, reporting_share: 0.975 }, START)
  expect([one(kpi, 'delay').value, one(kpi, 'queued').value, one(kpi, 'reporting').value, one(kpi, 'bins').value]).toEqual([
    12.35,
    0,
    97.5,
    null,
  ])
})

it('says beside the flooded points how many floods were warned of', () => {
  const kpi = createKpi()
  updateKpi(kpi, NOTHING, START)
  expect(one(kpi, 'flooded').detail).toBeNull()
  updateKpi(kpi, { ...NOTHING, points_flooded: 1, floods_warned: { floods: 12, warned: 11 } }, START + 1000)
  expect(one(kpi, 'flooded').detail).toEqual({ zh: '提前 30 分钟预警 11/12', en: '11 of 12 warned 30 min ahead' })
})

it('keeps one value a minute for an hour, and the last known one for minutes without a step', () => {
  const kpi = createKpi()
  for (let second = 0; second <= 120; second += 10) updateKpi(kpi, { ...NOTHING, queued_veh: second }, START + second * 1000)
  expect(one(kpi, 'queued').trend.slice(-3)).toEqual([null, 50, 110])
  updateKpi(kpi, { ...NOTHING, queued_veh: 7 }, START + 5 * MINUTE_MS)
  expect(one(kpi, 'queued').trend.slice(-5)).toEqual([50, 110, 120, 120, 120])
  updateKpi(kpi, { ...NOTHING, queued_veh: 8 }, START + 3 * DAY_MS)
  expect(one(kpi, 'queued').trend).toEqual(new Array(60).fill(7))
})

it('compares with the mean of the same hour a week ago', () => {
  const kpi = createKpi()
  for (let minute = 0; minute < 7 * 24 * 60 + 30; minute += 10) {
    const hour = Math.floor(minute / 60)
    updateKpi(kpi, { ...NOTHING, queued_veh: hour }, START + minute * MINUTE_MS)
  }
  // START is a full hour; the same hour a week ago was hour 0.
  expect(START % HOUR_MS).toBe(0)
  expect(one(kpi, 'queued').reference).toBe(0)
  updateKpi(kpi, { ...NOTHING, queued_veh: 1 }, START + 7 * DAY_MS + 5 * HOUR_MS)
  expect(one(kpi, 'queued').reference).toBeCloseTo(4.98, 1)
  expect(kpi.tracks.queued.hours.size).toBeLessThanOrEqual(170)
})

it('says the median time to dispatch of the last hour beside the open incidents', () => {
  const kpi = createKpi()
  updateKpi(kpi, { ...NOTHING, incidents_open: 3, dispatch_s: [30, 240] }, START)
  updateKpi(kpi, { ...NOTHING, incidents_open: 3, dispatch_s: [90] }, START + MINUTE_MS)
  expect(one(kpi, 'incidents')).toMatchObject({ value: 3, detail: { zh: '派单中位 1.5 分钟', en: 'dispatch 1.5 min' } })
  updateKpi(kpi, { ...NOTHING, incidents_open: 3 }, START + 61 * MINUTE_MS)
  expect(one(kpi, 'incidents').detail?.en).toBe('dispatch 1.5 min')
  updateKpi(kpi, { ...NOTHING, incidents_open: 3 }, START + 62 * MINUTE_MS)
  expect(one(kpi, 'incidents').detail).toBeNull()
})

it('reads times to dispatch from facts', () => {
  expect(dispatchTimes_s([])).toEqual([])
})
