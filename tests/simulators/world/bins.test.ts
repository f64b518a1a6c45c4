import { describe, expect, it } from 'vitest'
import { createLocalHour } from '../../../config/local-time.ts'
import { createRandom } from '../../../engine/base/random.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../engine/base/time.ts'
import { type Bins, createBins } from '../../../simulators/world/bins.ts'
import { smallCity } from '../../fixtures/small-city.ts'

const START = Date.parse('2026-06-18T12:00:00+08:00')
const { devices } = smallCity()

function bins(waste: { busy_share?: number; fires_per_bin_day?: number } = {}): Bins {
  return createBins({
    devices,
    waste: { fill_factor: 1, busy_share: 0, fires_per_bin_day: 0, routine: true, ...waste },
    random: createRandom(5),
    localHour: createLocalHour('Asia/Shanghai'),
    start: START,
  })
}

describe('bins', () => {
  it('fill to the same level however often somebody looks', () => {
    const rare = bins()
    const often = bins()
    for (let minute = 5; minute <= 600; minute += 5) often.settle(START + minute * MINUTE_MS)
    rare.settle(START + 600 * MINUTE_MS)
    for (const { key, state } of rare.all) expect(often.findBin(key)?.state.fill_pct).toBeCloseTo(state.fill_pct, 6)
  })

  it('are emptied on their round once a day', () => {
    const daily = bins()
    for (let day = 1; day <= 3; day++) daily.settle(START + day * DAY_MS)
    for (const { state } of daily.all) expect(state.emptied).toBe(3)
  })

  it('overflow in a busy hour until they are collected', () => {
    const busy = bins({ busy_share: 1 })
    busy.settle(START + HOUR_MS)
    const [{ state, device, key }] = busy.all
    expect(state.fill_pct).toBeGreaterThan(100)
    expect(state.overflow_ms).toBeGreaterThan(0)
    expect(busy.look(key, START + HOUR_MS).fill_pct).toBe(100)
    expect(busy.collect(device.at, 40, START + HOUR_MS).map((bin) => bin.key)).toEqual([key])
    expect(state.fill_pct).toBeLessThan(5)
    expect(state.overflow_since).toBeNull()
  })

  it('burn until somebody puts them out', () => {
    const burning = bins({ fires_per_bin_day: 24 })
    const [{ key, device, state }] = burning.all
    let hottest_c = 0
    for (let minute = 1; minute <= 60 && hottest_c < 100; minute++) {
      hottest_c = burning.look(key, START + minute * MINUTE_MS).temperature_c
    }
    expect(hottest_c).toBeGreaterThan(100)
    burning.extinguish(device.at, 40)
    expect(state.burning_since).toBeNull()
  })
})
